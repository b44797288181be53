/* Between documents, cells and rows: every field both ways, with what is usual, empty, wrong, and at the limits. */
#include "bridge/columns/columns_bind.h"
#include "bridge/columns/columns_json.h"
#include "bridge/mapping/mapping_from.h"
#include "inventory/document.h"
#include "tests/fakes/cell_into.h"

#include "base/text.h"
#include "tests/unit/cases.h"
#include "tests/unit/vectors.h"

#include <math.h>
#include <string.h>

/* ---- the base, and who is behind a link ---- */

static struct columns bound[TABLE_COUNT];

static const struct {
	enum table table;
	const char *id, *record_id;
} linked[] = {
	{TABLE_COLLECTIONS, "c1", "recC1"},
	{TABLE_ITEMS, "box", "recBox"},
	{TABLE_ITEMS, "i1", "recI1"},
};

static const char *record_of(void *context, enum table table, const char *document_id)
{
	(void)context;
	for (size_t i = 0; i < countof(linked); i++)
		if (linked[i].table == table && strcmp(linked[i].id, document_id) == 0)
			return linked[i].record_id;
	return NULL;
}

static const char *document_of(void *context, enum table table, const char *record_id)
{
	(void)context;
	for (size_t i = 0; i < countof(linked); i++)
		if (linked[i].table == table && strcmp(linked[i].record_id, record_id) == 0)
			return linked[i].id;
	return NULL;
}

/* What these items stand in. */
static const char *collection_of(void *context, const char *item_id)
{
	(void)context;
	if (strcmp(item_id, "box") == 0)
		return "c1";
	return strcmp(item_id, "loose") == 0 ? "" : NULL;
}

static const struct mapping_links links = {NULL, record_of, document_of, collection_of};

/* ---- the collection of a row that names none ---- */

static const struct default_collection {
	const char *sentence;
	const char *collection, *container, *second_container; /* links of the row; NULL: none */
	const char *wanted;                                    /* NULL: none */
} default_collections[] = {
	{"in a container: that of the container", NULL, "box", NULL, "c1"},
	{"in a collection of its own: that one stays", "c0", "box", NULL, NULL},
	{"in no container: none", NULL, NULL, NULL, NULL},
	{"in a container that is in none", NULL, "loose", NULL, NULL},
	{"in a container that is not there", NULL, "gone", NULL, NULL},
	{"in a container that is no document yet", NULL, "?recNew", NULL, NULL},
	{"in two containers: which is meant is not sure", NULL, "box", "loose", NULL},
};

static void a_row_without_a_collection_is_in_this(void **row)
{
	const struct default_collection *case_ = *row;
	struct cell collection = case_->collection ? cell_link(case_->collection) : (struct cell){0};
	struct cell container = case_->container ? cell_link(case_->container) : (struct cell){0};

	if (container.kind != CELL_EMPTY && container.ids[0][0] == '?')
		container.ids[0][0] = CELL_UNKNOWN_LINK;
	if (case_->second_container)
		cell_links_add(&container, case_->second_container);
	const char *id = mapping_default_collection(&collection, &container, &links);
	assert_int_equal(id != NULL, case_->wanted != NULL);
	if (id)
		assert_string_equal(id, case_->wanted);
	cell_done(&collection);
	cell_done(&container);
}

static void bind_base(struct json_object *base)
{
	struct error error = {0};
	bool changed;

	for (size_t table = 0; table < TABLE_COUNT; table++)
		for (size_t i = 0; i < json_length(base); i++) {
			struct json_object *schema = json_at(base, i);
			if (strcmp(json_text_or(schema, "name", ""), table_name((enum table)table)) == 0 &&
			    !columns_bind(&bound[table], (enum table)table, schema, &changed, &error))
				printf("Bail out! %s\n", error.text);
		}
}

/* Flaws are let through: what cannot be kept must be refused here as well. */
static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct json_flaws flaws = {0};
	struct error error = {0};

	if (!json_read(words, strlen(words), &json, &flaws, &error))
		fail_msg("%s: %s", words, error.text);
	json_flaws_done(&flaws);
	return json;
}

static void cells_done(struct cell *cells)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

static void assert_cell(const struct cell *found, const struct cell *expected)
{
	char found_words[256], expected_words[256];

	if (found->kind == expected->kind && cell_equal(found, expected, NULL))
		return;
	cell_show(found, found_words, sizeof found_words);
	cell_show(expected, expected_words, sizeof expected_words);
	fail_msg("the cell is %s (kind %d), expected %s (kind %d)", found_words, (int)found->kind,
		 expected_words, (int)expected->kind);
}

static void assert_says(const char *words, const char *expected)
{
	if (!strstr(words, expected))
		fail_msg("\"%s\" does not say \"%s\"", words, expected);
}

/* {"data":{key: value}}; value NULL: no key. */
static struct json_object *document_with(enum table table, enum field field, const char *value)
{
	struct json_object *body = document_new(table_document_type(table), "i1");
	const char *key = field_rule(field)->data_key[table];

	if (key && value)
		json_put(document_data(body), key, parsed(value));
	return body;
}

static struct json_object *row_with(enum table table, enum field field, const char *value)
{
	struct json_object *row = json_new_object();

	if (value)
		json_put(row, bound[table].of[field].id, parsed(value));
	return row;
}

static struct cell from_document(enum table table, enum field field, const char *value)
{
	scoped(json_object) body = document_with(table, field, value);
	struct cell cells[FIELD_COUNT] = {0};
	struct cell found = {0};

	mapping_from_document(table, "i1", body, cells);
	cell_move(&found, &cells[field]);
	cells_done(cells);
	return found;
}

static struct cell from_row(enum table table, enum field field, const char *value, bool *unknown_choice_out)
{
	scoped(json_object) row = row_with(table, field, value);
	struct cell cells[FIELD_COUNT] = {0};
	struct cell found = {0};
	bool unknown = false;

	mapping_from_row(table, &bound[table], row, &links, cells, &unknown);
	cell_move(&found, &cells[field]);
	cells_done(cells);
	if (unknown_choice_out)
		*unknown_choice_out = unknown;
	return found;
}

/* ---- every field, both ways ---- */

#define NOTHING                                                                                              \
	{                                                                                                    \
		.kind = CELL_EMPTY                                                                           \
	}
#define TEXT(words)                                                                                          \
	{                                                                                                    \
		.kind = CELL_TEXT, .text = (words)                                                           \
	}
#define NUMBER(value)                                                                                        \
	{                                                                                                    \
		.kind = CELL_NUMBER, .number = (value)                                                       \
	}
#define TICKED                                                                                               \
	{                                                                                                    \
		.kind = CELL_TRUE                                                                            \
	}
#define TIME(ms)                                                                                             \
	{                                                                                                    \
		.kind = CELL_TIME, .time_ms = (ms)                                                           \
	}
#define CHOICE(name)                                                                                         \
	{                                                                                                    \
		.kind = CELL_CHOICE, .text = (name)                                                          \
	}
#define LINK(id)                                                                                             \
	{                                                                                                    \
		.kind = CELL_LINKS, .ids = (char *[]){id}, .id_count = 1                                     \
	}

struct both_case {
	const char *sentence;
	enum table table;
	enum field field;
	const char *in_document; /* JSON; NULL: absent */
	const char *in_row;      /* JSON; NULL: absent, and written as null */
	struct cell cell;
};

#define ITEM(field_)           .table = TABLE_ITEMS, .field = FIELD_##field_
#define COLLECTION(field_)     .table = TABLE_COLLECTIONS, .field = FIELD_##field_
#define SHOWS(document_, row_) .in_document = (document_), .in_row = (row_), .cell

