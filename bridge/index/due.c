/* A binary heap in an array; every pair knows its places in it. */
#include "bridge/index/due.h"

#include "base/own.h"

#include <stdlib.h>

#define FIRST_CAPACITY 64

static struct due *due_at(const struct dues *dues, size_t place)
{
	const struct due_entry *entry = &dues->heap[place - 1];

	return &entry->pair->due[entry->kind];
}

static void put(struct dues *dues, size_t place, struct due_entry entry)
{
	dues->heap[place - 1] = entry;
	entry.pair->due[entry.kind].place = place;
}

static void swap(struct dues *dues, size_t a, size_t b)
{
	struct due_entry entry = dues->heap[a - 1];

	put(dues, a, dues->heap[b - 1]);
	put(dues, b, entry);
}

static void rise(struct dues *dues, size_t place)
{
	for (; place > 1 && due_at(dues, place)->at_ms < due_at(dues, place / 2)->at_ms; place /= 2)
		swap(dues, place, place / 2);
}

static size_t earlier(const struct dues *dues, size_t a, size_t b)
{
	return b <= dues->count && due_at(dues, b)->at_ms < due_at(dues, a)->at_ms ? b : a;
}

static void sink(struct dues *dues, size_t place)
{
	for (;;) {
		size_t first = earlier(dues, earlier(dues, place, 2 * place), 2 * place + 1);
		if (first == place)
			return;
		swap(dues, place, first);
		place = first;
	}
}

static void add(struct dues *dues, struct pair *pair, enum due_kind kind)
{
	if (dues->count == dues->capacity) {
		dues->capacity = dues->capacity ? 2 * dues->capacity : FIRST_CAPACITY;
		dues->heap = own_resize(dues->heap, dues->capacity, sizeof *dues->heap);
	}
	put(dues, ++dues->count, (struct due_entry){pair, kind});
}

static void take_out(struct dues *dues, struct due *due)
{
	size_t place = due->place;

	if (place != dues->count)
		swap(dues, place, dues->count);
	dues->count--;
	due->place = 0;
	if (place > dues->count)
		return;
	rise(dues, place);
	sink(dues, place);
}

void dues_done(struct dues *dues)
{
	free(dues->heap);
	*dues = (struct dues){0};
}

void dues_set(struct dues *dues, struct pair *pair, enum due_kind kind, int64_t at_ms)
{
	struct due *due = &pair->due[kind];

	due->at_ms = at_ms;
	if (!at_ms) {
		if (due->place)
			take_out(dues, due);
		return;
	}
	if (!due->place)
		add(dues, pair, kind);
	rise(dues, due->place);
	sink(dues, due->place);
}

struct pair *dues_first(const struct dues *dues, enum due_kind *kind_out, int64_t *at_ms_out)
{
	if (dues->count == 0)
		return NULL;
	*kind_out = dues->heap[0].kind;
	*at_ms_out = due_at(dues, 1)->at_ms;
	return dues->heap[0].pair;
}
