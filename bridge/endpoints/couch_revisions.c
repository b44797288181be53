#include "bridge/endpoints/couch_revisions.h"

#include "couch/revisions.h"

#include <stdlib.h>
#include <string.h>

static bool is_listed(struct json_object *revisions, const char *wanted)
{
	for (size_t i = 0; i < json_length(revisions); i++) {
		const char *revision = json_text_of(json_at(revisions, i));
		if (revision && strcmp(revision, wanted) == 0)
			return true;
	}
	return false;
}

static void want_known(struct json_object *wanted, const struct endpoint_known *asked)
{
	struct json_object *revisions = json_child(wanted, asked->full_id, json_type_array);

	if (!revisions) {
		revisions = json_new_array();
		json_put(wanted, asked->full_id, revisions);
	}
	/* Some servers take one that is asked for twice for one that is not there. */
	if (!is_listed(revisions, asked->revision))
		json_append(revisions, json_new_text(asked->revision));
}

static bool is_missing(struct json_object *unknown, const struct endpoint_known *asked)
{
	struct json_object *answer = json_child(unknown, asked->full_id, json_type_object);
	struct json_object *missing = answer ? json_child(answer, "missing", json_type_array) : NULL;

	return is_listed(missing, asked->revision);
}

bool couch_known_revisions(struct couch_client *source, struct endpoint_known *asked, size_t count,
			   struct error *error)
{
	scoped(json_object) wanted = json_new_object();
	scoped(json_object) unknown = NULL;

	for (size_t i = 0; i < count; i++)
		want_known(wanted, &asked[i]);
	if (!couch_revisions_unknown(source, wanted, &unknown, error))
		return false;
	for (size_t i = 0; i < count; i++)
		asked[i].is_known = !is_missing(unknown, &asked[i]);
	return true;
}

/* {"start": 3, "ids": ["c", "b", "a"]} is 3-c, made of 2-b, made of 1-a. */
static struct json_object *lineage_of(struct json_object *body)
{
	struct json_object *revisions = json_child(body, "_revisions", json_type_object);
	struct json_object *ids = json_child(revisions, "ids", json_type_array);
	int64_t start = json_int_or(revisions, "start", 0);

	if (!ids)
		return NULL;
	struct json_object *lineage = json_new_array();
	for (size_t i = 0; i < json_length(ids) && (int64_t)i < start; i++) {
		const char *id = json_text_of(json_at(ids, i));
		scoped_text revision = own_format("%lld-%s", (long long)(start - (int64_t)i), id ? id : "");
		json_append(lineage, json_new_text(revision));
	}
	return lineage;
}

static void take_revision(struct endpoint_revision *revision, struct couch_document *document)
{
	if (document->missing)
		return;
	revision->flaw = take(document->flaw);
	revision->lineage = lineage_of(document->body);
	if (document->deleted)
		revision->merged_into = own_copy(json_text_or(document->body, MERGED_INTO_KEY, NULL));
	if (document->deleted || !document->body)
		return;
	json_remove(document->body, "_revisions");
	revision->body = take(document->body);
}

bool couch_read_revisions(struct couch_client *source, struct endpoint_revision *revisions, size_t count,
			  struct error *error)
{
	struct couch_revision *wanted = own_alloc((count + 1) * sizeof *wanted);
	char **ids = own_alloc((count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < count; i++) {
		ids[i] = document_full_id(table_document_type(revisions[i].key.table), revisions[i].key.id);
		wanted[i] = (struct couch_revision){ids[i], revisions[i].revision};
	}
	bool ok = couch_revisions_read(source, wanted, count, true, &documents, error);
	for (size_t i = 0; ok && i < count; i++)
		take_revision(&revisions[i], &documents.list[i]);
	couch_documents_done(&documents);
	for (size_t i = 0; i < count; i++)
		free(ids[i]);
	free(ids);
	free(wanted);
	return ok;
}
