/* The slots of a base that keeps to no rate. Linked in the place of airtable/limiter.c it gives a bridge that fills a large base
 * in minutes, where five requests a second would take hours: for what a bench prepares, never for what it measures. */
#include "airtable/limiter.h"
#include "base/own.h"

#include <stdlib.h>

struct airtable_limiter {
	int per_second;
};

struct airtable_limiter *airtable_limiter_open(int per_second)
{
	struct airtable_limiter *limiter = own_alloc(sizeof *limiter);

	limiter->per_second = per_second;
	return limiter;
}

void airtable_limiter_close(struct airtable_limiter **limiter)
{
	free(take(*limiter));
}

int64_t airtable_limiter_take(struct airtable_limiter *limiter)
{
	(void)limiter;
	return 0;
}

int64_t airtable_limiter_take_both(struct airtable_limiter *first, struct airtable_limiter *second)
{
	(void)first;
	(void)second;
	return 0;
}

void airtable_limiter_assume_used(struct airtable_limiter *limiter)
{
	(void)limiter;
}

void airtable_limiter_left(struct airtable_limiter *limiter)
{
	(void)limiter;
}

void airtable_limiter_answered(struct airtable_limiter *limiter)
{
	(void)limiter;
}

void airtable_limiter_give_back(struct airtable_limiter *limiter)
{
	(void)limiter;
}

void airtable_limiter_penalty(struct airtable_limiter *limiter)
{
	(void)limiter;
}
