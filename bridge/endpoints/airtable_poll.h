/* The position in a table's changes, when they are found by asking for modified rows. Pure.
 *
 * The base is asked for rows modified since the last job, with an overlap for clocks that differ and writes that show late
 * (sync-rules 22). After a big write of our own the overlap holds many rows that were seen already: those are left out by
 * name, unless they were modified after we saw them, so that no page is read twice. */
#pragma once
#include "base/json.h"

enum poll_limits {
	POLL_OVERLAP_MS = 60000,
	POLL_SETTLED_MS = 2000,  /* a row modified this long before it was seen was seen as modified */
	POLL_NAMED_FROM = 50,    /* fewer rows than this fit a page anyway: none is left out */
	POLL_NAMED_LIMIT = 5000, /* rows that are left out at the most: a formula of 170 KB */
};

/* One table's position: {"look": ms, "seen": [{"at": ms, "ids": [..]}]}. */

/* What to ask. 'position' may have been made by poll_position_new(). */
void poll_formula(struct json_object *position, struct text *formula);
/* The position after a job whose first page came at look_ms and which showed these rows. The caller puts. */
struct json_object *poll_position_next(struct json_object *position, int64_t look_ms,
				       struct json_object *seen_ids);
struct json_object *poll_position_new(int64_t look_ms);
