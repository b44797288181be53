/* Formulas: dates, their units and their spellings. All in UTC. */
#include "sandbox/formula_tree.h"

#include "base/clock.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
/* The years 0 to 9999, which is what can be written down. */
#define EARLIEST_MS ((int64_t)-62167219200000)
#define LATEST_MS   ((int64_t)253402300799999)
/* 1970 began on a Thursday, weeks begin on Sundays. */
#define FIRST_SUNDAY_MS (3 * DAY_MS)

struct formula_unit {
	const char *name;   /* "day", also with an s behind it, in any case of letters */
	const char *letter; /* exactly so: M is a month, m a minute */
	int64_t length_ms;  /* or */
	int months;
};

static const struct formula_unit units[] = {
	{"millisecond", "ms", 1, 0}, {"second", "s", 1000, 0}, {"minute", "m", 60000, 0},
	{"hour", "h", 3600000, 0},   {"day", "d", DAY_MS, 0},  {"week", "w", 7 * DAY_MS, 0},
	{"month", "M", 0, 1},        {"quarter", "Q", 0, 3},   {"year", "y", 0, 12},
};

static bool is_named(const struct formula_unit *unit, const char *name)
{
	size_t length = strlen(unit->name);

	if (strcmp(name, unit->letter) == 0)
		return true;
	return strncasecmp(name, unit->name, length) == 0 &&
	       (!name[length] || strcasecmp(name + length, "s") == 0);
}

const struct formula_unit *formula_unit_find(const char *name)
{
	for (size_t i = 0; i < countof(units); i++)
		if (is_named(&units[i], name))
			return &units[i];
	return NULL;
}

