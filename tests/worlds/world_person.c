/* What people do to the rows of an Airtable in memory. */
#include "tests/worlds/world_airtable.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"

#include <string.h>

struct world_row *world_person_adds(struct world *world, enum table table)
{
	struct world_row *row = world_new_row(world, table);

	world_note(world, "person: adds row %s to %s", row->id, table_name(table));
	transcript_row(world, ACT_ADDS, row);
	world->moment++;
	return row;
}

/* A person wants the row gone, with its document. That is the document of its ID and the one that it is paired with: the app may have
 * written the ID of another document into it. */
static void want_gone(struct world *world, struct world_row *row)
{
	struct world_document *documents[] = {world_document_of(world, row),
					      observer_document_of(world, row)};

	row->delete_wanted = true;
	for (size_t i = 0; i < countof(documents); i++)
		if (documents[i])
			documents[i]->delete_wanted = true;
}

void world_person_types(struct world *world, struct world_row *row, enum field field,
			struct json_object *value)
{
	char was[48], is[48];

	if (!row->now.there) {
		json_release(value);
		return;
	}
	transcript_cell(world, row, field, value);
	world_before_change(world, row);
	observer_cell_words(field, row->now.cells[field], was);
	observer_cell_words(field, value, is);
	world_note(world, "person: %s %s: \"%s\" -> \"%s\"", row->id, field_rule(field)->name, was, is);
	world->moment++;
	if (observer_key(field, row->table) && strcmp(was, is) != 0)
		observer_left(world, true, row->id, field, was, is);
	world_set_cell(world, row, field, value);
	if (field == FIELD_COLLECTION)
		row->moved = world->moment;
	row->copied = row->copied && field != FIELD_ID;
	if (field == FIELD_DELETE)
		want_gone(world, row);
}

void world_person_shelves(struct world *world, struct world_row *row, const char *words)
{
	struct json_object *action = transcript_action(world, "update", row->table);
	if (action) {
		struct json_object *fields = json_new_object();
		json_put_text(action, "record", row->id);
		json_put_text(fields, "Shelf", words);
		json_put(action, "fields", fields);
	}
	transcript_edit(world, action);
	world_note(world, "person: %s Shelf: \"%s\"", row->id, words);
	world->moment++;
	json_release(row->now.shelf);
	row->now.shelf = json_new_text(words);
	row->now.last_ms = world_base_now_ms(world);
}

void world_person_links_back(struct world *world, struct world_row *collection, struct world_row *item)
{
	struct json_object *cell = item->now.cells[FIELD_COLLECTION];

	if (!collection->now.there || !item->now.there || world_links_to(cell, collection->id))
		return;
	world_before_change(world, item);
	world_note(world, "person: %s is put into %s, too", item->id, collection->id);
	transcript_spoil(world, "a link by its inverse");
	item->moved = ++world->moment;
	struct json_object *both = world_links_but(cell, "");
	json_append(both, json_new_text(collection->id));
	world_set_cell(world, item, FIELD_COLLECTION, both);
}

void world_person_deletes(struct world *world, struct world_row *row)
{
	if (!row->now.there)
		return;
	transcript_row(world, ACT_DELETES, row);
	world_before_change(world, row);
	world_note(world, "person: deletes row %s", row->id);
	world->moment++;
	observer_row_deleted(world, row);
	row->now.there = false;
	world_empty_links_to(world, row->id);
	if (world->config.on_row_deleted == ROW_DELETED_DELETE)
		want_gone(world, row);
}

void world_person_restores(struct world *world, struct world_row *row)
{
	if (row->now.there)
		return;
	transcript_row(world, ACT_RESTORES, row);
	world_before_change(world, row);
	world_note(world, "person: brings row %s back from the trash", row->id);
	world->moment++;
	/* Of two rows with one ID the pair's own is the original, whichever came back first; also where it has just gone, and nobody
	 * has seen that yet. A copy comes back as one. */
	struct world_row *twin = world_row_of(world, row->table, world_cell_text(row, FIELD_ID));
	bool original = observer_is_paired(world, row);
	row->copied = !original && (row->copied || twin || observer_has_pair(world, row));
	if (twin && original)
		twin->copied = true;
	if (!original)
		observer_row_copied(
			world, row); /* what it shows may go into the document once more (sync-rules 5) */
	row->now.there = row->restored = true;
	/* Whether this counts as a modification is not known: it does half of the time. */
	if (world_chance(world, 2))
		row->now.last_ms = world_base_now_ms(world);
}

struct world_row *world_person_duplicates(struct world *world, struct world_row *row, bool with_id)
{
	struct world_row *copy = world_new_row(world, row->table);

	world_note(world, "person: duplicates row %s as %s", row->id, copy->id);
	transcript_copy(world, row, copy, with_id);
	world->moment++;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (row->now.cells[field] && (with_id || field != FIELD_ID))
			world_set_cell(world, copy, (enum field)field, json_share(row->now.cells[field]));
	copy->now.shelf = json_share(row->now.shelf);
	copy->copied = with_id;
	/* Of a row that the bridge does not know of yet nobody can tell which of both it has made. */
	row->copied = row->copied || (with_id && row->now.cells[FIELD_ID] && !observer_is_paired(world, row));
	copy->delete_wanted = row->now.cells[FIELD_DELETE] != NULL;
	observer_row_copied(world, row);
	return copy;
}
