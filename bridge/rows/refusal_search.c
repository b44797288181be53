#include "bridge/rows/refusal_search.h"

#include "bridge/images/images_draft.h"
#include "bridge/job/job_images.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/rows/row_answer.h"
#include "bridge/rows/row_draft.h"

#include <stdlib.h>

void refusal_search_done(struct refusal_search *search)
{
	json_release(search->body);
	free(search->reported);
	*search = (struct refusal_search){0};
}

size_t field_count_of(field_set fields)
{
	return (size_t)__builtin_popcountll(fields);
}

static enum field only_one(field_set fields)
{
	return (enum field)__builtin_ctzll(fields);
}

static field_set written_fields(const struct job *job)
{
	field_set fields = 0;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->row_write.writes[field] &&
		    !(job->row_write.work == ROW_WORK_CREATE && field == FIELD_ID))
			fields |= FIELD_BIT(field);
	return fields;
}

/* The problem's words are pending again when they have changed. */
static void retell(struct batch *batch, struct job *job, struct refusal_search *search)
{
	if (job->row_write.dropped[FIELD_ERROR])
		return;
	job->row_write.writes[FIELD_ERROR] = false;
	job_fill_problem(batch, job);
	search->pending &= ~FIELD_BIT(FIELD_ERROR);
	if (job->row_write.writes[FIELD_ERROR])
		search->pending |= FIELD_BIT(FIELD_ERROR);
}

static void drop(struct job *job, struct refusal_search *search, enum field field)
{
	job->row_write.dropped[field] = true;
	search->pending &= ~FIELD_BIT(field);
}

/* Another row of the table has just been given its words, or one was a short while ago. */
static bool others_say(const struct batch *batch, const struct job *job)
{
	const struct rights *rights = &batch->sync->rights;
	enum table table = job->pair->table;

	for (size_t i = 0; i < batch->count; i++) {
		const struct job *other = &batch->jobs[i];
		if (other != job && other->pair->table == table && other->row_write.request &&
		    other->row_write.request->result == ERROR_NONE && other->row_write.writes[FIELD_ERROR])
			return true;
	}
	return right_was_given(&rights->fields[table][FIELD_ERROR]);
}

/* Of a row with nothing but its words to write they are refused with the row, and no other row need be silent for that; of several
 * it is the column. */
static bool are_words_refused(struct batch *batch, const struct job *job, const struct refusal_search *search)
{
	struct rights *rights = &batch->sync->rights;
	enum table table = job->pair->table;

	if (others_say(batch, job) || rights->silent[table] == job->pair)
		return false;
	rights->silent[table] = job->pair;
	scoped_text label = job_label(job);
	log_warn(&batch->sync->log,
		 "%s: its row does not say what is wrong, since Airtable refuses its error cell (%s): this "
		 "log alone says it",
		 label, search->why.text);
	return ++rights->fields[table][FIELD_ERROR].rows >= FOUND_ALONE;
}

static bool is_of_column(struct batch *batch, const struct job *job, const struct refusal_search *search,
			 enum field field, bool named)
{
	return named || search->any_taken || (field == FIELD_ERROR && are_words_refused(batch, job, search));
}

static void found(struct batch *batch, struct job *job, struct refusal_search *search, enum field field,
		  bool named)
{
	bool forbidden = refusal_is_forbidden(&search->why);

	job->problem_passes = true;
	if (forbidden)
		job_report_column(batch, job, field);
	else if (field != FIELD_ERROR)
		job_problem(job, "%s: %s.", field_rule(field)->name, search->why.text);
	if (forbidden && is_of_column(batch, job, search, field, named))
		batch_refuse_column(batch, job, field, &search->why);
	else if (forbidden && field != FIELD_ERROR)
		search->nameless |= FIELD_BIT(field);
	if (!named) {
		batch->sync->rights.suspect[job->pair->table] = field;
		batch->sync->rights.suspects[job->pair->table] = true;
	}
	drop(job, search, field);
	/* A row with the document's Updated At has all that the document has (sync-rules 5): this one has not. */
	if (field_rule(field)->direction == DIRECTION_BOTH) {
		drop(job, search, FIELD_UPDATED_AT);
		job_leave_out_time(batch, job);
	}
	search->suspects = 0;
	search->guessed = false;
	search->found += !named;
	search->any_named = search->any_named || named;
	retell(batch, job, search);
}

void refusal_search_give_up(struct batch *batch, struct job *job, struct refusal_search *search)
{
	search->open = false;
	text_clear(&job->problem);
	text_add(&job->problem, search->reported ? search->reported : "");
	if (refusal_is_forbidden(&search->why) || job->row_write.work != ROW_WORK_UPDATE ||
	    job->row_write.mode == ROW_WRITE_REFUSED)
		return;
	job->row_write.mode = ROW_WRITE_REFUSED;
	job_take_refusal(batch, job);
	search->pending = search->suspects = 0;
	job->row_write.dropped[FIELD_ERROR] = false;
	retell(batch, job, search);
	search->open = search->pending != 0;
}

