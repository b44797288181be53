/* Documents: ids, what is refused and in which words, the order of keys, the mark. */
#include "inventory/document.h"

#include "base/text.h"
#include "tests/unit/cases.h"
#include "tests/unit/vectors.h"

#include <string.h>

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

static void assert_json(struct json_object *json, const char *expected)
{
	scoped_text words = json_write(json);

	assert_string_equal(words, expected);
}

/* ---- ids ---- */

struct id_case {
	const char *full_id;
	enum document_type type;
	const char *id;
};

static const struct id_case id_cases[] = {
	{"0000-config", DOCUMENT_CONFIG, "0000-config"},
	{"collection-c1", DOCUMENT_COLLECTION, "c1"},
	{"item-0b7e-2", DOCUMENT_ITEM, "0b7e-2"},
	{"item-item-1", DOCUMENT_ITEM, "item-1"},
	{"item_image-i1-p1", DOCUMENT_ITEM_IMAGE, "i1-p1"},
	{"zz20-image-p1", DOCUMENT_IMAGE, "p1"},
	{"integration-n1", DOCUMENT_INTEGRATION, "n1"},
	{"integration_deleted_data-item-i1-n1", DOCUMENT_DELETED_DATA, "item-i1-n1"},
	{"db_sharing-a--b", DOCUMENT_SHARING, "a--b"},
	{"zzd-history-u-1-item-i1-edit-2-3", DOCUMENT_HISTORY, "u-1-item-i1-edit-2-3"},
	{"_design/app", DOCUMENT_OTHER, "_design/app"},
	{"item", DOCUMENT_OTHER, "item"},
	{"item-", DOCUMENT_OTHER, "item-"},
	{"Item-i1", DOCUMENT_OTHER, "Item-i1"},
	{"image-p1", DOCUMENT_OTHER, "image-p1"},
	{"zz20-image-", DOCUMENT_OTHER, "zz20-image-"},
	{"0000-config2", DOCUMENT_OTHER, "0000-config2"},
	{"", DOCUMENT_OTHER, ""},
};

static void check_id(void **state)
{
	const struct id_case *row = *state;
	const char *id = NULL;

	assert_int_equal(document_type_of(row->full_id, &id), row->type);
	assert_string_equal(id, row->id);
	assert_int_equal(document_type_of(row->full_id, NULL), row->type);
	scoped_text full_id = document_full_id(row->type, row->id);
	assert_string_equal(full_id, row->full_id);
}

static void add_ids(struct cases *cases)
{
	for (size_t i = 0; i < countof(id_cases); i++)
		cases_add(cases, own_format("_id \"%s\" is read and made", id_cases[i].full_id), check_id,
			  &id_cases[i]);
}

struct valid_case {
	const char *sentence;
	const char *id;
	bool valid;
};

static const struct valid_case valid_cases[] = {
	{"a UUID is an id", "a6af7847-1b1e-4760-8c0d-e1813a6d3a09", true},
	{"a word is an id", "box", true},
	{"an id may have spaces inside", "my box", true},
	{"an id may be of any script", "箱-🧰-صندوق", true},
	{"an id may have punctuation", "a+b?c#d%e\"f\\g", true},
	{"an id may have a no-break space inside", "a\xC2\xA0z", true},
	{"nothing is no id", "", false},
	{"an id has no slash", "a/b", false},
	{"an id has no space at its beginning", " a", false},
	{"an id has no space at its end", "a ", false},
	{"an id has no no-break space at its end", "a\xC2\xA0", false},
	{"an id has no ideographic space at its beginning",
	 "\xE3\x80\x80"
	 "a",
	 false},
	{"an id has no byte order mark at its beginning",
	 "\xEF\xBB\xBF"
	 "a",
	 false},
	{"an id has no line break", "a\nb", false},
	{"an id has no tab", "a\tb", false},
	{"an id has no DEL",
	 "a\x7F"
	 "b",
	 false},
	{"an id has no C1 control",
	 "a\xC2\x85"
	 "b",
	 false},
	{"an id is UTF-8", "a\xFF", false},
	{"an id has no half of a character", "a\xE6\xBC", false},
};

static void check_valid(void **state)
{
	const struct valid_case *row = *state;

	assert_int_equal(document_id_is_valid(row->id), row->valid);
}

