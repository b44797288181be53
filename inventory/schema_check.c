#include "inventory/schema_check.h"

#include "base/text.h"
#include "inventory/schema.h"

#include <math.h>
#include <string.h>

#define QUOTE_BYTES 80 /* of a value in a sentence */

/* ---- what values must be like ---- */

static bool consists_of(struct json_object *value, const char *characters, size_t least, size_t most)
{
	const char *words = json_text_of(value);
	size_t length = json_text_length(value);

	return length >= least && length <= most && strspn(words, characters) == length;
}

#define DIGITS "0123456789"

static bool is_collection_number(struct json_object *value)
{
	return consists_of(value, DIGITS, 2, 4);
}

static bool is_digits_or_empty(struct json_object *value)
{
	return consists_of(value, DIGITS, 0, SIZE_MAX);
}

static bool is_hex(struct json_object *value)
{
	return consists_of(value, DIGITS "ABCDEF", 1, SIZE_MAX);
}

static bool is_password(struct json_object *value)
{
	return consists_of(value, DIGITS "abcdef", 8, 8);
}

static bool is_company_prefix(struct json_object *value)
{
	return consists_of(value, DIGITS, 6, 12);
}

static bool is_asset_prefix(struct json_object *value)
{
	return consists_of(value, DIGITS, 1, SIZE_MAX) && json_text_of(value)[0] != '0';
}

static bool is_whole(struct json_object *value)
{
	double number = json_double_of(value);

	return number == floor(number);
}

static bool is_count(struct json_object *value)
{
	return is_whole(value) && json_double_of(value) >= 0;
}

static bool is_item_type(struct json_object *value)
{
	static const char *const types[] = {"container", "generic_container", "item_with_parts",
					    "consumable"};

	for (size_t i = 0; i < countof(types); i++)
		if (strcmp(json_text_of(value), types[i]) == 0)
			return true;
	return false;
}

static bool is_permission(struct json_object *value)
{
	const char *words = json_text_of(value);

	return strcmp(words, "read") == 0 || strcmp(words, "write") == 0;
}

/* What a value of the right shape must be besides. A key means the same in whatever document it is. */
static const struct rule {
	const char *key;
	bool (*fits)(struct json_object *value);
	const char *must;
} rules[] = {
	{"collection_reference_number", is_collection_number, "2 to 4 digits"},
	{"item_reference_number", is_digits_or_empty, "digits only, or empty"},
	{"serial", is_count, "a whole number that is not negative"},
	{"rfid_tag_epc_memory_bank_contents", is_hex, "hexadecimal digits only: 0 to 9 and A to F"},
	{"actual_rfid_tag_epc_memory_bank_contents", is_hex, "hexadecimal digits only: 0 to 9 and A to F"},
	{"rfid_tag_access_password", is_password, "8 of the characters 0 to 9 and a to f"},
	{"rfid_tag_access_password_encoding", is_password, "8 of the characters 0 to 9 and a to f"},
	{"item_type", is_item_type, "Container, Generic Container, Item with Parts, Consumable or Item"},
	{"order", is_whole, "a whole number"},
	{"rfid_tag_company_prefix", is_company_prefix, "6 to 12 digits"},
	{"rfid_tag_individual_asset_reference_prefix", is_asset_prefix, "digits without a leading zero"},
};

static const struct rule *rule_of(const char *key)
{
	for (size_t i = 0; i < countof(rules); i++)
		if (strcmp(rules[i].key, key) == 0)
			return &rules[i];
	return NULL;
}

/* ---- checking ---- */

/* A value as it was typed, for a sentence; the caller frees. */
static char *quote(struct json_object *value)
{
	scoped_text words = json_write(value);
	size_t length = strlen(words);
	size_t kept = text_utf8_prefix(words, length, QUOTE_BYTES);

	return own_format("%.*s%s", (int)kept, words, kept < length ? "…" : "");
}

static void check_elements(struct json_object *list, const struct schema_key *key, const char *words,
			   struct refusal *refusal)
{
	for (size_t i = 0; i < json_length(list); i++) {
		struct json_object *element = json_at(list, i);
		scoped_text quoted = quote(element);
		if (!json_is(element, json_type_string))
			refusal_add_element(refusal, key->key, (int)i,
					    "%s has %s among its texts. Take it out.", words,
					    json_type_word(element));
		else if (strcmp(key->key, "permissions") == 0 && !is_permission(element))
			refusal_add_element(refusal, key->key, (int)i,
					    "%s has %s, it may have \"read\" and \"write\". Take it out.",
					    words, quoted);
	}
}

static bool is_finite(struct json_object *value)
{
	return !json_is(value, json_type_double) || isfinite(json_double_of(value));
}

static void check_value(struct json_object *value, const struct schema_key *key, const char *words,
			struct refusal *refusal)
{
	const struct rule *rule = rule_of(key->key);

	if (key->shape == SCHEMA_TEXTS && json_is(value, json_type_array)) {
		check_elements(value, key, words, refusal);
	} else if (!schema_has_shape(value, key->shape) || !is_finite(value)) {
		scoped_text quoted = quote(value);
		refusal_add(refusal, key->key, "%s is %s, which is not %s. %s.", words, quoted,
			    schema_shape_words(key->shape),
			    key->need == SCHEMA_OPTIONAL ? "Correct or empty it" : "Correct it");
	} else if (key->need == SCHEMA_NOT_EMPTY && json_text_length(value) == 0) {
		refusal_add(refusal, key->key, "%s is empty. Fill it in.", words);
	} else if (rule && !rule->fits(value)) {
		scoped_text quoted = quote(value);
		refusal_add(refusal, key->key, "%s is %s, it must be %s. Correct it.", words, quoted,
			    rule->must);
	}
}

void schema_check(const struct datum *datum, struct refusal *refusal)
{
	for (const struct schema_key *key = schema_of(datum->type); key->key; key++) {
		const char *words = key->words ? key->words : key->key;
		if (datum_has(datum, key->key))
			check_value(datum_get(datum, key->key), key, words, refusal);
		else if (key->need != SCHEMA_OPTIONAL)
			refusal_add(refusal, key->key, "%s is missing. Fill it in.", words);
	}
}

bool schema_is_valid(struct json_object *body)
{
	scoped(datum) datum = datum_of_document(body);
	struct refusal refusal = {0};

	schema_check(datum, &refusal);
	bool valid = refusal.count == 0;
	refusal_done(&refusal);
	return valid;
}
