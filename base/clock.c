/* Time and chance: the system's, or a test's. */
#include "base/clock.h"
#include "base/own.h"
#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	MS_PER_SECOND = 1000,
	MS_PER_MINUTE = 60 * MS_PER_SECOND,
	MS_PER_DAY = 24 * 60 * MS_PER_MINUTE,
};

static struct clock_source replaced;

void clock_replace(const struct clock_source *source)
{
	replaced = source ? *source : (struct clock_source){0};
}

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	/* Both clocks are there on every Linux that this runs on. */
	if (clock_gettime(id, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return replaced.now_ms ? replaced.now_ms(replaced.context) : read_clock(CLOCK_REALTIME);
}

int64_t clock_steady_ms(void)
{
	return replaced.steady_ms ? replaced.steady_ms(replaced.context) : read_clock(CLOCK_BOOTTIME);
}

void clock_sleep_ms(int64_t wait_ms)
{
	if (replaced.sleep_ms) {
		replaced.sleep_ms(replaced.context, wait_ms);
		return;
	}
	if (wait_ms <= 0)
		return;
	struct timespec left = {wait_ms / MS_PER_SECOND, (long)(wait_ms % MS_PER_SECOND) * 1000000};
	while (nanosleep(&left, &left) != 0)
		continue; /* a signal: the rest is in 'left' */
}

static void start_sodium(void)
{
	/* Fails only without a source of chance; going on would make guessable secrets. */
	if (sodium_init() < 0)
		abort();
}

void random_bytes(void *bytes, size_t length)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (replaced.random_bytes) {
		replaced.random_bytes(replaced.context, bytes, length);
		return;
	}
	pthread_once(&once, start_sodium);
	randombytes_buf(bytes, length);
}

/* Even: what lies in the incomplete last round of 'below' is drawn again. A test's source may
 * give the same bytes for ever, so that after some draws the remainder is good enough. */
static uint64_t random_below_64(uint64_t below)
{
	enum { DRAWS = 100 };
	uint64_t number = 0;
	uint64_t uneven = below > 1 ? (0 - below) % below : 0;

	if (below < 2)
		return 0;
	for (int draw = 0; draw < DRAWS; draw++) {
		random_bytes(&number, sizeof(number));
		if (number >= uneven)
			break;
	}
	return number % below;
}

uint32_t random_below(uint32_t below)
{
	return (uint32_t)random_below_64(below);
}

void random_uuid(char uuid_out[37])
{
	unsigned char bytes[16];
	char *out = uuid_out;

	random_bytes(bytes, sizeof(bytes));
	bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = "0123456789abcdef"[bytes[i] >> 4];
		*out++ = "0123456789abcdef"[bytes[i] & 15];
	}
	*out = '\0';
}

static int64_t backoff_most_ms(int attempt, int64_t first_ms, int64_t cap_ms)
{
	int64_t most_ms = first_ms;

	while (attempt-- > 0 && most_ms < cap_ms)
		most_ms = most_ms <= cap_ms / 2 ? most_ms * 2 : cap_ms;
	return most_ms < cap_ms ? most_ms : cap_ms;
}

static int64_t draw_ms(int64_t most_ms)
{
	return most_ms > 0 ? (int64_t)random_below_64((uint64_t)most_ms + 1) : 0;
}

int64_t random_backoff_ms(int attempt, int64_t first_ms, int64_t cap_ms)
{
	return draw_ms(backoff_most_ms(attempt, first_ms, cap_ms));
}

int64_t random_pause_ms(int attempt, int64_t first_ms, int64_t cap_ms)
{
	int64_t most_ms = backoff_most_ms(attempt, first_ms, cap_ms);

	return most_ms / 2 + draw_ms(most_ms - most_ms / 2);
}

/* Days since 1970-01-01 of a day of the Gregorian calendar, also before it was in use (as JavaScript does).
 * Years are counted from March, so that the leap day is the last. */
