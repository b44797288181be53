#include "bridge/report/figures_store.h"

#include "couch/bulk.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_documents(void *self, const char *const *ids, size_t count,
			   struct json_object **documents_out, struct error *error)
{
	struct couch_documents documents = {0};

	if (!couch_documents_read(self, ids, count, &documents, error))
		return false;
	for (size_t i = 0; i < count; i++)
		documents_out[i] = documents.list[i].deleted ? NULL : take(documents.list[i].body);
	couch_documents_done(&documents);
	return true;
}

static bool write_documents(void *self, struct json_object *const *documents, size_t count,
			    struct store_result *results_out, struct error *error)
{
	struct couch_written *written = own_alloc((count + 1) * sizeof *written);

	bool ok = couch_documents_write(self, documents, count, written, error);
	for (size_t i = 0; i < count; i++) {
		results_out[i].kind = written[i].kind;
		snprintf(results_out[i].rev, sizeof results_out[i].rev, "%s", written[i].rev);
		snprintf(results_out[i].text, sizeof results_out[i].text, "%s", written[i].text);
	}
	free(written);
	return ok;
}

struct walk {
	store_visit *visit;
	void *context;
};

static bool visit_document(void *context, struct couch_document *document, struct error *error)
{
	struct walk *walk = context;

	return !document->body || walk->visit(walk->context, document->body, error);
}

static bool walk_documents(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
			   void *context, struct error *error)
{
	struct walk walk = {visit, context};

	return couch_documents_walk_picked(self, prefix, 0, pick, visit_document, &walk, error);
}

struct store figures_store(struct couch_client *state)
{
	static const struct store_ops ops = {
		.read = read_documents, .write = write_documents, .walk = walk_documents};

	return (struct store){&ops, state};
}
