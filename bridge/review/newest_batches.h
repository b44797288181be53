/* The newest batches of a history, by one request for each that has made some: however long the history is, that costs no more.
 *
 * _ids of the history sort by who made a batch, and of one maker by time. So batches of makers that are known are found at once; what
 * others have made lies between, in no order of time. */
#pragma once
#include "bridge/review/history_reader.h"

#define NEWEST_IDS         1000 /* of each range of _ids; entries beyond are not counted */
#define NEWEST_MAKERS_MOST 16

struct newest_wish {
	size_t maker_count;         /* NEWEST_MAKERS_MOST at the most; */
	const char *const *makers;  /* created_by of each, in any order, none twice */
	bool others;                /* everybody else's instead */
	int64_t from_ms, before_ms; /* batches of this time and later, and before that time; 0: any */
	size_t most;
};
/* The newest first. *more_out: there may be older ones. 'cut' of a batch: it may have more entries than were counted. */
must_use bool newest_batches_read(struct couch_client *couch, const struct newest_wish *wish,
				  struct history_batches *batches_out, bool *more_out, struct error *error);
