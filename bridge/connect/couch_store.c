#include "bridge/connect/couch_store.h"

#include "bridge/endpoints/couch_checkpoint.h"
#include "bridge/state/checkpoint.h"
#include "couch/bulk.h"
#include "couch/server.h"

#include <stdio.h>
#include <stdlib.h>

#define STATE_PAGE 200 /* state documents of one answer */

/* ---- the store ---- */

/* The state may be lost without harm: its database is made again at once, and whoever used it is told. */
static bool make_again(struct couch_endpoint *endpoint, struct error *error)
{
	struct couch_identity identity = {0};
	struct error failure = {0};

	if (!error || error->kind != ERROR_LOST)
		return false;
	if (couch_database_identity(endpoint->state, &identity, &failure)) {
		couch_identity_done(&identity); /* it is there: something else was not found */
		return false;
	}
	if (failure.kind != ERROR_LOST || !couch_database_create(endpoint->state, true, &failure)) {
		*error = failure;
		return error_wrap(error, "making the state database %s again",
				  couch_client_database(endpoint->state));
	}
	error_set(error, ERROR_RETRY, "the state database %s was gone, and is made again",
		  couch_client_database(endpoint->state));
	snprintf(error->code, sizeof error->code, "%s", STATE_LOST);
	return false;
}

static bool store_read(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		       struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct couch_documents documents = {0};

	if (!couch_documents_read(endpoint->state, ids, count, &documents, error))
		return make_again(endpoint, error);
	for (size_t i = 0; i < count; i++)
		documents_out[i] = documents.list[i].deleted ? NULL : take(documents.list[i].body);
	couch_documents_done(&documents);
	return true;
}

static bool store_write(void *self, struct json_object *const *documents, size_t count,
			struct store_result *results_out, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct couch_written *written = own_alloc((count + 1) * sizeof *written);

	bool ok = couch_documents_write(endpoint->state, documents, count, written, error);
	for (size_t i = 0; i < count; i++) {
		results_out[i].kind = written[i].kind;
		snprintf(results_out[i].rev, sizeof results_out[i].rev, "%s", written[i].rev);
		snprintf(results_out[i].text, sizeof results_out[i].text, "%s", written[i].text);
	}
	free(written);
	return ok || make_again(endpoint, error);
}

struct store_walk {
	store_visit *visit;
	void *context;
};

static bool visit_stored(void *context, struct couch_document *document, struct error *error)
{
	struct store_walk *walk = context;

	return !document->body || walk->visit(walk->context, document->body, error);
}

static bool store_walk(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
		       void *context, struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct store_walk walk = {visit, context};

	return couch_documents_walk_picked(endpoint->state, prefix, STATE_PAGE, pick, visit_stored, &walk,
					   error) ||
	       make_again(endpoint, error);
}

static bool checkpoint_read(void *self, struct json_object **checkpoint_out, struct error *error)
{
	const struct couch_endpoint *endpoint = self;

	return couch_checkpoint_read(endpoint->in_source, checkpoint_out, error);
}

static bool checkpoint_read_state(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct couch_endpoint *endpoint = self;

	return couch_checkpoint_read(endpoint->in_state, checkpoint_out, error) ||
	       make_again(endpoint, error);
}

static bool judge_source(void *context, struct json_object *present, struct error *error)
{
	const struct checkpoint_over *over = context;

	return checkpoint_may_follow(present, over->source, error);
}

static bool judge_state(void *context, struct json_object *present, struct error *error)
{
	const struct checkpoint_over *over = context;

	return checkpoint_may_stand_in_state(present, over->state, error);
}

static bool checkpoint_write(void *self, struct json_object *checkpoint, const struct checkpoint_over *over,
			     struct error *error)
{
	struct couch_endpoint *endpoint = self;
	struct checkpoint_over left = *over;

	return couch_checkpoint_write(endpoint->in_source, checkpoint, judge_source, &left, error) &&
	       (couch_checkpoint_write(endpoint->in_state, checkpoint, judge_state, &left, error) ||
		make_again(endpoint, error));
}

struct store couch_endpoint_store(struct couch_endpoint *endpoint)
{
	static const struct store_ops ops = {
		.read = store_read,
		.write = store_write,
		.walk = store_walk,
		.checkpoint_read = checkpoint_read,
		.checkpoint_read_state = checkpoint_read_state,
		.checkpoint_write = checkpoint_write,
	};

	return (struct store){&ops, endpoint};
}
