#include "bridge/rows/split_refused_row.h"

#include "bridge/images/images_draft.h"
#include "bridge/job/job_images.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/limits.h"
#include "bridge/rows/refusal_search.h"
#include "bridge/rows/row_draft.h"

#include <stdlib.h>

#define ROUNDS 60 /* of one batch: more than any search needs */

struct refusals {
	struct batch *batch;
	struct refusal_search *searches; /* owned; one a job */
	struct job *scout[TABLE_COUNT];
};

/* The first of them, or the last: each search comes from the other end than the one before. What the row says is tried last,
 * since until then it is not known what it is to say; the document's Updated At behind all that it stands for. */
static field_set half_of(field_set suspects, bool from_end)
{
	const field_set last = FIELD_BIT(FIELD_ERROR) | FIELD_BIT(FIELD_UPDATED_AT);
	field_set fields = suspects & ~(suspects & ~last ? last : FIELD_BIT(FIELD_ERROR)), half = 0;
	size_t wanted = (field_count_of(fields) + (fields != suspects)) / 2;

	for (size_t i = 0; wanted > 0 && i < FIELD_COUNT; i++) {
		size_t field = from_end ? FIELD_COUNT - 1 - i : i;
		if (!(fields & FIELD_BIT(field)))
			continue;
		half |= FIELD_BIT(field);
		wanted--;
	}
	return half;
}

static bool is_scout(struct refusals *refusals, struct job *job)
{
	struct job **scout = &refusals->scout[job->pair->table];
	const struct refusal_search *search =
		*scout ? &refusals->searches[*scout - refusals->batch->jobs] : NULL;

	if (!search || !search->open)
		*scout = job;
	return *scout == job;
}

/* False: it waits for what another row finds. */
static bool choose(struct refusals *refusals, struct job *job, struct refusal_search *search)
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

static void cut_body(struct batch *batch, struct job *job, struct refusal_search *search)
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
	job_put_images(batch, job, search->body);
	if (!job->row_write.refills || search->tried != search->pending)
		return;
	json_each (job->row_write.body, column, other)
		if (columns_field_by_id(columns, column) == FIELD_COUNT)
			json_put(search->body, column, json_share(other));
}

/* Nothing is left. Where more than one cell was refused for want of a right, and none taken, it is the row; else it says already
 * why, or cannot. */
static void end(struct batch *batch, struct job *job, struct refusal_search *search)
{
	search->open = false;
	if (refusal_search_is_of_row(search) && field_count_of(search->nameless) > 1) {
		refusal_search_give_up(batch, job, search);
		return;
	}
	intent_end(&job->entry.intents.row);
	job->row_write.request = NULL;
}

/* All cells were taken or left out: the pictures, which were sent with those that were refused, are sent by themselves. */
static bool take_images(struct batch *batch, struct job *job, struct refusal_search *search)
{
	if (!search->images || job->row_write.work != ROW_WORK_UPDATE)
		return false;
	search->images = false;
	search->tried = search->pending; /* no cell */
	job_fill_images(batch, job);
	return job->images->writes_cell || job->images->clears_box;
}

/* 'any_ended_out': a search came to its end, so that who waited for it may be the next. */
static size_t choose_all(struct refusals *refusals, struct job **jobs, bool *any_ended_out)
{
	struct batch *batch = refusals->batch;
	size_t count = 0;

	*any_ended_out = false;
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		struct refusal_search *search = &refusals->searches[i];
		if (!search->open)
			continue;
		bool images_alone = search->pending == 0 && take_images(batch, job, search);
		if (!images_alone && search->pending == 0 && job->row_write.work != ROW_WORK_CREATE) {
			end(batch, job, search);
			*any_ended_out = true;
		} else if (images_alone || choose(refusals, job, search)) {
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
		struct refusal_search *search = &refusals->searches[i];
		if (!job->row_write.request || !search->answered)
			continue;
		search->answered = false;
		refusal_search_take(batch, job, search);
	}
	while (count == 0 && any_ended)
		count = choose_all(refusals, jobs, &any_ended);
	return count;
}

/* Sync-rules 6.2: what is tried of a row that is there is decided on its last answer; pictures on what was read first. */
static int64_t leave_by_ms(const struct job *job)
{
	if (job->images && job->images->noted)
		return job->images->read_at_ms + SYNC_FRESH_MS;
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
		struct refusal_search *search = &refusals->searches[job - batch->jobs];
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
	struct refusals refusals = {
		.batch = batch, .searches = own_alloc((batch->count + 1) * sizeof(struct refusal_search))};
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
	for (size_t i = 0; i < batch->count; i++)
		refusal_search_done(&refusals.searches[i]);
	free(refusals.searches);
	free(jobs);
	return ok;
}
