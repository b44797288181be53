/* The ledger: for each pair what both sides last agreed on, and what was sent and has no answer yet.
 *
 * Entries are JSON documents `pair-<integration>-<type>-<id>` in a store; the real one is the database beside the data, tests
 * bring their own. Fields are kept under the column's id, so that a new column never inherits what was agreed about a former one. */
#pragma once
#include "base/log.h"
#include "bridge/columns/columns.h"
#include "bridge/state/ledger_entry.h"
#include "bridge/state/store.h"

#define LEDGER_BATCH 500 /* documents a request at the most */

struct ledger {
	struct store store;
	char *integration_id;
	char *base_id;
	const struct columns *columns; /* of both tables; borrowed */
	const struct log *log;         /* borrowed; NULL until its owner sets it */
	struct json_object
		*unreadable; /* owned; {_id: true} of documents that were named as unreadable, or NULL */
};
void ledger_init(struct ledger *ledger, struct store store, const char *integration_id, const char *base_id,
		 const struct columns *columns);
void ledger_done(struct ledger *ledger);

struct ledger_key {
	enum table table;
	const char *id;
};

/* Says once that a state document cannot be read, and what follows. */
void ledger_report_unreadable(struct ledger *ledger, const char *full_id, const struct error *why);
