/* How many calls of Airtable's API one base has cost in a month, by purpose: the documents `calls-<base>-<YYYY-MM>` of the state
 * database. Months are UTC, of the wall clock of the machine that counts; Airtable's own billing month may begin on another day. */
#pragma once
#include "airtable/purpose.h"
#include "base/json.h"

enum calls_month_limits { CALLS_MONTHS_KEPT = 13 }; /* with the present one; older documents are deleted */

struct calls_month {
	char month[8]; /* "2026-11"; "": none yet */
	int64_t counts[AIRTABLE_PURPOSES];
	char revision[80];
};

/* "2026-11". */
void calls_month_of(int64_t wall_ms, char month_out[8]);
int64_t calls_month_total(const struct calls_month *calls);
char *calls_month_prefix(const char *base_id); /* of the ids of all months */
char *calls_month_id(const char *base_id, const char month[8]);
/* NULL, and what cannot be read, is a month without calls. */
void calls_month_read(struct json_object *json, const char month[8], struct calls_month *calls_out);
/* With its _id and, unless it is new, its _rev. The caller puts. */
struct json_object *calls_month_json(const struct calls_month *calls, const char *base_id);
/* Whether the document of this id, which begins with the prefix, is older than is kept. */
bool calls_month_is_old(const char *id, const char *prefix, int64_t now_wall_ms);
