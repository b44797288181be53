#include "bridge/cli/whoami.h"

#include "bridge/lease/process_identity.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

void whoami(char *out, size_t size)
{
	struct process process = {0};
	char room[1024];
	struct passwd entry, *found = NULL;

	process_identify(&process);
	if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) != 0)
		found = NULL;
	snprintf(out, size, "%s on %s", found ? found->pw_name : "somebody", process.host);
}
