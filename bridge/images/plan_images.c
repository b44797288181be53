#include "bridge/images/plan_images.h"

#include "bridge/images/images_way.h"
#include "bridge/job/job_images.h"
#include "bridge/job/job_outcome.h"

#include <stdlib.h>
#include <string.h>

#define FILLED_LATELY_MS (INT64_C(24) * 3600 * 1000) /* emptied again within a day it stays empty */

static int64_t now_ms(const struct batch *batch)
{
	return batch->sync->rows.ops->now_ms(batch->sync->rows.self);
}

static bool makes_row(const struct job *job)
{
	enum existence_action action = job->plan->existence.action;

	return action == EXIST_CREATE_ROW || action == EXIST_RESTORE_ROW;
}

static bool merges(const struct job *job)
{
	switch (job->plan->existence.action) {
	case EXIST_MERGE:
	case EXIST_MERGE_OTHERS:
	case EXIST_PAIR_FREE:
	case EXIST_ADOPT:
		return job->row.presence == RECORD_THERE;
	default:
		return makes_row(job);
	}
}

/* What was agreed on is about that row and no other. */
static void forget_other_row(struct job *job)
{
	struct ledger_entry *entry = &job->entry;

	if (makes_row(job) || entry->state != ENTRY_PAIR || strcmp(entry->record_id, job->row.id) != 0)
		ledger_pictures_done(&entry->pictures);
}

/* ---- the tick ---- */

static bool names(struct json_object *list, const char *id)
{
	for (size_t i = 0; list && i < json_length(list); i++)
		if (strcmp(json_text_of(json_at(list, i)), id) == 0)
			return true;
	return false;
}

/* What it is about is noted in the entry of a pair: where there is none yet the next job obeys it. */
static void put_tick_off(struct job *job)
{
	if (!job->images->ticked || job->entry.state == ENTRY_PAIR)
		return;
	job->images->ticked = false;
	job_comes_again(job);
}

/* What is there when the tick is read: what comes meanwhile stays. */
static void note_tick(struct job *job)
{
	struct job_images *images = job->images;
	struct ledger_pictures *agreed = &job->entry.pictures;

	images->before_tick = agreed->removing != NULL;
	if (!images->ticked)
		json_object_close(&agreed->removing);
	if (!images->ticked || agreed->removing)
		return;
	agreed->removing = json_new_array();
	for (size_t i = 0; i < images->count; i++)
		json_append(agreed->removing, json_new_text(images->list[i].image_id));
	for (size_t i = 0; i < images->row_count; i++)
		if (images->row[i].id[0] && !names(agreed->removing, images->row[i].id))
			json_append(agreed->removing, json_new_text(images->row[i].id));
}

/* ---- what is known ---- */

struct view {
	struct pictures_views views;
	const char **item, **removing;  /* owned; borrowed texts */
	struct picture_attachment *row; /* owned; likewise */
	struct picture_agreed *agreed;  /* owned; likewise */
};

static void view_done(struct view *view)
{
	free(view->item);
	free(view->removing);
	free(view->row);
	free(view->agreed);
}

static void view_item(const struct job_images *images, struct view *view)
{
	view->item = own_alloc((images->count + 1) * sizeof *view->item);
	for (size_t i = 0; i < images->count; i++)
		view->item[i] = images->list[i].image_id;
	view->views.item = view->item;
	view->views.item_count = images->count;
}

static bool has_image(const struct job_images *images, const char *image_id)
{
	for (size_t i = 0; i < images->count; i++)
		if (strcmp(images->list[i].image_id, image_id) == 0)
			return true;
	return false;
}

/* It was sent, and no row has shown it yet. */
static bool is_unseen(const struct ledger_picture *one)
{
	return one->state == PICTURE_SENT && !one->attachment_id[0];
}

/* The item lost it, our write takes it out of the row, and the item has it again: it is a new one, whatever the row may still show. */
static bool is_back(const struct job_images *images, const struct ledger_picture *one)
{
	return one->gone_ms && !is_unseen(one) && has_image(images, one->image_id);
}

/* Our answered write took it out, and the row can no longer show what it was before: what shows it by now somebody has put there. What was
 * sent and not seen is forgotten by the first look behind that time. */
static bool is_long_gone(const struct batch *batch, const struct ledger_pictures *agreed,
			 const struct ledger_picture *one)
{
	return one->gone_ms && !is_unseen(one) && !agreed->unanswered &&
	       now_ms(batch) - one->gone_ms >= PICTURES_FETCH_MS;
}

