#include "bridge/index/waits.h"

#include <stdlib.h>

#define ANY_RECORD "" /* watched by what waits for rows that are not known */

/* ---- refused because of another ---- */

void pairs_set_blocked_by(struct pairs *pairs, struct pair *pair, struct json_object *full_ids)
{
	watches_drop(&pairs->watches, pair, WATCH_DOCUMENTS);
	for (size_t i = 0; i < json_length(full_ids); i++) {
		const char *full_id = json_text_of(json_at(full_ids, i));
		if (full_id)
			watches_add(&pairs->watches, pair, WATCH_DOCUMENTS, full_id);
	}
}

static void requeue_watchers(struct pairs *pairs, enum watch_kind kind, const char *name)
{
	for (const struct watch *watch = watches_of(&pairs->watches, kind, name); watch; watch = watch->next)
		pairs_queue(pairs, watch->pair, JOB_AGAIN);
}

void pairs_requeue_refused(struct pairs *pairs, const struct pair *document)
{
	requeue_watchers(pairs, WATCH_DOCUMENTS, document->full_id);
}

/* ---- waiting for a counterpart ---- */

void pairs_set_waits(struct pairs *pairs, struct pair *pair, unsigned waits, const char *const *record_ids,
		     size_t record_count)
{
	pair->waits = waits;
	watches_drop(&pairs->watches, pair, WATCH_RECORDS);
	if (!(waits & WAITS_FOR_DOCUMENT))
		return;
	for (size_t i = 0; i < record_count; i++)
		watches_add(&pairs->watches, pair, WATCH_RECORDS, record_ids[i]);
	if (record_count == 0)
		watches_add(&pairs->watches, pair, WATCH_RECORDS, ANY_RECORD);
}

static bool has_row(const struct pair *place)
{
	return !place || (place->state == ENTRY_PAIR && !place->row_missing);
}

static bool parents_have_rows(const struct pair *pair)
{
	return has_row(pair->parents[TABLE_COLLECTIONS].parent) && has_row(pair->parents[TABLE_ITEMS].parent);
}

static bool has_document(const struct pairs *pairs, const char *record_id)
{
	const struct pair *pair = pairs_by_record(pairs, record_id);

	return pair && pair->state == ENTRY_PAIR;
}

void pairs_requeue_if_free(struct pairs *pairs, struct pair *pair)
{
	bool free = pair->waits && parents_have_rows(pair);

	for (const struct watch *watch = pair->watches[WATCH_RECORDS]; watch && !free;
	     watch = watch->next_of_pair)
		free = !watch->watched->name[0] || has_document(pairs, watch->watched->name);
	if (free)
		pairs_queue(pairs, pair, JOB_AGAIN);
}

void pairs_requeue_waiting(struct pairs *pairs, struct pair *pair)
{
	for (struct pair *content = pair->contents; content; content = pair_next_content(content, pair))
		if (content->waits && parents_have_rows(content))
			pairs_queue(pairs, content, JOB_AGAIN);
	requeue_watchers(pairs, WATCH_RECORDS, pair->record_id);
	requeue_watchers(pairs, WATCH_RECORDS, ANY_RECORD);
	/* What the app made of its row is its twin now. */
	requeue_watchers(pairs, WATCH_APP_LINKS, pair->record_id);
}
