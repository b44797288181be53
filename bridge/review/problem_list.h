/* The problems of one integration, out of its ledger: what a person should know of single documents and rows. What keeps a whole
 * integration from running is not among them. */
#pragma once
#include "base/error.h"
#include "base/own.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct couch_client;

struct problem {
	char *full_id;       /* owned; of the document, or of the row that waits to become one */
	char *name;          /* owned; "" when it is not known */
	char *row;           /* owned; or NULL */
	char *words;         /* owned; without the document's ID in front */
	int64_t since_ms;    /* wall clock; when it said so first; 0: not known */
	int64_t next_try_ms; /* wall clock; 0: when something changes */
	bool past;           /* nothing is to be done: what a merge cost somebody */
};
struct problem_list {
	size_t count, open;   /* open: those that are not past */
	struct problem *list; /* owned */
};
/* 'state' and 'source': the state database and the one with the documents. A state database that is not there has none. In the order of
 * the documents' IDs. */
must_use bool problem_list_read(struct couch_client *state, struct couch_client *source,
				const char *integration_id, struct problem_list *list_out,
				struct error *error);
/* Those of these documents alone, in this order, by two requests; who has none is left out. */
must_use bool problem_list_read_these(struct couch_client *state, struct couch_client *source,
				      const char *integration_id, const char *const *full_ids, size_t count,
				      struct problem_list *list_out, struct error *error);
void problem_list_done(struct problem_list *list);
