/* Which databases are looked at, and which of them the public server says are here. */
#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "bridge/connect/databases.h"
#include "bridge/pictures/served_databases.h"
#include "tests/fakes/http_server.h"
#include "tests/unit/cases.h"

#include <stdatomic.h>
#include <string.h>

static const struct meant_case {
	const char *sentence;
	const char *list; /* COUCHDB_DATABASES, or NULL: the server's list counts */
	const char *meant;
} meant_cases[] = {
	{"those that are named", "tools,toys", "tools toys"},
	{"of all those without states and without the server's own", NULL, "tools toys odd"},
	{"one that is named after states is none for data", "tools,tools-davenport", "tools"},
	{"a name that is only the ending is a name", "-davenport", "-davenport"},
};

static void list_all(void *context, struct fake_request *request)
{
	(void)context;
	fake_answer(request, 200, "Content-Type: application/json\r\n",
		    "[\"_users\",\"_replicator\",\"tools\",\"tools-davenport\",\"toys\",\"odd\"]");
}

static void check_meant(void **state)
{
	const struct meant_case *row = *state;
	struct fake_server *server = fake_server_open(list_all, NULL);
	scoped_text url = own_copy(fake_server_url(server));
	const struct bridge_settings settings = {.couchdb_url = url,
						 .couchdb_databases = (char *)(uintptr_t)row->list};
	scoped(http) http = http_open("davenport-test/1");
	scoped(json_object) names = NULL;
	struct text text = {0};

	assert_true(databases_meant(&settings, http, &names, NULL));
	for (size_t i = 0; i < json_length(names); i++)
		text_format(&text, "%s%s", i ? " " : "", json_text_of(json_at(names, i)));
	scoped_text meant = text_take(&text);
	fake_server_close(&server);
	assert_string_equal(meant, row->meant);
}

/* ---- which are served ---- */

static atomic_bool in_trouble;

/* "tools" holds the config document, "toys" is another program's, "gone" is no database. */
static void hold_config(void *context, struct fake_request *request)
{
	(void)context;
	if (atomic_load(&in_trouble))
		fake_answer(request, 503, "", "{}");
	else if (strcmp(request->target, "/tools/0000-config") == 0)
		fake_answer(request, 200, "", "{\"_id\":\"0000-config\",\"_rev\":\"1-a\"}");
	else
		fake_answer(request, 404, "", "{\"error\":\"not_found\",\"reason\":\"missing\"}");
}

static void sleep_not(void *context, int64_t wait_ms)
{
	(void)context;
	(void)wait_ms;
}

static void draw_zero(void *context, void *bytes, size_t length)
{
	(void)context;
	memset(bytes, 0, length);
}

static bool is_served(struct served_databases *databases, const char *name)
{
	const struct image_databases interface = served_databases_interface(databases);

	return interface.is_served(interface.context, name);
}

static void test_served(void **state)
{
	struct fake_server *server = fake_server_open(hold_config, NULL);
	scoped_text url = own_copy(fake_server_url(server));
	const struct bridge_settings settings = {.couchdb_url = url,
						 .couchdb_databases = (char *)(uintptr_t) "toys,tools,gone"};
	const struct settings_now now = {&settings};
	scoped(http) http = http_open("davenport-test/1");
	scoped(served_databases) databases = served_databases_open(&now);
	struct error error = {0};

	(void)state;
	assert_false(is_served(databases, "tools")); /* nobody has looked yet */
	assert_true(served_databases_refresh(databases, http, &error));
	assert_true(is_served(databases, "tools"));
	assert_false(is_served(databases, "toys"));
	assert_false(is_served(databases, "gone"));
	assert_false(is_served(databases, "tool"));

	/* What cannot be looked up stays as it was. */
	atomic_store(&in_trouble, true);
	assert_false(served_databases_refresh(databases, http, &error));
	assert_true(is_served(databases, "tools"));
	assert_false(is_served(databases, "toys"));
	fake_server_close(&server);
}

static const struct unsigned_case {
	const char *sentence;
	const char *list, *name;
	bool is_unsigned;
} unsigned_cases[] = {
	{"no database is open by itself", "", "tools", false},
	{"the only one", "tools", "tools", true},
	{"the first one", "tools,toys", "tools", true},
	{"the last one", "tools,toys", "toys", true},
	{"one that begins like it is not", "tools-old,toys", "tools", false},
	{"one that ends like it is not", "old-tools", "tools", false},
	{"one that it begins like is not", "tool", "tools", false},
};

static void check_unsigned(void **state)
{
	const struct unsigned_case *row = *state;
	const struct bridge_settings settings = {.public_unsigned = (char *)(uintptr_t)row->list};
	const struct settings_now now = {&settings};
	scoped(served_databases) databases = served_databases_open(&now);
	const struct image_databases interface = served_databases_interface(databases);

	assert_int_equal(interface.is_unsigned(interface.context, row->name), row->is_unsigned);
}

int main(void)
{
	static const struct clock_source at_once = {.sleep_ms = sleep_not, .random_bytes = draw_zero};
	struct cases cases = {0};

	clock_replace(&at_once); /* before there are threads */
	cases_add_table(&cases, meant_cases, check_meant);
	cases_add_table(&cases, unsigned_cases, check_unsigned);
	cases_add(&cases, own_copy("those that hold the app's config document are served"), test_served,
		  NULL);
	return cases_run("served_databases", &cases);
}