static void check_long_ids(void **state)
{
	char id[DOCUMENT_ID_LIMIT + 2] = {0};

	(void)state;
	memset(id, 'a', DOCUMENT_ID_LIMIT);
	assert_true(document_id_is_valid(id));
	id[DOCUMENT_ID_LIMIT] = 'a';
	assert_false(document_id_is_valid(id));
}

static void check_id_from(void **state)
{
	const char *words[] = {"app1", "tbl1", "rec1"}, *other[] = {"app1", "tbl1r", "ec1"};
	char first[37], again[37], moved[37], fewer[37];

	(void)state;
	document_id_from(words, 3, first);
	document_id_from(words, 3, again);
	document_id_from(other, 3, moved);
	document_id_from(words, 2, fewer);
	assert_string_equal(first, again);
	assert_string_not_equal(first, moved);
	assert_string_not_equal(first, fewer);
	/* Written into databases: it must never come out otherwise. */
	assert_string_equal(first, "d23612ec-9417-8e06-9bab-08f766b0e372");
	assert_int_equal(strlen(first), 36);
	assert_int_equal(first[14], '8');
	assert_non_null(strchr("89ab", first[19]));
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		assert_true(dash ? first[i] == '-' : strchr("0123456789abcdef", first[i]) != NULL);
	}
	assert_true(document_id_is_valid(first));
}

struct blank_case {
	const char *sentence;
	const char *words;
	bool blank;
};

static const struct blank_case blank_cases[] = {
	{"nothing is blank", "", true},
	{"spaces, tabs and line breaks are blank", " \t\r\n\v\f", true},
	{"no-break and ideographic spaces and the BOM are blank", "\xC2\xA0\xE3\x80\x80\xEF\xBB\xBF", true},
	{"typographic spaces and separators are blank", "\xE2\x80\x80\xE2\x80\x8A\xE2\x80\xA8\xE2\x81\x9F",
	 true},
	{"a zero-width space is not blank", "\xE2\x80\x8B", false},
	{"a letter is not blank", "  a ", false},
	{"a broken character is not blank", "\xFF", false},
};

static void check_blank(void **state)
{
	const struct blank_case *row = *state;

	assert_int_equal(document_text_is_blank(row->words), row->blank);
}

/* ---- checking ---- */

struct check_case {
	const char *sentence;
	enum document_type type;
	const char *body;
	const char *complaint; /* NULL: none */
};

#define ITEM(rest) "{\"_id\":\"item-i1\",\"type\":\"item\"" rest "}"
#define ITEM_DATA(rest)                                                                                      \
	ITEM(",\"data\":{\"name\":\"A\",\"collection_id\":\"c\",\"config_uuid\":\"u\"" rest "}")
#define COLLECTION(data) "{\"_id\":\"collection-c1\",\"type\":\"collection\",\"data\":" data "}"

