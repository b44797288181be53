/* How long a page may wait for CouchDB, with the time that it stood in the row behind others: what hangs keeps nobody longer. */
#pragma once
#include "bridge/admin/exchange.h"

enum patience_limits {
	PATIENCE_MS = 10000,   /* from the request to the last answer of CouchDB */
	PATIENCE_AGAIN_S = 10, /* when a browser or a script may ask again */
};

/* Around a route that is slow (struct admin_routes). context: struct pages. */
void patience_begins(void *context, int64_t waited_ms);
/* An answer that says that CouchDB did not give something becomes a 503 when that was for want of time. */
void patience_ends(void *context, struct admin_answer *answer);
