/* Derived fields. A key that is set anew takes its place behind those that are there, as in the app: histories keep
 * this order. */
#include "inventory/derive.h"

#include "inventory/epc.h"
#include "inventory/schema_check.h"
#include "inventory/script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS              86400000.0
#define EXPIRE_SOON_DAYS    5
#define PASSWORD_CHARACTERS 8

struct deriving {
	struct datum *datum;
	const struct datum *config;
	const struct inventory_view *view;
	const struct inventory_source *source;
	struct json_object *collection; /* owned; an item's, when it is there */
	bool foreign;                   /* belongs to another config document */
};

static bool is_true(const struct datum *datum, const char *key)
{
	return datum_has(datum, key) && script_is_true(datum_get(datum, key));
}

/* A text that is there and not empty, or NULL. */
static const char *words_of(const struct datum *datum, const char *key)
{
	const char *words = datum_text(datum, key);

	return words && *words ? words : NULL;
}

static const char *config_words(const struct deriving *deriving, const char *key)
{
	const char *words = datum_text(deriving->config, key);

	return words ? words : "";
}

static const char *company_prefix(const struct deriving *deriving)
{
	return config_words(deriving, "rfid_tag_company_prefix");
}

static const char *asset_prefix(const struct deriving *deriving)
{
	return config_words(deriving, "rfid_tag_individual_asset_reference_prefix");
}

static void trim(struct datum *datum, const char *key)
{
	const char *words = datum_text(datum, key);

	if (!words)
		return;
	scoped_text trimmed = script_trim(words);
	datum_put_text(datum, key, trimmed);
}

/* ---- collections ---- */

static bool derive_collection(struct deriving *deriving, struct error *error)
{
	struct datum *datum = deriving->datum;
	const char *number = words_of(datum, "collection_reference_number");
	int digits = epc_collection_digits(company_prefix(deriving), asset_prefix(deriving));

	(void)error;
	if (!is_true(datum, "config_uuid"))
		datum_put_text(datum, "config_uuid", config_words(deriving, "uuid"));
	trim(datum, "name");
	if (!number || deriving->foreign)
		return true;
	int zeros = digits - (int)text_utf16_length(number);
	scoped_text padded = own_format("%.*s%s", zeros > 0 ? zeros : 0, "0000", number);
	datum_put_text(datum, "collection_reference_number", padded);
	return true;
}

/* ---- items ---- */

static bool find_collection(struct deriving *deriving, struct error *error)
{
	const char *id = words_of(deriving->datum, "collection_id");
	struct json_object *body = NULL;

	if (id && !view_get(deriving->view, DOCUMENT_COLLECTION, id, &body, error))
		return false;
	deriving->collection = json_share(body);
	return true;
}

static void derive_config_uuid(struct deriving *deriving)
{
	const char *theirs = json_text_or(document_data(deriving->collection), "config_uuid", "");

	if (*theirs)
		datum_put_text(deriving->datum, "config_uuid", theirs);
	else if (!is_true(deriving->datum, "config_uuid"))
		datum_put_text(deriving->datum, "config_uuid", config_words(deriving, "uuid"));
}

static void derive_by_type(struct datum *datum)
{
	static const char *const containers[] = {"container", "generic_container", "item_with_parts"};
	const char *type = datum_text(datum, "item_type");

	for (size_t i = 0; type && i < countof(containers); i++)
		if (strcmp(type, containers[i]) == 0)
			datum_put(datum, "_can_contain_items", json_new_bool(true));
	if (!type || strcmp(type, "consumable") != 0) {
		datum_unset(datum, "consumable_stock_quantity");
		datum_unset(datum, "consumable_will_not_restock");
	} else if (!datum_has(datum, "consumable_stock_quantity")) {
		datum_put(datum, "consumable_stock_quantity", json_new_int(1));
		datum_put(datum, "consumable_will_not_restock", json_new_bool(false));
	}
}

/* The reference that follows from collection, number and serial; NULL where there is none. The caller frees. */
static char *compute_reference(const struct deriving *deriving)
{
	const struct datum *datum = deriving->datum;
	struct json_object *serial = datum_get(datum, "serial");
	const char *item = words_of(datum, "item_reference_number");
	char *reference = NULL;

	/* A serial that is there and no number, null too, is no serial 0. */
	if (!item || (datum_has(datum, "serial") && !json_is_number(serial)) || !deriving->collection ||
	    !schema_is_valid(deriving->collection))
		return NULL;
	const struct epc_parts parts = {
		.company_prefix = company_prefix(deriving),
		.asset_prefix = asset_prefix(deriving),
		.collection =
			json_text_or(document_data(deriving->collection), "collection_reference_number", ""),
		.item = item,
		.serial = json_double_of(serial),
	};
	return epc_reference(&parts, &reference, NULL) ? reference : NULL;
}

