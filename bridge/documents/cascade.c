#include "bridge/documents/cascade.h"

#include "base/clock.h"
#include "bridge/documents/extra_results.h"
#include "bridge/documents/picture_view.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"
#include "bridge/memory/heard_pictures.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

#define TRIES 3

struct waking {
	struct batch *batch;
	struct job *const *jobs; /* borrowed; whose wake it is */
	size_t count;
	struct endpoint_write failed; /* the last of those that were not taken: 'result' and 'error' alone */
	struct inventory_source source;
	struct picture_view view;
};

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

/* ---- which saves have a wake ---- */

static void begin_cascade(struct job *job, bool gone)
{
	datum_close(&job->document_write.cascade);
	job->document_write.cascade = datum_new(table_document_type(job->pair->table), job->pair->id);
	job->document_write.cascade->deleted = gone;
}

/* Our own app link is left out: the note that it would leave behind is for us only, and we would remove it again (sync-rules 25). */
static void copy_app_links(const struct batch *batch, struct json_object *stored, struct datum *datum)
{
	struct json_object *sets_app_link =
		json_copy(json_child(document_data(stored), "integrations", json_type_object));

	if (!sets_app_link)
		return;
	json_remove(sets_app_link, batch->sync->config->id);
	datum_put(datum, "integrations", sets_app_link);
}

void job_note_cascade(struct batch *batch, struct job *job)
{
	bool item = job->pair->table == TABLE_ITEMS, gone = job->document_write.given->deleted;
	const char *before = json_text_or(document_data(job->document.body), "collection_id", "");
	const char *after = json_text_or(document_data(job->document_write.body), "collection_id", "");

	if (job->document.presence != RECORD_THERE || (!gone && (!item || strcmp(before, after) == 0)))
		return;
	begin_cascade(job, gone);
	if (gone)
		copy_app_links(batch, job->document.body, job->document_write.cascade);
}

struct json_object *job_cascade_app_links(const struct job *job)
{
	struct json_object *sets_app_link = datum_get(job->document_write.cascade, "integrations");

	return sets_app_link ? json_copy(sets_app_link) : json_new_object();
}

/* If it was deleted, or made anew, by others since, what hangs on it is theirs. */
void job_cascade_again(struct job *job)
{
	struct json_object *left = job->entry.cascade;
	struct json_object *sets_app_link = job->entry.intents.document.cascade;
	bool gone = job->entry.intents.document.kind == INTENT_DELETE;

	if (!sets_app_link) {
		sets_app_link = json_child(left, "marks", json_type_object);
		gone = json_bool_or(left, "gone", false);
	}
	if (sets_app_link && gone == (job->document.presence == RECORD_THERE)) {
		json_object_close(&job->entry.cascade);
		return;
	}
	if (!sets_app_link || job->needs_no_row)
		return;
	begin_cascade(job, gone);
	datum_put(job->document_write.cascade, "integrations", json_copy(sets_app_link));
	job->document_write.cascades_again = true;
}

/* ---- saving ---- */

/* What cannot be saved is left as it is, as the app does. */
static bool save_next(struct waking *waking, const struct datum *given, struct error *error)
{
	const struct inventory_view view = picture_view_of(&waking->view);
	const struct save_request request = {.given = given, .ignore_conflict = true};
	scoped(json_object) bodies = NULL;
	struct save_result result;
	struct error cause = {0};

	bool ok = save_all(&request, &view, &waking->source, &bodies, &result, &cause);
	save_result_done(&result);
	if (ok)
		picture_view_save(&waking->view, bodies);
	else if (cause.kind != ERROR_REFUSED)
		*error = cause;
	return ok || cause.kind == ERROR_REFUSED;
}

static bool save_cascade_of(struct waking *waking, struct job *job, struct error *error)
{
	const struct inventory_view view = picture_view_of(&waking->view);
	struct json_object *shown = NULL;

	if (job->document_write.cascade->deleted &&
	    document_cache_find(&waking->view.documents, job->pair->full_id, &shown) && shown &&
	    shown != job->document.body)
		return true; /* another revision of it: what hangs on it is that one's */
	const struct save_result result = {.body = json_new_object(), .datum = job->document_write.cascade};
	struct save_cascade cascade;

	bool ok = save_cascade(&result, &view, &cascade, error);
	for (size_t i = 0; ok && i < cascade.count; i++)
		ok = save_next(waking, cascade.next[i].given, error);
	save_cascade_done(&cascade);
	json_release(result.body);
	return ok;
}