static const struct check_case check_cases[] = {
	{"the least of an item passes", DOCUMENT_ITEM, ITEM_DATA(""), NULL},
	{"an item in no collection passes, as in the app", DOCUMENT_ITEM,
	 ITEM(",\"data\":{\"name\":\"A\",\"collection_id\":\"\",\"config_uuid\":\"\"}"), NULL},
	{"unknown keys pass, whatever they hold", DOCUMENT_ITEM,
	 ITEM_DATA(",\"custom\":null,\"_x\":[{}],\"7\":1"), NULL},
	{"a type that a later app brought passes", DOCUMENT_ITEM,
	 ITEM_DATA(",\"item_type\":\"some_new_type\""), NULL},
	{"a fractional serial passes", DOCUMENT_ITEM, ITEM_DATA(",\"serial\":1.5"), NULL},
	{"all kinds of values pass", DOCUMENT_ITEM,
	 ITEM_DATA(",\"notes\":\"\",\"purchase_price_x1000\":2009.9999999999998,\"purchase_date\":-5,"
		   "\"use_first_image_as_icon\":false,\"contents_order\":[\"a\"],\"integrations\":{}"),
	 NULL},
	{"the least of a collection passes", DOCUMENT_COLLECTION,
	 COLLECTION("{\"name\":\"C\",\"collection_reference_number\":\"0001\",\"config_uuid\":\"u\"}"), NULL},
	{"an image passes", DOCUMENT_IMAGE,
	 "{\"_id\":\"zz20-image-p\",\"type\":\"image\",\"data\":{\"size\":3}}", NULL},

	{"no data is refused", DOCUMENT_ITEM, ITEM(""),
	 "document item-i1: data is missing, an object was expected"},
	{"data that is a string is refused", DOCUMENT_ITEM, ITEM(",\"data\":\"x\""),
	 "document item-i1: data is a string, an object was expected"},
	{"data that is null is refused", DOCUMENT_ITEM, ITEM(",\"data\":null"),
	 "document item-i1: data is null, an object was expected"},
	{"data that is an array is refused", DOCUMENT_ITEM, ITEM(",\"data\":[]"),
	 "document item-i1: data is an array, an object was expected"},
	{"no type is refused", DOCUMENT_ITEM, "{\"_id\":\"item-i1\",\"data\":{}}",
	 "document item-i1: it has no type, \"item\" was expected"},
	{"a type that the _id contradicts is refused", DOCUMENT_ITEM,
	 "{\"_id\":\"item-i1\",\"type\":\"collection\",\"data\":{}}",
	 "document item-i1: its type is \"collection\", \"item\" was expected"},
	{"an _id of another kind is refused", DOCUMENT_ITEM,
	 "{\"_id\":\"collection-i1\",\"type\":\"item\",\"data\":{}}",
	 "document collection-i1: its _id does not begin with \"item-\""},
	{"no _id is refused", DOCUMENT_ITEM, "{\"type\":\"item\",\"data\":{}}", "a document has no _id"},
	{"what is no object is refused", DOCUMENT_ITEM, "[1]",
	 "a document is an array, an object was expected"},
	{"no name is refused", DOCUMENT_ITEM,
	 ITEM(",\"data\":{\"collection_id\":\"c\",\"config_uuid\":\"u\"}"),
	 "document item-i1: Name (data.name) is missing, a string was expected"},
	{"an empty name is refused", DOCUMENT_ITEM,
	 ITEM(",\"data\":{\"name\":\"\",\"collection_id\":\"c\",\"config_uuid\":\"u\"}"),
	 "document item-i1: Name (data.name) is empty, a string was expected"},
	{"a name that is a number is refused", DOCUMENT_ITEM,
	 ITEM(",\"data\":{\"name\":7,\"collection_id\":\"c\",\"config_uuid\":\"u\"}"),
	 "document item-i1: Name (data.name) is a number, a string was expected"},
	{"no collection is refused", DOCUMENT_ITEM, ITEM(",\"data\":{\"name\":\"A\",\"config_uuid\":\"u\"}"),
	 "document item-i1: Collection (data.collection_id) is missing, a string was expected"},
	{"a collection that is null is refused", DOCUMENT_ITEM,
	 ITEM(",\"data\":{\"name\":\"A\",\"collection_id\":null,\"config_uuid\":\"u\"}"),
	 "document item-i1: Collection (data.collection_id) is null, a string was expected"},
	{"no config_uuid is refused", DOCUMENT_ITEM,
	 ITEM(",\"data\":{\"name\":\"A\",\"collection_id\":\"c\"}"),
	 "document item-i1: data.config_uuid is missing, a string was expected"},
	{"a price that is a string is refused", DOCUMENT_ITEM, ITEM_DATA(",\"purchase_price_x1000\":\"12\""),
	 "document item-i1: Purchase Price (data.purchase_price_x1000) is a string, a number was expected"},
	{"an optional null is refused", DOCUMENT_ITEM, ITEM_DATA(",\"notes\":null"),
	 "document item-i1: Notes (data.notes) is null, a string was expected"},
	{"a box that is a number is refused", DOCUMENT_ITEM, ITEM_DATA(",\"consumable_will_not_restock\":1"),
	 "document item-i1: Will Not Restock (data.consumable_will_not_restock) is a number, true or false "
	 "was "
	 "expected"},
	{"a date that is a string is refused", DOCUMENT_ITEM, ITEM_DATA(",\"expiry_date\":\"2023-01-01\""),
	 "document item-i1: Expiry Date (data.expiry_date) is a string, a number was expected"},
	{"an order that is no array is refused", DOCUMENT_ITEM, ITEM_DATA(",\"contents_order\":\"a\""),
	 "document item-i1: data.contents_order is a string, an array of strings was expected"},
	{"an order with a number in it is refused", DOCUMENT_ITEM, ITEM_DATA(",\"contents_order\":[\"a\",1]"),
	 "document item-i1: data.contents_order is an array with other things in it, an array of strings was "
	 "expected"},
	{"integrations that are an array are refused", DOCUMENT_ITEM, ITEM_DATA(",\"integrations\":[]"),
	 "document item-i1: data.integrations is an array, an object was expected"},
	{"a collection without a number is refused", DOCUMENT_COLLECTION,
	 COLLECTION("{\"name\":\"C\",\"config_uuid\":\"u\"}"),
	 "document collection-c1: Ref. No. (data.collection_reference_number) is missing, a string was "
	 "expected"},
	{"a collection with a numeric number is refused", DOCUMENT_COLLECTION,
	 COLLECTION("{\"name\":\"C\",\"collection_reference_number\":1,\"config_uuid\":\"u\"}"),
	 "document collection-c1: Ref. No. (data.collection_reference_number) is a number, a string was "
	 "expected"},
};

