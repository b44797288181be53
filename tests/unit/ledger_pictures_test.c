/* The ledger's member of pictures: what is stored comes back, what is damaged counts as lost, and when the row is read again. */
#include "base/json.h"
#include "bridge/state/ledger_pictures.h"
#include "tests/unit/cases.h"

#include <string.h>

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};

	assert_true(json_read(words, strlen(words), &json, NULL, &error));
	return json;
}

/* ---- as JSON ---- */

static const struct json_case {
	const char *sentence;
	const char *stored;
	const char *again; /* NULL: the same */
} json_cases[] = {
	{"what was sent",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"sent\"}],\"sent\":1700000000000,\"unanswered\":true}",
	 NULL},
	{"what failed, and was refused",
	 "{\"list\":[{\"image\":\"a\",\"attachment\":\"att1\",\"state\":\"sent\",\"failures\":2,"
	 "\"next_try\":1700000600000}],\"sent\":1700000000000,\"refusals\":1,\"refused_until\":1700000300000,"
	 "\"problem\":\"words\"}",
	 NULL},
	{"what was uploaded",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"sent\",\"uploaded\":true}],\"sent\":1700000000000,"
	 "\"unanswered\":true}",
	 NULL},
	{"what both have, what goes, what stays out",
	 "{\"list\":[{\"image\":\"b\",\"attachment\":\"att2\",\"state\":\"confirmed\"},{\"image\":\"a\","
	 "\"attachment\":\"att1\",\"state\":\"confirmed\",\"gone\":1700000000000},{\"image\":\"c\",\"state\":"
	 "\"left out\"}],\"doubted\":true,\"filled\":1700000000001,\"handled\":\"00000000000000ab\",\"row\":"
	 "\"0100000000000000\",\"removing\":[\"a\",\"att9\"],\"links_at\":1700000000002}",
	 NULL},
	{"what is being imported, failed, is refused, is a copy",
	 "{\"imports\":[{\"attachment\":\"att1\"},{\"attachment\":\"att2\",\"lost\":true,\"failures\":2,"
	 "\"next_try\":1700000600000,\"problem\":\"words\"},{\"attachment\":\"att3\",\"problem\":\"words\"},"
	 "{\"attachment\":\"att4\",\"image\":\"a\"}]}",
	 NULL},
	{"of two imports of the same attachment the first counts, and none is of nothing",
	 "{\"imports\":[{\"attachment\":\"att1\"},{\"attachment\":\"att1\",\"image\":\"a\"},{\"image\":\"b\"}"
	 "]}",
	 "{\"imports\":[{\"attachment\":\"att1\"}]}"},
	{"a state of another version is left out",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"dreamt\"},{\"image\":\"b\",\"state\":\"sent\"}]}",
	 "{\"list\":[{\"image\":\"b\",\"state\":\"sent\"}]}"},
	{"of two of the same picture the first counts",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"sent\"},{\"image\":\"a\",\"state\":\"confirmed\"}]}",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"sent\"}]}"},
	{"times that there cannot be are none",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"sent\",\"next_try\":-5,\"failures\":-1}],\"sent\":-1}",
	 "{\"list\":[{\"image\":\"a\",\"state\":\"sent\"}]}"},
};

static void check_json(void **state)
{
	const struct json_case *row = *state;
	scoped(json_object) stored = parsed(row->stored);
	scoped(json_object) wanted = parsed(row->again ? row->again : row->stored);
	struct ledger_pictures pictures, copy;

	ledger_pictures_from_json(stored, &pictures);
	copy = ledger_pictures_copy(&pictures);
	ledger_pictures_done(&pictures);
	scoped(json_object) again = ledger_pictures_to_json(&copy);
	if (!json_equal(again, wanted))
		fail_msg("%s", json_object_to_json_string(again));
	ledger_pictures_done(&copy);
}

static void nothing_is_not_stored(void **state)
{
	struct ledger_pictures pictures;

	(void)state;
	ledger_pictures_from_json(NULL, &pictures);
	assert_null(ledger_pictures_to_json(&pictures));
	assert_null(ledger_pictures_find(&pictures, "a"));
}

/* ---- when the row is read again ---- */

#define SENT  1700000000000
#define HOUR  3600000
#define NEVER (-1)

static const struct due_case {
	const char *sentence;
	const char *list;
	int64_t after_ms, due_ms;
} due_cases[] = {
	{"of what was sent first after 5 s", "[{\"image\":\"a\",\"state\":\"sent\"}]", 0, 5000},
	{"then after 20 s", "[{\"image\":\"a\",\"state\":\"sent\"}]", 6000, 14000},
	{"then after 60 s", "[{\"image\":\"a\",\"state\":\"sent\"}]", 20000, 40000},
	{"before its write can no longer be applied, not sooner", "[{\"image\":\"a\",\"state\":\"sent\"}]",
	 -65000, 70000},
	{"of what nothing can be decided, hourly", "[{\"image\":\"a\",\"state\":\"sent\"}]", 61000, HOUR},
	{"of what failed when it is tried again",
	 "[{\"image\":\"a\",\"state\":\"sent\",\"next_try\":1700000300000}]", 61000, 239000},
	{"the earliest counts",
	 "[{\"image\":\"a\",\"state\":\"sent\",\"next_try\":1700000300000},{\"image\":\"b\",\"state\":"
	 "\"sent\"}]",
	 20000, 40000},
	{"what both have is not looked at", "[{\"image\":\"a\",\"state\":\"confirmed\"}]", 0, NEVER},
	{"nor what stays out", "[{\"image\":\"a\",\"state\":\"left out\"}]", 0, NEVER},
	{"nor what leaves the row", "[{\"image\":\"a\",\"state\":\"sent\",\"gone\":1700000000000}]", 0,
	 NEVER},
};

