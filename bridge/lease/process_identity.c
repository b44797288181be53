#include "bridge/lease/process_identity.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIELDS_TO_START                                                                                      \
	20 /* of /proc/<pid>/stat: from the state, which follows the name, to the time of the start */

/* The machine since it was started, and the room that its ids are counted in: containers have rooms of their own. */
static void find_place(char place_out[64])
{
	char boot[40] = "", room[64] = "";
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	ssize_t length = readlink("/proc/self/ns/pid", room, sizeof room - 1);

	place_out[0] = '\0';
	bool known = file && fgets(boot, sizeof boot, file) && length > 0;
	if (file)
		fclose(file);
	if (!known)
		return;
	boot[strcspn(boot, "\n")] = '\0';
	room[length] = '\0';
	snprintf(place_out, 64, "%.36s %.24s", boot, room);
}

enum life { LIFE_UNKNOWN, LIFE_GONE, LIFE_THERE };

/* The name, in brackets, may hold anything. */
static enum life read_stat(int64_t pid, int64_t *started_out)
{
	char path[40], line[1024];
	unsigned long long started = 0;

	snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return LIFE_UNKNOWN;
	size_t length = fread(line, 1, sizeof line - 1, file);
	fclose(file);
	line[length] = '\0';
	const char *at = strrchr(line, ')');
	if (!at || strlen(at) < 3)
		return LIFE_UNKNOWN;
	at += 2;
	bool ended = *at == 'Z' || *at == 'X';
	for (int field = 0; at && field < FIELDS_TO_START - 1; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return LIFE_UNKNOWN;
	started = strtoull(at, NULL, 10);
	*started_out = (int64_t)started;
	return ended ? LIFE_GONE : LIFE_THERE;
}

void process_identify(struct process *process_out)
{
	*process_out = (struct process){.pid = getpid()};
	if (gethostname(process_out->host, sizeof process_out->host - 1) != 0)
		snprintf(process_out->host, sizeof process_out->host, "this machine");
	find_place(process_out->place);
	if (read_stat(process_out->pid, &process_out->started) != LIFE_THERE)
		process_out->started = 0;
}

static bool is_here(const struct process *process)
{
	char place[64];

	find_place(place);
	return place[0] && strcmp(place, process->place) == 0;
}

bool process_is_gone(const struct process *process)
{
	int64_t started = 0;

	if (process->pid <= 0 || process->started <= 0 || !is_here(process))
		return false;
	/* Where others' processes are hidden in /proc this still tells that one is there. */
	if (kill((pid_t)process->pid, 0) != 0 && errno == ESRCH)
		return true;
	enum life life = read_stat(process->pid, &started);
	return life == LIFE_GONE || (life == LIFE_THERE && started != process->started);
}

bool process_is_this(const struct process *process)
{
	struct process own;

	process_identify(&own);
	return own.place[0] && own.started > 0 && own.pid == process->pid &&
	       own.started == process->started && strcmp(own.place, process->place) == 0;
}
