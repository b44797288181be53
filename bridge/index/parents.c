/* The contents of a parent are a list whose links are in the pairs. */
#include "bridge/index/parents.h"

#define DEPTH_LIMIT 32 /* levels of containers that are told apart for the order of work; circles end here */

static const char *parent_id(const struct pair *pair, enum table table)
{
	const struct pair *parent = pair->parents[table].parent;

	return parent ? parent->id : NULL;
}

const char *pair_collection_id(const struct pair *pair)
{
	return parent_id(pair, TABLE_COLLECTIONS);
}

const char *pair_container_id(const struct pair *pair)
{
	return parent_id(pair, TABLE_ITEMS);
}

/* ---- where documents stand ---- */

static void leave(struct pair *pair, enum table table)
{
	struct parent_link *parents = &pair->parents[table];

	if (!parents->parent)
		return;
	if (parents->former)
		parents->former->parents[table].next = parents->next;
	else
		parents->parent->contents = parents->next;
	if (parents->next)
		parents->next->parents[table].former = parents->former;
	parents->parent->scoped_contents -= pair->in_scope;
	*parents = (struct parent_link){0};
}

static void enter(struct pair *pair, enum table table, struct pair *parent)
{
	struct parent_link *parents = &pair->parents[table];

	*parents = (struct parent_link){.parent = parent, .next = parent->contents};
	if (parent->contents)
		parent->contents->parents[table].former = pair;
	parent->contents = pair;
	parent->scoped_contents += pair->in_scope;
}

static bool stand_in(struct pairs *pairs, struct pair *pair, enum table table, const char *id)
{
	struct pair *former = pair->parents[table].parent;
	struct pair *parent = id ? pairs_want(pairs, table, id) : NULL;

	if (former == parent)
		return false;
	leave(pair, table);
	if (parent)
		enter(pair, table, parent);
	if (table == TABLE_COLLECTIONS) {
		/* It may be in scope for the sake of its contents. */
		if (former)
			pairs_doubt_scope(pairs, former);
		if (parent)
			pairs_doubt_scope(pairs, parent);
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

static void set_parent(struct pairs *pairs, struct pair *pair, struct pair **parent, struct pair *target)
{
	struct pair *former = *parent;

	*parent = target == pair ? NULL : target;
	if (former == *parent)
		return;
	if (*parent)
		(*parent)->insiders++;
	if (former && --former->insiders == 0)
		pairs_requeue_parent(pairs, former);
}

void pairs_set_agreed(struct pairs *pairs, struct pair *pair, struct pair *collection, struct pair *container)
{
	set_parent(pairs, pair, &pair->agreed_collection, collection);
	set_parent(pairs, pair, &pair->agreed_container, container);
}

/* ---- who is told ---- */

void pairs_requeue_parent(struct pairs *pairs, struct pair *parent)
{
	if (parent && (parent->has_problem || parent->under_way))
		pairs_queue(pairs, parent, JOB_AGAIN);
}

void pairs_requeue_container(struct pairs *pairs, const struct pair *pair)
{
	struct pair *container = pair->parents[TABLE_ITEMS].parent;

	if (container != pair)
		pairs_requeue_parent(pairs, container);
}

void pairs_requeue_contents(struct pairs *pairs, const struct pair *parent)
{
	for (struct pair *content = parent->contents; content; content = pair_next_content(content, parent))
		if (content->has_problem && content != parent)
			pairs_queue(pairs, content, JOB_AGAIN);
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
		struct pair *container = pair->parents[TABLE_ITEMS].parent;
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
