/* The stage itself: what the tests that play on it rely on. */
#include "bridge/limits.h"
#include "inventory/document.h"
#include "tests/scenarios/stage.h"

#include "couch/documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE "appStage000000001"
#define DAY  1700000000000

static const char documents_json[] =
	"[{\"_id\":\"0000-config\",\"uuid\":\"u\",\"rfid_tag_company_prefix\":\"0000000\","
	"\"rfid_tag_individual_asset_reference_prefix\":\"100\",\"rfid_tag_access_password\":\"12345678\","
	"\"default_use_mixed_rfid_tag_access_password\":false,"
	"\"rfid_tag_access_password_encoding\":\"082a4c6e\",\"collections_order\":[]},"
	"{\"_id\":\"collection-c1\",\"type\":\"collection\",\"data\":{\"name\":\"Tools\","
	"\"collection_reference_number\":\"0001\",\"config_uuid\":\"u\"},\"created_at\":1,\"updated_at\":1},"
	"{\"_id\":\"item-a\",\"type\":\"item\",\"data\":{\"name\":\"Drill\",\"collection_id\":\"c1\","
	"\"config_uuid\":\"u\"},\"created_at\":1,\"updated_at\":1},"
	"{\"_id\":\"integration-i\",\"type\":\"integration\",\"data\":{\"integration_type\":\"airtable\","
	"\"name\":\"i\",\"config\":{\"airtable_base_id\":\"" BASE "\",\"scope_type\":\"collections\","
	"\"collection_ids_to_sync\":[\"c1\"]}}}]";

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error;

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s", error.text);
	return json;
}

static struct error error;

static void expect(bool good)
{
	if (!good)
		fail_msg("%s: %s", error_kind_name(error.kind), error.text);
}

static struct stage *begun(void **state)
{
	struct stage *stage = *state;
	scoped(json_object) documents = parsed(documents_json);
	scoped(json_object) bases = parsed("{\"templates\":[\"" BASE "\"]}");

	expect(stage_begin(stage, documents, bases, DAY, &error));
	return stage;
}

static struct json_object *the_item(struct stage *stage)
{
	struct stage_couch couch = stage_couch_open(stage);
	struct json_object *body = NULL;

	expect(couch_document_read(couch.client, "item-a", &body, &error));
	stage_couch_close(&couch);
	return body;
}

static void test_time_is_moved(void **state)
{
	struct stage *stage = begun(state);
	scoped(json_object) clock = NULL;

	assert_in_range(stage_now_ms(stage), DAY, DAY + 60000);
	stage_move_clock(stage, 3600000);
	stage_move_clock_to(stage, DAY); /* not backwards */
	assert_in_range(stage_now_ms(stage), DAY + 3600000, DAY + 3660000);
	expect(stage_control(stage, "GET", "clock", NULL, &clock, &error));
	assert_in_range(json_int_or(clock, "now_ms", 0), DAY + 3600000, DAY + 3660000);
}

static void test_a_pass_makes_rows_and_later_the_mark(void **state)
{
	struct stage *stage = begun(state);
	scoped(json_object) rows = NULL;
	scoped(json_object) before = NULL;
	scoped(json_object) after = NULL;

	expect(stage_pass(stage, false, &error));
	expect(stage_rows(stage, BASE, "Items", &rows, &error));
	assert_int_equal(json_length(rows), 1);
	before = the_item(stage);
	assert_null(document_app_link(before, "i"));
	assert_in_range(stage_due_in_ms(stage), 1, 600000);
	stage_move_clock(stage, 10 * SYNC_APP_LINK_QUIET_MS); /* the collection's is due before the item's */
	expect(stage_pass(stage, false, &error));
	after = the_item(stage);
	assert_non_null(document_app_link(after, "i"));
}

static void test_an_edit_arrives_and_a_new_bridge_goes_on(void **state)
{
	struct stage *stage = begun(state);
	scoped(json_object) rows = NULL;
	scoped(json_object) body = NULL;

	expect(stage_pass(stage, false, &error));
	expect(stage_rows(stage, BASE, "Items", &rows, &error));
	scoped_text edit = own_format("{\"base\":\"" BASE "\",\"actions\":[{\"update\":{\"table\":\"Items\","
				      "\"record\":\"%s\",\"fields\":{\"Notes\":\"typed\"}}}]}",
				      json_text_or(json_at(rows, 0), "id", ""));
	stage_move_clock(stage, 1000);
	expect(stage_control(stage, "POST", "edit", parsed(edit), NULL, &error));
	stage_restart_bridge(stage);
	assert_int_equal(stage_writes(stage), 0);
	expect(stage_pass(stage, false, &error));
	body = the_item(stage);
	assert_string_equal(json_text_or(document_data(body), "notes", ""), "typed");
	assert_int_equal(stage_writes(stage), 2); /* the document, and when it was changed */
}

static void test_without_an_integration_nothing_is_done(void **state)
{
	struct stage *stage = *state;
	scoped(json_object) none = json_new_array();
	scoped(json_object) found = NULL;
	scoped(json_object) bases = parsed("{\"templates\":[\"" BASE "\"]}");

	expect(stage_begin(stage, none, bases, DAY, &error));
	expect(stage_pass(stage, true, &error));
	assert_null(stage_sync(stage));
	expect(stage_documents(stage, &found, &error));
	assert_int_equal(json_length(found), 0);
}

static int open_stage(void **state)
{
	struct stage *stage = NULL;

	if (!stage_open(&stage, &error)) {
		print_error("%s\n", error.text);
		return -1;
	}
	*state = stage;
	return 0;
}

static int close_stage(void **state)
{
	struct stage *stage = *state;

	stage_close(&stage);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_is_moved),
		cmocka_unit_test(test_a_pass_makes_rows_and_later_the_mark),
		cmocka_unit_test(test_an_edit_arrives_and_a_new_bridge_goes_on),
		cmocka_unit_test(test_without_an_integration_nothing_is_done),
	};

	return cmocka_run_group_tests(tests, open_stage, close_stage);
}
