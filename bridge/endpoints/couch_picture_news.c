#include "bridge/endpoints/couch_picture_news.h"

#include "inventory/document.h"

bool couch_is_picture(const char *full_id)
{
	enum document_type type = document_type_of(full_id, NULL);

	return type == DOCUMENT_ITEM_IMAGE || type == DOCUMENT_IMAGE;
}

void couch_news_add_picture(struct endpoint_news *news, const struct couch_document *document)
{
	struct json_object *one = json_new_object();

	json_put_text(one, "id", document->id);
	if (document->body && !document->deleted)
		json_put(one, "body", json_share(document->body));
	if (!news->pictures)
		news->pictures = json_new_array();
	json_append(news->pictures, one);
}

void couch_wanted(const char *settings_id, bool pictures, const char *wanted_out[COUCH_WANTED_MOST])
{
	size_t count = 0;

	wanted_out[count++] = document_prefix(DOCUMENT_COLLECTION);
	wanted_out[count++] = document_prefix(DOCUMENT_ITEM);
	wanted_out[count++] = document_prefix(DOCUMENT_DELETED_DATA);
	wanted_out[count++] = settings_id;
	if (pictures) {
		wanted_out[count++] = document_prefix(DOCUMENT_ITEM_IMAGE);
		wanted_out[count++] = document_prefix(DOCUMENT_IMAGE);
	}
	wanted_out[count] = NULL;
}

/* ---- all of them ---- */

#define DIGEST_PAGE 200 /* documents of pictures a request */

static bool note_digest(void *context, struct couch_document *document, struct error *error)
{
	const char *id = NULL,
		   *digest = json_text_or(document_data(document->body), "image_1440_digest", NULL);

	(void)error;
	if (digest && document_type_of(document->id, &id) == DOCUMENT_IMAGE &&
	    !json_find(context, digest, NULL))
		json_put(context, digest, json_new_text(id));
	return true;
}

bool couch_picture_digests(struct couch_client *source, struct json_object *into, struct error *error)
{
	static const struct json_pick_key in_data[] = {{.name = "image_1440_digest"}};
	static const struct json_pick data = {in_data, countof(in_data), false};
	static const struct json_pick_key in_document[] = {{.name = "data", .below = &data}};
	static const struct json_pick document = {in_document, countof(in_document), false};

	return couch_documents_walk_picked(source, document_prefix(DOCUMENT_IMAGE), DIGEST_PAGE, &document,
					   note_digest, into, error);
}
