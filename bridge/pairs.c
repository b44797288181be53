/* Hash tables (json-c's) over one list. Pairs are never removed while the process lives: a deleted one keeps its
 * gravestone in mind. */
#include "bridge/pairs.h"

#include "bridge/side.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_FIRST_SIZE 64
#define PAIRS_DEPTH_LIMIT                                                                                    \
	32 /* levels of containers that are told apart for the order of work; circles end here */

void pairs_init(struct pairs *pairs)
{
	*pairs = (struct pairs){.by_record = lh_kchar_table_new(PAIRS_FIRST_SIZE, NULL)};
	for (size_t table = 0; table < TABLE_COUNT; table++)
		pairs->by_id[table] = lh_kchar_table_new(PAIRS_FIRST_SIZE, NULL);
}

void pair_drop_fresh(struct pair *pair)
{
	if (pair->fresh_row) {
		side_record_done(pair->fresh_row);
		free(take(pair->fresh_row));
	}
	if (pair->fresh_document) {
		side_record_done(pair->fresh_document);
		free(take(pair->fresh_document));
	}
}

void pairs_done(struct pairs *pairs)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (pairs->by_id[table])
			lh_table_free(pairs->by_id[table]);
	if (pairs->by_record)
		lh_table_free(pairs->by_record);
	for (size_t i = 0; i < pairs->count; i++) {
		struct pair *pair = pairs->list[i];
		pair_drop_fresh(pair);
		free(pair->collection_id);
		free(pair->container_id);
		free(pair->full_id);
		free(pair);
	}
	values_done(&pairs->values);
	free(pairs->list);
	free(pairs->queue);
	free(pairs->causes);
	*pairs = (struct pairs){0};
}

static struct pair *look_up(struct lh_table *table, const char *key)
{
	void *found = NULL;

	return lh_table_lookup_ex(table, key, &found) ? found : NULL;
}

struct pair *pairs_find(const struct pairs *pairs, enum table table, const char *id)
{
	return look_up(pairs->by_id[table], id);
}

struct pair *pairs_want(struct pairs *pairs, enum table table, const char *id)
{
	struct pair *pair = pairs_find(pairs, table, id);

	if (pair)
		return pair;
	pair = own_alloc(sizeof *pair);
	pair->table = table;
	pair->full_id = document_full_id(table_document_type(table), id);
	pair->id = pair->full_id + strlen(document_prefix(table_document_type(table)));
	if (pairs->count == pairs->capacity) {
		pairs->capacity = pairs->capacity ? 2 * pairs->capacity : PAIRS_FIRST_SIZE;
		pairs->list = own_resize(pairs->list, pairs->capacity, sizeof *pairs->list);
	}
	pairs->list[pairs->count++] = pair;
	lh_table_insert(pairs->by_id[table], pair->id, pair);
	return pair;
}

struct pair *pairs_by_record(const struct pairs *pairs, const char *record_id)
{
	return look_up(pairs->by_record, record_id);
}

void pairs_set_record(struct pairs *pairs, struct pair *pair, const char *record_id, bool row_free)
{
	pair->row_free = row_free && record_id[0];
	pair->row_by_mark = false;
	if (strcmp(pair->record_id, record_id) == 0)
		return;
	if (pair->record_id[0])
		lh_table_delete(pairs->by_record, pair->record_id);
	struct pair *former = record_id[0] ? pairs_by_record(pairs, record_id) : NULL;
	if (former) {
		lh_table_delete(pairs->by_record, record_id);
		former->record_id[0] = '\0';
		former->row_free = false;
		pairs_set_copy_of(pairs, former, NULL);
		if (former->has_problem)
			pairs_look(pairs, former, LOOK_AGAIN); /* it may have been about this row */
	}
	snprintf(pair->record_id, sizeof pair->record_id, "%s", record_id);
	if (record_id[0])
		lh_table_insert(pairs->by_record, pair->record_id, pair);
}

