/* Effects of schema edits: a column gets another type or is made anew, or a choice is removed, and cells are emptied or changed
 * by that. It is no edit of those rows (sync-rules 1).
 *
 * So a cell that was emptied, or shows what its column cannot hold, is believed only when the base's schema is still the one that
 * the columns are bound to. If it is not, the columns are bound anew first. What was agreed about a column of another type is
 * then not found any more, and the document fills the cell. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_check_schema(struct batch *batch,
				 struct error *error); /* lost cells: edits, or effects of schema edits */
