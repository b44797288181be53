#include "bridge/documents/orphaned_history.h"

#include "bridge/documents/extra_results.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/park.h"
#include "inventory/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_TRIED 20

struct orphan {
	struct job *job;
	struct json_object *body; /* owned; as it was to be written, under the id that is tried */
};

static bool is_it(struct json_object *stored, struct json_object *body)
{
	scoped(json_object) plain = json_copy(stored);

	json_remove(plain, "_rev");
	return json_equal(plain, body);
}

static struct json_object *tombstone_of(struct json_object *stored)
{
	struct json_object *body = json_new_object();

	json_put_text(body, "_id", json_text_or(stored, "_id", ""));
	json_put_text(body, "_rev", json_text_or(stored, "_rev", ""));
	json_put(body, "_deleted", json_new_bool(true));
	return body;
}

/* What the entry says, but for when: the same change, tried again, has the same. A save may be told twice, as one and as a conflict. */
static char *gist_of(struct json_object *history)
{
	struct json_object *original = NULL, *became = NULL;
	struct text words = {0};
	char *gist;

	json_find(history, "original_data", &original);
	json_find(history, "new_data", &became);
	json_add_to(&words, original);
	text_add(&words, " -> ");
	json_add_to(&words, became);
	text_add(&words, " by ");
	text_add(&words, json_text_or(history, "event_name", ""));
	gist = own_format("%016" PRIx64, text_hash(text_or_empty(&words)));
	text_done(&words);
	return gist;
}

static bool is_open_orphan(const struct ledger_entry *entry, struct json_object *history)
{
	scoped_text gist = gist_of(history);

	for (size_t i = 0; i < json_length(entry->orphaned_histories); i++)
		if (strcmp(json_text_or(json_at(entry->orphaned_histories, i), "gist", ""), gist) == 0)
			return true;
	return false;
}

void job_reuse_orphaned(struct job *job)
{
	for (size_t i = json_length(job->document_write.histories);
	     job->entry.orphaned_histories && i-- > 0;) {
		struct json_object *history = json_at(job->document_write.histories, i);
		if (!is_open_orphan(&job->entry, history))
			continue;
		scoped_text gist = gist_of(history);
		if (!job->document_write.reused)
			job->document_write.reused = json_new_object();
		json_put(job->document_write.reused, gist, json_new_bool(true));
		json_remove_at(job->document_write.histories, i, 1);
	}
}

/* The change happened after all. */
void job_take_reused(struct job *job)
{
	struct json_object *left = json_new_array();

	for (size_t i = 0; i < json_length(job->entry.orphaned_histories); i++)
		if (!json_find(job->document_write.reused,
			       json_text_or(json_at(job->entry.orphaned_histories, i), "gist", ""), NULL))
			json_append(left, json_share(json_at(job->entry.orphaned_histories, i)));
	json_release(job->entry.orphaned_histories);
	job->entry.orphaned_histories = json_length(left) ? json_share(left) : NULL;
	json_release(left);
	job_comes_again(job); /* it is not told any more */
}

void job_keep_noted(struct job *job)
{
	struct json_object *history = job->entry.intents.document.history;

	if (!history || !is_open_orphan(&job->entry, history))
		return;
	scoped_text gist = gist_of(history);
	if (!job->document_write.reused)
		job->document_write.reused = json_new_object();
	json_put(job->document_write.reused, gist, json_new_bool(true));
	job_take_reused(job);
}

static bool is_left_open(const struct ledger_entry *entry, const char *id)
{
	for (size_t i = 0; i < json_length(entry->orphaned_histories); i++)
		if (strcmp(json_text_or(json_at(entry->orphaned_histories, i), "id", ""), id) == 0)
			return true;
	return false;
}

/* CouchDB does not let it go: it is kept for the jobs to come. Once: of two that are one the second removal meets a conflict, and
 * would be taken for one that is still there. */
static void leave_open(struct job *job, const struct endpoint_write *write, const char *gist)
{
	struct ledger_entry *entry = &job->entry;

	if (is_left_open(entry, json_text_or(write->body, "_id", "")))
		return;
	struct json_object *orphan = json_new_object();
	struct json_object *list =
		entry->orphaned_histories ? json_copy(entry->orphaned_histories) : json_new_array();

	json_put_text(orphan, "id", json_text_or(write->body, "_id", ""));
	json_put_text(orphan, "rev", json_text_or(write->body, "_rev", ""));
	json_put_text(orphan, "gist", gist);
	json_put_text(orphan, "why", write->error.text);
	json_append(list, orphan);
	json_release(entry->orphaned_histories);
	entry->orphaned_histories = list;
}

