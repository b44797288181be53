/* The fields of the two tables: the one table from which mapping, plan, checks and help are made.
 *
 * Names and types are those of the app's Airtable template. */
#pragma once
#include "inventory/document_type.h"

#include <stdbool.h>

enum table { TABLE_COLLECTIONS, TABLE_ITEMS, TABLE_COUNT };

enum field {
	FIELD_NAME,
	FIELD_ID,
	FIELD_COLLECTION,
	FIELD_CONTAINER,
	FIELD_TYPE,
	FIELD_CAN_CONTAIN_ITEMS,
	FIELD_REFERENCE_NUMBER, /* "Ref. No." of either table */
	FIELD_SERIAL,
	FIELD_ASSET_REFERENCE,
	FIELD_ASSET_REFERENCE_MANUAL,
	FIELD_NOTES,
	FIELD_MODEL_NAME,
	FIELD_CURRENCY, /* "PPC" */
	FIELD_PRICE,
	FIELD_PURCHASED_FROM,
	FIELD_PURCHASE_DATE,
	FIELD_EXPIRY_DATE,
	FIELD_EXPIRE_SOON_DAYS,
	FIELD_STOCK_QUANTITY,
	FIELD_STOCK_UNIT,
	FIELD_MIN_STOCK,
	FIELD_WILL_NOT_RESTOCK,
	FIELD_ICON_NAME,
	FIELD_ICON_COLOR,
	FIELD_FIRST_IMAGE_AS_ICON,
	FIELD_EPC_HEX,
	FIELD_EPC_HEX_MANUAL,
	FIELD_UPDATED_AT,
	FIELD_CREATED_AT,
	FIELD_ERROR, /* "Synchronization Error Message" */
	FIELD_DELETE,
	FIELD_COUNT,
};

enum field_direction {
	DIRECTION_BOTH,
	DIRECTION_OUT,     /* the document's (or our own) word: a changed cell is set back */
	DIRECTION_COMMAND, /* a box that a person ticks */
};

enum field_kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_TRUTH,
	KIND_TIME,
	KIND_CHOICE,
	KIND_COLLECTION_LINK,
	KIND_ITEM_LINK
};

struct field_rule {
	enum field field;
	const char *name; /* the column's name in the template */
	unsigned tables;  /* 1 << TABLE_ITEMS | ... */
	enum field_direction direction;
	enum field_kind kind;
	const char *data_key
		[TABLE_COUNT]; /* key of the document's data; NULL: not from data (ID, created_at, ...) */
	double scale;          /* numbers: document value = cell * scale (price: 1000); 0: 1 */
	bool required;         /* the table cannot be synced without this column */
	const char *types;     /* Airtable field types that it may have: " singleLineText multilineText " */
};

const struct field_rule *field_rule(enum field field);
bool field_in_table(enum field field, enum table table);
enum table field_linked_table(enum field field); /* of a link: where it leads */
enum document_type table_document_type(enum table table);
const char *table_name(enum table table); /* "Collections", "Items": the template's names */
bool table_of_document_type(enum document_type type, enum table *table_out);
/* The field of this name in this table, or FIELD_COUNT. */
enum field field_by_name(enum table table, const char *name);

enum edit_order { ORDER_UNKNOWN, ORDER_COUCH_NEWER, ORDER_AIRTABLE_NEWER }; /* a tie is COUCH_NEWER */
