#include "bridge/images/images_draft.h"

#include "bridge/images/images_agreed.h"
#include "bridge/images/images_problem.h"
#include "bridge/images/images_way.h"
#include "bridge/job/job_problem.h"

#include <string.h>

struct drafting {
	struct json_object *cell;
	bool sends; /* something new is in it */
	bool fails; /* something that is in the row cannot be named, so nothing may be written */
};

/* ---- the cell ---- */

static void add_kept(struct drafting *drafting, const char *attachment_id)
{
	struct json_object *one = json_new_object();

	if (!attachment_id || !*attachment_id)
		drafting->fails = true;
	json_put_text(one, "id", attachment_id);
	json_append(drafting->cell, one);
}

/* One that is not here yet is sent when it comes. */
static void add_new(struct batch *batch, struct job *job, struct drafting *drafting, const char *image_id)
{
	const struct picture_signer *signer = batch->sync->signer;
	const struct job_image *image = job_image_of(job->images, image_id);
	struct error error = {0};
	scoped_text link = NULL;

	if (!image || !image->filename)
		return;
	if (!signer->sign(signer->self, image_id, image->body, &link, &error)) {
		log_warn(&batch->sync->log, "%s: picture %s has no link: %s", job->pair->full_id, image_id,
			 error.text);
		job->images->all_here = false;
		return;
	}
	struct json_object *one = json_new_object();
	json_put_text(one, "url", link);
	json_put_text(one, "filename", image->filename);
	json_append(drafting->cell, one);
	drafting->sends = true;
}

static void add(struct batch *batch, struct job *job, struct drafting *drafting,
		const struct picture_decision *decision)
{
	bool is_new = decision->action == PICTURE_SEND;

	if (job_uploads_image(job, decision))
		return; /* what the row has in its place has no file */
	if (is_new && !job->images->by_upload && !job_holds_image(job, decision))
		add_new(batch, job, drafting, decision->image_id);
	else if (!is_new || (decision->attachment_id && decision->attachment_id[0]))
		add_kept(drafting, decision->attachment_id);
}

/* Whether the row shows these, and in this order. */
static bool is_shown(const struct job_images *images, struct json_object *cell)
{
	bool same = json_length(cell) == images->row_count;

	for (size_t i = 0; same && i < images->row_count; i++)
		same = strcmp(json_text_or(json_at(cell, i), "id", ""), images->row[i].id) == 0;
	return same;
}

/* An upload appends: the order is put right when all are there, by one write. */
static bool is_shown_so_far(const struct job *job, struct json_object *cell)
{
	return job_uploads_any(job) ? json_length(cell) == job->images->row_count
				    : is_shown(job->images, cell);
}

/* NULL: it is not to be written, or cannot be. */
static struct json_object *draft_cell(struct batch *batch, struct job *job)
{
	const struct pictures_plan *plan = &job->images->plan;
	struct drafting drafting = {.cell = json_new_array()};

	for (size_t i = 0; i < plan->kept; i++)
		add(batch, job, &drafting, &plan->list[i]);
	if (!drafting.fails && (drafting.sends || !is_shown_so_far(job, drafting.cell)))
		return drafting.cell;
	json_release(drafting.cell);
	return NULL;
}

/* ---- the body ---- */

static void put(struct job *job, const char *column, struct json_object *value)
{
	if (!job->row_write.body)
		job->row_write.body = json_new_object();
	json_put(job->row_write.body, column, value);
}

void job_fill_images(struct batch *batch, struct job *job)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	struct job_images *images = job->images;

	if (!images || !images->planned || job->row_write.mode != ROW_WRITE_CELLS ||
	    job_are_images_refused(batch, job))
		return;
	bool waits = images->plan.write_row && images->plan.row_must_wait;
	struct json_object *cell =
		images->plan.write_row && !waits && !images->links_failed ? draft_cell(batch, job) : NULL;
	if (cell) {
		put(job, columns->images.id, cell);
		images->writes_cell = true;
	}
	if (images->ticked && !waits && !images->links_failed) {
		put(job, columns->remove_images.id, json_new_bool(false));
		images->clears_box = true;
	}
}

static void copy(struct json_object *from, const char *column, struct json_object *into)
{
	struct json_object *value = NULL;

	if (json_find(from, column, &value))
		json_put(into, column, json_share(value));
}

void job_put_images(struct batch *batch, const struct job *job, struct json_object *body)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];

	if (job->images && job->images->writes_cell)
		copy(job->row_write.body, columns->images.id, body);
	if (job->images && job->images->clears_box)
		copy(job->row_write.body, columns->remove_images.id, body);
}

static void take_out(struct batch *batch, struct job *job)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];

	if (job->images->writes_cell)
		json_remove(job->row_write.body, columns->images.id);
	if (job->images->clears_box)
		json_remove(job->row_write.body, columns->remove_images.id);
	job_forget_images(batch, job);
	job->images->writes_cell = job->images->clears_box = false;
}

void job_drop_images(struct batch *batch, struct job *job)
{
	take_out(batch, job);
	job->images->suspect = true;
}

void job_blame_images(struct batch *batch, struct job *job)
{
	if (!job->images || !job->images->suspect)
		return;
	job->images->suspect = false;
	if (!job->entry.pictures.refusals)
		job_problem(job, IMAGES_REFUSED ".");
	job_note_images_refused(batch, job);
}