static const struct both_case both_cases[] = {
	{"Name", ITEM(NAME), SHOWS("\"Box\"", "\"Box\"") = TEXT("Box")},
	{"a collection's Name", COLLECTION(NAME), SHOWS("\"Shed\"", "\"Shed\"") = TEXT("Shed")},
	{"Name with an emoji", ITEM(NAME), SHOWS("\"🧰 Box\"", "\"🧰 Box\"") = TEXT("🧰 Box")},
	{"Name from right to left", ITEM(NAME),
	 SHOWS("\"صندوق الأدوات\"", "\"صندوق الأدوات\"") = TEXT("صندوق الأدوات")},
	{"Name with joined emoji and flags", ITEM(NAME),
	 SHOWS("\"👩‍🔧🇹🇼\"", "\"👩‍🔧🇹🇼\"") = TEXT("👩‍🔧🇹🇼")},
	{"Name with spaces around it", ITEM(NAME), SHOWS("\"  Box \"", "\"  Box \"") = TEXT("  Box ")},
	{"Name with quotes and backslashes", ITEM(NAME),
	 SHOWS("\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"") = TEXT("a\"b\\c")},
	{"Collection", ITEM(COLLECTION), SHOWS("\"c1\"", "[\"recC1\"]") = LINK("c1")},
	{"Container", ITEM(CONTAINER), SHOWS("\"box\"", "[\"recBox\"]") = LINK("box")},
	{"a Container that is the item itself", ITEM(CONTAINER), SHOWS("\"i1\"", "[\"recI1\"]") = LINK("i1")},
	{"Type: Container", ITEM(TYPE), SHOWS("\"container\"", "\"Container\"") = CHOICE("Container")},
	{"Type: Generic Container", ITEM(TYPE),
	 SHOWS("\"generic_container\"", "\"Generic Container\"") = CHOICE("Generic Container")},
	{"Type: Item with Parts", ITEM(TYPE),
	 SHOWS("\"item_with_parts\"", "\"Item with Parts\"") = CHOICE("Item with Parts")},
	{"Type: Consumable", ITEM(TYPE), SHOWS("\"consumable\"", "\"Consumable\"") = CHOICE("Consumable")},
	{"Type: Item", ITEM(TYPE), SHOWS(NULL, "\"Item\"") = CHOICE("Item")},
	{"Can Contain Items", ITEM(CAN_CONTAIN_ITEMS), SHOWS("true", "true") = TICKED},
	{"Ref. No.", ITEM(REFERENCE_NUMBER), SHOWS("\"42\"", "\"42\"") = TEXT("42")},
	{"a collection's Ref. No.", COLLECTION(REFERENCE_NUMBER),
	 SHOWS("\"0001\"", "\"0001\"") = TEXT("0001")},
	{"Ref. No. with zeros in front", ITEM(REFERENCE_NUMBER), SHOWS("\"007\"", "\"007\"") = TEXT("007")},
	{"Serial", ITEM(SERIAL), SHOWS("5", "5") = NUMBER(5)},
	{"Serial 0", ITEM(SERIAL), SHOWS("0", "0") = NUMBER(0)},
	{"Serial 9999", ITEM(SERIAL), SHOWS("9999", "9999") = NUMBER(9999)},
	{"Individual Asset Ref.", ITEM(ASSET_REFERENCE),
	 SHOWS("\"0001.42.0005\"", "\"0001.42.0005\"") = TEXT("0001.42.0005")},
	{"Manually Set Individual Asset Ref.", ITEM(ASSET_REFERENCE_MANUAL), SHOWS("true", "true") = TICKED},
	{"Notes", ITEM(NOTES), SHOWS("\"n\\nm\"", "\"n\\nm\"") = TEXT("n\nm")},
	{"Notes in several scripts", ITEM(NOTES),
	 SHOWS("\"漢字 ქართული ไทย\\n🧪\"",
	       "\"漢字 ქართული ไทย\\n🧪\"") =
		 TEXT("漢字 ქართული ไทย\n🧪")},
	{"Model Name", ITEM(MODEL_NAME), SHOWS("\"M1\"", "\"M1\"") = TEXT("M1")},
	{"PPC", ITEM(CURRENCY), SHOWS("\"EUR\"", "\"EUR\"") = CHOICE("EUR")},
	{"Purchase Price", ITEM(PRICE), SHOWS("1234560", "1234.56") = NUMBER(1234.56)},
	{"Purchase Price 0", ITEM(PRICE), SHOWS("0", "0") = NUMBER(0)},
	{"Purchase Price 2.01", ITEM(PRICE), SHOWS("2010", "2.01") = NUMBER(2.01)},
	{"Purchase Price 0.001", ITEM(PRICE), SHOWS("1", "0.001") = NUMBER(0.001)},
	{"Purchase Price 0.0005", ITEM(PRICE), SHOWS("0.5", "0.0005") = NUMBER(0.0005)},
	{"Purchase Price below 0", ITEM(PRICE), SHOWS("-5550", "-5.55") = NUMBER(-5.55)},
	{"Purchase Price of billions", ITEM(PRICE),
	 SHOWS("123456789012345", "123456789012.345") = NUMBER(123456789012.345)},
	{"Purchased From", ITEM(PURCHASED_FROM), SHOWS("\"Shop\"", "\"Shop\"") = TEXT("Shop")},
	{"Purchase Date", ITEM(PURCHASE_DATE),
	 SHOWS("1690000000123", "\"2023-07-22T04:26:40.123Z\"") = TIME(1690000000123)},
	{"Purchase Date 1970", ITEM(PURCHASE_DATE), SHOWS("0", "\"1970-01-01T00:00:00.000Z\"") = TIME(0)},
	{"Purchase Date before 1970", ITEM(PURCHASE_DATE),
	 SHOWS("-1", "\"1969-12-31T23:59:59.999Z\"") = TIME(-1)},
	{"Expiry Date", ITEM(EXPIRY_DATE),
	 SHOWS("1800000000000", "\"2027-01-15T08:00:00.000Z\"") = TIME(1800000000000)},
	{"Expiry Date in the year 9999", ITEM(EXPIRY_DATE),
	 SHOWS("253402300799999", "\"9999-12-31T23:59:59.999Z\"") = TIME(253402300799999)},
	{"Expire Soon Prior Days", ITEM(EXPIRE_SOON_DAYS), SHOWS("10", "10") = NUMBER(10)},
	{"Expire Soon Prior Days, a fraction", ITEM(EXPIRE_SOON_DAYS), SHOWS("1.25", "1.25") = NUMBER(1.25)},
	{"Stock Quantity", ITEM(STOCK_QUANTITY), SHOWS("2.75", "2.75") = NUMBER(2.75)},
	{"Stock Quantity 0", ITEM(STOCK_QUANTITY), SHOWS("0", "0") = NUMBER(0)},
	{"Stock Quantity of 2^53 - 1", ITEM(STOCK_QUANTITY),
	 SHOWS("9007199254740991", "9007199254740991") = NUMBER(9007199254740991.0)},
	{"Stock Quantity with noise", ITEM(STOCK_QUANTITY),
	 SHOWS("0.30000000000000004", "0.30000000000000004") = NUMBER(0.30000000000000004)},
	{"Stock Quantity Unit", ITEM(STOCK_UNIT), SHOWS("\"pcs\"", "\"pcs\"") = TEXT("pcs")},
	{"Min Stock Level", ITEM(MIN_STOCK), SHOWS("2", "2") = NUMBER(2)},
	{"Will Not Restock", ITEM(WILL_NOT_RESTOCK), SHOWS("true", "true") = TICKED},
	{"Icon Name", ITEM(ICON_NAME), SHOWS("\"cube\"", "\"cube\"") = TEXT("cube")},
	{"Icon Color", ITEM(ICON_COLOR), SHOWS("\"red\"", "\"red\"") = TEXT("red")},
	{"Use First Image as Icon", ITEM(FIRST_IMAGE_AS_ICON), SHOWS("true", "true") = TICKED},
	{"RFID EPC Hex", ITEM(EPC_HEX),
	 SHOWS("\"34140000002386F4C3CDF570\"", "\"34140000002386F4C3CDF570\"") =
		 TEXT("34140000002386F4C3CDF570")},
	{"Manually Set RFID EPC Hex", ITEM(EPC_HEX_MANUAL), SHOWS("true", "true") = TICKED},
};

