/* What was decided for one pair: what it needs as a whole, and what each of its fields needs.
 *
 * batch_plan() writes it, in passes: what exists, the fields, the fields once more where the base was asked for the time of an edit, what is
 * held back. After that it is const, and is carried out or not: what the servers do not take is a fact of the write (struct job),
 * and changes no decision. */
#pragma once
#include "bridge/plan/plan_existence.h"
#include "bridge/plan/plan_field.h"

/* What a field is decided on where that is not what both sides agreed on last; it is in the entry as well. */
enum plan_base {
	BASE_STANDS,     /* as it is in the diff */
	BASE_CONTESTED,  /* it is of another row than this one, so what differs may be an edit, or may not */
	BASE_HELD_APART, /* the document is older than the cell: both stay as they are (sync-rules 3) */
	BASE_FORGOTTEN,  /* nothing of it counts any more */
	BASE_OF_ROW,     /* the row was not touched since both were alike: what it shows (sync-rules 5) */
};
struct plan {
	struct existence existence; /* no reason: nothing was decided, since nothing was to be */
	enum plan_base bases[FIELD_COUNT];
	struct decision decisions[FIELD_COUNT]; /* ACTION_NONE where the pair as a whole needs no fields */
	/* owned; what is taken for the item's collection where its row names none: that of its container; or empty */
	struct cell default_collection;
	/* Answers of the base that decisions are made of: which edit is newer, and, at a first contact, which cells were not edited since both
	 * were in step. */
	enum edit_order orders[FIELD_COUNT];
	bool unedited[FIELD_COUNT];
	/* Of the fields that were decided to flow: hashes of what both sides showed, for the brake. */
	struct plan_values {
		uint32_t couch, airtable;
	} values[FIELD_COUNT];
};
