/* Saving: what is refused and in which words, what comes along, and that whatever a document holds, a save ends in
 * documents or in a sentence. The app's own saves are played in tests/vectors. */
#include "tests/unit/small_inventory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RANDOM_ITEMS 10000 /* of each seed */

/* ---- refusals ---- */

static const struct refused {
	const char *sentence; /* what the row shows */
	enum document_type type;
	const char *id, *keys;
} refused[] = {
	{"Name is missing. Fill it in. Collection is missing. Fill it in.", DOCUMENT_ITEM, "new",
	 "{\"collection_id\":null,\"-collection_id\":0}"},
	{"Name is empty. Fill it in.", DOCUMENT_ITEM, "drill", "{\"name\":\" \\u3000\"}"},
	{"Name is 5, which is not a string. Correct it.", DOCUMENT_ITEM, "drill", "{\"name\":5}"},
	{"Ref. No. is \"A-7\", it must be digits only, or empty. Correct it.", DOCUMENT_ITEM, "drill",
	 "{\"item_reference_number\":\"A-7\"}"},
	{"Ref. No. \"1234567\" gives no Individual Asset Ref.: \"1234567\" is not 1 to 6 digits. Correct it.",
	 DOCUMENT_ITEM, "drill", "{\"item_reference_number\":\"1234567\"}"},
	{"Ref. No. \"7\" gives no Individual Asset Ref.: the serial 10000 is not between 0 and 9999. Correct "
	 "it.",
	 DOCUMENT_ITEM, "drill", "{\"serial\":10000}"},
	{"Serial is 1.5, it must be a whole number. Correct or empty it.", DOCUMENT_ITEM, "drill",
	 "{\"serial\":1.5}"},
	{"Ref. No. and Serial give the Individual Asset Ref. \"0001.7.0001\", which \"Drill\" has already. "
	 "Change "
	 "Ref. No. or Serial.",
	 DOCUMENT_ITEM, "new",
	 "{\"name\":\"Saw\",\"collection_id\":\"c1\",\"item_reference_number\":\"7\",\"serial\":1}"},
	{"Individual Asset Ref. \"0001.7.0001\" is that of \"Drill\" already. Take another.", DOCUMENT_ITEM,
	 "box",
	 "{\"individual_asset_reference\":\"0001.7.0001\",\"individual_asset_reference_manually_set\":true}"},
	{"RFID EPC Hex \"34140000002386F4C3CDF571\" is that of \"Drill\" already. Change Ref. No. or Serial, "
	 "or the "
	 "EPC where it was set by hand.",
	 DOCUMENT_ITEM, "new",
	 "{\"name\":\"Saw\",\"collection_id\":\"c1\",\"item_reference_number\":\"07\",\"serial\":1}"},
	{"Individual Asset Ref. \"bad\" gives no EPC: \"urn:epc:tag:giai-96:0.0000000.100bad\" cannot be "
	 "written to "
	 "a tag: a company prefix of 6 to 12 digits and a number without a leading zero that fits beside it "
	 "are "
	 "needed.",
	 DOCUMENT_ITEM, "drill",
	 "{\"individual_asset_reference\":\"bad\",\"individual_asset_reference_manually_set\":true}"},
	{"Individual Asset Ref. is not in order: \"1.2.3.4\" is neither three numbers with dots between nor "
	 "one. "
	 "Correct it, or untick Manually Set Individual Asset Ref.",
	 DOCUMENT_ITEM, "drill",
	 "{\"individual_asset_reference\":\"1.2.3.4\",\"individual_asset_reference_manually_set\":true}"},
	{"RFID EPC Hex \"AB\" has 2 digits, it must have 24.", DOCUMENT_ITEM, "drill",
	 "{\"rfid_tag_epc_memory_bank_contents\":\"AB\","
	 "\"rfid_tag_epc_memory_bank_contents_manually_set\":true}"},
	{"Type is \"Barrel\", it must be Container, Generic Container, Item with Parts, Consumable or Item. "
	 "Correct "
	 "it.",
	 DOCUMENT_ITEM, "drill", "{\"item_type\":\"Barrel\"}"},
	{"Type: it contains 1 item, so it must be Container, Generic Container or Item with Parts. Take them "
	 "out "
	 "first.",
	 DOCUMENT_ITEM, "box", "{\"-item_type\":0}"},
	{"Container: \"Drill\" cannot contain items. Give it a Type that can, or choose another.",
	 DOCUMENT_ITEM, "box", "{\"container_id\":\"drill\"}"},
	{"Collection: there is no collection \"gone\". Choose one that is there.", DOCUMENT_ITEM, "box",
	 "{\"collection_id\":\"gone\"}"},
	{"Ref. No. \"0002\" is that of the collection \"Books\" already. Take another.", DOCUMENT_COLLECTION,
	 "c1", "{\"collection_reference_number\":\"2\"}"},
	{"Ref. No. is \"12345\", it must be 2 to 4 digits. Correct it.", DOCUMENT_COLLECTION, "c1",
	 "{\"collection_reference_number\":\"12345\"}"},
	{"contents_order has a number among its texts. Take it out.", DOCUMENT_ITEM, "box",
	 "{\"contents_order\":[\"a\",1]}"},
	{"permissions has \"admin\", it may have \"read\" and \"write\". Take it out. permissions has null "
	 "among its "
	 "texts. Take it out.",
	 DOCUMENT_SHARING, "a--b", "{\"permissions\":[\"read\",\"admin\",\"write\",null]}"},
};

