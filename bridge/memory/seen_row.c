#include "bridge/memory/seen_row.h"

#include "inventory/document.h"

#include <string.h>

/* A document or a row has this id: it is known, whatever its form. */
static struct pair *known_by(const struct sync *sync, enum table table, const char *id)
{
	struct pair *pair = *id ? pairs_find_shown(&sync->pairs, table, id) : NULL;

	return pair && (pair->document != PAIR_DOCUMENT_NONE || pair->state != ENTRY_NONE) ? pair : NULL;
}

/* The ID that the row shows; "" where it shows none that a document has, or that a new one may get. */
static const char *id_cell(const struct sync *sync, const struct endpoint_record *row)
{
	const char *column = sync->columns[row->table].of[FIELD_ID].id;
	const char *id = column ? json_text_or(row->body, column, "") : "";

	const struct pair *known = known_by(sync, row->table, id);

	if (known)
		return known->id;
	return document_id_is_valid(id) ? id : "";
}

struct pair *sync_shown_other(const struct sync *sync, const struct pair *pair, const struct cell *id_cell)
{
	struct pair *other = known_by(sync, pair->table, id_cell->kind == CELL_TEXT ? id_cell->text : "");

	/* When the app makes a document of a row it writes that one's ID into the row: this does not tell whose row it is. */
	if (!other || other == pair || other->twin_of == pair)
		return NULL;
	/* Nor does the ID of a document without a row: it has no row that could have been exchanged with this one. */
	return other->state == ENTRY_PAIR || (other->document == PAIR_DOCUMENT_THERE && other->record_id[0])
		       ? other
		       : NULL;
}

static bool is_anothers(const struct pair *pair, const struct endpoint_record *row)
{
	return pair->state == ENTRY_PAIR && strcmp(pair->record_id, row->id) != 0;
}

/* The pair of a row that has no ID of its own (sync-rules 12). The first id may be that of a document which was made from this row
 * and has another now: then the row came back from the trash beside it. */
static struct pair *pair_by_hash(struct sync *sync, const struct endpoint_record *row)
{
	const char *words[] = {sync->config->base_id, sync->columns[row->table].table_id, row->id, "again"};
	char id[37];

	document_id_from(words, countof(words) - 1, id);
	struct pair *pair = pairs_want(&sync->pairs, row->table, id);
	if (is_anothers(pair, row)) {
		document_id_from(words, countof(words), id);
		pair = pairs_want(&sync->pairs, row->table, id);
	}
	if (!pair->record_id[0] || (pair->state != ENTRY_PAIR && strcmp(pair->record_id, row->id) != 0))
		pairs_set_record(&sync->pairs, pair, row->id, true);
	return pair;
}

static struct pair *pair_of_copy(struct sync *sync, const struct endpoint_record *row, struct pair *original)
{
	struct pair *pair = pair_by_hash(sync, row);

	if (pair != original)
		pairs_set_copy_of(&sync->pairs, pair, original);
	return pair;
}

/* A copy stays one as long as it has that ID, whatever becomes of the original; without an original the ID is its own. */
static bool is_known_copy(const struct pair *pair, const char *id)
{
	const struct pair *original = pair->copy_of;

	return original && strcmp(original->id, id) == 0 &&
	       (original->document != PAIR_DOCUMENT_NONE || original->state != ENTRY_NONE ||
		original->record_id[0]);
}

struct pair *sync_pair_of_row(struct sync *sync, const struct endpoint_record *row)
{
	struct pair *pair = pairs_by_record(&sync->pairs, row->id);
	const char *id = id_cell(sync, row);

	if (pair && (pair->state == ENTRY_PAIR || (!id[0] && pair->row_by_app_link) ||
		     strcmp(pair->id, id) == 0 || is_known_copy(pair, id)))
		return pair;
	if (pair)
		pairs_set_copy_of(&sync->pairs, pair, NULL);
	if (!id[0])
		return pair_by_hash(sync, row);
	struct pair *named = pairs_want(&sync->pairs, row->table, id);
	if (named->record_id[0] && strcmp(named->record_id, row->id) != 0) {
		/* A copy, or what was cut and pasted in its place: the other's own job tells. */
		pairs_queue(&sync->pairs, named, JOB_ROW);
		return pair_of_copy(sync, row, named);
	}
	pairs_set_record(&sync->pairs, named, row->id, true);
	return named;
}
