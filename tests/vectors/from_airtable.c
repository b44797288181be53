/* from-airtable.json: rows read into documents, and the save that follows there. */
#include "bridge/mapping/mapping_from.h"
#include "tests/fakes/cell_into.h"
#include "tests/vectors/conversion.h"
#include "tests/vectors/playing.h"

#include <string.h>

/* The recording's, where no history says it. */
#define FIRST_BATCH INT64_C(1699999999000)

/* Columns have ids, the vectors' rows have names. */
static struct json_object *row_of(struct json_object *fields, const struct columns *columns)
{
	struct json_object *row = json_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *value = NULL;
		if (columns_flow(columns, (enum field)field) &&
		    json_find(fields, columns->of[field].name, &value))
			json_put(row, columns->of[field].id, json_share(value));
	}
	return row;
}

/* ---- cells that the app reads all the same ---- */

static int month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : lengths[month - 1];
}

/* The number in these places of a text that has "0000-00-00T00:00:00" as its form. */
static int number_at(const char *words, size_t at, size_t digits)
{
	int number = 0;

	for (size_t i = at; i < at + digits; i++)
		number = number * 10 + (words[i] - '0');
	return number;
}

static bool has_form(const char *words, size_t length)
{
	static const char form[] = "0000-00-00T00:00:00";

	for (size_t i = 0; i < length; i++)
		if (form[i] == '0' ? words[i] < '0' || words[i] > '9' : words[i] != form[i])
			return false;
	return true;
}

/* A day of the calendar, or a day with a time and its zone. */
static bool is_time(const char *words)
{
	size_t day = strlen("0000-00-00"), second = strlen("0000-00-00T00:00:00"), length = strlen(words);

	if (length < day || (length > day && length <= second) ||
	    !has_form(words, length > day ? second : day))
		return false;
	int month = number_at(words, 5, 2), in_month = number_at(words, 8, 2);
	if (month < 1 || month > 12 || in_month < 1 || in_month > month_length(number_at(words, 0, 4), month))
		return false;
	return length == day || (number_at(words, 11, 2) < 24 && number_at(words, 14, 2) < 60 &&
				 number_at(words, 17, 2) < 60 && strpbrk(words + second, "Z+-"));
}

/* Whether a cell holds what its column cannot hold, or a link that leads nowhere or to two. */
static bool is_flawed(const struct conversion *conversion, const struct field_rule *rule,
		      struct json_object *value)
{
	bool link = rule->field == FIELD_COLLECTION || rule->field == FIELD_CONTAINER;
	bool time = rule->field == FIELD_PURCHASE_DATE || rule->field == FIELD_EXPIRY_DATE;

	if (link && json_is(value, json_type_array))
		return json_length(value) != 1 || !json_is(json_at(value, 0), json_type_string) ||
		       !conversion_paired(conversion,
					  rule->field == FIELD_CONTAINER ? DOCUMENT_ITEM
									 : DOCUMENT_COLLECTION,
					  json_text_of(json_at(value, 0)));
	if (!value)
		return false;
	if (link)
		return true;
	if (time && json_is(value, json_type_string))
		return !is_time(json_text_of(value));
	switch (rule->field) {
	case FIELD_SERIAL:
	case FIELD_PRICE:
	case FIELD_EXPIRE_SOON_DAYS:
	case FIELD_STOCK_QUANTITY:
	case FIELD_MIN_STOCK:
		return !json_is_number(value);
	case FIELD_ASSET_REFERENCE_MANUAL:
	case FIELD_WILL_NOT_RESTOCK:
	case FIELD_FIRST_IMAGE_AS_ICON:
	case FIELD_EPC_HEX_MANUAL:
		return !json_is(value, json_type_boolean);
	default:
		return !json_is(value, json_type_string);
	}
}

/* ---- row to document ---- */

struct reading {
	struct conversion *conversion;
	struct columns columns;
	struct json_object *fields; /* borrowed; by names */
	struct json_object *body;   /* owned */
	bool is_new;
	bool refused[FIELD_COUNT];
	bool app_refused; /* the save that followed there */
};

