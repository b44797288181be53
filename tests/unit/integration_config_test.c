/* The integration's own document: which base ids are let in, and which of its leaves counts. */
#include "bridge/endpoints/integration_config.h"
#include "tests/unit/cases.h"

#include <string.h>

struct base_case {
	const char *sentence;
	const char *base_id;
	bool good;
};

static const struct base_case base_cases[] = {
	{"a base id as the app stores it", "appAbCdEfGhIjKlMn", true},
	{"ids are opaque: a longer one may come", "appAbCdEfGhIjKlMnOpQr", true},
	{"an id that was cut is told", "appAbCdEfGhIjKlM", false},
	{"a table's id is none", "tblAbCdEfGhIjKlMn", false},
	{"nothing is none", "", false},
	{"the address with its table is none", "appAbCdEfGhIjKlMn/tblAbCdEfGhIjKlMn", false},
	{"a path that climbs is none", "app/../../../v0/meta/whoami", false},
	{"a query is none", "appAbCdEfGhIjKlMn?x=1", false},
	{"an id with a line break is none", "appAbCdEfGhIjKlMn\n", false},
	{"an id with a space before is none", " appAbCdEfGhIjKlMn", false},
	{"an id with an escape is none", "appAbCdEfGhIjKl%2f", false},
	{"an id with letters beyond ASCII is none", "appÄbCdEfGhIjKlMn", false},
	{"an id without an end is none", "appAbCdEfGhIjKlMnAbCdEfGhIjKlMnAbCdEfGhIjKlMn", false},
};

static void check_base(void **state)
{
	const struct base_case *row = *state;
	scoped(json_object) body = json_new_object();
	struct json_object *data = json_new_object(), *settings = json_new_object();
	struct integration_config config = {0};
	struct error error = {0};
	bool is_airtable = false;

	json_put_text(body, "_id", "integration-d3a0f1c2-5b64-4e0a-9c1d-2f6e8b7a4c10");
	json_put_text(body, "type", "integration");
	json_put(body, "data", data);
	json_put_text(data, "integration_type", "airtable");
	json_put(data, "config", settings);
	json_put_text(settings, "airtable_base_id", row->base_id);
	bool read = integration_config_read(body, "inventory", &config, &is_airtable, &error);
	assert_true(is_airtable);
	if (read != row->good)
		fail_msg("\"%s\": %s", row->base_id, read ? "let in" : error.text);
	if (!read)
		assert_non_null(strstr(error.text, "a base id looks like app"));
	integration_config_done(&config);
}

/* ---- saved apart ---- */

#define LEAVES_MOST 3

static const struct apart_case {
	const char *sentence;
	struct {
		const char *revision;
		int64_t saved_ms; /* 0: it does not say */
		const char *collection;
	} leaves[LEAVES_MOST];
	size_t counts;
	bool differ;
} apart_cases[] = {
	{"one leaf counts", {{"1-a", 5, "c0"}}, 0, false},
	{"the same settings are no harm", {{"2-b", 5, "c0"}, {"2-a", 9, "c0"}}, 1, false},
	{"the shown one was saved last", {{"2-b", 9, "c0"}, {"2-a", 5, "c1"}}, 0, true},
	{"a hidden one was saved last", {{"2-b", 5, "c0"}, {"2-a", 9, "c1"}}, 1, true},
	{"at the same time the one that CouchDB prefers", {{"2-a", 5, "c0"}, {"2-b", 5, "c1"}}, 1, true},
	{"in whatever order", {{"2-b", 5, "c1"}, {"2-a", 5, "c0"}}, 0, true},
	{"one without a time was saved before", {{"3-a", 0, "c0"}, {"2-a", 1, "c1"}}, 1, true},
	{"of three the last", {{"2-c", 5, "c0"}, {"2-b", 7, "c0"}, {"2-a", 6, "c1"}}, 1, true},
};

static struct json_object *settings_of(const char *revision, int64_t saved_ms, const char *collection)
{
	struct json_object *body = json_new_object(), *data = json_new_object();
	struct json_object *settings = json_new_object(), *list = json_new_array();

	json_append(list, json_new_text(collection));
	json_put(settings, "collection_ids_to_sync", list);
	json_put(data, "config", settings);
	json_put(data, "data", json_new_int(saved_ms)); /* the app's notes of its own syncs */
	json_put(body, "data", data);
	json_put_text(body, "_rev", revision);
	if (saved_ms)
		json_put(body, "updated_at", json_new_int(saved_ms));
	return body;
}

static void check_apart(void **state)
{
	const struct apart_case *row = *state;
	struct json_object *bodies[LEAVES_MOST];
	size_t count = 0;
	bool differ = false;

	for (; count < LEAVES_MOST && row->leaves[count].revision; count++)
		bodies[count] = settings_of(row->leaves[count].revision, row->leaves[count].saved_ms,
					    row->leaves[count].collection);
	assert_int_equal(integration_leaf_that_counts(bodies, count, &differ), row->counts);
	assert_int_equal(differ, row->differ);
	for (size_t i = 0; i < count; i++)
		json_release(bodies[i]);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, base_cases, check_base);
	cases_add_table(&cases, apart_cases, check_apart);
	return cases_run("integration_config", &cases);
}
