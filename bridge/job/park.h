/* Park: what becomes of a job when one of its writes is not taken. That never fails the batch.
 *
 *     refused          given up: the change that the write belongs to is not made, the reason is told, also in the row, and it is
 *                      tried again with growing pauses
 *     409, no answer   left: the next job finds out what has happened, by the intent. Again, without the intent, where it surely was
 *                      not written. More than JOB_MISSES_UNREPORTED in a row: given up
 *     the ledger's     nothing is written that is not noted. Refused: given up, and the entry stays as it is stored, with the
 *                      reason (STORED_PROBLEM). Where not even that is taken the process remembers the reason, and the checkpoint
 *                      which pair it is (STORED_NOTHING). 409, no answer: left, as above */
#pragma once
#include "bridge/job/batch.h"

/* Each of these is about one job. None fails the batch.
 *
 * The change is given up. The caller has set the problem; it is written into the row, where there is one. */
void job_give_up(struct job *job);
/* A write met a conflict or had no answer: the next job finds out what has happened. If that goes on it becomes a problem. */
void job_miss(struct job *job, const char *what, const struct error *why);
/* Its save depends on that of 'missed', which may or may not have been written: nothing is done for it now, and both pairs are
 * queued again. */
void job_put_off(struct job *job, const struct job *missed);
/* The ledger did not take the note of what was to be written; or, the second, the entry at the end of the job: true: it is to be written
 * once more, as it was stored, with the problem. */
void job_refuse_note(struct batch *batch, struct job *job, const struct store_result *result);
must_use bool job_refuse_entry(struct batch *batch, struct job *job, const struct store_result *result);
/* The problem is not in the ledger: this process remembers it, and the next job writes it into the row. */
void job_report_unstored(struct job *job);
void job_note_unstored(struct batch *batch, struct job *job);
