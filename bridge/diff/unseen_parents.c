#include "bridge/diff/unseen_parents.h"

#include "bridge/index/scope.h"
#include "bridge/job/job_outcome.h"
#include "bridge/memory/seen_document.h"

#include <stdlib.h>

/* The first place of those that the item stands in which no feed and no read has shown; NULL: all are known. */
static struct pair *unseen_parent(const struct pair *pair)
{
	for (int level = 0; pair && level <= SCOPE_CONTAINER_LEVELS; level++) {
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			struct pair *place = pair->parents[table].parent;
			if (place && place->document == PAIR_DOCUMENT_NONE)
				return place;
		}
		pair = pair->parents[TABLE_ITEMS].parent;
	}
	return NULL;
}

/* Its row would go, since it has left the scope. */
static bool asks(const struct job *job)
{
	return !job_has_ended(job) && job->entry.state == ENTRY_PAIR && !job->pair->in_scope &&
	       job->document.presence == RECORD_THERE;
}

static size_t unseen_parents(const struct batch *batch, struct endpoint_key *keys, struct pair **places)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct pair *place = asks(&batch->jobs[i]) ? unseen_parent(batch->jobs[i].pair) : NULL;
		if (!place)
			continue;
		keys[count] = (struct endpoint_key){place->table, place->id};
		places[count++] = place;
	}
	return count;
}

/* False: none of them is there. */
static bool note_places(struct sync *sync, struct pair *const *places, const struct endpoint_records *records)
{
	bool any = false;

	for (size_t i = 0; i < records->count; i++) {
		if (records->list[i].presence == RECORD_MISSING)
			continue;
		any = true;
		sync_note_document(sync, places[i], &records->list[i]);
		if (!places[i]->under_way)
			pairs_queue(&sync->pairs, places[i], JOB_DOCUMENT);
	}
	scope_update(sync->config, &sync->pairs);
	return any;
}

bool batch_read_parents(struct batch *batch, struct error *error)
{
	const struct endpoint *couch = &batch->sync->couch;
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct pair **places = own_alloc((batch->count + 1) * sizeof *places);
	bool ok = true, any = true;

	for (int level = 0; ok && any && level <= SCOPE_CONTAINER_LEVELS; level++) {
		struct endpoint_records records = {0};
		size_t count = unseen_parents(batch, keys, places);
		ok = count == 0 || couch->ops->read(couch->self, keys, count, &records, error);
		any = ok && count > 0 && note_places(batch->sync, places, &records);
		endpoint_records_done(&records);
	}
	free(places);
	free(keys);
	return ok || error_wrap(error, "reading what items were put into");
}