static void check_both_from_document(void **state)
{
	const struct both_case *row = *state;
	struct cell found = from_document(row->table, row->field, row->in_document);

	assert_cell(&found, &row->cell);
	cell_done(&found);
}

static void check_both_from_row(void **state)
{
	const struct both_case *row = *state;
	bool unknown = true;
	struct cell found = from_row(row->table, row->field, row->in_row, &unknown);

	assert_cell(&found, &row->cell);
	assert_false(unknown);
	cell_done(&found);
}

static void assert_written(const struct both_case *row, const struct cell *cell)
{
	struct json_object *value = NULL;
	struct error error = {0};

	if (!mapping_to_row(row->table, &bound[row->table], row->field, cell, &links, &value, &error))
		fail_msg("%s", error.text);
	scoped_text words = json_write(value);
	assert_string_equal(words, row->in_row ? row->in_row : "null");
	json_release(value);
}

static void assert_stored(const struct both_case *row, const struct cell *cell, struct json_object *body)
{
	scoped(json_object) expected = document_with(row->table, row->field, row->in_document);
	struct error error = {0};

	if (!cell_into(row->table, row->field, cell, body, &error))
		fail_msg("%s", error.text);
	scoped_text words = json_write(body);
	scoped_text expected_words = json_write(expected);
	assert_string_equal(words, expected_words);
}

static void check_both_to_row(void **state)
{
	const struct both_case *row = *state;

	assert_written(row, &row->cell);
}

static void check_both_to_document(void **state)
{
	const struct both_case *row = *state;
	scoped(json_object) body = document_with(row->table, row->field, NULL);

	assert_stored(row, &row->cell, body);
}

/* Document, cell, row, cell, document: nothing is different at the end. */
static void check_round_trip(void **state)
{
	const struct both_case *row = *state;
	struct cell from_doc = from_document(row->table, row->field, row->in_document);
	struct cell_equivalence equivalence = columns_equivalence(&bound[row->table], row->field);
	struct json_object *value = NULL;
	struct error error = {0};

	assert_true(mapping_to_row(row->table, &bound[row->table], row->field, &from_doc, &links, &value,
				   &error));
	scoped_text words = value ? json_write(value) : NULL;
	struct cell back = from_row(row->table, row->field, words, NULL);
	assert_true(cell_equal(&from_doc, &back, &equivalence));
	scoped(json_object) body = document_with(row->table, row->field, NULL);
	assert_stored(row, &back, body);
	json_release(value);
	cell_done(&from_doc);
	cell_done(&back);
}

static void add_both(struct cases *cases)
{
	static const struct {
		const char *words;
		CMUnitTestFunction run;
	} ways[] = {
		{": from the document", check_both_from_document},
		{": from the row", check_both_from_row},
		{": to the row", check_both_to_row},
		{": to the document", check_both_to_document},
		{": there and back", check_round_trip},
	};

	for (size_t i = 0; i < countof(both_cases); i++)
		for (size_t way = 0; way < countof(ways); way++) {
			cases_add(cases, own_format("%s%s", both_cases[i].sentence, ways[way].words),
				  ways[way].run, &both_cases[i]);
		}
}

/* ---- every field: empty ---- */

struct field_at {
	enum table table;
	enum field field;
};

static const char *const empty_values[] = {"null", "\"\"", "[]", "false"};

/* What an empty cell of a row is: an Item for Type. */
static struct cell empty_of(enum field field)
{
	return field == FIELD_TYPE ? cell_choice("Item") : cell_text(NULL);
}

static void check_empty_row(void **state)
{
	const struct field_at *at = *state;
	struct cell expected = empty_of(at->field), absent = from_row(at->table, at->field, NULL, NULL);

	assert_cell(&absent, &expected);
	for (size_t i = 0; i < countof(empty_values); i++) {
		struct cell found = from_row(at->table, at->field, empty_values[i], NULL);
		assert_cell(&found, &expected);
		cell_done(&found);
	}
	cell_done(&absent);
	cell_done(&expected);
}

static void check_empty_document(void **state)
{
	const struct field_at *at = *state;
	struct cell expected = empty_of(at->field), absent = from_document(at->table, at->field, NULL);
	enum field_kind kind = field_rule(at->field)->kind;

	assert_cell(&absent, &expected);
	if (kind != KIND_NUMBER && kind != KIND_TIME) {
		struct cell found =
			from_document(at->table, at->field, kind == KIND_TRUTH ? "false" : "\"\"");
		assert_cell(&found, &expected);
		cell_done(&found);
	}
	cell_done(&absent);
	cell_done(&expected);
}

static void check_clear_row(void **state)
{
	const struct field_at *at = *state;
	struct cell empty = {0};
	struct json_object *value = json_new_int(7), *was = value;
	struct error error = {0};

	assert_true(mapping_to_row(at->table, &bound[at->table], at->field, &empty, &links, &value, &error));
	assert_null(value);
	json_release(was);
}

static void check_clear_document(void **state)
{
	const struct field_at *at = *state;
	const char *key = field_rule(at->field)->data_key[at->table];
	scoped(json_object) body = document_with(at->table, at->field, "\"old\"");
	struct cell empty = {0};
	struct error error = {0};
	bool needed = document_needs(table_document_type(at->table), key);

	assert_int_equal(cell_into(at->table, at->field, &empty, body, &error), !needed);
	assert_int_equal(json_find(document_data(body), key, NULL), needed);
	if (needed) {
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_says(error.text, field_rule(at->field)->name);
		assert_says(error.text, "is empty");
	}
}

/* ---- every field: values of another kind ---- */

static const char *const odd_values[] = {
	"true", "7", "1.5", "\"words\"", "[\"recC1\"]", "[7]", "{\"error\":\"#ERROR!\"}"};

static bool row_takes(enum field_kind kind, const char *value)
{
	static const char *const taken[] = {
		[KIND_TEXT] = "\"words\"",
		[KIND_NUMBER] = "7 1.5",
		[KIND_TRUTH] = "true",
		[KIND_TIME] = "",
		[KIND_CHOICE] = "\"words\"",
		[KIND_COLLECTION_LINK] = "[\"recC1\"]",
		[KIND_ITEM_LINK] = "[\"recC1\"]",
	};

	return strstr(taken[kind], value) != NULL;
}

static void check_odd_row(void **state)
{
	const struct field_at *at = *state;

	for (size_t i = 0; i < countof(odd_values); i++) {
		struct cell found = from_row(at->table, at->field, odd_values[i], NULL);
		bool takes = row_takes(field_rule(at->field)->kind, odd_values[i]);
		if ((found.kind == CELL_WRONG) == takes)
			fail_msg("%s gives kind %d", odd_values[i], (int)found.kind);
		if (!takes) {
			struct json_object *value = NULL;
			struct error error = {0};
			assert_says(found.text, field_rule(at->field)->name);
			assert_false(mapping_to_row(at->table, &bound[at->table], at->field, &found, &links,
						    &value, &error));
			assert_int_equal(error.kind, ERROR_REFUSED);
			assert_string_equal(error.text, found.text);
		}
		cell_done(&found);
	}
}

static bool document_takes(enum field_kind kind, const char *value)
{
	if (kind == KIND_NUMBER || kind == KIND_TIME)
		return strcmp(value, "7") == 0 || strcmp(value, "1.5") == 0;
	return strcmp(value, kind == KIND_TRUTH ? "true" : "\"words\"") == 0;
}

