/* Rules of a save that are easily got wrong: a refusal names the key, the config document that saves go by, what is derived
 * from values that say nothing, what a delete records. The app's own saves are played in tests/vectors. */
#include "tests/unit/small_inventory.h"

#include "inventory/config.h"
#include "inventory/schema.h"

/* ---- which key it is ---- */

/* A value of no kind that this key has; NULL: each is. */
static const char *wrong_for(enum schema_shape shape)
{
	static const char *const wrong[] = {
		[SCHEMA_TEXT] = "[7]", [SCHEMA_NUMBER] = "\"x\"", [SCHEMA_TRUTH] = "\"x\"",
		[SCHEMA_OBJECT] = "7", [SCHEMA_TEXTS] = "{}",
	};

	return wrong[shape];
}

/* Passes only where the save computes the key anew, so that what was given is not in the document. */
static void check_key(enum document_type type, const char *id, const struct schema_key *key,
		      const char *value)
{
	scoped(datum) datum = datum_new(type, id);
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};
	struct json_object *saved = NULL, *wanted = json(value);

	inventory_open(&inventory);
	datum_put(datum, key->key, json_share(wanted));
	if (save(&inventory, datum, &result, &error)) {
		json_find(document_data(result.body), key->key, &saved);
		if (result.body && saved && json_equal(saved, wanted))
			fail_msg("%s: %s was saved", key->key, value);
	} else if (!strstr(error.text, schema_words(type, key->key))) {
		fail_msg("%s: %s was refused, and the sentence does not say so: %s", key->key, value,
			 error.text);
	}
	json_release(wanted);
	save_result_done(&result);
	database_done(&inventory.database);
}

static void a_refusal_names_the_key(void **unused)
{
	static const struct {
		enum document_type type;
		const char *id;
	} documents[] = {
		{DOCUMENT_COLLECTION, "c1"}, {DOCUMENT_ITEM, "drill"},     {DOCUMENT_ITEM_IMAGE, "drill-p1"},
		{DOCUMENT_IMAGE, "p1"},      {DOCUMENT_INTEGRATION, NULL}, {DOCUMENT_DELETED_DATA, NULL},
		{DOCUMENT_SHARING, NULL},
	};

	(void)unused;
	for (size_t i = 0; i < countof(documents); i++)
		for (const struct schema_key *key = schema_of(documents[i].type); key->key; key++) {
			check_key(documents[i].type, documents[i].id, key, wrong_for(key->shape));
			check_key(documents[i].type, documents[i].id, key, "null");
		}
}

/* ---- the config document ---- */

static const struct config_case {
	const char *sentence, *key, *value; /* value NULL: the key is not there */
	const char *words;                  /* of the refusal; NULL: there is none */
} configs[] = {
	{"a config without its uuid", "uuid", NULL, "uuid is missing"},
	{"a company prefix of 5 digits", "rfid_tag_company_prefix", "\"12345\"", "rfid_tag_company_prefix"},
	{"a company prefix of 13 digits", "rfid_tag_company_prefix", "\"1234567890123\"",
	 "rfid_tag_company_prefix"},
	{"a company prefix that is a number", "rfid_tag_company_prefix", "1234567",
	 "rfid_tag_company_prefix"},
	{"an asset prefix with a zero in front", "rfid_tag_individual_asset_reference_prefix", "\"01\"",
	 "rfid_tag_individual_asset_reference_prefix"},
	{"an asset prefix that is empty", "rfid_tag_individual_asset_reference_prefix", "\"\"",
	 "rfid_tag_individual_asset_reference_prefix"},
	{"an asset prefix of letters", "rfid_tag_individual_asset_reference_prefix", "\"abc\"",
	 "rfid_tag_individual_asset_reference_prefix"},
	{"a password with capital letters", "rfid_tag_access_password", "\"ABCDEF01\"",
	 "rfid_tag_access_password"},
	{"an encoding that is null", "rfid_tag_access_password_encoding", "null",
	 "rfid_tag_access_password_encoding"},
	{"a default that is a text", "default_use_mixed_rfid_tag_access_password", "\"no\"",
	 "default_use_mixed_rfid_tag_access_password"},
	{"a default that is null", "default_use_mixed_rfid_tag_access_password", "null",
	 "default_use_mixed_rfid_tag_access_password"},
	{"an order with a number", "collections_order", "[1]", "collections_order"},
	{"no default is no flaw", "default_use_mixed_rfid_tag_access_password", NULL, NULL},
	{"a key of its own", "later", "{\"a\":null}", NULL},
};

