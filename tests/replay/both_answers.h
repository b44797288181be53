/* What the files of tests/replay/both.h share. 'which' is 0 for the world, 1 for the servers. */
#pragma once
#include "tests/replay/both.h"

struct injection *both_injection(struct both *both, int which);
const struct columns *both_columns(struct both *both, enum table table);
/* Both answers are taken. */
void both_judge(struct both *both, const char *question, struct json_object *answers[2]);

struct json_object *both_error(const struct error *error);
/* Revisions and times; a record is without them. */
void both_leave_out_moments(struct json_object *body);
struct json_object *both_records(struct both *both, struct endpoint_records *records); /* which end */
struct both_collecting {
	struct both *both;
	struct json_object *list;
};
bool both_collect(void *context, struct endpoint_records *page, struct error *error); /* of such a one */
/* Several in no promised order: sorted by what is the same on both. 'list' is taken. */
struct json_object *both_sorted(struct both *both, int which, struct json_object *list);
const char *both_row_name(struct both *both, int which, const char *row);

/* ---- of a side ---- */

/* All pages; the cursor moves. */
struct json_object *both_news(struct both *both, int which, const struct endpoint *side, int64_t wait_ms);
/* The writes end. */
struct json_object *both_write(struct both *both, const struct endpoint *side, struct endpoint_write *writes,
			       size_t count);
