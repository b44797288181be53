#include "bridge/memory/app_twins_index.h"

#include <string.h>

static bool is_there(const struct pair *pair)
{
	return pair->state == ENTRY_PAIR || pair->document == PAIR_DOCUMENT_THERE;
}

/* Of a row that is gone, both links name what was: neither says whose it is. */
static bool has_row(const struct pair *pair)
{
	return pair->state == ENTRY_PAIR || (pair->document == PAIR_DOCUMENT_THERE && !pair->row_missing);
}

/* The app link of a document that has no pair names the row of another one, by the ledger or by its ID; or a copy of that row. */
static struct pair *original_of(const struct sync *sync, const struct pair *pair, const char *app_link)
{
	struct pair *owner =
		app_link && pair->state != ENTRY_PAIR ? pairs_by_record(&sync->pairs, app_link) : NULL;

	if (owner && owner->copy_of)
		owner = owner->copy_of;
	return owner && owner != pair && owner->twin_of != pair && owner->table == pair->table &&
			       has_row(owner)
		       ? owner
		       : NULL;
}

/* Of a document that was not listed yet nobody knows whether it is there. */
static bool stays_twin(const struct sync *sync, const struct pair *pair)
{
	return pair->twin_stays && pair->state != ENTRY_PAIR && (!sync->started || is_there(pair->twin_of));
}

/* The app link of a pair's document names another row than its own: a second one that the app made of it, or one that is no more, as it may
 * have been removed before the app link was put right. */
static void note_other_row(struct sync *sync, struct pair *pair, const char *app_link)
{
	struct pair *copy = pairs_by_record(&sync->pairs, app_link);

	if (!copy && !pair->under_way)
		pairs_queue(&sync->pairs, pair, JOB_AGAIN);
	if (!copy || copy->copy_of != pair || copy->app_made)
		return;
	copy->app_made = true;
	pairs_queue(&sync->pairs, copy, JOB_AGAIN);
}

void app_twins_note_link(struct sync *sync, struct pair *pair, const char *app_link)
{
	if (!stays_twin(sync, pair)) {
		struct pair *original = original_of(sync, pair, app_link);
		pair->twin_stays = original && pairs_by_record(&sync->pairs, app_link) == original;
		pairs_set_twin_of(&sync->pairs, pair, original);
	}
	if (app_link && pair->state == ENTRY_PAIR && strcmp(app_link, pair->record_id) != 0)
		note_other_row(sync, pair, app_link);
}

void app_twins_load(struct sync *sync, struct pair *pair, const struct ledger_entry *entry)
{
	if (!entry->twin_of || entry->state == ENTRY_PAIR || strcmp(entry->twin_of, entry->id) == 0)
		return;
	pair->twin_stays = true;
	pairs_set_twin_of(&sync->pairs, pair, pairs_want(&sync->pairs, entry->table, entry->twin_of));
}

void app_twins_remember(const struct pair *pair, struct ledger_entry *entry)
{
	own_free_text(&entry->twin_of);
	entry->twin_of = pair->twin_stays ? own_copy(pair->twin_of->id) : NULL;
}

bool app_twins_keep_link(const struct sync *sync, const struct pair *pair, const char *app_link)
{
	const struct pair *other = app_link ? pairs_by_record(&sync->pairs, app_link) : NULL;

	return other && other != pair && other->copy_of == pair;
}

void app_twins_follow(const struct pairs *pairs, enum field field, struct cell *cell)
{
	const struct pair *place = cell->kind == CELL_LINKS && cell->id_count == 1
					   ? pairs_find(pairs, field_linked_table(field), cell->ids[0])
					   : NULL;

	if (!place || !place->twin_of)
		return;
	struct cell followed = cell_link(place->twin_of->id);
	cell_move(cell, &followed);
}