static void it_is_refused_with_its_sentence(void **row)
{
	const struct refused *case_ = *row;
	scoped(json_object) keys = json(case_->keys);
	scoped(datum) datum = given(case_->type, case_->id, keys);
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};

	inventory_open(&inventory);
	assert_false(save(&inventory, datum, &result, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_string_equal(error.text, case_->sentence);
	assert_null(result.body);
	save_result_done(&result);
	database_done(&inventory.database);
}

/* ---- what comes along ---- */

static char *ids_of(struct json_object *bodies)
{
	struct text ids = {0};

	for (size_t i = 0; i < json_length(bodies); i++) {
		struct json_object *body = json_at(bodies, i);
		text_format(&ids, "%s%s%s", i > 0 ? " " : "",
			    json_bool_or(body, "_deleted", false) ? "-" : "", json_text_or(body, "_id", ""));
	}
	return text_take(&ids);
}

static const struct along {
	const char *sentence, *id, *keys;
	bool deleted;
	const char *ids;
} along[] = {
	{"a note comes alone", "drill", "{\"notes\":\"sharp\"}", false, "item-drill"},
	{"a move to another collection reaches its pictures", "drill", "{\"collection_id\":\"c2\"}", false,
	 "item-drill item_image-drill-p1 zz20-image-p1"},
	{"a delete takes the links along, and tells those integrations whose mark is one", "drill", "{}",
	 true, "-item-drill integration_deleted_data-item-drill-n1 -item_image-drill-p1 zz20-image-p1"},
	{"nothing changed, nothing is written", "drill", "{\"serial\":1.0,\"name\":\" Drill \"}", false, ""},
};

static void this_comes_along(void **row)
{
	const struct along *case_ = *row;
	scoped(json_object) keys = json(case_->keys);
	scoped(datum) datum = given(DOCUMENT_ITEM, case_->id, keys);
	scoped(json_object) bodies = NULL;
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};

	inventory_open(&inventory);
	datum->deleted = case_->deleted;
	const struct save_request request = {.given = datum, .ignore_conflict = true};
	const struct inventory_view view = database_view(&inventory.database);
	const struct inventory_source source = source_of(&inventory);
	if (!save_all(&request, &view, &source, &bodies, &result, &error))
		fail_msg("%s", error.text);
	scoped_text ids = ids_of(bodies);
	assert_string_equal(ids, case_->ids);
	for (size_t i = 0; i < json_length(bodies); i++)
		assert_true(database_put(&inventory.database, json_at(bodies, i)));
	save_result_done(&result);
	database_done(&inventory.database);
}

