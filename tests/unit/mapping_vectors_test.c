/* The mapping against conversions that the app was seen to do. Cells compare as people see them: absent, null, "", []
 * and false are the same empty cell, and stored prices may differ by a millionth. What is meant to end otherwise than in
 * the app is skipped, by a reason that is printed. The lists of reasons are exact: a vector that is skipped without need
 * fails. */
#include "bridge/mapping.h"

#include "tests/unit/cases.h"
#include "tests/unit/vectors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define INTEGRATION "int1"
#define PRICE_NOISE 1e-6

static struct json_object *base_schema, *definitions;

/* ---- the base as a vector has it ---- */

/* The text at 'key', or a list with the name 'key' of the definitions. */
static struct json_object *list_at(struct json_object *object, const char *key)
{
	struct json_object *list = json_child(object, key, json_type_array);
	const char *name = json_text_or(object, key, NULL);

	return list || !name ? list : json_child(definitions, name, json_type_array);
}

static bool lists(struct json_object *list, const char *words)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), words) == 0)
			return true;
	return false;
}

static void add_choice(struct json_object *column, const char *name)
{
	struct json_object *options = json_child(column, "options", json_type_object);
	struct json_object *choice = json_object_new_object();

	json_put_text(choice, "id", name);
	json_put_text(choice, "name", name);
	json_object_array_add(json_child(options, "choices", json_type_array), choice);
}

/* The app looks at names only, so a choice that the template lacks is there whenever a vector uses it. */
static struct json_object *schema_of(enum table table)
{
	struct json_object *schema = NULL;

	for (size_t i = 0; i < json_object_array_length(base_schema); i++) {
		struct json_object *found = json_object_array_get_idx(base_schema, i);
		if (strcmp(json_text_or(found, "name", ""), table_name(table)) == 0)
			schema = json_copy(found);
	}
	struct json_object *fields = json_child(schema, "fields", json_type_array);
	for (size_t i = 0; i < json_object_array_length(fields); i++) {
		struct json_object *column = json_object_array_get_idx(fields, i);
		if (strcmp(json_text_or(column, "name", ""), "Type") == 0)
			add_choice(column, "Some New Type");
	}
	return schema;
}

/* Columns that the vector's table lacks are taken away again: a base without them would not be synced at all. */
static struct columns columns_of(enum table table, struct json_object *available)
{
	scoped(json_object) schema = schema_of(table);
	struct columns columns = {0};
	struct error error = {0};
	bool changed;

	if (!columns_bind(&columns, table, schema, &changed, &error))
		fail_msg("%s", error.text);
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

/* {id: record id}, the app's way round, and documents with marks, the other way round. */
struct known {
	struct json_object *collections, *items; /* to-airtable */
	struct json_object *documents;           /* from-airtable */
};

static const char *record_of(void *context, enum table table, const char *document_id)
{
	const struct known *known = context;

	return json_text_or(table == TABLE_COLLECTIONS ? known->collections : known->items, document_id,
			    NULL);
}

static struct json_object *document_at(struct json_object *documents, size_t place)
{
	struct json_object *document = json_object_array_get_idx(documents, place);
	const char *name =
		json_object_is_type(document, json_type_string) ? json_object_get_string(document) : NULL;

	return name ? json_child(json_child(definitions, "docs", json_type_object), name, json_type_object)
		    : document;
}

/* The document that the app pairs with this row: the first by _id. */
static struct json_object *document_of_record(struct json_object *documents, enum document_type type,
					      const char *record_id)
{
	struct json_object *first = NULL;

	for (size_t i = 0; i < json_object_array_length(documents); i++) {
		struct json_object *document = document_at(documents, i);
		const char *mark = document_mark(document, INTEGRATION),
			   *id = json_text_or(document, "_id", "");
		if (document_type_of(id, NULL) == type && mark && strcmp(mark, record_id) == 0 &&
		    (!first || strcmp(id, json_text_or(first, "_id", "")) < 0))
			first = document;
	}
	return first;
}

static const char *document_of(void *context, enum table table, const char *record_id)
{
	const struct known *known = context;
	struct json_object *document =
		document_of_record(known->documents, table_document_type(table), record_id);
	const char *id = NULL;

	if (document)
		document_type_of(json_text_or(document, "_id", ""), &id);
	return id;
}

/* ---- what the vectors write for values that JSON has not ---- */

static bool is_undefined(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) &&
	       json_object_object_get_ex(value, "$undefined", NULL);
}

