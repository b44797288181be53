#include "bridge/documents/late_history.h"

#include "bridge/documents/extra_results.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>

/* Each is {history: the document, why: the reason}. */

void job_keep_history(struct job *job, struct json_object *history, const char *why)
{
	struct json_object *one = json_new_object();
	struct json_object *list = job->entry.histories ? json_copy(job->entry.histories) : json_new_array();

	json_put(one, "history", json_copy(history));
	json_put_text(one, "why", why);
	json_append(list, one);
	json_release(job->entry.histories);
	job->entry.histories = list;
	job->document_write.histories_tried = true;
}

static bool is_tried(const struct job *job)
{
	return job->entry.histories && !job->needs_no_row && !job->document_write.histories_tried;
}

static void take_results(struct job *job, struct endpoint_write *writes)
{
	struct json_object *left = json_new_array();

	for (size_t i = 0; i < json_length(job->entry.histories); i++) {
		if (writes[i].result == ERROR_NONE)
			continue;
		struct json_object *one = json_copy(json_at(job->entry.histories, i));
		json_put_text(one, "why", writes[i].error.text);
		json_append(left, one);
	}
	json_release(job->entry.histories);
	job->entry.histories = json_length(left) ? json_share(left) : NULL;
	json_release(left);
}

static bool write_kept(struct batch *batch, struct job *job, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	size_t count = json_length(job->entry.histories);
	struct endpoint_write *writes = own_alloc((count + 1) * sizeof *writes);

	for (size_t i = 0; i < count; i++)
		writes[i] = (struct endpoint_write){
			.kind = WRITE_EXTRA,
			.table = job->pair->table,
			.id = job->pair->id,
			.body = json_child(json_at(job->entry.histories, i), "history", json_type_object),
		};
	job->document_write.histories_tried = true;
	struct endpoint_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	bool ok = couch->ops->write_finish(couch->self, &ticket, error);
	if (ok) {
		batch_find_unanswered(batch, writes, count);
		take_results(job, writes);
	}
	endpoint_writes_done(writes, count);
	free(writes);
	return ok;
}

bool batch_write_kept_histories(struct batch *batch, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < batch->count; i++)
		if (is_tried(&batch->jobs[i]))
			ok = write_kept(batch, &batch->jobs[i], error);
	return ok || error_wrap(error, "writing the history of what has happened");
}

void job_report_kept_histories(struct job *job)
{
	struct json_object *first = json_at(job->entry.histories, 0);

	if (job->needs_no_row || !first)
		return;
	job_counts_as_given_up(job);
	job_problem(
		job,
		"A row of it was deleted, and CouchDB does not take the history of that: %s. The row's last "
		"cells are kept in the state database until it does.",
		json_text_or(first, "why", ""));
}
