/* The sentences in which a report is shown: the same ones in commands and on pages. Pure. The caller frees each. */
#pragma once
#include "bridge/report/report.h"

/* What a person has to know first:
 *
 *     "in sync since 2026-11-30T05:00:00Z"              "catching up: 120 of 3000, about 4 min left"
 *     "needs attention since …: the token …"            "paused since … by anna on nas"
 *     "not running since …; it was in sync then"        "never ran yet" */
char *report_state_words(const struct report *report, enum report_life life);
/* "to Airtable 2026-11-30T05:00:00Z (3 rows), to CouchDB never". */
char *report_changes_words(const struct figures *figures);
/* "312 items (310 rows), 12 collections (12 rows)". */
char *report_counts_words(const struct figures *figures);
/* "today 1200, this month 31200: news 20000, rows 11200"; today and the month are UTC. */
char *report_calls_words(const struct report *report);
/* "CouchDB's feed; Airtable is asked every 30 s". */
char *report_hears_words(const struct figures *figures);
/* "CouchDB 3.5.0 answers in 3 ms, Airtable in 210 ms". */
char *report_servers_words(const struct figures *figures);
/* "documents 0 s, rows at most 31 s". */
char *report_lag_words(const struct figures *figures);
/* Whether a person has to act, or should look: what makes `davenport status` end with 1. */
bool report_wants_attention(const struct report *report, enum report_life life);

/* The same for programs: one object with all figures, times as ISO 8601 in UTC, null where there is none. The caller puts. */
struct json_object *report_json(const struct report *report, enum report_life life);