void pairs_look(struct pairs *pairs, struct pair *pair, enum look_reason reason)
{
	pair->looks |= reason;
	if (pair->queued)
		return;
	if (pairs->queue_count == pairs->queue_capacity) {
		pairs->queue_capacity = pairs->queue_capacity ? 2 * pairs->queue_capacity : PAIRS_FIRST_SIZE;
		pairs->queue = own_resize(pairs->queue, pairs->queue_capacity, sizeof *pairs->queue);
	}
	pairs->queue[pairs->queue_count++] = pair;
	pair->queued = true;
}

void pairs_set_unsettled(struct pairs *pairs, struct pair *pair, bool unsettled)
{
	if (!pair->unsettled && unsettled)
		pairs->unsettled++;
	else if (pair->unsettled && !unsettled)
		pairs->unsettled--;
	pair->unsettled = unsettled;
}

void pairs_set_waits(struct pairs *pairs, struct pair *pair, unsigned waits)
{
	if (!pair->waits && waits)
		pairs->waiting++;
	else if (pair->waits && !waits)
		pairs->waiting--;
	pair->waits = waits;
}

void pairs_set_copy_of(struct pairs *pairs, struct pair *pair, struct pair *original)
{
	struct pair *former = pair->copy_of;

	if (former == original)
		return;
	pair->copy_of = original;
	if (original && original->copies++ == 0)
		pairs_look(pairs, original, LOOK_ROW);
	if (former && --former->copies == 0)
		pairs_look(pairs, former, LOOK_ROW);
}

void pairs_set_claims(struct pairs *pairs, struct pair *pair, struct pair *other)
{
	struct pair *former = pair->claims;

	if (former == other)
		return;
	pair->claims = other;
	if (other && other->claimants++ == 0)
		pairs_look(pairs, other, LOOK_ROW);
	if (former && --former->claimants == 0)
		pairs_look(pairs, former, LOOK_ROW);
}

/* ---- refused because of another ---- */

void pairs_set_causes(struct pairs *pairs, struct pair *pair, struct json_object *full_ids)
{
	size_t kept = 0;

	for (size_t i = 0; i < pairs->cause_count; i++)
		if (pairs->causes[i].parked != pair)
			pairs->causes[kept++] = pairs->causes[i];
	pairs->cause_count = kept;
	for (size_t i = 0; full_ids && i < json_length(full_ids); i++) {
		const char *id, *full_id = json_text_of(json_at(full_ids, i));
		enum table table;
		if (!full_id || !table_of_document_type(document_type_of(full_id, &id), &table))
			continue;
		pairs->causes = own_resize(pairs->causes, pairs->cause_count + 1, sizeof *pairs->causes);
		pairs->causes[pairs->cause_count++] = (struct cause){pair, pairs_want(pairs, table, id)};
	}
}

void pairs_wake_refused(struct pairs *pairs, const struct pair *document)
{
	for (size_t i = 0; i < pairs->cause_count; i++)
		if (pairs->causes[i].document == document)
			pairs_look(pairs, pairs->causes[i].parked, LOOK_AGAIN);
}

/* ---- waiting ---- */

void pairs_wake_place(struct pairs *pairs, struct pair *place)
{
	if (place && (place->has_problem || place->under_way))
		pairs_look(pairs, place, LOOK_AGAIN);
}

static void set_place(struct pairs *pairs, struct pair *pair, struct pair **place, struct pair *target)
{
	struct pair *former = *place;

	*place = target == pair ? NULL : target;
	if (former == *place)
		return;
	if (*place)
		(*place)->insiders++;
	if (former && --former->insiders == 0)
		pairs_wake_place(pairs, former);
}

void pairs_set_agreed(struct pairs *pairs, struct pair *pair, struct pair *collection, struct pair *container)
{
	set_place(pairs, pair, &pair->agreed_collection, collection);
	set_place(pairs, pair, &pair->agreed_container, container);
}

void pairs_wake_container(struct pairs *pairs, const struct pair *pair)
{
	struct pair *container =
		pair->container_id ? pairs_find(pairs, TABLE_ITEMS, pair->container_id) : NULL;

	if (container != pair)
		pairs_wake_place(pairs, container);
}

