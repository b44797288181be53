/* The contents of a place are a list whose links are in the pairs. */
#include "bridge/index/places.h"

#define DEPTH_LIMIT 32 /* levels of containers that are told apart for the order of work; circles end here */

static const char *place_id(const struct pair *pair, enum table table)
{
	const struct pair *place = pair->stands[table].place;

	return place ? place->id : NULL;
}

const char *pair_collection_id(const struct pair *pair)
{
	return place_id(pair, TABLE_COLLECTIONS);
}

const char *pair_container_id(const struct pair *pair)
{
	return place_id(pair, TABLE_ITEMS);
}

/* ---- where documents stand ---- */

static void leave(struct pair *pair, enum table table)
{
	struct standing *stands = &pair->stands[table];

	if (!stands->place)
		return;
	if (stands->former)
		stands->former->stands[table].next = stands->next;
	else
		stands->place->contents = stands->next;
	if (stands->next)
		stands->next->stands[table].former = stands->former;
	stands->place->scoped_contents -= pair->in_scope;
	*stands = (struct standing){0};
}

static void enter(struct pair *pair, enum table table, struct pair *place)
{
	struct standing *stands = &pair->stands[table];

	*stands = (struct standing){.place = place, .next = place->contents};
	if (place->contents)
		place->contents->stands[table].former = pair;
	place->contents = pair;
	place->scoped_contents += pair->in_scope;
}

static bool stand_in(struct pairs *pairs, struct pair *pair, enum table table, const char *id)
{
	struct pair *former = pair->stands[table].place;
	struct pair *place = id ? pairs_want(pairs, table, id) : NULL;

	if (former == place)
		return false;
	leave(pair, table);
	if (place)
		enter(pair, table, place);
	if (table == TABLE_COLLECTIONS) {
		/* It may be in scope for the sake of its contents. */
		if (former)
			pairs_doubt_scope(pairs, former);
		if (place)
			pairs_doubt_scope(pairs, place);
	}
	return true;
}

bool pairs_set_parents(struct pairs *pairs, struct pair *pair, const char *collection_id,
		       const char *container_id)
{
	bool collection_changed = stand_in(pairs, pair, TABLE_COLLECTIONS, collection_id);

	return stand_in(pairs, pair, TABLE_ITEMS, container_id) || collection_changed;
}

bool pair_has_contents(const struct pair *pair)
{
	return pair->contents != NULL;
}

/* Of what has a row or is in scope, by where its document stands now. */
static bool holds_documents(const struct pair *pair)
{
	for (const struct pair *content = pair->contents; content; content = pair_next_content(content, pair))
		if (content != pair && (content->in_scope || content->state == ENTRY_PAIR))
			return true;
	return false;
}

bool pair_holds_rows(const struct pair *pair)
{
	return pair->insiders > 0 || holds_documents(pair);
}

/* ---- where both sides agreed ---- */

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

/* ---- who is told ---- */

void pairs_wake_place(struct pairs *pairs, struct pair *place)
{
	if (place && (place->has_problem || place->under_way))
		pairs_look(pairs, place, LOOK_AGAIN);
}

void pairs_wake_container(struct pairs *pairs, const struct pair *pair)
{
	struct pair *container = pair->stands[TABLE_ITEMS].place;

	if (container != pair)
		pairs_wake_place(pairs, container);
}

void pairs_wake_contents(struct pairs *pairs, const struct pair *place)
{
	for (struct pair *content = place->contents; content; content = pair_next_content(content, place))
		if (content->has_problem && content != place)
			pairs_look(pairs, content, LOOK_AGAIN);
}

/* ---- the order of work ---- */

/* Of those that are not queued a former turn's height says nothing. */
static int *height_of(const struct pairs *pairs, struct pair *pair)
{
	if (pair->measured != pairs->measure)
		pair->height = 0;
	pair->measured = pairs->measure;
	return &pair->height;
}

static void raise_containers(const struct pairs *pairs, const struct pair *pair)
{
	for (int height = 1; height < DEPTH_LIMIT; height++) {
		struct pair *container = pair->stands[TABLE_ITEMS].place;
		if (!container || *height_of(pairs, container) >= height)
			return;
		container->height = height;
		pair = container;
	}
}

void pairs_measure(struct pairs *pairs)
{
	pairs->measure++;
	for (size_t name = 0; name < QUEUE_LINES; name++) {
		const struct queue_line *line = &pairs->queue.lines[name];
		for (size_t i = line->first; i < line->end; i++) {
			height_of(pairs, line->list[i]);
			raise_containers(pairs, line->list[i]);
		}
	}
}
