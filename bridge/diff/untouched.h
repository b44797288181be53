/* At a first contact: rows that nobody has touched since the app's own sync (sync-rules 5, 28).
 *
 * The app's link in a document has a time, modified_at: what the row's "Modified At" showed when the app had just made both
 * alike. A row that shows the same time still has the cells of then, so whatever differs by now was edited in the document. */
#pragma once
#include "bridge/job/batch.h"

/* What such rows show counts as agreed: notes it in the entries of jobs that adopt a row, for the fields that are to flow. The
 * rows are read once more, a hundred a call. 'changed_out' is as long as the batch: which jobs have to be decided anew. */
must_use bool batch_find_untouched(struct batch *batch, bool *changed_out, struct error *error);
