/* to-airtable.json: documents shown as rows. */
#include "bridge/mapping/mapping_from.h"
#include "bridge/mapping/mapping_to.h"
#include "inventory/pictures.h"
#include "tests/fakes/database.h"
#include "tests/vectors/conversion.h"

#include <stdlib.h>
#include <string.h>

/* The app's flat form of a document: {"__type", "__id", ...data}. */
static struct json_object *body_of(struct json_object *datum, enum table table, const char *id)
{
	struct json_object *body = document_new(table_document_type(table), id);

	json_each (datum, key, value) {
		if (strcmp(key, "__created_at") == 0)
			json_put(body, "created_at", json_share(value));
		else if (strcmp(key, "__updated_at") == 0)
			json_put(body, "updated_at", json_share(value));
		else if (strncmp(key, "__", 2) != 0 && !vector_is_undefined(value))
			json_put(document_data(body), key, json_share(value));
	}
	return body;
}

/* ---- cells ---- */

/* Beyond this Airtable's calendar has no days; the app writes them all the same. */
static bool is_no_day(const char *words)
{
	return words[0] == '-' || words[0] == '+';
}

static bool is_beyond(struct json_object *theirs)
{
	return json_is(theirs, json_type_string) && is_no_day(json_text_of(theirs));
}

/* A link that waits and a value that does not fit stay out of a new row: its cell is empty. */
static bool compare_cell(struct conversion *conversion, const struct columns *columns, enum field field,
			 const struct cell *cell, struct json_object *expected)
{
	const struct mapping_links links = conversion_links(conversion);
	struct json_object *value = NULL, *theirs = NULL;
	struct error error = {0};
	const char *name = columns->of[field].name;
	bool shown = mapping_to_row(conversion->table, columns, field, cell, &links, &value, &error);

	json_find(expected, name, &theirs);
	if (!shown && is_beyond(theirs))
		conversion->result->better = "a day beyond Airtable's calendar is named, not written";
	else if (expected)
		conversion_compare(conversion, name, value, theirs);
	json_release(value);
	return shown || error.kind != ERROR_REFUSED;
}

static bool is_of_a_row(enum field field)
{
	return field != FIELD_DELETE && field != FIELD_ERROR;
}

/* ---- pictures ---- */

static struct json_object *pictures_of(struct conversion *conversion, const char *item_id,
				       const char *endpoint)
{
	struct json_object *documents = json_child(conversion->input, "db_docs", json_type_array);
	struct json_object *cell = json_new_array();
	scoped(json_object) pictures = NULL;
	struct database database;
	struct error error = {0};

	database_init(&database);
	for (size_t i = 0; documents && i < json_length(documents); i++)
		(void)database_put(&database, json_at(documents, i));
	struct inventory_view view = database_view(&database);
	if (!pictures_of_item(&view, item_id, &pictures, &error))
		vector_fail(conversion->result, "%s", error.text);
	for (size_t i = 0; pictures && i < json_length(pictures); i++) {
		const char *filename = json_text_or(json_at(pictures, i), "filename", "");
		struct json_object *attachment = json_new_object();
		scoped_text url = own_format("%s/%s", endpoint, filename);
		json_put_text(attachment, "url", url);
		json_put_text(attachment, "filename", filename);
		json_append(cell, attachment);
	}
	database_done(&database);
	return cell;
}

static void compare_pictures(struct conversion *conversion, const char *item_id,
			     struct json_object *available, struct json_object *expected)
{
	const char *endpoint = json_text_or(conversion->input, "images_public_endpoint", "");
	struct json_object *theirs = NULL;
	bool shown = false;

	for (size_t i = 0; i < json_length(available); i++) {
		const char *name = json_text_of(json_at(available, i));
		shown = shown || (name && strcmp(name, "Images") == 0);
	}
	scoped(json_object) ours = shown && *endpoint ? pictures_of(conversion, item_id, endpoint) : NULL;
	json_find(expected, "Images", &theirs);
	conversion_compare(conversion, "Images", ours, theirs);
}

/* ---- a vector ---- */

/* A picture that cannot be had, or a link whose picture is gone, fails the whole row there. */
static bool failed_by_pictures(const struct conversion *conversion)
{
	return json_text_or(conversion->input, "images_public_endpoint", "")[0] &&
	       json_child(conversion->input, "db_docs", json_type_array);
}

static void compare_row(struct conversion *conversion, const char *id, const struct columns *columns,
			const struct cell *cells)
{
	struct json_object *record = json_child(conversion->expected, "record", json_type_object);
	struct json_object *fields = json_child(record, "fields", json_type_object);
	bool refused = false;

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (columns_flow(columns, (enum field)field) && is_of_a_row((enum field)field))
			refused = !compare_cell(conversion, columns, (enum field)field, &cells[field],
						fields) ||
				  refused;
	if (record && conversion->table == TABLE_ITEMS)
		compare_pictures(conversion, id, conversion_list(conversion, "available_fields"), fields);
	if (!record && !refused && failed_by_pictures(conversion))
		conversion->result->better = "a picture that cannot be had leaves the rest of its row alone";
	else if (!record && !refused)
		vector_fail(conversion->result, "nothing was refused");
}

void vector_run_to_airtable(struct json_object *vector, struct json_object *definitions,
			    struct vector_result *result)
{
	struct conversion conversion = {
		.input = json_child(vector, "input", json_type_object),
		.expected = json_child(vector, "expected", json_type_object),
		.definitions = definitions,
		.result = result,
	};
	struct json_object *datum = json_child(conversion.input, "datum", json_type_object);
	struct json_object *record = json_child(conversion.expected, "record", json_type_object);
	const char *id = json_text_or(datum, "__id", "");
	struct cell cells[FIELD_COUNT] = {0};

	conversion.table =
		strcmp(json_text_or(datum, "__type", ""), "item") == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS;
	scoped(json_object) body = body_of(datum, conversion.table, id);
	struct columns columns =
		conversion_columns(&conversion, conversion_list(&conversion, "available_fields"),
				   json_child(record, "fields", json_type_object));
	mapping_from_document(conversion.table, id, body, cells);
	compare_row(&conversion, id, &columns, cells);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
	columns_done(&columns);
}
