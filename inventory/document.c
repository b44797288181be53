/* The app's documents. What it asks of them and the order in which it writes their keys is one table. */
#include "inventory/document.h"

#include "base/text.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- the schema ---- */

enum shape { SHAPE_TEXT, SHAPE_NUMBER, SHAPE_TRUTH, SHAPE_OBJECT, SHAPE_TEXTS };
enum need { OPTIONAL, NEEDED, NOT_EMPTY };

struct schema_key {
	const char *key;
	enum shape shape;
	enum need need;
	const char *words; /* as people know it; NULL: they never see it */
};

static const struct schema_key collection_keys[] = {
	{"name", SHAPE_TEXT, NOT_EMPTY, "Name"},
	{"icon_name", SHAPE_TEXT, OPTIONAL, "Icon Name"},
	{"icon_color", SHAPE_TEXT, OPTIONAL, "Icon Color"},
	{"collection_reference_number", SHAPE_TEXT, NEEDED, "Ref. No."},
	{"item_default_icon_name", SHAPE_TEXT, OPTIONAL, "Item Default Icon Name"},
	{"items_order", SHAPE_TEXTS, OPTIONAL, NULL},
	{"config_uuid", SHAPE_TEXT, NEEDED, NULL},
	{"integrations", SHAPE_OBJECT, OPTIONAL, NULL},
	{0},
};

static const struct schema_key item_keys[] = {
	{"name", SHAPE_TEXT, NOT_EMPTY, "Name"},
	{"icon_name", SHAPE_TEXT, OPTIONAL, "Icon Name"},
	{"icon_color", SHAPE_TEXT, OPTIONAL, "Icon Color"},
	{"collection_id", SHAPE_TEXT, NEEDED, "Collection"},
	{"item_reference_number", SHAPE_TEXT, OPTIONAL, "Ref. No."},
	{"serial", SHAPE_NUMBER, OPTIONAL, "Serial"},
	{"individual_asset_reference", SHAPE_TEXT, OPTIONAL, "Individual Asset Ref."},
	{"individual_asset_reference_manually_set", SHAPE_TRUTH, OPTIONAL,
	 "Manually Set Individual Asset Ref."},
	{"ignore_iar_prefix", SHAPE_TRUTH, OPTIONAL, NULL},
	{"epc_tag_uri", SHAPE_TEXT, OPTIONAL, "EPC Tag URI"},
	{"epc_tag_uri_manually_set", SHAPE_TRUTH, OPTIONAL, NULL},
	{"rfid_tag_epc_memory_bank_contents", SHAPE_TEXT, OPTIONAL, "RFID EPC Hex"},
	{"rfid_tag_epc_memory_bank_contents_manually_set", SHAPE_TRUTH, OPTIONAL,
	 "Manually Set RFID EPC Hex"},
	{"actual_rfid_tag_epc_memory_bank_contents", SHAPE_TEXT, OPTIONAL, "Actual RFID EPC Hex"},
	{"rfid_tag_access_password", SHAPE_TEXT, OPTIONAL, "RFID Tag Access Password"},
	{"use_mixed_rfid_tag_access_password", SHAPE_TRUTH, OPTIONAL, NULL},
	{"item_type", SHAPE_TEXT, OPTIONAL, "Type"},
	{"_can_contain_items", SHAPE_TRUTH, OPTIONAL, "Can Contain Items"},
	{"container_id", SHAPE_TEXT, OPTIONAL, "Container"},
	{"always_show_in_collection", SHAPE_TRUTH, OPTIONAL, NULL},
	{"_show_in_collection", SHAPE_TRUTH, OPTIONAL, NULL},
	{"notes", SHAPE_TEXT, OPTIONAL, "Notes"},
	{"model_name", SHAPE_TEXT, OPTIONAL, "Model Name"},
	{"purchase_price_x1000", SHAPE_NUMBER, OPTIONAL, "Purchase Price"},
	{"purchase_price_currency", SHAPE_TEXT, OPTIONAL, "PPC"},
	{"purchased_from", SHAPE_TEXT, OPTIONAL, "Purchased From"},
	{"purchase_date", SHAPE_NUMBER, OPTIONAL, "Purchase Date"},
	{"expiry_date", SHAPE_NUMBER, OPTIONAL, "Expiry Date"},
	{"expire_soon_prior_days", SHAPE_NUMBER, OPTIONAL, "Expire Soon Prior Days"},
	{"_expire_soon_at", SHAPE_NUMBER, OPTIONAL, NULL},
	{"consumable_stock_quantity", SHAPE_NUMBER, OPTIONAL, "Stock Quantity"},
	{"consumable_stock_quantity_unit", SHAPE_TEXT, OPTIONAL, "Stock Quantity Unit"},
	{"consumable_min_stock_level", SHAPE_NUMBER, OPTIONAL, "Min Stock Level"},
	{"consumable_will_not_restock", SHAPE_TRUTH, OPTIONAL, "Will Not Restock"},
	{"use_first_image_as_icon", SHAPE_TRUTH, OPTIONAL, "Use First Image as Icon"},
	{"contents_order", SHAPE_TEXTS, OPTIONAL, NULL},
	{"config_uuid", SHAPE_TEXT, NEEDED, NULL},
	{"integrations", SHAPE_OBJECT, OPTIONAL, NULL},
	{0},
};

