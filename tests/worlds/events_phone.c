/* What phones do. */
#include "inventory/document.h"
#include "tests/worlds/events.h"

#include "tests/worlds/observer.h"

#include <stdio.h>
#include <string.h>

/* Phones' clocks differ, and what was edited a while ago may arrive now. */
static int64_t phone_time(const struct world *world, unsigned number)
{
	static const int64_t behind_ms[] = {0, 0, 0, 500, 3000, 40000, 600000, -20000};

	return world_base_now_ms(world) - behind_ms[number % countof(behind_ms)];
}

static bool was_saved_at(const struct world_document *document, int64_t time_ms)
{
	for (size_t i = 0; i < document->count; i++)
		if (document->leaves[i].body && document_updated_at(document->leaves[i].body) == time_ms)
			return true;
	return false;
}

/* No two saves of a document are of the same millisecond. */
void play_save_time(const struct world *world, const struct world_document *document,
		    struct json_object *body, unsigned number)
{
	int64_t time_ms = phone_time(world, number);

	while (was_saved_at(document, time_ms) || time_ms == document_updated_at(body))
		time_ms++;
	json_put(body, "updated_at", json_new_int(time_ms));
}

struct json_object *play_new_body(struct world *world, enum table table, const char *collection_id)
{
	struct json_object *body = json_new_object(), *data = json_new_object();

	json_put(data, "name", play_unique_value(world, FIELD_NAME));
	if (table == TABLE_ITEMS)
		json_put_text(data, "collection_id", collection_id);
	else
		json_put_text(data, "collection_reference_number", "0001");
	json_put_text(data, "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_put_text(body, "type", table == TABLE_ITEMS ? "item" : "collection");
	json_put(body, "data", data);
	json_put(body, "created_at", json_new_int(world_base_now_ms(world)));
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	return body;
}

void phone_makes(struct play *play, const struct event *event)
{
	char id[16];

	snprintf(id, sizeof id, "i%u", ++play->items);
	(void)event;
	play->acts++;
	play->new_documents++;
	world_phone_puts(play->world, TABLE_ITEMS, id, play_new_body(play->world, TABLE_ITEMS, "c0"));
}

/* What the app's schema requires, and nothing else. */
static struct json_object *bare_body(enum table table, struct json_object *data)
{
	static const char *const keys[TABLE_COUNT][3] = {
		[TABLE_ITEMS] = {"name", "collection_id", "config_uuid"},
		[TABLE_COLLECTIONS] = {"name", "collection_reference_number", "config_uuid"},
	};
	struct json_object *body = json_new_object(), *bare = json_new_object(), *value = NULL;

	for (size_t i = 0; i < countof(keys[table]); i++)
		if (json_find(data, keys[table][i], &value))
			json_put(bare, keys[table][i], json_copy(value));
	json_put_text(body, "type", table == TABLE_ITEMS ? "item" : "collection");
	json_put(body, "data", bare);
	return body;
}

/* Another client than the app makes an item, or saves what is there, without any key that it may leave out: no times either. */
void phone_saves_bare(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);
	char id[16];

	play->acts++;
	if (event->b % 2 && document && world_body(document)) {
		world_phone_puts(play->world, document->table, document->id,
				 bare_body(document->table, document_data(world_body(document))));
		return;
	}
	scoped(json_object) body = play_new_body(play->world, TABLE_ITEMS, "c0");
	snprintf(id, sizeof id, "i%u", ++play->items);
	play->new_documents++;
	world_phone_puts(play->world, TABLE_ITEMS, id, bare_body(TABLE_ITEMS, document_data(body)));
}

static struct json_object *edited_body(struct play *play, const struct world_document *document,
				       const struct event *event)
{
	struct json_object *body = json_copy(world_body(document)), *data = document_data(body);
	enum field field = play_choose_field(document->table, event->b);
	const char *key = observer_key(field, document->table);

	/* Now and then a cell is emptied. */
	if (field != FIELD_NAME && event->c % 7 == 6)
		json_remove(data, key);
	else
		json_put(data, key, play_unique_value(play->world, field));
	play_save_time(play->world, document, body, event->c);
	return body;
}

