/* A batch: pairs under work together, so that each step is a few requests for all of them. */
#pragma once
#include "bridge/job/job.h"
#include "bridge/memory/memory.h"

#define GROUP_LIMIT 100 /* looks of one group: ten batches, two seconds of Airtable's rate */
struct group {
	struct sync *sync;
	size_t count;
	struct look *looks;        /* owned */
	struct side_write *writes; /* owned; of rows */
	size_t write_count;
	struct side_ticket *ticket;
	unsigned pairings_before; /* the pairs' count of them when it was opened */
	bool remembered;          /* what was learnt is in the ledger; else all of it is looked at again */
};
/* Takes the pairs; they are 'under_way' until group_close(). */
struct group *group_open(struct sync *sync, struct pair *const *pairs, size_t count);
void group_close(struct group **group);
/* It is not carried yet, and waits for no other save: the present round writes it. */
bool look_is_in_round(const struct look *look);
