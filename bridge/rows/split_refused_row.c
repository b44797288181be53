#include "bridge/rows/split_refused_row.h"

#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/rows/cell_at_fault.h"
#include "bridge/rows/row_answer.h"
#include "bridge/rows/row_draft.h"

#include <stdlib.h>

#define ROUNDS      60 /* of one batch: more than any search needs */
#define FOUND_ALONE 3  /* cells refused one by one, and none taken: it is the row */

struct search {
	bool open;          /* something is still to be tried */
	bool answered;      /* what came back was not looked at yet */
	field_set pending;  /* neither taken nor refused; never the ID of a new row */
	field_set suspects; /* one of these is refused; none: nothing is known */
	field_set tried;    /* what was sent */
	unsigned found;     /* offenders that no word named */
	struct error why;   /* the last refusal */
	field_set nameless; /* those that no word named */
	bool any_taken, any_named, guessed;
	char *reported;           /* owned; what the problem said before */
	struct json_object *body; /* owned; what was sent */
};

struct refusals {
	struct batch *batch;
	struct search *searches; /* owned; one a job */
	struct job *scout[TABLE_COUNT];
};

/* ---- searching ---- */

static size_t count_of(field_set fields)
{
	return (size_t)__builtin_popcountll(fields);
}

static enum field only_one(field_set fields)
{
	return (enum field)__builtin_ctzll(fields);
}

/* The first of them, or the last: each search comes from the other end than the one before. What the row says is tried last,
 * since until then it is not known what it is to say; the document's Updated At behind all that it stands for. */
static field_set half_of(field_set suspects, bool from_end)
{
	const field_set last = FIELD_BIT(FIELD_ERROR) | FIELD_BIT(FIELD_UPDATED_AT);
	field_set fields = suspects & ~(suspects & ~last ? last : FIELD_BIT(FIELD_ERROR)), half = 0;
	size_t wanted = (count_of(fields) + (fields != suspects)) / 2;

	for (size_t i = 0; wanted > 0 && i < FIELD_COUNT; i++) {
		size_t field = from_end ? FIELD_COUNT - 1 - i : i;
		if (!(fields & FIELD_BIT(field)))
			continue;
		half |= FIELD_BIT(field);
		wanted--;
	}
	return half;
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
static void retell(struct batch *batch, struct job *job, struct search *search)
{
	if (job->row_write.dropped[FIELD_ERROR])
		return;
	job->row_write.writes[FIELD_ERROR] = false;
	job_fill_problem(batch, job);
	search->pending &= ~FIELD_BIT(FIELD_ERROR);
	if (job->row_write.writes[FIELD_ERROR])
		search->pending |= FIELD_BIT(FIELD_ERROR);
}

static void drop(struct job *job, struct search *search, enum field field)
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
static bool are_words_refused(struct batch *batch, const struct job *job, const struct search *search)
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

static bool is_of_column(struct batch *batch, const struct job *job, const struct search *search,
			 enum field field, bool named)
{
	return named || search->any_taken || (field == FIELD_ERROR && are_words_refused(batch, job, search));
}

static void found(struct batch *batch, struct job *job, struct search *search, enum field field, bool named)
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
	if (field_rule(field)->direction == DIRECTION_BOTH)
		drop(job, search, FIELD_UPDATED_AT);
	search->suspects = 0;
	search->guessed = false;
	search->found += !named;
	search->any_named = search->any_named || named;
	retell(batch, job, search);
}

/* Nothing of the row is taken: what was said of its cells is not what it is about. Where it is not for want of a right the row is
 * written once more, to say so itself (sync-rules 21). */
static void give_up(struct batch *batch, struct job *job, struct search *search)
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

static void begin(struct batch *batch, struct job *job, struct search *search)
{
	search->open = is_about_cells(job) && !job_may_not_be_written(batch, job);
	search->pending = search->tried = written_fields(job);
	free(search->reported);
	search->reported = own_copy(text_or_empty(&job->problem));
}

/* So far nothing says that the refusals are about single cells. */
static bool is_of_row(const struct search *search)
{
	return !search->any_taken && !search->any_named;
}

