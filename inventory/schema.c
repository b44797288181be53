/* The app's schema is one table: keys in the order in which the app writes them. */
#include "inventory/schema.h"

#include <string.h>

static const struct schema_key config_keys[] = {
	{"uuid", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"rfid_tag_company_prefix", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"rfid_tag_individual_asset_reference_prefix", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"rfid_tag_access_password", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"default_use_mixed_rfid_tag_access_password", SCHEMA_TRUTH, SCHEMA_OPTIONAL, NULL},
	{"rfid_tag_access_password_encoding", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"collections_order", SCHEMA_TEXTS, SCHEMA_NEEDED, NULL},
	{0},
};

static const struct schema_key collection_keys[] = {
	{"name", SCHEMA_TEXT, SCHEMA_NOT_EMPTY, "Name"},
	{"icon_name", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Icon Name"},
	{"icon_color", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Icon Color"},
	{"collection_reference_number", SCHEMA_TEXT, SCHEMA_NEEDED, "Ref. No."},
	{"item_default_icon_name", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Item Default Icon Name"},
	{"items_order", SCHEMA_TEXTS, SCHEMA_OPTIONAL, NULL},
	{"config_uuid", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"integrations", SCHEMA_OBJECT, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key item_keys[] = {
	{"name", SCHEMA_TEXT, SCHEMA_NOT_EMPTY, "Name"},
	{"icon_name", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Icon Name"},
	{"icon_color", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Icon Color"},
	{"collection_id", SCHEMA_TEXT, SCHEMA_NEEDED, "Collection"},
	{"item_reference_number", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Ref. No."},
	{"serial", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Serial"},
	{"individual_asset_reference", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Individual Asset Ref."},
	{"individual_asset_reference_manually_set", SCHEMA_TRUTH, SCHEMA_OPTIONAL,
	 "Manually Set Individual Asset Ref."},
	{"ignore_iar_prefix", SCHEMA_TRUTH, SCHEMA_OPTIONAL, NULL},
	{"epc_tag_uri", SCHEMA_TEXT, SCHEMA_OPTIONAL, "EPC Tag URI"},
	{"epc_tag_uri_manually_set", SCHEMA_TRUTH, SCHEMA_OPTIONAL, NULL},
	{"rfid_tag_epc_memory_bank_contents", SCHEMA_TEXT, SCHEMA_OPTIONAL, "RFID EPC Hex"},
	{"rfid_tag_epc_memory_bank_contents_manually_set", SCHEMA_TRUTH, SCHEMA_OPTIONAL,
	 "Manually Set RFID EPC Hex"},
	{"actual_rfid_tag_epc_memory_bank_contents", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Actual RFID EPC Hex"},
	{"rfid_tag_access_password", SCHEMA_TEXT, SCHEMA_OPTIONAL, "RFID Tag Access Password"},
	{"use_mixed_rfid_tag_access_password", SCHEMA_TRUTH, SCHEMA_OPTIONAL, NULL},
	{"item_type", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Type"},
	{"_can_contain_items", SCHEMA_TRUTH, SCHEMA_OPTIONAL, "Can Contain Items"},
	{"container_id", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Container"},
	{"always_show_in_collection", SCHEMA_TRUTH, SCHEMA_OPTIONAL, NULL},
	{"_show_in_collection", SCHEMA_TRUTH, SCHEMA_OPTIONAL, NULL},
	{"notes", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Notes"},
	{"model_name", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Model Name"},
	{"purchase_price_x1000", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Purchase Price"},
	{"purchase_price_currency", SCHEMA_TEXT, SCHEMA_OPTIONAL, "PPC"},
	{"purchased_from", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Purchased From"},
	{"purchase_date", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Purchase Date"},
	{"expiry_date", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Expiry Date"},
	{"expire_soon_prior_days", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Expire Soon Prior Days"},
	{"_expire_soon_at", SCHEMA_NUMBER, SCHEMA_OPTIONAL, NULL},
	{"consumable_stock_quantity", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Stock Quantity"},
	{"consumable_stock_quantity_unit", SCHEMA_TEXT, SCHEMA_OPTIONAL, "Stock Quantity Unit"},
	{"consumable_min_stock_level", SCHEMA_NUMBER, SCHEMA_OPTIONAL, "Min Stock Level"},
	{"consumable_will_not_restock", SCHEMA_TRUTH, SCHEMA_OPTIONAL, "Will Not Restock"},
	{"use_first_image_as_icon", SCHEMA_TRUTH, SCHEMA_OPTIONAL, "Use First Image as Icon"},
	{"contents_order", SCHEMA_TEXTS, SCHEMA_OPTIONAL, NULL},
	{"config_uuid", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"integrations", SCHEMA_OBJECT, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key item_image_keys[] = {
	{"item_id", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"image_id", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"order", SCHEMA_NUMBER, SCHEMA_OPTIONAL, NULL},
	{"_item_collection_id", SCHEMA_TEXT, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key image_keys[] = {
	{"filename", SCHEMA_TEXT, SCHEMA_OPTIONAL, NULL},
	{"size", SCHEMA_NUMBER, SCHEMA_OPTIONAL, NULL},
	{"image_1440_digest", SCHEMA_TEXT, SCHEMA_OPTIONAL, NULL},
	{"_item_ids", SCHEMA_TEXTS, SCHEMA_OPTIONAL, NULL},
	{"_item_collection_ids", SCHEMA_TEXTS, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key integration_keys[] = {
	{"integration_type", SCHEMA_TEXT, SCHEMA_NOT_EMPTY, NULL},
	{"name", SCHEMA_TEXT, SCHEMA_NOT_EMPTY, "Name"},
	{"config", SCHEMA_OBJECT, SCHEMA_OPTIONAL, NULL},
	{"data", SCHEMA_OBJECT, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key deleted_data_keys[] = {
	{"integration_id", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"type", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"id", SCHEMA_TEXT, SCHEMA_NEEDED, NULL},
	{"data", SCHEMA_OBJECT, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key sharing_keys[] = {
	{"permissions", SCHEMA_TEXTS, SCHEMA_OPTIONAL, NULL},
	{0},
};

static const struct schema_key no_keys[] = {{0}};

static const struct schema_key *const tables[] = {
	[DOCUMENT_CONFIG] = config_keys,
	[DOCUMENT_COLLECTION] = collection_keys,
	[DOCUMENT_ITEM] = item_keys,
	[DOCUMENT_ITEM_IMAGE] = item_image_keys,
	[DOCUMENT_IMAGE] = image_keys,
	[DOCUMENT_INTEGRATION] = integration_keys,
	[DOCUMENT_DELETED_DATA] = deleted_data_keys,
	[DOCUMENT_SHARING] = sharing_keys,
	[DOCUMENT_HISTORY] = no_keys,
	[DOCUMENT_OTHER] = no_keys,
};

const struct schema_key *schema_of(enum document_type type)
{
	return tables[type];
}

int schema_place(enum document_type type, const char *key)
{
	const struct schema_key *keys = schema_of(type);

	for (int place = 0; keys[place].key; place++)
		if (strcmp(keys[place].key, key) == 0)
			return place;
	return -1;
}

const char *schema_words(enum document_type type, const char *key)
{
	int place = schema_place(type, key);

	return place >= 0 && schema_of(type)[place].words ? schema_of(type)[place].words : key;
}

/* ---- shapes ---- */

static bool is_list_of_texts(struct json_object *value)
{
	if (!json_is(value, json_type_array))
		return false;
	for (size_t i = 0; i < json_length(value); i++)
		if (!json_is(json_at(value, i), json_type_string))
			return false;
	return true;
}

bool schema_has_shape(struct json_object *value, enum schema_shape shape)
{
	switch (shape) {
	case SCHEMA_TEXT:
		return json_is(value, json_type_string);
	case SCHEMA_NUMBER:
		return json_is_number(value);
	case SCHEMA_TRUTH:
		return json_is(value, json_type_boolean);
	case SCHEMA_OBJECT:
		return json_is(value, json_type_object);
	default:
		return is_list_of_texts(value);
	}
}

const char *schema_shape_words(enum schema_shape shape)
{
	static const char *const words[] = {
		[SCHEMA_TEXT] = "a string",
		[SCHEMA_NUMBER] = "a number",
		[SCHEMA_TRUTH] = "true or false",
		[SCHEMA_OBJECT] = "an object",
		[SCHEMA_TEXTS] = "an array of strings",
	};

	return words[shape];
}
