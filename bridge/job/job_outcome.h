/* The outcome of a job: exactly one of five ends (job.h), and when the pair has its next job.
 *
 *     end        the ledger's entry                          the next job
 *     ─────────────────────────────────────────────────────────────────────────────────────────────────────────
 *     done       names the leaves as synced                  when either side changes
 *     later      names the leaves as synced                  after a time
 *     again      names nothing as synced, so that also the   at once, or after a time
 *                next start looks at the pair
 *     given up   has the problem, and names the leaves as    after a pause that grows with each failure; at once
 *                synced unless the next job comes at once    where the row does not say so yet
 *     left       is not written: what the ledger has stands  at once, or after a time
 *
 * "At once" is only as long as the pair has turns left in this cycle; after that it is the time that was said as well, or
 * SYNC_RETRY_FIRST_MS. Any change of either side makes it sooner. A batch that fails has no outcomes: its pairs are queued again for the
 * reasons that they had.
 *
 *     under work ──> ended
 *
 * A job begins as done, under work. Each step says what it finds, and what was said can only grow:
 *
 *     done ──> later ──> again ──> given up ──> left
 *
 * Of two times the sooner one counts, so it does not matter which step says its word first. A job that is under work may have another end
 * than done already: its row is still written, and another job looks at it. When it has ended no step plans or writes anything for it
 * any more, and none takes it up again. What is said of it may still grow: in recover, where the history of a save that did not
 * happen cannot be removed; in commit, by its answers. 'left' comes with the end of the work, and nothing that is found out beside
 * it counts. One step back is there, in commit: where the ledger takes nothing of a job but its problem, or not even that, it is
 * given up and nothing else, whatever was said before.
 *
 * No ends, and so facts of the job beside its outcome: 'missed', since a write that met a conflict or had no answer may end as again, given
 * up or left, and what depends on that write has to know of it; 'problem_passes', since the rest of the job may be done, or
 * open, beside such a problem: commit makes the end of it when it notes the problem; 'stored', which is about the ledger and not about
 * the pair. */
#pragma once
#include "bridge/job/job.h"

#define JOB_AT_ONCE 0 /* in place of a time */

/* Nothing more is to be done for it in this batch: it ends as what was said so far. It may have ended before. */
void job_ends(struct job *job);
/* It is looked at again after this time (at least 1 ms), or sooner if something else wants that. */
void job_comes_later(struct job *job, int64_t in_ms);
/* Something is open: it is looked at again at once. */
void job_comes_again(struct job *job);
/* It ends. Something is open that is tried again after this time, or JOB_AT_ONCE. */
void job_stays_open(struct job *job, int64_t in_ms);
/* Something that it was to do is given up: its problem is noted whatever else is known. The work goes on, if only to tell it. */
void job_counts_as_given_up(struct job *job);
/* It ends, and nothing of it counts, nor what was said of the time: somebody else works on the pair, or nobody knows yet what became
 * of a write. in_ms may be JOB_AT_ONCE. */
void job_leave_untouched(struct job *job, int64_t in_ms);
/* The same, at once, and the next job is in one batch with that of this pair. */
void job_leave_untouched_with(struct job *job, struct pair *with);
/* In commit: the ledger takes nothing of it but its problem, or not even that. No time is said. */
void job_counts_only_as_given_up(struct job *job);

bool job_has_ended(const struct job *job);
bool job_comes_at_once(const struct job *job);
/* A time was said, or "at once". */
bool job_comes_by_itself(const struct job *job);
/* The entry is to name nothing as synced. */
bool job_is_open(const struct job *job);
/* The entry is not written: the job is left, or the ledger does not take it. */
bool job_keeps_entry(const struct job *job);