static bool is_woken(const struct job *job)
{
	return job->document_write.cascade &&
	       (job->document_write.written || job->document_write.cascades_again);
}

static bool save_all_cascades(struct waking *waking, struct error *error)
{
	bool ok = true;

	picture_view_begin(&waking->view);
	for (size_t i = 0; ok && i < waking->count; i++)
		ok = save_cascade_of(waking, waking->jobs[i], error);
	return ok;
}

/* ---- reading and writing ---- */

static bool is_gone(const struct job *job)
{
	return job->document_write.cascade->deleted;
}

/* All links of all items, where nobody knows of those whose ids do not begin with that of their item. */
static bool read_every_link(struct waking *waking, struct error *error)
{
	struct endpoint *couch = &waking->batch->sync->couch;

	return couch->ops->read_beginning(couch->self, document_prefix(DOCUMENT_ITEM_IMAGE), SIZE_MAX,
					  waking->view.documents.stored, error);
}

static bool read_links_of(struct waking *waking, struct job *job, struct error *error)
{
	struct endpoint *couch = &waking->batch->sync->couch;
	scoped_text prefix = own_format("%s%s-", document_prefix(DOCUMENT_ITEM_IMAGE), job->pair->id);

	sync_want_odd_links(waking->batch->sync, job->pair, &waking->view.documents);
	return couch->ops->read_beginning(couch->self, prefix, SIZE_MAX, waking->view.documents.stored,
					  error);
}

/* However many they are. Whether what was deleted is gone is asked with its links: a conflicting revision may be shown instead. */
static bool read_links(struct waking *waking, struct error *error)
{
	bool ok = true, every = !sync_knows_links(waking->batch->sync), any = false;

	document_cache_clear(&waking->view.documents);
	for (size_t i = 0; ok && i < waking->count; i++) {
		if (waking->jobs[i]->pair->table != TABLE_ITEMS)
			continue;
		ok = every ? any || read_every_link(waking, error)
			   : read_links_of(waking, waking->jobs[i], error);
		any = true;
	}
	any = any && (json_key_count(waking->view.documents.stored) > 0 ||
		      document_cache_wants(&waking->view.documents));
	for (size_t i = 0; i < waking->count; i++) {
		struct job *job = waking->jobs[i];
		if (any && is_gone(job))
			document_cache_want(&waking->view.documents, job->pair->full_id);
		else
			document_cache_put(&waking->view.documents, job->pair->full_id, job->document.body);
	}
	return ok;
}

static size_t collect_writes(struct waking *waking, bool links, struct endpoint_write *writes)
{
	size_t count = 0;

	json_each (waking->view.documents.saved, full_id, body) {
		struct json_object *stored = NULL, *nothing;
		if ((document_type_of(full_id, NULL) == DOCUMENT_ITEM_IMAGE) != links ||
		    json_find(waking->view.unsure, full_id, &nothing))
			continue;
		json_find(waking->view.documents.stored, full_id, &stored);
		json_remove(body, "_rev");
		if (stored)
			json_put_text(body, "_rev", json_text_or(stored, "_rev", ""));
		writes[count++] = (struct endpoint_write){.kind = WRITE_EXTRA_UPDATE, .body = body};
	}
	return count;
}

/* A 409 or no answer: somebody changed one of them meanwhile, or it is not known what became of it. */
static bool is_open(const struct waking *waking)
{
	return waking->failed.result != ERROR_NONE && waking->failed.result != ERROR_REFUSED;
}

static void note_failed(struct waking *waking, const struct endpoint_write *write)
{
	if (write->result == ERROR_NONE || is_open(waking))
		return;
	waking->failed.result = write->result;
	error_set(&waking->failed.error, write->result, "%s: %s", json_text_or(write->body, "_id", ""),
		  write->error.text);
}

