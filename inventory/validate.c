/* Checks against other documents. */
#include "inventory/validate.h"

#include "inventory/epc.h"
#include "inventory/schema.h"
#include "inventory/script.h"

#include <string.h>

struct checking {
	const struct datum *datum, *config;
	const struct inventory_view *view;
	struct refusal *refusal;
};

static const char *words_of(const struct datum *datum, const char *key)
{
	const char *words = datum_text(datum, key);

	return words ? words : "";
}

static bool is_true(const struct datum *datum, const char *key)
{
	return datum_has(datum, key) && script_is_true(datum_get(datum, key));
}

/* Its name, or its id where it has none; borrowed from the body. */
static const char *name_of(struct json_object *body)
{
	const char *id = NULL, *name = json_text_or(document_data(body), "name", "");

	document_type_of(json_text_or(body, "_id", ""), &id);
	return *name ? name : id;
}

/* The first other document with this text there, or NULL; the caller frees. With 'same_config' only those of the same
 * config_uuid count. */
static bool find_other(const struct checking *checking, const char *key, const char *value, bool same_config,
		       struct json_object **body_out, struct error *error)
{
	const struct datum *datum = checking->datum;
	scoped(json_object) found = NULL;
	const char *id = NULL, *uuid = words_of(datum, "config_uuid");

	*body_out = NULL;
	if (!view_find(checking->view, datum->type, key, value, &found, error))
		return false;
	for (size_t i = 0; !*body_out && i < json_length(found); i++) {
		struct json_object *body = json_at(found, i);
		const char *theirs = json_text_or(document_data(body), "config_uuid", "");
		document_type_of(json_text_or(body, "_id", ""), &id);
		if ((datum->id && strcmp(id, datum->id) == 0) || (same_config && strcmp(theirs, uuid) != 0))
			continue;
		*body_out = json_share(body);
	}
	return true;
}

/* ---- whose it is ---- */

static bool is_foreign(const struct checking *checking)
{
	const char *uuid = words_of(checking->datum, "config_uuid");

	return *uuid && strcmp(uuid, words_of(checking->config, "uuid")) != 0;
}

static bool check_leave(const struct checking *checking, bool *may_out, struct error *error)
{
	*may_out = true;
	if (!is_foreign(checking))
		return true;
	if (!view_may_write(checking->view, words_of(checking->config, "uuid"),
			    words_of(checking->datum, "config_uuid"), may_out, error))
		return false;
	if (!*may_out)
		refusal_add(checking->refusal, NULL,
			    "It belongs to another inventory, which is shared for reading only. Ask its "
			    "owner for "
			    "leave to change it.");
	return true;
}

/* ---- collections ---- */

static bool check_collection(const struct checking *checking, struct error *error)
{
	const char *number = words_of(checking->datum, "collection_reference_number");
	size_t digits = (size_t)epc_collection_digits(
		words_of(checking->config, "rfid_tag_company_prefix"),
		words_of(checking->config, "rfid_tag_individual_asset_reference_prefix"));
	scoped(json_object) other = NULL;
	bool may;

	if (!check_leave(checking, &may, error))
		return false;
	if (is_foreign(checking))
		return true;
	if (strlen(number) > digits)
		refusal_add(checking->refusal, "collection_reference_number",
			    "Ref. No. \"%s\" has more than %zu digits. Shorten it.", number, digits);
	if (!find_other(checking, "collection_reference_number", number, true, &other, error))
		return false;
	if (other)
		refusal_add(checking->refusal, "collection_reference_number",
			    "Ref. No. \"%s\" is that of the collection \"%s\" already. Take another.", number,
			    name_of(other));
	return true;
}

/* ---- items ---- */

static bool check_items_collection(const struct checking *checking, struct json_object **collection_out,
				   struct error *error)
{
	const struct datum *datum = checking->datum;
	const char *id = words_of(datum, "collection_id"), *uuid = words_of(datum, "config_uuid");
	struct json_object *body = NULL;

	*collection_out = NULL;
	if (!*id)
		return true;
	if (!view_get(checking->view, DOCUMENT_COLLECTION, id, &body, error))
		return false;
	*collection_out = json_share(body);
	if (!body)
		refusal_add(checking->refusal, "collection_id",
			    "Collection: there is no collection \"%s\". Choose one that is there.", id);
	else if (strcmp(json_text_or(document_data(body), "config_uuid", ""), uuid) != 0)
		refusal_add(checking->refusal, "config_uuid",
			    "Collection: \"%s\" belongs to another inventory than the item.", name_of(body));
	return true;
}

