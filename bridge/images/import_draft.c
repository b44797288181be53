#include "bridge/images/import_draft.h"

#include "bridge/images/images_cell.h"

#include <math.h>
#include <string.h>

bool import_is_linked(const struct picture_decision *decision)
{
	return decision->action == PICTURE_IMPORT && decision->image_id;
}

/* ---- the picture ---- */

/* What has just been made of this attachment; NULL: nothing has. Kept with the job, as saves are worked out several times. */
static struct json_object *renditions_of(struct batch *batch, struct job *job, const char *attachment_id)
{
	const struct picture_importer *importer = batch->sync->importer;
	struct job_images *images = job->images;
	struct json_object *found = NULL;

	if (!images->renditions)
		images->renditions = json_new_object();
	if (json_find(images->renditions, attachment_id, &found))
		return found;
	found = importer->renditions(importer->self, attachment_id);
	json_put(images->renditions, attachment_id, found);
	return found;
}

static const struct picture_import *told_of(const struct job_images *images, const char *attachment_id)
{
	size_t place = 0;

	while (strcmp(images->row[place].id, attachment_id) != 0)
		place++;
	return &images->imports[place].told;
}

static struct datum *image_of(struct batch *batch, const struct job *job,
			      const struct picture_decision *decision)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	struct json_object *shown = images_attachment(columns, job->row.body, decision->attachment_id);
	const struct picture_import *told = told_of(job->images, decision->attachment_id);
	struct datum *image = datum_new(DOCUMENT_IMAGE, decision->image_id);

	datum_put_text(image, "filename", json_text_or(shown, "filename", NULL));
	datum_put(image, "size", json_new_int(told->size));
	datum_put_text(image, "image_1440_digest", told->digest);
	return image;
}

bool import_save_image(struct batch *batch, struct job *job, const struct picture_decision *decision,
		       struct picture_view *view, const struct inventory_source *source, struct error *error)
{
	const struct inventory_view inventory = picture_view_of(view);
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, decision->image_id);
	struct json_object *renditions = NULL;

	if (document_cache_get(&view->documents, full_id))
		return true;
	renditions = renditions_of(batch, job, decision->attachment_id);
	if (!renditions)
		return true; /* the database has it, and it is read next */
	struct datum *image = image_of(batch, job, decision);
	const struct save_request request = {
		.given = image, .attachments = renditions, .ignore_conflict = true};
	struct save_result result = {0};
	bool ok = save_document(&request, &inventory, source, &result, error);
	if (ok && result.body)
		document_cache_save(&view->documents, full_id, result.body);
	save_result_done(&result);
	datum_close(&image);
	return ok;
}

/* ---- the link ---- */

char *import_link_id(const struct job *job, const struct picture_decision *decision)
{
	return own_format("%s%s-%s", document_prefix(DOCUMENT_ITEM_IMAGE), job->pair->id, decision->image_id);
}

/* Behind all that the item has. */
static int64_t next_order(struct json_object *links)
{
	int64_t next = 0;

	json_each (links, full_id, link) {
		struct json_object *order = NULL;
		(void)full_id;
		if (json_find(document_data(link), "order", &order) && json_is_number(order) &&
		    (int64_t)floor(json_double_of(order)) >= next)
			next = (int64_t)floor(json_double_of(order)) + 1;
	}
	return next;
}

/* Also those that are not there yet: so nothing moves when they come. */
static int64_t new_ones_before(const struct pictures_plan *plan, const struct picture_decision *decision)
{
	int64_t count = 0;

	for (const struct picture_decision *one = plan->list; one < decision; one++)
		count += one->action == PICTURE_IMPORT;
	return count;
}

struct datum *import_link(const struct job *job, const struct picture_decision *decision, int place)
{
	const struct pictures_plan *plan = &job->images->plan;
	scoped_text full_id = import_link_id(job, decision);
	const char *id = NULL;

	document_type_of(full_id, &id);
	struct datum *link = datum_new(DOCUMENT_ITEM_IMAGE, id);
	datum_put_text(link, "item_id", job->pair->id);
	datum_put_text(link, "image_id", decision->image_id);
	datum_put(link, "order",
		  json_new_int(plan->write_order
				       ? place
				       : next_order(job->images->links) + new_ones_before(plan, decision)));
	return link;
}