static void check_odd_document(void **state)
{
	const struct field_at *at = *state;
	const char *key = field_rule(at->field)->data_key[at->table];

	for (size_t i = 0; i < countof(odd_values); i++) {
		struct cell found = from_document(at->table, at->field, odd_values[i]);
		bool takes = document_takes(field_rule(at->field)->kind, odd_values[i]);
		if ((found.kind == CELL_WRONG) == takes)
			fail_msg("%s gives kind %d", odd_values[i], (int)found.kind);
		if (!takes) {
			scoped(json_object) body = document_with(at->table, at->field, NULL);
			struct error error = {0};
			assert_says(found.text, field_rule(at->field)->name);
			assert_false(cell_into(at->table, at->field, &found, body, &error));
			assert_int_equal(error.kind, ERROR_REFUSED);
			assert_false(json_find(document_data(body), key, NULL));
		}
		cell_done(&found);
	}
}

/* A cell of each kind: only the field's own goes into it. */
static const struct cell kinds[] = {
	TEXT("words"),
	NUMBER(7),
	TICKED,
	TIME(7),
	CHOICE("EUR"),
	LINK("c1"),
	{.kind = CELL_WRONG, .text = "wrong"},
};

static bool kind_fits(enum field_kind kind, enum cell_kind cell)
{
	static const enum cell_kind own[] = {
		[KIND_TEXT] = CELL_TEXT,       [KIND_NUMBER] = CELL_NUMBER,
		[KIND_TRUTH] = CELL_TRUE,      [KIND_TIME] = CELL_TIME,
		[KIND_CHOICE] = CELL_CHOICE,   [KIND_COLLECTION_LINK] = CELL_LINKS,
		[KIND_ITEM_LINK] = CELL_LINKS,
	};

	return own[kind] == cell;
}

static void check_odd_cells(void **state)
{
	const struct field_at *at = *state;

	for (size_t i = 0; i < countof(kinds); i++) {
		scoped(json_object) body = document_with(at->table, at->field, NULL);
		struct json_object *value = NULL;
		struct error error = {0};
		if (kind_fits(field_rule(at->field)->kind, kinds[i].kind))
			continue;
		assert_false(mapping_to_row(at->table, &bound[at->table], at->field, &kinds[i], &links,
					    &value, &error));
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_null(value);
		error.kind = ERROR_NONE;
		assert_false(cell_into(at->table, at->field, &kinds[i], body, &error));
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_int_equal(json_key_count(document_data(body)), 0);
	}
}

static void add_every_field(struct cases *cases)
{
	static const struct {
		const char *words;
		CMUnitTestFunction run;
		bool with_key; /* for fields that are in the document's data only */
	} questions[] = {
		{"an empty cell of the row is empty", check_empty_row, false},
		{"an empty value of the document is empty", check_empty_document, true},
		{"an empty cell clears the row's", check_clear_row, false},
		{"an empty cell removes the document's value, unless it is needed", check_clear_document,
		 true},
		{"a row's value of another kind is named", check_odd_row, false},
		{"a document's value of another kind is named", check_odd_document, true},
		{"a cell of another kind goes nowhere", check_odd_cells, false},
	};
	static struct field_at all[TABLE_COUNT * FIELD_COUNT];
	size_t count = 0;

	for (size_t table = 0; table < TABLE_COUNT; table++)
		for (size_t field = 0; field < FIELD_COUNT; field++) {
			const struct field_rule *rule = field_rule((enum field)field);
			if (!field_in_table(rule->field, (enum table)table))
				continue;
			struct field_at *at = &all[count++];
			*at = (struct field_at){(enum table)table, rule->field};
			for (size_t i = 0; i < countof(questions); i++)
				if (!questions[i].with_key || rule->data_key[table])
					cases_add(cases,
						  own_format("%s of %s: %s", rule->name,
							     table_name((enum table)table),
							     questions[i].words),
						  questions[i].run, at);
		}
}

/* ---- from a row: what is special ---- */

struct row_case {
	const char *sentence;
	enum field field;
	const char *value;
	struct cell cell; /* of a wrong one: words that it has */
	bool unknown_choice;
};

#define WRONG(words)                                                                                         \
	{                                                                                                    \
		.kind = CELL_WRONG, .text = (words)                                                          \
	}
#define UNKNOWN_LINK(record_id) LINK("\x01" record_id)

static const struct row_case row_cases[] = {
	{"a choice that nobody knows asks for the schema", FIELD_CURRENCY, "\"CHF\"", CHOICE("CHF"), true},
	{"a choice is told by its case", FIELD_CURRENCY, "\"eur\"", CHOICE("eur"), true},
	{"a Type that nobody knows asks for the schema", FIELD_TYPE, "\"Vehicle\"", CHOICE("Vehicle"), true},
	{"a Type in another case is still one of ours, and asks", FIELD_TYPE, "\"Item With Parts\"",
	 CHOICE("Item with Parts"), true},
	{"a link to a row without a document keeps the row's id", FIELD_CONTAINER, "[\"recNew\"]",
	 UNKNOWN_LINK("recNew"), false},
	{"a collection's row is no item's", FIELD_CONTAINER, "[\"recC1\"]", UNKNOWN_LINK("recC1"), false},
	{"links that are objects are wrong", FIELD_CONTAINER, "[{\"id\":\"recBox\"}]",
	 WRONG("Container is a list with other things than links"), false},
	{"links of which one is a number are wrong", FIELD_CONTAINER, "[\"recBox\",1]",
	 WRONG("Container is a list with other things than links"), false},
	{"a link alone, without a list, is wrong", FIELD_CONTAINER, "\"recBox\"",
	 WRONG("Container is a text, a link to an item was expected"), false},
	{"a number that is a text is wrong", FIELD_PRICE, "\"12\"",
	 WRONG("Purchase Price is a text, a number was expected"), false},
	{"a number that is no number is wrong", FIELD_PRICE, "{\"specialValue\":\"NaN\"}",
	 WRONG("Purchase Price is an object, a number was expected"), false},
	{"a text that is a number is wrong", FIELD_NOTES, "7",
	 WRONG("Notes is a number, a text was expected"), false},
	{"a box that is a text is wrong", FIELD_WILL_NOT_RESTOCK, "\"yes\"",
	 WRONG("Will Not Restock is a text, a box that is ticked or not was expected"), false},
	{"a date without time is midnight UTC", FIELD_PURCHASE_DATE, "\"2023-10-01\"", TIME(1696118400000),
	 false},
	{"a time with an offset is that moment", FIELD_PURCHASE_DATE, "\"2023-10-01T12:00:00+02:00\"",
	 TIME(1696154400000), false},
	{"a time without a zone is wrong", FIELD_PURCHASE_DATE, "\"2023-10-01T10:00\"",
	 WRONG("Purchase Date is \"2023-10-01T10:00\", a date with time and zone was expected"), false},
	{"an impossible day is wrong", FIELD_PURCHASE_DATE, "\"2023-02-30\"",
	 WRONG("Purchase Date is \"2023-02-30\""), false},
	{"a date in words is wrong", FIELD_PURCHASE_DATE, "\"10/1/2023\"",
	 WRONG("Purchase Date is \"10/1/2023\""), false},
	{"a text with U+0000 is wrong", FIELD_NOTES, "\"a\\u0000b\"", WRONG("Notes has the character U+0000"),
	 false},
	{"a choice with U+0000 is wrong", FIELD_CURRENCY, "\"EUR\\u0000\"",
	 WRONG("PPC has the character U+0000"), false},
	{"Expire Soon Prior Days 0 is none", FIELD_EXPIRE_SOON_DAYS, "0", NOTHING, false},
	{"Min Stock Level 0 is a level", FIELD_MIN_STOCK, "0", NUMBER(0), false},
	{"a mention stays as it is", FIELD_NOTES,
	 "\"<airtable:mention id=\\\"men1\\\">@A</airtable:mention>\"",
	 TEXT("<airtable:mention id=\"men1\">@A</airtable:mention>"), false},
};

