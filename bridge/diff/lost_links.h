/* Lost links: when a row is deleted, Airtable itself takes it out of every cell that linked to it. That is no edit of those rows, and
 * their documents keep their place (sync-rules 1).
 *
 * A link is believed to be lost only if the row that it pointed to is still there. If it is not, what was agreed on about the
 * cell is forgotten: the document's value is written again as soon as its target has a row. */
#pragma once
#include "bridge/job/batch.h"

must_use bool batch_check_links(struct batch *batch,
				struct error *error); /* lost links: edits, or effects of a deletion */
