#include "bridge/index/scope.h"

#include "bridge/index/parents.h"

static bool is_listed(const struct integration_config *config, const char *id)
{
	return id && index_find(&config->listed, id);
}

static bool holds_collection(const struct integration_config *config, const struct pairs *pairs,
			     const char *id)
{
	const struct pair *pair = id ? pairs_find(pairs, TABLE_COLLECTIONS, id) : NULL;

	/* The app's own sync moves items into what it makes of their collection's row: they have not left (sync-rules 28). */
	if (pair && pair->twin_of)
		pair = pair->twin_of;
	return is_listed(config, pair ? pair->id : id) || (pair && pair->created_from_row);
}

/* Where a container stands: as its document says, or as its row and it last agreed. */
static const char *place_of(const struct pair *container, bool agreed)
{
	if (!container)
		return NULL;
	if (!agreed || container->state != ENTRY_PAIR)
		return pair_container_id(container);
	return container->agreed_container ? container->agreed_container->id : NULL;
}

static bool stands_in_listed_container(const struct integration_config *config, const struct pairs *pairs,
				       const char *id, const char *container_id, bool agreed)
{
	const char *place = id;
	const char *above = container_id;

	for (int level = 0; level <= SCOPE_CONTAINER_LEVELS; level++) {
		if (is_listed(config, place))
			return true;
		if (!above)
			return false;
		place = above;
		above = place_of(pairs_find(pairs, TABLE_ITEMS, place), agreed);
	}
	return false;
}

/* The collection that the item stands in has one more in scope, or one less. */
static void count_in_collection(struct pairs *pairs, const struct pair *pair, bool in_scope)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		struct pair *place = pair->parents[table].parent;
		if (place)
			place->scoped_contents += in_scope ? 1u : -1u;
	}
	if (pair->parents[TABLE_COLLECTIONS].parent)
		pairs_doubt_scope(pairs, pair->parents[TABLE_COLLECTIONS].parent);
}

static void enter(struct pairs *pairs, struct pair *pair, bool in_scope)
{
	bool came = in_scope && !pair->in_scope, left = !in_scope && pair->in_scope;

	if (!came && !left)
		return;
	if (pair->document == PAIR_DOCUMENT_THERE &&
	    (pair->state != ENTRY_PAIR ? came : left || (came && pair->has_problem)))
		pairs_queue(pairs, pair, JOB_DOCUMENT);
	pair->in_scope = in_scope;
	count_in_collection(pairs, pair, in_scope);
	if (left)
		pairs_requeue_container(pairs, pair);
}

static bool is_in_scope(const struct integration_config *config, const struct pairs *pairs,
			const struct pair *pair)
{
	bool collections = config->scope_type == SCOPE_COLLECTIONS;

	if (pair->table == TABLE_ITEMS)
		return collections ? holds_collection(config, pairs, pair_collection_id(pair))
				   : stands_in_listed_container(config, pairs, pair->id,
								pair_container_id(pair), false);
	if (collections)
		return holds_collection(config, pairs, pair->id);
	/* Collections follow the items that stand in them: the app makes them on demand. */
	return pair->created_from_row || pair->scoped_contents > 0;
}

/* Whatever is in a container stands where the container does. */
static void doubt_contents(const struct integration_config *config, struct pairs *pairs,
			   const struct pair *place, int levels)
{
	bool nested = config->scope_type == SCOPE_CONTAINERS;

	for (struct pair *content = place->contents; content; content = pair_next_content(content, place)) {
		enter(pairs, content, is_in_scope(config, pairs, content));
		if (nested && levels > 0)
			doubt_contents(config, pairs, content, levels - 1);
	}
}

static void decide_anew(const struct integration_config *config, struct pairs *pairs, struct pair *pair)
{
	bool was = pair->in_scope;

	enter(pairs, pair, is_in_scope(config, pairs, pair));
	if (config->scope_type == SCOPE_CONTAINERS ? pair->table == TABLE_ITEMS : pair->in_scope != was)
		doubt_contents(config, pairs, pair, SCOPE_CONTAINER_LEVELS);
}

void scope_update(const struct integration_config *config, struct pairs *pairs)
{
	while (pairs->doubted_count > 0) {
		struct pair *pair = pairs->doubted[--pairs->doubted_count];
		pair->scope_doubted = false;
		decide_anew(config, pairs, pair);
	}
}

bool scope_would_hold(const struct integration_config *config, const struct pairs *pairs, enum table table,
		      const char *collection_id, const char *container_id)
{
	if (table == TABLE_COLLECTIONS)
		return true; /* a collection born as a row is in scope by itself (sync-rules 14) */
	if (config->scope_type == SCOPE_COLLECTIONS)
		return holds_collection(config, pairs, collection_id);
	return stands_in_listed_container(config, pairs, NULL, container_id, false);
}

bool scope_held(const struct integration_config *config, const struct pairs *pairs, const struct pair *pair,
		const char *collection_id, const char *container_id)
{
	if (pair->table == TABLE_COLLECTIONS)
		return false; /* no edit of a document takes one out of the list */
	if (config->scope_type == SCOPE_COLLECTIONS)
		return holds_collection(config, pairs, collection_id);
	return stands_in_listed_container(config, pairs, pair->id, container_id, true);
}

static bool is_open_above(const struct pairs *pairs, const char *container_id, bool agreed)
{
	for (int level = 0; container_id && level < SCOPE_CONTAINER_LEVELS; level++) {
		const struct pair *container = pairs_find(pairs, TABLE_ITEMS, container_id);
		if (container && (container->queued || container->under_way || container->unsettled))
			return true;
		container_id = place_of(container, agreed);
	}
	return false;
}

bool scope_is_open(const struct integration_config *config, const struct pairs *pairs,
		   const struct pair *pair, const char *agreed_container_id)
{
	return config->scope_type == SCOPE_CONTAINERS &&
	       (is_open_above(pairs, pair_container_id(pair), false) ||
		is_open_above(pairs, agreed_container_id, true));
}
