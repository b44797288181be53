/* An attachment that is neither agreed on nor named by one of the item's pictures is somebody's own. It is known again
 *
 *     by the id of a picture that follows from its own: the item has that, or the database;
 *     by the ledger, which has noted what it became;
 *     by the digest of what has just been made of it: the database has these bytes already, or another one of this batch.
 *
 * So whatever was lost, it is stored once. */
#include "bridge/images/load_imports.h"

#include "bridge/job/job_images.h"
#include "bridge/memory/known_digests.h"
#include "inventory/pictures.h"

#include <string.h>

struct loading {
	struct batch *batch;
	struct picture_view *view;
	struct json_object *chosen; /* owned; {digest: image id}, of what this batch is to store */
};

/* The same each time, so that a crash makes no second one. */
static void derive_image_id(const struct batch *batch, const char *attachment_id, char id_out[37])
{
	const char *words[] = {batch->sync->config->base_id, attachment_id};

	document_id_from(words, countof(words), id_out);
}

/* ---- whose it is ---- */

static bool is_of_item(const struct job *job, const char *image_id)
{
	for (size_t i = 0; i < job->images->count; i++)
		if (strcmp(job->images->list[i].image_id, image_id) == 0)
			return true;
	return false;
}

static bool is_foreign(const struct job *job, const struct picture_attachment *attachment)
{
	const struct ledger_pictures *agreed = &job->entry.pictures;

	for (size_t i = 0; i < agreed->count; i++)
		if (strcmp(agreed->list[i].attachment_id, attachment->id) == 0)
			return false;
	return attachment->id[0] && attachment->fetched && !is_of_item(job, attachment->stem) &&
	       !ledger_pictures_find(agreed, attachment->stem);
}

/* ---- what is to be read ---- */

static void want_image(struct loading *loading, const char *image_id)
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);

	document_cache_want(&loading->view->documents, full_id);
}

static bool want_one(struct loading *loading, struct job *job, size_t place, struct error *error)
{
	struct sync *sync = loading->batch->sync;
	const char *attachment_id = job->images->row[place].id;
	const struct ledger_import *import = ledger_imports_find(&job->entry.pictures.imports, attachment_id);
	struct picture_import *told = &job->images->imports[place].told;
	char derived[37];

	if (!is_foreign(job, &job->images->row[place]))
		return true;
	sync->importer->look(sync->importer->self, attachment_id, told);
	derive_image_id(loading->batch, attachment_id, derived);
	want_image(loading, derived);
	if (import && import->image_id[0])
		want_image(loading, import->image_id);
	if (told->end != IMPORT_READY)
		return true;
	if (!sync_read_digests(sync, error))
		return false;
	const char *known = sync_image_of_digest(sync, told->digest);
	if (known)
		want_image(loading, known);
	return true;
}

/* ---- what it is ---- */

static bool is_stored(struct loading *loading, const char *image_id)
{
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, image_id);
	scoped_text filename =
		pictures_filename(image_id, document_cache_get(&loading->view->documents, full_id));

	return filename != NULL;
}

static bool find_digest(struct loading *loading, const char *digest, const char *derived,
			struct job_import *import, char **image_id_out, struct error *error)
{
	const struct inventory_view view = picture_view_of(loading->view);

	if (!pictures_find_digest(&view, digest, image_id_out, error))
		return false;
	import->stored = *image_id_out != NULL;
	if (import->stored)
		return true;
	*image_id_out = own_copy(json_text_or(loading->chosen, digest, derived));
	json_put_text(loading->chosen, digest, *image_id_out);
	sync_note_digest(loading->batch->sync, digest, *image_id_out);
	return true;
}

static bool find_one(struct loading *loading, struct job *job, size_t place, struct error *error)
{
	struct picture_attachment *attachment = &job->images->row[place];
	struct job_import *import = &job->images->imports[place];
	const struct ledger_import *noted = ledger_imports_find(&job->entry.pictures.imports, attachment->id);
	char derived[37], *image_id = NULL;

	if (!is_foreign(job, attachment))
		return true;
	derive_image_id(loading->batch, attachment->id, derived);
	import->stored = true;
	if (is_of_item(job, derived) || is_stored(loading, derived))
		image_id = own_copy(derived);
	else if (noted && noted->image_id[0] && is_stored(loading, noted->image_id))
		image_id = own_copy(noted->image_id);
	else if (import->told.end == IMPORT_READY &&
		 !find_digest(loading, import->told.digest, derived, import, &image_id, error))
		return false;
	attachment->image_id = image_id;
	attachment->expected = import->told.end != IMPORT_FAILED && import->told.end != IMPORT_REFUSED &&
			       !(noted && noted->problem);
	return true;
}

/* ---- of the batch ---- */

typedef bool import_step(struct loading *loading, struct job *job, size_t place, struct error *error);

static bool go_through(struct loading *loading, import_step *step, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; i < loading->batch->count; i++) {
		struct job *job = &loading->batch->jobs[i];
		for (size_t place = 0; ok && job->images && place < job->images->row_count; place++)
			ok = step(loading, job, place, error);
	}
	return ok;
}

bool batch_load_imports(struct batch *batch, struct picture_view *view, struct error *error)
{
	const struct endpoint *couch = &batch->sync->couch;
	struct loading loading = {batch, view, NULL};

	for (size_t i = 0; i < batch->count; i++) {
		struct job_images *images = batch->jobs[i].images;
		if (images)
			images->imports = own_alloc((images->row_count + 1) * sizeof *images->imports);
	}
	if (!batch->sync->importer)
		return true;
	loading.chosen = json_new_object();
	bool ok = go_through(&loading, want_one, error) &&
		  (!document_cache_wants(&view->documents) ||
		   document_cache_read(&view->documents, couch->ops->read_extras, couch->self, error)) &&
		  go_through(&loading, find_one, error);
	json_release(loading.chosen);
	return ok;
}
