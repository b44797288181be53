/* A sliding window over real departures.
 *
 * A slot is free, held (taken, its request is still on its way out: name look-up, TLS), or in use since
 * its request left. Held slots count in full, and a slot comes back one window after the departure,
 * so that any 'per_second' + 1 departures in a row span more than a window. The last 'per_second'
 * departures are all that has to be known.
 *
 * The server counts arrivals. What is held up on its way (a busy machine, a network that hiccups) arrives in a heap
 * with what was sent later. So once answers are heard a slot also waits for its answer, and one that took longer than usual
 * has its second begin as much later. */
#include "airtable/limiter.h"
#include "base/clock.h"
#include "base/own.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	HELD_POLL_MS = 20,    /* every slot is held: nobody can say when the first of them leaves */
	ASK_AGAIN_MS = 250,   /* at the latest: a held slot may be given back before its time */
	UNANSWERED_MS = 5000, /* so long a slot waits for its answer; a server this slow counts no seconds */
	HEARD = 16,           /* the last answers tell what is usual: */
	QUICK = 3,            /* the third quickest of them, since what took longer may have been held up */
};

struct airtable_limiter {
	pthread_mutex_t mutex;
	int per_second;
	int held;
	int next; /* where the next departure goes: the oldest one's place */
	struct departure {
		int64_t left_ms;    /* steady; INT64_MIN: none yet */
		int64_t counted_ms; /* when its second began */
		bool over;          /* answered, or given up */
	} * departures;             /* owned; a ring of per_second */
	int64_t took_ms[HEARD];     /* from leaving to the answer; a ring */
	size_t heard;               /* answers, ever */
	int64_t penalty_end_ms;
};

struct airtable_limiter *airtable_limiter_open(int per_second)
{
	assert(per_second > 0);
	struct airtable_limiter *limiter = own_alloc(sizeof(*limiter));
	pthread_mutex_init(&limiter->mutex, NULL);
	limiter->per_second = per_second;
	limiter->departures = own_alloc((size_t)per_second * sizeof(*limiter->departures));
	limiter->penalty_end_ms = INT64_MIN;
	for (int i = 0; i < per_second; i++)
		limiter->departures[i] = (struct departure){.left_ms = INT64_MIN, .over = true};
	return limiter;
}

void airtable_limiter_close(struct airtable_limiter **limiter)
{
	struct airtable_limiter *closing = take(*limiter);
	if (!closing)
		return;
	pthread_mutex_destroy(&closing->mutex);
	free(closing->departures);
	free(closing);
}

void airtable_limiter_assume_used(struct airtable_limiter *limiter)
{
	pthread_mutex_lock(&limiter->mutex);
	int64_t now_ms = clock_steady_ms();
	for (int i = 0; i < limiter->per_second; i++)
		limiter->departures[i] = (struct departure){now_ms, now_ms, .over = true};
	pthread_mutex_unlock(&limiter->mutex);
}

/* How long this departure still keeps its slot; 0: no longer. */
static int64_t kept_ms(const struct airtable_limiter *limiter, const struct departure *departure,
		       int64_t now_ms)
{
	if (departure->left_ms == INT64_MIN)
		return 0;
	if (!departure->over && limiter->heard > 0 && now_ms - departure->left_ms < UNANSWERED_MS &&
	    now_ms - departure->left_ms >= AIRTABLE_WINDOW_MS)
		return HELD_POLL_MS;
	int64_t left_ms = departure->counted_ms + AIRTABLE_WINDOW_MS - now_ms;
	return left_ms > 0 ? left_ms : 0;
}

/* How many of the remembered departures keep their slot, and when the first of those comes back. */
static int count_in_window(const struct airtable_limiter *limiter, int64_t now_ms, int64_t *wait_ms_out)
{
	int count = 0;
	int64_t wait_ms = HELD_POLL_MS;
	for (int i = 0; i < limiter->per_second; i++) {
		int64_t one_ms = kept_ms(limiter, &limiter->departures[i], now_ms);
		if (one_ms > 0 && (count++ == 0 || one_ms < wait_ms))
			wait_ms = one_ms;
	}
	*wait_ms_out = wait_ms;
	return count;
}

