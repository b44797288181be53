/* What the token's user may not write in Airtable, as its refusals have shown: columns, and what may be done with a table's rows.
 *
 * Only this process knows it. What was refused is not tried again before its time: after a pause that doubles, up to an
 * hour. When a try is taken all that waited for it is queued. */
#pragma once
#include "bridge/fields/field.h"

#include <stdint.h>

struct pair;

enum row_right { RIGHT_CREATE, RIGHT_UPDATE, RIGHT_DELETE, RIGHT_COUNT };

struct right {
	bool refused;
	int failures;        /* tries that were refused, one after the other */
	unsigned rows;       /* refused one by one, none taken in between */
	int64_t next_try_ms; /* steady clock */
	int64_t given_ms;    /* when it was last taken, by the same clock; 0: never */
};
struct rights {
	struct right fields[TABLE_COUNT][FIELD_COUNT];
	struct right rows[TABLE_COUNT][RIGHT_COUNT];
	enum field suspect
		[TABLE_COUNT];      /* the last column that was found to be refused though nothing named it */
	bool suspects[TABLE_COUNT]; /* whether there is one */
	/* Borrowed; the pair whose row was refused last with nothing but its words; only to be compared. */
	const struct pair *silent[TABLE_COUNT];
};

/* Refused, and not yet to be tried again. */
bool right_is_missing(const struct right *right);
/* True when it is new. */
bool right_refuse(struct right *right);
/* A row was refused as a whole, and Airtable did not say whether that holds for all rows. A few refusals with none taken in
 * between mean all. */
void right_refuse_row(struct right *right);
/* It was taken a short while ago: so a refusal now that names nothing is more likely about the row. */
bool right_was_given(const struct right *right);
/* Notes that it was taken. True when it was refused before. */
bool right_give(struct right *right);
