/* epc.json: one call, its value or a refusal. */
#include "tests/vectors/vectors.h"

#include "inventory/epc.h"

#include <string.h>

struct call {
	struct json_object *input;
	struct json_object *value; /* owned */
	struct error error;
};

static const char *input(const struct call *call, const char *key)
{
	return json_text_or(call->input, key, "");
}

static bool answer_text(struct call *call, bool passed, char *words)
{
	call->value = passed ? json_new_text(words) : NULL;
	free(words);
	return passed;
}

static bool answer_number(struct call *call, int64_t number)
{
	call->value = json_new_int(number);
	return true;
}

static bool last_prefix(struct call *call)
{
	return answer_number(call, epc_last_prefix(input(call, "companyPrefix")));
}

static bool last_roomy_prefix(struct call *call)
{
	return answer_number(call, epc_last_roomy_prefix(input(call, "companyPrefix")));
}

static bool collection_digits(struct call *call)
{
	return answer_number(call,
			     epc_collection_digits(input(call, "companyPrefix"), input(call, "iarPrefix")));
}

static bool item_digits(struct call *call)
{
	return answer_number(call, epc_item_digits(input(call, "companyPrefix"), input(call, "iarPrefix")));
}

static bool filter(struct call *call)
{
	char hex[EPC_HEX_DIGITS + 1];
	bool passed = epc_filter(input(call, "companyPrefix"), input(call, "iarPrefix"), hex, &call->error);

	return answer_text(call, passed, passed ? own_copy(hex) : NULL);
}

static bool filter_length(struct call *call)
{
	char hex[EPC_HEX_DIGITS + 1];
	bool passed = epc_filter(input(call, "companyPrefix"), input(call, "iarPrefix"), hex, &call->error);

	return answer_number(call, passed ? (int64_t)strlen(hex) : 0);
}

static bool reference(struct call *call)
{
	struct json_object *serial = NULL;
	char *words = NULL;

	json_find(call->input, "serial", &serial);
	const struct epc_parts parts = {
		.company_prefix = input(call, "companyPrefix"),
		.asset_prefix = input(call, "iarPrefix"),
		.collection = input(call, "collectionReference"),
		.item = input(call, "itemReference"),
		.serial = json_is_number(serial) ? json_double_of(serial) : 0,
	};
	bool passed = epc_reference(&parts, &words, &call->error);
	return answer_text(call, passed, words);
}

static bool uri(struct call *call)
{
	char *words = NULL;
	bool passed = epc_uri(input(call, "companyPrefix"), input(call, "iarPrefix"),
			      input(call, "individualAssetReference"), &words, &call->error);

	return answer_text(call, passed, words);
}

static bool hex_of_uri(struct call *call)
{
	char hex[EPC_HEX_DIGITS + 1];
	bool passed = epc_hex(input(call, "value"), hex, &call->error);

	return answer_text(call, passed, passed ? own_copy(hex) : NULL);
}

static bool uri_of_hex(struct call *call)
{
	char *words = NULL;
	bool passed = epc_uri_of_hex(input(call, "value"), &words, &call->error);

	return answer_text(call, passed, words);
}

static const struct {
	const char *name;
	bool (*run)(struct call *call);
} functions[] = {
	{"getMaxIarPrefix", last_prefix},
	{"getMaxNsIarPrefix", last_roomy_prefix},
	{"getCollectionReferenceDigits", collection_digits},
	{"getItemReferenceDigits", item_digits},
	{"getEpcFilter", filter},
	{"getEpcFilterLength", filter_length},
	{"encodeIndividualAssetReference", reference},
	{"encodeGiaiFromIndividualAssetReference", uri},
	{"encodeEpcHexFromGiai", hex_of_uri},
	{"getGiaiUriFromEpcHex", uri_of_hex},
};

void vector_run_epc(struct json_object *vector, struct json_object *definitions, struct vector_result *result)
{
	struct call call = {.input = json_child(vector, "input", json_type_object)};
	struct json_object *expected = json_child(vector, "expected", json_type_object), *value = NULL;
	const char *name = json_text_or(vector, "fn", "");

	(void)definitions;
	bool has_value = json_find(expected, "value", &value), passed = false, known = false;
	for (size_t i = 0; i < countof(functions); i++) {
		if (strcmp(functions[i].name, name) != 0)
			continue;
		known = true;
		passed = functions[i].run(&call);
	}
	scoped_text recorded = json_write(value);
	if (!known)
		vector_skip(result, *name ? name : "a function without a name");
	else if (!has_value && !json_child(expected, "error", json_type_object))
		vector_fail(result, "\"expected\" has neither a value nor an error");
	else if (passed != has_value)
		vector_fail(result, "%s, recorded was %s", passed ? "it has a value" : call.error.text,
			    has_value ? recorded : "a refusal");
	else if (passed)
		vector_compare(result, "value", call.value, value);
	json_release(call.value);
}
