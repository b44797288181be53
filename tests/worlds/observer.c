/* The observer: it knows every value that a person left, and judges a quiet world by what must always hold, with a field
 * table of its own. */
#include "tests/worlds/world.h"

#include "base/clock.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- its own table of fields ---- */

enum shape { TEXT, NUMBER, MILLI, TIME, BOX, TYPE, LINK };

static const struct {
	enum field field;
	enum shape shape;
	const char *of_items, *of_collections;
	bool watched; /* its values are unique */
} fields[] = {
	{FIELD_NAME, TEXT, "name", "name", true},
	{FIELD_REFERENCE_NUMBER, TEXT, "item_reference_number", "collection_reference_number", false},
	{FIELD_NOTES, TEXT, "notes", NULL, true},
	{FIELD_MODEL_NAME, TEXT, "model_name", NULL, true},
	{FIELD_SERIAL, NUMBER, "serial", NULL, true},
	{FIELD_PRICE, MILLI, "purchase_price_x1000", NULL, true},
	{FIELD_PURCHASE_DATE, TIME, "purchase_date", NULL, true},
	{FIELD_TYPE, TYPE, "item_type", NULL, false},
	{FIELD_WILL_NOT_RESTOCK, BOX, "consumable_will_not_restock", NULL, false},
	{FIELD_COLLECTION, LINK, "collection_id", NULL, false},
	{FIELD_CONTAINER, LINK, "container_id", NULL, false},
};

static const struct {
	const char *word, *choice;
} type_names[] = {
	{"container", "Container"},
	{"generic_container", "Generic Container"},
	{"item_with_parts", "Item with Parts"},
	{"consumable", "Consumable"},
};

static size_t place_of(enum field field)
{
	for (size_t i = 0; i < countof(fields); i++)
		if (fields[i].field == field)
			return i;
	return countof(fields);
}

static const char *key_of(size_t place, enum table table)
{
	return table == TABLE_ITEMS ? fields[place].of_items : fields[place].of_collections;
}

const char *observer_key(enum field field, enum table table)
{
	size_t place = place_of(field);

	return place < countof(fields) && fields[place].watched ? key_of(place, table) : NULL;
}

static void number_words(double number, char words_out[48])
{
	snprintf(words_out, 48, "%.3f", number);
}

void observer_cell_words(enum field field, struct json_object *value, char words_out[48])
{
	size_t place = place_of(field);
	enum shape shape = place < countof(fields) ? fields[place].shape : TEXT;
	int64_t time_ms;

	words_out[0] = '\0';
	if (shape == TYPE && (!value || json_object_get_string_len(value) == 0))
		snprintf(words_out, 48, "Item");
	else if (!value)
		return;
	else if (shape == NUMBER || shape == MILLI)
		number_words(json_object_get_double(value), words_out);
	else if (shape == TIME && clock_from_iso(json_object_get_string(value), &time_ms))
		snprintf(words_out, 48, "%lld", (long long)time_ms);
	else if (json_object_is_type(value, json_type_array))
		snprintf(words_out, 48, "%.47s",
			 json_object_array_length(value)
				 ? json_object_get_string(json_object_array_get_idx(value, 0))
				 : "");
	else if (!json_object_is_type(value, json_type_boolean) || json_object_get_boolean(value))
		snprintf(words_out, 48, "%.47s", json_object_get_string(value));
}

void observer_data_words(enum field field, enum table table, struct json_object *data, char words_out[48])
{
	size_t place = place_of(field);
	struct json_object *value = NULL;

	words_out[0] = '\0';
	if (place == countof(fields) || !key_of(place, table))
		return;
	if (data)
		json_object_object_get_ex(data, key_of(place, table), &value);
	if (fields[place].shape == TYPE) {
		const char *word = value ? json_object_get_string(value) : "", *choice = "Item";
		for (size_t i = 0; i < countof(type_names); i++)
			if (strcmp(type_names[i].word, word) == 0)
				choice = type_names[i].choice;
		snprintf(words_out, 48, "%s", choice);
	} else if (value && fields[place].shape == MILLI) {
		number_words(json_object_get_double(value) / 1000, words_out);
	} else {
		observer_cell_words(field, value, words_out);
	}
}

/* ---- what people left ---- */

static struct world_version *version_of(struct world *world, enum field field, const char *value)
{
	for (size_t i = world->version_count; *value && i-- > 0;)
		if (world->versions[i].field == field && strcmp(world->versions[i].value, value) == 0)
			return &world->versions[i];
	return NULL;
}

