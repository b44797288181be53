/* The pairs that wait for a job, in two lines: those that somebody waits for, and behind them those that may take their time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum queue_line_name {
	QUEUE_FIRST, /* edits, commands, and whatever a poll shows while others are queued */
	QUEUE_LATER, /* what has no counterpart yet, as nothing has at a first contact; the app's links */
	QUEUE_LINES,
};

struct pair;
struct queue_line {
	size_t first, end,
		capacity;   /* list[first..end) is queued, but for those that went over to another line */
	struct pair **list; /* owned; borrowed pairs */
	bool unsorted;
};
struct queue {
	size_t count;
	struct queue_line lines[QUEUE_LINES];
};
void queue_done(struct queue *queue);
/* Behind all others of its line. One that is queued already stays where it is, unless QUEUE_FIRST is the better place. */
void queue_add(struct queue *queue, struct pair *pair, enum queue_line_name line);
/* Whether anything was added since it was sorted. */
bool queue_is_sorted(const struct queue *queue);
/* compare: as for qsort(), of struct pair * */
void queue_sort(struct queue *queue, int (*compare)(const void *, const void *));

struct queue_wish {
	size_t limit; /* at most QUEUE_TAKE_MOST */
	size_t batch; /* only whole batches are taken while more stays behind; 1: whatever there is */
	bool (*is_ready)(void *context, const struct pair *pair);
	void *context;
};
#define QUEUE_TAKE_MOST 100
/* Takes pairs that are ready: those of QUEUE_FIRST first, but a quarter of the places is for the others. The time that this takes
 * does not depend on how many stay queued. */
size_t queue_take(struct queue *queue, const struct queue_wish *wish, struct pair **taken);
