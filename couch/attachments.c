/* Attachments: bytes in, bytes out.
 *
 * What identifies one is the digest in its document's stub; it may be that of packed bytes, so it is compared with
 * digests only. Parts of one (Range) are not asked for: not every server gives them (couchdb-rules 22). */
#include "couch/attachments.h"
#include "base/base64.h"
#include "couch/wire.h"
#include <stdlib.h>
#include <string.h>

struct stream {
	bool (*on_data)(void *context, const char *bytes, size_t length);
	void *context;
	int64_t length; /* so far */
};

static bool count_and_hand_on(void *context, const char *bytes, size_t length)
{
	struct stream *stream = context;

	stream->length += (int64_t)length;
	return stream->on_data(stream->context, bytes, length);
}

static char *path_of(const char *id, const char *rev, const char *name)
{
	struct text path = {0};

	couch_add_id(&path, id);
	text_add(&path, "/");
	text_add_url(&path, name);
	if (rev) {
		text_add(&path, "?rev=");
		text_add_url(&path, rev);
	}
	return text_take(&path);
}

static void copy_header(char *out, size_t size, const char *value)
{
	size_t kept = text_utf8_prefix(value, strlen(value), size - 1);

	memcpy(out, value, kept);
	out[kept] = '\0';
}

static bool read_once(struct couch_client *couch, const char *path, struct stream *stream,
		      struct couch_attachment *attachment_out, struct error *error)
{
	struct couch_ask ask = {.path = path, .read = true};
	struct http_request request = {
		.repeatable = true,
		/* Some servers keep compressible types packed, and would send them so. */
		.no_gzip = true,
		.total_ms = -1, /* however large: its silence is limited */
		.on_data = count_and_hand_on,
		.context = stream,
	};
	struct http_reply reply;
	scoped_text url = NULL;

	couch_fill_request(couch, path, &request, &url);
	scoped(http_call) call = http_start(couch_client_http(couch), &request);
	if (!couch_wait(couch, call, &reply, error) || !couch_judge_status(couch, &ask, &reply, error))
		return false;
	copy_header(attachment_out->content_type, sizeof(attachment_out->content_type), reply.content_type);
	copy_header(attachment_out->etag, sizeof(attachment_out->etag), reply.etag);
	attachment_out->length = stream->length;
	return true;
}

bool couch_attachment_read(struct couch_client *couch, const char *id, const char *rev, const char *name,
			   bool (*on_data)(void *context, const char *bytes, size_t length), void *context,
			   struct couch_attachment *attachment_out, struct error *error)
{
	scoped_text path = path_of(id, rev, name);
	struct stream stream = {.on_data = on_data, .context = context};
	struct error failure = {0};

	for (int attempt = 0;; attempt++) {
		if (read_once(couch, path, &stream, attachment_out, &failure))
			return true;
		/* What was handed on cannot be taken back. */
		if (stream.length == 0 && couch_try_again(couch, attempt, &failure))
			continue;
		if (error)
			*error = failure;
		return false;
	}
}

bool couch_attachment_write(struct couch_client *couch, const char *id, const char *rev, const char *name,
			    const char *content_type, const void *bytes, size_t length, char *rev_out,
			    struct error *error)
{
	scoped_text path = path_of(id, rev, name);
	scoped_text url = NULL;
	scoped(json_object) answer = NULL;
	struct couch_ask ask = {.method = "PUT", .path = path};
	struct http_request request = {
		.method = ask.method,
		.content_type = content_type,
		.body = bytes,
		.body_length = length,
	};
	struct http_reply reply;

	couch_fill_request(couch, path, &request, &url);
	scoped(http_call) call = http_start(couch_client_http(couch), &request);
	if (!couch_wait(couch, call, &reply, error) ||
	    !couch_judge(couch, &ask, &reply, &answer, NULL, error))
		return false;
	const char *new_rev = json_text_or(answer, "rev", NULL);
	if (!new_rev || strlen(new_rev) >= 80)
		return error_set(error, ERROR_RETRY, "writing '%s' of '%s': the answer has no revision", name,
				 id);
	memcpy(rev_out, new_rev, strlen(new_rev) + 1);
	return true;
}

static bool gather_bytes(void *context, const char *bytes, size_t length)
{
	struct text *gathered = context;

	text_add_bytes(gathered, bytes, length);
	return !gathered->full;
}

static struct json_object *inline_of(const struct text *bytes, const char *content_type)
{
	struct json_object *attachment = json_new_object();
	scoped_text data = base64_write(text_or_empty(bytes), bytes->length);

	json_put_text(attachment, "content_type", content_type);
	json_put_text(attachment, "data", data);
	return attachment;
}

bool couch_attachment_gather(struct couch_client *couch, const char *id, const char *rev, const char *name,
			     size_t most, struct text *bytes_out, struct couch_attachment *found_out,
			     struct error *error)
{
	struct error failure = {0};

	*bytes_out = (struct text){.ceiling = most};
	if (couch_attachment_read(couch, id, rev, name, gather_bytes, bytes_out, found_out, &failure))
		return true;
	if (bytes_out->full)
		error_set(&failure, ERROR_REFUSED, "attachment %s of %s is larger than %zu MiB", name, id,
			  most >> 20);
	text_done(bytes_out);
	if (error)
		*error = failure;
	return false;
}

bool couch_attachment_inline(struct couch_client *couch, const char *id, const char *rev, const char *name,
			     struct json_object **attachment_out, struct error *error)
{
	struct couch_attachment found;
	struct text bytes;

	if (!couch_attachment_gather(couch, id, rev, name, COUCH_INLINE_LIMIT, &bytes, &found, error))
		return false;
	*attachment_out = inline_of(&bytes, found.content_type);
	text_done(&bytes);
	return true;
}