static void derive_reference(struct deriving *deriving)
{
	if (is_true(deriving->datum, "individual_asset_reference_manually_set"))
		return;
	scoped_text reference = compute_reference(deriving);
	datum_put_text(deriving->datum, "individual_asset_reference", reference);
}

/* A fraction as serial brings a dot more into the reference. */
static bool refuse_uri(const struct datum *datum, const struct error *cause, struct error *error)
{
	struct json_object *serial = datum_get(datum, "serial");
	double number = json_is_number(serial) ? json_double_of(serial) : 0;
	char words[SCRIPT_NUMBER_SIZE];

	script_number(number, words);
	if (number != floor(number) && !is_true(datum, "individual_asset_reference_manually_set"))
		return error_set(error, ERROR_REFUSED,
				 "Serial is %s, it must be a whole number. Correct or empty it.", words);
	return error_set(error, ERROR_REFUSED,
			 "Individual Asset Ref. is not in order: %s. Correct it, or untick Manually Set "
			 "Individual Asset Ref.",
			 cause->text);
}

static bool derive_uri(struct deriving *deriving, struct error *error)
{
	struct datum *datum = deriving->datum;
	const char *reference = words_of(datum, "individual_asset_reference");
	scoped_text uri = NULL;
	struct error cause = {0};

	if (is_true(datum, "epc_manually_set"))
		return true;
	if (reference && is_true(datum, "ignore_iar_prefix"))
		uri = own_format("urn:epc:tag:giai-96:0.%s.%s", company_prefix(deriving), reference);
	else if (reference &&
		 !epc_uri(company_prefix(deriving), asset_prefix(deriving), reference, &uri, &cause))
		return refuse_uri(datum, &cause, error);
	datum_put_text(datum, "epc_tag_uri", uri);
	return true;
}

/* What cannot be written to a tag keeps its former digits: the check that follows names it. */
static void derive_hex(struct datum *datum)
{
	const char *uri = words_of(datum, "epc_tag_uri");
	char hex[EPC_HEX_DIGITS + 1];

	if (is_true(datum, "rfid_tag_epc_memory_bank_contents_manually_set"))
		return;
	if (!uri)
		datum_unset(datum, "rfid_tag_epc_memory_bank_contents");
	else if (epc_hex(uri, hex, NULL))
		datum_put_text(datum, "rfid_tag_epc_memory_bank_contents", hex);
}

/* What the one lacks is unset in the other. */
static void copy_key(const struct datum *from, const char *from_key, struct datum *to, const char *key)
{
	if (datum_has(from, from_key))
		datum_put(to, key, json_share(datum_get(from, from_key)));
	else
		datum_unset(to, key);
}

static void derive_password(struct deriving *deriving)
{
	struct datum *datum = deriving->datum;
	char uuid[37];

	if (!json_is(datum_get(datum, "use_mixed_rfid_tag_access_password"), json_type_boolean))
		copy_key(deriving->config, "default_use_mixed_rfid_tag_access_password", datum,
			 "use_mixed_rfid_tag_access_password");
	if (!is_true(datum, "use_mixed_rfid_tag_access_password") ||
	    is_true(datum, "rfid_tag_access_password"))
		return;
	deriving->source->uuid(deriving->source->context, uuid);
	uuid[PASSWORD_CHARACTERS] = '\0';
	datum_put_text(datum, "rfid_tag_access_password", uuid);
}

/* Hidden in its collection when its container shows it there. */
static bool derive_showing(struct deriving *deriving, struct error *error)
{
	struct datum *datum = deriving->datum;
	const char *container = words_of(datum, "container_id"),
		   *collection = datum_text(datum, "collection_id");
	struct json_object *body = NULL;

	if (container && !view_get(deriving->view, DOCUMENT_ITEM, container, &body, error))
		return false;
	const char *theirs = json_text_or(document_data(body), "collection_id", NULL);
	bool hidden = theirs && collection && strcmp(theirs, collection) == 0 &&
		      !is_true(datum, "always_show_in_collection");
	datum_put(datum, "_show_in_collection", json_new_bool(!hidden));
	return true;
}

