/* What a person is told once of a pair, since it is past: what they lost when several edits became one (sync-rules 8). The row
 * says so until it or its document is edited, at most some days. Only for the engine's own files. */
#pragma once
#include "bridge/job/batch.h"

/* What was told of the pair since its last job, into its entry. */
void job_take_notice(struct batch *batch, struct job *job);
/* Adds it to the problem, as long as it counts; else it is forgotten. After the documents were written. */
void job_report_notice(struct batch *batch, struct job *job);
/* The leaves as they are now are those that it is about. */
void job_note_notice(struct job *job);
