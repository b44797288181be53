#define _GNU_SOURCE
#include "bridge/pages/named_items.h"

#include "base/json.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "item-"

struct finding {
	const char *words;
	struct named_items items;
};

static bool visit(void *context, struct couch_document *document, struct error *error)
{
	struct finding *finding = context;
	struct named_items *items = &finding->items;
	const char *name = json_text_or(document_data(document->body), "name", "");

	(void)error;
	if (!strcasestr(name, finding->words) && strcmp(document->id + strlen(PREFIX), finding->words) != 0)
		return true;
	items->more = items->count == NAMED_ITEMS_MOST;
	if (!items->more)
		items->list[items->count++] =
			(struct named_item){.full_id = own_copy(document->id), .name = own_copy(name)};
	return true;
}

bool named_items_find(struct couch_client *couch, const char *words, struct named_items *items_out,
		      struct error *error)
{
	static const struct json_pick_key names[] = {{.name = "name"}};
	static const struct json_pick data = {names, countof(names), false};
	static const struct json_pick_key keys[] = {{.name = "data", .below = &data}};
	static const struct json_pick pick = {keys, countof(keys), false};
	struct finding finding = {.words = words};

	if (!couch_documents_walk_picked(couch, PREFIX, 0, &pick, visit, &finding, error)) {
		named_items_done(&finding.items);
		return false;
	}
	*items_out = finding.items;
	return true;
}

void named_items_done(struct named_items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		free(items->list[i].full_id);
		free(items->list[i].name);
	}
	*items = (struct named_items){0};
}
