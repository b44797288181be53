#include "bridge/base_id.h"

#include <string.h>

bool base_id_fits(const char *id)
{
	size_t length = strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	return strncmp(id, "app", 3) == 0 && id[length] == '\0' && length >= 17 && length <= 40;
}
