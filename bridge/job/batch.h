/* A batch: pairs under work together, so that each step is a few requests for all of them. */
#pragma once
#include "bridge/job/job.h"
#include "bridge/memory/memory.h"

#define BATCH_LIMIT 100 /* jobs of one batch: ten requests of ten rows, two seconds at Airtable's rate */
struct batch {
	struct sync *sync;
	size_t count;
	struct job *jobs;              /* owned */
	struct diff *diffs;            /* owned; of each job, which reads it as const */
	bool diffed;                   /* batch_diff() is done: nobody writes them any more */
	struct plan *plans;            /* owned; of each job, which reads it as const */
	bool planned;                  /* batch_plan() is done: nobody writes them any more */
	struct endpoint_write *writes; /* owned; of rows */
	size_t write_count;
	struct endpoint_ticket *ticket;
	unsigned pairings_before; /* pairs->pairings when it was opened */
	bool remembered;          /* its entries are in the ledger; else all its pairs are queued again */
};
/* Takes the pairs; they are 'under_way' until batch_close(). */
struct batch *batch_open(struct sync *sync, struct pair *const *pairs, size_t count);
void batch_close(struct batch **batch);
/* What is being found out of the job's two sides, by the steps up to batch_diff(). */
struct diff *batch_diff_of(struct batch *batch, const struct job *job);
/* What is being decided, within batch_plan(). */
struct plan *batch_plan_of(struct batch *batch, const struct job *job);
/* The cells of a record, by field, as they are after a write: takes those in 'cells', which are empty then. */
void job_take_saved(struct job *job, struct cell cells[FIELD_COUNT]);
void job_take_answered(struct job *job, struct cell cells[FIELD_COUNT]);
/* It has not been written yet, and waits for no other save: the present round writes it. */
bool job_is_in_round(const struct job *job);
/* The job of this pair, or NULL: it is not in the batch. */
struct job *batch_job_of(struct batch *batch, const struct pair *pair);
