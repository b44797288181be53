/* The integration's own document: which base ids are let in. */
#include "bridge/scope.h"
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

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, base_cases, check_base);
	return cases_run("integration_config", &cases);
}
