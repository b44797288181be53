#include "bridge/index/watches.h"

#include "base/own.h"

#include <stdlib.h>

static void free_watched(struct watched *watched)
{
	for (struct watch *watch = watched->first, *next; watch; watch = next) {
		next = watch->next;
		free(watch);
	}
	free(watched->name);
	free(watched);
}

void watches_done(struct watches *watches)
{
	for (size_t kind = 0; kind < WATCH_KINDS; kind++) {
		struct index *index = &watches->by_name[kind];
		for (size_t i = 0; i < index->capacity; i++)
			if (index->slots[i].key)
				free_watched(index->slots[i].value);
		index_done(index);
	}
}

static struct watched *want(struct index *index, const char *name)
{
	struct watched *watched = index_find(index, name);

	if (watched)
		return watched;
	watched = own_alloc(sizeof *watched);
	watched->name = own_copy(name);
	index_put(index, watched->name, watched);
	return watched;
}

void watches_add(struct watches *watches, struct pair *pair, enum watch_kind kind, const char *name)
{
	struct watched *watched = want(&watches->by_name[kind], name);
	struct watch *watch = own_alloc(sizeof *watch);

	*watch = (struct watch){pair, watched, pair->watches[kind], watched->first, NULL};
	if (watched->first)
		watched->first->former = watch;
	watched->first = watch;
	pair->watches[kind] = watch;
}

static void unlink_watch(struct index *index, struct watch *watch)
{
	struct watched *watched = watch->watched;

	if (watch->former)
		watch->former->next = watch->next;
	else
		watched->first = watch->next;
	if (watch->next)
		watch->next->former = watch->former;
	free(watch);
	if (watched->first)
		return;
	index_remove(index, watched->name);
	free_watched(watched);
}

void watches_drop(struct watches *watches, struct pair *pair, enum watch_kind kind)
{
	struct watch *watch = take(pair->watches[kind]);

	while (watch) {
		struct watch *next = watch->next_of_pair;
		unlink_watch(&watches->by_name[kind], watch);
		watch = next;
	}
}

const struct watch *watches_of(const struct watches *watches, enum watch_kind kind, const char *name)
{
	const struct watched *watched = index_find(&watches->by_name[kind], name);

	return watched ? watched->first : NULL;
}
