#include "bridge/app/app_twins.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/job_problem.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/app_twins_index.h"
#include "bridge/memory/seen_row.h"

#include <stdlib.h>
#include <string.h>

/* The mark of the look's document, where it names a row that nobody knows. */
static const char *unknown_mark(const struct group *group, const struct look *look)
{
	const char *mark = look->document.presence == SIDE_THERE && look->flaw.kind == ERROR_NONE
				   ? document_mark(look->document.body, group->sync->config->id)
				   : NULL;

	return mark && !look->finished && look->entry.state == ENTRY_PAIR &&
			       strcmp(mark, look->entry.record_id) != 0 &&
			       !pairs_by_record(&group->sync->pairs, mark)
		       ? mark
		       : NULL;
}

/* A row with the ID of the pair is a copy of its row: its own look tells. */
static void take_row(struct group *group, const struct look *look, const struct side_record *row)
{
	if (row->presence != SIDE_THERE)
		return;
	pairs_look(&group->sync->pairs, sync_pair_of_row(group->sync, row), LOOK_ROW);
	app_twins_note_mark(group->sync, look->pair, row->id);
}

bool group_find_twins(struct group *group, struct error *error)
{
	const struct side *rows = &group->sync->rows;
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	const struct look **looks = own_alloc((group->count + 1) * sizeof(struct look *));
	struct side_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		const char *mark = unknown_mark(group, &group->looks[i]);
		if (!mark)
			continue;
		keys[count] = (struct side_key){group->looks[i].pair->table, mark};
		looks[count++] = &group->looks[i];
	}
	bool ok = count == 0 || rows->ops->read(rows->self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		take_row(group, looks[i], &records.list[i]);
	side_records_done(&records);
	free(looks);
	free(keys);
	return ok || error_wrap(error, "reading rows that the app's marks name");
}

/* ---- what a person wants gone ---- */

static struct pair *original(const struct look *look)
{
	return look->pair->twin_of ? look->pair->twin_of : look->pair->app_made ? look->pair->copy_of : NULL;
}

/* The document that a link of the twin stands for: what it points to may be a twin itself. */
static const char *linked(const struct sync *sync, enum table table, const struct cell *cell)
{
	const char *id = cell->kind == CELL_LINKS && cell->id_count == 1 ? cell->ids[0] : "";
	const struct pair *pair = id[0] == CELL_UNKNOWN_LINK ? pairs_by_record(&sync->pairs, id + 1)
							     : pairs_find(&sync->pairs, table, id);

	if (pair && pair->twin_of)
		return pair->twin_of->id;
	return pair && pair->copy_of ? pair->copy_of->id : pair ? pair->id : "";
}

static bool is_same(const struct group *group, const struct look *look, enum field field,
		    const struct cell *twins, const struct cell *originals)
{
	struct cell_equivalence equivalence = look_equivalence(group, look, field);
	bool links = twins->kind == CELL_LINKS && originals->kind == CELL_LINKS;
	enum table table = links ? field_linked_table(field) : TABLE_ITEMS;

	return twins->kind == CELL_EMPTY || cell_equal(twins, originals, &equivalence) ||
	       (links &&
		strcmp(linked(group->sync, table, twins), linked(group->sync, table, originals)) == 0);
}

/* Each two-way value of the twin is one of the original. */
static bool has_nothing_more(const struct group *group, const struct look *look,
			     const struct side_record *document)
{
	const struct cell *twins = look->pair->twin_of ? look->couch : look->airtable;
	struct cell cells[FIELD_COUNT] = {0};
	bool same = document->presence == SIDE_THERE && document->body && !document->flaw;

	if (same)
		mapping_from_document(document->table, document->id, document->body, cells);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (same && look_has_column(group, look, (enum field)field) &&
		    field_rule((enum field)field)->direction == DIRECTION_BOTH)
			same = is_same(group, look, (enum field)field, &twins[field], &cells[field]);
		cell_done(&cells[field]);
	}
	return same;
}

/* As the app saved it when it made it. */
static bool was_never_edited(const struct look *look)
{
	struct json_object *body = look->document.body;

	return look->pair->twin_of && document_updated_at(body) > 0 &&
	       document_updated_at(body) == document_created_at(body);
}

/* The app has made rows point to the second row. Airtable would empty these links with it. After a start it is not known yet for which
 * row they wait. */
static bool is_linked_to(const struct sync *sync, const struct look *look)
{
	const struct watches *watches = &sync->pairs.watches;

	return !look->pair->twin_of && (watches_of(watches, WATCH_RECORDS, look->pair->record_id) ||
					watches_of(watches, WATCH_RECORDS, ""));
}

static bool is_compared(const struct sync *sync, const struct look *look)
{
	return original(look) && !is_linked_to(sync, look) && !look->finished && !look->needs_no_row &&
	       look->flaw.kind == ERROR_NONE &&
	       (look->pair->twin_of ? look->document.presence : look->row.presence) == SIDE_THERE;
}

bool group_compare_twins(struct group *group, struct error *error)
{
	const struct side *couch = &group->sync->couch;
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	struct side_records records = {0};
	size_t count = 0;

	for (size_t i = 0; group->sync->removes_twins && i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!is_compared(group->sync, look))
			continue;
		keys[count] = (struct side_key){look->pair->table, original(look)->id};
		looks[count++] = look;
	}
	bool ok = count == 0 || couch->ops->read(couch->self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		looks[i]->twin_goes =
			records.list[i].presence == SIDE_THERE &&
			(was_never_edited(looks[i]) || has_nothing_more(group, looks[i], &records.list[i]));
	side_records_done(&records);
	free(looks);
	free(keys);
	return ok || error_wrap(error, "reading the documents of which the app made others");
}

void app_twins_tell(struct look *look)
{
	const struct pair *original = look->pair->twin_of;
	const char *kind = look->pair->table == TABLE_ITEMS ? "item" : "collection";

	look_problem(
		look,
		"The app's own sync made this %s of the row of %s %s: it is there twice, and gets no second "
		"row. If nobody has edited it, " APP_TWINS_REMOVE
		". Otherwise delete one of both in the app.",
		kind, kind, original->id);
}