static void what_it_does_not_know_survives(void **unused)
{
	scoped(json_object) keys = json("{\"notes\":\"sharp\"}");
	scoped(datum) datum = given(DOCUMENT_ITEM, "drill", keys);
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};

	(void)unused;
	inventory_open(&inventory);
	assert_true(save(&inventory, datum, &result, &error));
	assert_true(json_bool_or(result.body, "extra", false));
	assert_non_null(json_child(json_child(result.body, "_attachments", json_type_object), "note",
				   json_type_object));
	struct json_object_iterator first = json_object_iter_begin(document_data(result.body));
	assert_string_equal(json_object_iter_peek_name(&first), "42");
	save_result_done(&result);
	database_done(&inventory.database);
}

/* An edited body, as one that maps cells has it, given as what differs. */
static void only_what_differs_is_given(void **unused)
{
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};

	(void)unused;
	inventory_open(&inventory);
	struct json_object *body = database_get(&inventory.database, "item-drill");
	scoped(json_object) edited = json_copy(body);
	json_put_text(document_data(edited), "notes", "sharp");
	json_remove(document_data(edited), "serial");
	scoped(datum) datum = datum_difference(body, edited);
	assert_int_equal(datum->count, 2);
	assert_string_equal(datum->rev, "1-*");
	assert_true(save(&inventory, datum, &result, &error));
	assert_string_equal(json_text_or(document_data(result.body), "individual_asset_reference", ""),
			    "0001.7.0000");
	assert_false(json_find(document_data(result.body), "serial", NULL));
	save_result_done(&result);
	scoped(datum) all = datum_difference(NULL, edited);
	assert_int_equal(all->count, (size_t)json_key_count(document_data(edited)));
	database_done(&inventory.database);
}

static bool failing_get(void *context, const char *id, struct json_object **body_out, struct error *error)
{
	if (strncmp(id, "collection-", 11) == 0)
		return error_set(error, ERROR_RETRY, "not read yet");
	return database_view(context).get(context, id, body_out, error);
}

static void a_view_that_fails_is_no_refusal(void **unused)
{
	scoped(json_object) keys = json("{\"notes\":\"sharp\"}");
	scoped(datum) datum = given(DOCUMENT_ITEM, "drill", keys);
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};

	(void)unused;
	inventory_open(&inventory);
	struct inventory_view view = database_view(&inventory.database);
	view.get = failing_get;
	const struct inventory_source source = source_of(&inventory);
	const struct save_request request = {.given = datum};
	assert_false(save_document(&request, &view, &source, &result, &error));
	assert_int_equal(error.kind, ERROR_RETRY);
	assert_int_equal(result.refusal.count, 0);
	save_result_done(&result);
	database_done(&inventory.database);
}

/* ---- whatever a document holds ---- */

static const char *const keys_of_all[] = {
	"name",
	"icon_name",
	"collection_id",
	"item_reference_number",
	"serial",
	"individual_asset_reference",
	"individual_asset_reference_manually_set",
	"ignore_iar_prefix",
	"epc_tag_uri",
	"epc_manually_set",
	"rfid_tag_epc_memory_bank_contents",
	"rfid_tag_epc_memory_bank_contents_manually_set",
	"actual_rfid_tag_epc_memory_bank_contents",
	"rfid_tag_access_password",
	"use_mixed_rfid_tag_access_password",
	"item_type",
	"_can_contain_items",
	"container_id",
	"always_show_in_collection",
	"notes",
	"model_name",
	"purchase_price_x1000",
	"purchased_from",
	"purchase_date",
	"expiry_date",
	"expire_soon_prior_days",
	"consumable_stock_quantity",
	"consumable_will_not_restock",
	"contents_order",
	"config_uuid",
	"integrations",
	"collection_reference_number",
	"item_id",
	"image_id",
	"order",
	"_item_ids",
	"7",
	"unknown",
};

