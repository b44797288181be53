/* The judgement of a quiet world: its documents, its rows, its copies. */
#include "tests/worlds/observer.h"
#include "inventory/document.h"

#include "base/clock.h"
#include "tests/worlds/world_app.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_rights.h"
#include "tests/worlds/world_settings.h"

#include <stdio.h>
#include <string.h>

#define LIMITED_COLUMN                                                                                       \
	": Airtable does not let the token's user edit this column. Permit it in Airtable (the column's "    \
	"menu, "                                                                                             \
	"\"Edit field permissions\"), or use the token of somebody who may."

static void linked_words(struct world *world, const struct world_row *row, enum field field,
			 char words_out[48])
{
	const char *record_id = world_linked(row, field);
	const struct world_row *target = *record_id ? world_row(world, record_id) : NULL;

	snprintf(words_out, 48, "%s", target ? world_cell_text(target, FIELD_ID) : "");
}

/* It has a row, and is not held for that it has several. */
static bool is_settled(struct world *world, enum table table, const char *id)
{
	const struct world_document *document = world_document(world, table, id);
	const struct world_row *row = world_row_of(world, table, id);

	return row && !row->copied &&
	       !(document && observer_has_problem(world, document)); /* a copy is not its row */
}

/* The document stands in what has no row: the row does not show all of it, and does not say so. */
static bool points_nowhere(struct world *world, const struct world_row *row)
{
	struct json_object *body =
		world_body(world_document(world, row->table, world_cell_text(row, FIELD_ID)));
	const char *container = body ? json_text_or(document_data(body), "container_id", "") : "";
	const char *collection = body ? json_text_or(document_data(body), "collection_id", "") : "";

	return (*container && !is_settled(world, TABLE_ITEMS, container)) ||
	       (*collection && !is_settled(world, TABLE_COLLECTIONS, collection));
}

static void check_time_cell(struct world *world, const struct world_row *row, enum field field,
			    int64_t time_ms)
{
	char iso[CLOCK_ISO_SIZE] = "";

	if (row->table != TABLE_ITEMS || !time_ms || points_nowhere(world, row) ||
	    !world_column_flows(world, row->table, field))
		return;
	clock_iso(time_ms, iso);
	if (strcmp(world_cell_text(row, field), iso) != 0)
		world_broken(world, "row %s: %s is \"%s\", the document says %s", row->id,
			     field_rule(field)->name, world_cell_text(row, field), iso);
}

/* As it was called in the template: a new name is no other choice. */
static void choice_words(const struct world *world, enum field field, char words[48])
{
	const char *first = world_choice_first_name(world, field, words);

	if (first != words)
		snprintf(words, 48, "%s", first);
}

/* 'told': but for what may not be written, which the row says. */
static void check_equal(struct world *world, const struct world_document *document,
			const struct world_row *row, bool told)
{
	struct json_object *body = world_body(document);

	for (size_t i = 0; i < OBSERVER_FIELDS; i++) {
		char in_row[48], in_document[48];
		if (!observer_field_key(&observer_fields[i], document->table) ||
		    !world_column_flows(world, document->table, observer_fields[i].field) ||
		    (told && world_field_is_limited(world, document->table, observer_fields[i].field)))
			continue;
		observer_data_words(observer_fields[i].field, document->table, document_data(body),
				    in_document);
		if (observer_fields[i].shape == LINK)
			linked_words(world, row, observer_fields[i].field, in_row);
		else
			observer_cell_words(observer_fields[i].field,
					    row->now.cells[observer_fields[i].field], in_row);
		if (observer_fields[i].shape == TYPE && world->columns)
			choice_words(world, observer_fields[i].field, in_row);
		if (strcmp(in_row, in_document) != 0 &&
		    !(observer_fields[i].shape == LINK &&
		      (points_nowhere(world, row) ||
		       observer_points_to_told(world, row, observer_fields[i].field))))
			world_broken(world, "%s %s: the document says \"%s\", the row \"%s\"",
				     document->full_id, field_rule(observer_fields[i].field)->name,
				     in_document, in_row);
	}
	if (!told) /* a row that may not show all of the document does not show its time either: sync-rules 5 */
		check_time_cell(world, row, FIELD_UPDATED_AT, document_updated_at(body));
	check_time_cell(world, row, FIELD_CREATED_AT, document_created_at(body));
}

/* A late write may give it its own ID back. */
bool observer_lost_its_document(struct world *world, const struct world_row *row)
{
	for (size_t i = 0; world->state_lost && i < world->document_count; i++)
		if (strcmp(world->documents[i].made_of, row->id) == 0)
			return observer_is_told(world, row) && !observer_is_paired(world, row);
	return false;
}

static size_t rows_with_id(struct world *world, const struct world_document *document)
{
	size_t count = 0;

	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		count += row->table == document->table && row->now.there && !row->copied &&
			 !observer_lost_its_document(world, row) &&
			 strcmp(world_cell_text(row, FIELD_ID), document->id) == 0;
	}
	return count;
}

