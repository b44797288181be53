#include "bridge/pictures/couch_pictures.h"

#include "base/http.h"
#include "base/json.h"
#include "bridge/connect/connection.h"
#include "bridge/pictures/check_picture.h"
#include "couch/attachments.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

#define ATTACHMENT "image-1440"

enum { FIND_MS = 15000 }; /* a client waits for it */

struct worker {
	const struct settings_now *now; /* borrowed */
	struct http *http;              /* owned */
};

static void *open_worker(void *context)
{
	struct worker *worker = own_alloc(sizeof *worker);

	worker->now = context;
	worker->http = http_open(CONNECTION_AGENT);
	return worker;
}

static void close_worker(void *context)
{
	struct worker *worker = context;

	http_close(&worker->http);
	free(worker);
}

static void interrupt_worker(void *context)
{
	struct worker *worker = context;

	http_stop(worker->http, 0);
}

static struct couch_client *open_database(const struct worker *worker, const char *database)
{
	struct couch_address address = connection_couch_address(worker->now->settings, database);

	address.once = true;
	address.total_ms = FIND_MS; /* not of an attachment, however long that takes */
	return couch_client_open(worker->http, &address);
}

/* ---- what a picture is ---- */

static bool copy_text(char *out, size_t size, const char *words)
{
	size_t length = words ? strlen(words) : size;

	if (length >= size)
		return false;
	memcpy(out, words, length + 1);
	return true;
}

bool couch_pictures_stub(struct json_object *body, struct image_picture *picture_out)
{
	struct json_object *attachments = json_child(body, "_attachments", json_type_object);
	struct json_object *stub = json_child(attachments, ATTACHMENT, json_type_object);
	struct image_picture picture = {0};
	int64_t length = json_int_or(stub, "length", -1);

	if (length < 0 || !image_digest_from_couch(json_text_or(stub, "digest", ""), &picture.digest) ||
	    !copy_text(picture.content_type, sizeof picture.content_type,
		       json_text_or(stub, "content_type", NULL)) ||
	    !copy_text(picture.revision, sizeof picture.revision, json_text_or(body, "_rev", NULL)))
		return false;
	picture.length = (uint64_t)length;
	*picture_out = picture;
	return true;
}

/* A database that is gone is one without pictures. */
static enum image_answer answer_of(const struct error *error)
{
	return error->status == 404 ? IMAGE_NOT_THERE : IMAGE_UNKNOWN;
}

static enum image_answer find(void *context, const char *database, const char *image,
			      struct image_picture *picture_out, struct error *error)
{
	if (check_picture_is(database, image)) {
		check_picture_find(picture_out);
		return IMAGE_THERE;
	}
	scoped(couch_client) couch = open_database(context, database);
	scoped_text id = document_full_id(DOCUMENT_IMAGE, image);
	scoped(json_object) body = NULL;
	if (!couch_document_read(couch, id, &body, error))
		return answer_of(error);
	return couch_pictures_stub(body, picture_out) ? IMAGE_THERE : IMAGE_NOT_THERE;
}

/* ---- its bytes ---- */

static enum image_answer read_bytes(void *context, const char *database, const char *image,
				    const struct image_picture *picture,
				    bool (*on_data)(void *data, const char *bytes, size_t length), void *data,
				    struct error *error)
{
	struct couch_attachment read = {0};

	if (check_picture_is(database, image)) {
		size_t length;
		const char *bytes = check_picture_bytes(&length);
		return on_data(data, bytes, length) ? IMAGE_THERE : IMAGE_UNKNOWN;
	}
	scoped(couch_client) couch = open_database(context, database);
	scoped_text id = document_full_id(DOCUMENT_IMAGE, image);
	if (couch_attachment_read(couch, id, picture->revision, ATTACHMENT, on_data, data, &read, error))
		return IMAGE_THERE;
	return answer_of(error);
}

struct image_source couch_pictures_source(const struct settings_now *now)
{
	return (struct image_source){
		.context = (void *)(uintptr_t)now,
		.open = open_worker,
		.close = close_worker,
		.interrupt = interrupt_worker,
		.find = find,
		.read = read_bytes,
	};
}