static bool is_about_cells(const struct job *job)
{
	const struct endpoint_write *write = job->row_write.request;

	return job->row_write.work != ROW_WORK_DELETE && !write->row_missing && !write->of_table;
}

static void begin(struct batch *batch, struct job *job, struct refusal_search *search)
{
	search->open = is_about_cells(job) && !job_may_not_be_written(batch, job);
	search->pending = search->tried = written_fields(job);
	free(search->reported);
	search->reported = own_copy(text_or_empty(&job->problem));
}

bool refusal_search_is_of_row(const struct refusal_search *search)
{
	return !search->any_taken && !search->any_named;
}

/* Without its pictures the row was taken, or nothing else was to be written. */
static void blame_images(struct batch *batch, struct job *job, struct refusal_search *search)
{
	if (!job->images || !job->images->suspect)
		return;
	search->images = false;
	job_blame_images(batch, job);
	retell(batch, job, search);
}

static void take_refused(struct batch *batch, struct job *job, struct refusal_search *search)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	enum field named =
		blame_field(&job->row_write.request->error, columns, search->tried, job->row_write.body);

	search->why = job->row_write.request->error;
	job_doubt_columns(batch, job);
	if (job->images && (job->images->writes_cell || job->images->clears_box)) {
		job_drop_images(batch, job);
		search->images = search->pending != 0;
		if (!search->images)
			blame_images(batch, job, search);
		if (named == FIELD_COUNT)
			return;
	}
	/* Refused without them as well: it is something else. */
	if (job->images)
		job->images->suspect = false;
	if (named == FIELD_COUNT && job->row_write.refills) {
		job_drop_refill(batch, job);
		return;
	}
	if (!is_about_cells(job) || job->row_write.mode == ROW_WRITE_REFUSED)
		search->open = false;
	else if (named != FIELD_COUNT)
		found(batch, job, search, named, true);
	else if (field_count_of(search->tried) == 1)
		found(batch, job, search, only_one(search->tried), false);
	else
		search->suspects = search->tried;
	bool nothing = search->tried == 0; /* a new row with nothing but its ID */
	bool hopeless = search->found >= FOUND_ALONE && refusal_search_is_of_row(search) &&
			search->suspects && search->suspects == search->pending;
	if (search->open && (nothing || hopeless))
		refusal_search_give_up(batch, job, search);
}

/* What the row shows now is what the next part is decided on. */
static void read_answer(struct batch *batch, struct job *job)
{
	struct sync *sync = batch->sync;
	struct mapping_links links = sync_links(sync);
	struct cell cells[FIELD_COUNT] = {0};
	bool unknown_choice = false;

	endpoint_record_done(&job->row);
	job->row = job->row_write.request->answer;
	job->row_write.request->answer = (struct endpoint_record){0};
	mapping_from_row(job->pair->table, &sync->columns[job->pair->table], job->row.body, &links, cells,
			 &unknown_choice);
	job_take_answered(job, cells);
}

/* Others of its columns were found before anything was taken. */
static void believe_nameless(struct batch *batch, struct job *job, struct refusal_search *search)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (search->nameless & FIELD_BIT(field))
			batch_refuse_column(batch, job, (enum field)field, &search->why);
	search->nameless = 0;
}

static void take_part(struct batch *batch, struct job *job, struct refusal_search *search)
{
	search->pending &= ~search->tried;
	search->suspects &= ~search->tried;
	search->any_taken = true;
	believe_nameless(batch, job, search);
	if (field_count_of(search->suspects) == 1)
		found(batch, job, search, only_one(search->suspects), false);
	if ((search->pending == 0 && !search->images) || job->row_write.work == ROW_WORK_CREATE) {
		if (search->pending != 0 || search->images)
			job_comes_again(job);
		search->open = false; /* its answer is taken as any other */
		return;
	}
	job_note_taken(batch, job);
	bool edited = job_take_answer(batch, job); /* by somebody, right now: it is planned anew */
	read_answer(batch, job);
	search->open = !edited;
	if (!search->open)
		job->row_write.request = NULL;
	else
		retell(batch, job, search);
}

void refusal_search_take(struct batch *batch, struct job *job, struct refusal_search *search)
{
	switch (job->row_write.request->result) {
	case ERROR_REFUSED:
		if (!search->open)
			begin(batch, job, search);
		if (search->open)
			take_refused(batch, job, search);
		break;
	case ERROR_NONE:
		blame_images(batch, job, search);
		if (search->open)
			take_part(batch, job, search);
		break;
	default:
		search->open = false; /* in doubt, or it never left */
	}
}
