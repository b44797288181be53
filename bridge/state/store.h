/* Where state documents are kept. The real store is the state database; tests bring their own. */
#pragma once
#include "base/json.h"

#define STATE_LOST      "STATE_LOST" /* error.code of a store that was gone, and was made again: it is empty */
#define SOURCE_REPLACED "SOURCE_REPLACED" /* the source database is not the one that was written to */
struct store_result {
	enum error_kind kind; /* NONE, CONFLICT, REFUSED, RETRY (in doubt) */
	char rev[80];
	char text[200];
};
typedef bool store_visit(void *context, struct json_object *document, struct error *error);
/* The checkpoint that the next one may replace; whatever else stands there is of another database. Borrowed; NULL: it may replace
 * anything. */
struct checkpoint_over {
	struct json_object *source, *state;
};
struct store_ops {
	/* One document an id, in order; NULL where there is none. The caller puts each. */
	bool (*read)(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		     struct error *error);
	/* Each with its _id and, unless new, its _rev. */
	bool (*write)(void *self, struct json_object *const *documents, size_t count,
		      struct store_result *results_out, struct error *error);
	/* All whose id begins with the prefix, of each only the members that are picked; NULL: all of them. */
	bool (*walk)(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
		     void *context, struct error *error);
	/* The checkpoint (checkpoint.h): a local document in the source database and one in the state database. Read gives
	 * the one that is in the source, or in the state, NULL when there is none. The write goes to the source first, and in
	 * neither over anything but what 'over' says: an error with the code SOURCE_REPLACED or STATE_LOST. */
	bool (*checkpoint_read)(void *self, struct json_object **checkpoint_out, struct error *error);
	bool (*checkpoint_read_state)(void *self, struct json_object **checkpoint_out, struct error *error);
	bool (*checkpoint_write)(void *self, struct json_object *checkpoint,
				 const struct checkpoint_over *over, struct error *error);
};
struct store {
	const struct store_ops *ops;
	void *self;
};