/* Whether a history entry that could not be removed is noted as left open, and its item goes on. That is so after some tries, or what is
 * in the way of the removal would be in the way of the item for ever. It is so at once when its save is known not to have happened: the
 * note of that save is dropped then, and nothing else would tell of the entry. */
static bool goes_on_without(const struct job *job)
{
	return job->document_write.unwritten || job->pair->misses >= JOB_MISSES_UNREPORTED;
}

/* A 409 where it was read just now: somebody has removed it, or its number is another's by now. The next job reads it again. */
static bool delete_found(struct batch *batch, struct endpoint_write *writes, struct job **jobs,
			 char *const *gists, size_t count, struct error *error)
{
	if (!batch_write_extras(batch, writes, count, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct job *job = jobs[i];
		if (writes[i].result == ERROR_NONE)
			continue;
		if (writes[i].result == ERROR_REFUSED || goes_on_without(job)) {
			leave_open(job, &writes[i], gists[i]);
			job->document_write.left_open_tried = true;
		} else {
			job_miss(job, "the removal of the history entry of a change that did not happen",
				 &writes[i].error);
		}
	}
	return true;
}

/* Looks under the present ids. What is found is deleted; where another entry is found, the next number is tried. */
static bool try_ids(struct batch *batch, struct orphan *orphaned_histories, size_t *count,
		    struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	const char **ids = own_alloc((*count + 1) * sizeof *ids);
	struct json_object **stored = own_alloc((*count + 1) * sizeof(struct json_object *));
	struct endpoint_write *writes = own_alloc((*count + 1) * sizeof *writes);
	struct job **jobs = own_alloc((*count + 1) * sizeof *jobs);
	char **gists = own_alloc((*count + 1) * sizeof *gists);
	size_t found = 0, left = 0;

	for (size_t i = 0; i < *count; i++)
		ids[i] = json_text_or(orphaned_histories[i].body, "_id", "");
	bool ok = couch->ops->read_extras(couch->self, ids, *count, stored, error);
	for (size_t i = 0; i < *count; i++) {
		bool other = ok && stored[i] && !is_it(stored[i], orphaned_histories[i].body);
		if (ok && stored[i] && !other) {
			jobs[found] = orphaned_histories[i].job;
			gists[found] = gist_of(orphaned_histories[i].body);
			writes[found++] = (struct endpoint_write){.kind = WRITE_EXTRA_DELETE,
								  .body = tombstone_of(stored[i])};
		}
		json_release(stored[i]);
		if (other) {
			history_next_number(orphaned_histories[i].body);
			orphaned_histories[left++] = orphaned_histories[i];
		} else {
			json_release(orphaned_histories[i].body);
		}
	}
	*count = left;
	ok = ok && delete_found(batch, writes, jobs, gists, found, error);
	for (size_t i = 0; i < found; i++) {
		json_release(writes[i].body);
		free(gists[i]);
	}
	free(gists);
	endpoint_writes_done(writes, found);
	free(writes);
	free(jobs);
	free(stored);
	free(ids);
	return ok;
}

static void add_orphan(struct orphan **orphaned_histories, size_t *count, struct job *job,
		       struct json_object *history)
{
	*orphaned_histories = own_resize(*orphaned_histories, *count + 1, sizeof **orphaned_histories);
	(*orphaned_histories)[(*count)++] = (struct orphan){job, json_copy(history)};
}

/* That of the save which was noted, and what was written beside it. */
static void add_orphans(struct orphan **orphaned_histories, size_t *count, struct job *job)
{
	struct json_object *history = job->entry.intents.document.history;

	if (history)
		add_orphan(orphaned_histories, count, job, history);
	for (size_t i = 0; i < json_length(job->document_write.unrecorded); i++)
		if (!history || !json_equal(json_at(job->document_write.unrecorded, i), history))
			add_orphan(orphaned_histories, count, job,
				   json_at(job->document_write.unrecorded, i));
}

static bool drop_new(struct batch *batch, struct error *error)
{
	struct orphan *orphaned_histories = NULL;
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i].document_write.orphaned)
			add_orphans(&orphaned_histories, &count, &batch->jobs[i]);
	for (int number = 0; ok && count && number < NUMBERS_TRIED; number++)
		ok = try_ids(batch, orphaned_histories, &count, error);
	for (size_t i = 0; i < count; i++)
		json_release(orphaned_histories[i].body);
	for (size_t i = 0; ok && i < batch->count; i++) {
		batch->jobs[i].document_write.orphaned = false;
		json_object_close(&batch->jobs[i].document_write.unrecorded);
	}
	free(orphaned_histories);
	return ok;
}

