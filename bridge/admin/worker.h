/* A thread for what takes long: jobs wait in a row of at most WORKER_ROW_MOST, so that a crowd of them fills no memory. */
#pragma once
#include <stdbool.h>

#define WORKER_ROW_MOST 32

struct worker;
struct worker_job {
	struct worker_job *next;
	/* In the worker's thread; the last thing that it does with the job. */
	void (*run)(struct worker_job *job);
};

struct worker *worker_open(void);
/* False: the row is full, or it ends; the job is not run. The job is borrowed until run() was called. From any thread. */
bool worker_take(struct worker *worker, struct worker_job *job);
/* Runs what is in the row, and takes nothing more. */
void worker_stop(struct worker *worker);
void worker_close(struct worker **worker);
