/* One list, and indexes over it. */
#include "bridge/index/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

void pairs_init(struct pairs *pairs)
{
	*pairs = (struct pairs){0};
}

void pairs_done(struct pairs *pairs)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		index_done(&pairs->by_id[table]);
	index_done(&pairs->by_record);
	queue_done(&pairs->queue);
	dues_done(&pairs->dues);
	values_done(&pairs->values);
	watches_done(&pairs->watches);
	conflicts_done(&pairs->conflicts);
	for (size_t i = 0; i < pairs->count; i++)
		pair_free(pairs->list[i]);
	free(pairs->list);
	free(pairs->doubted);
	free(pairs->tabbed);
	*pairs = (struct pairs){0};
}

struct pair *pairs_find(const struct pairs *pairs, enum table table, const char *id)
{
	return index_find(&pairs->by_id[table], id);
}

static void add_to(struct pair ***list, size_t *count, size_t *capacity, struct pair *pair)
{
	if (*count == *capacity) {
		*capacity = *capacity ? 2 * *capacity : FIRST_CAPACITY;
		*list = own_resize(*list, *capacity, sizeof(struct pair *));
	}
	(*list)[(*count)++] = pair;
}

static bool is_shown_as(const char *id, const char *shown)
{
	while (*id && (*id == *shown || (*id == '\t' && *shown == ' '))) {
		id++;
		shown++;
	}
	return !*id && !*shown;
}

struct pair *pairs_find_shown(const struct pairs *pairs, enum table table, const char *shown)
{
	struct pair *pair = pairs_find(pairs, table, shown);

	for (size_t i = 0; !pair && i < pairs->tabbed_count; i++)
		if (pairs->tabbed[i]->table == table && is_shown_as(pairs->tabbed[i]->id, shown))
			pair = pairs->tabbed[i];
	return pair;
}

static void note_tab(struct pairs *pairs, struct pair *pair)
{
	if (!strchr(pair->id, '\t'))
		return;
	pairs->tabbed = own_resize(pairs->tabbed, pairs->tabbed_count + 1, sizeof *pairs->tabbed);
	pairs->tabbed[pairs->tabbed_count++] = pair;
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
	add_to(&pairs->list, &pairs->count, &pairs->capacity, pair);
	index_put(&pairs->by_id[table], pair->id, pair);
	pairs_doubt_scope(pairs, pair);
	note_tab(pairs, pair);
	return pair;
}

struct pair *pairs_by_record(const struct pairs *pairs, const char *record_id)
{
	return index_find(&pairs->by_record, record_id);
}

void pairs_doubt_scope(struct pairs *pairs, struct pair *pair)
{
	if (pair->scope_doubted)
		return;
	pair->scope_doubted = true;
	add_to(&pairs->doubted, &pairs->doubted_count, &pairs->doubted_capacity, pair);
}

void pairs_set_record(struct pairs *pairs, struct pair *pair, const char *record_id, bool row_free)
{
	pair->row_free = row_free && record_id[0];
	pair->row_by_app_link = false;
	if (strcmp(pair->record_id, record_id) == 0)
		return;
	pairs_requeue_twins(pairs, pair);
	if (pair->record_id[0])
		index_remove(&pairs->by_record, pair->record_id);
	struct pair *former = record_id[0] ? pairs_by_record(pairs, record_id) : NULL;
	if (former) {
		index_remove(&pairs->by_record, record_id);
		pairs_requeue_twins(pairs, former);
		former->record_id[0] = '\0';
		former->row_free = false;
		pairs_set_copy_of(pairs, former, NULL);
		if (former->has_problem)
			pairs_queue(pairs, former, JOB_AGAIN); /* it may have been about this row */
	}
	snprintf(pair->record_id, sizeof pair->record_id, "%s", record_id);
	if (record_id[0])
		index_put(&pairs->by_record, pair->record_id, pair);
}