static const struct schema_key item_image_keys[] = {
	{"item_id", SHAPE_TEXT, NEEDED, NULL},
	{"image_id", SHAPE_TEXT, NEEDED, NULL},
	{"order", SHAPE_NUMBER, OPTIONAL, NULL},
	{"_item_collection_id", SHAPE_TEXT, OPTIONAL, NULL},
	{0},
};

static const struct schema_key image_keys[] = {
	{"filename", SHAPE_TEXT, OPTIONAL, NULL},
	{"size", SHAPE_NUMBER, OPTIONAL, NULL},
	{"image_1440_digest", SHAPE_TEXT, OPTIONAL, NULL},
	{"_item_ids", SHAPE_TEXTS, OPTIONAL, NULL},
	{"_item_collection_ids", SHAPE_TEXTS, OPTIONAL, NULL},
	{0},
};

static const struct schema_key integration_keys[] = {
	{"integration_type", SHAPE_TEXT, NEEDED, NULL},
	{"name", SHAPE_TEXT, NEEDED, "Name"},
	{"config", SHAPE_OBJECT, OPTIONAL, NULL},
	{"data", SHAPE_OBJECT, OPTIONAL, NULL},
	{0},
};

static const struct schema_key deleted_data_keys[] = {
	{"integration_id", SHAPE_TEXT, NEEDED, NULL},
	{"type", SHAPE_TEXT, NEEDED, NULL},
	{"id", SHAPE_TEXT, NEEDED, NULL},
	{"data", SHAPE_OBJECT, OPTIONAL, NULL},
	{0},
};

static const struct schema_key sharing_keys[] = {
	{"permissions", SHAPE_TEXTS, OPTIONAL, NULL},
	{0},
};

static const struct schema_key no_keys[] = {{0}};

/* The kinds of documents. 'keys' NULL: it has no 'data'. */
static const struct {
	const char *name, *prefix;
	const struct schema_key *keys;
} kinds[] = {
	[DOCUMENT_CONFIG] = {"", "", NULL},
	[DOCUMENT_COLLECTION] = {"collection", "collection-", collection_keys},
	[DOCUMENT_ITEM] = {"item", "item-", item_keys},
	[DOCUMENT_ITEM_IMAGE] = {"item_image", "item_image-", item_image_keys},
	[DOCUMENT_IMAGE] = {"image", "zz20-image-", image_keys},
	[DOCUMENT_INTEGRATION] = {"integration", "integration-", integration_keys},
	[DOCUMENT_DELETED_DATA] = {"integration_deleted_data", "integration_deleted_data-",
				   deleted_data_keys},
	[DOCUMENT_SHARING] = {"db_sharing", "db_sharing-", sharing_keys},
	[DOCUMENT_HISTORY] = {"_history", "zzd-history-", NULL},
	[DOCUMENT_OTHER] = {"", "", NULL},
};

static const struct schema_key *schema_of(enum document_type type)
{
	return kinds[type].keys ? kinds[type].keys : no_keys;
}

