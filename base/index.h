/* A hash table from texts to pointers. It grows by itself, and is there or the process ends as own_alloc() says: a look-up
 * never answers "nothing" for want of memory. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_slot {
	const char *key; /* borrowed; NULL: the slot is free */
	void *value;     /* borrowed */
	uint64_t hash;
};

/* {0} is an empty one. */
struct index {
	size_t count, capacity;   /* capacity: a power of two, or 0 */
	struct index_slot *slots; /* owned */
};
void index_done(struct index *index);
/* NULL: not there. */
void *index_find(const struct index *index, const char *key);
/* Puts a value, which is not NULL, in the place of the key's former one. The key must live as long as it is in the index. */
void index_put(struct index *index, const char *key, void *value);
/* The value that was there, or NULL. */
void *index_remove(struct index *index, const char *key);
