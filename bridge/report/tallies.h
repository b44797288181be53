/* What one integration has done since this process keeps it: counts for /metrics, which only grow, and are stored nowhere. Pure. */
#pragma once
#include "airtable/purpose.h"
#include "base/error.h"
#include "bridge/memory/sync_counts.h"

enum tallies_limits { ERROR_KINDS = ERROR_FATAL + 1 };
/* Whose failure one was. */
enum tallies_server { TALLY_NEITHER, TALLY_COUCHDB, TALLY_AIRTABLE, TALLY_SERVERS };

struct tallies {
	struct sync_counts counts;
	int64_t calls[AIRTABLE_PURPOSES]; /* of Airtable's API */
	int64_t rate_waits, rate_waited_ms, rate_refusals;
	int64_t failures[TALLY_SERVERS][ERROR_KINDS]; /* cycles that failed */
	int64_t feed_position; /* the number in front of the sequence up to which all changes of documents are handled */
};

/* "couchdb", "airtable" or "neither". */
const char *tallies_server_name(enum tallies_server server);
/* "shown", "refused", … */
const char *tallies_picture_outcome_name(enum picture_outcome outcome);
void tallies_add_failure(struct tallies *tallies, const struct error *error);
/* Of a sequence as JSON: "\"1234-g1AAAA…\"" and "1234" are 1234; what begins with no number, and NULL, is 0. CouchDB promises no order of these numbers, but has
 * them grow while no database is put back. */
int64_t tallies_feed_position(const char *sequence);