/* Its place in the schema, or -1. */
static int schema_place(enum document_type type, const char *key)
{
	const struct schema_key *keys = schema_of(type);

	for (int place = 0; keys[place].key; place++)
		if (strcmp(keys[place].key, key) == 0)
			return place;
	return -1;
}

bool document_needs(enum document_type type, const char *key)
{
	int place = schema_place(type, key);

	return place >= 0 && schema_of(type)[place].need != OPTIONAL;
}

/* ---- ids ---- */

const char *document_prefix(enum document_type type)
{
	return kinds[type].prefix;
}

const char *document_type_name(enum document_type type)
{
	return kinds[type].name;
}

char *document_full_id(enum document_type type, const char *id)
{
	return type == DOCUMENT_CONFIG ? own_copy(DOCUMENT_CONFIG_ID)
				       : own_format("%s%s", kinds[type].prefix, id);
}

enum document_type document_type_of(const char *full_id, const char **id_out)
{
	enum document_type found =
		strcmp(full_id, DOCUMENT_CONFIG_ID) == 0 ? DOCUMENT_CONFIG : DOCUMENT_OTHER;
	size_t length = 0;

	for (size_t type = 0; type < countof(kinds); type++) {
		size_t prefix = strlen(kinds[type].prefix);
		if (prefix > 0 && strncmp(full_id, kinds[type].prefix, prefix) == 0 && full_id[prefix]) {
			found = (enum document_type)type;
			length = prefix;
		}
	}
	if (id_out)
		*id_out = full_id + length;
	return found;
}

/* The character at the beginning of well-formed UTF-8. */
static uint32_t character_at(const char *bytes, size_t size)
{
	static const unsigned char first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t character = (unsigned char)bytes[0] & first_bits[size];

	for (size_t i = 1; i < size; i++)
		character = character << 6 | ((unsigned char)bytes[i] & 0x3F);
	return character;
}

/* JavaScript's white space and line ends. */
static bool is_white_space(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} spaces[] = {
		{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
		{0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
	};

	for (size_t i = 0; i < countof(spaces); i++)
		if (character >= spaces[i].first && character <= spaces[i].last)
			return true;
	return false;
}

bool document_text_is_blank(const char *words)
{
	size_t left = strlen(words);

	while (left > 0) {
		size_t size = text_utf8_character(words, left);
		if (size == 0 || !is_white_space(character_at(words, size)))
			return false;
		words += size;
		left -= size;
	}
	return true;
}

static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

bool document_id_is_valid(const char *id)
{
	size_t length = strlen(id);

	if (length == 0 || length > DOCUMENT_ID_LIMIT)
		return false;
	for (size_t at = 0, size; at < length; at += size) {
		size = text_utf8_character(id + at, length - at);
		if (size == 0)
			return false;
		uint32_t character = character_at(id + at, size);
		bool at_an_end = at == 0 || at + size == length;
		if (is_control(character) || character == '/' || (at_an_end && is_white_space(character)))
			return false;
	}
	return true;
}

/* Each word with its length before it, so that no two lists run together to the same bytes. */
void document_id_from(const char *const *words, size_t count, char uuid_out[37])
{
	static const char digits[] = "0123456789abcdef";
	crypto_generichash_state state;
	unsigned char bytes[16];

	crypto_generichash_init(&state, NULL, 0, sizeof bytes);
	for (size_t i = 0; i < count; i++) {
		uint64_t length = strlen(words[i]);
		unsigned char head[8];
		for (size_t byte = 0; byte < sizeof head; byte++)
			head[byte] = (unsigned char)(length >> (56 - 8 * byte));
		crypto_generichash_update(&state, head, sizeof head);
		crypto_generichash_update(&state, (const unsigned char *)words[i], length);
	}
	crypto_generichash_final(&state, bytes, sizeof bytes);
	bytes[6] = (unsigned char)(0x80 | (bytes[6] & 0x0F)); /* version 8: made by a rule of one's own */
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F)); /* the variant of RFC 9562 */
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*uuid_out++ = '-';
		*uuid_out++ = digits[bytes[i] >> 4];
		*uuid_out++ = digits[bytes[i] & 15];
	}
	*uuid_out = '\0';
}

