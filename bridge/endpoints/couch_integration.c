#include "bridge/endpoints/couch_integration.h"

#include "bridge/endpoints/integration_config.h"
#include "couch/revisions.h"

#define LEAVES_MOST 50 /* that are looked at; nobody saves it apart so often */

/* The others are added behind the one that is shown. */
static size_t collect(const struct couch_document *document, const struct couch_documents *others,
		      struct json_object **bodies)
{
	size_t count = 0;

	bodies[count++] = document->body;
	for (size_t i = 0; i < others->count; i++)
		if (others->list[i].body && !others->list[i].deleted && !others->list[i].flaw)
			bodies[count++] = others->list[i].body;
	return count;
}

static bool read_others(struct couch_client *couch, const struct couch_document *document,
			struct couch_documents *others_out, struct error *error)
{
	struct couch_revision wanted[LEAVES_MOST];
	size_t count = 0;

	for (size_t i = 0; i < json_length(document->conflicts) && count < LEAVES_MOST; i++) {
		const char *revision = json_text_of(json_at(document->conflicts, i));
		if (revision)
			wanted[count++] = (struct couch_revision){document->id, revision};
	}
	return couch_revisions_read(couch, wanted, count, false, others_out, error);
}

bool couch_integration_settle(struct couch_client *couch, struct couch_document *document, bool *differ_out,
			      struct error *error)
{
	struct json_object *bodies[LEAVES_MOST + 1];
	struct couch_documents others = {0};

	*differ_out = false;
	if (!document->body || !document->conflicts)
		return true;
	if (!read_others(couch, document, &others, error))
		return error_wrap(error, "reading what is in conflict with %s", document->id);
	size_t count = collect(document, &others, bodies);
	size_t chosen = integration_leaf_that_counts(bodies, count, differ_out);
	struct json_object *body = json_share(bodies[chosen]);
	json_release(document->body);
	document->body = body;
	couch_documents_done(&others);
	return true;
}
