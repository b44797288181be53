/*     note of when it began, and of a tick ──> histories ──> pictures ──> links */
#include "bridge/images/image_links.h"

#include "base/clock.h"
#include "bridge/documents/extra_results.h"
#include "bridge/documents/picture_view.h"
#include "bridge/images/import_draft.h"
#include "bridge/job/job_images.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/notes.h"
#include "bridge/limits.h"
#include "inventory/save.h"

#include <stdlib.h>
#include <string.h>

struct unlinking {
	struct batch *batch;
	struct picture_view view;
	struct json_object *histories; /* owned; {_id of the link: its history} */
	const char *created_by;        /* borrowed */
};

static void new_uuid(void *context, char uuid_out[37])
{
	(void)context;
	random_uuid(uuid_out);
}

/* ---- which links ---- */

static bool is_planned(const struct job *job)
{
	return job->images && job->images->planned && !job_has_ended(job) &&
	       job->row_write.mode == ROW_WRITE_CELLS;
}

static bool is_unlinked(const struct pictures_plan *plan, const char *image_id)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->list[i].action == PICTURE_UNLINK && strcmp(plan->list[i].image_id, image_id) == 0)
			return true;
	return false;
}

bool job_changes_links(const struct job *job)
{
	const struct pictures_plan *plan = &job->images->plan;
	bool any = plan->write_order;

	for (size_t i = 0; i < plan->count; i++)
		any = any || plan->list[i].action == PICTURE_UNLINK || import_is_linked(&plan->list[i]);
	return any;
}

/* The picture's place among those that stay in the item; -1: it does not. */
static int place_of(const struct pictures_plan *plan, const char *image_id)
{
	int place = 0;

	for (size_t i = 0; i < plan->kept; i++) {
		if (!plan->list[i].image_id)
			continue;
		if (strcmp(plan->list[i].image_id, image_id) == 0)
			return place;
		place++;
	}
	return -1;
}

/* A link to a picture that was deleted can be put nowhere else: the others are put around it. */
static int new_place_of(const struct job_images *images, const char *image_id)
{
	const struct job_image *image = job_image_of(images, image_id);

	return images->plan.write_order && image && image->body ? place_of(&images->plan, image_id) : -1;
}

/* What is to be saved of a link; NULL: it stays as it is. */
static struct datum *change_of(const struct job *job, const char *full_id, struct json_object *link)
{
	const struct pictures_plan *plan = &job->images->plan;
	const char *id = NULL, *image_id = json_text_or(document_data(link), "image_id", "");
	int place = new_place_of(job->images, image_id);
	struct json_object *order = NULL;
	bool gone = is_unlinked(plan, image_id);

	document_type_of(full_id, &id);
	bool ordered = json_find(document_data(link), "order", &order) && json_double_of(order) == place;
	if (!gone && (place < 0 || ordered))
		return NULL;
	struct datum *change = datum_new(DOCUMENT_ITEM_IMAGE, id);
	change->deleted = gone;
	if (!gone)
		datum_put(change, "order", json_new_int(place));
	return change;
}

/* ---- saving ---- */

/* True: the other saves go on. What asked for something that is not read yet is saved once more. */
static bool take_refusal(struct unlinking *unlinking, struct job *job, const struct error *why,
			 struct error *error)
{
	if (why->kind != ERROR_REFUSED) {
		*error = *why;
		return false;
	}
	if (document_cache_wants(&unlinking->view.documents))
		return true;
	job->images->links_failed = true;
	job_problem(job, "Images: a picture is not added, removed or moved: %s.", why->text);
	return true;
}

static bool save_one(struct unlinking *unlinking, struct job *job, const char *full_id,
		     const struct datum *change, struct error *error)
{
	const struct inventory_view view = picture_view_of(&unlinking->view);
	const struct inventory_source source = {.now_ms = job->entry.pictures.links_at_ms, .uuid = new_uuid};
	const struct save_history told = {unlinking->created_by, source.now_ms, "sync"};
	const struct save_request request = {.given = change, .history = &told, .ignore_conflict = true};
	scoped(json_object) bodies = NULL;
	struct save_result result = {0};
	struct error why = {0};

	bool ok = save_all(&request, &view, &source, &bodies, &result, &why);
	if (ok && result.history)
		json_put(unlinking->histories, full_id, json_share(result.history));
	if (ok)
		picture_view_save(&unlinking->view, bodies);
	save_result_done(&result);
	return ok || take_refusal(unlinking, job, &why, error);
}

