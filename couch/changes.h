/* The _changes feed of one database: pages to catch up with, then one request that stays open. */
#pragma once
#include "couch/client.h"
#include "couch/documents.h"

struct couch_changes;

enum couch_changes_limits {
	COUCH_HEARTBEAT_MS = 15000, /* no byte for twice that: the connection is dead (couchdb-rules 10) */
	COUCH_PAGE_LIMIT = 500,     /* changes a page at the most */
};

struct couch_change {
	char *seq; /* owned; JSON text as it came; NULL for a row between (seq_interval) */
	struct couch_document document; /* winner, with body and conflicts; deleted for a tombstone */
};
struct couch_page {
	size_t count;
	struct couch_change *changes; /* owned by the page */
	char *next_since; /* owned; JSON text, where to go on once the page is handled; never NULL */
	bool caught_up;   /* nothing more was waiting when it was read */
	bool rejoined;    /* asked anew since the page before (the first page, too): the database may be
	                               * another one by now, check its identity (couchdb-rules 8) */
};
void couch_page_done(struct couch_page *page);

/* 'since' as CouchDB gave it earlier (JSON text), or NULL for everything. Design documents are left out.
 * 'wanted' says by id prefix which documents are of interest (NULL-ended list), or NULL for all: the
 * others only move next_since. */
struct couch_changes *couch_changes_open(struct couch_client *couch, const char *since,
					 const char *const *wanted);
void couch_changes_close(struct couch_changes **changes);

/* Waits at most wait_ms for news (0: takes what is there); a page without changes is no error, and may come
 * early (a heartbeat, http_wake()). First it catches up by feed=normal pages; then the continuous request stays
 * open between reads. A broken or silent connection is made again from the last complete row, with backoff, inside
 * here; ERROR_RETRY only when it failed and wait_ms is over. ERROR_LOST when the database is gone (404) or does not
 * know 'since' (error->status 400). Back-pressure: the transfer is paused while COUCH_PAGE_LIMIT rows wait to be
 * read. */
must_use bool couch_changes_read(struct couch_changes *changes, int64_t wait_ms, struct couch_page *page_out,
				 struct error *error);
/* Another heartbeat than COUCH_HEARTBEAT_MS, from the next connection on. */
void couch_changes_set_heartbeat(struct couch_changes *changes, int heartbeat_ms);
/* Whether rows wait that a read would give at once (used to wait for several things). */
bool couch_changes_waiting(const struct couch_changes *changes);
