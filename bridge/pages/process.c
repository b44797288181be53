#include "bridge/pages/process.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t memory_bytes(void)
{
	char line[128] = "";
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	bool read = fgets(line, sizeof line, file) != NULL;
	fclose(file);
	const char *resident = read ? strchr(line, ' ') : NULL; /* the second number, in pages */
	return resident ? strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

static int64_t count_entries(const char *path)
{
	DIR *folder = opendir(path);
	int64_t count = 0;

	if (!folder)
		return 0;
	/* cppcheck-suppress readdirCalled; the stream is this function's own */
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static int64_t time_ms(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

struct process_figures process_figures_now(void)
{
	struct process_figures figures = {.memory_bytes = memory_bytes(),
					  .threads = count_entries("/proc/self/task")};
	int64_t files = count_entries("/proc/self/fd");
	struct rusage used = {0};
	struct rlimit most = {0};

	figures.open_files = files > 0 ? files - 1 : 0; /* one is the folder's own */
	if (getrusage(RUSAGE_SELF, &used) == 0)
		figures.cpu_ms = time_ms(used.ru_utime) + time_ms(used.ru_stime);
	if (getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur != RLIM_INFINITY)
		figures.open_files_most = (int64_t)most.rlim_cur;
	return figures;
}