/* ---- checking ---- */

static bool is_list_of_texts(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
			return false;
	return true;
}

static bool has_shape(struct json_object *value, enum shape shape)
{
	switch (shape) {
	case SHAPE_TEXT:
		return json_object_is_type(value, json_type_string);
	case SHAPE_NUMBER:
		return json_is_number(value);
	case SHAPE_TRUTH:
		return json_object_is_type(value, json_type_boolean);
	case SHAPE_OBJECT:
		return json_object_is_type(value, json_type_object);
	default:
		return is_list_of_texts(value);
	}
}

static const char *shape_words(enum shape shape)
{
	static const char *const words[] = {
		[SHAPE_TEXT] = "a string",
		[SHAPE_NUMBER] = "a number",
		[SHAPE_TRUTH] = "true or false",
		[SHAPE_OBJECT] = "an object",
		[SHAPE_TEXTS] = "an array of strings",
	};

	return words[shape];
}

/* "document item-1: Purchase Price (data.purchase_price_x1000) is a string, a number was expected" */
static bool refuse_key(const char *full_id, const struct schema_key *key, const char *found,
		       struct error *error)
{
	scoped_text name = key->words ? own_format("%s (data.%s)", key->words, key->key)
				      : own_format("data.%s", key->key);

	return error_set(error, ERROR_REFUSED, "document %s: %s is %s, %s was expected", full_id, name, found,
			 shape_words(key->shape));
}

static bool check_key(const char *full_id, struct json_object *data, const struct schema_key *key,
		      struct error *error)
{
	struct json_object *value;

	if (!json_object_object_get_ex(data, key->key, &value))
		return key->need == OPTIONAL || refuse_key(full_id, key, "missing", error);
	if (!has_shape(value, key->shape)) {
		bool list = key->shape == SHAPE_TEXTS && json_object_is_type(value, json_type_array);
		return refuse_key(full_id, key,
				  list ? "an array with other things in it" : json_type_word(value), error);
	}
	if (key->need == NOT_EMPTY && json_object_get_string_len(value) == 0)
		return refuse_key(full_id, key, "empty", error);
	return true;
}

static bool check_envelope(enum document_type type, struct json_object *body, const char *full_id,
			   struct error *error)
{
	const char *name = kinds[type].name, *found = json_text_or(body, "type", NULL);
	struct json_object *data = NULL;

	if (document_type_of(full_id, NULL) != type)
		return error_set(error, ERROR_REFUSED, "document %s: its _id does not begin with \"%s\"",
				 full_id, kinds[type].prefix);
	if (!found)
		return error_set(error, ERROR_REFUSED, "document %s: it has no type, \"%s\" was expected",
				 full_id, name);
	if (strcmp(found, name) != 0)
		return error_set(error, ERROR_REFUSED, "document %s: its type is \"%s\", \"%s\" was expected",
				 full_id, found, name);
	if (!json_object_object_get_ex(body, "data", &data))
		return error_set(error, ERROR_REFUSED, "document %s: data is missing, an object was expected",
				 full_id);
	if (!json_object_is_type(data, json_type_object))
		return error_set(error, ERROR_REFUSED, "document %s: data is %s, an object was expected",
				 full_id, json_type_word(data));
	return true;
}

bool document_check(enum document_type type, struct json_object *body, struct error *error)
{
	const char *full_id = json_text_or(body, "_id", NULL);

	assert(kinds[type].keys);
	if (!json_object_is_type(body, json_type_object))
		return error_set(error, ERROR_REFUSED, "a document is %s, an object was expected",
				 json_type_word(body));
	if (!full_id)
		return error_set(error, ERROR_REFUSED, "a document has no _id");
	if (!check_envelope(type, body, full_id, error))
		return false;
	for (const struct schema_key *key = schema_of(type); key->key; key++)
		if (!check_key(full_id, document_data(body), key, error))
			return false;
	return true;
}

/* ---- reading ---- */

struct json_object *document_data(struct json_object *body)
{
	return json_child(body, "data", json_type_object);
}

int64_t document_created_at(struct json_object *body)
{
	return json_int_or(body, "created_at", 0);
}

