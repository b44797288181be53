/* The table of fields. Names are the template's; 'types' is generous where values are of the same kind. */
#include "bridge/fields/field.h"

#include <assert.h>
#include <string.h>

#define IN_COLLECTIONS (1U << TABLE_COLLECTIONS)
#define IN_ITEMS       (1U << TABLE_ITEMS)
#define IN_BOTH        (IN_COLLECTIONS | IN_ITEMS)

#define TEXTS   " singleLineText multilineText richText email url phoneNumber "
#define LINE    " singleLineText " /* rows are found by it, exactly */
#define NUMBERS " number currency "
#define BOX     " checkbox "
#define TIMES   " dateTime " /* a date alone would move what people typed on the phone to midnight */
#define CHOICES " singleSelect singleLineText "
#define LINKS   " multipleRecordLinks "

#define ITEM_KEY(key)                                                                                        \
	{                                                                                                    \
		[TABLE_ITEMS] = (key)                                                                        \
	}
#define KEYS(collections, items)                                                                             \
	{                                                                                                    \
		[TABLE_COLLECTIONS] = (collections), [TABLE_ITEMS] = (items)                                 \
	}
#define NO_KEY                                                                                               \
	{                                                                                                    \
		NULL                                                                                         \
	}
#define NEEDED true

/* Field, column, tables, direction, kind, keys of data, scale, whether the table is of no use without, types. */
static const struct field_rule rules[] = {
	{FIELD_NAME, "Name", IN_BOTH, DIRECTION_BOTH, KIND_TEXT, KEYS("name", "name"), 0, NEEDED, TEXTS},
	{FIELD_ID, "ID", IN_BOTH, DIRECTION_OUT, KIND_TEXT, NO_KEY, 0, NEEDED, LINE},
	{FIELD_COLLECTION, "Collection", IN_ITEMS, DIRECTION_BOTH, KIND_COLLECTION_LINK,
	 ITEM_KEY("collection_id"), 0, NEEDED, LINKS},
	{FIELD_CONTAINER, "Container", IN_ITEMS, DIRECTION_BOTH, KIND_ITEM_LINK, ITEM_KEY("container_id"), 0,
	 false, LINKS},
	{FIELD_TYPE, "Type", IN_ITEMS, DIRECTION_BOTH, KIND_CHOICE, ITEM_KEY("item_type"), 0, false, CHOICES},
	{FIELD_CAN_CONTAIN_ITEMS, "Can Contain Items", IN_ITEMS, DIRECTION_OUT, KIND_TRUTH,
	 ITEM_KEY("_can_contain_items"), 0, false, BOX},
	{FIELD_REFERENCE_NUMBER, "Ref. No.", IN_BOTH, DIRECTION_BOTH, KIND_TEXT,
	 KEYS("collection_reference_number", "item_reference_number"), 0, false, TEXTS},
	{FIELD_SERIAL, "Serial", IN_ITEMS, DIRECTION_BOTH, KIND_NUMBER, ITEM_KEY("serial"), 0, false,
	 NUMBERS},
	{FIELD_ASSET_REFERENCE, "Individual Asset Ref.", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT,
	 ITEM_KEY("individual_asset_reference"), 0, false, TEXTS},
	{FIELD_ASSET_REFERENCE_MANUAL, "Manually Set Individual Asset Ref.", IN_ITEMS, DIRECTION_BOTH,
	 KIND_TRUTH, ITEM_KEY("individual_asset_reference_manually_set"), 0, false, BOX},
	{FIELD_NOTES, "Notes", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT, ITEM_KEY("notes"), 0, false, TEXTS},
	{FIELD_MODEL_NAME, "Model Name", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT, ITEM_KEY("model_name"), 0,
	 false, TEXTS},
	{FIELD_CURRENCY, "PPC", IN_ITEMS, DIRECTION_BOTH, KIND_CHOICE, ITEM_KEY("purchase_price_currency"), 0,
	 false, CHOICES},
	{FIELD_PRICE, "Purchase Price", IN_ITEMS, DIRECTION_BOTH, KIND_NUMBER,
	 ITEM_KEY("purchase_price_x1000"), 1000, false, NUMBERS},
	{FIELD_PURCHASED_FROM, "Purchased From", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT,
	 ITEM_KEY("purchased_from"), 0, false, TEXTS},
	{FIELD_PURCHASE_DATE, "Purchase Date", IN_ITEMS, DIRECTION_BOTH, KIND_TIME, ITEM_KEY("purchase_date"),
	 0, false, TIMES},
	{FIELD_EXPIRY_DATE, "Expiry Date", IN_ITEMS, DIRECTION_BOTH, KIND_TIME, ITEM_KEY("expiry_date"), 0,
	 false, TIMES},
	{FIELD_EXPIRE_SOON_DAYS, "Expire Soon Prior Days", IN_ITEMS, DIRECTION_BOTH, KIND_NUMBER,
	 ITEM_KEY("expire_soon_prior_days"), 0, false, NUMBERS},
	{FIELD_STOCK_QUANTITY, "Stock Quantity", IN_ITEMS, DIRECTION_BOTH, KIND_NUMBER,
	 ITEM_KEY("consumable_stock_quantity"), 0, false, NUMBERS},
	{FIELD_STOCK_UNIT, "Stock Quantity Unit", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT,
	 ITEM_KEY("consumable_stock_quantity_unit"), 0, false, TEXTS},
	{FIELD_MIN_STOCK, "Min Stock Level", IN_ITEMS, DIRECTION_BOTH, KIND_NUMBER,
	 ITEM_KEY("consumable_min_stock_level"), 0, false, NUMBERS},
	{FIELD_WILL_NOT_RESTOCK, "Will Not Restock", IN_ITEMS, DIRECTION_BOTH, KIND_TRUTH,
	 ITEM_KEY("consumable_will_not_restock"), 0, false, BOX},
	{FIELD_ICON_NAME, "Icon Name", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT, ITEM_KEY("icon_name"), 0, false,
	 TEXTS},
	{FIELD_ICON_COLOR, "Icon Color", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT, ITEM_KEY("icon_color"), 0,
	 false, TEXTS},
	{FIELD_FIRST_IMAGE_AS_ICON, "Use First Image as Icon", IN_ITEMS, DIRECTION_BOTH, KIND_TRUTH,
	 ITEM_KEY("use_first_image_as_icon"), 0, false, BOX},
	{FIELD_EPC_HEX, "RFID EPC Hex", IN_ITEMS, DIRECTION_BOTH, KIND_TEXT,
	 ITEM_KEY("rfid_tag_epc_memory_bank_contents"), 0, false, TEXTS},
	{FIELD_EPC_HEX_MANUAL, "Manually Set RFID EPC Hex", IN_ITEMS, DIRECTION_BOTH, KIND_TRUTH,
	 ITEM_KEY("rfid_tag_epc_memory_bank_contents_manually_set"), 0, false, BOX},
	{FIELD_UPDATED_AT, "Updated At", IN_ITEMS, DIRECTION_OUT, KIND_TIME, NO_KEY, 0, false, TIMES},
	{FIELD_CREATED_AT, "Created At", IN_ITEMS, DIRECTION_OUT, KIND_TIME, NO_KEY, 0, false, TIMES},
	{FIELD_ERROR, "Synchronization Error Message", IN_BOTH, DIRECTION_OUT, KIND_TEXT, NO_KEY, 0, false,
	 TEXTS},
	{FIELD_DELETE, "Delete", IN_BOTH, DIRECTION_COMMAND, KIND_TRUTH, NO_KEY, 0, false, BOX},
};
_Static_assert(sizeof rules / sizeof rules[0] == FIELD_COUNT, "every field has its rule");

static const struct {
	enum document_type type;
	const char *name;
} tables[] = {
	[TABLE_COLLECTIONS] = {DOCUMENT_COLLECTION, "Collections"},
	[TABLE_ITEMS] = {DOCUMENT_ITEM, "Items"},
};

const struct field_rule *field_rule(enum field field)
{
	assert(field < FIELD_COUNT && rules[field].field == field);
	return &rules[field];
}

bool field_in_table(enum field field, enum table table)
{
	return (field_rule(field)->tables & (1U << table)) != 0;
}

enum table field_linked_table(enum field field)
{
	return field_rule(field)->kind == KIND_COLLECTION_LINK ? TABLE_COLLECTIONS : TABLE_ITEMS;
}

enum document_type table_document_type(enum table table)
{
	return tables[table].type;
}

const char *table_name(enum table table)
{
	return tables[table].name;
}

bool table_of_document_type(enum document_type type, enum table *table_out)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		if (tables[table].type == type) {
			*table_out = (enum table)table;
			return true;
		}
	}
	return false;
}

enum field field_by_name(enum table table, const char *name)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_in_table((enum field)field, table) && strcmp(rules[field].name, name) == 0)
			return (enum field)field;
	return FIELD_COUNT;
}