static bool check_container(const struct checking *checking, struct error *error)
{
	const char *id = words_of(checking->datum, "container_id");
	struct json_object *body = NULL, *can = NULL;

	if (!*id)
		return true;
	if (!view_get(checking->view, DOCUMENT_ITEM, id, &body, error))
		return false;
	json_find(document_data(body), "_can_contain_items", &can);
	if (!body)
		refusal_add(checking->refusal, "container_id",
			    "Container: there is no item \"%s\". Choose one that is there.", id);
	else if (!script_is_true(can))
		refusal_add(
			checking->refusal, "container_id",
			"Container: \"%s\" cannot contain items. Give it a Type that can, or choose another.",
			name_of(body));
	return true;
}

static bool is_container(const struct datum *datum)
{
	const char *type = words_of(datum, "item_type");

	return strcmp(type, "container") == 0 || strcmp(type, "generic_container") == 0 ||
	       strcmp(type, "item_with_parts") == 0;
}

/* How many documents of this type have the datum's id there. */
static bool count_those(const struct checking *checking, enum document_type type, const char *key,
			size_t *count_out, struct error *error)
{
	scoped(json_object) found = NULL;

	*count_out = 0;
	if (!checking->datum->id)
		return true;
	if (!view_find(checking->view, type, key, checking->datum->id, &found, error))
		return false;
	*count_out = json_length(found);
	return true;
}

static bool check_contents(const struct checking *checking, struct error *error)
{
	size_t contents = 0;

	if (is_container(checking->datum))
		return true;
	if (!count_those(checking, DOCUMENT_ITEM, "container_id", &contents, error))
		return false;
	if (contents > 0)
		refusal_add(
			checking->refusal, "item_type",
			"Type: it contains %zu %s, so it must be Container, Generic Container or Item with "
			"Parts. Take them out first.",
			contents, contents == 1 ? "item" : "items");
	return true;
}

static bool check_reference(const struct checking *checking, bool *taken_out, struct error *error)
{
	const char *reference = words_of(checking->datum, "individual_asset_reference");
	scoped(json_object) other = NULL;

	*taken_out = false;
	if (!*reference)
		return true;
	if (!find_other(checking, "individual_asset_reference", reference, true, &other, error))
		return false;
	*taken_out = other != NULL;
	if (other && is_true(checking->datum, "individual_asset_reference_manually_set"))
		refusal_add(checking->refusal, "item_reference_number",
			    "Individual Asset Ref. \"%s\" is that of \"%s\" already. Take another.",
			    reference, name_of(other));
	else if (other)
		refusal_add(checking->refusal, "item_reference_number",
			    "Ref. No. and Serial give the Individual Asset Ref. \"%s\", which \"%s\" has "
			    "already. "
			    "Change Ref. No. or Serial.",
			    reference, name_of(other));
	return true;
}

static void check_number(const struct checking *checking, struct json_object *collection)
{
	const struct datum *datum = checking->datum;
	struct json_object *serial = datum_get(datum, "serial");
	const struct epc_parts parts = {
		.company_prefix = words_of(checking->config, "rfid_tag_company_prefix"),
		.asset_prefix = words_of(checking->config, "rfid_tag_individual_asset_reference_prefix"),
		.collection = json_text_or(document_data(collection), "collection_reference_number", ""),
		.item = words_of(datum, "item_reference_number"),
		.serial = serial ? json_double_of(serial) : 0,
	};
	struct error error = {0};
	char *reference = NULL;

	if (!*parts.item || !collection || is_true(datum, "individual_asset_reference_manually_set"))
		return;
	if (!epc_reference(&parts, &reference, &error))
		refusal_add(checking->refusal, "item_reference_number",
			    "Ref. No. \"%s\" gives no Individual Asset Ref.: %s. Correct it.", parts.item,
			    error.text);
	own_free_text(&reference);
}

