/* Removes links of items to pictures that people removed from the row, makes those of pictures that they added, and puts links in the order
 * of the row: saved as the app does it, with history. */
#pragma once
#include "bridge/job/batch.h"

/* Notes first what a tick is about. What is not taken is tried by the next job; the row is not written before. False ends the
 * batch. */
must_use bool batch_write_image_links(struct batch *batch, struct error *error);
/* Whether a link is to be removed, made or put elsewhere, by what was decided. */
bool job_changes_links(const struct job *job);
