#include "bridge/app/deleted_by_app.h"

#include "bridge/job/job_outcome.h"

#include <stdlib.h>
#include <string.h>

static bool is_asked(const struct job *job)
{
	return !job_has_ended(job) && !job->needs_no_row && job->document.presence == RECORD_TOMBSTONE &&
	       job->entry.state == ENTRY_NONE && job->row.presence == RECORD_THERE;
}

bool app_leftovers_name(struct json_object *app_leftovers, const struct pair *pair,
			const char *integration_id, const char *record_id)
{
	struct json_object *data = document_data(app_leftovers);
	const char *type = document_type_name(table_document_type(pair->table));

	return strcmp(json_text_or(data, "type", ""), type) == 0 &&
	       strcmp(json_text_or(data, "id", ""), pair->id) == 0 &&
	       strcmp(json_text_or(data, "integration_id", ""), integration_id) == 0 &&
	       strcmp(json_text_or(json_child(data, "data", json_type_object), "id", ""), record_id) == 0;
}

static char *left_behind_id(const struct batch *batch, const struct job *job)
{
	return own_format("%s%s-%s-%s", document_prefix(DOCUMENT_DELETED_DATA),
			  document_type_name(table_document_type(job->pair->table)), job->pair->id,
			  batch->sync->config->id);
}

static bool read_left_behind(struct batch *batch, struct job *const *jobs, size_t count, struct error *error)
{
	const struct endpoint *couch = &batch->sync->couch;
	char **ids = own_alloc((count + 1) * sizeof(char *));
	struct json_object **bodies = own_alloc((count + 1) * sizeof(struct json_object *));

	for (size_t i = 0; i < count; i++)
		ids[i] = left_behind_id(batch, jobs[i]);
	bool ok = couch->ops->read_extras(couch->self, (const char *const *)ids, count, bodies, error);
	for (size_t i = 0; i < count; i++) {
		batch_diff_of(batch, jobs[i])->app_deleted =
			ok && app_leftovers_name(bodies[i], jobs[i]->pair, batch->sync->config->id,
						 jobs[i]->row.id);
		json_release(bodies[i]);
		free(ids[i]);
	}
	free(bodies);
	free(ids);
	return ok || error_wrap(error, "reading what the app left behind of deleted documents");
}

bool batch_find_deleted_by_app(struct batch *batch, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (is_asked(&batch->jobs[i]))
			jobs[count++] = &batch->jobs[i];
	bool ok = count == 0 || read_left_behind(batch, jobs, count, error);
	free(jobs);
	return ok;
}