static void check_row(void **state)
{
	const struct row_case *row = *state;
	bool unknown = false;
	struct cell found = from_row(TABLE_ITEMS, row->field, row->value, &unknown);

	if (row->cell.kind == CELL_WRONG && found.kind == CELL_WRONG)
		assert_says(found.text, row->cell.text);
	else
		assert_cell(&found, &row->cell);
	assert_int_equal(unknown, row->unknown_choice);
	cell_done(&found);
}

static void check_two_links(void **state)
{
	struct cell found = from_row(TABLE_ITEMS, FIELD_CONTAINER, "[\"recBox\",\"recNew\"]", NULL);

	(void)state;
	assert_int_equal(found.kind, CELL_LINKS);
	assert_int_equal(found.id_count, 2);
	assert_string_equal(found.ids[0], "box");
	assert_string_equal(found.ids[1], "\x01recNew");
	cell_done(&found);
}

static void check_no_links_known(void **state)
{
	scoped(json_object) row = row_with(TABLE_ITEMS, FIELD_CONTAINER, "[\"recBox\"]");
	struct cell cells[FIELD_COUNT] = {0};
	struct cell link = LINK("box");
	struct json_object *value = NULL;
	struct error error = {0};
	bool unknown;

	(void)state;
	mapping_from_row(TABLE_ITEMS, &bound[TABLE_ITEMS], row, NULL, cells, &unknown);
	assert_string_equal(cells[FIELD_CONTAINER].ids[0], "\x01recBox");
	cells_done(cells);
	assert_false(mapping_to_row(TABLE_ITEMS, &bound[TABLE_ITEMS], FIELD_CONTAINER, &link, NULL, &value,
				    &error));
	assert_int_equal(error.kind, ERROR_RETRY);
}

/* A row that is no object, or has columns that are nobody's. */
static void check_odd_rows(void **state)
{
	scoped(json_object) strange = parsed("{\"fldNobody\":1,\"Notes\":\"by name\"}");
	struct cell cells[FIELD_COUNT] = {0};
	bool unknown = false;

	(void)state;
	mapping_from_row(TABLE_ITEMS, &bound[TABLE_ITEMS], strange, &links, cells, &unknown);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		assert_true(cells[field].kind == CELL_EMPTY || field == FIELD_TYPE);
	cells_done(cells);
	mapping_from_row(TABLE_ITEMS, &bound[TABLE_ITEMS], NULL, &links, cells, &unknown);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		assert_true(cells[field].kind == CELL_EMPTY || field == FIELD_TYPE);
	cells_done(cells);
	assert_false(unknown);
}

/* ---- from a document: what is special ---- */

static const struct row_case document_cases[] = {
	{"a price with the app's noise loses it", FIELD_PRICE, "2009.9999999999998", NUMBER(2.01), false},
	{"a price with noise above loses it", FIELD_PRICE, "300.00000000000006", NUMBER(0.3), false},
	{"a price too large for fractions is rounded", FIELD_PRICE, "12345678901234567.5",
	 NUMBER(12345678901234.568), false},
	{"a type that a later app brought shows in words", FIELD_TYPE, "\"some_new_type\"",
	 CHOICE("Some New Type"), false},
	{"the type \"item\" shows as Item", FIELD_TYPE, "\"item\"", CHOICE("Item"), false},
	{"Expire Soon Prior Days 0 is none", FIELD_EXPIRE_SOON_DAYS, "0", NOTHING, false},
	{"Min Stock Level 0 is a level", FIELD_MIN_STOCK, "0", NUMBER(0), false},
	{"a fraction of a millisecond is cut off", FIELD_PURCHASE_DATE, "1690000000123.7",
	 TIME(1690000000123), false},
	{"a time out of all range is wrong", FIELD_PURCHASE_DATE, "1e300", WRONG("Purchase Date is no date"),
	 false},
	{"a whole number past 2^53 is wrong", FIELD_STOCK_QUANTITY, "9007199254740993",
	 WRONG("Stock Quantity has more digits than can be carried over exactly"), false},
	{"a whole number past -2^53 is wrong", FIELD_SERIAL, "-9007199254740993",
	 WRONG("Serial has more digits"), false},
	{"a text with U+0000 is wrong", FIELD_NAME, "\"a\\u0000b\"", WRONG("Name has the character U+0000"),
	 false},
	{"a collection that is \"\" is none", FIELD_COLLECTION, "\"\"", NOTHING, false},
};

static void check_document(void **state)
{
	const struct row_case *row = *state;
	struct cell found = from_document(TABLE_ITEMS, row->field, row->value);

	if (row->cell.kind == CELL_WRONG && found.kind == CELL_WRONG)
		assert_says(found.text, row->cell.text);
	else
		assert_cell(&found, &row->cell);
	cell_done(&found);
}

static void check_envelope(void **state)
{
	scoped(json_object) body =
		parsed("{\"data\":{},\"created_at\":1600000000123,\"updated_at\":1600000001456}");
	scoped(json_object) bare = parsed("{\"data\":{},\"created_at\":0}");
	struct cell cells[FIELD_COUNT] = {0};
	struct cell id = TEXT("i1"), created = TIME(1600000000123), updated = TIME(1600000001456);

	(void)state;
	mapping_from_document(TABLE_ITEMS, "i1", body, cells);
	assert_cell(&cells[FIELD_ID], &id);
	assert_cell(&cells[FIELD_CREATED_AT], &created);
	assert_cell(&cells[FIELD_UPDATED_AT], &updated);
	assert_int_equal(cells[FIELD_ERROR].kind, CELL_EMPTY);
	assert_int_equal(cells[FIELD_DELETE].kind, CELL_EMPTY);
	cells_done(cells);
	mapping_from_document(TABLE_ITEMS, "i1", bare, cells);
	assert_int_equal(cells[FIELD_CREATED_AT].kind, CELL_EMPTY);
	assert_int_equal(cells[FIELD_UPDATED_AT].kind, CELL_EMPTY);
	cells_done(cells);
	mapping_from_document(TABLE_COLLECTIONS, "c1", body, cells);
	assert_int_equal(cells[FIELD_CREATED_AT].kind, CELL_EMPTY);
	assert_int_equal(cells[FIELD_TYPE].kind, CELL_EMPTY);
	cells_done(cells);
}

/* ---- to a row: what is special ---- */

struct to_row_case {
	const char *sentence;
	enum field field;
	struct cell cell;
	const char *json; /* NULL: it is refused */
	enum error_kind kind;
	const char *complaint;
};

#define WRITES(words)  .json = (words)
#define REFUSED(words) .kind = ERROR_REFUSED, .complaint = (words)
#define WAITS(words)   .kind = ERROR_RETRY, .complaint = (words)
#define INTO(field_)   .field = FIELD_##field_, .cell