static void check_due(void **state)
{
	const struct due_case *row = *state;
	scoped_text words = own_format("{\"list\":%s,\"sent\":%lld}", row->list, (long long)SENT);
	scoped(json_object) json = parsed(words);
	struct ledger_pictures pictures;

	ledger_pictures_from_json(json, &pictures);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + row->after_ms, PICTURES_LOOKED),
			 row->due_ms);
	ledger_pictures_done(&pictures);
}

static const struct import_due_case {
	const char *sentence;
	const char *imports;
	int64_t due_ms;
} import_due_cases[] = {
	{"what was ordered is looked at, if nobody tells", "[{\"attachment\":\"1\"}]", IMPORT_LOOK_MS},
	{"what failed when it is tried again",
	 "[{\"attachment\":\"1\",\"next_try\":1700000300000,\"problem\":\"words\"}]", 300000},
	{"what should have been tried again at once",
	 "[{\"attachment\":\"1\",\"next_try\":1600000000000,\"problem\":\"words\"}]", 0},
	{"what is refused never", "[{\"attachment\":\"1\",\"problem\":\"words\"}]", NEVER},
	{"nor a copy", "[{\"attachment\":\"1\",\"image\":\"a\"}]", NEVER},
	{"the earliest counts",
	 "[{\"attachment\":\"1\",\"next_try\":1700000300000,\"problem\":\"words\"},{\"attachment\":\"2\"}]",
	 IMPORT_LOOK_MS},
};

static void check_import_due(void **state)
{
	const struct import_due_case *row = *state;
	scoped_text words = own_format("{\"imports\":%s}", row->imports);
	scoped(json_object) json = parsed(words);
	struct ledger_pictures pictures;

	ledger_pictures_from_json(json, &pictures);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT, PICTURES_LOOKED), row->due_ms);
	ledger_pictures_done(&pictures);
}

static void what_is_doubted_is_due(void **state)
{
	struct ledger_pictures pictures = {.sent_ms = SENT, .doubted = true};

	(void)state;
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 10000, PICTURES_LOOKED), 50000);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 60000, PICTURES_LOOKED), HOUR);
}

/* The last look, at which it was to be found out that it failed, has not been. */
static void what_nobody_has_looked_at_is_due_at_once(void **state)
{
	struct ledger_picture picture = {
		.image_id = (char[]){"a"}, .attachment_id = (char[]){""}, .state = PICTURE_SENT};
	struct ledger_pictures pictures = {.count = 1, .list = &picture, .sent_ms = SENT};

	(void)state;
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 61000, PICTURES_UNSEEN), 0);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 6000, PICTURES_UNSEEN), 14000);
	picture.next_try_ms = SENT + 300000;
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 61000, PICTURES_UNSEEN), 239000);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 300001, PICTURES_UNSEEN), 0);
}

/* Nothing can be decided of an item that is stopped for a reason of its own: its row is not read each minute for that. */
static void what_was_looked_at_in_vain_is_held(void **state)
{
	struct ledger_import import = {.attachment_id = "att1", .image_id = ""};
	struct ledger_pictures pictures = {.imports = {.count = 1, .list = &import}};

	(void)state;
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT, PICTURES_LOOKED), 60000);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT, PICTURES_IN_VAIN), HOUR);
	import.next_try_ms = SENT - 1;
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT, PICTURES_UNSEEN), 0);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT, PICTURES_IN_VAIN), HOUR);
}

static void what_was_refused_is_due(void **state)
{
	struct ledger_pictures pictures = {.refusals = 1, .refused_until_ms = SENT + 300000};

	(void)state;
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT, PICTURES_LOOKED), 300000);
	assert_int_equal(ledger_pictures_due_ms(&pictures, SENT + 300000, PICTURES_LOOKED), HOUR);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, json_cases, check_json);
	cases_add_table(&cases, due_cases, check_due);
	cases_add_table(&cases, import_due_cases, check_import_due);
	cases_add(&cases, own_copy("nothing is not stored"), nothing_is_not_stored, NULL);
	cases_add(&cases, own_copy("what is doubted is due"), what_is_doubted_is_due, NULL);
	cases_add(&cases, own_copy("what was refused is due"), what_was_refused_is_due, NULL);
	cases_add(&cases, own_copy("what was looked at in vain is held"), what_was_looked_at_in_vain_is_held,
		  NULL);
	cases_add(&cases, own_copy("what nobody has looked at is due at once"),
		  what_nobody_has_looked_at_is_due_at_once, NULL);
	return cases_run("ledger_pictures", &cases);
}