static void supersede(struct world *world, enum field field, const char *value)
{
	struct world_version *version = version_of(world, field, value);

	if (version)
		version->superseded = true;
}

void observer_left(struct world *world, bool in_airtable, const char *row, enum field field,
		   const char *before, const char *value)
{
	supersede(world, field, before);
	struct world_version *version = version_of(world, field, value); /* typed again: put back */
	if (!*value || (!version && world->version_count == WORLD_VERSIONS))
		return;
	if (!version)
		version = &world->versions[world->version_count++];
	*version =
		(struct world_version){.field = field, .in_airtable = in_airtable, .moment = ++world->moment};
	snprintf(version->value, sizeof version->value, "%s", value);
	snprintf(version->before, sizeof version->before, "%s", before);
	snprintf(version->row, sizeof version->row, "%s", row ? row : "");
}

static bool shown_by_rows(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		char words[48];
		observer_cell_words(field, row->now.cells[field], words);
		if (row->now.there && strcmp(words, value) == 0)
			return true;
	}
	return false;
}

static bool shown_by_documents(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		struct json_object *body = world_body(document);
		char words[48];
		observer_data_words(field, document->table, body ? document_data(body) : NULL, words);
		if (strcmp(words, value) == 0)
			return true;
	}
	return false;
}

/* The value is gone by an edit of the schema, which is no edit of the cell (sync-rules 1), or before anybody could know of it: nobody has
 * replaced it, and if no document has it, it has replaced nothing. */
static void spare(struct world *world, struct world_version *version)
{
	while (version && !version->excused) { /* what was put back has replaced what replaced it */
		bool taken = shown_by_documents(world, version->field, version->value);
		version->superseded = false;
		version->excused = true;
		version = taken ? NULL : version_of(world, version->field, version->before);
	}
}

void observer_overwritten(struct world *world, const struct world_row *row, enum field field,
			  const char *before, const char *value, int64_t decided)
{
	struct world_version *version = version_of(world, field, before);

	if (strcmp(before, value) == 0 || !version || !version->in_airtable || version->moment <= decided ||
	    strcmp(version->row, row->id) != 0)
		return;
	world_note(world, "        (\"%s\" was typed after the row was read: nobody could know)", before);
	spare(world, version);
}

/* What a person took away is gone where only this cell showed it. What another type empties may come back, from a save that was
 * under way or when the column is as it was, and where it is back before anybody looks it is as good as emptied by hand. */
void observer_cell_lost(struct world *world, const struct world_row *row, enum field field, bool by_schema)
{
	char words[48];

	observer_cell_words(field, row->now.cells[field], words);
	struct world_version *version = version_of(world, field, words);
	if (by_schema)
		spare(world, version);
	else if (version && !shown_by_documents(world, field, words))
		version->superseded = true;
}

void observer_row_copied(struct world *world, const struct world_row *row)
{
	for (size_t i = 0; i < countof(fields); i++) {
		char words[48];
		observer_cell_words(fields[i].field, row->now.cells[fields[i].field], words);
		struct world_version *version = version_of(world, fields[i].field, words);
		if (version)
			version->copied = true;
	}
}

/* With a row goes what only it showed. */
void observer_row_deleted(struct world *world, const struct world_row *row)
{
	world->any_deleted = true;
	for (size_t i = 0; i < countof(fields); i++)
		observer_cell_lost(world, row, fields[i].field, false);
}

void observer_document_deleted(struct world *world, const struct world_document *document)
{
	struct json_object *body = world_body(document);

	world->any_deleted = true;
	for (size_t i = 0; i < countof(fields); i++) {
		char words[48];
		observer_data_words(fields[i].field, document->table, body ? document_data(body) : NULL,
				    words);
		supersede(world, fields[i].field, words);
	}
}

/* ---- the judgement ---- */

/* What an ordinary save changed: no loser of a conflict, and not the last of what is deleted. */
static bool is_save(struct json_object *entry)
{
	struct json_object *data = json_child(entry, "new_data", json_type_object);

	return strcmp(json_text_or(entry, "event_name", ""), "sync") == 0 &&
	       !json_bool_or(data, "__deleted", false);
}

static bool in_history(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *data = json_child(world->extras[i], "original_data", json_type_object);
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			char words[48];
			observer_data_words(field, (enum table)table, data, words);
			if (data && !is_save(world->extras[i]) && strcmp(words, value) == 0)
				return true;
		}
	}
	return false;
}

