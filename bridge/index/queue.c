#include "bridge/index/queue.h"

#include "base/own.h"
#include "bridge/index/pair.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64
#define PICKED         255 /* a value of 'queued' while places are counted */
#define LATER_SHARE    4   /* of so many places one is for QUEUE_LATER, however much is in QUEUE_FIRST */

void queue_done(struct queue *queue)
{
	for (size_t line = 0; line < QUEUE_LINES; line++)
		free(queue->lines[line].list);
	*queue = (struct queue){0};
}

/* At the end of the list: what was taken in front of it is used again where that is much. */
static void make_room(struct queue_line *line)
{
	size_t count = line->end - line->first;

	if (line->end < line->capacity)
		return;
	if (line->first > line->capacity / 2) {
		memmove(line->list, line->list + line->first, count * sizeof(struct pair *));
		line->first = 0;
		line->end = count;
		return;
	}
	line->capacity = line->capacity ? 2 * line->capacity : FIRST_CAPACITY;
	line->list = own_resize(line->list, line->capacity, sizeof(struct pair *));
}

/* The value of 'queued' of those that stand in the line. What went over to another leaves its place behind, until that is passed. */
static unsigned char standing_in(enum queue_line_name name)
{
	return (unsigned char)(1 + name);
}

void queue_add(struct queue *queue, struct pair *pair, enum queue_line_name name)
{
	struct queue_line *line = &queue->lines[name];

	if (pair->queued && pair->queued <= standing_in(name))
		return;
	make_room(line);
	line->list[line->end++] = pair;
	line->unsorted = true;
	queue->count += !pair->queued;
	pair->queued = standing_in(name);
}

bool queue_is_sorted(const struct queue *queue)
{
	for (size_t name = 0; name < QUEUE_LINES; name++)
		if (queue->lines[name].unsorted)
			return false;
	return true;
}

static void drop_places_left(struct queue_line *line, enum queue_line_name name)
{
	size_t kept = line->first;

	for (size_t i = line->first; i < line->end; i++)
		if (line->list[i]->queued == standing_in(name)) {
			line->list[kept++] = line->list[i];
			line->list[i]->queued = PICKED; /* so that a second place of it is noticed */
		}
	line->end = kept;
	for (size_t i = line->first; i < line->end; i++)
		line->list[i]->queued = standing_in(name);
}

void queue_sort(struct queue *queue, int (*compare)(const void *, const void *))
{
	for (size_t name = 0; name < QUEUE_LINES; name++) {
		struct queue_line *line = &queue->lines[name];
		drop_places_left(line, (enum queue_line_name)name);
		line->unsorted = false;
		if (line->end - line->first > 1)
			qsort(line->list + line->first, line->end - line->first, sizeof(struct pair *),
			      compare);
	}
}

struct picked {
	size_t count;
	size_t places[QUEUE_TAKE_MOST]; /* in a line, ascending */
};

static void pick_ready(const struct queue_line *line, enum queue_line_name name,
		       const struct queue_wish *wish, struct picked *picked)
{
	for (size_t i = line->first; i < line->end && picked->count < wish->limit; i++) {
		struct pair *pair = line->list[i];
		if (pair->queued == standing_in(name) && wish->is_ready(wish->context, pair)) {
			picked->places[picked->count++] = i;
			pair->queued = PICKED;
		}
	}
	for (size_t i = 0; i < picked->count; i++)
		line->list[picked->places[i]]->queued = standing_in(name);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many of each line. What stays ready stands in front of its line still. */
static void share(const struct queue *queue, const struct queue_wish *wish, struct picked picked[QUEUE_LINES])
{
	size_t later = smaller(picked[QUEUE_LATER].count, wish->limit / LATER_SHARE);
	size_t first = smaller(picked[QUEUE_FIRST].count, wish->limit - later);

	later = smaller(picked[QUEUE_LATER].count, wish->limit - first);
	size_t excess = first + later < queue->count ? (first + later) % wish->batch : 0;
	size_t of_later = smaller(excess, later);
	picked[QUEUE_LATER].count = later - of_later;
	picked[QUEUE_FIRST].count = first - (excess - of_later);
}

/* What was passed over on the way to the last of them moves up behind it. */
static size_t take_picked(struct queue_line *line, enum queue_line_name name, const struct picked *picked,
			  struct pair **taken)
{
	size_t left = picked->count;

	if (left == 0)
		return 0;
	size_t gap = picked->places[left - 1] + 1;
	for (size_t i = gap; i-- > line->first;) {
		if (left > 0 && picked->places[left - 1] == i) {
			taken[--left] = line->list[i];
			line->list[i]->queued = 0;
		} else if (line->list[i]->queued == standing_in(name)) {
			line->list[--gap] = line->list[i];
		}
	}
	line->first = gap;
	return picked->count;
}

size_t queue_take(struct queue *queue, const struct queue_wish *wish, struct pair **taken)
{
	struct picked picked[QUEUE_LINES] = {0};
	size_t count = 0;

	assert(wish->limit <= QUEUE_TAKE_MOST && wish->batch > 0);
	for (size_t name = 0; name < QUEUE_LINES; name++)
		pick_ready(&queue->lines[name], (enum queue_line_name)name, wish, &picked[name]);
	share(queue, wish, picked);
	for (size_t name = 0; name < QUEUE_LINES; name++)
		count += take_picked(&queue->lines[name], (enum queue_line_name)name, &picked[name],
				     taken + count);
	queue->count -= count;
	return count;
}
