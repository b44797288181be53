/* What the base's owner keeps from the token's user: a column, a row, or a kind of write in a table. Nothing that is read
 * changes. A person sets it, and lifts it. */
#pragma once
#include "tests/worlds/world.h"

/* The words in which Airtable refuses it. */
enum world_words { WORDS_NONE, WORDS_NAMED, WORDS_QUOTED, WORDS_BARE, WORDS_COUNT };
enum world_row_work { ROWS_MADE, ROWS_WRITTEN, ROWS_DELETED };

/* WORDS_NONE lifts it. */
void world_person_limits_field(struct world *world, enum table table, enum field field,
			       enum world_words words);
void world_person_limits_rows(struct world *world, enum table table, enum world_row_work work,
			      enum world_words words);
void world_person_limits_row(struct world *world, struct world_row *row, bool limited);
/* All of it is lifted; true when anything was limited. */
bool world_person_permits_all(struct world *world);

bool world_field_is_limited(const struct world *world, enum table table, enum field field);
/* Whether the write may be done to the row (NULL: it is made); 403 in 'write' else. */
bool world_permits(struct world *world, struct endpoint_write *write, const struct world_row *row);
