/* Which documents an integration syncs, from what the app's integration document says. */
#pragma once
#include "bridge/pairs.h"

#define SCOPE_CONTAINER_LEVELS 10 /* contents of contents that are followed, as in the app */

enum scope_type { SCOPE_COLLECTIONS, SCOPE_CONTAINERS };

struct integration_config {
	char *id; /* owned, all of them; of the document integration-<id> */
	char *name;
	char *database;
	char *base_id;
	enum scope_type scope_type;
	size_t scope_count;
	char **scope_ids;    /* collections or containers */
	struct index listed; /* of them */
	enum row_deleted_policy on_row_deleted;
	int64_t app_synced_ms; /* the phone's wall clock; when the app's own sync ran last; 0: never */
};
/* From the body of an integration document. ERROR_REFUSED with what is wrong in it and where; *is_airtable_out is false (and
 * nothing else said) when it is an integration of another kind. */
must_use bool integration_config_read(struct json_object *body, const char *database,
				      struct integration_config *config_out, bool *is_airtable_out,
				      struct error *error);
void integration_config_done(struct integration_config *config);

/* Of bodies of one integration document that devices saved apart, the place of the one that counts: the one that was saved last
 * (updated_at); at the same time the one that CouchDB prefers. 'differ_out': not all have the same settings. */
size_t integration_leaf_that_counts(struct json_object *const *bodies, size_t count, bool *differ_out);

/* Whether both name the same base and list the same places. */
bool integration_config_same(const struct integration_config *a, const struct integration_config *b);

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
