/* Dates in and out, chance that is even, and both replaced. */
#include "base/clock.h"
#include "base/own.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* after what it wants declared */
#include <cmocka.h>

struct iso_row {
	const char *iso; /* and the case's name */
	bool good;
	int64_t time_ms;
	const char *back; /* how it is written; NULL: the same */
};

static const struct iso_row iso_rows[] = {
	{"1970-01-01T00:00:00.000Z", true, 0, NULL},
	{"2026-04-24T15:22:24.000Z", true, 1777044144000, NULL},
	{"1969-12-31T23:59:59.999Z", true, -1, NULL},
	{"0000-01-01T00:00:00.000Z", true, -62167219200000, NULL},
	{"9999-12-31T23:59:59.999Z", true, 253402300799999, NULL},
	{"2000-02-29T12:00:00.000Z", true, 951825600000, NULL},
	{"2024-02-29", true, 1709164800000, "2024-02-29T00:00:00.000Z"},
	{"2026-04-24", true, 1776988800000, "2026-04-24T00:00:00.000Z"},
	{"2026-04-24T15:22:24Z", true, 1777044144000, "2026-04-24T15:22:24.000Z"},
	{"2026-04-24T15:22Z", true, 1777044120000, "2026-04-24T15:22:00.000Z"},
	{"2026-04-24T15:22:24.5Z", true, 1777044144500, "2026-04-24T15:22:24.500Z"},
	{"2026-04-24T15:22:24,25Z", true, 1777044144250, "2026-04-24T15:22:24.250Z"},
	{"2026-04-24T15:22:24.999999999Z", true, 1777044144999, "2026-04-24T15:22:24.999Z"},
	{"2026-04-24T15:22:24.0009Z", true, 1777044144000, "2026-04-24T15:22:24.000Z"},
	{"1969-12-31T23:59:59.9999Z", true, -1, "1969-12-31T23:59:59.999Z"},
	{"2026-04-24T15:22:24+02:00", true, 1777036944000, "2026-04-24T13:22:24.000Z"},
	{"2026-04-24T15:22:24-05:30", true, 1777063944000, "2026-04-24T20:52:24.000Z"},
	{"2026-04-24T15:22:24+02", true, 1777036944000, "2026-04-24T13:22:24.000Z"},
	{"2026-12-31T23:30:00-01:00", true, 1798763400000, "2027-01-01T00:30:00.000Z"},
	{"2026-04-24T15:22:24-00:00", true, 1777044144000, "2026-04-24T15:22:24.000Z"},
	{"2026-04-24T00:00:00+23:59", true, 1776902460000, "2026-04-23T00:01:00.000Z"},

	{"", false, 0, NULL},
	{"2026-04-24T15:22:24", false, 0, NULL},     /* no zone */
	{"2026-04-24T15:22:24.000", false, 0, NULL}, /* no zone */
	{"2026-04-24T", false, 0, NULL},
	{"2026-04-24Z", false, 0, NULL},
	{"2026-04-24 15:22:24Z", false, 0, NULL},
	{"2026-04-24t15:22:24Z", false, 0, NULL},
	{"2026-04-24T15:22:24z", false, 0, NULL},
	{"2026-04-24T15Z", false, 0, NULL},
	{"2026-04-24T15:22:Z", false, 0, NULL},
	{"2026-04-24T15:22:24.Z", false, 0, NULL},
	{"2026-04-24T15:22:24.5", false, 0, NULL},
	{"2026-04-24T15:22:24Zx", false, 0, NULL},
	{"2026-04-24T15:22:24Z ", false, 0, NULL},
	{" 2026-04-24", false, 0, NULL},
	{"2026-04-24x", false, 0, NULL},
	{"2026-4-24", false, 0, NULL},
	{"26-04-24", false, 0, NULL},
	{"20260424", false, 0, NULL},
	{"2026-04", false, 0, NULL},
	{"2026-00-10", false, 0, NULL},
	{"2026-13-10", false, 0, NULL},
	{"2026-04-00", false, 0, NULL},
	{"2026-04-31", false, 0, NULL},
	{"2026-02-29", false, 0, NULL},
	{"1900-02-29", false, 0, NULL},
	{"2026-04-24T24:00:00Z", false, 0, NULL},
	{"2026-04-24T15:60:00Z", false, 0, NULL},
	{"2016-12-31T23:59:60Z", false, 0, NULL}, /* a leap second */
	{"2026-04-24T15:22:24+24:00", false, 0, NULL},
	{"2026-04-24T15:22:24+02:60", false, 0, NULL},
	{"2026-04-24T15:22:24+2:00", false, 0, NULL},
	{"2026-04-24T15:22:24+0200", false, 0, NULL},
	{"2026-04-24T15:22:24+02:", false, 0, NULL},
	{"2026-04-24T15:22:24 +02:00", false, 0, NULL},
	{"-2026-04-24", false, 0, NULL},
	{"+002026-04-24", false, 0, NULL},
	{"0000-01-01T00:00:00+00:01", false, 0, NULL}, /* in the year -1 */
	{"9999-12-31T23:59:59-00:01", false, 0, NULL}, /* in the year 10000 */
	{"24 April 2026", false, 0, NULL},
	{"1777044144000", false, 0, NULL},
};