int64_t document_updated_at(struct json_object *body)
{
	return json_int_or(body, "updated_at", 0);
}

const char *document_mark(struct json_object *body, const char *integration_id)
{
	struct json_object *all = json_child(document_data(body), "integrations", json_type_object);
	const char *record_id = json_text_or(json_child(all, integration_id, json_type_object), "id", "");

	return *record_id ? record_id : NULL;
}

/* ---- writing ---- */

struct json_object *document_new(enum document_type type, const char *id)
{
	struct json_object *body = json_object_new_object();
	scoped_text full_id = document_full_id(type, id);

	json_put_text(body, "_id", full_id);
	json_put_text(body, "type", kinds[type].name);
	json_put(body, "data", json_object_new_object());
	return body;
}

/* What JavaScript takes for an array index: such keys come first, in the order of their numbers. */
static bool is_index(const char *key, uint64_t *index_out)
{
	uint64_t index = 0;

	if (!*key || (key[0] == '0' && key[1]) || strlen(key) > 10)
		return false;
	for (; *key; key++) {
		if (*key < '0' || *key > '9')
			return false;
		index = index * 10 + (uint64_t)(*key - '0');
	}
	if (index >= UINT32_MAX)
		return false;
	*index_out = index;
	return true;
}

struct placed_key {
	int group; /* indexes, the schema, the others */
	uint64_t place;
	char *key;                 /* owned */
	struct json_object *value; /* owned */
};

static struct placed_key place_key(enum document_type type, const char *key, struct json_object *value,
				   size_t at)
{
	struct placed_key placed = {
		.group = 2, .place = at, .key = own_copy(key), .value = json_object_get(value)};
	int place = schema_place(type, key);

	if (is_index(key, &placed.place)) {
		placed.group = 0;
	} else if (place >= 0) {
		placed.group = 1;
		placed.place = (uint64_t)place;
	}
	return placed;
}

static int compare_places(const void *left, const void *right)
{
	const struct placed_key *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* The object itself stays, so that pointers to it do. */
void document_order_data(enum document_type type, struct json_object *body)
{
	struct json_object *data = document_data(body);
	size_t count = data ? (size_t)json_object_object_length(data) : 0, at = 0;
	struct placed_key *keys = own_alloc(count * sizeof *keys);
	bool in_order = true;

	if (count > 0) {
		json_object_object_foreach (data, key, value) {
			keys[at] = place_key(type, key, value, at);
			in_order = in_order && (at == 0 || compare_places(&keys[at - 1], &keys[at]) < 0);
			at++;
		}
	}
	if (!in_order)
		qsort(keys, count, sizeof *keys, compare_places);
	for (size_t i = 0; i < count && !in_order; i++) {
		json_object_object_del(data, keys[i].key); /* and so to the end */
		json_put(data, keys[i].key, json_object_get(keys[i].value));
	}
	for (size_t i = 0; i < count; i++) {
		free(keys[i].key);
		json_object_put(keys[i].value);
	}
	free(keys);
}

void document_touch(struct json_object *body, int64_t now_ms)
{
	struct json_object *created = NULL;

	json_object_object_get_ex(body, "created_at", &created);
	if (!created) {
		json_object_object_del(body, "updated_at"); /* it stands behind created_at */
		json_put(body, "created_at", json_object_new_int64(now_ms));
	}
	json_put(body, "updated_at", json_object_new_int64(now_ms));
}

/* The object under this key, made when there is none. */
static struct json_object *want_object(struct json_object *parent, const char *key)
{
	struct json_object *child = json_child(parent, key, json_type_object);

	if (!child) {
		child = json_object_new_object();
		json_put(parent, key, child);
	}
	return child;
}

void document_set_mark(enum document_type type, struct json_object *body, const char *integration_id,
		       const char *record_id, int64_t modified_ms)
{
	struct json_object *all = want_object(want_object(body, "data"), "integrations");
	struct json_object *mark = want_object(all, integration_id);

	json_put_text(mark, "id", record_id);
	if (modified_ms)
		json_put(mark, "modified_at", json_object_new_int64(modified_ms));
	else
		json_object_object_del(mark, "modified_at");
	document_order_data(type, body);
}
