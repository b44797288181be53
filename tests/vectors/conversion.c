/* The base and the documents around a conversion. Cells compare as people see them: absent, null, "", [] and false are
 * the same empty cell, and stored prices may differ by a millionth. */
#include "tests/vectors/conversion.h"
#include "bridge/columns/columns_bind.h"
#include "inventory/document.h"

#include "tests/unit/vectors.h"

#include <math.h>
#include <string.h>

#define PRICE_NOISE 1e-6

/* ---- the base as a vector has it ---- */

/* The text at 'key', or a list with the name 'key' of the definitions. */
struct json_object *conversion_list(const struct conversion *conversion, const char *key)
{
	struct json_object *list = json_child(conversion->input, key, json_type_array);
	const char *name = json_text_or(conversion->input, key, NULL);

	return list || !name ? list : json_child(conversion->definitions, name, json_type_array);
}

static bool lists(struct json_object *list, const char *words)
{
	for (size_t i = 0; i < json_length(list); i++) {
		const char *one = json_text_of(json_at(list, i));
		if (one && strcmp(one, words) == 0)
			return true;
	}
	return false;
}

static void add_choice(struct json_object *column, const char *name)
{
	struct json_object *options = json_child(column, "options", json_type_object);
	struct json_object *choice = json_new_object();

	json_put_text(choice, "id", name);
	json_put_text(choice, "name", name);
	json_append(json_child(options, "choices", json_type_array), choice);
}

/* The app looks at names only, so a choice that the template lacks is there whenever the vector's row shows it. */
static struct json_object *schema_of(enum table table, struct json_object *used)
{
	static struct json_object *base_schema; /* of all vectors */
	struct json_object *schema = NULL;

	if (!base_schema)
		base_schema = vectors_read("tests/vectors/base-schema.json");
	for (size_t i = 0; i < json_length(base_schema); i++) {
		struct json_object *found = json_at(base_schema, i);
		if (strcmp(json_text_or(found, "name", ""), table_name(table)) == 0)
			schema = json_copy(found);
	}
	struct json_object *fields = json_child(schema, "fields", json_type_array);
	for (size_t i = 0; i < json_length(fields); i++) {
		struct json_object *column = json_at(fields, i);
		const char *name = json_text_or(column, "name", "");
		const char *choice = json_text_or(used, name, NULL);
		if (choice &&
		    json_child(json_child(column, "options", json_type_object), "choices", json_type_array))
			add_choice(column, choice);
	}
	return schema;
}

/* Columns that the vector's table lacks are taken away again: a base without them would not be synced at all. */
struct columns conversion_columns(struct conversion *conversion, struct json_object *available,
				  struct json_object *used)
{
	enum table table = conversion->table;
	scoped(json_object) schema = schema_of(table, used);
	struct columns columns = {0};
	struct error error = {0};
	bool changed;

	if (!columns_bind(&columns, table, schema, &changed, &error))
		vector_fail(conversion->result, "%s", error.text);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct column *column = &columns.of[field];
		if (column->id && !lists(available, column->name)) {
			column->stopped = true;
			column->stopped_reason = own_copy("the vector's table has no such column");
		}
	}
	return columns;
}

/* ---- who is behind a link ---- */

static const char *record_of(void *context, enum table table, const char *document_id)
{
	const struct conversion *conversion = context;

	return json_text_or(
		json_child(conversion->input,
			   table == TABLE_COLLECTIONS ? "collection_record_ids" : "item_record_ids",
			   json_type_object),
		document_id, NULL);
}

struct json_object *conversion_document(const struct conversion *conversion, size_t place)
{
	struct json_object *document = json_at(conversion->documents, place);
	const char *name = json_text_of(document);

	return name ? json_child(json_child(conversion->definitions, "docs", json_type_object), name,
				 json_type_object)
		    : document;
}

/* The document that the app pairs with this row: the first by _id. */
struct json_object *conversion_paired(const struct conversion *conversion, enum document_type type,
				      const char *record_id)
{
	struct json_object *first = NULL;

	for (size_t i = 0; i < json_length(conversion->documents); i++) {
		struct json_object *document = conversion_document(conversion, i);
		const char *mark = document_app_link(document, conversion->integration),
			   *id = json_text_or(document, "_id", "");
		if (document_type_of(id, NULL) == type && mark && strcmp(mark, record_id) == 0 &&
		    (!first || strcmp(id, json_text_or(first, "_id", "")) < 0))
			first = document;
	}
	return first;
}

static const char *document_of(void *context, enum table table, const char *record_id)
{
	const struct conversion *conversion = context;
	struct json_object *document = conversion_paired(conversion, table_document_type(table), record_id);
	const char *id = NULL;

	if (document)
		document_type_of(json_text_or(document, "_id", ""), &id);
	return id;
}

/* ---- what the vectors write for values that JSON has not ---- */

static bool is_empty(struct json_object *value)
{
	return !value || vector_is_undefined(value) ||
	       (json_is(value, json_type_boolean) && !json_bool_of(value)) ||
	       (json_is(value, json_type_string) && json_text_length(value) == 0) ||
	       (json_is(value, json_type_array) && json_length(value) == 0);
}

static bool same_cell(struct json_object *a, struct json_object *b)
{
	if (is_empty(a) || is_empty(b))
		return is_empty(a) && is_empty(b);
	if (json_is_number(a) && json_is_number(b))
		return fabs(json_double_of(a) - json_double_of(b)) < PRICE_NOISE;
	return json_equal(a, b);
}

void conversion_compare(struct conversion *conversion, const char *name, struct json_object *ours,
			struct json_object *theirs)
{
	scoped_text our_words = json_write(ours);
	scoped_text their_words = json_write(theirs);

	if (!same_cell(ours, theirs))
		vector_fail(conversion->result, "%s is %.200s, recorded was %.200s", name, our_words,
			    their_words);
}

static const char *collection_of(void *context, const char *item_id)
{
	const struct conversion *conversion = context;
	scoped_text full_id = document_full_id(DOCUMENT_ITEM, item_id);

	for (size_t i = 0; i < json_length(conversion->documents); i++) {
		struct json_object *document = conversion_document(conversion, i);
		if (strcmp(json_text_or(document, "_id", ""), full_id) == 0)
			return json_text_or(document_data(document), "collection_id", NULL);
	}
	return NULL;
}

struct mapping_links conversion_links(struct conversion *conversion)
{
	return (struct mapping_links){conversion, record_of, document_of, collection_of};
}
