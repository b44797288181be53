/* The table of fields against the template's columns and against the documents' schema. */
#include "bridge/fields/field.h"
#include "inventory/document.h"

#include "tests/unit/cases.h"

#include <string.h>

/* ---- every column of the template ---- */

struct column_case {
	const char *name;
	enum table table;
	enum field field; /* FIELD_COUNT: none of ours */
	enum field_direction direction;
	enum field_kind kind;
	const char *key;
	bool required;
};

#define COLLECTIONS TABLE_COLLECTIONS
#define ITEMS       TABLE_ITEMS
#define BOTH        DIRECTION_BOTH
#define OUT         DIRECTION_OUT
#define COMMAND     DIRECTION_COMMAND

static const struct column_case column_cases[] = {
	{"Name", COLLECTIONS, FIELD_NAME, BOTH, KIND_TEXT, "name", true},
	{"Ref. No.", COLLECTIONS, FIELD_REFERENCE_NUMBER, BOTH, KIND_TEXT, "collection_reference_number",
	 false},
	{"Delete", COLLECTIONS, FIELD_DELETE, COMMAND, KIND_TRUTH, NULL, false},
	{"ID", COLLECTIONS, FIELD_ID, OUT, KIND_TEXT, NULL, true},
	{"Synchronization Error Message", COLLECTIONS, FIELD_ERROR, OUT, KIND_TEXT, NULL, false},
	{"Modified At", COLLECTIONS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"#", COLLECTIONS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"Items", COLLECTIONS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"Type", COLLECTIONS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},

	{"Name", ITEMS, FIELD_NAME, BOTH, KIND_TEXT, "name", true},
	{"ID", ITEMS, FIELD_ID, OUT, KIND_TEXT, NULL, true},
	{"Collection", ITEMS, FIELD_COLLECTION, BOTH, KIND_COLLECTION_LINK, "collection_id", true},
	{"Container", ITEMS, FIELD_CONTAINER, BOTH, KIND_ITEM_LINK, "container_id", false},
	{"Type", ITEMS, FIELD_TYPE, BOTH, KIND_CHOICE, "item_type", false},
	{"Can Contain Items", ITEMS, FIELD_CAN_CONTAIN_ITEMS, OUT, KIND_TRUTH, "_can_contain_items", false},
	{"Ref. No.", ITEMS, FIELD_REFERENCE_NUMBER, BOTH, KIND_TEXT, "item_reference_number", false},
	{"Serial", ITEMS, FIELD_SERIAL, BOTH, KIND_NUMBER, "serial", false},
	{"Individual Asset Ref.", ITEMS, FIELD_ASSET_REFERENCE, BOTH, KIND_TEXT, "individual_asset_reference",
	 false},
	{"Manually Set Individual Asset Ref.", ITEMS, FIELD_ASSET_REFERENCE_MANUAL, BOTH, KIND_TRUTH,
	 "individual_asset_reference_manually_set", false},
	{"Notes", ITEMS, FIELD_NOTES, BOTH, KIND_TEXT, "notes", false},
	{"Model Name", ITEMS, FIELD_MODEL_NAME, BOTH, KIND_TEXT, "model_name", false},
	{"PPC", ITEMS, FIELD_CURRENCY, BOTH, KIND_CHOICE, "purchase_price_currency", false},
	{"Purchase Price", ITEMS, FIELD_PRICE, BOTH, KIND_NUMBER, "purchase_price_x1000", false},
	{"Purchased From", ITEMS, FIELD_PURCHASED_FROM, BOTH, KIND_TEXT, "purchased_from", false},
	{"Purchase Date", ITEMS, FIELD_PURCHASE_DATE, BOTH, KIND_TIME, "purchase_date", false},
	{"Expiry Date", ITEMS, FIELD_EXPIRY_DATE, BOTH, KIND_TIME, "expiry_date", false},
	{"Expire Soon Prior Days", ITEMS, FIELD_EXPIRE_SOON_DAYS, BOTH, KIND_NUMBER, "expire_soon_prior_days",
	 false},
	{"Stock Quantity", ITEMS, FIELD_STOCK_QUANTITY, BOTH, KIND_NUMBER, "consumable_stock_quantity",
	 false},
	{"Stock Quantity Unit", ITEMS, FIELD_STOCK_UNIT, BOTH, KIND_TEXT, "consumable_stock_quantity_unit",
	 false},
	{"Min Stock Level", ITEMS, FIELD_MIN_STOCK, BOTH, KIND_NUMBER, "consumable_min_stock_level", false},
	{"Will Not Restock", ITEMS, FIELD_WILL_NOT_RESTOCK, BOTH, KIND_TRUTH, "consumable_will_not_restock",
	 false},
	{"Icon Name", ITEMS, FIELD_ICON_NAME, BOTH, KIND_TEXT, "icon_name", false},
	{"Icon Color", ITEMS, FIELD_ICON_COLOR, BOTH, KIND_TEXT, "icon_color", false},
	{"Use First Image as Icon", ITEMS, FIELD_FIRST_IMAGE_AS_ICON, BOTH, KIND_TRUTH,
	 "use_first_image_as_icon", false},
	{"RFID EPC Hex", ITEMS, FIELD_EPC_HEX, BOTH, KIND_TEXT, "rfid_tag_epc_memory_bank_contents", false},
	{"Manually Set RFID EPC Hex", ITEMS, FIELD_EPC_HEX_MANUAL, BOTH, KIND_TRUTH,
	 "rfid_tag_epc_memory_bank_contents_manually_set", false},
	{"Updated At", ITEMS, FIELD_UPDATED_AT, OUT, KIND_TIME, NULL, false},
	{"Created At", ITEMS, FIELD_CREATED_AT, OUT, KIND_TIME, NULL, false},
	{"Synchronization Error Message", ITEMS, FIELD_ERROR, OUT, KIND_TEXT, NULL, false},
	{"Delete", ITEMS, FIELD_DELETE, COMMAND, KIND_TRUTH, NULL, false},
	{"Images", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"Remove All Images", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"Modified At", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"#", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"Record ID", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"Container Record ID", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
	{"name", ITEMS, FIELD_COUNT, BOTH, KIND_TEXT, NULL, false},
};

static void check_column(void **state)
{
	const struct column_case *row = *state;

	assert_int_equal(field_by_name(row->table, row->name), row->field);
	if (row->field == FIELD_COUNT)
		return;
	const struct field_rule *rule = field_rule(row->field);
	assert_string_equal(rule->name, row->name);
	assert_true(field_in_table(row->field, row->table));
	assert_int_equal(rule->direction, row->direction);
	assert_int_equal(rule->kind, row->kind);
	assert_int_equal(rule->required, row->required);
	if (row->key)
		assert_string_equal(rule->data_key[row->table], row->key);
	else
		assert_null(rule->data_key[row->table]);
}

static void add_columns(struct cases *cases)
{
	for (size_t i = 0; i < countof(column_cases); i++) {
		const struct column_case *row = &column_cases[i];
		cases_add(cases,
			  own_format("%s of %s is %s", row->name, table_name(row->table),
				     row->field == FIELD_COUNT ? "none of the fields"
							       : "as the template has it"),
			  check_column, row);
	}
}

/* ---- every field ---- */

static void check_every_field_is_known(void **state)
{
	size_t found = 0;

	(void)state;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		for (size_t table = 0; table < TABLE_COUNT; table++)
			for (size_t i = 0; i < countof(column_cases); i++)
				found += column_cases[i].field == field && column_cases[i].table == table;
	size_t expected = 0;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		for (size_t table = 0; table < TABLE_COUNT; table++)
			expected += field_in_table((enum field)field, (enum table)table);
	assert_int_equal(found, expected);
}

/* The types' words stand between spaces, or a search for one would find half of another. */
static void check_types(void **state)
{
	(void)state;
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *types = field_rule((enum field)field)->types;
		assert_int_equal(types[0], ' ');
		assert_int_equal(types[strlen(types) - 1], ' ');
		assert_null(strstr(types, "  "));
	}
}

