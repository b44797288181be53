/*     the file, out of CouchDB ──> noted as sent, and last ──> the upload ──> the answer: confirmed
 *                                                                    ├── not taken: it failed, and pauses
 *                                                                    ├── it never left: the note is taken back
 *                                                                    └── in doubt: the note stays (images_agreed.h)
 *
 * An upload appends, and one that is sent twice is there twice: while one of a row is in doubt no other is sent to it. */
#include "bridge/images/upload_images.h"

#include "base/clock.h"
#include "bridge/images/images_cell.h"
#include "bridge/images/images_problem.h"
#include "bridge/images/images_way.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/notes.h"
#include "bridge/job/refusal_messages.h"
#include "bridge/limits.h"

#include <stdlib.h>
#include <string.h>

#define UPLOADS_MS       20000 /* of one batch: its other work is not to wait longer */
#define UPLOADS_LATER_MS 1000  /* those that are left */

struct uploading {
	struct batch *batch;
	struct job *job;
	const struct job_image *image;
	struct ledger_pictures before; /* owned; what is agreed if it never leaves */
	bool ended;                    /* no other picture of the row is sent now */
};

static int64_t now_ms(const struct batch *batch)
{
	return batch->sync->rows.ops->now_ms(batch->sync->rows.self);
}

/* ---- what is agreed ---- */

static void remove_from(struct ledger_pictures *agreed, struct ledger_picture *one)
{
	size_t behind = agreed->count - (size_t)(one - agreed->list) - 1;

	free(one->image_id);
	free(one->attachment_id);
	memmove(one, one + 1, behind * sizeof *one);
	agreed->count--;
}

/* It stands last, as in the row. */
static struct ledger_picture *put_last(struct ledger_pictures *agreed, const char *image_id)
{
	struct ledger_picture *former = ledger_pictures_find(agreed, image_id);
	int failures = former ? former->failures : 0;

	if (former)
		remove_from(agreed, former);
	struct ledger_picture *sent = ledger_pictures_add(agreed, image_id, "", PICTURE_SENT);
	sent->failures = failures;
	sent->uploaded = true;
	return sent;
}

/* An emptied cell is filled one by one: those that are still to come were not removed by anybody. */
static void forget_unsent(const struct job *job, struct ledger_pictures *agreed)
{
	const struct pictures_plan *plan = &job->images->plan;

	for (size_t i = 0; i < plan->kept; i++) {
		struct ledger_picture *one = plan->list[i].action == PICTURE_SEND
						     ? ledger_pictures_find(agreed, plan->list[i].image_id)
						     : NULL;
		if (one && one->state == PICTURE_CONFIRMED)
			remove_from(agreed, one);
	}
}

static void note_sent(struct uploading *uploading)
{
	struct batch *batch = uploading->batch;
	struct ledger_pictures *agreed = &uploading->job->entry.pictures;

	uploading->before = ledger_pictures_copy(agreed);
	if (!uploading->job->images->uploaded)
		forget_unsent(uploading->job, agreed);
	put_last(agreed, uploading->image->image_id);
	agreed->sent_ms = now_ms(batch) + batch->sync->upload_deadline_ms + SYNC_FRESH_MS;
	agreed->unanswered = true;
	agreed->row = 0;
	if (uploading->job->images->plan.fills_again)
		agreed->filled_ms = now_ms(batch);
}

static void take_back(struct uploading *uploading)
{
	struct ledger_pictures *agreed = &uploading->job->entry.pictures;

	ledger_pictures_done(agreed);
	*agreed = uploading->before;
	uploading->before = (struct ledger_pictures){0};
}

/* The row has to say other words, or none. */
static void tell(const struct batch *batch, struct job *job)
{
	scoped_text before = own_copy(job->entry.pictures.problem ? job->entry.pictures.problem : "");

	job_describe_images(batch, job);
	if (strcmp(before, job->entry.pictures.problem ? job->entry.pictures.problem : "") != 0)
		job_comes_again(job);
}

static void fail(struct uploading *uploading)
{
	struct ledger_pictures *agreed = &uploading->job->entry.pictures;
	struct ledger_picture *one = put_last(agreed, uploading->image->image_id);

	uploading->batch->sync->counts.pictures[PICTURES_NOT_FETCHED]++;
	one->failures++;
	one->next_try_ms = now_ms(uploading->batch) + images_pause_ms(one->failures);
	if (!agreed->sent_ms)
		agreed->sent_ms = now_ms(uploading->batch);
}