/* What the row shows otherwise than the document goes into it, as when only the row moved. */
static void store_row(struct reading *reading, const struct cell *couch, const struct cell *airtable)
{
	enum table table = reading->conversion->table;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		struct cell_equivalence equivalence = columns_equivalence(&reading->columns, rule->field);
		struct error error = {0};
		if (!columns_flow(&reading->columns, rule->field) || rule->direction != DIRECTION_BOTH)
			continue;
		bool needed =
			reading->is_new && document_needs(table_document_type(table), rule->data_key[table]);
		if (!needed && cell_equal(&couch[field], &airtable[field], &equivalence))
			continue;
		reading->refused[field] =
			!cell_into(table, rule->field, &airtable[field], reading->body, &error);
	}
}

/* The consumable's first quantity is what the save derives, not what the row says. */
static bool is_derived(const struct field_rule *rule, struct json_object *fields)
{
	return rule->field == FIELD_STOCK_QUANTITY && !json_find(fields, rule->name, NULL);
}

/* A cell that is refused: by the app's save as well, or it is one that cannot be read. */
static void check_refused(struct reading *reading, const struct field_rule *rule)
{
	struct json_object *value = NULL;

	json_find(reading->fields, rule->name, &value);
	if (reading->app_refused)
		return;
	if (!is_flawed(reading->conversion, rule, value))
		vector_fail(reading->conversion->result, "%s was refused", rule->name);
	reading->conversion->result->better =
		"a cell that cannot be read is named in its row; the app reads something else";
}

/* The save takes it out again, and reckons with the days that hold where none are said. */
static bool is_dropped(const struct field_rule *rule, struct json_object *value)
{
	return rule->field == FIELD_EXPIRE_SOON_DAYS && json_is_number(value) && json_double_of(value) == 0;
}

static void compare_data(struct reading *reading, struct json_object *datum)
{
	enum table table = reading->conversion->table;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		struct json_object *ours = NULL, *theirs = NULL;
		if (!rule->data_key[table] || !field_in_table(rule->field, table) ||
		    is_derived(rule, reading->fields))
			continue;
		if (reading->refused[field]) {
			check_refused(reading, rule);
			continue;
		}
		json_find(document_data(reading->body), rule->data_key[table], &ours);
		json_find(datum, rule->data_key[table], &theirs);
		if (is_dropped(rule, theirs))
			theirs = NULL;
		conversion_compare(reading->conversion, rule->data_key[table], ours, theirs);
	}
}

static void read_row(struct conversion *conversion, struct json_object *stored, struct json_object *fields)
{
	struct json_object *datum = json_child(conversion->expected, "datum", json_type_object);
	struct json_object *save = json_child(conversion->expected, "save", json_type_object);
	enum document_type type = table_document_type(conversion->table);
	const struct mapping_links links = conversion_links(conversion);
	struct reading reading = {
		.conversion = conversion,
		.columns = conversion_columns(conversion, conversion_list(conversion, "available_fields"),
					      fields),
		.fields = fields,
		.body = stored ? json_copy(stored) : document_new(type, "new"),
		.is_new = !stored,
		.app_refused = json_find(save, "error", NULL),
	};
	scoped(json_object) row = row_of(fields, &reading.columns);
	struct cell couch[FIELD_COUNT] = {0}, airtable[FIELD_COUNT] = {0};
	bool unknown;

	mapping_from_document(conversion->table, "new", reading.body, couch);
	mapping_from_row(conversion->table, &reading.columns, row, &links, airtable, &unknown);
	const char *collection =
		mapping_default_collection(&airtable[FIELD_COLLECTION], &airtable[FIELD_CONTAINER], &links);
	if (collection)
		airtable[FIELD_COLLECTION] = cell_link(collection);
	store_row(&reading, couch, airtable);
	compare_data(&reading, datum);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&couch[field]);
		cell_done(&airtable[field]);
	}
	columns_done(&reading.columns);
	json_release(reading.body);
}

/* ---- the save that follows ---- */

/* The batch is when the sync began, which only its histories say. */
static int64_t batch_of(struct json_object *save)
{
	struct json_object *writes = json_child(save, "writes", json_type_array);

	for (size_t i = 0; writes && i < json_length(writes); i++) {
		struct json_object *body = json_child(json_at(writes, i), "doc", json_type_object);
		if (json_int_or(body, "batch", 0))
			return json_int_or(body, "batch", 0);
	}
	return FIRST_BATCH;
}

static void compare_changed(struct playing *playing, struct json_object *changed)
{
	for (size_t i = 0; changed && i < json_length(changed); i++) {
		struct json_object *theirs = json_at(changed, i);
		const char *id = json_text_or(theirs, "_id", "");
		scoped_text where = own_format("in the end, %s", id);
		playing_compare_document(playing->result, where, database_get(&playing->database, id),
					 theirs);
	}
}