int64_t airtable_limiter_take(struct airtable_limiter *limiter)
{
	int64_t wait_ms = 0;
	pthread_mutex_lock(&limiter->mutex);
	int64_t now_ms = clock_steady_ms();
	int in_use = count_in_window(limiter, now_ms, &wait_ms);
	if (now_ms < limiter->penalty_end_ms) {
		wait_ms = limiter->penalty_end_ms - now_ms;
	} else if (limiter->held + in_use < limiter->per_second) {
		limiter->held++;
		wait_ms = 0;
	}
	pthread_mutex_unlock(&limiter->mutex);
	return wait_ms < ASK_AGAIN_MS ? wait_ms : ASK_AGAIN_MS;
}

/* Whoever waits for the second is not kept from it by those whose first has no slot: that one is asked first. And none
 * can have more of the second than its first allows, so that the slots of the second go round. */
int64_t airtable_limiter_take_both(struct airtable_limiter *first, struct airtable_limiter *second)
{
	int64_t wait_ms = airtable_limiter_take(first);
	if (wait_ms > 0 || !second)
		return wait_ms;
	wait_ms = airtable_limiter_take(second);
	if (wait_ms > 0)
		airtable_limiter_give_back(first);
	return wait_ms;
}

void airtable_limiter_left(struct airtable_limiter *limiter)
{
	pthread_mutex_lock(&limiter->mutex);
	/* One that left without a slot (a repetition below us) counts all the same. */
	if (limiter->held > 0)
		limiter->held--;
	int64_t now_ms = clock_steady_ms();
	limiter->departures[limiter->next] = (struct departure){.left_ms = now_ms, .counted_ms = now_ms};
	limiter->next = (limiter->next + 1) % limiter->per_second;
	pthread_mutex_unlock(&limiter->mutex);
}

static struct departure *oldest_unanswered(struct airtable_limiter *limiter)
{
	for (int i = 0; i < limiter->per_second; i++) {
		struct departure *departure = &limiter->departures[(limiter->next + i) % limiter->per_second];
		if (departure->left_ms != INT64_MIN && !departure->over)
			return departure;
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;
	return (*left > *right) - (*left < *right);
}

/* How long an answer takes when nothing is held up; of a few answers the quickest one. */
static int64_t usual_ms(const struct airtable_limiter *limiter)
{
	int64_t sorted[HEARD];
	size_t count = limiter->heard < HEARD ? limiter->heard : HEARD;
	memcpy(sorted, limiter->took_ms, sizeof(sorted));
	qsort(sorted, count, sizeof(sorted[0]), by_size);
	return sorted[(count - 1) * QUICK / HEARD];
}

void airtable_limiter_answered(struct airtable_limiter *limiter)
{
	pthread_mutex_lock(&limiter->mutex);
	struct departure *departure = oldest_unanswered(limiter);
	if (departure) {
		int64_t took_ms = clock_steady_ms() - departure->left_ms;
		departure->over = true;
		limiter->took_ms[limiter->heard++ % HEARD] = took_ms;
		int64_t longer_ms = took_ms - usual_ms(limiter);
		departure->counted_ms += longer_ms > 0 ? longer_ms : 0;
	}
	pthread_mutex_unlock(&limiter->mutex);
}

int64_t airtable_limiter_usual_ms(struct airtable_limiter *limiter)
{
	pthread_mutex_lock(&limiter->mutex);
	int64_t took_ms = limiter->heard > 0 ? usual_ms(limiter) : -1;
	pthread_mutex_unlock(&limiter->mutex);
	return took_ms;
}

void airtable_limiter_give_back(struct airtable_limiter *limiter)
{
	pthread_mutex_lock(&limiter->mutex);
	assert(limiter->held > 0);
	limiter->held--;
	pthread_mutex_unlock(&limiter->mutex);
}

void airtable_limiter_penalty(struct airtable_limiter *limiter)
{
	pthread_mutex_lock(&limiter->mutex);
	int64_t end_ms = clock_steady_ms() + AIRTABLE_PENALTY_MS;
	if (limiter->penalty_end_ms < end_ms)
		limiter->penalty_end_ms = end_ms;
	pthread_mutex_unlock(&limiter->mutex);
}