static void take_refused(struct batch *batch, struct job *job, struct search *search)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	enum field named =
		blame_field(&job->row_write.request->error, columns, search->tried, job->row_write.body);

	search->why = job->row_write.request->error;
	job_doubt_columns(batch, job);
	if (named == FIELD_COUNT && job->row_write.refills) {
		job_drop_refill(batch, job);
		return;
	}
	if (!is_about_cells(job) || job->row_write.mode == ROW_WRITE_REFUSED)
		search->open = false;
	else if (named != FIELD_COUNT)
		found(batch, job, search, named, true);
	else if (count_of(search->tried) == 1)
		found(batch, job, search, only_one(search->tried), false);
	else
		search->suspects = search->tried;
	bool nothing = search->tried == 0; /* a new row with nothing but its ID */
	bool hopeless = search->found >= FOUND_ALONE && is_of_row(search) && search->suspects &&
			search->suspects == search->pending;
	if (search->open && (nothing || hopeless))
		give_up(batch, job, search);
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
static void believe_nameless(struct batch *batch, struct job *job, struct search *search)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (search->nameless & FIELD_BIT(field))
			batch_refuse_column(batch, job, (enum field)field, &search->why);
	search->nameless = 0;
}

static void take_part(struct batch *batch, struct job *job, struct search *search)
{
	search->pending &= ~search->tried;
	search->suspects &= ~search->tried;
	search->any_taken = true;
	believe_nameless(batch, job, search);
	if (count_of(search->suspects) == 1)
		found(batch, job, search, only_one(search->suspects), false);
	if (search->pending == 0 || job->row_write.work == ROW_WORK_CREATE) {
		if (search->pending != 0)
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

static void take_answer(struct batch *batch, struct job *job, struct search *search)
{
	switch (job->row_write.request->result) {
	case ERROR_REFUSED:
		if (!search->open)
			begin(batch, job, search);
		if (search->open)
			take_refused(batch, job, search);
		break;
	case ERROR_NONE:
		if (search->open)
			take_part(batch, job, search);
		break;
	default:
		search->open = false; /* in doubt, or it never left */
	}
}

/* ---- what is tried next ---- */

static bool is_scout(struct refusals *refusals, struct job *job)
{
	struct job **scout = &refusals->scout[job->pair->table];
	const struct search *search = *scout ? &refusals->searches[*scout - refusals->batch->jobs] : NULL;

	if (!search || !search->open)
		*scout = job;
	return *scout == job;
}

/* False: it waits for what another row finds. */
static bool choose(struct refusals *refusals, struct job *job, struct search *search)
{
	const struct rights *rights = &refusals->batch->sync->rights;
	enum table table = job->pair->table;
	field_set guess = rights->suspects[table] ? FIELD_BIT(rights->suspect[table]) & search->suspects : 0;
	field_set others = search->suspects & ~guess & ~FIELD_BIT(FIELD_ERROR) & ~FIELD_BIT(FIELD_UPDATED_AT);

	if (!search->suspects) {
		search->tried = search->pending;
	} else if (guess && others && !search->guessed) {
		search->guessed = true;
		search->tried = others;
	} else if (job->row_write.work == ROW_WORK_CREATE) {
		search->tried = 0;
	} else if (is_scout(refusals, job)) {
		search->tried = half_of(search->suspects, search->found % 2 == 1);
	} else {
		return false;
	}
	return true;
}

static void cut_body(struct batch *batch, struct job *job, struct search *search)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];

	json_release(search->body);
	search->body = json_new_object();
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *value = NULL;
		bool key = job->row_write.work == ROW_WORK_CREATE && field == FIELD_ID;
		job->row_write.writes[field] = key || (search->tried & FIELD_BIT(field));
		if (job->row_write.writes[field] &&
		    json_find(job->row_write.body, columns->of[field].id, &value))
			json_put(search->body, columns->of[field].id, json_share(value));
	}
	if (!job->row_write.refills || search->tried != search->pending)
		return;
	json_each (job->row_write.body, column, other)
		if (columns_field_by_id(columns, column) == FIELD_COUNT)
			json_put(search->body, column, json_share(other));
}