/* ---- what was refused before ---- */

/* What is there by now under its id, or NULL: it is gone, or is another's. */
static struct json_object *still_there(struct batch *batch, struct json_object *orphan, bool *ok,
				       struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	const char *ids[] = {json_text_or(orphan, "id", "")};
	struct json_object *stored = NULL;

	*ok = *ok && couch->ops->read_extras(couch->self, ids, 1, &stored, error);
	scoped_text gist = gist_of(stored);
	if (!*ok || !stored || strcmp(gist, json_text_or(orphan, "gist", "")) != 0) {
		json_release(stored);
		return NULL;
	}
	struct json_object *tombstone = tombstone_of(stored);
	json_release(stored);
	return tombstone;
}

/* After a removal that failed: somebody else may have removed it, and a save that counts on it would have no entry. */
static bool is_still_there(struct batch *batch, struct json_object *orphan, bool *ok, struct error *error)
{
	scoped(json_object) tombstone = still_there(batch, orphan, ok, error);

	return tombstone != NULL;
}

static bool drop_open_of(struct batch *batch, struct job *job, struct error *error)
{
	size_t count = json_length(job->entry.orphaned_histories), found = 0;
	struct endpoint_write *writes = own_alloc((count + 1) * sizeof *writes);
	struct json_object **orphaned_histories = own_alloc((count + 1) * sizeof(struct json_object *));
	struct json_object *left = json_new_array();
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		orphaned_histories[found] = json_at(job->entry.orphaned_histories, i);
		struct json_object *tombstone = still_there(batch, orphaned_histories[found], &ok, error);
		if (tombstone)
			writes[found++] =
				(struct endpoint_write){.kind = WRITE_EXTRA_DELETE, .body = tombstone};
	}
	ok = ok && batch_write_extras(batch, writes, found, error);
	for (size_t i = 0; i < found; i++) {
		if (ok && writes[i].result != ERROR_NONE &&
		    is_still_there(batch, orphaned_histories[i], &ok, error))
			json_append(left, json_share(orphaned_histories[i]));
		json_release(writes[i].body);
	}
	if (ok) {
		json_release(job->entry.orphaned_histories);
		job->entry.orphaned_histories = json_length(left) ? json_share(left) : NULL;
	}
	json_release(left);
	endpoint_writes_done(writes, found);
	free(writes);
	free(orphaned_histories);
	return ok;
}

static bool drop_open(struct batch *batch, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!job->entry.orphaned_histories || job->document_write.left_open_tried ||
		    job->needs_no_row)
			continue;
		job->document_write.left_open_tried = true;
		ok = drop_open_of(batch, job, error);
	}
	return ok;
}

bool batch_drop_orphaned(struct batch *batch, struct error *error)
{
	return (drop_open(batch, error) && drop_new(batch, error)) ||
	       error_wrap(error, "deleting the history of what was not saved");
}

void job_report_left_open(struct job *job)
{
	const struct ledger_entry *entry = &job->entry;

	if (job->needs_no_row || (!entry->orphaned_histories && !json_find(entry->cascade, "why", NULL)))
		return;
	job_counts_as_given_up(job);
	for (size_t i = 0; i < json_length(entry->orphaned_histories); i++)
		job_problem(
			job,
			"CouchDB refused to remove the history entry %s of a change that did not happen: %s.",
			json_text_or(json_at(entry->orphaned_histories, i), "id", ""),
			json_text_or(json_at(entry->orphaned_histories, i), "why", ""));
	if (json_find(entry->cascade, "why", NULL))
		job_problem(job, "Not all that follows from its move or end could be saved: %s.",
			    json_text_or(entry->cascade, "why", ""));
}
