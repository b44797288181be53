/* What became of a write of the row that has no answer (sync-rules 6).
 *
 * No Airtable write can be sent twice without harm, but it can always be decided again: the intent says what each cell showed before and
 * what it was to show. Until the request can no longer arrive nothing is decided about the pair. After that each cell that
 * was written has landed, has not, or was overtaken by an edit:
 *
 *     LANDED      both sides agree on what was written; what it replaced is remembered (stale_reads.h)
 *     NOT_LANDED  the base is asked (doubts.h) whether the cell was edited since. If so somebody has put the former value back, an edit.
 *                 Else nothing is agreed: the write is decided anew
 *     OVERTAKEN   an edit. Where the write is known to have arrived, or nothing was agreed on before, what was written counts as agreed,
 *                 though its editor may not have seen it: of the two the document's value is kept as the loser of a conflict */
#pragma once
#include "bridge/recovery/doubts.h"

void job_recover_row(struct doubts *doubts, struct job *job);
/* Whether nothing more is to be found out about it: its intent is ended. */
bool job_row_is_settled(const struct job *job);
