/* Files that are given by their URL and wait for being fetched: part of the store, filled by writes. */
#pragma once
#include "sandbox/files.h"

struct sandbox_record;
struct sandbox_field;

enum sandbox_fetch_state {
	FETCH_NEW,     /* nobody has looked at it yet */
	FETCH_WAITING, /* for its moment */
	FETCH_ASKING,  /* the request is under way */
	FETCH_SHOWN,   /* stored, and to be lost again */
};

/* What a fault makes of it. */
enum sandbox_fetch_end { END_AS_IT_IS, END_FAILS, END_BROKEN, END_LOST };

struct sandbox_fetch {
	struct sandbox_fetch *next;
	enum sandbox_fetch_state state;
	enum sandbox_fetch_end end;
	uint64_t number;               /* among all fetches of this process; from FETCH_WAITING on */
	struct sandbox_record *record; /* whose cell it was given for */
	struct sandbox_field *field;
	struct sandbox_file *file; /* shared */
	int64_t due_us;            /* steady: FETCH_WAITING, FETCH_SHOWN; INT64_MAX: until it is released */
	uint64_t releases;         /* held: as counted when it began; else UINT64_MAX */
	int64_t lost_us;           /* END_LOST: so long after it was shown */
	int status;                /* END_BROKEN: what its address answers */
};

/* Starts as {0}. */
struct sandbox_fetch_queue {
	struct sandbox_fetch *first, *last; /* owned; in the order of the writes */
};
void sandbox_fetch_queue_add(struct sandbox_fetch_queue *queue, struct sandbox_record *record,
			     struct sandbox_field *field, struct sandbox_file *file);
void sandbox_fetch_queue_remove(struct sandbox_fetch_queue *queue, struct sandbox_fetch *fetch);
bool sandbox_fetch_queue_has(const struct sandbox_fetch_queue *queue, const struct sandbox_file *file);
void sandbox_fetch_queue_done(struct sandbox_fetch_queue *queue);