static void check_check(void **state)
{
	const struct check_case *row = *state;
	scoped(json_object) body = parsed(row->body);
	struct error error = {0};

	bool passed = document_check(row->type, body, &error);
	if (passed != !row->complaint)
		fail_msg("%s", passed ? "it passed" : error.text);
	if (row->complaint) {
		assert_string_equal(error.text, row->complaint);
		assert_int_equal(error.kind, ERROR_REFUSED);
	}
}

/* ---- the order of keys ---- */

struct order_case {
	const char *sentence;
	enum document_type type;
	const char *before, *after;
};

static const struct order_case order_cases[] = {
	{"the schema's order comes first", DOCUMENT_ITEM,
	 "{\"data\":{\"integrations\":{},\"notes\":\"n\",\"name\":\"A\"}}",
	 "{\"data\":{\"name\":\"A\",\"notes\":\"n\",\"integrations\":{}}}"},
	{"unknown keys follow as given", DOCUMENT_ITEM,
	 "{\"data\":{\"zz\":1,\"name\":\"A\",\"aa\":2,\"serial\":3}}",
	 "{\"data\":{\"name\":\"A\",\"serial\":3,\"zz\":1,\"aa\":2}}"},
	{"keys that are numbers come before everything, by their value", DOCUMENT_ITEM,
	 "{\"data\":{\"name\":\"A\",\"10\":1,\"x\":2,\"9\":3,\"0\":4,\"4294967294\":5}}",
	 "{\"data\":{\"0\":4,\"9\":3,\"10\":1,\"4294967294\":5,\"name\":\"A\",\"x\":2}}"},
	{"what only resembles a number is a key as others", DOCUMENT_ITEM,
	 "{\"data\":{\"01\":1,\"-1\":2,\"1.5\":3,\"4294967295\":4,\"99999999999\":5,\"\":6,\"name\":\"A\"}}",
	 "{\"data\":{\"name\":\"A\",\"01\":1,\"-1\":2,\"1.5\":3,\"4294967295\":4,\"99999999999\":5,\"\":6}}"},
	{"a collection has an order of its own", DOCUMENT_COLLECTION,
	 "{\"data\":{\"config_uuid\":\"u\",\"items_order\":[],\"collection_reference_number\":\"1\",\"name\":"
	 "\"C\"}}",
	 "{\"data\":{\"name\":\"C\",\"collection_reference_number\":\"1\",\"items_order\":[],\"config_uuid\":"
	 "\"u\"}}"},
	{"the document's own keys stay where they are", DOCUMENT_ITEM,
	 "{\"x\":1,\"data\":{\"notes\":\"\",\"name\":\"A\"},\"_id\":\"item-1\"}",
	 "{\"x\":1,\"data\":{\"name\":\"A\",\"notes\":\"\"},\"_id\":\"item-1\"}"},
	{"what holds nothing stays so", DOCUMENT_ITEM, "{\"data\":{}}", "{\"data\":{}}"},
	{"what has no data stays as it is", DOCUMENT_ITEM, "{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}"},
	{"null values keep their keys", DOCUMENT_ITEM, "{\"data\":{\"x\":null,\"name\":\"A\"}}",
	 "{\"data\":{\"name\":\"A\",\"x\":null}}"},
	{"an integration has an order of its own", DOCUMENT_INTEGRATION,
	 "{\"data\":{\"data\":{},\"config\":{},\"name\":\"n\",\"integration_type\":\"airtable\"}}",
	 "{\"data\":{\"integration_type\":\"airtable\",\"name\":\"n\",\"config\":{},\"data\":{}}}"},
};