static void a_config_is_read_or_named(void **row)
{
	const struct config_case *case_ = *row;
	struct inventory inventory;
	struct error error = {0};
	scoped(datum) config = NULL;

	inventory_open(&inventory);
	const struct inventory_view view = database_view(&inventory.database);
	scoped(json_object) body = json_copy(database_get(&inventory.database, DOCUMENT_CONFIG_ID));
	if (case_->value)
		json_put(body, case_->key, json(case_->value));
	else
		json_remove(body, case_->key);
	assert_true(database_put(&inventory.database, body));
	bool read = config_read(&view, &config, &error);
	assert_int_equal(read, case_->words == NULL);
	if (!read) {
		assert_int_equal(error.kind, ERROR_REFUSED);
		assert_non_null(strstr(error.text, case_->words));
	}
	database_done(&inventory.database);
}

static void without_a_config_nothing_is_read(void **unused)
{
	struct inventory inventory = {0};
	struct error error = {0};
	scoped(datum) config = NULL;

	(void)unused;
	database_init(&inventory.database);
	const struct inventory_view view = database_view(&inventory.database);
	assert_false(config_read(&view, &config, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, "Open the app's settings once"));
	database_done(&inventory.database);
}

/* ---- what is derived ---- */

static const struct derived {
	const char *sentence, *config_key,
		*config_value;   /* of the config document: NULL: as it is; value NULL: not there */
	const char *keys;        /* of the item "drill" */
	const char *key, *value; /* what the document has then; NULL: it has no such key */
} derived[] = {
	{"a serial that is null gives no reference", NULL, NULL, "{\"serial\":null}",
	 "individual_asset_reference", NULL},
	{"... and no tag", NULL, NULL, "{\"serial\":null}", "rfid_tag_epc_memory_bank_contents", NULL},
	{"... and is not kept", NULL, NULL, "{\"serial\":null}", "serial", NULL},
	{"a serial of 0 counts as none", NULL, NULL, "{\"serial\":0}", "individual_asset_reference",
	 "\"0001.7.0000\""},
	{"a serial that is taken away counts as 0", NULL, NULL, "{\"-serial\":0}",
	 "individual_asset_reference", "\"0001.7.0000\""},
	{"a serial that is an empty text gives no reference", NULL, NULL, "{\"serial\":\"\"}",
	 "individual_asset_reference", NULL},
	{"the config's flag is taken over", NULL, NULL, "{\"-use_mixed_rfid_tag_access_password\":0}",
	 "use_mixed_rfid_tag_access_password", "true"},
	{"a config without the flag leaves it unset", "default_use_mixed_rfid_tag_access_password", NULL,
	 "{\"-use_mixed_rfid_tag_access_password\":0}", "use_mixed_rfid_tag_access_password", NULL},
	{"... and no password is made", "default_use_mixed_rfid_tag_access_password", NULL,
	 "{\"-use_mixed_rfid_tag_access_password\":0}", "rfid_tag_access_password", NULL},
	{"... and drops one that is no flag", "default_use_mixed_rfid_tag_access_password", NULL,
	 "{\"use_mixed_rfid_tag_access_password\":\"yes\"}", "use_mixed_rfid_tag_access_password", NULL},
	{"a flag of its own stays", "default_use_mixed_rfid_tag_access_password", NULL,
	 "{\"use_mixed_rfid_tag_access_password\":true}", "use_mixed_rfid_tag_access_password", "true"},
	{"0 prior days are none", NULL, NULL, "{\"expiry_date\":864000000,\"expire_soon_prior_days\":0}",
	 "expire_soon_prior_days", NULL},
	{"... and the date is reckoned with 5", NULL, NULL,
	 "{\"expiry_date\":864000000,\"expire_soon_prior_days\":0}", "_expire_soon_at", "432000000"},
	{"a minimum of 0 is one", NULL, NULL, "{\"consumable_min_stock_level\":0}",
	 "consumable_min_stock_level", "0"},
};

