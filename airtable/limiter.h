/* Slots in time: never more than 'per_second' requests in any second, and none during a penalty.
 *
 * Airtable allows 5 a second for a base and 50 for a token's user, whatever the plan, and answers
 * 429 for about 30 s when that is passed. The second is counted at the server, so ours is
 * a little longer (AIRTABLE_WINDOW_MS) and starts when a request really goes out. Thread-safe. */
#pragma once
#include <stdint.h>

enum {
	AIRTABLE_BASE_PER_SECOND = 5,
	AIRTABLE_TOKEN_PER_SECOND = 50,
	AIRTABLE_WINDOW_MS = 1030,
	AIRTABLE_PENALTY_MS = 30000,
};

struct airtable_limiter;
struct airtable_limiter *airtable_limiter_open(int per_second);
void airtable_limiter_close(struct airtable_limiter **limiter);
/* As if all slots had been used just now: another process on the same base may have done so, and a restart is to earn
 * no 429. */
void airtable_limiter_assume_used(struct airtable_limiter *limiter);

/* 0: a slot is taken now. Else the milliseconds until it is worth asking again. */
int64_t airtable_limiter_take(struct airtable_limiter *limiter);
/* The same for a slot of each or of none. 'second' may be NULL; the narrower one should be first. */
int64_t airtable_limiter_take_both(struct airtable_limiter *first, struct airtable_limiter *second);
/* A request that holds a slot goes out now: its second begins here. */
void airtable_limiter_left(struct airtable_limiter *limiter);
/* One that left is answered, or is over without an answer. Answers are taken to come in the order of leaving: which of several
 * is late does not matter, that one is does. */
void airtable_limiter_answered(struct airtable_limiter *limiter);
/* A request that holds a slot will not go out: the slot is free at once. */
void airtable_limiter_give_back(struct airtable_limiter *limiter);
/* How long an answer takes when nothing is held up, in ms, by the last answers; -1: none was heard yet. */
int64_t airtable_limiter_usual_ms(struct airtable_limiter *limiter);
/* A 429 came: nothing leaves for AIRTABLE_PENALTY_MS. */
void airtable_limiter_penalty(struct airtable_limiter *limiter);