/* The last cells of a row that was deleted, those of columns of people's own among them. */
static bool in_grave(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->state_count; i++) {
		struct json_object *cells = json_child(world->states[i].body, "cells", json_type_object);
		if (!cells)
			continue;
		json_object_object_foreach (cells, column, cell) {
			char words[48];
			(void)column;
			observer_cell_words(field, cell, words);
			if (strcmp(words, value) == 0)
				return true;
		}
	}
	return false;
}

/* It won a named conflict, of which the later value is the loser. */
static bool won_in_history(const struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *data = json_child(world->extras[i], "new_data", json_type_object);
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			char words[48];
			observer_data_words(field, (enum table)table, data, words);
			if (data && !is_save(world->extras[i]) && strcmp(words, value) == 0)
				return true;
		}
	}
	return false;
}

/* The ledger's entry of the document that the row's ID names, if that is a pair. */
static struct json_object *named_pair(const struct world *world, const struct world_row *row)
{
	scoped_text end = own_format("-%s-%s", document_type_name(table_document_type(row->table)),
				     world_cell_text(row, FIELD_ID));
	struct json_object *entry = world_state_body(world, end);

	return entry && strcmp(json_text_or(entry, "state", ""), "pair") == 0 ? entry : NULL;
}

bool observer_has_pair(const struct world *world, const struct world_row *row)
{
	return named_pair(world, row) != NULL;
}

bool observer_is_paired(const struct world *world, const struct world_row *row)
{
	struct json_object *pair = named_pair(world, row);

	return pair && strcmp(json_text_or(pair, "rec", ""), row->id) == 0;
}

/* One of its links points to a row that is told that it is a copy, or held: what it says of its place waits. */
static bool points_to_told(struct world *world, const struct world_row *row, enum field field)
{
	struct json_object *links = row->now.cells[field];

	for (size_t i = 0; links && i < json_object_array_length(links); i++) {
		const char *id = json_object_get_string(json_object_array_get_idx(links, i));
		const struct world_row *target = world_row(world, id);
		if (target && target->now.there && target->now.cells[FIELD_ERROR] &&
		    !observer_is_paired(world, target))
			return true;
	}
	return false;
}

/* A person is told: in the row, or in the ledger. */
static bool has_problem(const struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);
	struct json_object *entry = world_state_body(world, end);

	return entry && json_text_or(entry, "problem", NULL);
}

static bool forgotten(const struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);
	struct json_object *entry = world_state_body(world, end);

	return entry && strcmp(json_text_or(entry, "state", ""), "forgotten") == 0;
}

static bool problem_with(struct world *world, enum field field, const char *value)
{
	char words[48];

	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		struct json_object *body = world_body(document);
		observer_data_words(field, document->table, body ? document_data(body) : NULL, words);
		if (strcmp(words, value) == 0 && (has_problem(world, document) || forgotten(world, document)))
			return true;
	}
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		const struct world_document *document = world_document_of(world, row);
		observer_cell_words(field, row->now.cells[field], words);
		if (row->now.there && strcmp(words, value) == 0 &&
		    (row->now.cells[FIELD_ERROR] || points_to_told(world, row, FIELD_COLLECTION) ||
		     (document && has_problem(world, document))))
			return true;
	}
	return false;
}

/* In a document that is outside of the scope: nobody has to show it. */
static bool shown_outside(struct world *world, enum field field, const char *value)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		struct json_object *body = world_body(document);
		char words[48];
		observer_data_words(field, document->table, body ? document_data(body) : NULL, words);
		if (body && strcmp(words, value) == 0 && !world_settings_hold(world, document))
			return true;
	}
	return false;
}

static void check_versions(struct world *world)
{
	for (size_t i = 0; i < world->version_count; i++) {
		const struct world_version *version = &world->versions[i];
		bool in_rows = shown_by_rows(world, version->field, version->value);
		bool in_documents = shown_by_documents(world, version->field, version->value);
		const char *name = field_rule(version->field)->name;
		bool stopped = !world_column_flows(world, TABLE_ITEMS, version->field);
		if (version->superseded) {
			if (!world->any_deleted && !version->copied && !stopped &&
			    (in_rows || in_documents) &&
			    !won_in_history(world, version->field, version->value) &&
			    !shown_outside(world, version->field, version->value) &&
			    !problem_with(world, version->field, version->value))
				world_broken(world, "%s: \"%s\" came back, though a person had replaced it",
					     name, version->value);
			continue;
		}
		if ((in_rows && in_documents) || version->excused ||
		    shown_outside(world, version->field, version->value) ||
		    (stopped && (in_rows || in_documents)) ||
		    in_history(world, version->field, version->value) ||
		    in_grave(world, version->field, version->value) ||
		    problem_with(world, version->field, version->value))
			continue;
		world_broken(world, "%s: \"%s\", left %s, is %s", name, version->value,
			     version->in_airtable ? "in Airtable" : "on a phone",
			     in_rows        ? "in the row alone"
			     : in_documents ? "in the document alone"
					    : "lost");
	}
}

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

	return row && !row->copied && !(document && has_problem(world, document)); /* a copy is not its row */
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

