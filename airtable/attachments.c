#include "airtable/attachments.h"
#include "airtable/request.h"
#include "base/base64.h"
#include <stdlib.h>
#include <string.h>

/* ---- what a cell shows ---- */

void airtable_attachments_done(struct airtable_attachments *attachments)
{
	free(attachments->list);
	*attachments = (struct airtable_attachments){0};
}

static bool damaged(struct error *error, const char *what)
{
	return error_set(error, ERROR_RETRY, "the answer is damaged: %s", what);
}

static bool read_one(struct json_object *json, struct airtable_attachment *out, struct error *error)
{
	const char *id = json_text_or(json, "id", "");

	if (!json_is(json, json_type_object))
		return damaged(error, "an attachment is no object");
	if (strlen(id) >= sizeof(out->id))
		return damaged(error, "an attachment has no usable id");
	memcpy(out->id, id, strlen(id) + 1);
	out->url = json_text_or(json, "url", NULL);
	out->filename = json_text_or(json, "filename", NULL);
	out->type = json_text_or(json, "type", NULL);
	out->size = json_int_or(json, "size", -1);
	out->width = json_int_or(json, "width", 0);
	out->height = json_int_or(json, "height", 0);
	return true;
}

bool airtable_attachments_read(struct json_object *cell, struct airtable_attachments *attachments_out,
			       struct error *error)
{
	struct airtable_attachments attachments = {0};
	size_t count = json_length(cell);

	if (cell && !json_is(cell, json_type_array))
		return damaged(error, "a cell of attachments is no list");
	attachments.list = own_alloc((count + 1) * sizeof(*attachments.list));
	for (; attachments.count < count; attachments.count++) {
		if (!read_one(json_at(cell, attachments.count), &attachments.list[attachments.count],
			      error)) {
			airtable_attachments_done(&attachments);
			return false;
		}
	}
	*attachments_out = attachments;
	return true;
}

/* ---- upload ---- */

static char *path_of(const struct airtable_client *airtable, const struct airtable_upload *upload)
{
	const char *const parts[] = {airtable_client_base(airtable), upload->record_id, upload->field_id};
	struct text path = {0};

	text_add(&path, "/v0");
	for (size_t i = 0; i < countof(parts); i++) {
		text_add(&path, "/");
		text_add_url(&path, parts[i]);
	}
	text_add(&path, "/uploadAttachment");
	return text_take(&path);
}

static struct json_object *body_of(const struct airtable_upload *upload)
{
	struct json_object *body = json_new_object();
	scoped_text file = base64_write(upload->bytes, upload->size);

	json_put_text(body, "contentType", upload->content_type);
	json_put_text(body, "filename", upload->filename);
	json_put_text(body, "file", file);
	return body;
}

bool airtable_attachment_upload(struct airtable_client *airtable, const struct airtable_upload *upload,
				struct airtable_record *record_out, int64_t *date_ms_out, struct error *error)
{
	struct airtable_record record = {0};
	scoped(json_object) answer = NULL;

	if (upload->size > AIRTABLE_UPLOAD_LIMIT)
		return error_set(error, ERROR_REFUSED,
				 "the file has %zu bytes, and Airtable takes %d at most", upload->size,
				 AIRTABLE_UPLOAD_LIMIT);
	scoped_text path = path_of(airtable, upload);
	scoped(json_object) body = body_of(upload);
	struct airtable_call call = {.method = "POST",
				     .path = path,
				     .body = body,
				     .purpose = AIRTABLE_FOR_UPLOAD,
				     .leave_by_ms = upload->leave_by_ms,
				     .deadline_ms = AIRTABLE_UPLOAD_DEADLINE_MS,
				     .of_content = true};
	if (!airtable_request(airtable, &call, &answer, date_ms_out, error) ||
	    !airtable_record_read(answer, &record, error))
		return false;
	if (strcmp(record.id, upload->record_id) != 0) {
		json_release(record.fields);
		return damaged(error, "it is about another record");
	}
	*record_out = record;
	return true;
}