static void test_iso(void **state)
{
	const struct iso_row *row = *state;
	int64_t time_ms = 42;
	char back[CLOCK_ISO_SIZE];

	assert_int_equal(clock_from_iso(row->iso, &time_ms), row->good);
	assert_true(time_ms == (row->good ? row->time_ms : 42));
	if (!row->good)
		return;
	assert_true(clock_iso(time_ms, back));
	assert_string_equal(back, row->back ? row->back : row->iso);
}

struct date_row {
	const char *date;
	bool good;
	int64_t time_ms;
};

static const struct date_row date_rows[] = {
	{"Sun, 06 Nov 1994 08:49:37 GMT", true, 784111777000},
	{"Thu, 01 Jan 1970 00:00:00 GMT", true, 0},
	{"Sat, 29 Feb 2020 23:59:59 GMT", true, 1583020799000},
	{"Tue, 31 Dec 2026 23:59:59 GMT", true, 1798761599000}, /* a wrong weekday is not our business */
	{"", false, 0},
	{"Sunday, 06-Nov-94 08:49:37 GMT", false, 0},
	{"Sun Nov  6 08:49:37 1994", false, 0},
	{"Sun, 6 Nov 1994 08:49:37 GMT", false, 0},
	{"Sun, 06 nov 1994 08:49:37 GMT", false, 0},
	{"Xyz, 06 Nov 1994 08:49:37 GMT", false, 0},
	{"Sun, 31 Nov 1994 08:49:37 GMT", false, 0},
	{"Sun, 06 Nov 1994 08:49:60 GMT", false, 0},
	{"Sun, 06 Nov 1994 08:49:37.5 GMT", false, 0},
	{"Sun, 06 Nov 1994 08:49 GMT", false, 0},
	{"Sun, 06 Nov 1994 08:49:37 UTC", false, 0},
	{"Sun, 06 Nov 1994 08:49:37 GMT ", false, 0},
	{"Sun, 06 Nov 1994 08:49:37", false, 0},
	{"0", false, 0},
};

static void test_http_date(void **state)
{
	const struct date_row *row = *state;
	int64_t time_ms = 42;

	assert_int_equal(clock_from_http_date(row->date, &time_ms), row->good);
	assert_true(time_ms == (row->good ? row->time_ms : 42));
}

static void test_null_dates(void **state)
{
	int64_t time_ms;

	(void)state;
	assert_false(clock_from_iso(NULL, &time_ms));
	assert_false(clock_from_http_date(NULL, &time_ms));
}

/* Against the C library, over all that can be written. */
static void test_every_day(void **state)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t back_ms;

	(void)state;
	for (int64_t time_ms = -62167219200000; time_ms <= 253402300799999;
	     time_ms += 86400000LL * 13 + 3661001) {
		assert_true(clock_iso(time_ms, iso));
		assert_true(clock_from_iso(iso, &back_ms));
		assert_true(back_ms == time_ms);
	}
}

static void test_years_beyond(void **state)
{
	char iso[CLOCK_ISO_SIZE] = "untouched";

	(void)state;
	assert_false(clock_iso(-62167219200001, iso));
	assert_false(clock_iso(253402300800000, iso));
	assert_false(clock_iso(INT64_MAX, iso));
	assert_false(clock_iso(INT64_MIN, iso));
	assert_string_equal(iso, "untouched");
}

/* ---- replaced ---- */

struct fake {
	int64_t now_ms, steady_ms, slept_ms;
	unsigned char next;
};

static int64_t fake_now(void *context)
{
	return ((struct fake *)context)->now_ms;
}

static int64_t fake_steady(void *context)
{
	return ((struct fake *)context)->steady_ms;
}

static void fake_sleep(void *context, int64_t wait_ms)
{
	((struct fake *)context)->slept_ms += wait_ms;
}

static void fake_bytes(void *context, void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((unsigned char *)bytes)[i] = ((struct fake *)context)->next++;
}

static void test_replaced(void **state)
{
	struct fake fake = {111, 222, 0, 0};
	char uuid[37];

	(void)state;
	clock_replace(&(struct clock_source){fake_now, fake_steady, fake_sleep, fake_bytes, &fake});
	assert_int_equal(clock_now_ms(), 111);
	assert_int_equal(clock_steady_ms(), 222);
	clock_sleep_ms(3600000);
	assert_int_equal(fake.slept_ms, 3600000);
	random_uuid(uuid);
	assert_string_equal(uuid, "00010203-0405-4607-8809-0a0b0c0d0e0f");
	clock_replace(&(struct clock_source){.now_ms = fake_now, .context = &fake});
	assert_int_equal(clock_now_ms(), 111);
	assert_true(clock_steady_ms() != 222);
	clock_replace(NULL);
	assert_true(clock_now_ms() > 1700000000000);
}