static const struct to_row_case to_row_cases[] = {
	{"line breaks of Notes lose their \\r", INTO(NOTES) = TEXT("a\r\nb\rc\n"), WRITES("\"a\\nb\\nc\"")},
	{"line breaks at the end of Notes are left out", INTO(NOTES) = TEXT("a\n\r\n\r"), WRITES("\"a\"")},
	{"nothing but line breaks clears the cell", INTO(NOTES) = TEXT("\n\r\n"), WRITES("null")},
	{"a line break at the end of a single line is left out", INTO(MODEL_NAME) = TEXT("a\n"),
	 WRITES("\"a\"")},
	{"line breaks in a single line become spaces", INTO(MODEL_NAME) = TEXT("a\r\nb\nc"),
	 WRITES("\"a b c\"")},
	{"a Min Stock Level of 0 is an empty cell, as in the app", INTO(MIN_STOCK) = NUMBER(0),
	 WRITES("null")},
	{"a Stock Quantity of 0 is a 0", INTO(STOCK_QUANTITY) = NUMBER(0), WRITES("0")},
	{"a choice that the column does not have is refused", INTO(CURRENCY) = CHOICE("CHF"),
	 REFUSED("PPC: \"CHF\" is not among the column's choices; add it there, or choose another value")},
	{"a choice in another case is refused", INTO(CURRENCY) = CHOICE("eur"),
	 REFUSED("PPC: \"eur\" is not among")},
	{"a Type of a later app is refused", INTO(TYPE) = CHOICE("Some New Type"),
	 REFUSED("Type: \"Some New Type\" is not")},
	{"a link to what has no row waits", INTO(CONTAINER) = LINK("nobody"),
	 WAITS("Container: \"nobody\" has no row yet")},
	{"a link to a collection is no link to an item", INTO(CONTAINER) = LINK("c1"),
	 WAITS("Container: \"c1\" has no row")},
	{"a link to a row without a document waits", INTO(CONTAINER) = UNKNOWN_LINK("recNew"),
	 WAITS("Container: \"recNew\" has no row")},
	{"a year past 9999 is refused", INTO(PURCHASE_DATE) = TIME(8640000000000000),
	 REFUSED("Purchase Date: 8640000000000000 ms lies outside of the years 0 to 9999")},
	{"a year before 0 is refused", INTO(PURCHASE_DATE) = TIME(-62198755200000),
	 REFUSED("Purchase Date: -62198755200000 ms lies outside")},
	{"a number that is none is refused", INTO(PRICE) = NUMBER(INFINITY), REFUSED("Purchase Price: ")},
	{"the error message is a text as others", INTO(ERROR) = TEXT("Name is empty"),
	 WRITES("\"Name is empty\"")},
	{"the Delete box can be cleared", INTO(DELETE) = NOTHING, WRITES("null")},
	{"Updated At is written to the millisecond", INTO(UPDATED_AT) = TIME(1600000001456),
	 WRITES("\"2020-09-13T12:26:41.456Z\"")},
	{"the ID is written", INTO(ID) = TEXT("i1"), WRITES("\"i1\"")},
};

static void check_to_row(void **state)
{
	const struct to_row_case *row = *state;
	struct json_object *value = NULL;
	struct error error = {0};
	bool written = mapping_to_row(TABLE_ITEMS, &bound[TABLE_ITEMS], row->field, &row->cell, &links,
				      &value, &error);

	if (written != (row->json != NULL))
		fail_msg("%s", written ? "it was written" : error.text);
	if (row->json) {
		scoped_text words = json_write(value);
		assert_string_equal(words, row->json);
	} else {
		assert_int_equal(error.kind, row->kind);
		assert_says(error.text, row->complaint);
		assert_null(value);
	}
	json_release(value);
}

static void check_column_elsewhere(void **state)
{
	struct cell cell = TEXT("x");
	struct json_object *value = NULL;
	struct error error = {0};

	(void)state;
	assert_false(mapping_to_row(TABLE_COLLECTIONS, &bound[TABLE_COLLECTIONS], FIELD_NOTES, &cell, &links,
				    &value, &error));
	assert_string_equal(error.text, "table \"Collections\" has no column \"Notes\"");
}

/* ---- texts at their limit ---- */

struct limit_case {
	const char *sentence;
	const char *character;
	size_t times;
	const char *end; /* of the text */
	bool fits;
};

static const struct limit_case limit_cases[] = {
	{"a text of exactly 100,000 units fits", "a", 100000, "", true},
	{"a text of 100,001 units does not fit", "a", 100001, "", false},
	{"a text of 200,000 units does not fit", "n", 200000, "", false},
	{"50,000 emoji are 100,000 units and fit", "🧰", 50000, "", true},
	{"50,000 emoji and a letter do not fit", "🧰", 50000, "a", false},
	{"100,000 Chinese characters fit", "箱", 100000, "", true},
	{"a \\r that is left out is not counted", "a", 99999, "\r\n", true},
	{"a line break at the end is left out and not counted", "a", 100000, "\n", true},
	{"a line break is counted", "a", 99999, "\nb", false},
};

static char *repeated(const struct limit_case *row)
{
	struct text text = {0};

	for (size_t i = 0; i < row->times; i++)
		text_add(&text, row->character);
	text_add(&text, row->end);
	return text_take(&text);
}

static void check_limit(void **state)
{
	const struct limit_case *row = *state;
	struct cell cell = {.kind = CELL_TEXT, .text = repeated(row)};
	struct json_object *value = NULL;
	struct error error = {0};
	bool fits =
		mapping_to_row(TABLE_ITEMS, &bound[TABLE_ITEMS], FIELD_NOTES, &cell, &links, &value, &error);

	assert_int_equal(fits, row->fits);
	if (!fits) {
		scoped_text expected =
			own_format("Notes is %zu characters long, an Airtable cell holds 100000",
				   text_utf16_length(cell.text));
		assert_string_equal(error.text, expected);
		assert_int_equal(error.kind, ERROR_REFUSED);
	}
	json_release(value);
	cell_done(&cell);
}

/* A document may hold what a row cannot. */
static void check_long_to_document(void **state)
{
	struct cell cell = {.kind = CELL_TEXT, .text = repeated(&limit_cases[2])};
	scoped(json_object) body = document_with(TABLE_ITEMS, FIELD_NOTES, NULL);
	struct cell cells[FIELD_COUNT] = {0};
	struct error error = {0};

	(void)state;
	assert_true(cell_into(TABLE_ITEMS, FIELD_NOTES, &cell, body, &error));
	mapping_from_document(TABLE_ITEMS, "i1", body, cells);
	assert_true(cell_equal(&cells[FIELD_NOTES], &cell, NULL));
	cells_done(cells);
	cell_done(&cell);
}

/* ---- to a document: what is special ---- */

struct to_document_case {
	const char *sentence;
	enum table table;
	enum field field;
	struct cell cell;
	const char *before, *after; /* data; after NULL: it is refused and stays */
	const char *complaint;
};

#define IN_ITEM(field_)          .table = TABLE_ITEMS, .field = FIELD_##field_, .cell
#define IN_COLLECTION(field_)    .table = TABLE_COLLECTIONS, .field = FIELD_##field_, .cell
#define CHANGES(before_, after_) .before = (before_), .after = (after_)
#define REFUSES(words)           .before = "{\"serial\":1}", .complaint = (words)

