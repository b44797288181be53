#include "bridge/documents/saving.h"

#include "base/clock.h"
#include "bridge/documents/cascade.h"
#include "bridge/documents/circles.h"
#include "bridge/documents/refused_save.h"
#include "bridge/documents/related.h"
#include "bridge/job/grounds.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

struct outcome {
	bool tried, saved;
	struct save_result result;
	struct error error;
	struct json_object *seen;  /* owned; of a refusal: what it looked at, with the revisions */
	bool counted;              /* and at what stands in something that is not empty */
	struct json_object *leans; /* owned; {_id: null} of saves of this round that it depends on; or NULL */
};
struct saves {
	struct batch *batch;
	struct related related;
	struct inventory_source source;
	struct save_history history;
	struct outcome *outcomes; /* owned; one a job */
};

static void outcome_done(struct outcome *outcome)
{
	if (outcome->tried)
		save_result_done(&outcome->result);
	json_release(outcome->seen);
	json_release(outcome->leans);
	*outcome = (struct outcome){0};
}

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

/* It has something to save that no round has written yet. */
static bool is_open(const struct job *job)
{
	return job->document_write.given && !job->document_write.rounds_done;
}

/* All that one cycle saves is one batch: people review and revert it as one. */
static int64_t history_batch_of_cycle(struct sync *sync, int64_t now_ms)
{
	if (sync->history_batch_cycle != sync->cycle || !sync->history_batch_ms) {
		sync->history_batch_cycle = sync->cycle;
		sync->history_batch_ms = now_ms;
	}
	return sync->history_batch_ms;
}

/* ---- one after the other ---- */

static void save_one(struct saves *saves, size_t place)
{
	struct job *job = &saves->batch->jobs[place];
	struct outcome *outcome = &saves->outcomes[place];
	const struct inventory_view view = related_view(&saves->related);
	const struct save_request request = {.given = job->document_write.given, .history = &saves->history};

	outcome_done(outcome);
	outcome->tried = true;
	outcome->saved = save_document(&request, &view, &saves->source, &outcome->result, &outcome->error);
	outcome->seen = related_take_seen(&saves->related, &outcome->counted);
	outcome->leans = related_take_leans(&saves->related);
	if (outcome->saved && outcome->result.body)
		document_cache_save(&saves->related.documents, job->pair->full_id,
				    job->document_write.given->deleted ? NULL : outcome->result.body);
}

/* What would be written of it if nothing refused it. False: nothing. */
static bool intend(struct saves *saves, size_t place)
{
	struct job *job = &saves->batch->jobs[place];
	const struct inventory_view view = related_view(&saves->related);
	const struct save_request request = {.given = job->document_write.given, .skip_checks = true};
	struct save_result result;
	struct error ignored = {0};

	bool counted,
		intended = save_document(&request, &view, &saves->source, &result, &ignored) && result.body;
	if (intended)
		document_cache_save(&saves->related.documents, job->pair->full_id, result.body);
	save_result_done(&result);
	json_release(related_take_seen(&saves->related, &counted));
	json_release(related_take_leans(&saves->related));
	return intended;
}

/* Saves each of these while the others are as they are meant to be; one that is refused is left as it is stored. True: each
 * was saved. */
static bool check_together(struct saves *saves, bool *together)
{
	bool all = true;

	for (size_t i = 0; i < saves->batch->count; i++) {
		if (!together[i])
			continue;
		document_cache_unsave(&saves->related.documents, saves->batch->jobs[i].pair->full_id);
		save_one(saves, i);
		together[i] = saves->outcomes[i].saved;
		all = all && together[i];
	}
	return all;
}

/* The reason is that of what is stored and saved, not of what another one was only meant to become: that depends on who is
 * in the batch, and words that change with it would be written again and again. */
static void report_refused_anew(struct saves *saves)
{
	for (size_t i = 0; i < saves->batch->count; i++)
		if (is_open(&saves->batch->jobs[i]) && !saves->outcomes[i].saved)
			save_one(saves, i);
}

/* Two that exchange a number refuse each other, although the end has it once. Those that are refused one by one may pass as one; what
 * passes only together with one that does not pass is refused as before. */
static void save_together(struct saves *saves)
{
	struct batch *batch = saves->batch;
	bool *together = own_alloc((batch->count + 1) * sizeof *together);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct job *job = &batch->jobs[i];
		bool refused = is_open(job) && !saves->outcomes[i].saved;
		together[i] = refused && !job->document_write.given->deleted &&
			      job->document.presence == RECORD_THERE;
		count += together[i];
	}
	if (count > 1) {
		for (size_t i = 0; i < batch->count; i++)
			together[i] = together[i] && intend(saves, i);
		while (!check_together(saves, together))
			continue;
		report_refused_anew(saves);
	}
	free(together);
}

