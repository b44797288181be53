/* The cell of an item's pictures in the row's body: those that stay by their ids, those that are new by signed links. */
#pragma once
#include "bridge/job/batch.h"

/* Adds the cell to the body, if the row is to show something else, and clears the box that was obeyed. */
void job_fill_images(struct batch *batch, struct job *job);
/* Puts what of the job's body is about pictures into another one. */
void job_put_images(struct batch *batch, const struct job *job, struct json_object *body);
/* The row was refused with them, perhaps for them: takes them out of the body. They are sent by a later job. */
void job_drop_images(struct batch *batch, struct job *job);
/* Without them the row was taken, or nothing else was to be written: so it was they. Told without Airtable's words, which may hold a
 * link. */
void job_blame_images(struct batch *batch, struct job *job);