static const struct to_document_case to_document_cases[] = {
	{"a new key takes its place in the app's order", IN_ITEM(NOTES) = TEXT("n"),
	 CHANGES("{\"name\":\"A\",\"integrations\":{},\"zz\":1}",
		 "{\"name\":\"A\",\"notes\":\"n\",\"integrations\":{},\"zz\":1}")},
	{"a changed key stays where it is", IN_ITEM(NOTES) = TEXT("n"),
	 CHANGES("{\"notes\":\"m\",\"name\":\"A\"}", "{\"notes\":\"n\",\"name\":\"A\"}")},
	{"other keys are not touched", IN_ITEM(NOTES) = NOTHING,
	 CHANGES("{\"notes\":\"m\",\"custom\":null,\"always_show_in_collection\":false,\"price\":2.50}",
		 "{\"custom\":null,\"always_show_in_collection\":false,\"price\":2.50}")},
	{"an unticked box removes the key", IN_ITEM(WILL_NOT_RESTOCK) = NOTHING,
	 CHANGES("{\"consumable_will_not_restock\":true}", "{}")},
	{"Type Item removes the key", IN_ITEM(TYPE) = CHOICE("Item"),
	 CHANGES("{\"item_type\":\"container\"}", "{}")},
	{"Type is taken whatever its case", IN_ITEM(TYPE) = CHOICE("GENERIC container"),
	 CHANGES("{}", "{\"item_type\":\"generic_container\"}")},
	{"a Type that the app does not know is refused", IN_ITEM(TYPE) = CHOICE("Vehicle"),
	 REFUSES("Type: \"Vehicle\" is unknown to the app; it knows \"Item\", \"Container\", "
		 "\"Generic Container\", \"Item with Parts\" and \"Consumable\"")},
	{"a Min Stock Level of 0 is stored", IN_ITEM(MIN_STOCK) = NUMBER(0),
	 CHANGES("{}", "{\"consumable_min_stock_level\":0}")},
	{"a price is stored as its thousandths", IN_ITEM(PRICE) = NUMBER(2.01),
	 CHANGES("{}", "{\"purchase_price_x1000\":2010}")},
	{"a price of a ten-thousandth is not lost", IN_ITEM(PRICE) = NUMBER(0.0001),
	 CHANGES("{}", "{\"purchase_price_x1000\":0.1}")},
	{"a price that is too large is refused", IN_ITEM(PRICE) = NUMBER(1e307),
	 REFUSES("Purchase Price: 1e+307 is too large")},
	{"a price just below 2^53 thousandths a document can hold is stored",
	 IN_ITEM(PRICE) = NUMBER(9007199254740.99),
	 CHANGES("{}", "{\"purchase_price_x1000\":9007199254740990}")},
	{"a price whose thousandths could not be read again is refused",
	 IN_ITEM(PRICE) = NUMBER(9007199254740.992),
	 REFUSES("Purchase Price: 9007199254740.992 is too large")},
	{"a price below -2^53 thousandths is refused", IN_ITEM(PRICE) = NUMBER(-1e17),
	 REFUSES("Purchase Price: -1e+17 is too large")},
	{"the largest whole quantity is stored", IN_ITEM(STOCK_QUANTITY) = NUMBER(9007199254740991.0),
	 CHANGES("{}", "{\"consumable_stock_quantity\":9007199254740991}")},
	{"a quantity that could not be read again is refused", IN_ITEM(STOCK_QUANTITY) = NUMBER(1e20),
	 REFUSES("Stock Quantity: 1e+20 is too large to be kept digit by digit; enter a smaller number")},
	{"a Min Stock Level of 2^53 is refused", IN_ITEM(MIN_STOCK) = NUMBER(9007199254740992.0),
	 REFUSES("Min Stock Level: 9007199254740992 is too large")},
	{"a Serial of 2^53 is refused", IN_ITEM(SERIAL) = NUMBER(9007199254740992.0),
	 REFUSES("Serial: 9007199254740992 is too large")},
	{"days past all counting are refused", IN_ITEM(EXPIRE_SOON_DAYS) = NUMBER(1e16),
	 REFUSES("Expire Soon Prior Days: 1")},
	{"a fractional Serial is refused", IN_ITEM(SERIAL) = NUMBER(1.5),
	 REFUSES("Serial: 1.5 is no whole number from 0 on")},
	{"a negative Serial is refused", IN_ITEM(SERIAL) = NUMBER(-1),
	 REFUSES("Serial: -1 is no whole number from 0 on")},
	{"a fractional quantity is stored", IN_ITEM(STOCK_QUANTITY) = NUMBER(2.75),
	 CHANGES("{}", "{\"consumable_stock_quantity\":2.75}")},
	{"two links are refused",
	 IN_ITEM(CONTAINER) = {.kind = CELL_LINKS, .ids = (char *[]){"box", "i1"}, .id_count = 2},
	 REFUSES("Container: box, i1 are several, there is room for one")},
	{"a link to a row without a document is refused", IN_ITEM(CONTAINER) = UNKNOWN_LINK("recNew"),
	 REFUSES("Container: row recNew has no document yet")},
	{"an empty Name is refused", IN_ITEM(NAME) = NOTHING, REFUSES("Name is empty; an item needs one")},
	{"a blank Name is refused", IN_ITEM(NAME) = TEXT(" \xC2\xA0\xE3\x80\x80"),
	 REFUSES("Name is empty; an item needs one")},
	{"an item without Collection is refused", IN_ITEM(COLLECTION) = NOTHING,
	 REFUSES("Collection is empty; an item needs one")},
	{"a collection without Name is refused", IN_COLLECTION(NAME) = NOTHING,
	 REFUSES("Name is empty; a collection needs one")},
	{"a collection without Ref. No. is refused", IN_COLLECTION(REFERENCE_NUMBER) = NOTHING,
	 REFUSES("Ref. No. is empty; a collection needs one")},
	{"an item needs no Ref. No.", IN_ITEM(REFERENCE_NUMBER) = NOTHING,
	 CHANGES("{\"item_reference_number\":\"1\"}", "{}")},
	{"the ID is not taken from a row", IN_ITEM(ID) = TEXT("x"), REFUSES("ID is not taken from Airtable")},
	{"Updated At is not taken from a row", IN_ITEM(UPDATED_AT) = TIME(1),
	 REFUSES("Updated At is not taken from")},
	{"the error message is not taken from a row", IN_ITEM(ERROR) = TEXT("x"),
	 REFUSES("Synchronization Error Message is not taken")},
	{"the Delete box is not taken from a row", IN_ITEM(DELETE) = TICKED,
	 REFUSES("Delete is not taken from Airtable")},
	{"a field of items is not written to a collection", IN_COLLECTION(NOTES) = TEXT("x"),
	 REFUSES("Notes is not taken")},
};

static void check_to_document(void **state)
{
	const struct to_document_case *row = *state;
	scoped(json_object) body = document_new(table_document_type(row->table), "x");
	struct error error = {0};

	json_put(body, "data", parsed(row->before));
	bool stored = cell_into(row->table, row->field, &row->cell, body, &error);
	if (stored != (row->after != NULL))
		fail_msg("%s", stored ? "it was stored" : error.text);
	scoped_text words = json_write(document_data(body));
	assert_string_equal(words, row->after ? row->after : row->before);
	if (!row->after) {
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_says(error.text, row->complaint);
	}
}

/* ---- columns as people change them ---- */

/* A copy of the Items' columns to change. */
static struct columns changed_columns(void)
{
	scoped(json_object) json = columns_to_json(&bound[TABLE_ITEMS]);
	struct columns columns = {0};
	struct error error = {0};

	assert_true(columns_from_json(json, &columns, &error));
	return columns;
}

static void set_text(char **text, const char *words)
{
	free(*text);
	*text = own_copy(words);
}

static struct cell read_with(const struct columns *columns, enum field field, const char *value,
			     bool *unknown_out)
{
	scoped(json_object) row = row_with(TABLE_ITEMS, field, value);
	struct cell cells[FIELD_COUNT] = {0}, found = {0};

	*unknown_out = false;
	mapping_from_row(TABLE_ITEMS, columns, row, &links, cells, unknown_out);
	cell_move(&found, &cells[field]);
	cells_done(cells);
	return found;
}

struct changed_case {
	const char *sentence;
	enum field field;
	const char *type;    /* the column's, NULL: as it was */
	size_t choice;       /* which of its choices: */
	const char *renamed; /* is called so now; NULL: as before */
	bool gone;
	const char *in_row; /* this value of a row */
	struct cell cell;   /* is this cell */
	bool unknown;
	const char *written; /* which is written so; NULL: refused */
};

