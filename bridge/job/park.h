/* Park: what becomes of a job when a write of its own is not taken. It is never a failure of the batch.
 *
 *     refused          the change that the write belongs to is given up, the reason is told, also in the row, and it is
 *                      tried again with growing pauses
 *     409, no answer   the next job finds out what has happened. More than JOB_MISSES_UNREPORTED in a row are told as well
 *     the ledger's     nothing is written that is not noted: the entry is kept as it is stored, with the reason. Where not
 *                      even that is taken the process remembers the reason, and the checkpoint which pair it is */
#pragma once
#include "bridge/job/batch.h"

/* Jobs of which a write was not taken. None of these is a failure of the batch.
 *
 * The change is given up. The problem is the caller's to say; it is written into the row, where there is one. */
void job_give_up(struct job *job);
/* A write met a conflict or had no answer: the next job finds out what has happened. What goes on so is told as a problem. */
void job_miss(struct job *job, const char *what, const struct error *why);
/* Its save depends on that of 'missed', which may or may not have been written: nothing is done for it now, and both are looked at again. */
void job_put_off(struct job *job, const struct job *missed);
/* The ledger did not take the note of what was to be written; the entry at the end of the job. */
void job_refuse_note(struct batch *batch, struct job *job, const struct store_result *result);
void job_refuse_entry(struct batch *batch, struct job *job, const struct store_result *result);
/* The problem is not in the ledger: the process remembers it, and the next job tells it in the row. */
void job_report_unstored(struct job *job);
void job_note_unstored(struct batch *batch, struct job *job);