static void derive_expiry(struct datum *datum)
{
	struct json_object *expiry = datum_get(datum, "expiry_date");
	double days = is_true(datum, "expire_soon_prior_days")
			      ? script_number_of(datum_get(datum, "expire_soon_prior_days"))
			      : EXPIRE_SOON_DAYS;

	if (!json_is_number(expiry)) {
		datum_unset(datum, "_expire_soon_at");
		return;
	}
	double soon = json_double_of(expiry) - DAY_MS * days;
	datum_put(datum, "_expire_soon_at", isfinite(soon) ? json_number(soon) : json_new_double(soon));
}

static void drop_empty(struct datum *datum)
{
	static const char *const keys[] = {
		"item_reference_number",
		"serial",
		"epc_tag_uri",
		"rfid_tag_epc_memory_bank_contents",
		"actual_rfid_tag_epc_memory_bank_contents",
		"item_type",
		"expire_soon_prior_days",
	};

	for (size_t i = 0; i < countof(keys); i++)
		if (datum_has(datum, keys[i]) && !script_is_true(datum_get(datum, keys[i])))
			datum_unset(datum, keys[i]);
}

static bool derive_item(struct deriving *deriving, struct error *error)
{
	struct datum *datum = deriving->datum;

	if (!find_collection(deriving, error))
		return false;
	derive_config_uuid(deriving);
	trim(datum, "name");
	trim(datum, "notes");
	trim(datum, "model_name");
	trim(datum, "purchased_from");
	derive_by_type(datum);
	if (!deriving->foreign) {
		derive_reference(deriving);
		if (!derive_uri(deriving, error))
			return false;
		derive_hex(datum);
		derive_password(deriving);
	}
	if (!derive_showing(deriving, error))
		return false;
	derive_expiry(datum);
	drop_empty(datum);
	return true;
}

/* ---- pictures ---- */

static bool derive_item_image(struct deriving *deriving, struct error *error)
{
	const char *item = words_of(deriving->datum, "item_id");
	struct json_object *body = NULL;

	if (item && !view_get(deriving->view, DOCUMENT_ITEM, item, &body, error))
		return false;
	datum_put_text(deriving->datum, "_item_collection_id",
		       json_text_or(document_data(body), "collection_id", NULL));
	return true;
}

static void add_once(struct json_object *list, const char *words)
{
	for (size_t i = 0; words && i < json_length(list); i++) {
		const char *one = json_text_of(json_at(list, i));
		if (one && strcmp(one, words) == 0)
			return;
	}
	if (words)
		json_append(list, json_new_text(words));
}

/* Whose picture it is; nobody's before it has an id. */
static bool derive_image(struct deriving *deriving, struct error *error)
{
	struct datum *datum = deriving->datum;
	scoped(json_object) links = NULL;

	if (!datum->id)
		return true;
	if (!view_find(deriving->view, DOCUMENT_ITEM_IMAGE, "image_id", datum->id, &links, error))
		return false;
	struct json_object *items = json_new_array(), *collections = json_new_array();
	for (size_t i = 0; i < json_length(links); i++) {
		struct json_object *data = document_data(json_at(links, i));
		add_once(items, json_text_or(data, "item_id", NULL));
		add_once(collections, json_text_or(data, "_item_collection_id", NULL));
	}
	datum_put(datum, "_item_ids", items);
	datum_put(datum, "_item_collection_ids", collections);
	return true;
}

static bool (*const rules[])(struct deriving *deriving, struct error *error) = {
	[DOCUMENT_COLLECTION] = derive_collection,
	[DOCUMENT_ITEM] = derive_item,
	[DOCUMENT_ITEM_IMAGE] = derive_item_image,
	[DOCUMENT_IMAGE] = derive_image,
};

bool derive(struct datum *datum, const struct datum *config, const struct inventory_view *view,
	    const struct inventory_source *source, struct error *error)
{
	struct deriving deriving = {.datum = datum, .config = config, .view = view, .source = source};
	const char *uuid = words_of(datum, "config_uuid");

	if ((size_t)datum->type >= countof(rules) || !rules[datum->type])
		return true;
	deriving.foreign = uuid && strcmp(uuid, config_words(&deriving, "uuid")) != 0;
	bool derived = rules[datum->type](&deriving, error);
	json_release(deriving.collection);
	return derived;
}