static void check_order(void **state)
{
	const struct order_case *row = *state;
	scoped(json_object) body = parsed(row->before);
	struct json_object *data = document_data(body);

	document_order_data(row->type, body);
	assert_json(body, row->after);
	assert_ptr_equal(document_data(body), data);
	document_order_data(row->type, body);
	assert_json(body, row->after);
}

/* Every document that the app wrote: its own order is ours, also after its keys were turned round. */
static bool is_data_document(struct json_object *object)
{
	const char *id = json_text_or(object, "_id", "");
	enum document_type type = document_type_of(id, NULL);

	return (type == DOCUMENT_ITEM || type == DOCUMENT_COLLECTION) && document_data(object) &&
	       json_key_count(document_data(object)) > 1;
}

static struct json_object *turned_round(struct json_object *object)
{
	struct json_object *turned = json_copy(object), *data = document_data(turned);
	char *keys[100];
	size_t count = 0;

	json_each (data, key, value) {
		(void)value;
		if (count < countof(keys))
			keys[count++] = own_copy(key);
	}
	while (count > 0) {
		struct json_object *moved = json_share(json_object_object_get(data, keys[--count]));
		json_remove(data, keys[count]);
		json_put(data, keys[count], moved);
		free(keys[count]);
	}
	return turned;
}

static void check_app_order(void **state)
{
	struct json_object *object = *state;
	enum document_type type = document_type_of(json_text_or(object, "_id", ""), NULL);
	scoped(json_object) turned = turned_round(object);
	scoped_text expected = json_write(document_data(object));
	scoped_text before = json_write(document_data(turned));

	assert_string_not_equal(before, expected);
	document_order_data(type, turned);
	assert_json(document_data(turned), expected);
}

struct adding {
	struct cases *cases;
	const char *name;
	size_t number;
};

static void add_app_order(void *context, struct json_object *object)
{
	struct adding *adding = context;

	if (is_data_document(object))
		cases_add(adding->cases,
			  own_format("the order of %s, document %zu of \"%s\"",
				     json_text_or(object, "_id", ""), ++adding->number, adding->name),
			  check_app_order, object);
}

/* Only what the app itself wrote has its order: "final_docs", "docs_changed". */
static void add_app_orders(struct cases *cases, struct json_object *vectors)
{
	for (size_t i = 0; i < json_length(vectors); i++) {
		struct json_object *vector = json_at(vectors, i), *written;
		struct adding adding = {cases, json_text_or(vector, "name", ""), 0};
		if (json_find(vector, "final_docs", &written))
			vectors_walk(written, add_app_order, &adding);
		if (json_find(json_child(vector, "expected", json_type_object), "docs_changed", &written))
			vectors_walk(written, add_app_order, &adding);
	}
}

/* ---- making and changing ---- */

static void check_new(void **state)
{
	scoped(json_object) body = document_new(DOCUMENT_ITEM, "i1");

	(void)state;
	assert_json(body, "{\"_id\":\"item-i1\",\"type\":\"item\",\"data\":{}}");
	assert_int_equal(document_created_at(body), 0);
	assert_int_equal(document_updated_at(body), 0);
	document_touch(body, 1700000000137);
	assert_json(body, "{\"_id\":\"item-i1\",\"type\":\"item\",\"data\":{},\"created_at\":1700000000137,"
			  "\"updated_at\":"
			  "1700000000137}");
	document_touch(body, 1700000000138);
	assert_int_equal(document_created_at(body), 1700000000137);
	assert_int_equal(document_updated_at(body), 1700000000138);
}

static void check_touch_order(void **state)
{
	scoped(json_object) body = parsed("{\"data\":{},\"updated_at\":5,\"x\":1}");

	(void)state;
	document_touch(body, 7);
	assert_json(body, "{\"data\":{},\"x\":1,\"created_at\":7,\"updated_at\":7}");
}