static const char *const values_of_all[] = {
	"null",
	"true",
	"false",
	"0",
	"-0.0",
	"1",
	"7",
	"-1",
	"1.5",
	"1e300",
	"-1e300",
	"9007199254740993",
	"9223372036854775807",
	"5e-324",
	"\"\"",
	"\" \"",
	"\"7\"",
	"\"07\"",
	"\"0001\"",
	"\"c1\"",
	"\"c2\"",
	"\"box\"",
	"\"drill\"",
	"\"own\"",
	"\"other\"",
	"\"container\"",
	"\"consumable\"",
	"\"1.2.3\"",
	"\"...\"",
	"\"34140000002386F4C3CDF571\"",
	"\"ABCDEF0123456789ABCDEF01\"",
	"\"\\u00A0\\uFEFF\"",
	"\"\\uD83D\\uDE00\"",
	"\"999999999999999999999999999999999999999999999999\"",
	"[]",
	"[\"a\"]",
	"[1,null]",
	"{}",
	"{\"a\":{\"id\":\"r\"}}",
	"[[[[[[[[[[[[[[[[[[[[{\"a\":[[[[[[[[[[]]]]]]]]]]}]]]]]]]]]]]]]]]]]]]]",
};

static uint64_t state;

static size_t below(size_t limit)
{
	uint64_t mixed = state += UINT64_C(0x9E3779B97F4A7C15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (size_t)((mixed ^ (mixed >> 31)) % limit);
}

/* A serial that says nothing, and is no number either, gives no reference, and is dropped: the next save derives one. */
static bool drops_serial(const struct datum *datum)
{
	return datum_has(datum, "serial") && !json_is_number(datum_get(datum, "serial"));
}

/* An item of another inventory (its config_uuid is none of ours) is saved as one of this inventory, but as in the app its
 * tag is derived by the next save only: that one may find more to do, or that it cannot be done. */
static bool was_foreign(const struct datum *given, const struct datum *saved)
{
	return datum_has(given, "config_uuid") &&
	       !json_equal(datum_get(given, "config_uuid"), datum_get(saved, "config_uuid"));
}

/* Documents or a sentence; and what was saved is saved again without a change. */
static bool save_twice(struct inventory *inventory, const struct datum *datum)
{
	struct save_result result, again;
	struct error error = {0};

	if (!save(inventory, datum, &result, &error)) {
		if (error.kind != ERROR_REFUSED || !error.text[0])
			fail_msg("refused without a sentence");
		save_result_done(&result);
		return false;
	}
	if (result.body && !database_put(&inventory->database, result.body))
		fail_msg("a conflict");
	scoped(datum) same = datum_new(datum->type, result.datum->id);
	bool taken = save(inventory, same, &again, &error), foreign = was_foreign(datum, result.datum);
	if (!taken && (!foreign || error.kind != ERROR_REFUSED || !error.text[0]))
		fail_msg("what was saved is refused: %s: %s", json_object_to_json_string(result.body),
			 error.text);
	if (again.body && !foreign && !drops_serial(datum)) {
		scoped_text first = own_copy(json_object_to_json_string(result.body));
		fail_msg("%s became %s", first, json_object_to_json_string(again.body));
	}
	save_result_done(&result);
	save_result_done(&again);
	return true;
}

static void each_value_under_each_key(void **unused)
{
	static const struct {
		enum document_type type;
		const char *id;
	} documents[] = {
		{DOCUMENT_ITEM, "drill"},          {DOCUMENT_ITEM, NULL},
		{DOCUMENT_COLLECTION, "c1"},       {DOCUMENT_COLLECTION, NULL},
		{DOCUMENT_ITEM_IMAGE, "drill-p1"}, {DOCUMENT_IMAGE, "p1"},
		{DOCUMENT_INTEGRATION, NULL},      {DOCUMENT_DELETED_DATA, NULL},
		{DOCUMENT_SHARING, NULL},
	};

	(void)unused;
	for (size_t i = 0; i < countof(documents); i++) {
		for (size_t key = 0; key < countof(keys_of_all); key++) {
			for (size_t value = 0; value < countof(values_of_all); value++) {
				scoped(datum) datum = datum_new(documents[i].type, documents[i].id);
				struct inventory inventory;
				datum_put(datum, keys_of_all[key], json(values_of_all[value]));
				inventory_open(&inventory);
				(void)save_twice(&inventory, datum);
				database_done(&inventory.database);
			}
		}
	}
}

static struct datum *random_item(void)
{
	static const char *const collections[] = {"c1", "c2"};
	struct datum *datum = datum_new(DOCUMENT_ITEM, below(2) ? "drill" : NULL);

	datum_put_text(datum, "name", "Thing");
	datum_put_text(datum, "collection_id", collections[below(2)]);
	for (size_t count = below(7); count > 0; count--)
		datum_put(datum, keys_of_all[below(countof(keys_of_all))],
			  json(values_of_all[below(countof(values_of_all))]));
	return datum;
}

static void what_was_saved_stays(void **unused)
{
	/* The same items each time. Among those of the second there is one of another inventory whose tag cannot be derived. */
	static const uint64_t seeds[] = {20261129, 1795963818, 7};
	struct inventory inventory;
	size_t saved = 0, count = RANDOM_ITEMS * countof(seeds);

	(void)unused;
	for (size_t i = 0; i < count; i++) {
		if (i % RANDOM_ITEMS == 0)
			state = seeds[i / RANDOM_ITEMS];
		scoped(datum) datum = random_item();
		inventory_open(&inventory);
		saved += save_twice(&inventory, datum);
		database_done(&inventory.database);
	}
	print_message("%zu of %zu were saved\n", saved, count);
	assert_true(saved > count / 20);
}

/* Stored documents that no app wrote. */
static const struct odd {
	const char *sentence, *body;
} odd[] = {
	{"an item without data", "{\"_id\":\"item-odd\"}"},
	{"an item whose data is a list", "{\"_id\":\"item-odd\",\"type\":\"item\",\"data\":[1]}"},
	{"an item whose data is a text", "{\"_id\":\"item-odd\",\"type\":7,\"data\":\"x\"}"},
	{"times that are no numbers",
	 "{\"_id\":\"item-odd\",\"data\":{\"name\":\"x\",\"collection_id\":\"c1\"},\"created_at\":\"x\","
	 "\"updated_at\":{}}"},
	{"attachments that are a list", "{\"_id\":\"item-odd\",\"_attachments\":[],\"data\":{}}"},
	{"a config document that is empty", "{\"_id\":\"0000-config\"}"},
	{"a collection without data", "{\"_id\":\"collection-c1\"}"},
	{"permissions that are a text",
	 "{\"_id\":\"db_sharing-other--own\",\"type\":\"db_sharing\",\"data\":{\"permissions\":\"write\"}}"},
};

static void an_odd_stored_document_does_no_harm(void **row)
{
	const struct odd *case_ = *row;
	scoped(json_object) body = json(case_->body);
	scoped(json_object) keys =
		json("{\"name\":\"Odd\",\"collection_id\":\"c1\",\"item_reference_number\":\"9\"}");
	scoped(datum) datum = given(DOCUMENT_ITEM, "odd", keys);
	const char *id = json_text_or(body, "_id", "");
	struct inventory inventory;

	inventory_open(&inventory);
	json_put_text(body, "_rev", json_text_or(database_get(&inventory.database, id), "_rev", NULL));
	assert_true(database_put(&inventory.database, body));
	(void)save_twice(&inventory, datum);
	datum->deleted = true;
	struct save_result result;
	struct error error = {0};
	bool deleted = save(&inventory, datum, &result, &error);
	assert_true(deleted || error.text[0]);
	save_result_done(&result);
	database_done(&inventory.database);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, refused, it_is_refused_with_its_sentence);
	cases_add_table(&cases, along, this_comes_along);
	cases_add(&cases, own_copy("unknown keys and attachments survive, indexes come first"),
		  what_it_does_not_know_survives, NULL);
	cases_add(&cases, own_copy("of an edited body only what differs is given"),
		  only_what_differs_is_given, NULL);
	cases_add(&cases, own_copy("what could not be looked up is no refusal"),
		  a_view_that_fails_is_no_refusal, NULL);
	cases_add_table(&cases, odd, an_odd_stored_document_does_no_harm);
	cases_add(&cases, own_copy("each value under each key: documents or a sentence"),
		  each_value_under_each_key, NULL);
	cases_add(&cases,
		  own_copy("thirty thousand random items: what was saved is saved again without a change"),
		  what_was_saved_stays, NULL);
	return cases_run("saving", &cases);
}
