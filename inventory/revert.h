/* Undoing what history documents record, of one entry or of many as their net effect (sync-rules 26). Pure.
 *
 * What a document was before the first entry, it is to be again, whatever the entries between. Only fields that still show
 * what the last entry left go back. A field that shows something else has moved since, by somebody who may not know of
 * this undoing: it is asked about, and goes back only when that is agreed to. What follows from other fields as a document
 * is saved is nobody's edit, and not asked about. */
#pragma once
#include "inventory/datum.h"

struct revert_field {
	char *key; /* owned; of 'data' */
	struct json_object *was, *left,
		*now; /* owned; before, behind the entries, at present; NULL: absent */
	bool moved;   /* shows neither what was nor what was left */
	bool goes_back;
};

enum revert_action { REVERT_NOTHING, REVERT_BRING_BACK, REVERT_CHANGE, REVERT_DELETE };

/* What one document needs. */
struct revert_change {
	enum document_type type;
	char *id;   /* owned */
	char *name; /* owned; as people know it, or NULL */
	enum revert_action action;
	bool holds; /* others may stand in it */
	bool asks; /* something of it waits for an agreement, or cannot be undone: see 'words' and the fields */
	const char *words; /* what is so about the document as a whole, or NULL */
	size_t field_count;
	struct revert_field *fields; /* owned */
	struct datum *given; /* owned; what to save, with the revision that was decided on; NULL: nothing */
};
void revert_change_done(struct revert_change *change);

/* What was agreed to: everything, or some keys of 'data'. */
struct revert_agreement {
	bool all;
	size_t count;
	const char *const *keys;
};

struct revert;
struct revert *revert_new(void);
void revert_close(struct revert **revert);
/* An entry more, in any order. ERROR_REFUSED with a sentence: it records nothing that can be undone. */
must_use bool revert_add(struct revert *revert, struct json_object *history, struct error *error);
/* Losers of conflicts are put back one by one, and are no part of a batch. */
bool revert_is_of_conflict(struct json_object *history);
/* The documents, in no order that matters. */
size_t revert_count(const struct revert *revert);
const char *revert_full_id(const struct revert *revert, size_t place);
/* 'now': the document as it is, or NULL when there is none. To be ended with revert_change_done(). */
void revert_decide(const struct revert *revert, size_t place, struct json_object *now,
		   const struct revert_agreement *agreed, struct revert_change *change_out);
/* In which order changes are to be saved, lower ones first: what holds others comes before them, for what they show follows
 * from it, and goes after them. */
#define REVERT_RANKS 12
int revert_rank(const struct revert_change *change);
