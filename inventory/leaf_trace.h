/* Whether a leaf was merged into another one before. Pure; of digests (leaves.h). */
#pragma once
#include "inventory/leaves.h"

/* How much of a leaf a later revision took. */
enum leaf_taken {
	LEAF_TAKEN_ALONE,   /* all of it, and nothing besides */
	LEAF_TAKEN_WHOLE,   /* all of it */
	LEAF_TAKEN_IN_PART, /* all but what 'before' had moved to another value, and kept: there it gave way */
};

/* Whether 'after', which was made of 'before', took so much of what 'other' had moved, both being made of 'ancestor'. App links do not count:
 * these are the same in many leaves, and prove nothing. Where a digest does not know a value, it did not take it. A merge has the
 * newest of their times, or a millisecond more (leaves.h): what has another time was written by somebody who had the same idea. A
 * digest that does not know its time (LEAF_TIME) may be of any. */
bool leaf_was_merged(struct json_object *ancestor, struct json_object *before, struct json_object *other,
		     struct json_object *after, enum leaf_taken taken);