static bool is_empty(struct json_object *value)
{
	return !value || is_undefined(value) ||
	       (json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value)) ||
	       (json_object_is_type(value, json_type_string) && json_object_get_string_len(value) == 0) ||
	       (json_object_is_type(value, json_type_array) && json_object_array_length(value) == 0);
}

static bool same(struct json_object *a, struct json_object *b)
{
	if (is_empty(a) || is_empty(b))
		return is_empty(a) && is_empty(b);
	if (json_is_number(a) && json_is_number(b))
		return fabs(json_object_get_double(a) - json_object_get_double(b)) < PRICE_NOISE;
	return json_equal(a, b);
}

/* The app's flat form of a document: {"__type", "__id", ...data}. */
static struct json_object *body_of(struct json_object *datum, enum table table, const char *id)
{
	struct json_object *body = document_new(table_document_type(table), id);

	json_object_object_foreach (datum, key, value) {
		if (strcmp(key, "__created_at") == 0)
			json_put(body, "created_at", json_object_get(value));
		else if (strcmp(key, "__updated_at") == 0)
			json_put(body, "updated_at", json_object_get(value));
		else if (strncmp(key, "__", 2) != 0 && !is_undefined(value))
			json_put(document_data(body), key, json_object_get(value));
	}
	return body;
}

/* ---- reasons to skip ---- */

struct skip {
	const char *name; /* the vector's, or how it begins */
	const char *reason;
};

static const char *reason_to_skip(const struct skip *skips, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(name, skips[i].name, strlen(skips[i].name)) == 0)
			return skips[i].reason;
	return NULL;
}

static const struct skip to_skips[] = {
	{"item: purchase and expiry date -62198755200000",
	 "years before 0 are refused, Airtable's calendar has none"},
	{"item: purchase and expiry date 8640000000000000",
	 "years past 9999 are refused, Airtable's calendar ends there"},
	{"images: HEAD 301 fails at once", "pictures are not mapped"},
	{"images: network error", "pictures are not mapped"},
};

static const struct skip from_skips[] = {
	{"item: new, Type 7", "a wrong type is a problem on that cell, the app reads it as absent"},
	{"item: new, two collections uses the first",
	 "two links in a single link are a problem on that cell"},
	{"item: new, unknown collection but known container",
	 "a link to a row without a document waits; the app takes the container's collection instead"},
	{"item: new, dates \"2023-10-01T10:00\"", "a time without a zone is refused"},
	{"item: new, dates \"10/1/2023\"", "a date that is not ISO 8601 is refused"},
	{"item: new, dates \"2023-02-30\"", "an impossible day is refused"},
	{"item: new, dates \"2023-10-01T24:00:00.000Z\"", "the hour 24 is refused"},
};

/* ---- document to row ---- */

struct outcome {
	bool refused;
	char words[300]; /* what differs, or "" */
};

static void compare(struct outcome *outcome, const char *name, struct json_object *ours,
		    struct json_object *theirs)
{
	scoped_text our_words = json_write(ours);
	scoped_text their_words = json_write(theirs);

	if (!same(ours, theirs) && !outcome->words[0])
		snprintf(outcome->words, sizeof outcome->words, "%s is %.100s, recorded was %.100s", name,
			 our_words, their_words);
}

