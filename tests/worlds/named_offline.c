#include "tests/worlds/named_offline.h"
#include "inventory/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world_view offline_views[OFFLINE_PHONES];

struct world_document *offline_item(struct world *world)
{
	return world_document(world, TABLE_ITEMS, "i1");
}

void offline_goes(struct world_view *view, const struct world_document *document)
{
	json_release(view->base);
	json_release(view->body);
	*view = (struct world_view){0};
	snprintf(view->revision, sizeof view->revision, "%s", world_winner(document)->revision);
	view->base = json_copy(world_body(document));
	view->body = json_copy(view->base);
}

/* Before the bridge wrote its mark, which is all that the present revision has besides. */
void offline_goes_before_mark(struct world_view *view, const struct world_document *document)
{
	offline_goes(view, document);
	snprintf(view->revision, sizeof view->revision, "%s", world_winner(document)->parent);
	json_release(view->base);
	view->base = json_copy(world_couch_body(document, view->revision));
	json_release(view->body);
	view->body = json_copy(view->base);
}

/* 'behind_ms' before now. */
void offline_edits(struct world *world, struct world_view *view, const char *key, const char *value,
		   int64_t behind_ms)
{
	json_put_text(document_data(view->body), key, value);
	json_put(view->body, "updated_at", json_new_int(world_base_now_ms(world) - behind_ms));
	view->edits++;
}

void offline_notes(struct world *world)
{
	offline_goes(&offline_views[0], offline_item(world));
	offline_edits(world, &offline_views[0], "notes", "from the plane", 0);
}

void offline_notes_before_mark(struct world *world)
{
	offline_goes_before_mark(&offline_views[0], offline_item(world));
	offline_edits(world, &offline_views[0], "notes", "from the plane", 0);
}

void offline_lands(struct world *world)
{
	world_phone_pushes(world, offline_item(world), &offline_views[0]);
}

void offline_phone_models(struct world *world)
{
	named_phone_sets(world, "model_name", "from the phone", 0);
	named_phone_sets(world, "purchased_from", "the shop", 0);
}

void offline_both_say(struct world *world, const char *key, enum field field, const char *words)
{
	named_must_say(world, "i1", key, words);
	named_must_show(world, "i1", field, words);
}

void offline_one_leaf(struct world *world)
{
	const struct world_document *document = offline_item(world);
	size_t live = 0;

	for (size_t i = 0; i < document->count; i++)
		live += !document->leaves[i].replaced && !document->leaves[i].deleted;
	if (live != 1)
		world_broken(world, "item i1 has %zu live leaves", live);
}

void offline_lives_with_notes(struct world *world)
{
	named_is_there(world);
	offline_both_say(world, "notes", FIELD_NOTES, "from the plane");
	offline_one_leaf(world);
}

const struct world_leaf *offline_losing_leaf(const struct world_document *document)
{
	for (size_t i = 0; i < document->count; i++)
		if (!document->leaves[i].replaced && !document->leaves[i].deleted &&
		    &document->leaves[i] != world_winner(document))
			return &document->leaves[i];
	return NULL;
}

int offline_generation_behind(const char *revision)
{
	return (int)strtol(revision, NULL, 10) + 1;
}
