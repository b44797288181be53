#include "bridge/images/images_agreed.h"

#include "bridge/images/image_links.h"
#include "bridge/images/images_cell.h"
#include "bridge/images/images_problem.h"
#include "bridge/images/images_way.h"
#include "bridge/images/settle_imports.h"
#include "bridge/limits.h"

#include <stdlib.h>
#include <string.h>

static int64_t now_ms(const struct batch *batch)
{
	return batch->sync->rows.ops->now_ms(batch->sync->rows.self);
}

/* By then a request that leaves now was applied, or never will be. */
static int64_t applied_by_ms(const struct batch *batch)
{
	return now_ms(batch) + batch->sync->request_deadline_ms + SYNC_FRESH_MS;
}

static struct ledger_picture *former(const struct job *job, const struct picture_decision *decision)
{
	return decision->image_id ? ledger_pictures_find(&job->images->before, decision->image_id) : NULL;
}

/* ---- what failed ---- */

/* Of a write that nobody answered it is not known that Airtable ever heard of the picture: it is sent again at once. */
static void note_failed(const struct batch *batch, struct job *job, const struct picture_decision *decision)
{
	struct ledger_picture *one = former(job, decision);

	if (!decision->failed || !one || one->next_try_ms || job->images->before.unanswered)
		return;
	one->failures++;
	one->next_try_ms = now_ms(batch) + images_pause_ms(one->failures);
	batch->sync->counts.pictures[PICTURES_NOT_FETCHED]++;
	if (!one->uploaded)
		images_note_link_failed(batch->sync);
}

static void note_worked(const struct batch *batch, struct job *job, const struct picture_decision *decision)
{
	const struct ledger_picture *one = former(job, decision);

	if (decision->action != PICTURE_KEEP || !one || one->state != PICTURE_SENT)
		return;
	batch->sync->counts.pictures[PICTURES_SHOWN]++;
	if (!one->uploaded)
		images_note_link_worked(batch->sync);
}

/* ---- what becomes agreed of one picture ---- */

static struct ledger_picture *keep_former(struct ledger_pictures *agreed, const struct ledger_picture *one)
{
	struct ledger_picture *kept =
		ledger_pictures_add(agreed, one->image_id, one->attachment_id, one->state);

	kept->failures = one->failures;
	kept->next_try_ms = one->next_try_ms;
	kept->uploaded = one->uploaded;
	kept->gone_ms = one->gone_ms;
	return kept;
}

/* It was sent, and no row has shown it yet. */
static bool is_unseen(const struct ledger_picture *one)
{
	return one->state == PICTURE_SENT && !one->attachment_id[0];
}

/* It may have been on its way out, and is back: what our write takes out of the row is sent anew, what has not come yet may still come. */
static void keep_wanted(struct ledger_pictures *agreed, const struct ledger_picture *one)
{
	struct ledger_picture *kept = keep_former(agreed, one);

	if (is_unseen(one))
		kept->gone_ms = 0;
}

static const char *shown_id(const struct picture_decision *decision, const struct ledger_picture *one)
{
	bool shown = decision->attachment_id && decision->attachment_id[0];

	return shown ? decision->attachment_id : one ? one->attachment_id : "";
}

static void agree_sent(struct ledger_pictures *agreed, const struct picture_decision *decision,
		       const struct ledger_picture *one)
{
	struct ledger_picture *sent = ledger_pictures_add(agreed, decision->image_id, "", PICTURE_SENT);

	sent->failures = one ? one->failures : 0;
}

/* Both have removed it, or our write takes it out: until the row can no longer show it, it is known as ours. */
static void agree_gone(const struct batch *batch, struct ledger_pictures *agreed,
		       const struct picture_decision *decision, const struct ledger_picture *one, bool sent)
{
	if (!one && !decision->attachment_id)
		return;
	struct ledger_picture *gone =
		ledger_pictures_add(agreed, decision->image_id, shown_id(decision, one),
				    decision->attachment_id ? PICTURE_CONFIRMED : one->state);
	bool came = decision->attachment_id && one && is_unseen(one);
	gone->gone_ms = sent ? now_ms(batch) : one && !came ? one->gone_ms : 0;
}

/* It was sent, nobody is to have it by now, and the row may get it all the same. */
static bool may_still_come(const struct batch *batch, const struct job *job, const struct ledger_picture *one)
{
	int64_t sent_ms = one && one->gone_ms ? one->gone_ms : job->images->before.sent_ms;

	return one && one->state == PICTURE_SENT && now_ms(batch) - sent_ms < PICTURES_FETCH_MS;
}

