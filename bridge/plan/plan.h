/* What was decided for one pair: what it needs as a whole, and what each of its fields needs.
 *
 * batch_plan() writes it, in passes: what exists, the fields, the fields once more where the base was asked for the time of an edit, what is
 * held back. After that it is const, and is carried out or not: what the servers do not take is a fact of the write (struct job),
 * and changes no decision. */
#pragma once
#include "bridge/plan/plan_existence.h"
#include "bridge/plan/plan_field.h"

struct plan {
	struct existence existence;             /* no reason: nothing was decided, since nothing was to be */
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
