/* A small inventory in memory, saved to as the app saves. */
#pragma once
#include "inventory/save.h"
#include "tests/fakes/database.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

static inline struct json_object *json(const char *words)
{
	struct json_object *value = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &value, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return value;
}

static const char *const stored[] = {
	"{\"_id\":\"0000-config\",\"uuid\":\"own\",\"rfid_tag_company_prefix\":\"0000000\","
	"\"rfid_tag_individual_asset_reference_prefix\":\"100\",\"rfid_tag_access_password\":\"12345678\","
	"\"default_use_mixed_rfid_tag_access_password\":true,"
	"\"rfid_tag_access_password_encoding\":\"082a4c6e\",\"collections_order\":[]}",
	"{\"_id\":\"collection-c1\",\"type\":\"collection\",\"data\":{\"name\":\"Tools\","
	"\"collection_reference_number\":\"0001\",\"config_uuid\":\"own\"},\"created_at\":1,\"updated_at\":"
	"1}",
	"{\"_id\":\"collection-c2\",\"type\":\"collection\",\"data\":{\"name\":\"Books\","
	"\"collection_reference_number\":\"0002\",\"config_uuid\":\"own\"},\"created_at\":1,\"updated_at\":"
	"1}",
	"{\"_id\":\"item-box\",\"type\":\"item\",\"data\":{\"name\":\"Box\",\"collection_id\":\"c1\","
	"\"item_type\":\"container\",\"_can_contain_items\":true,\"config_uuid\":\"own\"},"
	"\"created_at\":1,\"updated_at\":1}",
	"{\"_id\":\"item-drill\",\"type\":\"item\",\"data\":{\"name\":\"Drill\",\"collection_id\":\"c1\","
	"\"item_reference_number\":\"7\",\"serial\":1,\"individual_asset_reference\":\"0001.7.0001\","
	"\"epc_tag_uri\":\"urn:epc:tag:giai-96:0.0000000.10000010000070001\","
	"\"rfid_tag_epc_memory_bank_contents\":\"34140000002386F4C3CDF571\",\"container_id\":\"box\","
	"\"use_mixed_rfid_tag_access_password\":false,\"_show_in_collection\":false,\"config_uuid\":\"own\","
	"\"integrations\":{\"n1\":{\"id\":\"rec1\"},\"odd\":[]},\"42\":\"unknown\"},"
	"\"created_at\":1,\"updated_at\":1,\"extra\":true,\"_attachments\":{\"note\":{\"stub\":true}}}",
	"{\"_id\":\"item_image-drill-p1\",\"type\":\"item_image\",\"data\":{\"item_id\":\"drill\","
	"\"image_id\":\"p1\",\"order\":0,\"_item_collection_id\":\"c1\"},\"created_at\":1,\"updated_at\":1}",
	"{\"_id\":\"zz20-image-p1\",\"type\":\"image\",\"data\":{\"size\":2,\"image_1440_digest\":\"d\","
	"\"_item_ids\":[\"drill\"],\"_item_collection_ids\":[\"c1\"]},\"created_at\":1,\"updated_at\":1}",
};

struct inventory {
	struct database database;
	unsigned uuids;
};

static inline void put_picture(struct inventory *inventory)
{
	scoped(json_object) body = json_copy(database_get(&inventory->database, "zz20-image-p1"));

	json_put(body, "_attachments",
		 json("{\"thumbnail-128\":{\"content_type\":\"image/png\",\"data\":\"YQ==\"},"
		      "\"image-1440\":{\"content_type\":\"image/png\",\"data\":\"Yg==\"}}"));
	assert_true(database_put(&inventory->database, body));
	scoped(json_object) again = json_copy(database_get(&inventory->database, "zz20-image-p1"));
	struct json_object *large = json_child(json_child(again, "_attachments", json_type_object),
					       "image-1440", json_type_object);
	json_put_text(document_data(again), "image_1440_digest", json_text_or(large, "digest", NULL));
	assert_true(database_put(&inventory->database, again));
}

static inline void inventory_open(struct inventory *inventory)
{
	*inventory = (struct inventory){0};
	database_init(&inventory->database);
	for (size_t i = 0; i < countof(stored); i++) {
		scoped(json_object) body = json(stored[i]);
		assert_true(database_put(&inventory->database, body));
	}
	put_picture(inventory);
}

static inline void next_uuid(void *context, char uuid_out[37])
{
	struct inventory *inventory = context;

	snprintf(uuid_out, 37, "%08x-0000-4000-8000-000000000000", ++inventory->uuids);
}

static inline struct inventory_source source_of(struct inventory *inventory)
{
	return (struct inventory_source){inventory, 1000, next_uuid, NULL};
}

/* Keys of 'data' that are null in 'keys' with a name that begins with "-" are unset. */
static inline struct datum *given(enum document_type type, const char *id, struct json_object *keys)
{
	struct datum *datum = datum_new(type, id);

	json_each (keys, key, value) {
		if (key[0] == '-')
			datum_unset(datum, key + 1);
		else
			datum_put(datum, key, json_share(value));
	}
	return datum;
}

static inline bool save(struct inventory *inventory, const struct datum *datum, struct save_result *result,
			struct error *error)
{
	const struct save_request request = {.given = datum, .ignore_conflict = true};
	const struct inventory_view view = database_view(&inventory->database);
	const struct inventory_source source = source_of(inventory);

	return save_document(&request, &view, &source, result, error);
}
