/* Open addressing with linear probing; at most three quarters of the slots are used. What follows a removed slot moves up,
 * so that there are no marks of what once was there. */
#include "base/index.h"

#include "base/own.h"
#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

/* FNV-1a leaves the low bits of similar texts alike: these are folded with the high ones. */
static uint64_t hash_of(const char *key)
{
	uint64_t hash = text_hash(key);

	hash ^= hash >> 32;
	hash *= 0x9e3779b97f4a7c15u;
	return hash ^ (hash >> 29);
}

/* The key's slot, or the free one where it would be. There is a free one. */
static size_t place_of(const struct index *index, const char *key, uint64_t hash)
{
	size_t mask = index->capacity - 1, place = hash & mask;

	while (index->slots[place].key &&
	       (index->slots[place].hash != hash || strcmp(index->slots[place].key, key) != 0))
		place = (place + 1) & mask;
	return place;
}

void index_done(struct index *index)
{
	free(index->slots);
	*index = (struct index){0};
}

void *index_find(const struct index *index, const char *key)
{
	return index->capacity ? index->slots[place_of(index, key, hash_of(key))].value : NULL;
}

static void grow(struct index *index)
{
	struct index former = *index;

	index->capacity = former.capacity ? 2 * former.capacity : FIRST_CAPACITY;
	index->slots = own_alloc(index->capacity * sizeof *index->slots);
	for (size_t i = 0; i < former.capacity; i++) {
		const struct index_slot *slot = &former.slots[i];
		if (slot->key)
			index->slots[place_of(index, slot->key, slot->hash)] = *slot;
	}
	free(former.slots);
}

void index_put(struct index *index, const char *key, void *value)
{
	uint64_t hash = hash_of(key);

	assert(value);
	if (4 * (index->count + 1) > 3 * index->capacity)
		grow(index);
	struct index_slot *slot = &index->slots[place_of(index, key, hash)];
	index->count += slot->key == NULL;
	*slot = (struct index_slot){key, value, hash};
}

/* Whether the slot that stands at 'place' may move back to 'gap': it does not when its probing begins in between. */
static bool may_move(const struct index *index, size_t gap, size_t place)
{
	size_t mask = index->capacity - 1, home = index->slots[place].hash & mask;

	return ((place - home) & mask) >= ((place - gap) & mask);
}

void *index_remove(struct index *index, const char *key)
{
	if (!index->capacity)
		return NULL;
	size_t mask = index->capacity - 1, gap = place_of(index, key, hash_of(key));
	void *value = index->slots[gap].value;
	if (!index->slots[gap].key)
		return NULL;
	for (size_t place = (gap + 1) & mask; index->slots[place].key; place = (place + 1) & mask)
		if (may_move(index, gap, place)) {
			index->slots[gap] = index->slots[place];
			gap = place;
		}
	index->slots[gap] = (struct index_slot){0};
	index->count--;
	return value;
}
