#include "bridge/diff/schema_effects.h"

#include "bridge/job/job_cells.h"
#include "bridge/memory/bound_columns.h"

#include <string.h>

/* An empty cell is not among the row's values, also where it reads as some value. */
static bool is_shown(const struct group *group, const struct look *look, enum field field)
{
	const char *column = group->sync->columns[look->pair->table].of[field].id;

	return json_find(look->row.body, column, NULL);
}

static bool shows_otherwise(const struct group *group, const struct look *look, enum field field,
			    const struct cell *cell)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);

	return !is_shown(group, look, field) && !cell_equal(cell, &look->airtable[field], &equivalence);
}

/* It showed something when both sides agreed, and shows nothing now. */
static bool is_lost(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_field *agreed = &look->entry.fields[field];

	return agreed->known && shows_otherwise(group, look, field, &agreed->airtable);
}

/* So it may have been where it is not known what both agreed on last. */
static bool may_be_lost(const struct group *group, const struct look *look, enum field field)
{
	const struct ledger_taken *taken = &look->entry.taken[field];
	const struct ledger_sent_field *sent = &look->entry.sent.fields[field];

	return is_lost(group, look, field) ||
	       (taken->taken && shows_otherwise(group, look, field, &taken->cell)) ||
	       (sent->sent && shows_otherwise(group, look, field, &sent->post));
}

/* Nothing was agreed on yet, and the document has a value. A column of another type may have emptied the cell, or kept the app from filling
 * it, and the row shows the document's time all the same: as if somebody had emptied the cell since. */
static bool may_never_be_filled(const struct group *group, const struct look *look, enum field field)
{
	return look->entry.state != ENTRY_PAIR && !look->entry.fields[field].known &&
	       field_rule(field)->direction == DIRECTION_BOTH && look->couch[field].kind != CELL_EMPTY &&
	       shows_otherwise(group, look, field, &look->couch[field]);
}

static bool doubts_schema(const struct group *group, const struct look *look)
{
	if (look->finished || look->needs_no_row || look->row.presence != SIDE_THERE)
		return false;
	if (look->unknown_choice)
		return true;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look_has_column(group, look, (enum field)field) &&
		    (look->airtable[field].kind == CELL_WRONG ||
		     may_be_lost(group, look, (enum field)field) ||
		     may_never_be_filled(group, look, (enum field)field)))
			return true;
	return false;
}

/* Nothing is decided from cells of columns that may be others than we believe. */
static void postpone(struct look *look)
{
	look->finished = true;
	look->keep_ledger = true;
	look->again = true;
}

static bool has_choice(const struct column *column, const char *canonical)
{
	for (size_t i = 0; i < column->choice_count; i++)
		if (!column->choices[i].gone && strcmp(column->choices[i].canonical, canonical) == 0)
			return true;
	return false;
}

/* The choice that both agreed on was removed, and with it the cell's value. While all rows are compared after a change of the
 * columns, one of the same name may already stand in its place. */
static bool lost_with_choice(const struct group *group, const struct look *look, enum field field)
{
	const struct column *column = &group->sync->columns[look->pair->table].of[field];
	const struct cell *agreed = &look->entry.fields[field].airtable;

	return field_rule(field)->kind == KIND_CHOICE && look_has_column(group, look, field) &&
	       column->choice_count > 0 && is_lost(group, look, field) && agreed->kind == CELL_CHOICE &&
	       (!has_choice(column, agreed->text) || group->sync->unlisted);
}

static void forget_removed_choices(struct group *group, struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!lost_with_choice(group, look, (enum field)field))
			continue;
		ledger_entry_forget_field(&look->entry, (enum field)field);
		cell_done(&look->airtable[field]);
	}
}

bool group_check_schema(struct group *group, struct error *error)
{
	bool doubted = false, changed = false;

	for (size_t i = 0; i < group->count && !doubted; i++)
		doubted = doubts_schema(group, &group->looks[i]);
	if (!doubted)
		return true;
	if (!sync_doubt_schema(group->sync, &changed, error))
		return false;
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!doubts_schema(group, look))
			continue;
		if (changed)
			postpone(look);
		else
			forget_removed_choices(group, look);
	}
	return true;
}