static int64_t floor_divide(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

/* ---- months ---- */

/* A time as months since year 0, its day in the month from 1, and the time in the day. */
struct month_day {
	int64_t month;
	int day;
	int64_t rest_ms;
};

static struct month_day month_day_of(int64_t time_ms)
{
	int64_t days = floor_divide(time_ms, DAY_MS);
	time_t seconds = (time_t)(days * (DAY_MS / 1000));
	struct tm date;

	gmtime_r(&seconds, &date);
	return (struct month_day){((int64_t)date.tm_year + 1900) * 12 + date.tm_mon, date.tm_mday,
				  time_ms - days * DAY_MS};
}

static int64_t month_start(int64_t month)
{
	struct tm date = {.tm_year = (int)(floor_divide(month, 12) - 1900), .tm_mday = 1};

	date.tm_mon = (int)(month - floor_divide(month, 12) * 12);
	return (int64_t)timegm(&date) * 1000;
}

/* The 31st becomes the last day of a shorter month. */
static int64_t add_months(int64_t time_ms, int64_t months)
{
	struct month_day at = month_day_of(time_ms);
	int64_t start = month_start(at.month + months);
	int64_t days = (month_start(at.month + months + 1) - start) / DAY_MS;

	return start + ((at.day < days ? at.day : days) - 1) * DAY_MS + at.rest_ms;
}

/* Counted from the one that stands later in its month, so that both directions agree. */
static int64_t months_between(int64_t from_ms, int64_t until_ms)
{
	if (month_day_of(from_ms).day < month_day_of(until_ms).day)
		return -months_between(until_ms, from_ms);
	int64_t months = month_day_of(until_ms).month - month_day_of(from_ms).month;

	if (until_ms >= from_ms && add_months(from_ms, months) > until_ms)
		return months - 1;
	if (until_ms < from_ms && add_months(from_ms, months) < until_ms)
		return months + 1;
	return months;
}

/* ---- units ---- */

int64_t formula_unit_start(const struct formula_unit *unit, int64_t time_ms)
{
	if (unit->months > 0) {
		int64_t month = month_day_of(time_ms).month;
		return month_start(floor_divide(month, unit->months) * unit->months);
	}
	int64_t origin = unit->length_ms == 7 * DAY_MS ? FIRST_SUNDAY_MS : 0;
	return floor_divide(time_ms - origin, unit->length_ms) * unit->length_ms + origin;
}

double formula_unit_between(const struct formula_unit *unit, int64_t from_ms, int64_t until_ms)
{
	int64_t whole = unit->months > 0 ? months_between(from_ms, until_ms) / unit->months
					 : (until_ms - from_ms) / unit->length_ms;

	return (double)whole;
}

bool formula_unit_add(const struct formula_unit *unit, int64_t time_ms, double count, int64_t *time_ms_out)
{
	double most = (double)(LATEST_MS - EARLIEST_MS);
	double length = unit->months > 0 ? 28.0 * (double)DAY_MS * unit->months : (double)unit->length_ms;

	if (isnan(count) || fabs(count) * length > most)
		return false;
	int64_t moved = unit->months > 0 ? add_months(time_ms, (int64_t)trunc(count) * unit->months)
					 : time_ms + llround(count * (double)unit->length_ms);
	if (moved < EARLIEST_MS || moved > LATEST_MS)
		return false;
	*time_ms_out = moved;
	return true;
}

/* ---- reading ---- */

/* What ISO 8601 allows and people write: a blank for the T, no seconds, no zone. */
bool formula_date_read(const char *words, int64_t *time_ms_out)
{
	enum { DATE = 10, MINUTES = 16, MOST = 40 };
	char iso[MOST + 8];
	size_t length = strnlen(words, MOST + 1);

	if (length > MOST || length < DATE)
		return false;
	if (length == DATE)
		return clock_from_iso(words, time_ms_out);
	size_t time_end = DATE + 1 + strspn(words + DATE + 1, "0123456789:.");
	snprintf(iso, sizeof iso, "%.10sT%.*s%s%s", words, (int)(time_end - DATE - 1), words + DATE + 1,
		 time_end == MINUTES ? ":00" : "", words[time_end] ? words + time_end : "Z");
	return (words[DATE] == 'T' || words[DATE] == ' ') && clock_from_iso(iso, time_ms_out);
}

enum date_part {
	PART_YEAR,
	PART_MONTH,
	PART_DAY,
	PART_HOUR,
	PART_MINUTE,
	PART_SECOND,
	PART_MILLISECOND,
	PARTS
};

static const struct {
	const char *sign;
	enum date_part part;
	int most_digits;
	bool all_digits;
} date_signs[] = {
	{"YYYY", PART_YEAR, 4, true}, {"MM", PART_MONTH, 2, true},        {"M", PART_MONTH, 2, false},
	{"DD", PART_DAY, 2, true},    {"D", PART_DAY, 2, false},          {"HH", PART_HOUR, 2, true},
	{"H", PART_HOUR, 2, false},   {"mm", PART_MINUTE, 2, true},       {"m", PART_MINUTE, 2, false},
	{"ss", PART_SECOND, 2, true}, {"SSS", PART_MILLISECOND, 3, true}, {"s", PART_SECOND, 2, false},
};

/* How many bytes of words the sign took, 0 if they do not fit. */
static size_t read_part(size_t sign, const char *words, int parts[PARTS])
{
	int digits = 0, number = 0;

	while (digits < date_signs[sign].most_digits && isdigit((unsigned char)words[digits]))
		number = number * 10 + (words[digits++] - '0');
	if (digits == 0 || (date_signs[sign].all_digits && digits < date_signs[sign].most_digits))
		return 0;
	parts[date_signs[sign].part] = number;
	return (size_t)digits;
}

static size_t sign_at(const char *pattern)
{
	size_t i = 0;

	while (i < countof(date_signs) &&
	       strncmp(pattern, date_signs[i].sign, strlen(date_signs[i].sign)) != 0)
		i++;
	return i;
}

bool formula_date_read_as(const char *words, const char *pattern, int64_t *time_ms_out)
{
	int parts[PARTS] = {[PART_YEAR] = 1970, [PART_MONTH] = 1, [PART_DAY] = 1};
	char iso[80];

	while (*pattern) {
		size_t sign = sign_at(pattern);
		bool known = sign < countof(date_signs);
		size_t taken = known ? read_part(sign, words, parts) : *words == *pattern;
		bool letter = isalpha((unsigned char)*pattern) && *pattern != 'T';
		if (taken == 0 || (letter && !known))
			return false;
		words += taken;
		pattern += known ? strlen(date_signs[sign].sign) : 1;
	}
	snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts[PART_YEAR], parts[PART_MONTH],
		 parts[PART_DAY], parts[PART_HOUR], parts[PART_MINUTE], parts[PART_SECOND],
		 parts[PART_MILLISECOND]);
	return !*words && clock_from_iso(iso, time_ms_out);
}
