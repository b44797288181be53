/* Where documents stand that nobody has heard of. A job reads a document as it is now, which may be ahead of the feed: what it was put
 * into may have been made just before, and be no place outside of the scope at all. */
#pragma once
#include "bridge/job/batch.h"

/* Of documents that have left the scope, what they were put into, where the feed has not shown that yet. */
must_use bool batch_read_parents(struct batch *batch, struct error *error);
