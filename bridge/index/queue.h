/* The pairs that are to be looked at, in two lines: what is waited for first, what may take its time behind it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum queue_line_name {
	QUEUE_FIRST, /* edits, commands, and whatever is heard while others wait for their turn */
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
/* Takes pairs that are ready: those of QUEUE_FIRST before the others, which get a quarter of the places all the same. The time
 * that it takes does not depend on how many stand behind those that are taken. */
size_t queue_take(struct queue *queue, const struct queue_wish *wish, struct pair **taken);
