/* A notice in the row of what somebody lost when several edits became one (sync-rules 8). It is past and no problem: the row
 * shows it until the row or its document is edited, and for some days at most. */
#pragma once
#include "bridge/job/batch.h"

/* Takes what merges have reported of the pair since its last job into its entry. */
void job_take_notice(struct batch *batch, struct job *job);
/* Adds the notice to the job's problem as long as it counts, else forgets it. After the documents were written. */
void job_report_notice(struct batch *batch, struct job *job);
/* Notes that the notice is about the leaves as they are now. */
void job_note_notice(struct job *job);