static const struct changed_case changed_cases[] = {
	{"a renamed choice is no edit, and is written by its new name", FIELD_CURRENCY, NULL, 1, "Euro",
	 false, "\"Euro\"", CHOICE("EUR"), false, "\"Euro\""},
	{"the former name of a choice is one that nobody knows", FIELD_CURRENCY, NULL, 1, "Euro", false,
	 "\"EUR\"", CHOICE("EUR"), true, "\"Euro\""},
	{"a deleted choice is read as it was, and cannot be written", FIELD_CURRENCY, NULL, 1, NULL, true,
	 "\"EUR\"", CHOICE("EUR"), false, NULL},
	{"a renamed Type keeps its meaning", FIELD_TYPE, NULL, 1, "Box", false, "\"Box\"",
	 CHOICE("Container"), false, "\"Box\""},
	{"a deleted Type \"Item\" is written as an empty cell", FIELD_TYPE, NULL, 0, NULL, true, NULL,
	 CHOICE("Item"), false, "null"},
	{"a deleted Type \"Container\" cannot be written", FIELD_TYPE, NULL, 1, NULL, true, "\"Container\"",
	 CHOICE("Container"), false, NULL},
	{"a choice in a text column is what stands there", FIELD_CURRENCY, "singleLineText", 0, NULL, false,
	 "\"CHF\"", CHOICE("CHF"), false, "\"CHF\""},
	{"a Type in a text column is taken whatever its case", FIELD_TYPE, "singleLineText", 0, NULL, false,
	 "\"item_with_parts\"", CHOICE("Item with Parts"), false, "\"Item with Parts\""},
	{"an empty Type in a text column is an Item", FIELD_TYPE, "singleLineText", 0, NULL, false, "\"\"",
	 CHOICE("Item"), false, "\"Item\""},
	{"rich text loses the line break that Airtable appends", FIELD_NOTES, "richText", 0, NULL, false,
	 "\"a\\n\"", TEXT("a"), false, "\"a\""},
	{"rich text keeps all other line breaks", FIELD_NOTES, "richText", 0, NULL, false, "\"a\\nb\\n\\n\"",
	 TEXT("a\nb\n"), false, "\"a\\nb\""},
	{"rich text of one line break is empty", FIELD_NOTES, "richText", 0, NULL, false, "\"\\n\"", NOTHING,
	 false, "null"},
	{"an address is a text", FIELD_NOTES, "url", 0, NULL, false, "\"https://x\"", TEXT("https://x"),
	 false, "\"https://x\""},
	{"a price in a currency column is a number", FIELD_PRICE, "currency", 0, NULL, false, "2.5",
	 NUMBER(2.5), false, "2.5"},
};

static void check_changed(void **state)
{
	const struct changed_case *row = *state;
	struct columns columns = changed_columns();
	struct column *column = &columns.of[row->field];
	struct json_object *value = NULL;
	struct error error = {0};
	bool unknown;

	if (row->type)
		set_text(&column->type, row->type);
	if (row->renamed)
		set_text(&column->choices[row->choice].name, row->renamed);
	if (row->gone)
		column->choices[row->choice].gone = true;
	struct cell found = read_with(&columns, row->field, row->in_row, &unknown);
	assert_cell(&found, &row->cell);
	assert_int_equal(unknown, row->unknown);
	bool written = mapping_to_row(TABLE_ITEMS, &columns, row->field, &found, &links, &value, &error);
	assert_int_equal(written, row->written != NULL);
	if (written) {
		scoped_text words = json_write(value);
		assert_string_equal(words, row->written);
	} else {
		assert_says(error.text, "is not among the column's choices");
	}
	json_release(value);
	cell_done(&found);
	columns_done(&columns);
}

static void check_remade_choice(void **state)
{
	struct columns columns = changed_columns();
	struct column *column = &columns.of[FIELD_CURRENCY];
	struct json_object *value = NULL;
	struct error error = {0};
	struct cell cell = CHOICE("EUR");
	bool unknown;

	(void)state;
	/* EUR was deleted; another was made, called EUR again. */
	column->choices[1].gone = true;
	set_text(&column->choices[2].name, "EUR");
	set_text(&column->choices[2].canonical, "EUR");
	struct cell found = read_with(&columns, FIELD_CURRENCY, "\"EUR\"", &unknown);
	assert_cell(&found, &cell);
	assert_true(mapping_to_row(TABLE_ITEMS, &columns, FIELD_CURRENCY, &cell, &links, &value, &error));
	assert_string_equal(json_object_get_string(value), "EUR");
	json_release(value);
	cell_done(&found);
	columns_done(&columns);
}

static void check_stopped(void **state)
{
	struct columns columns = changed_columns();
	struct json_object *value = NULL;
	struct error error = {0};
	struct cell cell = TEXT("x");
	bool unknown;

	(void)state;
	columns.of[FIELD_NOTES].stopped = true;
	set_text(&columns.of[FIELD_NOTES].stopped_reason, "its type is number");
	columns.of[FIELD_TYPE].stopped = true;
	set_text(&columns.of[FIELD_TYPE].stopped_reason, "its type is number");
	struct cell notes = read_with(&columns, FIELD_NOTES, "7", &unknown);
	struct cell type = read_with(&columns, FIELD_TYPE, "\"Container\"", &unknown);
	assert_int_equal(notes.kind, CELL_EMPTY);
	assert_int_equal(type.kind, CELL_EMPTY);
	assert_false(mapping_to_row(TABLE_ITEMS, &columns, FIELD_NOTES, &cell, &links, &value, &error));
	assert_string_equal(error.text, "the column \"Notes\" does not flow: its type is number");
	assert_int_equal(error.kind, ERROR_REFUSED);
	columns_done(&columns);
}

/* Sentences name a column as it is called now. */
static void check_renamed_column(void **state)
{
	struct columns columns = changed_columns();
	bool unknown;

	(void)state;
	set_text(&columns.of[FIELD_PRICE].name, "Preis");
	struct cell found = read_with(&columns, FIELD_PRICE, "\"12\"", &unknown);
	assert_string_equal(found.text, "Preis is a text, a number was expected");
	cell_done(&found);
	columns_done(&columns);
}

int main(void)
{
	scoped(json_object) base = vectors_read("tests/vectors/base-schema.json");
	struct cases cases = {0};
	int failed = 0;

	bind_base(base);
	add_both(&cases);
	failed += cases_run("every field both ways", &cases);
	add_every_field(&cases);
	failed += cases_run("every field, empty and odd", &cases);
	cases_add_table(&cases, default_collections, a_row_without_a_collection_is_in_this);
	cases_add_table(&cases, row_cases, check_row);
	cases_add(&cases, own_copy("two links are both kept"), check_two_links, NULL);
	cases_add(&cases, own_copy("where nobody is known behind links they wait"), check_no_links_known,
		  NULL);
	cases_add(&cases, own_copy("a row of other columns is empty"), check_odd_rows, NULL);
	failed += cases_run("from a row", &cases);
	cases_add_table(&cases, document_cases, check_document);
	cases_add(&cases, own_copy("ID and times come from around the data"), check_envelope, NULL);
	failed += cases_run("from a document", &cases);
	cases_add_table(&cases, to_row_cases, check_to_row);
	cases_add(&cases, own_copy("a field of another table has no column"), check_column_elsewhere, NULL);
	cases_add_table(&cases, limit_cases, check_limit);
	failed += cases_run("to a row", &cases);
	cases_add_table(&cases, to_document_cases, check_to_document);
	cases_add(&cases, own_copy("a document holds a note of 200,000 characters"), check_long_to_document,
		  NULL);
	failed += cases_run("to a document", &cases);
	cases_add_table(&cases, changed_cases, check_changed);
	cases_add(&cases, own_copy("a choice made again is written, not the one that is gone"),
		  check_remade_choice, NULL);
	cases_add(&cases, own_copy("a stopped column is neither read nor written"), check_stopped, NULL);
	cases_add(&cases, own_copy("sentences name a column as it is called now"), check_renamed_column,
		  NULL);
	failed += cases_run("changed columns", &cases);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&bound[table]);
	return failed;
}