static bool stands_in(const struct pair *pair, const struct pair *place)
{
	const char *id = place->table == TABLE_COLLECTIONS ? pair->collection_id : pair->container_id;

	return id && pair != place && strcmp(id, place->id) == 0;
}

void pairs_wake_contents(struct pairs *pairs, const struct pair *place)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (pairs->list[i]->has_problem && stands_in(pairs->list[i], place))
			pairs_look(pairs, pairs->list[i], LOOK_AGAIN);
}

/* Of what has a row or is in scope, by where its document stands now. */
static bool holds_documents(const struct pairs *pairs, const struct pair *pair)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct pair *other = pairs->list[i];
		if ((other->in_scope || other->state == ENTRY_PAIR) && stands_in(other, pair))
			return true;
	}
	return false;
}

bool pairs_holds_rows(const struct pairs *pairs, const struct pair *pair)
{
	return pair->insiders > 0 || holds_documents(pairs, pair);
}

static bool has_row(const struct pairs *pairs, enum table table, const char *id)
{
	const struct pair *pair = id ? pairs_find(pairs, table, id) : NULL;

	return !id || (pair && pair->state == ENTRY_PAIR && !pair->row_missing);
}

void pairs_wake_waiting(struct pairs *pairs)
{
	if (pairs->waiting == 0)
		return;
	for (size_t i = 0; i < pairs->count; i++) {
		struct pair *pair = pairs->list[i];
		bool parents_have_rows = has_row(pairs, TABLE_COLLECTIONS, pair->collection_id) &&
					 has_row(pairs, TABLE_ITEMS, pair->container_id);
		if ((pair->waits & WAITS_FOR_DOCUMENT) || (pair->waits && parents_have_rows))
			pairs_look(pairs, pair, LOOK_AGAIN);
	}
}

/* Queues the pair when *due_ms has come; the earliest that has not. */
static int64_t queue_when_due(struct pairs *pairs, struct pair *pair, int64_t *due_ms,
			      enum look_reason reason, int64_t now_ms, int64_t next_ms)
{
	if (!*due_ms)
		return next_ms;
	if (*due_ms > now_ms)
		return !next_ms || *due_ms < next_ms ? *due_ms : next_ms;
	*due_ms = 0;
	pairs_look(pairs, pair, reason);
	return next_ms;
}

int64_t pairs_queue_due(struct pairs *pairs, int64_t now_ms)
{
	int64_t next_ms = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		struct pair *pair = pairs->list[i];
		next_ms = queue_when_due(pairs, pair, &pair->due_ms, LOOK_AGAIN, now_ms, next_ms);
		next_ms = queue_when_due(pairs, pair, &pair->mark_due_ms, LOOK_MARK, now_ms, next_ms);
	}
	return next_ms;
}

static bool replace_text(char **text, const char *words)
{
	if (*text == words || (*text && words && strcmp(*text, words) == 0))
		return false;
	free(*text);
	*text = own_copy(words);
	return true;
}

bool pair_set_parents(struct pair *pair, const char *collection_id, const char *container_id)
{
	bool collection_changed = replace_text(&pair->collection_id, collection_id);

	return replace_text(&pair->container_id, container_id) || collection_changed;
}

bool pairs_has_contents(const struct pairs *pairs, const struct pair *pair)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct pair *other = pairs->list[i];
		const char *parent =
			pair->table == TABLE_COLLECTIONS ? other->collection_id : other->container_id;
		if (other->document == PAIR_DOCUMENT_THERE && parent && strcmp(parent, pair->id) == 0)
			return true;
	}
	return false;
}

void pairs_measure(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		pairs->list[i]->height = 0;
	for (size_t i = 0; i < pairs->count; i++) {
		const struct pair *pair = pairs->list[i];
		for (int height = 1; pair->container_id && height < PAIRS_DEPTH_LIMIT; height++) {
			struct pair *parent = pairs_find(pairs, TABLE_ITEMS, pair->container_id);
			if (!parent || parent->height >= height)
				break;
			parent->height = height;
			pair = parent;
		}
	}
}