/* A link that waits and a value that does not fit stay out of a new row: its cell is empty. */
static void write_row(enum table table, const struct columns *columns, struct known *known,
		      const struct cell *cells, struct json_object *expected, struct outcome *outcome)
{
	const struct mapping_links links = {known, record_of, document_of};

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *value = NULL, *theirs = NULL;
		struct error error = {0};
		if (!columns_flow(columns, (enum field)field) || field == FIELD_DELETE ||
		    field == FIELD_ERROR)
			continue;
		if (!mapping_to_row(table, columns, (enum field)field, &cells[field], &links, &value, &error))
			outcome->refused = outcome->refused || error.kind == ERROR_REFUSED;
		if (expected) {
			json_object_object_get_ex(expected, columns->of[field].name, &theirs);
			compare(outcome, columns->of[field].name, value, theirs);
		}
		json_object_put(value);
	}
}

static struct outcome convert_to_row(struct json_object *vector)
{
	struct json_object *input = json_child(vector, "input", json_type_object);
	struct json_object *datum = json_child(input, "datum", json_type_object);
	struct json_object *expected = json_child(vector, "expected", json_type_object);
	enum table table =
		strcmp(json_text_or(datum, "__type", ""), "item") == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS;
	const char *id = json_text_or(datum, "__id", "");
	scoped(json_object) body = body_of(datum, table, id);
	struct columns columns = columns_of(table, list_at(input, "available_fields"));
	struct known known = {
		.collections = json_child(input, "collection_record_ids", json_type_object),
		.items = json_child(input, "item_record_ids", json_type_object),
	};
	struct cell cells[FIELD_COUNT] = {0};
	struct outcome outcome = {0};

	mapping_from_document(table, id, body, cells);
	struct json_object *record = json_child(expected, "record", json_type_object);
	write_row(table, &columns, &known, cells, json_child(record, "fields", json_type_object), &outcome);
	if (!record && !outcome.refused)
		snprintf(outcome.words, sizeof outcome.words, "nothing was refused");
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
	columns_done(&columns);
	return outcome;
}

/* ---- row to document ---- */

/* Columns have ids, the vectors' rows have names. */
static struct json_object *row_of(struct json_object *record, const struct columns *columns)
{
	struct json_object *row = json_object_new_object(),
			   *fields = json_child(record, "fields", json_type_object);

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *value = NULL;
		if (columns_flow(columns, (enum field)field) &&
		    json_object_object_get_ex(fields, columns->of[field].name, &value))
			json_put(row, columns->of[field].id, json_object_get(value));
	}
	return row;
}

/* What the row shows otherwise than the document goes into it, as when only the row moved. */
static void store_row(enum table table, const struct columns *columns, const struct cell *couch,
		      const struct cell *airtable, bool is_new, struct json_object *body,
		      struct outcome *outcome)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		struct cell_equivalence equivalence = columns_equivalence(columns, rule->field);
		struct error error = {0};
		if (!columns_flow(columns, rule->field) || rule->direction != DIRECTION_BOTH)
			continue;
		bool needed = is_new && document_needs(table_document_type(table), rule->data_key[table]);
		if (!needed && cell_equal(&couch[field], &airtable[field], &equivalence))
			continue;
		if (!mapping_to_document(table, rule->field, &airtable[field], body, &error))
			outcome->refused = true;
	}
}

/* The consumable's first quantity is what the save derives, not what the row says. */
static bool is_derived(const struct field_rule *rule, struct json_object *record)
{
	return rule->field == FIELD_STOCK_QUANTITY &&
	       !json_object_object_get_ex(json_child(record, "fields", json_type_object), rule->name, NULL);
}

static void compare_data(enum table table, struct json_object *body, struct json_object *datum,
			 struct json_object *record, struct outcome *outcome)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		struct json_object *ours = NULL, *theirs = NULL;
		if (!rule->data_key[table] || !field_in_table(rule->field, table) || is_derived(rule, record))
			continue;
		json_object_object_get_ex(document_data(body), rule->data_key[table], &ours);
		json_object_object_get_ex(datum, rule->data_key[table], &theirs);
		compare(outcome, rule->data_key[table], ours, theirs);
	}
}