/* The app made the document of this row, which is that of another one, and wrote its ID into it. */
static bool is_anothers(struct world *world, const struct world_row *row,
			const struct world_document *document)
{
	const struct world_document *owner = observer_document_of(world, row);

	return owner && owner != document && strcmp(document->made_of, row->id) == 0;
}

/* Of several with its ID the one that the ledger names. */
static struct world_row *row_of(struct world *world, const struct world_document *document)
{
	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		if (row->table == document->table && row->now.there &&
		    strcmp(world_cell_text(row, FIELD_ID), document->id) == 0 &&
		    observer_is_paired(world, row))
			return row;
	}
	struct world_row *row = world_row_of(world, document->table, document->id);
	return row && is_anothers(world, row, document) ? NULL : row;
}

/* The ledger's words of the document's problem, or "". */
static const char *problem_of(const struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);

	return json_text_or(world_state_body(world, end), "problem", "");
}

/* Of nothing else is anybody told than of columns that may not be written. */
static bool says_limited_columns_alone(const struct world *world, const struct world_document *document)
{
	const char *words = problem_of(world, document);
	bool any = false;

	if (observer_has_unstored_problem(world, document))
		return false; /* the ledger's words are of before */

	while (*words) {
		const char *colon = strstr(words, LIMITED_COLUMN);
		scoped_text name = own_copy_bytes(words, colon ? (size_t)(colon - words) : 0);
		enum field field = field_by_name(document->table, name);
		if (!colon || field == FIELD_COUNT)
			return false;
		any = true;
		words = colon + strlen(LIMITED_COLUMN);
		words += *words == ' ';
	}
	return any;
}

/* A column that may not be written stops itself alone, and the row says so. */
static void check_limited(struct world *world, const struct world_document *document,
			  const struct world_row *row)
{
	if (!world_body(document) || !world_settings_hold(world, document) || row->copied || row->limited ||
	    world->limited_rows[document->table][ROWS_WRITTEN])
		return;
	check_equal(world, document, row, true);
	if (!row->now.cells[FIELD_ERROR] && !world_field_is_limited(world, document->table, FIELD_ERROR) &&
	    world_column_flows(world, document->table, FIELD_ERROR))
		world_broken(world, "row %s does not say which column may not be written", row->id);
}

void observer_check_permitted(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (strstr(problem_of(world, &world->documents[i]), "Airtable does not let"))
			world_broken(world, "%s: everything is permitted again, and it says: %s",
				     world->documents[i].full_id, problem_of(world, &world->documents[i]));
}

static bool is_filled_in(const struct world_row *row)
{
	return row->now.cells[FIELD_NAME] &&
	       (row->table == TABLE_COLLECTIONS || row->now.cells[FIELD_COLLECTION]);
}

/* It was made of a document that is forgotten by both databases, before it had a name. */
static bool is_blank_since(const struct world *world, const struct world_row *row)
{
	return world->went_back && !is_filled_in(row);
}

static void check_documents(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		struct world_row *row = row_of(world, document);
		size_t rows = rows_with_id(world, document);
		if (row && says_limited_columns_alone(world, document))
			check_limited(world, document, row);
		if (observer_has_problem(world, document))
			continue;
		if (world_body(document) && !world_settings_hold(world, document)) {
			if (row && !row->copied && !observer_is_told(world, row))
				world_broken(world,
					     "%s is out of scope, and its row %s is neither gone nor told so",
					     document->full_id, row->id);
			continue;
		}
		if (rows > 1)
			world_broken(world, "%s has %zu rows", document->full_id, rows);
		else if (world_body(document) && !row && !observer_is_forgotten(world, document))
			world_broken(world, "%s has no row", document->full_id);
		else if (!world_body(document) && row &&
			 !((row->copied || row->instead) && observer_is_told(world, row)) &&
			 !observer_points_to_told(world, row, FIELD_COLLECTION) &&
			 !is_blank_since(world, row))
			world_broken(world, "%s is deleted, its row %s is not", document->full_id, row->id);
		else if (world_body(document) && row)
			check_equal(world, document, row, false);
	}
}

static void check_rows(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		const char *id = world_cell_text(row, FIELD_ID);
		const struct world_document *document = world_document_of(world, row);
		bool known = document && (*id || observer_has_problem(world, document));
		if (row->now.there && !observer_is_told(world, row) && is_filled_in(row) && !known &&
		    !observer_points_to_told(world, row, FIELD_COLLECTION))
			world_broken(world, "row %s has no document (its ID says \"%s\")", row->id, id);
	}
}

/* A copy is told so, and nothing else of it is touched. Without an original it waits for its place, as others do. */
static void check_copies(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		if (row->now.there && row->copied && *world_cell_text(row, FIELD_ID) &&
		    !observer_is_paired(world, row) && !observer_is_told(world, row) &&
		    !(!observer_has_pair(world, row) &&
		      observer_points_to_told(world, row, FIELD_COLLECTION)))
			world_broken(world, "row %s is a copy of %s and is not told so", row->id,
				     world_cell_text(row, FIELD_ID));
	}
}

void observer_check(struct world *world)
{
	if (world->stopped)
		return;
	check_copies(world);
	observer_check_values(world);
	check_documents(world);
	check_rows(world);
	world_app_check(world);
	observer_check_histories(world);
}