/* A box that is not ticked: Airtable leaves it out, so it says "false" only here. */
static bool box_says_no(struct json_object *datum)
{
	struct json_object *value = NULL;

	return json_find(datum, "__deleted", &value) && json_is(value, json_type_boolean) &&
	       !json_bool_of(value);
}

static bool is_history(struct json_object *body)
{
	return strcmp(json_text_or(body, "type", ""), "_history") == 0;
}

/* The app takes the "false" for a change: it touches the document and leaves a history entry that holds nothing. */
static bool records_nothing(struct json_object *writes)
{
	struct json_object *body = json_child(json_at(writes, 0), "doc", json_type_object);
	struct json_object *new = json_child(body, "new_data", json_type_object);

	return is_history(body) && new &&json_key_count(new) == 0;
}

static void check_untouched(struct conversion *conversion, struct playing *playing,
			    struct json_object *stored)
{
	for (size_t i = 0; i < json_length(playing->writes); i++) {
		struct json_object *body = json_child(json_at(playing->writes, i), "doc", json_type_object);
		if (is_history(body))
			vector_fail(playing->result, "a history entry was written of no change");
		else if (document_updated_at(body) != document_updated_at(stored))
			vector_fail(playing->result, "what did not change was touched");
	}
	conversion->result->better = "a Delete box that is not ticked is no change of the document";
}

static void compare_save(struct conversion *conversion, struct playing *playing,
			 const struct outcome *outcome, struct json_object *save)
{
	struct json_object *writes = json_child(save, "writes", json_type_array);
	struct json_object *datum = json_child(conversion->expected, "datum", json_type_object);
	scoped_text id =
		document_full_id(table_document_type(conversion->table), json_text_or(datum, "__id", ""));

	playing_compare_error(playing, outcome, json_child(save, "error", json_type_object));
	for (size_t i = 0;
	     box_says_no(datum) && records_nothing(writes) && i < json_length(conversion->documents); i++) {
		struct json_object *stored = conversion_document(conversion, i);
		if (strcmp(json_text_or(stored, "_id", ""), id) != 0)
			continue;
		check_untouched(conversion, playing, stored);
		return;
	}
	playing_compare_writes(playing, writes);
	compare_changed(playing, json_child(conversion->expected, "docs_changed", json_type_array));
}

static void run_save(struct conversion *conversion, struct json_object *vector, struct json_object *save)
{
	scoped_text created_by = own_format("integration-%s", conversion->integration);
	const struct save_history history = {created_by, batch_of(save), "sync"};
	struct outcome outcome = {0};
	struct playing playing;

	playing_begin(&playing, conversion->result);
	(void)database_put(&playing.database, json_child(conversion->input, "config_doc", json_type_object));
	for (size_t i = 0; i < json_length(conversion->documents); i++)
		(void)database_put(&playing.database, conversion_document(conversion, i));
	playing_next(&playing, vector);
	scoped(datum) given =
		playing_datum(&playing, json_child(conversion->expected, "datum", json_type_object));
	const struct save_request request = {.given = given, .history = &history};
	playing_save(&playing, &request, &outcome);
	compare_save(conversion, &playing, &outcome, save);
	outcome_done(&outcome);
	playing_done(&playing);
}

void vector_run_from_airtable(struct json_object *vector, struct json_object *definitions,
			      struct vector_result *result)
{
	struct json_object *input = json_child(vector, "input", json_type_object);
	struct json_object *expected = json_child(vector, "expected", json_type_object);
	struct json_object *record = json_child(input, "record", json_type_object);
	struct json_object *save = json_child(expected, "save", json_type_object);
	bool item = strcmp(json_text_or(vector, "fn", ""), "airtableRecordToItem") == 0;
	struct conversion conversion = {
		.table = item ? TABLE_ITEMS : TABLE_COLLECTIONS,
		.integration = json_text_or(input, "integration_id", ""),
		.input = input,
		.expected = expected,
		.definitions = definitions,
		.documents = json_child(input, "docs", json_type_array),
		.result = result,
	};
	struct json_object *stored = conversion_paired(&conversion, table_document_type(conversion.table),
						       json_text_or(record, "id", ""));

	read_row(&conversion, stored, json_child(record, "fields", json_type_object));
	if (save)
		run_save(&conversion, vector, save);
}