/* The row may show it all the same: until then it is known as ours. */
static void forget(const struct batch *batch, const struct job *job, const struct ledger_picture *one,
		   struct ledger_pictures *agreed)
{
	if (may_still_come(batch, job, one))
		keep_former(agreed, one)->gone_ms = one->gone_ms ? one->gone_ms : job->images->before.sent_ms;
	else if (one && one->gone_ms && now_ms(batch) - one->gone_ms < PICTURES_FETCH_MS)
		keep_former(agreed, one);
}

static void agree_on_one(const struct batch *batch, const struct job *job,
			 const struct picture_decision *decision, bool sent, struct ledger_pictures *agreed)
{
	const struct ledger_picture *one = former(job, decision);

	if (!decision->image_id || ledger_pictures_find(agreed, decision->image_id))
		return; /* foreign; or a copy of one before it */
	switch (decision->action) {
	case PICTURE_KEEP:
		ledger_pictures_add(agreed, decision->image_id, shown_id(decision, one), PICTURE_CONFIRMED);
		break;
	case PICTURE_WAIT:
		if (one)
			keep_wanted(agreed, one);
		else
			ledger_pictures_add(agreed, decision->image_id, shown_id(decision, one),
					    PICTURE_SENT);
		break;
	case PICTURE_SEND:
		if (sent && !job->images->by_upload && !job_holds_image(job, decision))
			agree_sent(agreed, decision, one);
		else if (one)
			keep_wanted(agreed, one);
		break;
	case PICTURE_STAY_OUT:
		ledger_pictures_add(agreed, decision->image_id, "", PICTURE_LEFT_OUT);
		break;
	case PICTURE_UNLINK:
	case PICTURE_TAKE_OUT:
		agree_gone(batch, agreed, decision, one, sent);
		break;
	case PICTURE_FORGET:
		forget(batch, job, one, agreed);
		break;
	case PICTURE_IMPORT:
		if (job->images->links_written)
			ledger_pictures_add(agreed, decision->image_id, decision->attachment_id,
					    PICTURE_CONFIRMED);
		break;
	}
}

/* As long as the row has another order than it is to have, the former one is what both had. */
static void keep_order(struct ledger_pictures *agreed, const struct ledger_pictures *before)
{
	size_t place = 0;

	for (size_t i = 0; agreed->list && i < before->count; i++) {
		struct ledger_picture *one = ledger_pictures_find(agreed, before->list[i].image_id);
		if (!one)
			continue;
		struct ledger_picture moved = *one;
		size_t from = (size_t)(one - agreed->list);
		memmove(&agreed->list[place + 1], &agreed->list[place], (from - place) * sizeof moved);
		agreed->list[place++] = moved;
	}
}

static void agree(const struct batch *batch, struct job *job, bool sent)
{
	const struct job_images *images = job->images;
	struct ledger_pictures list = {0}, *agreed = &job->entry.pictures;

	for (size_t i = 0; i < images->plan.count; i++)
		agree_on_one(batch, job, &images->plan.list[i], sent, &list);
	if (images->plan.write_row && !sent)
		keep_order(&list, &images->before);
	struct ledger_pictures replaced = {.count = agreed->count, .list = agreed->list};
	agreed->list = list.list;
	agreed->count = list.count;
	ledger_pictures_done(&replaced);
}

/* ---- the job ---- */

static bool any_sent(const struct ledger_pictures *agreed)
{
	for (size_t i = 0; i < agreed->count; i++)
		if (agreed->list[i].state == PICTURE_SENT)
			return true;
	return false;
}

/* Whether the row lacks something that both are to have, shows something that nobody can name yet, or may get what nobody is to have. */
static bool is_doubted(const struct batch *batch, const struct job *job)
{
	const struct pictures_plan *plan = &job->images->plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct ledger_picture *one = former(job, &plan->list[i]);
		if (plan->list[i].action == PICTURE_WAIT && (!one || one->state != PICTURE_SENT))
			return true;
		if (plan->list[i].action == PICTURE_FORGET && may_still_come(batch, job, one))
			return true;
	}
	return false;
}

void job_settle_images(struct batch *batch, struct job *job)
{
	struct job_images *images = job->images;
	struct ledger_pictures *agreed = &job->entry.pictures;

	if (!images || !images->planned)
		return;
	for (size_t i = 0; i < images->plan.count; i++) {
		note_failed(batch, job, &images->plan.list[i]);
		note_worked(batch, job, &images->plan.list[i]);
	}
	images->by_upload = !images->writes_cell && images_go_by_upload(batch->sync);
	agree(batch, job, false);
	job_settle_imports(batch, job);
	/* The state was lost, or somebody else has sent them: from now on Airtable has its time. */
	if (!agreed->sent_ms && any_sent(agreed))
		agreed->sent_ms = now_ms(batch);
	agreed->doubted = is_doubted(batch, job);
	if (!images->plan.write_row && !images->ticked) {
		agreed->refusals = 0;
		agreed->refused_until_ms = 0;
	}
	job_describe_images(batch, job);
}

