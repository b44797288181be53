/* Collections and containers that the feed has not shown yet. A job reads a document as it is now, which may be ahead of the
 * feed: it may stand in something that was made just before, and that is not known here. So it may look as if it had left the
 * scope. */
#pragma once
#include "bridge/job/batch.h"

/* Reads what documents that seem to have left the scope were put into, where the feed has not shown that yet. */
must_use bool batch_read_parents(struct batch *batch, struct error *error);
