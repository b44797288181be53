/* The problems that a start finds in the ledger, until it knows the documents (job/grounds.h says what grounds are). */
#pragma once
#include "bridge/memory/memory.h"

/* The problems that a start finds in the ledger, until it knows the documents. {0} is an empty one. */
struct start_problems {
	size_t count, capacity;
	struct start_problem {
		struct pair *pair;
		struct json_object *blocked_by, *grounds; /* owned; as in the entry, or NULL */
	} * list;                                         /* owned */
};
void start_problems_done(struct start_problems *problems);
void start_problems_add(struct start_problems *problems, struct pair *pair, const struct ledger_entry *entry);
/* To be called when all documents are known, and which are in scope: each pair gets its problem and waits for what it is blocked
 * by, and those whose problem may be over are queued. */
must_use bool sync_take_problems(struct sync *sync, const struct start_problems *problems,
				 struct error *error);
