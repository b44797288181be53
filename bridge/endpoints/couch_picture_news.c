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
