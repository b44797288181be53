/* Whether a leaf was merged into another one before. Pure; of digests (leaves.h). */
#pragma once
#include "inventory/leaves.h"

/* Whether 'after', which was made of 'before', took what 'other' had moved, both being made of 'ancestor'. With 'whole' it has to have all
 * of it; else what 'before' had moved as well is not asked for, since there 'other' may have given way. Marks do not count: these are the
 * same in many leaves, and prove nothing. Where a digest does not know a value, it did not take it. */
bool leaf_was_merged(struct json_object *ancestor, struct json_object *before, struct json_object *other,
		     struct json_object *after, bool whole);
