#include "bridge/endpoints/airtable_poll.h"

#include "airtable/records.h"
#include "base/clock.h"

#include <stdlib.h>

static int64_t last_look_ms(struct json_object *position)
{
	return json_int_or(position, "look", 0);
}

static size_t seen_count(struct json_object *position)
{
	struct json_object *seen = json_child(position, "seen", json_type_array);
	size_t count = 0;

	for (size_t i = 0; seen && i < json_length(seen); i++) {
		struct json_object *ids = json_child(json_at(seen, i), "ids", json_type_array);
		count += ids ? json_length(ids) : 0;
	}
	return count;
}

static void add_moment(struct text *formula, int64_t time_ms)
{
	char iso[CLOCK_ISO_SIZE];

	if (clock_iso(time_ms > 0 ? time_ms : 0, iso))
		text_format(formula, "DATETIME_PARSE('%s')", iso);
}

/* A row that was never edited may have no last modified time: its creation counts as well. */
static void add_changed_after(struct text *formula, int64_t time_ms)
{
	text_add(formula, "OR(IS_AFTER(CREATED_TIME(),");
	add_moment(formula, time_ms);
	text_add(formula, "),IS_AFTER(LAST_MODIFIED_TIME(),");
	add_moment(formula, time_ms);
	text_add(formula, "))");
}

static void add_seen(struct json_object *position, struct text *formula)
{
	struct json_object *seen = json_child(position, "seen", json_type_array);
	const char **ids = own_alloc((seen_count(position) + 1) * sizeof *ids);
	size_t count = 0;

	for (size_t i = 0; i < json_length(seen); i++) {
		struct json_object *some = json_child(json_at(seen, i), "ids", json_type_array);
		for (size_t id = 0; some && id < json_length(some); id++)
			if (json_text_of(json_at(some, id)))
				ids[count++] = json_text_of(json_at(some, id));
	}
	airtable_formula_any_record(formula, ids, count);
	free(ids);
}

void poll_formula(struct json_object *position, struct text *formula)
{
	int64_t look_ms = last_look_ms(position);

	if (seen_count(position) < POLL_NAMED_FROM) {
		add_changed_after(formula, look_ms - POLL_OVERLAP_MS);
		return;
	}
	text_add(formula, "AND(");
	add_changed_after(formula, look_ms - POLL_OVERLAP_MS);
	text_add(formula, ",OR(");
	add_changed_after(formula, look_ms - POLL_SETTLED_MS);
	text_add(formula, ",NOT(");
	add_seen(position, formula);
	text_add(formula, ")))");
}

struct json_object *poll_position_new(int64_t look_ms)
{
	struct json_object *position = json_new_object();

	json_put(position, "look", json_new_int(look_ms));
	return position;
}

static struct json_object *sighting(int64_t at_ms, struct json_object *ids)
{
	struct json_object *json = json_new_object();

	json_put(json, "at", json_new_int(at_ms));
	json_put(json, "ids", json_share(ids));
	return json;
}

/* The first of them, as many as may be named. */
static struct json_object *as_many_as_may_be_named(struct json_object *ids)
{
	struct json_object *some = json_new_array();

	for (size_t i = 0; i < json_length(ids) && i < POLL_NAMED_LIMIT; i++)
		json_append(some, json_share(json_at(ids, i)));
	return some;
}

struct json_object *poll_position_next(struct json_object *position, int64_t look_ms,
				       struct json_object *seen_ids)
{
	struct json_object *next = poll_position_new(look_ms), *seen = json_new_array();
	struct json_object *former = json_child(position, "seen", json_type_array);
	scoped(json_object) now_seen = as_many_as_may_be_named(seen_ids);
	size_t named = json_length(now_seen);

	if (named)
		json_append(seen, sighting(look_ms, now_seen));
	for (size_t i = 0; former && i < json_length(former); i++) {
		struct json_object *one = json_at(former, i);
		struct json_object *ids = json_child(one, "ids", json_type_array);
		/* Seen longer ago than the overlap reaches: the next question does not reach it either. */
		bool within = json_int_or(one, "at", 0) > look_ms - POLL_OVERLAP_MS;
		if (!within || !ids || named + json_length(ids) > POLL_NAMED_LIMIT)
			continue;
		named += json_length(ids);
		json_append(seen, json_share(one));
	}
	json_put(next, "seen", seen);
	return next;
}