/* The links of pictures to their item are no records of their own. */
static void note_answer(struct waking *waking, bool links, const struct endpoint_write *write)
{
	note_failed(waking, write);
	if (write->result == ERROR_NONE && !links)
		job_log_cascaded(waking->batch, write->body);
}

static bool write_some(struct waking *waking, bool links, struct error *error)
{
	struct endpoint_write *writes =
		own_alloc(((size_t)json_key_count(waking->view.documents.saved) + 1) * sizeof *writes);
	size_t count = collect_writes(waking, links, writes);
	bool ok = batch_write_extras(waking->batch, writes, count, error);

	for (size_t i = 0; ok && i < count; i++)
		note_answer(waking, links, &writes[i]);
	endpoint_writes_done(writes, count);
	free(writes);
	return ok;
}

/* The links last: once they are saved, nothing tells any more that their pictures are not. */
static bool write_saved(struct waking *waking, struct error *error)
{
	waking->failed = (struct endpoint_write){.result = ERROR_NONE};
	return write_some(waking, false, error) &&
	       (waking->failed.result != ERROR_NONE || write_some(waking, true, error));
}

static bool save_once(struct waking *waking, struct error *error)
{
	const struct endpoint *couch = &waking->batch->sync->couch;
	bool ok = read_links(waking, error);

	while (ok) {
		ok = save_all_cascades(waking, error);
		if (!ok || !document_cache_wants(&waking->view.documents))
			break;
		ok = document_cache_read(&waking->view.documents, couch->ops->read_extras, couch->self,
					 error);
	}
	return ok && write_saved(waking, error);
}

/* failed_out: what was not taken, if its result says that anything was not. */
static bool save_together(struct batch *batch, struct job *const *jobs, size_t count,
			  struct endpoint_write *failed_out, struct error *error)
{
	struct waking waking = {
		.batch = batch,
		.jobs = jobs,
		.count = count,
		.source = {.now_ms = clock_now_ms(), .uuid = new_uuid},
		.failed = {.result = ERROR_CONFLICT},
		.view = {.odd_links = batch->sync->odd_links},
	};
	bool ok = true;

	for (int try = 0; ok && is_open(&waking) && try < TRIES; try++)
		ok = save_once(&waking, error);
	picture_view_done(&waking.view);
	*failed_out = waking.failed;
	return ok;
}

static struct json_object *left_open(const struct job *job, const char *why)
{
	struct json_object *left = json_new_object();

	if (job->document_write.cascade->deleted)
		json_put(left, "gone", json_new_bool(true));
	json_put(left, "marks", job_cascade_app_links(job));
	json_put_text(left, "why", why);
	return left;
}

/* What may pass by itself is reported only when it does not. */
static void end_cascade(struct job *job, const struct endpoint_write *failed)
{
	json_object_close(&job->entry.cascade);
	if (failed->result == ERROR_REFUSED ||
	    (failed->result != ERROR_NONE && job->document_write.cascades_again)) {
		job->entry.cascade = left_open(job, failed->error.text);
	} else if (failed->result != ERROR_NONE) {
		job->entry.cascade = left_open(job, NULL);
		job_comes_later(job, SYNC_RETRY_FIRST_MS);
	}
	datum_close(&job->document_write.cascade);
	job->document_write.cascades_again = false;
}

static bool save_each(struct batch *batch, struct job *const *jobs, size_t count, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		struct endpoint_write failed;
		ok = save_together(batch, &jobs[i], 1, &failed, error);
		if (ok)
			end_cascade(jobs[i], &failed);
	}
	return ok;
}

bool batch_save_cascades(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	struct endpoint_write failed = {.result = ERROR_NONE};
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (is_woken(&batch->jobs[i]))
			jobs[count++] = &batch->jobs[i];
		else
			datum_close(&batch->jobs[i].document_write.cascade);
	bool ok = count == 0 || save_together(batch, jobs, count, &failed, error);
	if (ok && failed.result != ERROR_NONE && count > 1)
		ok = save_each(batch, jobs, count, error);
	else
		for (size_t i = 0; ok && i < count; i++)
			end_cascade(jobs[i], &failed);
	free(jobs);
	return ok || error_wrap(error, "saving what follows from an item's move or end");
}
