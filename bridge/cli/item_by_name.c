#include "bridge/cli/item_by_name.h"

#include "base/json.h"
#include "base/text.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <string.h>
#include <strings.h>

enum { NAMED_MOST = 5 };

struct found {
	const char *name;
	size_t exact, alike;
	struct json_object *exact_ids, *alike_ids; /* owned; the first NAMED_MOST */
};

static void note(struct json_object *ids, size_t *count, const char *id)
{
	if ((*count)++ < NAMED_MOST)
		json_append(ids, json_new_text(id));
}

static bool visit_item(void *context, struct couch_document *document, struct error *error)
{
	struct found *found = context;
	const char *name = json_text_or(document_data(document->body), "name", NULL);

	(void)error;
	if (name && strcmp(name, found->name) == 0)
		note(found->exact_ids, &found->exact, document->id);
	else if (name && strcasecmp(name, found->name) == 0)
		note(found->alike_ids, &found->alike, document->id);
	return true;
}

static bool choose(const struct found *found, char **full_id_out, struct error *error)
{
	size_t count = found->exact ? found->exact : found->alike;
	const struct json_object *ids = found->exact ? found->exact_ids : found->alike_ids;
	struct text words = {0};

	*full_id_out = count == 1 ? own_copy(json_text_of(json_at(ids, 0))) : NULL;
	if (count <= 1)
		return true;
	for (size_t i = 0; i < json_length(ids); i++)
		text_format(&words, "%s%s", i ? ", " : "", json_text_of(json_at(ids, i)));
	error_set(error, ERROR_FATAL, "%zu items are called '%.100s': say which by its ID: %s%s", count,
		  found->name, text_or_empty(&words), count > NAMED_MOST ? ", …" : "");
	text_done(&words);
	return false;
}

bool item_by_name(struct couch_client *couch, const char *name, char **full_id_out, struct error *error)
{
	static const struct json_pick_key data_keys[] = {{.name = "name"}};
	static const struct json_pick data = {data_keys, countof(data_keys), false};
	static const struct json_pick_key keys[] = {{.name = "data", .below = &data}};
	static const struct json_pick pick = {keys, countof(keys), false};
	scoped(json_object) exact_ids = json_new_array();
	scoped(json_object) alike_ids = json_new_array();
	struct found found = {.name = name, .exact_ids = exact_ids, .alike_ids = alike_ids};

	return couch_documents_walk_picked(couch, document_prefix(DOCUMENT_ITEM), 0, &pick, visit_item,
					   &found, error) &&
	       choose(&found, full_id_out, error);
}