static bool save_import(struct unlinking *unlinking, struct job *job, const struct picture_decision *decision,
			struct error *error)
{
	scoped_text full_id = import_link_id(job, decision);
	const struct inventory_source source = {.now_ms = job->entry.pictures.links_at_ms, .uuid = new_uuid};
	int place = place_of(&job->images->plan, decision->image_id);
	struct error why = {0};

	if (!import_save_image(unlinking->batch, job, decision, &unlinking->view, &source, &why))
		return take_refusal(unlinking, job, &why, error);
	struct datum *link = import_link(job, decision, place);
	bool ok = save_one(unlinking, job, full_id, link, error);
	datum_close(&link);
	return ok;
}

static bool save_links(struct unlinking *unlinking, struct job *job, struct error *error)
{
	bool ok = true;

	json_each (job->images->links, full_id, link) {
		struct datum *change = ok ? change_of(job, full_id, link) : NULL;
		if (change)
			ok = save_one(unlinking, job, full_id, change, error);
		datum_close(&change);
	}
	for (size_t i = 0; ok && i < job->images->plan.count; i++)
		if (import_is_linked(&job->images->plan.list[i]))
			ok = save_import(unlinking, job, &job->images->plan.list[i], error);
	return ok;
}

static bool save_round(struct unlinking *unlinking, struct error *error)
{
	bool ok = true;

	picture_view_begin(&unlinking->view);
	json_release(unlinking->histories);
	unlinking->histories = json_new_object();
	for (size_t i = 0; ok && i < unlinking->batch->count; i++) {
		struct job *job = &unlinking->batch->jobs[i];
		if (is_planned(job) && job_changes_links(job) && !job->images->links_failed)
			ok = save_links(unlinking, job, error);
	}
	return ok;
}

/* What saves look up is read until nothing more is asked for. */
static bool save_all_links(struct unlinking *unlinking, struct error *error)
{
	const struct endpoint *couch = &unlinking->batch->sync->couch;
	bool ok = save_round(unlinking, error);

	while (ok && document_cache_wants(&unlinking->view.documents)) {
		ok = document_cache_read(&unlinking->view.documents, couch->ops->read_extras, couch->self,
					 error) &&
		     save_round(unlinking, error);
	}
	return ok;
}

/* ---- writing ---- */

enum written { HISTORIES, PICTURES, LINKS };

static struct endpoint_write update_of(struct unlinking *unlinking, const char *full_id,
				       struct json_object *body)
{
	struct json_object *stored = NULL;

	json_find(unlinking->view.documents.stored, full_id, &stored);
	json_remove(body, "_rev");
	if (stored)
		json_put_text(body, "_rev", json_text_or(stored, "_rev", ""));
	return (struct endpoint_write){.kind = WRITE_EXTRA_UPDATE, .body = body};
}

static size_t collect(struct unlinking *unlinking, enum written written, struct endpoint_write *writes)
{
	size_t count = 0;

	if (written == HISTORIES) {
		json_each (unlinking->histories, full_id, history)
			writes[count++] = (struct endpoint_write){.kind = WRITE_EXTRA, .body = history};
		return count;
	}
	json_each (unlinking->view.documents.saved, full_id, body) {
		enum document_type type = document_type_of(full_id, NULL);
		bool picture = type == DOCUMENT_IMAGE && !json_find(unlinking->view.unsure, full_id, NULL);
		if (written == LINKS ? type == DOCUMENT_ITEM_IMAGE : picture)
			writes[count++] = update_of(unlinking, full_id, body);
	}
	return count;
}

static bool is_new_link(const struct job *job, const char *full_id)
{
	bool found = false;

	for (size_t i = 0; i < job->images->plan.count; i++) {
		const struct picture_decision *one = &job->images->plan.list[i];
		scoped_text link = import_is_linked(one) ? import_link_id(job, one) : NULL;
		found = found || (link && strcmp(link, full_id) == 0);
	}
	return found;
}

/* Whose the picture or the link is; of a history that of its link. */
static bool is_about(struct job *job, struct json_object *body)
{
	const char *full_id = json_text_or(body, "_id", ""), *data_id = json_text_or(body, "data_id", NULL);
	scoped_text link = data_id ? document_full_id(DOCUMENT_ITEM_IMAGE, data_id) : own_copy(full_id);
	const char *image_id = NULL;
	bool found = json_find(job->images->links, link, NULL) || is_new_link(job, link);

	if (document_type_of(full_id, &image_id) == DOCUMENT_IMAGE)
		found = is_unlinked(&job->images->plan, image_id) ||
			place_of(&job->images->plan, image_id) >= 0;
	return found;
}

