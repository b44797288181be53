/* Log lines as they come out of the process, and secrets that do not. */
#include "base/clock.h"
#include "base/log.h"
#include "base/log_ring.h"
#include "base/own.h"
#include "base/text.h"
#include "tests/fakes/log_lines.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

static char *caught(void (*say)(const void *context), const void *context)
{
	struct log_lines *lines = log_lines_keep();

	say(context);
	return log_lines_take(&lines);
}

static int64_t fixed_now(void *context)
{
	(void)context;
	return 1777044144123;
}

#define TIME "time=2026-04-24T15:22:24.123Z "

struct line_row {
	const char *name;
	const char *where, *words;
	const char *line; /* behind the time */
};

static const struct line_row line_rows[] = {
	{"words alone", "", "started", "level=info msg=\"started\"\n"},
	{"where we are", "tools items", "started", "level=info at=\"tools items\" msg=\"started\"\n"},
	{"no words", "", "", "level=info msg=\"\"\n"},
	{"quotes and backslashes", "a\"b", "say \"x\\y\"",
	 "level=info at=\"a\\\"b\" msg=\"say \\\"x\\\\y\\\"\"\n"},
	{"a line break makes no second line", "", "a\nlevel=error b\r\n\tc",
	 "level=info msg=\"a\\nlevel=error b\\r\\n\\tc\"\n"},
	{"control characters", "", "\x01\x1b[31m\x7f", "level=info msg=\"\\x01\\x1b[31m\\x7f\"\n"},
	{"control characters beyond ASCII", "",
	 "a\xC2\x9B"
	 "b",
	 "level=info msg=\"a\\u009bb\"\n"},
	{"other scripts stay", "", "Schraube größer 螺丝 🛋",
	 "level=info msg=\"Schraube größer 螺丝 🛋\"\n"},
	{"bytes that are no UTF-8", "", "a\xff\xe2\x82z", "level=info msg=\"a\\xff\\xe2\\x82z\"\n"},
	{"a format's own signs", "", "100 %s %n", "level=info msg=\"100 %s %n\"\n"},
};

static void say_row(const void *context)
{
	const struct line_row *row = context;
	struct log log = log_context(NULL, "%s", row->where);

	log_info(&log, "%s", row->words);
}

static void test_line(void **state)
{
	const struct line_row *row = *state;
	scoped_text line = caught(say_row, row);
	scoped_text wanted = own_format(TIME "%s", row->line);

	assert_string_equal(line, wanted);
}

static void say_all_levels(const void *context)
{
	(void)context;
	log_debug(NULL, "d");
	log_info(NULL, "i");
	log_warn(NULL, "w");
	log_error(NULL, "e");
}

struct level_row {
	const char *name;
	bool known;
	const char *lines;
};

static const struct level_row level_rows[] = {
	{"debug", true,
	 TIME "level=debug msg=\"d\"\n" TIME "level=info msg=\"i\"\n" TIME "level=warn msg=\"w\"\n" TIME
	      "level=error msg=\"e\"\n"},
	{"info", true,
	 TIME "level=info msg=\"i\"\n" TIME "level=warn msg=\"w\"\n" TIME "level=error msg=\"e\"\n"},
	{"warn", true, TIME "level=warn msg=\"w\"\n" TIME "level=error msg=\"e\"\n"},
	{"error", true, TIME "level=error msg=\"e\"\n"},
	{"loud", false, NULL},
	{"INFO", false, NULL},
	{"", false, NULL},
};

static void test_level(void **state)
{
	const struct level_row *row = *state;
	enum log_level level = LOG_ERROR;

	assert_int_equal(log_level_from_name(row->name, &level), row->known);
	if (!row->known) {
		assert_int_equal(level, LOG_ERROR);
		return;
	}
	log_set_level(level);
	scoped_text lines = caught(say_all_levels, NULL);
	log_set_level(LOG_INFO);
	assert_string_equal(lines, row->lines);
}

static void test_context(void **state)
{
	char many[300];

	(void)state;
	struct log outer = log_context(NULL, "%s", "tools");
	struct log inner = log_context(&outer, "item %d", 7);
	struct log same = log_context(&inner, "%s", "");
	struct log empty = log_context(NULL, "%s", "");
	struct log below_empty = log_context(&empty, "x");
	assert_string_equal(outer.where, "tools");
	assert_string_equal(inner.where, "tools item 7");
	assert_string_equal(same.where, "tools item 7");
	assert_string_equal(below_empty.where, "x");
	for (size_t i = 0; i + 2 < sizeof(many); i += 2)
		memcpy(many + i, "é", 3);
	struct log cut = log_context(&outer, "%s", many);
	assert_true(text_is_utf8(cut.where, strlen(cut.where)));
	assert_in_range(strlen(cut.where), sizeof(cut.where) - 2, sizeof(cut.where) - 1);
}

