/* What shall go wrong, and when: a plan of rules, asked once for each request to /v0.
 *
 * POST /_sandbox/faults takes an array of rules. Each says when:
 *
 *     "at": 3 or [3, 7]       the requests to /v0 counted from the posting of the rule, the first being 1
 *     "nth": 2                the second request that the filters let through
 *     "every": 4              every fourth of those, "times": 3 of them at most
 *     neither                 the first of those
 *
 * with filters (beside these or in an object "by"): "method": "PATCH", "pathContains": "Items", "write": true,
 * "kind": "list"|"get"|"create"|"update"|"upsert"|"delete"|"upload"|"schema"|"other"; and what ("fault"):
 *
 *     "400" … "599"           that status instead of doing anything; "type", "message", "retryAfter" (s), and for
 *                             "429" also "penalty_ms"; "502" comes as an HTML page
 *     "cut"                   half of the answer, then the end; "applied": false does nothing before
 *     "timeout"               no answer and nothing done, until the client leaves
 *     "applied-unanswered"    done, then the connection ends without an answer
 *     "applied-late"          the connection ends at once; done after "ms" (1000)
 *     "hold"                  waits for "ms", or until POST /_sandbox/faults/release; "point": "before"
 *                             (default) it is done, or "applied"
 *     "edit"                  a person's edit as the request comes in, before it is done: "actions", as
 *                             POST /_sandbox/edit has them, or "table" with "record" or "match" {name: value} and
 *                             "fields" {name: value}
 *     "stale-read"            for "ms" (2000) after the next write reads show what was before it
 *     "skip-row"              a list leaves its "row" number (1 is the first) of this page out
 *     "kill"                  SIGKILL to "pid" at "point" "before", "applied" (no answer follows) or "after" the
 *                             answer was given to the socket; only with --allow-kill
 *
 * One rule fires for a request, the first in the plan's order.
 *
 * Others are about files that a write gives by their URL and that are fetched then. They count these and not requests, "at" and
 * the filters but "pathContains", which looks at the URL, do not go with them:
 *
 *     "fetch-fails"           not fetched; after "ms" (0) the object leaves its cell
 *     "fetch-broken"          not fetched; after "ms" (0) the object stays, and its address answers "status" (404)
 *     "fetch-lost"            fetched and shown; "ms" (1000) after that the object leaves its cell
 *     "fetch-hold"            fetched after "ms", or once POST /_sandbox/faults/release comes
 *     "fetch-refused"         the object leaves its cell before the write is answered, and the answer's details name the
 *                             "reason" ("attachmentsFailedUploading") */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "sandbox/counts.h"
#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_FAULT_LIMIT   10000 /* rules that are waiting */
#define SANDBOX_BROKEN_STATUS 404   /* of a broken file's address */
#define SANDBOX_FIRED_LIMIT   1000  /* that are remembered */

enum sandbox_fault_kind {
	FAULT_STATUS,
	FAULT_CUT,
	FAULT_TIMEOUT,
	FAULT_UNANSWERED,
	FAULT_LATE,
	FAULT_HOLD,
	FAULT_EDIT,
	FAULT_STALE,
	FAULT_SKIP_ROW,
	FAULT_KILL,
	FAULT_FETCH_FAILS, /* from here on: of fetches */
	FAULT_FETCH_BROKEN,
	FAULT_FETCH_LOST,
	FAULT_FETCH_HOLD,
	FAULT_FETCH_REFUSED,
};

enum sandbox_fault_point { POINT_BEFORE, POINT_APPLIED, POINT_AFTER };

struct sandbox_fault {
	int users; /* the plan and the requests that it hit */
	enum sandbox_fault_kind kind;
	enum sandbox_fault_point point;
	int status;
	int64_t ms, pid, row;
	bool applied;
	struct json_object *json; /* owned; the rule as it came */
	/* when */
	uint64_t at;                              /* the request's own number; 0: by filters */
	int64_t nth, every, times_left;           /* times_left -1: no end */
	const char *method, *path, *request_kind; /* borrowed from json; NULL: any */
	int write;                                /* -1: any */
	int64_t seen;
};

struct sandbox_faults {
	size_t count, capacity;
	struct sandbox_fault **waiting; /* owned */
	size_t fired_count;
	uint64_t fired_total;
	struct json_object *fired[SANDBOX_FIRED_LIMIT]; /* owned; ring, newest at fired_total - 1 */
};

/* What a rule is asked about. */
struct sandbox_fault_request {
	uint64_t number; /* among all requests to /v0 since the start */
	enum sandbox_kind kind;
	const char *method, *uri;
};

/* All of the array or, with an error, none. 'number' is that of the latest request. */
must_use bool sandbox_faults_add(struct sandbox_faults *faults, struct json_object *rules, uint64_t number,
				 bool allow_kill, struct error *error);
/* The rule that fires for this request, or NULL; the caller closes it. Must be asked for every request. */
struct sandbox_fault *sandbox_faults_next(struct sandbox_faults *faults,
					  const struct sandbox_fault_request *request);
/* The same for the fetch of a file; must be asked for every one. */
struct sandbox_fault *sandbox_faults_next_fetch(struct sandbox_faults *faults, const char *url);
void sandbox_fault_close(struct sandbox_fault **fault);
/* {"waiting":[rules],"fired":[{"request","method","path","fault"}],"fired_total":n} */
struct json_object *sandbox_faults_show(const struct sandbox_faults *faults);
/* The plan is empty and nothing has fired. */
void sandbox_faults_done(struct sandbox_faults *faults);
