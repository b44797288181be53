/* What the integration's document says: which base, and what is to be synced. */
#pragma once
#include "base/index.h"
#include "base/json.h"

enum row_deleted_policy { ROW_DELETED_RESTORE, ROW_DELETED_DELETE, ROW_DELETED_FORGET };
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
