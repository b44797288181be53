#include "bridge/report/spans.h"

#include <inttypes.h>
#include <stdlib.h>

#define HOUR_MS 3600000
#define DAY_MS  (24 * (int64_t)HOUR_MS)

const char *span_kind_name(enum span_kind kind)
{
	static const char *const names[SPAN_KINDS] = {
		[SPAN_TO_AIRTABLE] = "to_airtable",
		[SPAN_TO_COUCHDB] = "to_couchdb",
		[SPAN_CONFLICTS] = "conflicts",
		[SPAN_FAILURES] = "failures",
		[SPAN_CALLS] = "calls",
	};

	return names[kind];
}

/* ---- counting ---- */

static void add(struct span *list, size_t places, int64_t number, enum span_kind kind, int64_t count)
{
	struct span *span = &list[number % (int64_t)places];

	if (span->number != number)
		*span = (struct span){.number = number};
	span->counts[kind] += count;
}

void spans_add(struct spans *spans, enum span_kind kind, int64_t count, int64_t now_wall_ms)
{
	if (count <= 0 || now_wall_ms <= 0)
		return;
	add(spans->hours, SPANS_HOURS, now_wall_ms / HOUR_MS, kind, count);
	add(spans->days, SPANS_DAYS, now_wall_ms / DAY_MS, kind, count);
}

static int64_t sum(const struct span *list, size_t places, int64_t now, int64_t first, enum span_kind kind)
{
	int64_t count = 0;

	for (size_t i = 0; i < places; i++)
		if (list[i].number >= first && list[i].number <= now)
			count += list[i].counts[kind];
	return count;
}

int64_t spans_today(const struct spans *spans, enum span_kind kind, int64_t now_wall_ms)
{
	int64_t day = now_wall_ms / DAY_MS;

	return sum(spans->days, SPANS_DAYS, day, day, kind);
}

int64_t spans_of_day(const struct spans *spans, enum span_kind kind, int64_t now_wall_ms)
{
	int64_t hour = now_wall_ms / HOUR_MS;

	return sum(spans->hours, SPANS_HOURS, hour, hour - SPANS_HOURS + 1, kind);
}

int64_t spans_of_month(const struct spans *spans, enum span_kind kind, int64_t now_wall_ms)
{
	int64_t day = now_wall_ms / DAY_MS;

	return sum(spans->days, SPANS_DAYS, day, day - SPANS_DAYS + 1, kind);
}

/* ---- as JSON ---- */

static struct json_object *list_json(const struct span *list, size_t places)
{
	struct json_object *json = json_new_object();

	for (size_t i = 0; i < places; i++) {
		struct json_object *counts = NULL;
		for (int kind = 0; kind < SPAN_KINDS; kind++) {
			if (!list[i].counts[kind])
				continue;
			counts = counts ? counts : json_new_object();
			json_put(counts, span_kind_name((enum span_kind)kind),
				 json_new_int(list[i].counts[kind]));
		}
		scoped_text number = own_format("%" PRId64, list[i].number);
		if (counts)
			json_put(json, number, counts);
	}
	return json;
}

struct json_object *spans_json(const struct spans *spans)
{
	struct json_object *json = json_new_object();

	json_put(json, "hours", list_json(spans->hours, SPANS_HOURS));
	json_put(json, "days", list_json(spans->days, SPANS_DAYS));
	return json;
}

static void read_list(struct json_object *json, struct span *list, size_t places)
{
	json_each (json, key, counts) {
		int64_t number = strtoll(key, NULL, 10);
		if (number <= 0 || number < list[number % (int64_t)places].number)
			continue;
		for (int kind = 0; kind < SPAN_KINDS; kind++) {
			int64_t count = json_int_or(counts, span_kind_name((enum span_kind)kind), 0);
			add(list, places, number, (enum span_kind)kind, count > 0 ? count : 0);
		}
	}
}

void spans_read(struct json_object *json, struct spans *spans_out)
{
	*spans_out = (struct spans){0};
	read_list(json_child(json, "hours", json_type_object), spans_out->hours, SPANS_HOURS);
	read_list(json_child(json, "days", json_type_object), spans_out->days, SPANS_DAYS);
}