/* Nothing is left. Where more than one cell was refused for want of a right, and none taken, it is the row; else it says already
 * why, or cannot. */
static void end(struct batch *batch, struct job *job, struct search *search)
{
	search->open = false;
	if (is_of_row(search) && count_of(search->nameless) > 1) {
		give_up(batch, job, search);
		return;
	}
	intent_end(&job->entry.intents.row);
	job->row_write.request = NULL;
}

/* 'any_ended_out': a search came to its end, so that who waited for it may be the next. */
static size_t choose_all(struct refusals *refusals, struct job **jobs, bool *any_ended_out)
{
	struct batch *batch = refusals->batch;
	size_t count = 0;

	*any_ended_out = false;
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		struct search *search = &refusals->searches[i];
		if (!search->open)
			continue;
		if (search->pending == 0 && job->row_write.work != ROW_WORK_CREATE) {
			end(batch, job, search);
			*any_ended_out = true;
		} else if (choose(refusals, job, search)) {
			cut_body(batch, job, search);
			job_note_row(batch, job);
			jobs[count++] = job;
		}
	}
	return count;
}

/* The rows that something is tried of, noted anew: what is sent now is less. */
static size_t next_round(struct refusals *refusals, struct job **jobs)
{
	struct batch *batch = refusals->batch;
	bool any_ended = true;
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		struct search *search = &refusals->searches[i];
		if (!job->row_write.request || !search->answered)
			continue;
		search->answered = false;
		take_answer(batch, job, search);
	}
	while (count == 0 && any_ended)
		count = choose_all(refusals, jobs, &any_ended);
	return count;
}

/* Sync-rules 6.2: what is tried of a row that is there is decided on its last answer. */
static int64_t leave_by_ms(const struct job *job)
{
	return job->row_write.request->id ? job->row.read_at_ms + SYNC_FRESH_MS
					  : job->row_write.request->leave_by_ms;
}

static bool write_round(struct refusals *refusals, struct job **jobs, size_t count, struct error *error)
{
	struct batch *batch = refusals->batch;
	struct endpoint *rows = &batch->sync->rows;
	struct endpoint_write *writes = own_alloc((count + 1) * sizeof *writes);
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		struct job *job = jobs[i];
		struct search *search = &refusals->searches[job - batch->jobs];
		search->answered = true;
		if (job_has_ended(job) || job->stored != STORED_ALL) {
			search->open = false;
			job->row_write.request = NULL;
			continue;
		}
		jobs[left] = job;
		job->pair->unsent_ms = 0;
		writes[left++] = (struct endpoint_write){
			.kind = job->row_write.request->kind,
			.table = job->row_write.request->table,
			.id = job->row_write.request->id ? job->row.id : NULL,
			.body = search->body,
			.leave_by_ms = leave_by_ms(job),
		};
	}
	struct endpoint_ticket *ticket = rows->ops->write_start(rows->self, writes, left);
	bool ok = rows->ops->write_finish(rows->self, &ticket, error);
	for (size_t i = 0; i < left; i++) {
		endpoint_record_done(&jobs[i]->row_write.request->answer);
		*jobs[i]->row_write.request = writes[i];
		jobs[i]->row_write.request->body = NULL;
	}
	free(writes);
	return ok;
}

bool batch_write_without_refused(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	struct refusals refusals = {.batch = batch,
				    .searches = own_alloc((batch->count + 1) * sizeof(struct search))};
	bool ok = true;

	batch_note_refused_tables(batch);
	for (size_t i = 0; i < batch->count; i++)
		refusals.searches[i].answered = true;
	for (int round = 0; ok && round < ROUNDS; round++) {
		size_t count = next_round(&refusals, jobs);
		if (count == 0)
			break;
		ok = batch_write_notes(batch, jobs, count, error) &&
		     write_round(&refusals, jobs, count, error);
	}
	for (size_t i = 0; i < batch->count; i++) {
		json_release(refusals.searches[i].body);
		free(refusals.searches[i].reported);
	}
	free(refusals.searches);
	free(jobs);
	return ok;
}
