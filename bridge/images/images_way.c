#include "bridge/images/images_way.h"

#include "base/clock.h"
#include "bridge/images/images_cell.h"
#include "bridge/memory/heard_pictures.h"

#include <string.h>

#define PAUSE_FIRST_MS (INT64_C(5) * 60 * 1000)
#define PAUSE_CAP_MS   (INT64_C(60) * 60 * 1000)

/* ---- of the base ---- */

bool images_go_by_upload(const struct sync *sync)
{
	return !sync->signer || clock_steady_ms() < sync->uploads_until_ms;
}

bool images_are_sent_with_row(const struct sync *sync, const struct pair *pair)
{
	return images_flow(sync, pair->table) && !images_go_by_upload(sync) && sync_has_links(sync, pair);
}

void images_note_link_failed(struct sync *sync)
{
	if (!sync->signer || ++sync->links_failed < IMAGE_LINKS_FAIL)
		return;
	if (!images_go_by_upload(sync))
		log_warn(&sync->log,
			 "Airtable did not fetch %u pictures in a row: for an hour pictures are uploaded, "
			 "each by a "
			 "call of its own; check that PUBLIC_URL can be reached from outside",
			 sync->links_failed);
	sync->uploads_until_ms = clock_steady_ms() + IMAGE_UPLOADS_MS;
}

void images_note_link_worked(struct sync *sync)
{
	sync->links_failed = 0;
}

/* ---- of a picture ---- */

int64_t images_pause_ms(int failures)
{
	int64_t pause = PAUSE_FIRST_MS;

	for (int i = 1; i < failures && pause < PAUSE_CAP_MS; i++)
		pause *= 2;
	return pause < PAUSE_CAP_MS ? pause : PAUSE_CAP_MS;
}

bool job_holds_image(const struct job *job, const struct picture_decision *decision)
{
	const struct ledger_picture *one =
		decision->image_id ? ledger_pictures_find(&job->images->before, decision->image_id) : NULL;

	return decision->failed && one && one->next_try_ms > job->images->planned_ms &&
	       (one->uploaded || !job->images->by_upload);
}

bool image_is_too_large(const struct job_image *image)
{
	struct json_object *attachments = json_child(image->body, "_attachments", json_type_object);
	struct json_object *file = json_child(attachments, PICTURE_ATTACHMENT, json_type_object);

	return json_int_or(file, "length", 0) > ENDPOINT_UPLOAD_LIMIT;
}

bool job_uploads_image(const struct job *job, const struct picture_decision *decision)
{
	const struct job_image *image =
		decision->image_id ? job_image_of(job->images, decision->image_id) : NULL;

	return job->images->by_upload && decision->action == PICTURE_SEND && image && image->filename &&
	       !image_is_too_large(image) && !job_holds_image(job, decision);
}

bool job_uploads_any(const struct job *job)
{
	const struct pictures_plan *plan = &job->images->plan;
	bool any = false;

	for (size_t i = 0; !any && i < plan->kept; i++)
		any = job_uploads_image(job, &plan->list[i]);
	return any;
}

/* Where the row had it; -1: nowhere. */
static int row_place(const struct job_images *images, const char *attachment_id)
{
	for (size_t i = 0; attachment_id && i < images->row_count; i++)
		if (strcmp(images->row[i].id, attachment_id) == 0)
			return (int)i;
	return -1;
}

bool job_uploads_disorder(const struct job *job)
{
	const struct pictures_plan *plan = &job->images->plan;
	int behind = (int)job->images->row_count, last = -1;

	for (size_t i = 0; i < plan->kept; i++) {
		const struct picture_decision *one = &plan->list[i];
		const struct ledger_picture *agreed =
			one->action == PICTURE_SEND
				? ledger_pictures_find(&job->entry.pictures, one->image_id)
				: NULL;
		bool uploaded = agreed && agreed->state == PICTURE_CONFIRMED;
		int place = uploaded ? behind++ : row_place(job->images, one->attachment_id);
		if (place >= 0 && place < last)
			return true;
		last = place >= 0 ? place : last;
	}
	return false;
}