static void say_long(const void *context)
{
	log_info(NULL, "%s", (const char *)context);
}

static void test_long(void **state)
{
	struct text words = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		text_add(&words, "é");
	scoped_text line = caught(say_long, words.bytes);
	size_t length = strlen(line);
	text_done(&words);
	assert_in_range(length, 8192, 8192 + 100);
	assert_string_equal(line + length - strlen("é\" cut=true\n"), "é\" cut=true\n");
	assert_true(text_is_utf8(line, length));
}

/* ---- secrets ---- */

#define SECRET "s3cr/t+\"word\"é"

struct mask_row {
	const char *name;
	const char *words, *masked;
};

static const struct mask_row mask_rows[] = {
	{"as it is", "a " SECRET " b", "a *** b"},
	{"several times and side by side", SECRET SECRET "," SECRET, "******,***"},
	{"percent-encoded", "?x=s3cr%2Ft%2B%22word%22%C3%A9&y", "?x=***&y"},
	{"percent-encoded in small letters", "?x=s3cr%2ft%2b%22word%22%c3%a9&y", "?x=***&y"},
	{"escaped for JSON", "{\"a\":\"s3cr/t+\\\"word\\\"é\"}", "{\"a\":\"***\"}"},
	{"base64 of it alone", "czNjci90KyJ3b3JkIsOp", "***"},
	{"base64 behind \"admin:\"", "Basic YWRtaW46czNjci90KyJ3b3JkIsOp", "Basic YWRtaW46***"},
	{"base64 behind \"me:\"", "Basic bWU6czNjci90KyJ3b3JkIsOp", "Basic bWU6***"},
	{"base64 behind \"root:\"", "Basic cm9vdDpzM2NyL3QrIndvcmQiw6k=", "Basic cm9vdDp***k="},
	{"base64 behind \"a:\"", "Basic YTpzM2NyL3QrIndvcmQiw6k=", "Basic YTp***k="},
	{"base64 behind \"user:\" and before more", "dXNlcjpzM2NyL3QrIndvcmQiw6kh", "dXNlcjp***kh"},
	{"no secret", "nothing here", "nothing here"},
	{"half of it is not known", "s3cr/t+", "s3cr/t+"},
	{"one that holds another is masked as a whole", "x outer-inner-secret-outer y", "x *** y"},
	{"the inner one alone", "x inner-secret inner y", "x *** inner y"},
	{"too short for a secret", "tiny abc", "tiny abc"},
	{"nothing", "", ""},
};

static void test_mask(void **state)
{
	const struct mask_row *row = *state;
	scoped_text words = own_copy(row->words);

	log_secret(SECRET);
	log_secret("inner-secret");
	log_secret("outer-inner-secret-outer"); /* longer, and known later */
	log_secret("tiny");
	log_secret("");
	log_secret(NULL);
	log_mask(words);
	assert_string_equal(words, row->masked);
}

static void say_secret(const void *context)
{
	struct log log = log_context(NULL, "at %s", (const char *)context);

	log_error(&log, "with %s", (const char *)context);
}

static void test_mask_in_lines(void **state)
{
	(void)state;
	log_secret("password-of-lines");
	scoped_text line = caught(say_secret, "password-of-lines");
	assert_string_equal(line, TIME "level=error at=\"at ***\" msg=\"with ***\"\n");
}

/* ---- threads ---- */

enum { THREADS = 4, LINES = 500 };

static void *write_lines(void *context)
{
	char letters[400];

	memset(letters, *(const char *)context, sizeof(letters) - 1);
	letters[sizeof(letters) - 1] = '\0';
	for (int i = 0; i < LINES; i++)
		log_info(NULL, "%s", letters);
	return NULL;
}