/* The row had it when it was read, or it was sent since. */
static bool is_known(const struct job *job, const struct picture_attachment *attachment)
{
	const struct ledger_pictures *agreed = &job->entry.pictures;
	bool known = !attachment->id[0];

	for (size_t i = 0; !known && i < job->images->row_count; i++)
		known = strcmp(job->images->row[i].id, attachment->id) == 0;
	for (size_t i = 0; !known && i < agreed->count; i++)
		known = agreed->list[i].attachment_id &&
			strcmp(agreed->list[i].attachment_id, attachment->id) == 0;
	return known;
}

/* The last attachment with this name is the new one. */
static void take_answer(struct uploading *uploading, const struct endpoint_upload *upload)
{
	struct job *job = uploading->job;
	const struct columns *columns = &uploading->batch->sync->columns[job->pair->table];
	struct ledger_pictures *agreed = &job->entry.pictures;
	struct ledger_picture *one = ledger_pictures_find(agreed, uploading->image->image_id);
	size_t count = 0;
	struct picture_attachment *row = images_read_cell(columns, upload->answer.body, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(row[i].stem, one->image_id) == 0 && row[i].id[0]) {
			free(one->attachment_id);
			one->attachment_id = own_copy(row[i].id);
			one->state = row[i].fetched ? PICTURE_CONFIRMED : PICTURE_SENT;
		}
		job->images->met_unknown = job->images->met_unknown || !is_known(job, &row[i]);
		free((void *)row[i].id);
		free((void *)row[i].stem);
	}
	free(row);
	uploading->batch->sync->counts.pictures[PICTURES_SHOWN] += one->state == PICTURE_CONFIRMED;
	one->failures = 0;
	agreed->sent_ms = upload->date_ms ? upload->date_ms : now_ms(uploading->batch);
	agreed->unanswered = false;
	job->images->row_hash = images_row_hash(columns, upload->answer.body);
	job->images->uploaded = true;
	if (job->images->met_unknown)
		job_comes_again(job);
}

/* ---- one picture ---- */

static bool read_file(struct uploading *uploading, struct endpoint_upload *upload, char **bytes_out,
		      struct error *error)
{
	const struct endpoint *couch = &uploading->batch->sync->couch;
	scoped_text full_id = document_full_id(DOCUMENT_IMAGE, uploading->image->image_id);
	struct error why = {0};

	if (couch->ops->read_file(couch->self, full_id, PICTURE_ATTACHMENT, ENDPOINT_UPLOAD_LIMIT, bytes_out,
				  &upload->size, &why)) {
		upload->bytes = *bytes_out;
		return true;
	}
	if (why.kind != ERROR_LOST && why.kind != ERROR_REFUSED) {
		*error = why;
		return error_wrap(error, "reading picture %s", uploading->image->image_id);
	}
	log_warn(&uploading->batch->sync->log, "%s: picture %s is not uploaded: %s",
		 uploading->job->pair->full_id, uploading->image->image_id, why.text);
	fail(uploading);
	return true;
}

/* What concerns more than this picture: all others wait. */
static void pause_all(struct uploading *uploading, const struct error *why)
{
	retry_failed(&uploading->batch->sync->upload_retry, &uploading->batch->sync->log, "a picture", why,
		     "Its row is read before it is uploaded again, and other pictures wait.");
}

static void take_refusal(struct uploading *uploading, const struct endpoint_upload *upload)
{
	take_back(uploading);
	log_warn(&uploading->batch->sync->log, "%s: picture %s is not taken: %s",
		 uploading->job->pair->full_id, uploading->image->image_id, upload->error.text);
	fail(uploading);
	if (upload->result != ERROR_REFUSED)
		pause_all(uploading, &upload->error);
	uploading->ended = upload->result != ERROR_REFUSED || upload->row_missing;
	if (upload->row_missing)
		job_comes_again(uploading->job); /* which finds out whether it is */
}

static void take_result(struct uploading *uploading, const struct endpoint_upload *upload)
{
	struct sync *sync = uploading->batch->sync;

	uploading->ended = upload->result != ERROR_NONE;
	switch (upload->result) {
	case ERROR_NONE:
		retry_worked(&sync->upload_retry, &sync->log, "a picture");
		if (!uploading->job->images->uploaded && !uploading->job->row_write.request)
			sync->counts.rows_updated++;
		take_answer(uploading, upload);
		log_debug(&sync->log, "%s: picture %s is uploaded", uploading->job->pair->full_id,
			  uploading->image->image_id);
		break;
	case ERROR_RETRY:
		pause_all(uploading, &upload->error);
		break;
	case ERROR_STOPPED:
		take_back(uploading);
		job_comes_again(uploading->job);
		break;
	default:
		take_refusal(uploading, upload);
		break;
	}
}