static void this_is_derived(void **row)
{
	const struct derived *case_ = *row;
	scoped(json_object) keys = json(case_->keys);
	scoped(datum) datum = given(DOCUMENT_ITEM, "drill", keys);
	scoped(json_object) wanted = case_->value ? json(case_->value) : NULL;
	struct inventory inventory;
	struct save_result result;
	struct error error = {0};
	struct json_object *value = NULL;

	inventory_open(&inventory);
	scoped(json_object) body = json_copy(database_get(&inventory.database, DOCUMENT_CONFIG_ID));
	if (case_->config_key && case_->config_value)
		json_put(body, case_->config_key, json(case_->config_value));
	else if (case_->config_key)
		json_remove(body, case_->config_key);
	assert_true(database_put(&inventory.database, body));
	if (!save(&inventory, datum, &result, &error))
		fail_msg("%s", error.text);
	struct json_object *data =
		document_data(result.body ? result.body : database_get(&inventory.database, "item-drill"));
	assert_int_equal(json_find(data, case_->key, &value), case_->value != NULL);
	if (case_->value)
		assert_true(json_equal(value, wanted));
	save_result_done(&result);
	database_done(&inventory.database);
}

/* ---- what a delete records ---- */

static const struct deletes {
	const char *sentence, *keys;
	bool alone;
	const char *key, *original; /* of the history's original data; NULL: not there */
} deletes[] = {
	{"all that is stored", "{}", false, "item_reference_number", "\"7\""},
	{"marks of pairings too", "{}", false, "integrations", "{\"n1\":{\"id\":\"rec1\"},\"odd\":[]}"},
	{"what is given with the delete", "{\"notes\":\"the last\"}", false, "notes", "\"the last\""},
	{"not what is taken away with it", "{\"-container_id\":0}", false, "container_id", NULL},
	{"the same when nothing else is saved", "{}", true, "name", "\"Drill\""},
};

static void this_is_recorded(void **row)
{
	const struct deletes *case_ = *row;
	static const struct save_history history = {"somebody", 9, "sync"};
	scoped(json_object) keys = json(case_->keys);
	scoped(datum) datum = given(DOCUMENT_ITEM, "drill", keys);
	scoped(json_object) wanted = case_->original ? json(case_->original) : NULL;
	struct inventory inventory;
	struct save_result result;
	struct save_cascade wake;
	struct error error = {0};
	struct json_object *value = NULL;

	inventory_open(&inventory);
	datum->deleted = true;
	const struct save_request request = {
		.given = datum, .history = &history, .ignore_conflict = true, .skip_callbacks = case_->alone};
	const struct inventory_view view = database_view(&inventory.database);
	const struct inventory_source source = source_of(&inventory);
	if (!save_document(&request, &view, &source, &result, &error))
		fail_msg("%s", error.text);
	struct json_object *original = json_child(result.history, "original_data", json_type_object);
	struct json_object *new = json_child(result.history, "new_data", json_type_object);
	assert_true(json_bool_or(new, "__deleted", false));
	assert_int_equal(json_key_count(new), 1);
	assert_int_equal(json_find(original, case_->key, &value), case_->original != NULL);
	assert_true(json_equal(value, wanted));
	assert_true(save_cascade(&result, &view, &wake, &error));
	assert_int_equal(wake.count > 0, !case_->alone);
	save_cascade_done(&wake);
	save_result_done(&result);
	database_done(&inventory.database);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("whatever key has a value of a wrong type: it is named, or computed anew"),
		  a_refusal_names_the_key, NULL);
	cases_add_table(&cases, configs, a_config_is_read_or_named);
	cases_add(&cases, own_copy("without a config document nothing is read"),
		  without_a_config_nothing_is_read, NULL);
	cases_add_table(&cases, derived, this_is_derived);
	cases_add_table(&cases, deletes, this_is_recorded);
	return cases_run("rules of a save", &cases);
}
