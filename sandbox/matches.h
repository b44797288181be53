/* Which rows show a value in a field: what an upsert asks of a field, without a look at every row of the table.
 *
 * It is made when a field is first asked, and told of every cell of the field that gets a value from then on. A row stays noted
 * under what it showed before: who asks looks at the cell itself. So nothing has to be told when a value goes or a row is
 * deleted. */
#pragma once
#include "sandbox/store.h"

/* The rows of the field's table whose cell is equal to this one, which is not empty: one after the other, in no order, perhaps one
 * of them twice; NULL after the last. Nothing may be written between the first and the last. */
struct sandbox_match_walk {
	struct sandbox_field *field;
	const struct sandbox_cell *cell;
	uint64_t hash;
	size_t next;
};
struct sandbox_match_walk sandbox_matches_of(struct sandbox_field *field, const struct sandbox_cell *cell);
struct sandbox_record *sandbox_matches_next(struct sandbox_match_walk *walk);
/* The row's cell of this field has another value now. */
void sandbox_matches_note(struct sandbox_field *field, struct sandbox_record *record);
/* Forgets what is known of the field; the next who asks pays for it. */
void sandbox_matches_drop(struct sandbox_field *field);
