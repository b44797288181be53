/* Refusals in words for people, and what is remembered of those that are for want of a right. row_search.c finds out which cell a
 * refused row is refused for. */
#include "bridge/job/refusals.h"

#include "base/clock.h"
#include "bridge/job/job_problem.h"

#include <string.h>

/* ---- rights ---- */

static struct right *row_right(struct group *group, const struct look *look, enum row_right right)
{
	return &group->sync->rights.rows[look->pair->table][right];
}

static enum row_right right_of(const struct look *look)
{
	return look->row_work == ROW_WORK_CREATE   ? RIGHT_CREATE
	       : look->row_work == ROW_WORK_DELETE ? RIGHT_DELETE
						   : RIGHT_UPDATE;
}

static const char *table_named(const struct group *group, const struct look *look)
{
	const char *name = group->sync->columns[look->pair->table].table_name;

	return name ? name : table_name(look->pair->table);
}

static void tell_right(struct group *group, struct look *look, enum row_right right)
{
	static const char *const words[] = {
		[RIGHT_CREATE] = "The row cannot be made: Airtable does not let the token's user make rows",
		[RIGHT_UPDATE] = "The row is not written: Airtable does not let the token's user edit it",
		[RIGHT_DELETE] =
			"The row cannot be deleted: Airtable does not let the token's user delete rows",
	};

	look_problem(
		look,
		"%s (table \"%s\"). Permit it in Airtable (the table's menu, \"Edit table permissions\"), or "
		"use the token of somebody who may%s.",
		words[right], table_named(group, look),
		right == RIGHT_DELETE ? ", or delete the row by hand" : "");
	look->retry = true;
}

static char *column_words(const struct group *group, const struct look *look, enum field field)
{
	const struct column *column = &group->sync->columns[look->pair->table].of[field];

	return own_format(
		"%s: Airtable does not let the token's user edit this column. Permit it in Airtable (the "
		"column's menu, \"Edit field permissions\"), or use the token of somebody who may.",
		column->name ? column->name : field_rule(field)->name);
}

/* What is told of the next of the columns behind this one; NULL: nothing is. */
static const char *told_behind(const struct group *group, const struct look *look, enum field field)
{
	const char *told = NULL;

	for (size_t next = (size_t)field + 1; !told && next < FIELD_COUNT; next++) {
		scoped_text words = column_words(group, look, (enum field)next);
		told = text_sentence(text_or_empty(&look->problem), words);
	}
	return told;
}

/* Once each, and in the order of the columns, in whatever order they were found out: the row would be written for another order. */
void look_tell_column(struct group *group, struct look *look, enum field field)
{
	scoped_text words = column_words(group, look, field);
	const char *present = text_or_empty(&look->problem);

	look->retry = true;
	if (field == FIELD_ERROR || text_sentence(present, words))
		return; /* there is no place to say it, but in the log; or it is said */
	scoped_text behind = own_copy(told_behind(group, look, field));
	if (behind) {
		scoped_text before = own_copy_bytes(present, strlen(present) - strlen(behind));
		text_clear(&look->problem);
		text_format(&look->problem, "%s%s %s", before, words, behind);
	} else {
		look_problem(look, "%s", words);
	}
}

bool look_lacks_right(struct group *group, struct look *look, enum row_right right)
{
	const struct pair *pair = look->pair;
	bool of_pair = pair->refused_right == right && clock_steady_ms() < pair->refused_until_ms;

	if (!of_pair && !right_is_missing(row_right(group, look, right)))
		return false;
	tell_right(group, look, right);
	return true;
}

bool look_lacks_field(struct group *group, struct look *look, enum field field)
{
	if (!right_is_missing(&group->sync->rights.fields[look->pair->table][field]))
		return false;
	look_tell_column(group, look, field);
	return true;
}

void group_refuse_column(struct group *group, const struct look *look, enum field field,
			 const struct error *refusal)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];

	if (right_refuse(&group->sync->rights.fields[look->pair->table][field]))
		log_warn(&group->sync->log,
			 "column \"%s\" of table \"%s\" is not written: Airtable does not let the token's "
			 "user edit "
			 "it. It is tried again, at most hourly: %s",
			 columns->of[field].name, table_named(group, look), refusal->text);
}

static void refuse_right(struct group *group, struct look *look)
{
	struct right *right = row_right(group, look, right_of(look));
	bool was_missing = right->refused;

	if (look->row_write->of_table)
		(void)right_refuse(right);
	else if (!look->pair->refused_until_ms)
		right_refuse_row(right); /* one row that is tried again and again is still one */
	if (right->refused && !was_missing)
		log_warn(&group->sync->log,
			 "rows of table \"%s\": Airtable does not permit this kind of write. It is tried "
			 "again, at "
			 "most hourly: %s",
			 table_named(group, look), look->row_write->error.text);
}

void group_note_refused_tables(struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->row_write && look->row_write->result == ERROR_REFUSED && look->row_write->of_table)
			refuse_right(group, look);
	}
}

bool look_may_not_be_written(struct group *group, struct look *look)
{
	return right_is_missing(row_right(group, look, right_of(look)));
}

static void look_at_those_with_problems(struct sync *sync, enum table table)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->table == table && sync->pairs.list[i]->has_problem)
			pairs_look(&sync->pairs, sync->pairs.list[i], LOOK_AGAIN);
}

void look_note_taken(struct group *group, struct look *look)
{
	struct rights *rights = &group->sync->rights;
	enum table table = look->pair->table;
	bool any = right_give(row_right(group, look, right_of(look)));

	look->pair->refused_until_ms = 0;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (look->writes[field] && right_give(&rights->fields[table][field]))
			any = true;
	if (!any)
		return;
	log_info(&group->sync->log, "table \"%s\": what Airtable did not permit is permitted now",
		 table_named(group, look));
	look_at_those_with_problems(group->sync, table);
}

/* ---- a row as a whole ---- */

bool refusal_is_forbidden(const struct error *refusal)
{
	return refusal->status == 403;
}

/* The schema tells whether the column, or its choices, are still what we believe. */
void look_doubt_columns(struct group *group, struct look *look)
{
	const char *code = look->row_write->error.code;

	if (strcmp(code, "UNKNOWN_FIELD_NAME") == 0)
		group->sync->schema_stale = true;
	if (strcmp(code, "INVALID_MULTIPLE_CHOICE_OPTIONS") == 0) {
		group->sync->schema_stale = true;
		look->again = !look->entry.problem;
	}
}

static bool says(const struct look *look, const char *words)
{
	const struct cell *cell = &look->airtable[FIELD_ERROR];

	return cell->kind == CELL_TEXT && strcmp(cell->text, words) == 0;
}

void look_take_refusal(struct group *group, struct look *look)
{
	look_doubt_columns(group, look);
	look->retry = true;
	if (!refusal_is_forbidden(&look->row_write->error)) {
		look_problem(look, "Airtable refused the row: %s.", look->row_write->error.text);
		return;
	}
	refuse_right(group, look);
	tell_right(group, look, right_of(look));
	look->right_refused = true;
	look->pair->refused_right = right_of(look);
	/* The row that may not be deleted says so itself, where it may be written. */
	if (look->row_work == ROW_WORK_DELETE && !says(look, text_or_empty(&look->problem)))
		look->again = true;
}
