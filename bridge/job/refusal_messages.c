/* Refusals in words for people, and what is remembered of those that are for want of a right. split_refused_row.c finds out which cell a
 * refused row is refused for. */
#include "bridge/job/refusal_messages.h"

#include "base/clock.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"

#include <string.h>

/* ---- rights ---- */

static struct right *row_right(struct batch *batch, const struct job *job, enum row_right right)
{
	return &batch->sync->rights.rows[job->pair->table][right];
}

static enum row_right right_of(const struct job *job)
{
	return job->row_write.work == ROW_WORK_CREATE   ? RIGHT_CREATE
	       : job->row_write.work == ROW_WORK_DELETE ? RIGHT_DELETE
							: RIGHT_UPDATE;
}

static const char *table_named(const struct batch *batch, const struct job *job)
{
	const char *name = batch->sync->columns[job->pair->table].table_name;

	return name ? name : table_name(job->pair->table);
}

static void report_right(struct batch *batch, struct job *job, enum row_right right)
{
	static const char *const words[] = {
		[RIGHT_CREATE] = "The row cannot be made: Airtable does not let the token's user make rows",
		[RIGHT_UPDATE] = "The row is not written: Airtable does not let the token's user edit it",
		[RIGHT_DELETE] =
			"The row cannot be deleted: Airtable does not let the token's user delete rows",
	};

	job_problem(
		job,
		"%s (table \"%s\"). Permit it in Airtable (the table's menu, \"Edit table permissions\"), or "
		"use the token of somebody who may%s.",
		words[right], table_named(batch, job),
		right == RIGHT_DELETE ? ", or delete the row by hand" : "");
	job->problem_passes = true;
}

static char *column_words(const struct batch *batch, const struct job *job, enum field field)
{
	const struct column *column = &batch->sync->columns[job->pair->table].of[field];

	return own_format(
		"%s: Airtable does not let the token's user edit this column. Permit it in Airtable (the "
		"column's menu, \"Edit field permissions\"), or use the token of somebody who may.",
		column->name ? column->name : field_rule(field)->name);
}

/* What is told of the next of the columns behind this one; NULL: nothing is. */
static const char *reported_behind(const struct batch *batch, const struct job *job, enum field field)
{
	const char *reported = NULL;

	for (size_t next = (size_t)field + 1; !reported && next < FIELD_COUNT; next++) {
		scoped_text words = column_words(batch, job, (enum field)next);
		reported = text_sentence(text_or_empty(&job->problem), words);
	}
	return reported;
}

/* Once each, and in the order of the columns, in whatever order they were found out: the row would be written for another order. */
void job_report_column(struct batch *batch, struct job *job, enum field field)
{
	scoped_text words = column_words(batch, job, field);
	const char *present = text_or_empty(&job->problem);

	job->problem_passes = true;
	if (field == FIELD_ERROR || text_sentence(present, words))
		return; /* there is no place to say it, but in the log; or it is said */
	scoped_text behind = own_copy(reported_behind(batch, job, field));
	if (behind) {
		scoped_text before = own_copy_bytes(present, strlen(present) - strlen(behind));
		text_clear(&job->problem);
		text_format(&job->problem, "%s%s %s", before, words, behind);
	} else {
		job_problem(job, "%s", words);
	}
}

bool job_lacks_right(struct batch *batch, struct job *job, enum row_right right)
{
	const struct pair *pair = job->pair;
	bool of_pair = pair->refused_right == right && clock_steady_ms() < pair->refused_until_ms;

	if (!of_pair && !right_is_missing(row_right(batch, job, right)))
		return false;
	report_right(batch, job, right);
	return true;
}

bool job_lacks_field(struct batch *batch, struct job *job, enum field field)
{
	if (!right_is_missing(&batch->sync->rights.fields[job->pair->table][field]))
		return false;
	job_report_column(batch, job, field);
	return true;
}

