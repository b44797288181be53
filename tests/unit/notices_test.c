/* Who is notified is told once of each, and not more than hourly; and what is told. */
#include "base/json.h"
#include "base/log.h"
#include "bridge/daemon/notice_message.h"
#include "bridge/endpoints/integration_config.h"
#include "tests/unit/cases.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)

static const struct look {
	const char *about;
	int64_t minute;
	bool attention;
	enum notice notice;
} looks[] = {
	{"all is well", 0, false, NOTICE_NONE},
	{"it needs attention", 1, true, NOTICE_ATTENTION},
	{"and goes on to", 50, true, NOTICE_NONE},
	{"it has recovered", 55, false, NOTICE_RECOVERED},
	{"and stays so", 56, false, NOTICE_NONE},
	{"attention within the hour waits", 60, true, NOTICE_NONE},
	{"until the hour is over", 61, true, NOTICE_ATTENTION},
	{"a recovery within the hour of the last one waits as well", 70, false, NOTICE_NONE},
	{"what came back meanwhile was told already", 100, true, NOTICE_NONE},
	{"and recovers when the hour is over", 115, false, NOTICE_RECOVERED},
	{"what comes and goes within the hour is not told", 118, true, NOTICE_NONE},
	{"nor is its end", 119, false, NOTICE_NONE},
	{"hours later it is", 500, true, NOTICE_ATTENTION},
};

static void each_once_and_hourly(void **state)
{
	struct notices notices = {0};

	(void)state;
	for (size_t i = 0; i < countof(looks); i++) {
		enum notice notice = notices_next(&notices, looks[i].attention, looks[i].minute * MINUTE_MS);
		if (notice != looks[i].notice)
			fail_msg("%s: %d", looks[i].about, notice);
	}
}

/* ---- what they say ---- */

#define SECRET "patSecret0000000.of-somebody"

static const struct integration_config shop = {
	.id = "i-1", .name = "Shop \"one\"", .database = "shop", .base_id = "appShop"};

static const struct message_case {
	const char *sentence;
	enum notice notice;
	const char *attention, *message;
} message_cases[] = {
	{"a need for attention, with its reason", NOTICE_ATTENTION, "the base is gone",
	 "integration 'Shop \"one\"' needs attention: the base is gone"},
	{"a recovery", NOTICE_RECOVERED, NULL, "integration 'Shop \"one\"' has recovered"},
	{"a secret is masked", NOTICE_ATTENTION, "refused: " SECRET,
	 "integration 'Shop \"one\"' needs attention: refused: ***"},
};

static void check_message(void **state)
{
	const struct message_case *row = *state;

	log_secret(SECRET);
	scoped_text message = notice_message(row->notice, &shop, row->attention);
	assert_string_equal(message, row->message);
}

static void check_json(void **state)
{
	const struct message_case *row = *state;
	scoped(json_object) json = NULL;

	log_secret(SECRET);
	scoped_text words = notice_json(row->notice, &shop, row->attention, INT64_C(1796059503000));
	assert_null(strstr(words, SECRET));
	assert_true(json_read(words, strlen(words), &json, NULL, NULL));
	bool attention = row->notice == NOTICE_ATTENTION;
	const char *title = attention ? "Davenport needs attention" : "Davenport has recovered";
	scoped_text text = own_format("%s: %s", title, row->message);
	assert_string_equal(json_text_or(json, "title", ""), title);
	assert_string_equal(json_text_or(json, "message", ""), row->message);
	assert_string_equal(json_text_or(json, "text", ""), text);
	assert_string_equal(json_text_or(json, "state", ""), attention ? "needs_attention" : "recovered");
	assert_string_equal(json_text_or(json, "integration", ""), "i-1");
	assert_string_equal(json_text_or(json, "name", ""), "Shop \"one\"");
	assert_string_equal(json_text_or(json, "database", ""), "shop");
	assert_string_equal(json_text_or(json, "base", ""), "appShop");
	assert_string_equal(json_text_or(json, "at", ""), "2026-11-30T17:25:03.000Z");
	assert_int_equal(json_int_or(json, "priority", 0), attention ? 4 : 3);
	assert_int_equal(json_length(json_child(json, "tags", json_type_array)), 1);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("each once, and hourly at most"), each_once_and_hourly, NULL);
	cases_add_table(&cases, message_cases, check_message);
	for (size_t i = 0; i < countof(message_cases); i++)
		cases_add(&cases, own_format("as JSON: %s", message_cases[i].sentence), check_json,
			  (void *)(uintptr_t)&message_cases[i]);
	return cases_run("notices", &cases);
}
