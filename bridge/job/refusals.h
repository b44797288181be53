/* What Airtable refuses of the rows' writes: one bad cell stops only itself, a right that is missing only what needs it. */
#pragma once
#include "bridge/job/batch.h"

/* The whole row was refused: a problem, and what it may come from. */
void look_take_refusal(struct group *group, struct look *look);
/* A write of the row was taken: what was refused before is permitted now, and all that waits for it is looked at. */
void look_note_taken(struct group *group, struct look *look);

/* Whether this may not be done to the look's row, as it was refused a short while ago; says so in the problem. */
bool look_lacks_right(struct group *group, struct look *look, enum row_right right);
/* So of one of its cells. */
bool look_lacks_field(struct group *group, struct look *look, enum field field);

/* ---- for the search of what is refused (rows/row_search.h) ---- */

bool refusal_is_forbidden(const struct error *refusal);
/* What was refused for the table as a whole; then, whether a look's row is refused for that. */
void group_note_refused_tables(struct group *group);
bool look_may_not_be_written(struct group *group, struct look *look);
void look_tell_column(struct group *group, struct look *look, enum field field);
void group_refuse_column(struct group *group, const struct look *look, enum field field,
			 const struct error *refusal);
/* The schema tells whether a column, or its choices, are still what we believe. */
void look_doubt_columns(struct group *group, struct look *look);