static void check_scale(void **state)
{
	(void)state;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		assert_true(field_rule((enum field)field)->scale == (field == FIELD_PRICE ? 1000 : 0));
}

static void check_tables(void **state)
{
	enum table table = TABLE_ITEMS;

	(void)state;
	assert_string_equal(table_name(TABLE_COLLECTIONS), "Collections");
	assert_string_equal(table_name(TABLE_ITEMS), "Items");
	assert_int_equal(table_document_type(TABLE_COLLECTIONS), DOCUMENT_COLLECTION);
	assert_int_equal(table_document_type(TABLE_ITEMS), DOCUMENT_ITEM);
	assert_true(table_of_document_type(DOCUMENT_COLLECTION, &table));
	assert_int_equal(table, TABLE_COLLECTIONS);
	assert_true(table_of_document_type(DOCUMENT_ITEM, &table));
	assert_int_equal(table, TABLE_ITEMS);
	assert_false(table_of_document_type(DOCUMENT_IMAGE, &table));
	assert_false(table_of_document_type(DOCUMENT_OTHER, &table));
	assert_int_equal(table, TABLE_ITEMS);
}

/* What the app cannot do without has a column that must be there, but for a collection's number. */
static void check_needs(void **state)
{
	(void)state;
	assert_true(document_needs(DOCUMENT_ITEM, "name"));
	assert_true(document_needs(DOCUMENT_ITEM, "collection_id"));
	assert_true(document_needs(DOCUMENT_COLLECTION, "name"));
	assert_true(document_needs(DOCUMENT_COLLECTION, "collection_reference_number"));
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		const char *key = rule->data_key[TABLE_ITEMS];
		assert_int_equal(key && document_needs(DOCUMENT_ITEM, key), key && rule->required);
	}
}

int main(void)
{
	struct cases cases = {0};

	add_columns(&cases);
	cases_add(&cases, own_copy("every field of every table is a column of the template"),
		  check_every_field_is_known, NULL);
	cases_add(&cases, own_copy("types are words between spaces"), check_types, NULL);
	cases_add(&cases, own_copy("only the price is scaled"), check_scale, NULL);
	cases_add(&cases, own_copy("tables and types of documents belong together"), check_tables, NULL);
	cases_add(&cases, own_copy("what an item needs has a column that must be there"), check_needs, NULL);
	return cases_run("fields", &cases);
}