/* Whether the app kept the datum from the database. */
static bool was_refused(struct json_object *expected)
{
	struct json_object *save = json_child(expected, "save", json_type_object);

	return json_object_object_get_ex(save, "error", NULL);
}

static struct outcome convert_to_document(struct json_object *vector)
{
	struct json_object *input = json_child(vector, "input", json_type_object);
	struct json_object *expected = json_child(vector, "expected", json_type_object);
	struct json_object *record = json_child(input, "record", json_type_object);
	enum table table = strcmp(json_text_or(vector, "fn", ""), "airtableRecordToItem") == 0
				   ? TABLE_ITEMS
				   : TABLE_COLLECTIONS;
	struct known known = {.documents = json_child(input, "docs", json_type_array)};
	const struct mapping_links links = {&known, record_of, document_of};
	struct columns columns = columns_of(table, list_at(input, "available_fields"));
	scoped(json_object) row = row_of(record, &columns);
	struct json_object *stored = document_of_record(known.documents, table_document_type(table),
							json_text_or(record, "id", ""));
	scoped(json_object) body =
		stored ? json_copy(stored) : document_new(table_document_type(table), "new");
	struct cell couch[FIELD_COUNT] = {0}, airtable[FIELD_COUNT] = {0};
	struct outcome outcome = {0};
	bool unknown;

	mapping_from_document(table, "new", body, couch);
	mapping_from_row(table, &columns, row, &links, airtable, &unknown);
	store_row(table, &columns, couch, airtable, !stored, body, &outcome);
	compare_data(table, body, json_child(expected, "datum", json_type_object), record, &outcome);
	/* What is refused stays as it was; the app converts it and refuses the whole save. */
	if (outcome.refused)
		snprintf(outcome.words, sizeof outcome.words, "%s",
			 was_refused(expected) ? "" : "it was refused");
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&couch[field]);
		cell_done(&airtable[field]);
	}
	columns_done(&columns);
	return outcome;
}

/* ---- cases ---- */

struct vector_case {
	struct json_object *vector;
	struct outcome (*convert)(struct json_object *vector);
	const char *reason; /* to skip it, or NULL */
};

static void check_vector(void **state)
{
	const struct vector_case *row = *state;
	struct outcome outcome = row->convert(row->vector);

	if (row->reason && !outcome.words[0])
		fail_msg("it is skipped (%s), but ends as recorded", row->reason);
	if (row->reason)
		skip();
	if (outcome.words[0])
		fail_msg("%s", outcome.words);
}

static struct vector_case vector_cases[200];

static size_t add_vectors(struct cases *cases, size_t count, struct json_object *vectors,
			  const struct skip *skips, size_t skip_count,
			  struct outcome (*convert)(struct json_object *vector))
{
	for (size_t i = 0; i < json_object_array_length(vectors) && count < countof(vector_cases); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		const char *name = json_text_or(vector, "name", "");
		if (strcmp(name, "_definitions") == 0)
			continue;
		struct vector_case *row = &vector_cases[count++];
		*row = (struct vector_case){vector, convert, reason_to_skip(skips, skip_count, name)};
		cases_add(cases,
			  own_format("%s%s%s%s", name, row->reason ? " (" : "",
				     row->reason ? row->reason : "", row->reason ? ")" : ""),
			  check_vector, row);
	}
	return count;
}

int main(void)
{
	scoped(json_object) to_rows = vectors_read("tests/vectors/to-airtable.json");
	scoped(json_object) to_documents = vectors_read("tests/vectors/from-airtable.json");
	struct cases cases = {0};
	int failed = 0;

	base_schema = vectors_read("tests/vectors/base-schema.json");
	definitions = json_object_array_get_idx(to_documents, 0);
	size_t count = add_vectors(&cases, 0, to_rows, to_skips, countof(to_skips), convert_to_row);
	failed += cases_run("to Airtable, as the app", &cases);
	add_vectors(&cases, count, to_documents, from_skips, countof(from_skips), convert_to_document);
	failed += cases_run("from Airtable, as the app", &cases);
	json_object_put(base_schema);
	return failed;
}
