/* Whether a leaf was merged into another one before. Pure; of digests (leaves.h). */
#pragma once
#include "inventory/leaves.h"

/* Whether 'after', which was made of 'before', has all that 'other' moved and 'before' did not, both being made of 'ancestor'. Not when
 * that is nothing but marks: these are the same in many leaves, and prove nothing. Where a digest does not know a value, it is not. */
bool leaf_was_merged(struct json_object *ancestor, struct json_object *before, struct json_object *other,
		     struct json_object *after);
