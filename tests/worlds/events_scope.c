/* What takes items out of the scope, and back. */
#include "inventory/document.h"
#include "tests/worlds/events.h"
#include "tests/worlds/world_settings.h"

#define OUTSIDE "c9" /* a collection that is not synced at first */

static void want_outside(struct play *play)
{
	struct world *world = play->world;

	if (!world_document(world, TABLE_COLLECTIONS, OUTSIDE))
		world_phone_puts(world, TABLE_COLLECTIONS, OUTSIDE,
				 play_new_body(world, TABLE_COLLECTIONS, NULL));
}

void phone_moves_out(struct play *play, const struct event *event)
{
	want_outside(play);
	struct world_document *document = play_choose_document(play, event->a);

	if (!document || !world_body(document) || document->table != TABLE_ITEMS)
		return;
	struct json_object *body = json_copy(world_body(document));
	play->acts += 2;
	play->new_documents++;
	json_put_text(document_data(body), "collection_id", event->b % 3 ? OUTSIDE : "c0");
	play_save_time(play->world, document, body, 0);
	world_phone_puts(play->world, TABLE_ITEMS, document->id, body);
}

/* Everything that comes in or stays outside is written, or told. */
void phone_lists(struct play *play, const struct event *event)
{
	static const char *const ids[] = {"c0", OUTSIDE};

	want_outside(play);
	play->acts += 2 * (unsigned)play->world->document_count;
	play->new_documents += (unsigned)play->world->document_count;
	world_phone_lists(play->world, "collections", ids, event->a % 3);
}

void person_moves_out(struct play *play, const struct event *event)
{
	struct world_row *row = play_choose_row(play, event->a, true);
	struct world_row *into = play_choose_row(play, event->b, true);

	if (!row || !into || row->table != TABLE_ITEMS || into->table != TABLE_COLLECTIONS)
		return;
	play->acts += 2;
	world_person_types(play->world, row, FIELD_COLLECTION, world_link(into->id));
}