static void check_uri(const struct checking *checking)
{
	const char *uri = words_of(checking->datum, "epc_tag_uri");
	char hex[EPC_HEX_DIGITS + 1];
	struct error error = {0};

	if (*uri && !epc_hex(uri, hex, &error))
		refusal_add(checking->refusal, "epc_tag_uri",
			    "Individual Asset Ref. \"%s\" gives no EPC: %s.",
			    words_of(checking->datum, "individual_asset_reference"), error.text);
}

static bool check_hex_there(const struct checking *checking, const char *key, const char *words,
			    struct error *error)
{
	const char *hex = words_of(checking->datum, "rfid_tag_epc_memory_bank_contents");
	scoped(json_object) other = NULL;

	if (!find_other(checking, key, hex, false, &other, error))
		return false;
	if (other)
		refusal_add(
			checking->refusal, "rfid_tag_epc_memory_bank_contents",
			"RFID EPC Hex \"%s\" is %s of \"%s\" already. Change Ref. No. or Serial, or the EPC "
			"where it was set by hand.",
			hex, words, name_of(other));
	return true;
}

static bool check_hex(const struct checking *checking, struct error *error)
{
	const char *hex = words_of(checking->datum, "rfid_tag_epc_memory_bank_contents");

	if (!*hex)
		return true;
	if (strlen(hex) != EPC_HEX_DIGITS)
		refusal_add(checking->refusal, "rfid_tag_epc_memory_bank_contents",
			    "RFID EPC Hex \"%s\" has %zu digits, it must have %d.", hex, strlen(hex),
			    EPC_HEX_DIGITS);
	return check_hex_there(checking, "rfid_tag_epc_memory_bank_contents", "that", error) &&
	       check_hex_there(checking, "actual_rfid_tag_epc_memory_bank_contents", "the one on the tag",
			       error);
}

static bool check_item(const struct checking *checking, struct error *error)
{
	scoped(json_object) collection = NULL;
	bool may, taken;

	if (!check_leave(checking, &may, error))
		return false;
	if (!may)
		return true;
	if (!check_items_collection(checking, &collection, error) || !check_container(checking, error) ||
	    !check_contents(checking, error) || !check_reference(checking, &taken, error))
		return false;
	check_number(checking, collection);
	check_uri(checking);
	return taken || check_hex(checking, error);
}

/* ---- pictures ---- */

static bool check_there(const struct checking *checking, enum document_type type, const char *key,
			struct error *error)
{
	const char *id = words_of(checking->datum, key);
	struct json_object *body = NULL;

	if (*id && !view_get(checking->view, type, id, &body, error))
		return false;
	if (!body)
		refusal_add(checking->refusal, key, "%s: there is no %s \"%s\".", key,
			    document_type_name(type), id);
	return true;
}

static bool check_item_image(const struct checking *checking, struct error *error)
{
	return check_there(checking, DOCUMENT_ITEM, "item_id", error) &&
	       check_there(checking, DOCUMENT_IMAGE, "image_id", error);
}

bool validate(const struct datum *datum, const struct datum *config, const struct inventory_view *view,
	      struct refusal *refusal, struct error *error)
{
	const struct checking checking = {datum, config, view, refusal};

	switch (datum->type) {
	case DOCUMENT_COLLECTION:
		return check_collection(&checking, error);
	case DOCUMENT_ITEM:
		return check_item(&checking, error);
	case DOCUMENT_ITEM_IMAGE:
		return check_item_image(&checking, error);
	default:
		return true;
	}
}

/* ---- deletes ---- */

bool validate_delete(const struct datum *datum, const struct datum *config, const struct inventory_view *view,
		     struct refusal *refusal, struct error *error)
{
	const struct checking checking = {datum, config, view, refusal};
	bool collection = datum->type == DOCUMENT_COLLECTION, may;
	size_t contents = 0;

	if (!collection && datum->type != DOCUMENT_ITEM)
		return true;
	if (!check_leave(&checking, &may, error))
		return false;
	if (may && !count_those(&checking, DOCUMENT_ITEM, collection ? "collection_id" : "container_id",
				&contents, error))
		return false;
	if (contents > 0)
		refusal_add(refusal, NULL,
			    "It contains %zu %s and stays. Move or delete %s first, then tick Delete again.",
			    contents, contents == 1 ? "item" : "items", contents == 1 ? "it" : "them");
	return true;
}