/* It is decided anew, from what is there then. */
static void take_failed(struct unlinking *unlinking, const struct endpoint_write *write)
{
	for (size_t i = 0; i < unlinking->batch->count; i++) {
		struct job *job = &unlinking->batch->jobs[i];
		if (!is_planned(job) || !job_changes_links(job) || job->images->links_failed ||
		    !is_about(job, write->body))
			continue;
		job->images->links_failed = true;
		job_comes_later(job, SYNC_RETRY_FIRST_MS);
		if (write->result != ERROR_REFUSED)
			continue;
		job->problem_passes = true;
		job_problem(job, "Images: CouchDB refused to have a picture added, removed or moved: %s.",
			    write->error.text);
	}
}

static bool write_some(struct unlinking *unlinking, enum written written, struct error *error)
{
	size_t most = (size_t)(json_key_count(unlinking->histories) +
			       json_key_count(unlinking->view.documents.saved));
	struct endpoint_write *writes = own_alloc((most + 1) * sizeof *writes);
	size_t count = collect(unlinking, written, writes);
	bool ok = batch_write_extras(unlinking->batch, writes, count, error);

	for (size_t i = 0; ok && i < count; i++)
		if (writes[i].result != ERROR_NONE)
			take_failed(unlinking, &writes[i]);
	endpoint_writes_done(writes, count);
	free(writes);
	return ok;
}

/* Of what could not be recorded, or not be put right beside it, nothing is removed. */
static bool write_all(struct unlinking *unlinking, struct error *error)
{
	bool ok = write_some(unlinking, HISTORIES, error) && save_round(unlinking, error) &&
		  write_some(unlinking, PICTURES, error) && save_round(unlinking, error) &&
		  write_some(unlinking, LINKS, error);

	for (size_t i = 0; ok && i < unlinking->batch->count; i++) {
		struct job *job = &unlinking->batch->jobs[i];
		if (is_planned(job) && job_changes_links(job))
			job->images->links_written = !job->images->links_failed;
	}
	return ok;
}

/* ---- of the batch ---- */

/* After a crash a change of links is the same one, and a picture that has come meanwhile is not taken for one that the tick is about. */
static bool note_changes(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	int64_t now_ms = clock_now_ms();
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!is_planned(job))
			continue;
		bool ticks = job->images->ticked && !job->images->before_tick;
		bool begins = job_changes_links(job) && !job->entry.pictures.links_at_ms;
		if (begins)
			job->entry.pictures.links_at_ms = now_ms;
		if (ticks || begins)
			jobs[count++] = job;
	}
	bool ok = count == 0 || batch_write_notes(batch, jobs, count, error);
	free(jobs);
	return ok;
}

static void begin(struct unlinking *unlinking)
{
	struct batch *batch = unlinking->batch;

	document_cache_init(&unlinking->view.documents);
	for (size_t i = 0; i < batch->count; i++) {
		const struct job *job = &batch->jobs[i];
		if (!is_planned(job) || !job_changes_links(job))
			continue;
		document_cache_put(&unlinking->view.documents, job->pair->full_id, job->document.body);
		json_each (job->images->links, full_id, link)
			document_cache_put(&unlinking->view.documents, full_id, link);
		for (size_t k = 0; k < job->images->count; k++) {
			scoped_text image = document_full_id(DOCUMENT_IMAGE, job->images->list[k].image_id);
			document_cache_put(&unlinking->view.documents, image, job->images->list[k].body);
		}
	}
}

bool batch_write_image_links(struct batch *batch, struct error *error)
{
	scoped_text created_by = own_format("integration-%s", batch->sync->config->id);
	struct unlinking unlinking = {
		.batch = batch,
		.view = {.odd_links = batch->sync->odd_links},
		.created_by = created_by,
	};
	bool any = false;

	for (size_t i = 0; i < batch->count; i++)
		any = any || (is_planned(&batch->jobs[i]) && job_changes_links(&batch->jobs[i]));
	if (!any)
		return note_changes(batch, error);
	begin(&unlinking);
	bool ok = note_changes(batch, error) && save_all_links(&unlinking, error) &&
		  write_all(&unlinking, error);
	picture_view_done(&unlinking.view);
	json_release(unlinking.histories);
	return ok || error_wrap(error, "changing pictures");
}
