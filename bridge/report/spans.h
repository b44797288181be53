/* What happened, counted by hours for a day and by days for a month. Pure.
 *
 * Hours and days are UTC, of the wall clock of the machine that counts. What is older goes by itself: there are as many places
 * as are kept. A clock that was set back counts on in the hour that it shows; what the future has is not shown. */
#pragma once
#include "base/json.h"

enum span_kind {
	SPAN_TO_AIRTABLE, /* rows that were made, changed or deleted */
	SPAN_TO_COUCHDB,  /* documents that were written, without app links */
	SPAN_CONFLICTS,
	SPAN_FAILURES, /* cycles that failed */
	SPAN_CALLS,    /* of Airtable's API */
	SPAN_KINDS,
};

enum spans_limits {
	SPANS_HOURS = 24,
	SPANS_DAYS = 31,
};

struct span {
	int64_t number; /* of the hour or the day since 1970; 0: nothing is counted here */
	int64_t counts[SPAN_KINDS];
};
/* {0}: nothing was counted yet. */
struct spans {
	struct span hours[SPANS_HOURS], days[SPANS_DAYS];
};

/* "to_airtable", "calls", …: for documents and figures. */
const char *span_kind_name(enum span_kind kind);
void spans_add(struct spans *spans, enum span_kind kind, int64_t count, int64_t now_wall_ms);
/* Since midnight, UTC. */
int64_t spans_today(const struct spans *spans, enum span_kind kind, int64_t now_wall_ms);
/* In this hour and the 23 before it; in this day and the 30 before it. */
int64_t spans_of_day(const struct spans *spans, enum span_kind kind, int64_t now_wall_ms);
int64_t spans_of_month(const struct spans *spans, enum span_kind kind, int64_t now_wall_ms);

/* {"hours": {"490123": {"calls": 12}}, "days": …}: what is 0 is left out. The caller puts. */
struct json_object *spans_json(const struct spans *spans);
/* What cannot be read counts as never counted. */
void spans_read(struct json_object *json, struct spans *spans_out);