void job_leave_out_time(struct batch *batch, struct job *job)
{
	scoped_text words = column_words(batch, job, FIELD_UPDATED_AT);
	scoped_text before = own_copy(text_or_empty(&job->problem));
	const char *said = text_sentence(before, words);

	if (!said)
		return;
	const char *behind = said + strlen(words);
	if (said > before)
		said--; /* the space between two sentences */
	else if (*behind)
		behind++;
	text_clear(&job->problem);
	text_add_bytes(&job->problem, before, (size_t)(said - before));
	text_add(&job->problem, behind);
}

void batch_refuse_column(struct batch *batch, const struct job *job, enum field field,
			 const struct error *refusal)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];

	if (right_refuse(&batch->sync->rights.fields[job->pair->table][field]))
		log_warn(&batch->sync->log,
			 "column \"%s\" of table \"%s\" is not written, retrying at most hourly: Airtable "
			 "does not let the token's user edit it: %s",
			 columns->of[field].name, table_named(batch, job), refusal->text);
}

static void refuse_right(struct batch *batch, struct job *job)
{
	struct right *right = row_right(batch, job, right_of(job));
	bool was_missing = right->refused;

	if (job->row_write.request->of_table)
		(void)right_refuse(right);
	else if (!job->pair->refused_until_ms)
		right_refuse_row(right); /* one row that is tried again and again is still one */
	if (right->refused && !was_missing)
		log_warn(&batch->sync->log,
			 "rows of table \"%s\": Airtable does not permit this kind of write, retrying at "
			 "most hourly: %s",
			 table_named(batch, job), job->row_write.request->error.text);
}

void batch_note_refused_tables(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->row_write.request && job->row_write.request->result == ERROR_REFUSED &&
		    job->row_write.request->of_table)
			refuse_right(batch, job);
	}
}

bool job_may_not_be_written(struct batch *batch, struct job *job)
{
	return right_is_missing(row_right(batch, job, right_of(job)));
}

static void look_at_those_with_problems(struct sync *sync, enum table table)
{
	for (size_t i = 0; i < sync->pairs.count; i++)
		if (sync->pairs.list[i]->table == table && sync->pairs.list[i]->has_problem)
			pairs_queue(&sync->pairs, sync->pairs.list[i], JOB_AGAIN);
}

void job_note_taken(struct batch *batch, struct job *job)
{
	struct rights *rights = &batch->sync->rights;
	enum table table = job->pair->table;
	bool any = right_give(row_right(batch, job, right_of(job)));

	job->pair->refused_until_ms = 0;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->row_write.writes[field] && right_give(&rights->fields[table][field]))
			any = true;
	if (!any)
		return;
	log_info(&batch->sync->log, "table \"%s\": what Airtable did not permit is permitted now",
		 table_named(batch, job));
	look_at_those_with_problems(batch->sync, table);
}

/* ---- a row as a whole ---- */

bool refusal_is_forbidden(const struct error *refusal)
{
	return refusal->status == 403;
}

/* The schema tells whether the column, or its choices, are still what we believe. */
void job_doubt_columns(struct batch *batch, struct job *job)
{
	const char *code = job->row_write.request->error.code;

	if (strcmp(code, "UNKNOWN_FIELD_NAME") == 0)
		batch->sync->schema_stale = true;
	if (strcmp(code, "INVALID_MULTIPLE_CHOICE_OPTIONS") == 0) {
		batch->sync->schema_stale = true;
		if (!job->entry.problem)
			job_comes_again(job);
	}
}

static bool says(const struct job *job, const char *words)
{
	const struct cell *cell = &job->airtable[FIELD_ERROR];

	return cell->kind == CELL_TEXT && strcmp(cell->text, words) == 0;
}

void job_take_refusal(struct batch *batch, struct job *job)
{
	job_doubt_columns(batch, job);
	job->problem_passes = true;
	if (!refusal_is_forbidden(&job->row_write.request->error)) {
		job_problem(job, "Airtable refused the row: %s.", job->row_write.request->error.text);
		return;
	}
	refuse_right(batch, job);
	report_right(batch, job, right_of(job));
	job->row_write.right_refused = true;
	job->pair->refused_right = right_of(job);
	/* The row that may not be deleted says so itself, where it may be written. */
	if (job->row_write.work == ROW_WORK_DELETE && !says(job, text_or_empty(&job->problem)))
		job_comes_again(job);
}