void job_note_images(struct batch *batch, struct job *job)
{
	struct job_images *images = job->images;
	struct ledger_pictures *agreed = &job->entry.pictures;

	if (!images || !images->writes_cell)
		return;
	agree(batch, job, true);
	agreed->sent_ms = applied_by_ms(batch);
	agreed->unanswered = true;
	agreed->row = 0;
	if (images->plan.fills_again)
		agreed->filled_ms = now_ms(batch);
	images->noted = true;
}

void job_forget_images(struct batch *batch, struct job *job)
{
	struct job_images *images = job->images;
	struct ledger_pictures *agreed = &job->entry.pictures;

	if (!images || !images->noted)
		return;
	agree(batch, job, false);
	agreed->sent_ms = images->before.sent_ms;
	agreed->unanswered = images->before.unanswered;
	agreed->filled_ms = images->before.filled_ms;
	images->noted = images->writes_cell = false;
}

void job_note_images_refused(struct batch *batch, struct job *job)
{
	struct ledger_pictures *agreed = &job->entry.pictures;

	agreed->refusals++;
	agreed->refused_until_ms = now_ms(batch) + images_pause_ms(agreed->refusals);
	job_describe_images(batch, job);
}

bool job_are_images_refused(const struct batch *batch, const struct job *job)
{
	return job->entry.pictures.refused_until_ms > now_ms(batch);
}

/* Which of the row's attachments are what was sent: by the names of their files. */
static void take_attachments(struct ledger_pictures *agreed, const struct picture_attachment *row,
			     size_t row_count)
{
	for (size_t i = 0; i < row_count; i++) {
		struct ledger_picture *one = ledger_pictures_find(agreed, row[i].stem);
		if (!one || one->state != PICTURE_SENT || one->attachment_id[0] || !row[i].id[0])
			continue;
		free(one->attachment_id);
		one->attachment_id = own_copy(row[i].id);
	}
}

void job_take_images(struct batch *batch, struct job *job)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	struct ledger_pictures *agreed = &job->entry.pictures;
	struct job_images shown = {0}, *images = job->images;
	const struct endpoint_write *request = job->row_write.request;

	if (!images)
		return;
	if (images->clears_box)
		json_object_close(&agreed->removing);
	if (images->clears_box || images->noted) {
		agreed->refusals = 0;
		agreed->refused_until_ms = 0;
	}
	if (!images->noted)
		return;
	shown.row = images_read_cell(columns, request->answer.body, &shown.row_count);
	take_attachments(agreed, shown.row, shown.row_count);
	for (size_t i = 0; i < shown.row_count; i++) {
		free((void *)shown.row[i].id);
		free((void *)shown.row[i].stem);
	}
	free(shown.row);
	agreed->sent_ms = request->date_ms ? request->date_ms : now_ms(batch);
	agreed->unanswered = false;
}

/* Whether all that is sent with its bytes has arrived, and nothing is left to be written into the cell. */
static bool are_uploads_through(const struct job *job)
{
	const struct pictures_plan *plan = &job->images->plan;
	bool through = job->images->by_upload && job->images->uploaded && !job->images->met_unknown;

	for (size_t i = 0; through && i < plan->count; i++) {
		const struct picture_decision *one = &plan->list[i];
		const struct ledger_picture *agreed =
			one->action == PICTURE_SEND
				? ledger_pictures_find(&job->entry.pictures, one->image_id)
				: NULL;
		if (one->action == PICTURE_SEND)
			through = agreed && agreed->state == PICTURE_CONFIRMED;
		else
			through = one->action != PICTURE_TAKE_OUT && one->action != PICTURE_UNLINK;
	}
	return through && !job_uploads_disorder(job);
}

static bool sends_any(const struct pictures_plan *plan)
{
	bool any = false;

	for (size_t i = 0; !any && i < plan->kept; i++)
		any = plan->list[i].action == PICTURE_SEND;
	return any;
}

void job_end_images(struct batch *batch, struct job *job)
{
	struct job_images *images = job->images;
	struct ledger_pictures *agreed = &job->entry.pictures;

	if (!images || !images->planned)
		return;
	bool through = are_uploads_through(job);
	bool waits = agreed->refused_until_ms != 0; /* for its time, whatever the row shows */
	bool row_open = !waits && (images->noted || images->ticked || (images->plan.write_row && !through));
	bool links_open = images->links_failed || !images->all_here || job_changes_links(job) ||
			  (images->by_upload && sends_any(&images->plan) && !through);
	bool any = agreed->count || images->links_hash ||
		   (batch->sync->importer && (agreed->row || images->row_count > 0));
	agreed->row = any && !row_open ? images->row_hash : 0;
	if (!images->links_failed)
		agreed->links_at_ms = 0;
	agreed->handled = links_open ? PICTURES_OPEN : images->links_hash;
}
