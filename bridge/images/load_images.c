#include "bridge/images/load_images.h"

#include "bridge/documents/picture_view.h"
#include "bridge/images/images_cell.h"
#include "bridge/images/load_imports.h"
#include "bridge/job/job_outcome.h"
#include "bridge/memory/heard_pictures.h"
#include "inventory/pictures.h"

#include <stdlib.h>
#include <string.h>

#define LINKS_MOST ((size_t)4 * PICTURES_MOST) /* that are read for one item */

/* ---- whose ---- */

/* Nothing of it can be done without its row, but for one that is to be made. */
static bool wants_images(const struct batch *batch, const struct job *job)
{
	const struct pair *pair = job->pair;
	const struct ledger_pictures *agreed = &job->entry.pictures;

	if (!images_flow(batch->sync, pair->table) || job_has_ended(job) || job->needs_no_row ||
	    job->document.presence != RECORD_THERE || !pair->in_scope)
		return false;
	if (job->row.presence != RECORD_THERE)
		return sync_has_links(batch->sync, pair);
	return (job->reasons & JOB_PICTURES) || pair->links != agreed->handled ||
	       images_row_differs(batch->sync, pair, &job->entry, job->row.body);
}

/* ---- the item's links ---- */

/* The ids of links begin with that of their item; so do those of links of items whose ids go on from there. */
static bool read_links(struct batch *batch, struct job *job, struct picture_view *view, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	scoped_text prefix = own_format("%s%s-", document_prefix(DOCUMENT_ITEM_IMAGE), job->pair->id);
	scoped(json_object) found = json_new_object();

	sync_want_odd_links(batch->sync, job->pair, &view->documents);
	if (!couch->ops->read_beginning(couch->self, prefix, LINKS_MOST, found, error))
		return false;
	job->images->too_many = json_key_count(found) >= LINKS_MOST;
	json_each (found, full_id, body)
		document_cache_put(&view->documents, full_id, body);
	return true;
}

static struct json_object *links_of(struct picture_view *view, const char *item_id)
{
	struct json_object *links = json_new_object();

	json_each (view->documents.stored, full_id, body) {
		if (body && document_type_of(full_id, NULL) == DOCUMENT_ITEM_IMAGE &&
		    document_cache_has_value(body, "item_id", item_id))
			json_put(links, full_id, json_share(body));
	}
	return links;
}

static bool has_image(const struct job_images *images, const char *image_id)
{
	for (size_t i = 0; i < images->count; i++)
		if (strcmp(images->list[i].image_id, image_id) == 0)
			return true;
	return false;
}

static bool take_links(struct picture_view *view, struct job *job, struct error *error)
{
	struct job_images *images = job->images;
	const struct inventory_view inventory = picture_view_of(view);
	scoped(json_object) links = NULL;

	images->links = links_of(view, job->pair->id);
	images->links_hash = picture_links_hash(images->links);
	if (!pictures_links_of_item(&inventory, job->pair->id, &links, error))
		return false;
	images->list = own_alloc((json_length(links) + 1) * sizeof *images->list);
	for (size_t i = 0; i < json_length(links); i++) {
		const char *image_id = json_text_or(document_data(json_at(links, i)), "image_id", "");
		scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);
		if (!*image_id || has_image(images, image_id))
			continue;
		images->list[images->count++].image_id = own_copy(image_id);
		document_cache_want(&view->documents, full_id);
	}
	return true;
}

static void take_bodies(struct batch *batch, struct picture_view *view, struct job *job)
{
	struct job_images *images = job->images;

	images->all_here = true;
	for (size_t i = 0; i < images->count; i++) {
		struct job_image *image = &images->list[i];
		scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image->image_id);
		struct json_object *body = document_cache_get(&view->documents, full_id);
		image->body = body ? json_share(body) : NULL;
		image->filename = pictures_filename(image->image_id, body);
		if (image->filename)
			continue;
		images->all_here = false;
		sync_await_picture(batch->sync, full_id, job->pair);
	}
}

/* ---- of the batch ---- */

static bool read_wanted(struct batch *batch, struct picture_view *view, struct error *error)
{
	const struct endpoint *couch = &batch->sync->couch;

	return !document_cache_wants(&view->documents) ||
	       document_cache_read(&view->documents, couch->ops->read_extras, couch->self, error);
}

static bool read_all(struct batch *batch, struct picture_view *view, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < batch->count; i++)
		if (batch->jobs[i].images)
			ok = read_links(batch, &batch->jobs[i], view, error);
	ok = ok && read_wanted(batch, view, error);
	for (size_t i = 0; ok && i < batch->count; i++)
		if (batch->jobs[i].images)
			ok = take_links(view, &batch->jobs[i], error);
	return ok && read_wanted(batch, view, error);
}

static void take_row(struct batch *batch, struct job *job)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	struct json_object *row = job->row.presence == RECORD_THERE ? job->row.body : NULL;

	job->images->row = images_read_cell(columns, row, &job->images->row_count);
	job->images->row_hash = images_row_hash(columns, row);
	job->images->ticked = images_ticked(columns, row);
	job->images->read_at_ms = job->row.read_at_ms;
}

bool batch_load_images(struct batch *batch, struct error *error)
{
	struct picture_view view = {0};
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!wants_images(batch, job))
			continue;
		job->images = own_alloc(sizeof *job->images);
		count++;
	}
	if (!count)
		return true;
	document_cache_init(&view.documents);
	picture_view_begin(&view);
	bool ok = read_all(batch, &view, error);
	for (size_t i = 0; ok && i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job->images)
			continue;
		take_bodies(batch, &view, job);
		take_row(batch, job);
		job->pair->links = job->images->links_hash;
	}
	ok = ok && batch_load_imports(batch, &view, error);
	picture_view_done(&view);
	return ok || error_wrap(error, "reading pictures");
}