/* Somebody waits for a pair that was edited and has a counterpart, or that a poll shows right now: these go first. A pair without
 * a counterpart waits for its turn, and so does an app link, which nobody waits for. */
void pairs_queue(struct pairs *pairs, struct pair *pair, enum job_reason reason)
{
	bool first = pairs->polls ||
		     (pair->state != ENTRY_NONE && (reason != JOB_APP_LINK || pairs->app_links_first));

	pair->reasons |= reason;
	queue_add(&pairs->queue, pair, first ? QUEUE_FIRST : QUEUE_LATER);
}

bool pairs_set_unstored(struct pairs *pairs, struct pair *pair, const char *problem)
{
	if (pair->unstored == problem || (pair->unstored && problem && strcmp(pair->unstored, problem) == 0))
		return false;
	pairs->unstored -= pair->unstored != NULL;
	own_free_text(&pair->unstored);
	pair->unstored = own_copy(problem);
	pairs->unstored += problem != NULL;
	return true;
}

void pairs_set_unsettled(struct pairs *pairs, struct pair *pair, bool unsettled)
{
	if (!pair->unsettled && unsettled)
		pairs->unsettled++;
	else if (pair->unsettled && !unsettled)
		pairs->unsettled--;
	pair->unsettled = unsettled;
}

void pairs_set_copy_of(struct pairs *pairs, struct pair *pair, struct pair *original)
{
	struct pair *former = pair->copy_of;

	if (former == original)
		return;
	pair->copy_of = original;
	pair->app_made = false;
	if (original && original->copies++ == 0)
		pairs_queue(pairs, original, JOB_ROW);
	if (!former)
		return;
	former->copies--;
	/* The app link of its document may have named that row. */
	pairs_queue(pairs, former, JOB_ROW);
	pairs_requeue_twins(pairs, former); /* of what the app made of that copy */
}

void pairs_set_claims(struct pairs *pairs, struct pair *pair, struct pair *other)
{
	struct pair *former = pair->claims;

	if (former == other)
		return;
	pair->claims = other;
	if (other && other->claimants++ == 0)
		pairs_queue(pairs, other, JOB_ROW);
	if (former && --former->claimants == 0)
		pairs_queue(pairs, former, JOB_ROW);
}

void pairs_set_twin_of(struct pairs *pairs, struct pair *pair, struct pair *original)
{
	struct pair *former = pair->twin_of;

	if (former == original)
		return;
	pair->twin_of = original;
	pairs_doubt_scope(pairs, pair); /* what stands in it is in scope or out of it with the original */
	if (original)
		original->twins++;
	if (former)
		former->twins--;
	if (!pair->under_way)
		pairs_queue(pairs, pair, JOB_AGAIN);
}

/* There are few: a walk through all pairs is rare. */
void pairs_requeue_twins(struct pairs *pairs, const struct pair *original)
{
	for (size_t i = 0; original->twins && i < pairs->count; i++)
		if (pairs->list[i]->twin_of == original)
			pairs_queue(pairs, pairs->list[i], JOB_AGAIN);
}

/* ---- times ---- */

void pairs_set_due(struct pairs *pairs, struct pair *pair, enum due_kind kind, int64_t at_ms)
{
	dues_set(&pairs->dues, pair, kind, at_ms);
}

int64_t pairs_queue_due(struct pairs *pairs, int64_t now_ms)
{
	static const enum job_reason reasons[DUE_KINDS] = {JOB_AGAIN, JOB_APP_LINK, JOB_PICTURES};
	enum due_kind kind;
	int64_t at_ms;
	struct pair *pair;

	while ((pair = dues_first(&pairs->dues, &kind, &at_ms)) && at_ms <= now_ms) {
		dues_set(&pairs->dues, pair, kind, 0);
		pairs_queue(pairs, pair, reasons[kind]);
	}
	return pair ? at_ms : 0;
}