/* One that is refused may pass when another of the batch has made way. */
static void save_in_turn(struct saves *saves)
{
	struct batch *batch = saves->batch;
	bool any_saved, any_refused;

	related_begin(&saves->related);
	for (size_t i = 0; i < batch->count; i++)
		outcome_done(&saves->outcomes[i]);
	do {
		any_saved = any_refused = false;
		for (size_t i = 0; i < batch->count; i++) {
			if (!is_open(&batch->jobs[i]) || saves->outcomes[i].saved)
				continue;
			save_one(saves, i);
			any_saved = any_saved || saves->outcomes[i].saved;
			any_refused = any_refused || !saves->outcomes[i].saved;
		}
	} while (any_saved && any_refused);
	if (any_refused)
		save_together(saves);
}

/* ---- what is known before ---- */

static void want_parent(struct saves *saves, const struct job *job, enum document_type type, const char *key)
{
	const char *id = datum_has(job->document_write.given, key)
				 ? datum_text(job->document_write.given, key)
				 : json_text_or(document_data(job->document.body), key, NULL);

	if (id && *id)
		related_want(&saves->related, type, id);
}

/* The document as it is stored: one that a round before has written has another revision by now. */
static void give(struct saves *saves, const struct job *job)
{
	scoped(json_object) body = NULL;

	if (job->document.presence == RECORD_THERE && job->document_write.written) {
		body = json_copy(job->document.body);
		json_put_text(body, "_rev", job->document.revision);
	} else if (job->document.presence == RECORD_THERE) {
		body = json_share(job->document.body);
	}
	document_cache_put(&saves->related.documents, job->pair->full_id, body);
}

static void prepare(struct saves *saves)
{
	struct batch *batch = saves->batch;

	for (size_t i = 0; i < batch->count; i++) {
		const struct job *job = &batch->jobs[i];
		if (job->document.presence != RECORD_THERE || job->flaw.kind == ERROR_NONE)
			give(saves, job);
	}
	related_want(&saves->related, DOCUMENT_CONFIG, "");
	for (size_t i = 0; i < batch->count; i++) {
		const struct job *job = &batch->jobs[i];
		if (!is_open(job) || job->pair->table != TABLE_ITEMS)
			continue;
		want_parent(saves, job, DOCUMENT_COLLECTION, "collection_id");
		want_parent(saves, job, DOCUMENT_ITEM, "container_id");
	}
}

/* ---- what comes of it ---- */

/* What is written, before it is: so that it is known whether it was, and no history is left of what was not. */
static void note_saving(struct saves *saves, struct job *job, struct json_object *history)
{
	struct intent *save = &job->entry.intents.document;
	enum intent_kind kind = job->document_write.given->deleted       ? INTENT_DELETE
				: job->document.presence == RECORD_THERE ? INTENT_UPDATE
									 : INTENT_CREATE;

	intent_begin(save, kind, saves->source.now_ms, job->document.revision);
	if (history)
		save->history = json_copy(history);
	if (job->document_write.cascade)
		save->cascade = job_cascade_app_links(job);
}

static void take_saved(struct saves *saves, struct job *job, struct save_result *result)
{
	if (!result->body) {
		job->document_write.written = true; /* the document has it already */
		return;
	}
	job->document_write.body = take(result->body);
	job->document_write.work =
		job->document_write.given->deleted ? DOCUMENT_WORK_DELETE : DOCUMENT_WORK_WRITE;
	job_note_cascade(saves->batch, job);
	note_saving(saves, job, result->history);
	if (!result->history)
		return;
	if (!job->document_write.histories)
		job->document_write.histories = json_new_array();
	json_append(job->document_write.histories, take(result->history));
}

static size_t place_of(const struct batch *batch, const struct pair *pair)
{
	size_t place = 0;

	while (place < batch->count && batch->jobs[place].pair != pair)
		place++;
	return place;
}

/* Two rows may exchange their numbers, when both are saved at once: one whose refused edit may do so is looked at together with
 * this one. Where that was done it takes a third number. False: it has no such edit, as what has no row of its own. */
