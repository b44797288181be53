/* What the program says of its settings as it reads them. */
#include "base/log.h"
#include "base/own.h"
#include "bridge/settings.h"
#include "tests/fakes/log_lines.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it wants declared */
#include <cmocka.h>

static void set_variable(const char *name, const char *value)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

struct endpoint_case {
	const char *sentence;
	const char *url; /* or NULL: not set */
	bool warned;
};

static const struct endpoint_case endpoint_cases[] = {
	{"Airtable itself is no reason to warn", NULL, false},
	{"https is no reason to warn", "https://airtable.example", false},
	{"http on this machine is no reason to warn", "http://127.0.0.1:8790", false},
	{"http by this machine's name is no reason to warn", "http://localhost:8790", false},
	{"http to another machine is warned of", "http://airtable.example", true},
	{"http to another address is warned of", "http://10.0.0.3:8080", true},
};

static void check_endpoint(void **state)
{
	const struct endpoint_case *row = *state;
	struct bridge_settings settings = {0};
	struct error error = {0};

	set_variable("COUCHDB_URL", "http://127.0.0.1:5984");
	set_variable("AIRTABLE_ENDPOINT_URL", row->url);
	struct log_lines *lines = log_lines_keep();
	bool good = bridge_settings_load(&settings, &error);
	scoped_text said = log_lines_take(&lines);
	if (!good)
		fail_msg("%s", error.text);
	scoped_text wanted = own_format("level=warn msg=\"AIRTABLE_ENDPOINT_URL is %s: whoever is on the way "
					"there can read the token and the rows; use https://\"\n",
					settings.airtable_endpoint_url);
	bridge_settings_done(&settings);
	if (row->warned ? !strstr(said, wanted) : said[0] != '\0')
		fail_msg("it says '%s'", said);
}

int main(void)
{
	static struct CMUnitTest tests[countof(endpoint_cases)];

	set_variable("DAVENPORT_CONFIG", NULL);
	set_variable("LOG_LEVEL", NULL);
	for (size_t i = 0; i < countof(tests); i++)
		tests[i] = (struct CMUnitTest){.name = endpoint_cases[i].sentence,
					       .test_func = check_endpoint,
					       .initial_state = (void *)(uintptr_t)&endpoint_cases[i]};
	return cmocka_run_group_tests_name("bridge settings", tests, NULL, NULL);
}
