/* What a person asks to have undone in one database: one change, one field of it, or all that a batch came to (sync-rules 26). The command and
 * the admin pages share it: what is found, what is done, and how programs are told. */
#pragma once
#include "base/json.h"
#include "bridge/review/revert.h"
#include "inventory/restore.h"

#define UNDO_CREATED_BY RESTORE_CREATED_BY /* who made the batch of an undoing */

struct undo_wish {
	const char *entry;      /* the _id of a change, or its short name; NULL: a batch */
	const char *field;      /* of the change this key of 'data' alone; NULL: all of it */
	const char *created_by; /* whose batch; NULL: everybody's of this number */
	int64_t batch;
	struct revert_agreement agreed;
	bool dry_run; /* nothing is written */
};

/* What a database has of it. */
struct undo_found {
	struct revert *revert;             /* owned */
	size_t entries, conflicts, others; /* 'others' record nothing that can be undone */
};
void undo_found_done(struct undo_found *found);
/* No entries and no error: it is not there. What an integration's batch was undone by is looked for, too: nobody's but of the
 * undoing. ERROR_REFUSED: the change cannot be undone, or has no such field. ERROR_FATAL: the batch is too large. */
must_use bool undo_find(struct couch_client *couch, const struct undo_wish *wish,
			struct undo_found *found_out, struct error *error);

struct undo_outcome {
	struct couch_revert_result result;
	size_t undone, asks, refused; /* documents */
};
void undo_outcome_done(struct undo_outcome *outcome);
/* On failure the outcome says how far it came (couch_revert()). */
must_use bool undo_run(struct couch_client *couch, const struct undo_wish *wish,
		       const struct undo_found *found, struct undo_outcome *outcome_out, struct error *error);

/* Puts "dry_run", "entries", "conflicts", "others", "undone", "asks", "refused", "batch" (under which the undoing can be undone) and
 * "documents" (history_message_undone()) into the answer. */
void undo_put(struct json_object *answer, const struct undo_wish *wish, const struct undo_found *found,
	      const struct undo_outcome *outcome);