/* Our write, which takes it out, may still be applied; or it was, and the row may show what it was before. */
static bool may_go(const struct batch *batch, const struct ledger_pictures *agreed,
		   const struct ledger_picture *one)
{
	return agreed->unanswered ? now_ms(batch) < agreed->sent_ms
				  : now_ms(batch) - one->gone_ms < PICTURES_FETCH_MS;
}

static bool is_on_its_way_out(const struct batch *batch, const struct job *job, const char *attachment_id)
{
	const struct ledger_pictures *agreed = &job->entry.pictures;

	for (size_t i = 0; i < agreed->count; i++)
		if (is_back(job->images, &agreed->list[i]) && *attachment_id &&
		    may_go(batch, agreed, &agreed->list[i]) &&
		    strcmp(agreed->list[i].attachment_id, attachment_id) == 0)
			return true;
	return false;
}

static void view_row(const struct batch *batch, const struct job *job, struct view *view)
{
	const struct job_images *images = job->images;

	view->row = own_alloc((images->row_count + 1) * sizeof *view->row);
	for (size_t i = 0; i < images->row_count; i++)
		if (!is_on_its_way_out(batch, job, images->row[i].id))
			view->row[view->views.row_count++] = images->row[i];
	view->views.row = view->row;
}

static void view_agreed(const struct batch *batch, const struct job *job, struct view *view)
{
	const struct ledger_pictures *agreed = &job->entry.pictures;

	view->agreed = own_alloc((agreed->count + 1) * sizeof *view->agreed);
	for (size_t i = 0; i < agreed->count; i++)
		if (!is_back(job->images, &agreed->list[i]) && !is_long_gone(batch, agreed, &agreed->list[i]))
			view->agreed[view->views.agreed_count++] = (struct picture_agreed){
				.image_id = agreed->list[i].image_id,
				.attachment_id = agreed->list[i].attachment_id,
				.state = agreed->list[i].state,
			};
	view->views.agreed = view->agreed;
}

static void view_tick(const struct job *job, struct view *view)
{
	struct json_object *removing = job->entry.pictures.removing;

	view->removing = own_alloc((json_length(removing) + 1) * sizeof *view->removing);
	for (size_t i = 0; i < json_length(removing); i++)
		view->removing[i] = json_text_of(json_at(removing, i));
	view->views.remove_all = job->images->ticked;
	view->views.removing = view->removing;
	view->views.removing_count = json_length(removing);
}

static void view_times(const struct batch *batch, const struct job *job, struct view *view)
{
	const struct ledger_pictures *agreed = &job->entry.pictures;
	int64_t sent_ago_ms = now_ms(batch) - agreed->sent_ms;

	view->views.fetch_is_over = agreed->sent_ms && sent_ago_ms >= PICTURES_FETCH_MS;
	view->views.row_may_be_old = agreed->sent_ms && sent_ago_ms < PICTURES_FETCH_MS;
	view->views.filled_lately = agreed->filled_ms && now_ms(batch) - agreed->filled_ms < FILLED_LATELY_MS;
}

/* The plan borrows texts: those of the item and of the row live as long as it, those of what was agreed do not. */
static void keep_texts(struct job *job)
{
	struct job_images *images = job->images;

	images->before = ledger_pictures_copy(&job->entry.pictures);
	for (size_t i = 0; i < images->plan.count; i++) {
		struct picture_decision *one = &images->plan.list[i];
		const struct ledger_picture *agreed =
			one->image_id ? ledger_pictures_find(&images->before, one->image_id) : NULL;
		if (agreed)
			one->image_id = agreed->image_id;
	}
}

/* Nothing is decided of them, and what was agreed stays. */
static bool has_too_many(struct job *job)
{
	const struct job_images *images = job->images;
	struct ledger_pictures *agreed = &job->entry.pictures;

	if (!images->too_many && images->count <= PICTURES_MOST && images->row_count <= PICTURES_MOST)
		return false;
	free(agreed->problem);
	agreed->problem = own_format(
		"Images: more than %d pictures of an item are not kept in step: remove some", PICTURES_MOST);
	return true;
}

void job_plan_images(struct batch *batch, struct job *job)
{
	struct view view = {0};

	if (!job->images || !merges(job) || has_too_many(job))
		return;
	forget_other_row(job);
	put_tick_off(job);
	note_tick(job);
	view_item(job->images, &view);
	view_row(batch, job, &view);
	view_agreed(batch, job, &view);
	view_tick(job, &view);
	view_times(batch, job, &view);
	plan_pictures(&view.views, &job->images->plan);
	keep_texts(job);
	job->images->planned = true;
	job->images->by_upload = images_go_by_upload(batch->sync);
	job->images->planned_ms = now_ms(batch);
	view_done(&view);
}
