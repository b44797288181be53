/* Which documents an integration syncs, from what the app's integration document says. */
#pragma once
#include "bridge/endpoints/integration_config.h"
#include "bridge/index/pairs.h"

#define SCOPE_CONTAINER_LEVELS 10 /* contents of contents that are followed, as in the app */

/* Decides anew whether the pairs in doubt are in scope, and what stands in them, and queues those that came into scope or left
 * it. A pair is in doubt when anything changes that this depends on: where its document stands, whether it is there, whether a
 * collection was made from a row. */
void scope_update(const struct integration_config *config, struct pairs *pairs);
/* Whether the place on which both sides agreed is in scope (sync-rules 14). If it is, and the pair is not any more, an edit of
 * its document or of one that it stands in has moved it out. If an edit of the row did that both agree on the place outside, and
 * if the integration lists something else now the agreed place is outside as well. */
bool scope_held(const struct integration_config *config, const struct pairs *pairs, const struct pair *pair,
		const char *collection_id, const char *container_id);
/* Whether something that it stands in, or stood in, still waits for a job. */
bool scope_is_open(const struct integration_config *config, const struct pairs *pairs,
		   const struct pair *pair, const char *agreed_container_id);
/* Whether a document that would stand there is in scope. */
bool scope_would_hold(const struct integration_config *config, const struct pairs *pairs, enum table table,
		      const char *collection_id, const char *container_id);
