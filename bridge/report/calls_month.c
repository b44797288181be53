#include "bridge/report/calls_month.h"

#include "base/clock.h"
#include "base/own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1

void calls_month_of(int64_t wall_ms, char month_out[8])
{
	char iso[CLOCK_ISO_SIZE] = "0000-00";

	(void)clock_iso(wall_ms, iso);
	snprintf(month_out, 8, "%.7s", iso);
}

int64_t calls_month_total(const struct calls_month *calls)
{
	int64_t total = 0;

	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		total += calls->counts[purpose];
	return total;
}

char *calls_month_prefix(const char *base_id)
{
	return own_format("calls-%s-", base_id);
}

char *calls_month_id(const char *base_id, const char month[8])
{
	return own_format("calls-%s-%s", base_id, month);
}

void calls_month_read(struct json_object *json, const char month[8], struct calls_month *calls_out)
{
	struct json_object *counts = json_child(json, "calls", json_type_object);
	struct calls_month calls = {0};

	snprintf(calls.month, sizeof calls.month, "%s", month);
	json_text_into(json, "_rev", calls.revision, sizeof calls.revision);
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++) {
		int64_t count = json_int_or(counts, airtable_purpose_name((enum airtable_purpose)purpose), 0);
		calls.counts[purpose] = count > 0 ? count : 0;
	}
	*calls_out = calls;
}

struct json_object *calls_month_json(const struct calls_month *calls, const char *base_id)
{
	struct json_object *json = json_new_object(), *counts = json_new_object();
	scoped_text id = calls_month_id(base_id, calls->month);

	json_put_text(json, "_id", id);
	if (calls->revision[0])
		json_put_text(json, "_rev", calls->revision);
	json_put(json, "v", json_new_int(VERSION));
	json_put(json, "total", json_new_int(calls_month_total(calls)));
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		if (calls->counts[purpose])
			json_put(counts, airtable_purpose_name((enum airtable_purpose)purpose),
				 json_new_int(calls->counts[purpose]));
	json_put(json, "calls", counts);
	return json;
}

/* Months since the year 0; -1: it is none. */
static int64_t month_number(const char *month)
{
	char *end = NULL;
	long year = strtol(month, &end, 10);

	if (*month < '0' || *month > '9' || *end != '-')
		return -1;
	long number = strtol(end + 1, &end, 10);
	return *end || number < 1 || number > 12 ? -1 : 12 * (int64_t)year + number - 1;
}

bool calls_month_is_old(const char *id, const char *prefix, int64_t now_wall_ms)
{
	char now[8];

	calls_month_of(now_wall_ms, now);
	int64_t of_document = month_number(id + strlen(prefix)), of_now = month_number(now);
	return of_document >= 0 && of_document <= of_now - CALLS_MONTHS_KEPT;
}