static void say_in_threads(const void *context)
{
	static char letters[THREADS] = {'a', 'b', 'c', 'd'};
	pthread_t threads[THREADS];

	(void)context;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &letters[i]), 0);
	for (int i = 0; i < 50; i++) {
		char secret[32];
		snprintf(secret, sizeof(secret), "thread-secret-%d", i);
		log_secret(secret);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void test_quote(void **state)
{
	(void)state;
	log_secret("password-that-is-quoted");
	scoped_text cut = log_quote("a proxy says: password-that-is-quoted", 25);
	assert_string_equal(cut, "a proxy says: ***");
	scoped_text character = log_quote("ab\u00e4c", 3);
	assert_string_equal(character, "ab…");
	scoped_text whole = log_quote("abc", 3);
	assert_string_equal(whole, "abc");
}

static void test_threads(void **state)
{
	int count = 0;

	(void)state;
	scoped_text lines = caught(say_in_threads, NULL);
	for (char *line = lines, *end; (end = strchr(line, '\n')); line = end + 1, count++) {
		const char *words = strstr(line, "msg=\"");
		assert_non_null(words);
		assert_true(words < end);
		assert_int_equal(strspn(words + 5, (char[]){words[5], '\0'}), 399);
		assert_ptr_equal(words + 5 + 399 + 1, end);
	}
	assert_int_equal(count, THREADS * LINES);
}

static int fix_time(void **state)
{
	(void)state;
	clock_replace(&(struct clock_source){.now_ms = fixed_now});
	return 0;
}

#define ROWS(table, function)                                                                                \
	for (size_t i = 0; i < countof(table); i++)                                                          \
		tests[count++] = (struct CMUnitTest)                                                         \
		{                                                                                            \
			(table)[i].name, function, NULL, NULL, (void *)(uintptr_t) & (table)[i]              \
		}

/* A line that is not shown is none. */
/* As they were written, secrets masked; more than there is room for push out the oldest. */
static void say_many(const void *context)
{
	log_warn(NULL, "the first has password-of-the-ring");
	for (int i = 0; i < LOG_RING_LINES - 1; i++)
		log_info(NULL, "number %d of many", i);
	(void)context;
}

static void say_more(const void *context)
{
	scoped_text words = own_format("%0*d", 2 * LOG_RING_BYTES, 7);

	log_error(NULL, "long %s", words);
	(void)context;
}

static void test_ring(void **state)
{
	static char lines[LOG_RING_LINES + 1][LOG_RING_BYTES];

	(void)state;
	log_secret("password-of-the-ring");
	free(caught(say_many, NULL));
	assert_int_equal(log_ring_copy(NULL, lines, LOG_RING_LINES + 1), LOG_RING_LINES);
	assert_non_null(strstr(lines[0], "level=info msg=\"number 198 of many\""));
	assert_non_null(strstr(lines[LOG_RING_LINES - 1], "the first has ***"));
	assert_int_equal(log_ring_copy("NUMBER 19", lines, LOG_RING_LINES), 10);
	assert_int_equal(log_ring_copy("of many", lines, 3), 3);
	free(caught(say_more, NULL));
	assert_int_equal(log_ring_copy("the first has", lines, 1), 0);
	assert_int_equal(log_ring_copy("long", lines, 1), 1);
	assert_int_equal(strlen(lines[0]), LOG_RING_BYTES - 1);
}

static void test_lines_are_counted(void **state)
{
	uint64_t before = log_lines();
	struct log_lines *lines = log_lines_keep();

	(void)state;
	log_info(NULL, "one");
	log_debug(NULL, "not shown");
	log_warn(NULL, "two");
	scoped_text kept = log_lines_take(&lines);
	assert_int_equal(log_lines() - before, 2);
}

int main(void)
{
	static struct CMUnitTest tests[countof(line_rows) + countof(level_rows) + countof(mask_rows) + 7] = {
		{"a context is inherited, and cut between characters", test_context, NULL, NULL, NULL},
		{"a message that is too long is cut and says so", test_long, NULL, NULL, NULL},
		{"lines of several threads do not mix", test_threads, NULL, NULL, NULL},
		{"secrets are masked in words and context", test_mask_in_lines, NULL, NULL, NULL},
		{"words are masked before they are cut", test_quote, NULL, NULL, NULL},
		{"a thread knows how many lines it has written", test_lines_are_counted, NULL, NULL, NULL},
		{"the last lines can be looked at", test_ring, NULL, NULL, NULL},
	};
	size_t count = 7;

	ROWS(line_rows, test_line);
	ROWS(level_rows, test_level);
	ROWS(mask_rows, test_mask);
	return cmocka_run_group_tests_name("log", tests, fix_time, NULL);
}