static const char *content_type_of(const struct job_image *image)
{
	struct json_object *attachments = json_child(image->body, "_attachments", json_type_object);

	return json_text_or(json_child(attachments, PICTURE_ATTACHMENT, json_type_object), "content_type",
			    "image/jpeg");
}

static bool send(struct uploading *uploading, struct endpoint_upload *upload, struct error *error)
{
	struct batch *batch = uploading->batch;
	struct job *job = uploading->job;

	note_sent(uploading);
	if (!batch_write_notes(batch, &job, 1, error))
		return false;
	if (job_has_ended(job) || job->missed || job->stored != STORED_ALL) {
		uploading->ended = true; /* the ledger does not take the note */
		return true;
	}
	upload->leave_by_ms = clock_steady_ms() + SYNC_FRESH_MS;
	batch->sync->rows.ops->upload(batch->sync->rows.self, upload);
	take_result(uploading, upload);
	return true;
}

static bool upload_one(struct uploading *uploading, struct error *error)
{
	struct job *job = uploading->job;
	struct endpoint_upload upload = {
		.table = job->pair->table,
		.record_id = job->entry.record_id,
		.filename = uploading->image->filename,
		.content_type = content_type_of(uploading->image),
	};
	scoped_text bytes = NULL;

	bool ok = read_file(uploading, &upload, &bytes, error) && (!bytes || send(uploading, &upload, error));
	ledger_pictures_done(&uploading->before);
	endpoint_record_done(&upload.answer);
	return ok;
}

/* ---- of the batch ---- */

static bool is_answered(const struct job *job)
{
	const struct endpoint_write *request = job->row_write.request;

	return !request || request->result == ERROR_NONE;
}

/* A row in which something is open gets its pictures by the job that comes again. */
static bool is_through(struct batch *batch, struct job *job)
{
	return job->images && job->images->planned && job->images->by_upload && !job_has_ended(job) &&
	       !job_is_open(job) && job->entry.state == ENTRY_PAIR && job->stored == STORED_ALL &&
	       !job->missed && job->row_write.mode == ROW_WRITE_CELLS && is_answered(job) &&
	       !job->images->plan.row_must_wait && !job->images->links_failed && job_uploads_any(job) &&
	       !job_lacks_right(batch, job, RIGHT_UPDATE);
}

static bool may_go_on(const struct sync *sync, struct job *job, int64_t until_ms)
{
	int64_t left_ms = sync->upload_retry.next_ms - clock_steady_ms();

	if (!retry_is_due(&sync->upload_retry)) {
		job_comes_later(job, left_ms > 0 ? left_ms : 1);
		return false;
	}
	if (clock_steady_ms() < until_ms)
		return true;
	job_comes_later(job, UPLOADS_LATER_MS);
	return false;
}

/* The row still has an attachment without its file in this picture's place: the cell was not written, or is refused. */
static bool has_a_rest(const struct job *job, const struct picture_decision *decision)
{
	return decision->attachment_id && decision->attachment_id[0] && !job->images->noted;
}

static bool upload_each(struct batch *batch, struct job *job, int64_t until_ms, struct error *error)
{
	const struct pictures_plan *plan = &job->images->plan;
	struct uploading uploading = {.batch = batch, .job = job};

	for (size_t i = 0; i < plan->kept && !uploading.ended; i++) {
		if (!job_uploads_image(job, &plan->list[i]) || has_a_rest(job, &plan->list[i]))
			continue;
		if (!may_go_on(batch->sync, job, until_ms))
			return true;
		uploading.image = job_image_of(job->images, plan->list[i].image_id);
		if (!upload_one(&uploading, error))
			return false;
	}
	return true;
}

static bool upload_all_of(struct batch *batch, struct job *job, int64_t until_ms, struct error *error)
{
	if (!upload_each(batch, job, until_ms, error))
		return false;
	if (job_has_ended(job))
		return true;
	tell(batch, job);
	if (job->images->uploaded && job_uploads_disorder(job))
		job_comes_again(job);
	return true;
}

bool batch_upload_images(struct batch *batch, struct error *error)
{
	int64_t until_ms = clock_steady_ms() + UPLOADS_MS;

	for (size_t i = 0; i < batch->count; i++)
		if (is_through(batch, &batch->jobs[i]) &&
		    !upload_all_of(batch, &batch->jobs[i], until_ms, error))
			return false;
	return true;
}
