#include "bridge/index/conflicts.h"

#include "base/json.h"
#include "bridge/index/pair.h"

#include <stdlib.h>

static void drop(struct pair *pair)
{
	struct conflict *conflict = take(pair->conflict);

	free(conflict->unmerged);
	free(conflict->reported);
	json_release(conflict->ended);
	json_release(conflict->merged);
	free(conflict);
}

void conflicts_done(struct conflicts *conflicts)
{
	for (size_t i = 0; i < conflicts->count; i++)
		drop(conflicts->list[i]);
	free(conflicts->list);
	*conflicts = (struct conflicts){0};
}

static void add(struct conflicts *conflicts, struct pair *pair)
{
	if (conflicts->count == conflicts->capacity) {
		conflicts->capacity = conflicts->capacity ? 2 * conflicts->capacity : 16;
		conflicts->list = own_resize(conflicts->list, conflicts->capacity, sizeof(struct pair *));
	}
	pair->conflict = own_alloc(sizeof *pair->conflict);
	pair->conflict->place = conflicts->count;
	conflicts->list[conflicts->count++] = pair;
}

static void drop_if_over(struct conflicts *conflicts, struct pair *pair)
{
	if (pair->conflict->open || pair->conflict->reported || pair->conflict->ended ||
	    pair->conflict->merged)
		return;
	struct pair *last = conflicts->list[--conflicts->count];
	last->conflict->place = pair->conflict->place;
	conflicts->list[pair->conflict->place] = last;
	drop(pair);
}

void conflicts_note(struct conflicts *conflicts, struct pair *pair, bool open, bool changed)
{
	if (!pair->conflict && !open)
		return;
	if (!pair->conflict)
		add(conflicts, pair);
	pair->conflict->open = open;
	if (changed || (!open && !pair->conflict->ended))
		own_free_text(&pair->conflict->unmerged);
	drop_if_over(conflicts, pair);
}

uint64_t ended_hash_of(const char *revision)
{
	return text_hash(revision);
}

uint64_t ended_hash(struct json_object *revisions)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < json_length(revisions); i++) {
		const char *revision = json_text_of(json_at(revisions, i));
		hash += revision ? ended_hash_of(revision) : 0;
	}
	return hash;
}

void conflicts_note_ended(struct conflicts *conflicts, struct pair *pair, struct json_object *revisions)
{
	if (!pair->conflict)
		add(conflicts, pair);
	json_release(pair->conflict->ended);
	pair->conflict->ended = json_share(revisions);
}

bool conflict_waits(const struct pair *pair)
{
	const struct conflict *conflict = pair->conflict;

	return conflict && (conflict->open || conflict->ended) && !conflict->unmerged &&
	       pair->document == PAIR_DOCUMENT_THERE && (pair->in_scope || pair->state == ENTRY_PAIR);
}

bool conflict_is_due(struct pair *pair, unsigned cycle)
{
	struct conflict *conflict = pair->conflict;

	if (pair->under_way)
		return false;
	if (conflict->unmerged && pair->reasons && conflict->tried != cycle)
		own_free_text(&conflict->unmerged);
	if (!conflict_waits(pair))
		return false;
	conflict->tried = cycle;
	return true;
}

const char *conflict_unmerged(const struct pair *pair)
{
	return pair->conflict ? pair->conflict->unmerged : NULL;
}

void conflict_set_unmerged(struct pair *pair, char *words)
{
	free(pair->conflict->unmerged);
	pair->conflict->unmerged = words;
}

unsigned conflict_miss(struct pair *pair)
{
	return ++pair->conflict->misses;
}

static void set_merged(struct conflict *conflict, struct json_object *merged)
{
	if (!merged)
		return;
	json_release(conflict->merged);
	conflict->merged = merged;
}

void conflict_end(struct conflicts *conflicts, struct pair *pair, struct json_object *merged, char *reported)
{
	struct conflict *conflict = pair->conflict;

	conflict->open = false;
	conflict->misses = 0;
	own_free_text(&conflict->unmerged);
	set_merged(conflict, merged);
	free(conflict->reported);
	conflict->reported = reported;
	drop_if_over(conflicts, pair);
}

void conflict_end_ended(struct conflicts *conflicts, struct pair *pair, struct json_object *merged)
{
	set_merged(pair->conflict, merged);
	pair->ended = ended_hash(pair->conflict->ended);
	json_object_close(&pair->conflict->ended);
	pair->conflict->misses = 0;
	drop_if_over(conflicts, pair);
}

struct json_object *conflict_take_merged(struct conflicts *conflicts, struct pair *pair)
{
	if (!pair->conflict)
		return NULL;
	struct json_object *merged = take(pair->conflict->merged);
	drop_if_over(conflicts, pair);
	return merged;
}

bool conflict_reports(const struct pair *pair)
{
	return pair->conflict && pair->conflict->reported;
}

char *conflict_take_report(struct conflicts *conflicts, struct pair *pair)
{
	if (!pair->conflict)
		return NULL;
	char *reported = take(pair->conflict->reported);
	drop_if_over(conflicts, pair);
	return reported;
}
