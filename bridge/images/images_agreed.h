/* What is agreed of an item's pictures: what the row shows, what is about to be sent, and what came of that.
 *
 *     settle ──> note, with what is sent ──> the request ──> answer: the row's new attachments
 *                        └── it was refused, or never left: forget
 *
 * An answer that is lost leaves the note, by which nothing is sent again before Airtable's time to fetch is over. */
#pragma once
#include "bridge/job/batch.h"
#include "bridge/job/job_images.h"

/* Of what failed: when it may be sent again. Takes into the entry what the row shows, and what a person should know. */
void job_settle_images(struct batch *batch, struct job *job);
/* The cell is about to be sent. The second takes that back: it was refused, or never left. */
void job_note_images(struct batch *batch, struct job *job);
void job_forget_images(struct batch *batch, struct job *job);
/* Airtable refused the cell: until a time that is noted it is not written again. The second says whether it is not to be now. */
void job_note_images_refused(struct batch *batch, struct job *job);
bool job_are_images_refused(const struct batch *batch, const struct job *job);
/* The answer to the write of the cell. */
void job_take_images(struct batch *batch, struct job *job);
/* At the end of the job: what of both sides is handled. */
void job_end_images(struct batch *batch, struct job *job);
