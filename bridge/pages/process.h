/* What the system says of this process. */
#pragma once
#include <stdint.h>

/* 0: the system does not say. */
struct process_figures {
	int64_t memory_bytes; /* that are in memory now */
	int64_t cpu_ms;       /* used so far, in all threads */
	int64_t open_files, open_files_most;
	int64_t threads;
};
struct process_figures process_figures_now(void);
