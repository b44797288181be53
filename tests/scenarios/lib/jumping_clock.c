/* Put in front of the C library (LD_PRELOAD): the clock that only goes forward is ahead by as many seconds as the file that
 * CLOCK_AHEAD names says. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long ahead_s(void)
{
	const char *name = getenv("CLOCK_AHEAD");
	FILE *file = name ? fopen(name, "r") : NULL;
	char digits[24] = "";

	if (!file)
		return 0;
	bool has_line = fgets(digits, sizeof digits, file);
	fclose(file);
	return has_line ? strtol(digits, NULL, 10) : 0;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	if (syscall(SYS_clock_gettime, id, now) != 0)
		return -1;
	if (id == CLOCK_BOOTTIME)
		now->tv_sec += ahead_s();
	return 0;
}
