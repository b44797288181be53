/* The checkpoint: how far the changes of both sides are handled, and by what a database is recognised (sync-rules 3).
 *
 * It is kept twice, in the source database and in the state database; the source is written first. */
#pragma once
#include "base/json.h"

#define CHECKPOINT_COUNT_MOST ((int64_t)1 << 53) /* what every JSON reader keeps exactly */
bool checkpoint_is_usable(struct json_object *checkpoint);
enum checkpoint_finding {
	CHECKPOINT_KNOWN, /* the remembered places are places in this database's news */
	CHECKPOINT_NONE,  /* nothing usable is remembered: everything is compared, from the beginning */
	CHECKPOINT_BACK,  /* the database went back in time */
	CHECKPOINT_ANEW,  /* the database was deleted and made anew, or is another one under the same name */
};
/* Judges the checkpoint in the source database against one that is remembered. Each may be NULL: none. */
enum checkpoint_finding checkpoint_judge(struct json_object *source, struct json_object *remembered);
/* Whether the ledger was lost, by the checkpoints of both databases (NULL: none). It was if the source has one and the state has
 * none, or has only one without a place in the feed: a process wrote that after a loss, and ended before it had compared
 * everything. */
bool checkpoint_is_ledger_lost(struct json_object *source, struct json_object *state);
/* Whether a checkpoint may be written where 'present' stands; as store_ops.checkpoint_write says. */
must_use bool checkpoint_may_follow(struct json_object *present, struct json_object *left,
				    struct error *error);
must_use bool checkpoint_may_stand_in_state(struct json_object *present, struct json_object *left,
					    struct error *error);
/* 0 when it has no usable count. */
int64_t checkpoint_count(struct json_object *checkpoint);
/* The place in the feed: NULL when there is none, or nothing that can be one. Borrowed. */
struct json_object *checkpoint_couch(struct json_object *checkpoint);
struct json_object *checkpoint_rows(struct json_object *checkpoint);
/* When all rows were last compared, in ms of the wall clock; 0: never. */
int64_t checkpoint_listed_ms(struct json_object *checkpoint);