static bool may_exchange(struct saves *saves, struct job *job, struct pair *other)
{
	struct batch *batch = saves->batch;
	size_t place = place_of(batch, other);

	if (place < batch->count && is_open(&batch->jobs[place]) && !saves->outcomes[place].saved) {
		job_problem(job, "To exchange two numbers give one of both a third one first.");
		return true;
	}
	if (place < batch->count || !other->has_problem || other->state != ENTRY_PAIR)
		return false;
	job_leave_untouched_with(job,
				 other); /* what that job finds out is told, and nothing else in between */
	return true;
}

static void seek_exchange(struct saves *saves, struct job *job)
{
	const char *prefix = document_prefix(table_document_type(job->pair->table));
	bool found = false;

	for (size_t i = 0; !found && i < json_length(job->blocked_by); i++) {
		const char *full_id = json_text_of(json_at(job->blocked_by, i));
		struct pair *other = strncmp(full_id, prefix, strlen(prefix)) == 0
					     ? pairs_find(&saves->batch->sync->pairs, job->pair->table,
							  full_id + strlen(prefix))
					     : NULL;
		found = other && may_exchange(saves, job, other);
	}
}

static void take_refused(struct saves *saves, struct job *job, struct outcome *outcome)
{
	const struct refusal *refusal = &outcome->result.refusal;
	bool first = job->problem.length == 0;

	refused_save_tell(job, refusal, &outcome->error, outcome->seen);
	if (first && !outcome->counted && !job->document_write.given->deleted)
		job_note_grounds(job, outcome->seen);
	if (refused_save_is_taken(refusal))
		seek_exchange(saves, job);
	job->document_write.sets_app_link = false;
	if (job->document_write.given->deleted)
		job->row_write.work = job->row.presence == RECORD_THERE
					      ? ROW_WORK_UPDATE
					      : ROW_WORK_NONE; /* it stays, and is told why */
}

/* Of one job: on the saves of which others of the batch it depends. */
static void note_leans(const struct saves *saves, size_t place, bool *depends_on)
{
	const struct batch *batch = saves->batch;

	for (size_t other = 0; saves->outcomes[place].leans && other < batch->count; other++)
		depends_on[other] =
			json_find(saves->outcomes[place].leans, batch->jobs[other].pair->full_id, NULL);
}

/* Looks whose saves depend on each other and on no others, as in an exchange of numbers: these need not wait. By place; the caller
 * frees. */
static bool *find_exchanges(const struct saves *saves)
{
	size_t count = saves->batch->count;
	bool *depends_on = own_alloc((count * count + 1) * sizeof *depends_on);
	bool *exchanges = own_alloc((count + 1) * sizeof *exchanges);

	for (size_t i = 0; i < count; i++)
		note_leans(saves, i, depends_on + i * count);
	circles_find(count, depends_on, exchanges);
	free(depends_on);
	return exchanges;
}

static void take_outcomes(struct saves *saves)
{
	bool *exchanges = find_exchanges(saves);

	for (size_t i = 0; i < saves->batch->count; i++) {
		struct job *job = &saves->batch->jobs[i];
		struct outcome *outcome = &saves->outcomes[i];
		json_object_close(&job->document_write.awaits);
		if (!outcome->tried)
			continue;
		if (outcome->leans && !exchanges[i])
			job->document_write.awaits = take(outcome->leans);
		else if (outcome->saved)
			take_saved(saves, job, &outcome->result);
		else
			take_refused(saves, job, outcome);
	}
	free(exchanges);
}

bool batch_save(struct batch *batch, struct error *error)
{
	struct saves saves = {.batch = batch};
	scoped_text created_by = own_format("integration-%s", batch->sync->config->id);
	bool any = false, ok = true;

	for (size_t i = 0; i < batch->count; i++)
		any = any || is_open(&batch->jobs[i]);
	if (!any)
		return true;
	saves.source = (struct inventory_source){.now_ms = clock_now_ms(), .uuid = new_uuid};
	saves.history = (struct save_history){
		created_by, history_batch_of_cycle(batch->sync, saves.source.now_ms), "sync"};
	saves.outcomes = own_alloc((batch->count + 1) * sizeof *saves.outcomes);
	related_init(&saves.related, batch->sync);
	prepare(&saves);
	do {
		if (document_cache_wants(&saves.related.documents))
			ok = related_read(&saves.related, error);
		if (ok)
			save_in_turn(&saves);
	} while (ok && document_cache_wants(&saves.related.documents));
	if (ok)
		take_outcomes(&saves);
	for (size_t i = 0; i < batch->count; i++)
		outcome_done(&saves.outcomes[i]);
	free(saves.outcomes);
	related_done(&saves.related);
	return ok;
}
