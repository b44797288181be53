/* The checkpoint: up to where the news of both sides were handled, and by which a database is known again (sync-rules 3).
 *
 * It is kept twice, in the source database and in the state database; the source is written first. */
#pragma once
#include "base/json.h"

#define CHECKPOINT_COUNT_MOST ((int64_t)1 << 53) /* what every JSON reader keeps exactly */
bool checkpoint_is_usable(struct json_object *checkpoint);
enum checkpoint_finding {
	CHECKPOINT_KNOWN, /* the places that are remembered are places of this database */
	CHECKPOINT_NONE,  /* nothing usable is remembered: everything is compared, from the beginning */
	CHECKPOINT_BACK,  /* the database went back in time */
	CHECKPOINT_ANEW,  /* the database was deleted and made anew, or is another one under the same name */
};
/* What the checkpoint that stands in the source database says, against one that is remembered. Each may be NULL: none. */
enum checkpoint_finding checkpoint_judge(struct json_object *source, struct json_object *remembered);
/* Whether what was remembered of the pairs is lost, by the checkpoints of both databases (NULL: none). It is when the source has one and
 * the state has none, or only one without a place in the feed: a process planted that after a loss, and ended before it had looked at
 * everything. */
bool checkpoint_is_ledger_lost(struct json_object *source, struct json_object *state);
/* Whether a checkpoint may be written where 'present' stands; as store_ops.checkpoint_write says. */
must_use bool checkpoint_may_follow(struct json_object *present, struct json_object *left,
				    struct error *error);
must_use bool checkpoint_may_stand_in_state(struct json_object *present, struct json_object *left,
					    struct error *error);
/* 0 when it has none that can be one. */
int64_t checkpoint_count(struct json_object *checkpoint);
/* The place in the feed: NULL when there is none, or nothing that can be one. Borrowed. */
struct json_object *checkpoint_couch(struct json_object *checkpoint);
struct json_object *checkpoint_rows(struct json_object *checkpoint);
/* When all rows were last compared, in ms of the wall clock; 0: never. */
int64_t checkpoint_listed_ms(struct json_object *checkpoint);