static void check_equal(struct world *world, const struct world_document *document,
			const struct world_row *row)
{
	struct json_object *body = world_body(document);

	for (size_t i = 0; i < countof(fields); i++) {
		char in_row[48], in_document[48];
		if (!key_of(i, document->table) ||
		    !world_column_flows(world, document->table, fields[i].field))
			continue;
		observer_data_words(fields[i].field, document->table, document_data(body), in_document);
		if (fields[i].shape == LINK)
			linked_words(world, row, fields[i].field, in_row);
		else
			observer_cell_words(fields[i].field, row->now.cells[fields[i].field], in_row);
		if (fields[i].shape == TYPE && world->columns)
			choice_words(world, fields[i].field, in_row);
		if (strcmp(in_row, in_document) != 0 &&
		    !(fields[i].shape == LINK &&
		      (points_nowhere(world, row) || points_to_told(world, row, fields[i].field))))
			world_broken(world, "%s %s: the document says \"%s\", the row \"%s\"",
				     document->full_id, field_rule(fields[i].field)->name, in_document,
				     in_row);
	}
	check_time_cell(world, row, FIELD_UPDATED_AT, document_updated_at(body));
	check_time_cell(world, row, FIELD_CREATED_AT, document_created_at(body));
}

static size_t rows_with_id(const struct world *world, const struct world_document *document)
{
	size_t count = 0;

	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		count += row->table == document->table && row->now.there && !row->copied &&
			 strcmp(world_cell_text(row, FIELD_ID), document->id) == 0;
	}
	return count;
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
	return world_row_of(world, document->table, document->id);
}

static void check_documents(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		struct world_row *row = row_of(world, document);
		size_t rows = rows_with_id(world, document);
		if (has_problem(world, document))
			continue;
		if (world_body(document) && !world_settings_hold(world, document)) {
			if (row && !row->copied && !row->now.cells[FIELD_ERROR])
				world_broken(world,
					     "%s is out of scope, and its row %s is neither gone nor told so",
					     document->full_id, row->id);
			continue;
		}
		if (rows > 1)
			world_broken(world, "%s has %zu rows", document->full_id, rows);
		else if (world_body(document) && !row && !forgotten(world, document))
			world_broken(world, "%s has no row", document->full_id);
		else if (!world_body(document) && row && !(row->copied && row->now.cells[FIELD_ERROR]) &&
			 !points_to_told(world, row, FIELD_COLLECTION))
			world_broken(world, "%s is deleted, its row %s is not", document->full_id, row->id);
		else if (world_body(document) && row)
			check_equal(world, document, row);
	}
}

static bool is_filled_in(const struct world_row *row)
{
	return row->now.cells[FIELD_NAME] &&
	       (row->table == TABLE_COLLECTIONS || row->now.cells[FIELD_COLLECTION]);
}

static void check_rows(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		const char *id = world_cell_text(row, FIELD_ID);
		const struct world_document *document = world_document_of(world, row);
		bool known = document && (*id || has_problem(world, document));
		if (row->now.there && !row->now.cells[FIELD_ERROR] && is_filled_in(row) && !known &&
		    !points_to_told(world, row, FIELD_COLLECTION))
			world_broken(world, "row %s has no document (its ID says \"%s\")", row->id, id);
	}
}

/* A copy is told so, and nothing else of it is touched. */
static void check_copies(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		const struct world_row *row = &world->rows[i];
		if (row->now.there && row->copied && *world_cell_text(row, FIELD_ID) &&
		    !observer_is_paired(world, row) && !row->now.cells[FIELD_ERROR])
			world_broken(world, "row %s is a copy of %s and is not told so", row->id,
				     world_cell_text(row, FIELD_ID));
	}
}

void observer_check(struct world *world)
{
	if (world->stopped)
		return;
	check_copies(world);
	check_versions(world);
	check_documents(world);
	check_rows(world);
	observer_check_histories(world);
}
