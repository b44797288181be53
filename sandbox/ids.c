#include "sandbox/ids.h"
#include <string.h>

const char sandbox_id_letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool sandbox_id_shaped(const char *id, const char *prefix)
{
	return strlen(id) == SANDBOX_ID_SIZE - 1 && strncmp(id, prefix, 3) == 0 &&
	       strspn(id + 3, sandbox_id_letters) == SANDBOX_ID_SIZE - 4;
}
