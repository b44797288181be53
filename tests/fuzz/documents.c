/* Reads: any JSON as the app's document of an item or a collection, and as a row. Holds: what a document shows is JSON that
 * a row can hold, or is refused with a sentence; a row's cell that is taken into a document is shown by it as the same. */
#include "bridge/columns/columns_bind.h"
#include "bridge/fields/cell_json.h"
#include "bridge/mapping/mapping_from.h"
#include "inventory/document.h"
#include "inventory/schema_check.h"
#include "tests/fakes/cell_into.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/vectors.h"

static struct columns columns[TABLE_COUNT];

static void prepare(void)
{
	bool changed;

	if (columns[0].table_id)
		return;
	scoped(json_object) base = vectors_read("tests/vectors/base-schema.json");
	must(columns_bind_all(columns, base, &changed, NULL));
}

static const char *document_of(void *context, enum table table, const char *id)
{
	(void)context;
	(void)table;
	return id[0] == 'x' ? NULL : id;
}

static const struct mapping_links links = {.record_of = document_of, .document_of = document_of};

static void cells_done(struct cell *cells)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

/* The refusal's sentence, or the value's words. */
static void show_in_row(enum table table, enum field field, const struct cell *cell)
{
	scoped(json_object) value = NULL;
	struct error error = {0};

	if (mapping_to_row(table, &columns[table], field, cell, &links, &value, &error))
		must_survive_writing(value);
	else
		must(error.text[0] && text_is_utf8(error.text, strlen(error.text)));
}

static void try_document(enum table table, struct json_object *body)
{
	struct cell cells[FIELD_COUNT] = {0};
	struct error error = {0};

	(void)schema_is_valid(body);
	(void)document_app_link(body, "one");
	(void)document_updated_at(body);
	if (!document_check(table_document_type(table), body, &error)) {
		must(error.kind == ERROR_REFUSED && text_is_utf8(error.text, strlen(error.text)));
		return;
	}
	mapping_from_document(table, "i", body, cells);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns_flow(&columns[table], (enum field)field))
			show_in_row(table, (enum field)field, &cells[field]);
	cells_done(cells);
	scoped(json_object) marked = json_copy(body);
	document_set_app_link(table_document_type(table), marked, "one", "rec1", 5);
	must(strcmp(document_app_link(marked, "one"), "rec1") == 0);
	document_touch(marked, 5);
	document_order_data(table_document_type(table), marked);
	must_survive_writing(marked);
}

static void into_document(enum table table, enum field field, const struct cell *cell)
{
	scoped(json_object) body = document_new(table_document_type(table), "i");
	struct cell shown[FIELD_COUNT] = {0};
	struct error error = {0};

	if (cell_into(table, field, cell, body, &error)) {
		must_survive_writing(body);
		mapping_from_document(table, "i", body, shown);
		must(cell->kind == CELL_EMPTY || cell_equal(cell, &shown[field], NULL) ||
		     cell->kind == CELL_CHOICE || (cell->kind == CELL_NUMBER && field == FIELD_PRICE));
		cells_done(shown);
	} else {
		must(error.text[0] && text_is_utf8(error.text, strlen(error.text)));
	}
}

/* Keyed by the columns' names, which are shorter to find than their ids. */
static void try_row(enum table table, struct json_object *named)
{
	scoped(json_object) row = json_new_object();
	struct cell cells[FIELD_COUNT] = {0};
	struct json_object *value = NULL;
	bool unknown_choice = false;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns_flow(&columns[table], (enum field)field) &&
		    json_find(named, field_rule((enum field)field)->name, &value))
			json_put(row, columns[table].of[field].id, json_share(value));
	mapping_from_row(table, &columns[table], row, &links, cells, &unknown_choice);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		scoped(json_object) stored = cell_to_json(&cells[field]);
		must_survive_writing(stored);
		if (columns_flow(&columns[table], (enum field)field) &&
		    field_rule((enum field)field)->direction == DIRECTION_BOTH)
			into_document(table, (enum field)field, &cells[field]);
	}
	cells_done(cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	scoped(json_object) json = NULL;

	prepare();
	if (!json_read((const char *)bytes, length, &json, NULL, NULL) || !json_is(json, json_type_object))
		return 0;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		try_document((enum table)table, json);
		try_row((enum table)table, json);
	}
	return 0;
}
