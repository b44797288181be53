/* Which documents an integration syncs, from what the app's integration document says. */
#pragma once
#include "bridge/endpoints/integration_config.h"
#include "bridge/index/pairs.h"

#define SCOPE_CONTAINER_LEVELS 10 /* contents of contents that are followed, as in the app */

/* Decides in_scope anew of the pairs where it is in doubt, and of what stands in them, and queues those that came into scope or left
 * it. All that it depends on puts it in doubt: where a document stands, whether it is there, whether a collection was made from a
 * row. */
void scope_update(const struct integration_config *config, struct pairs *pairs);
/* Whether a pair that both sides agreed stands there was in scope (sync-rules 14): an item that was and is not any more has left
 * by an edit of its document, or of one that it stands in. Where its row was edited, both agree on the place outside; where
 * the integration lists something else, the place that they agree on is outside as well. */
bool scope_held(const struct integration_config *config, const struct pairs *pairs, const struct pair *pair,
		const char *collection_id, const char *container_id);
/* Whether something that it stands in, or stood in, is still to be looked at. */
bool scope_is_open(const struct integration_config *config, const struct pairs *pairs,
		   const struct pair *pair, const char *agreed_container_id);
/* Whether a document that would stand there is in scope. */
bool scope_would_hold(const struct integration_config *config, const struct pairs *pairs, enum table table,
		      const char *collection_id, const char *container_id);
