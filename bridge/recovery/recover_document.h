/* What became of a save of the document that has no answer (sync-rules 6, 24). CouchDB writes over no other revision than the intent names,
 * so nothing has to be waited for. Of each cell that was taken from the row:
 *
 *     LANDED      the document shows it. That is agreed on: what the row shows by now is an edit, also when it is what stood there before
 *     NOT_LANDED  nothing is agreed: the newest edit wins
 *     OVERTAKEN   the document shows something else, which has come after the save, or may have. Where the save surely came to be, what
 *                 was taken is agreed on. Else the next edit of either side is a conflict
 *
 * Of the save as a whole: a history whose save has not landed is an orphan, and what has to follow from one that has is done once more. */
#pragma once
#include "bridge/job/batch.h"

void job_recover_document(struct batch *batch, struct job *job);