static void check_times_of_other_types(void **state)
{
	scoped(json_object) body = parsed("{\"created_at\":\"yesterday\",\"updated_at\":12.5}");

	(void)state;
	assert_int_equal(document_created_at(body), 0);
	assert_int_equal(document_updated_at(body), 0);
	assert_null(document_data(body));
}

struct mark_case {
	const char *sentence;
	const char *before;
	const char *record_id; /* what the document says before */
	int64_t modified_ms;
	const char *after; /* with the mark recNew */
};

static const struct mark_case mark_cases[] = {
	{"a document without marks gets one", "{\"data\":{\"name\":\"A\"}}", NULL, 0,
	 "{\"data\":{\"name\":\"A\",\"integrations\":{\"n\":{\"id\":\"recNew\"}}}}"},
	{"a mark stands where the app has it", "{\"data\":{\"zz\":1,\"name\":\"A\"}}", NULL, 5,
	 "{\"data\":{\"name\":\"A\",\"integrations\":{\"n\":{\"id\":\"recNew\",\"modified_at\":5}},\"zz\":1}"
	 "}"},
	{"marks of others stay", "{\"data\":{\"integrations\":{\"m\":{\"id\":\"recM\"}}}}", NULL, 0,
	 "{\"data\":{\"integrations\":{\"m\":{\"id\":\"recM\"},\"n\":{\"id\":\"recNew\"}}}}"},
	{"what else stands in a mark stays",
	 "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recOld\",\"extra\":1}}}}", "recOld", 0,
	 "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recNew\",\"extra\":1}}}}"},
	{"the former row's time goes",
	 "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recOld\",\"modified_at\":9}}},\"updated_at\":3}",
	 "recOld", 0, "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recNew\"}}},\"updated_at\":3}"},
	{"a mark that is no object is replaced", "{\"data\":{\"integrations\":{\"n\":\"recOld\"}}}", NULL, 0,
	 "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recNew\"}}}}"},
	{"a mark without an id is none", "{\"data\":{\"integrations\":{\"n\":{\"id\":\"\"}}}}", NULL, 0,
	 "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recNew\"}}}}"},
	{"a mark whose id is a number is none", "{\"data\":{\"integrations\":{\"n\":{\"id\":7}}}}", NULL, 0,
	 "{\"data\":{\"integrations\":{\"n\":{\"id\":\"recNew\"}}}}"},
};

static void check_mark(void **state)
{
	const struct mark_case *row = *state;
	scoped(json_object) body = parsed(row->before);
	const char *found = document_app_link(body, "n");

	if (row->record_id)
		assert_string_equal(found, row->record_id);
	else
		assert_null(found);
	document_set_app_link(DOCUMENT_ITEM, body, "n", "recNew", row->modified_ms);
	assert_json(body, row->after);
	assert_string_equal(document_app_link(body, "n"), "recNew");
	assert_null(document_app_link(body, "other"));
}

int main(void)
{
	scoped(json_object) edits = vectors_read("tests/vectors/delete-and-history.json");
	scoped(json_object) pulls = vectors_read("tests/vectors/from-airtable.json");
	struct cases cases = {0};

	add_ids(&cases);
	cases_add_table(&cases, valid_cases, check_valid);
	cases_add(&cases, own_copy("an id is as long as the limit at the most"), check_long_ids, NULL);
	cases_add(&cases, own_copy("an id that follows from words is a UUID, always the same"), check_id_from,
		  NULL);
	cases_add_table(&cases, blank_cases, check_blank);
	cases_add_table(&cases, check_cases, check_check);
	cases_add_table(&cases, order_cases, check_order);
	add_app_orders(&cases, edits);
	add_app_orders(&cases, pulls);
	cases_add(&cases, own_copy("a new document has the app's keys in the app's order"), check_new, NULL);
	cases_add(&cases, own_copy("updated_at stands behind created_at"), check_touch_order, NULL);
	cases_add(&cases, own_copy("times of other types are none"), check_times_of_other_types, NULL);
	cases_add_table(&cases, mark_cases, check_mark);
	return cases_run("documents", &cases);
}
