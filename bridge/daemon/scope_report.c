#include "bridge/daemon/scope_report.h"

#include "couch/client.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <stdlib.h>

enum { TOLD_MOST = 10 };

static const char *kind_words(const struct integration_config *config)
{
	return config->scope_type == SCOPE_COLLECTIONS ? "collection" : "container";
}

static void tell_missing(const struct integration_config *config, const char *id, finding *report,
			 void *context)
{
	finding_report(
		report, context, FINDING_PROBLEM,
		"integration '%s' lists the %s %.100s, which is not in database %s: it was deleted, or has "
		"not "
		"come there yet. Choose anew in the app's integration screen, or let the phone replicate",
		config->name, kind_words(config), id, config->database);
}

static void tell_each(const struct integration_config *config, const struct couch_documents *documents,
		      finding *report, void *context)
{
	size_t missing = 0;

	for (size_t i = 0; i < documents->count; i++)
		if ((!documents->list[i].body || documents->list[i].deleted) && missing++ < TOLD_MOST)
			tell_missing(config, config->scope_ids[i], report, context);
	if (missing > TOLD_MOST)
		finding_report(report, context, FINDING_PROBLEM,
			       "integration '%s' lists %zu more %ss that are not in database %s",
			       config->name, missing - TOLD_MOST, kind_words(config), config->database);
}

bool scope_report(struct couch_client *couch, const struct integration_config *config, finding *report,
		  void *context, struct error *error)
{
	enum document_type type =
		config->scope_type == SCOPE_COLLECTIONS ? DOCUMENT_COLLECTION : DOCUMENT_ITEM;
	char **ids = own_alloc((config->scope_count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < config->scope_count; i++)
		ids[i] = document_full_id(type, config->scope_ids[i]);
	bool ok =
		couch_documents_read(couch, (const char *const *)ids, config->scope_count, &documents, error);
	if (ok)
		tell_each(config, &documents, report, context);
	couch_documents_done(&documents);
	for (size_t i = 0; i < config->scope_count; i++)
		free(ids[i]);
	free(ids);
	return ok;
}
