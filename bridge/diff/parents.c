#include "bridge/diff/parents.h"

#include "bridge/index/scope.h"
#include "bridge/memory/seen_document.h"

#include <stdlib.h>

/* The first place of those that the item stands in which no feed and no read has shown; NULL: all are known. */
static struct pair *unheard_place(const struct pair *pair)
{
	for (int level = 0; pair && level <= SCOPE_CONTAINER_LEVELS; level++) {
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			struct pair *place = pair->stands[table].place;
			if (place && place->document == PAIR_DOCUMENT_NONE)
				return place;
		}
		pair = pair->stands[TABLE_ITEMS].place;
	}
	return NULL;
}

/* Its row would go, since it has left the scope. */
static bool asks(const struct look *look)
{
	return !look->finished && look->entry.state == ENTRY_PAIR && !look->pair->in_scope &&
	       look->document.presence == SIDE_THERE;
}

static size_t unheard_places(const struct group *group, struct side_key *keys, struct pair **places)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct pair *place = asks(&group->looks[i]) ? unheard_place(group->looks[i].pair) : NULL;
		if (!place)
			continue;
		keys[count] = (struct side_key){place->table, place->id};
		places[count++] = place;
	}
	return count;
}

/* False: none of them is there. */
static bool note_places(struct sync *sync, struct pair *const *places, const struct side_records *records)
{
	bool any = false;

	for (size_t i = 0; i < records->count; i++) {
		if (records->list[i].presence == SIDE_MISSING)
			continue;
		any = true;
		sync_note_document(sync, places[i], &records->list[i]);
		if (!places[i]->under_way)
			pairs_look(&sync->pairs, places[i], LOOK_DOCUMENT);
	}
	scope_update(sync->config, &sync->pairs);
	return any;
}

bool group_read_places(struct group *group, struct error *error)
{
	const struct side *couch = &group->sync->couch;
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct pair **places = own_alloc((group->count + 1) * sizeof *places);
	bool ok = true, any = true;

	for (int level = 0; ok && any && level <= SCOPE_CONTAINER_LEVELS; level++) {
		struct side_records records = {0};
		size_t count = unheard_places(group, keys, places);
		ok = count == 0 || couch->ops->read(couch->self, keys, count, &records, error);
		any = ok && count > 0 && note_places(group->sync, places, &records);
		side_records_done(&records);
	}
	free(places);
	free(keys);
	return ok || error_wrap(error, "reading what items were put into");
}