static int64_t days_of_date(int year, int month, int day)
{
	int64_t from_march = month > 2 ? month - 3 : month + 9;
	int64_t years = year - (month <= 2) + 400; /* positive from year 0 on */
	int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;

	return years * 365 + years / 4 - years / 100 + years / 400 + day_of_year - 719468 - 146097;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

struct moment {
	int year, month, day, hour, minute, second, ms;
};

static bool moment_exists(const struct moment *at)
{
	return at->month >= 1 && at->month <= 12 && at->day >= 1 &&
	       at->day <= days_of_month(at->year, at->month) && at->hour < 24 && at->minute < 60 &&
	       at->second < 60;
}

static int64_t moment_ms(const struct moment *at)
{
	int64_t seconds = ((int64_t)at->hour * 60 + at->minute) * 60 + at->second;

	return days_of_date(at->year, at->month, at->day) * MS_PER_DAY + seconds * MS_PER_SECOND + at->ms;
}

/* Where the next ones go. */
static char *put_digits(char *at, int count, int number, char behind)
{
	for (int i = count; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
	at[count] = behind;
	return at + count + 1;
}

bool clock_iso(int64_t time_ms, char iso_out[CLOCK_ISO_SIZE])
{
	int64_t ms = time_ms % MS_PER_SECOND;
	time_t seconds = (time_t)(time_ms / MS_PER_SECOND);
	struct tm at;

	if (ms < 0) {
		ms += MS_PER_SECOND;
		seconds--;
	}
	if (!gmtime_r(&seconds, &at) || at.tm_year < -1900 || at.tm_year > 9999 - 1900)
		return false;
	char *end = put_digits(iso_out, 4, at.tm_year + 1900, '-');
	end = put_digits(end, 2, at.tm_mon + 1, '-');
	end = put_digits(end, 2, at.tm_mday, 'T');
	end = put_digits(end, 2, at.tm_hour, ':');
	end = put_digits(end, 2, at.tm_min, ':');
	end = put_digits(end, 2, at.tm_sec, '.');
	end = put_digits(end, 3, (int)ms, 'Z');
	*end = '\0';
	return true;
}

/* Exactly 'count' digits. */
static bool eat_digits(const char **at, int count, int *number_out)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		char digit = (*at)[i];
		if (digit < '0' || digit > '9')
			return false;
		number = number * 10 + (digit - '0');
	}
	*at += count;
	*number_out = number;
	return true;
}

static bool eat(const char **at, const char *words)
{
	size_t length = strlen(words);

	if (strncmp(*at, words, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool eat_date(const char **at, struct moment *moment)
{
	return eat_digits(at, 4, &moment->year) && eat(at, "-") && eat_digits(at, 2, &moment->month) &&
	       eat(at, "-") && eat_digits(at, 2, &moment->day);
}

/* What follows the point: at least one digit, any number of them. */
static bool eat_fraction(const char **at, int *ms_out)
{
	int ms = 0, weight = 100;

	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, weight /= 10)
		ms += (**at - '0') * weight;
	*ms_out = ms;
	return true;
}

static bool eat_minutes(const char **at, struct moment *moment)
{
	return eat_digits(at, 2, &moment->hour) && eat(at, ":") && eat_digits(at, 2, &moment->minute);
}

static bool eat_time(const char **at, struct moment *moment)
{
	if (!eat_minutes(at, moment))
		return false;
	if (!eat(at, ":"))
		return true;
	if (!eat_digits(at, 2, &moment->second))
		return false;
	return (!eat(at, ".") && !eat(at, ",")) || eat_fraction(at, &moment->ms);
}

/* "Z", "+05:30", "-08". */
static bool eat_zone(const char **at, int *minutes_out)
{
	int hours = 0, minutes = 0;

	if (eat(at, "Z")) {
		*minutes_out = 0;
		return true;
	}
	int sign = **at == '-' ? -1 : 1;
	if (!eat(at, "+") && !eat(at, "-"))
		return false;
	if (!eat_digits(at, 2, &hours) || (eat(at, ":") && !eat_digits(at, 2, &minutes)))
		return false;
	*minutes_out = sign * (hours * 60 + minutes);
	return hours < 24 && minutes < 60;
}

bool clock_from_iso(const char *iso, int64_t *time_ms_out)
{
	struct moment moment = {0};
	char unused[CLOCK_ISO_SIZE];
	int zone_minutes = 0;

	if (!iso || !eat_date(&iso, &moment))
		return false;
	if (eat(&iso, "T") && (!eat_time(&iso, &moment) || !eat_zone(&iso, &zone_minutes)))
		return false;
	if (*iso || !moment_exists(&moment))
		return false;
	int64_t time_ms = moment_ms(&moment) - (int64_t)zone_minutes * MS_PER_MINUTE;
	/* An offset may lead out of the years that can be written. */
	if (!clock_iso(time_ms, unused))
		return false;
	*time_ms_out = time_ms;
	return true;
}

/* Place in a list of three-letter names, from 1; 0 when it is none. */
static int eat_name(const char **at, const char *names)
{
	for (int place = 1; *names; place++, names += 3) {
		if (strncmp(*at, names, 3) == 0) {
			*at += 3;
			return place;
		}
	}
	return 0;
}

bool clock_from_http_date(const char *date, int64_t *time_ms_out)
{
	struct moment moment = {0};

	if (!date || eat_name(&date, "MonTueWedThuFriSatSun") == 0 || !eat(&date, ", ") ||
	    !eat_digits(&date, 2, &moment.day) || !eat(&date, " "))
		return false;
	moment.month = eat_name(&date, "JanFebMarAprMayJunJulAugSepOctNovDec");
	if (moment.month == 0 || !eat(&date, " ") || !eat_digits(&date, 4, &moment.year) || !eat(&date, " "))
		return false;
	if (!eat_minutes(&date, &moment) || !eat(&date, ":") || !eat_digits(&date, 2, &moment.second) ||
	    !eat(&date, " GMT") || *date || !moment_exists(&moment))
		return false;
	*time_ms_out = moment_ms(&moment);
	return true;
}