static void same_bytes(void *context, void *bytes, size_t length)
{
	memset(bytes, *(int *)context, length);
}

/* A source that always gives the same may not hang what draws again. */
static void test_stubborn_chance(void **state)
{
	int byte = 0;

	(void)state;
	clock_replace(&(struct clock_source){.random_bytes = same_bytes, .context = &byte});
	assert_int_equal(random_below(7), 0);
	assert_int_equal(random_backoff_ms(3, 100, 10000), 0);
	clock_replace(NULL);
}

static void test_real_clocks(void **state)
{
	(void)state;
	int64_t before_ms = clock_steady_ms();
	clock_sleep_ms(2);
	clock_sleep_ms(0);
	clock_sleep_ms(-5);
	assert_true(clock_steady_ms() > before_ms);
	/* The system's seconds are coarser than ours and may lag behind within one. */
	int64_t seconds = (int64_t)time(NULL);
	assert_in_range(clock_now_ms() / 1000 - seconds + 2, 1, 5);
}

static void test_below(void **state)
{
	int seen[7] = {0};

	(void)state;
	assert_int_equal(random_below(0), 0);
	assert_int_equal(random_below(1), 0);
	for (int i = 0; i < 7000; i++) {
		uint32_t number = random_below(7);
		assert_in_range(number, 0, 6);
		seen[number]++;
	}
	/* A fair one misses this about once in 10^60 runs. */
	for (size_t i = 0; i < countof(seen); i++)
		assert_in_range(seen[i], 500, 1500);
}

static void test_uuid(void **state)
{
	char one[37], two[37];

	(void)state;
	random_uuid(one);
	random_uuid(two);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 36);
	for (int i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(one[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", one[i]));
	}
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89ab", one[19]));
}

struct backoff_row {
	const char *name;
	int attempt;
	int64_t first_ms, cap_ms, most_ms;
};

static const struct backoff_row backoff_rows[] = {
	{"the first wait", 0, 250, 30000, 250},
	{"the second is twice as long", 1, 250, 30000, 500},
	{"the sixth", 5, 250, 30000, 8000},
	{"the cap", 7, 250, 30000, 30000},
	{"many attempts do not overflow", INT32_MAX, 250, 30000, 30000},
	{"a cap that is the largest number", 1000, 1, INT64_MAX - 1, INT64_MAX - 1},
	{"a first above the cap", 0, 500, 100, 100},
	{"no first wait", 10, 0, 1000, 0},
};

static void test_backoff(void **state)
{
	const struct backoff_row *row = *state;
	int64_t longest_ms = 0;

	for (int i = 0; i < 200; i++) {
		int64_t wait_ms = random_backoff_ms(row->attempt, row->first_ms, row->cap_ms);
		assert_true(wait_ms >= 0 && wait_ms <= row->most_ms);
		if (wait_ms > longest_ms)
			longest_ms = wait_ms;
		int64_t pause_ms = random_pause_ms(row->attempt, row->first_ms, row->cap_ms);
		assert_true(pause_ms >= row->most_ms / 2 && pause_ms <= row->most_ms);
	}
	assert_true(longest_ms >= row->most_ms / 2); /* fails once in 2^200 */
}

#define ROWS(table, function, sentence)                                                                      \
	for (size_t i = 0; i < countof(table); i++)                                                          \
		tests[count++] = (struct CMUnitTest)                                                         \
		{                                                                                            \
			(table)[i].sentence, function, NULL, NULL, (void *)(uintptr_t) & (table)[i]          \
		}

int main(void)
{
	static struct CMUnitTest tests[countof(iso_rows) + countof(date_rows) + countof(backoff_rows) + 8] = {
		{"no date at all", test_null_dates, NULL, NULL, NULL},
		{"days of ten thousand years are written and read back", test_every_day, NULL, NULL, NULL},
		{"years beyond 0000-9999 are not written", test_years_beyond, NULL, NULL, NULL},
		{"clocks and chance are replaced, one by one", test_replaced, NULL, NULL, NULL},
		{"a source that repeats itself does not hang", test_stubborn_chance, NULL, NULL, NULL},
		{"the real clocks go", test_real_clocks, NULL, NULL, NULL},
		{"numbers below a limit are even", test_below, NULL, NULL, NULL},
		{"a UUID is of version 4 and never twice the same", test_uuid, NULL, NULL, NULL},
	};
	size_t count = 8;

	ROWS(iso_rows, test_iso, iso);
	ROWS(date_rows, test_http_date, date);
	ROWS(backoff_rows, test_backoff, name);
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
