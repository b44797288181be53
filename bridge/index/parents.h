/* Which items stand in which collections and containers: by their documents as they are now, and as both sides agreed. */
#pragma once
#include "bridge/index/pairs.h"

/* As the document says; NULL: in none. */
const char *pair_collection_id(const struct pair *pair);
const char *pair_container_id(const struct pair *pair);
/* Sets where its document stands; a parent that is not known yet becomes a pair. True when something changed. */
bool pairs_set_parents(struct pairs *pairs, struct pair *pair, const char *collection_id,
		       const char *container_id);
/* Sets where both sides agree that it stands. A parent that loses its last contents is queued if it waits for that. */
void pairs_set_agreed(struct pairs *pairs, struct pair *pair, struct pair *collection,
		      struct pair *container);
/* Whether any live document stands in this collection or container. */
bool pair_has_contents(const struct pair *pair);
/* Whether rows point to its row, or will. */
bool pair_holds_rows(const struct pair *pair);

/* Queues what stands in it and was refused. */
void pairs_requeue_contents(struct pairs *pairs, const struct pair *place);
/* Queues a place that may have been kept for its contents, of which one has gone; the same for what the pair stands in. */
void pairs_requeue_parent(struct pairs *pairs, struct pair *place);
void pairs_requeue_container(struct pairs *pairs, const struct pair *pair);

/* Sets 'height' of what is queued: a container of containers stands higher than its contents. */
void pairs_measure(struct pairs *pairs);
