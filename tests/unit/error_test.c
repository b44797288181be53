/* Errors: words that are always whole characters, and never secrets. */
#include "base/error.h"
#include "base/log.h"
#include "base/own.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after what it wants declared */
#include <cmocka.h>

struct row {
	const char *name;
	const char *words;
	size_t repeated;         /* that often */
	const char *front;       /* then wrapped in this, or NULL */
	const char *begin, *end; /* of what must come out */
	size_t length;
};

static const struct row rows[] = {
	{"words are kept", "no answer", 1, NULL, "no answer", "no answer", 9},
	{"words are wrapped", "no answer", 1, "reading", "reading: no answer", "reading: no answer", 18},
	{"what just fits is not cut", "x", 511, NULL, "xxxx", "xxxx", 511},
	{"one byte more is cut and shown", "x", 512, NULL, "xxxx", "xxx…", 511},
	{"a cut falls between characters of two bytes", "é", 300, NULL, "éé", "éé…", 511},
	{"a cut falls between characters of three bytes", "€", 300, NULL, "€€", "€€…", 510},
	{"a cut falls between characters of four bytes", "🛋", 300, NULL, "🛋🛋", "🛋🛋…", 511},
	{"wrapping cuts at the end", "x", 500, "reading the changes", "reading the changes: xxx", "xxx…",
	 511},
	{"a front that is too long alone", "x", 1, "", "", "", 0},
	{"bytes that are no UTF-8 become '?'", "a\xff\xc3 b\xe2\x82", 1, NULL, "a?? b??", "a?? b??", 7},
	{"a lone surrogate becomes '?'", "\xed\xa0\x80", 1, NULL, "???", "???", 3},
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct error error;
	struct text words = {0};
	static char long_front[700];

	for (size_t i = 0; i < row->repeated; i++)
		text_add(&words, row->words);
	assert_false(error_set(&error, ERROR_RETRY, "%s", words.bytes));
	text_done(&words);
	if (row->front && !*row->front) {
		memset(long_front, 'f', sizeof(long_front) - 1);
		assert_false(error_wrap(&error, "%s", long_front));
		assert_int_equal(strlen(error.text), 511);
		assert_null(strchr(error.text, 'x'));
		return;
	}
	if (row->front)
		assert_false(error_wrap(&error, "%s", row->front));
	assert_int_equal(error.kind, ERROR_RETRY);
	assert_int_equal(strlen(error.text), row->length);
	assert_memory_equal(error.text, row->begin, strlen(row->begin));
	assert_string_equal(error.text + row->length - strlen(row->end), row->end);
	assert_true(text_is_utf8(error.text, strlen(error.text)));
}

static void test_set_clears(void **state)
{
	struct error error = {.kind = ERROR_FATAL,
			      .status = 503,
			      .retry_after_ms = 1000,
			      .code = "UNKNOWN",
			      .text = "old",
			      .unreached = true,
			      .server = "CouchDB"};

	(void)state;
	error_set(&error, ERROR_LOST, "new, not %s", error.text);
	assert_int_equal(error.kind, ERROR_LOST);
	assert_int_equal(error.status, 0);
	assert_int_equal(error.retry_after_ms, 0);
	assert_string_equal(error.code, "");
	assert_false(error.unreached);
	assert_null(error.server);
	assert_string_equal(error.text, "new, not old");
}

static void test_wrap_keeps(void **state)
{
	struct error error = {.kind = ERROR_CONFLICT,
			      .status = 409,
			      .retry_after_ms = 5,
			      .code = "conflict",
			      .text = "it changed",
			      .unreached = true,
			      .server = "CouchDB"};

	(void)state;
	error_wrap(&error, "document %d", 7);
	assert_int_equal(error.kind, ERROR_CONFLICT);
	assert_int_equal(error.status, 409);
	assert_int_equal(error.retry_after_ms, 5);
	assert_string_equal(error.code, "conflict");
	assert_true(error.unreached);
	assert_string_equal(error.server, "CouchDB");
	assert_string_equal(error.text, "document 7: it changed");
}

static void test_no_error_wanted(void **state)
{
	(void)state;
	assert_false(error_set(NULL, ERROR_FATAL, "x"));
	assert_false(error_wrap(NULL, "x"));
}

static void test_secrets(void **state)
{
	struct error error;
	scoped_text far = own_alloc(600);

	(void)state;
	log_secret("open-sesame-42");
	error_set(&error, ERROR_FATAL, "with open-sesame-42 it failed");
	assert_string_equal(error.text, "with *** it failed");
	error_wrap(&error, "at open-sesame-42");
	assert_string_equal(error.text, "at ***: with *** it failed");
	/* A cut through a secret would leave half of it: masked before. */
	memset(far, 'x', 505);
	error_set(&error, ERROR_FATAL, "%sopen-sesame-42", far);
	assert_null(strstr(error.text, "open"));
}

struct kind_row {
	const char *name;
	enum error_kind kind;
};

static const struct kind_row kinds[] = {
	{"none", ERROR_NONE},   {"retry", ERROR_RETRY},           {"conflict", ERROR_CONFLICT},
	{"lost", ERROR_LOST},   {"refused", ERROR_REFUSED},       {"stopped", ERROR_STOPPED},
	{"fatal", ERROR_FATAL}, {"unknown", (enum error_kind)99},
};

static void test_kind(void **state)
{
	const struct kind_row *row = *state;

	assert_string_equal(error_kind_name(row->kind), row->name);
}

int main(void)
{
	static struct CMUnitTest tests[countof(rows) + countof(kinds) + 4] = {
		{"a new error forgets the old one, and may quote it", test_set_clears, NULL, NULL, NULL},
		{"wrapping keeps kind, status, code and wait", test_wrap_keeps, NULL, NULL, NULL},
		{"NULL: nobody wants to know", test_no_error_wanted, NULL, NULL, NULL},
		{"secrets are masked, before the cut", test_secrets, NULL, NULL, NULL},
	};
	size_t count = 4;

	for (size_t i = 0; i < countof(rows); i++)
		tests[count++] =
			(struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	for (size_t i = 0; i < countof(kinds); i++)
		tests[count++] = (struct CMUnitTest){kinds[i].name, test_kind, NULL, NULL,
						     (void *)(uintptr_t)&kinds[i]};
	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