void phone_edits(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);

	if (!document || !world_body(document))
		return;
	play->acts++;
	world_phone_puts(play->world, document->table, document->id, edited_body(play, document, event));
}

/* A text that its column does not take: a problem of this cell alone. */
void phone_is_refused(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);
	char words[40];

	if (!document || !world_body(document) || document->table != TABLE_ITEMS)
		return;
	struct json_object *body = edited_body(play, document, event);
	play->acts++;
	play->flaws++;
	snprintf(words, sizeof words, "refused %lld", (long long)++play->world->last_unique);
	json_put_text(document_data(body), event->b % 2 ? "notes" : "model_name", words);
	world_phone_puts(play->world, TABLE_ITEMS, document->id, body);
}

/* A choice or a box: the values are few, so only that both sides end alike can be told. */
void phone_chooses(struct play *play, const struct event *event)
{
	static const char *const words[] = {"container", "consumable", "item_with_parts"};
	struct world_document *document = play_choose_document(play, event->a);

	if (!document || !world_body(document) || document->table != TABLE_ITEMS)
		return;
	struct json_object *body = json_copy(world_body(document)), *data = document_data(body);
	play->acts++;
	if (event->b % 2)
		json_put_text(data, "item_type", words[event->c % countof(words)]);
	else
		json_put(data, "consumable_will_not_restock", json_new_bool(event->c & 1));
	play_save_time(play->world, document, body, event->c);
	world_phone_puts(play->world, document->table, document->id, body);
}

/* The app refuses what still holds contents; so does a person with sense. */
bool play_holds_contents(const struct world *world, const char *record_id, const char *document_id)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (world->rows[i].now.there &&
		    (strcmp(world_linked(&world->rows[i], FIELD_CONTAINER), record_id) == 0 ||
		     strcmp(world_linked(&world->rows[i], FIELD_COLLECTION), record_id) == 0))
			return true;
	for (size_t i = 0; i < world->document_count; i++) {
		struct json_object *body = world_body(&world->documents[i]);
		struct json_object *data = body ? document_data(body) : NULL;
		if (data && (strcmp(json_text_or(data, "container_id", ""), document_id) == 0 ||
			     strcmp(json_text_or(data, "collection_id", ""), document_id) == 0))
			return true;
	}
	return false;
}

static bool document_is_held(struct world *world, const struct world_document *document)
{
	const struct world_row *row = world_row_of(world, document->table, document->id);

	return play_holds_contents(world, row ? row->id : "-", document->id);
}

void phone_deletes(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);

	if (!document || !world_body(document) || document->table == TABLE_COLLECTIONS ||
	    document_is_held(play->world, document))
		return;
	play->acts++;
	world_phone_deletes(play->world, document);
}

void phone_undeletes(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);

	if (!document || world_body(document) || !document->count || document->table != TABLE_ITEMS)
		return;
	play->acts++;
	play->new_documents++;
	world_phone_puts(play->world, TABLE_ITEMS, document->id,
			 play_new_body(play->world, TABLE_ITEMS, "c0"));
}

void phone_moves(struct play *play, const struct event *event)
{
	struct world_document *document = play_choose_document(play, event->a);
	struct world_document *into = play_choose_document(play, event->b);

	if (!document || !into || document == into || !world_body(document) || !world_body(into) ||
	    document->table != TABLE_ITEMS || into->table != TABLE_ITEMS)
		return;
	struct json_object *body = json_copy(world_body(document));
	play->acts++;
	if (event->c % 3)
		json_put_text(document_data(body), "container_id", into->id);
	else
		json_remove(document_data(body), "container_id");
	play_save_time(play->world, document, body, event->c);
	world_phone_puts(play->world, TABLE_ITEMS, document->id, body);
}
