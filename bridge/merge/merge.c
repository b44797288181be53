/*     read the documents ──> their leaves ──> what they were made of ──> merge ──> histories ──> shown leaves ──> end the others
 *
 * Each step is one request for all conflicts of a batch. A conflict that has failed a step takes no part in the next ones. */
#include "bridge/merge/merge.h"

#include "bridge/memory/seen_document.h"
#include "bridge/memory/turn_count.h"
#include "bridge/merge/merge_message.h"
#include "bridge/merge/merge_read.h"
#include "bridge/merge/merge_write.h"
#include "inventory/history.h"

#include <stdlib.h>

#define MERGED_AT_ONCE 500

/* ---- what is to be merged ---- */

static void choose(struct sync *sync, struct merge_batch *batch)
{
	const struct conflicts *conflicts = &sync->pairs.conflicts;
	size_t most = conflicts->count < MERGED_AT_ONCE ? conflicts->count : MERGED_AT_ONCE;

	batch->list = own_alloc((most + 1) * sizeof *batch->list);
	for (size_t i = 0; i < conflicts->count && batch->count < MERGED_AT_ONCE; i++) {
		struct merge merge = {.pair = conflicts->list[i]};
		if (!conflict_is_due(merge.pair, sync->cycle))
			continue;
		if (sync_has_turns_left(sync, merge.pair))
			batch->list[batch->count++] = merge;
		else
			merge_give_up(batch, &merge, "it was edited apart again each time that they were");
	}
}

static bool read_documents(struct merge_batch *batch, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct endpoint_records records = {0};

	for (size_t i = 0; i < batch->count; i++)
		keys[i] = merge_key(&batch->list[i]);
	bool ok = couch->ops->read(couch->self, keys, batch->count, &records, error);
	for (size_t i = 0; ok && i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		merge->document = records.list[i];
		records.list[i] = (struct endpoint_record){0};
		sync_note_document(batch->sync, merge->pair, &merge->document);
		merge->failed = !conflict_waits(merge->pair); /* it is one again, or gone */
	}
	endpoint_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "reading documents that are in conflict");
}

/* ---- merging ---- */

/* The time is that of the lost edit, so that whoever merges the same leaves again records the same. */
static struct json_object *history_of(const struct merge_batch *batch, const struct merge *merge,
				      const struct leaf_loss *loss)
{
	scoped_text created_by = own_format("integration-%s", batch->sync->config->id);
	int64_t time_ms = document_updated_at(merge->leaves[loss->leaf].body);
	struct history_entry entry = {
		.data_type = table_document_type(merge->pair->table),
		.data_id = merge->pair->id,
		.created_by = created_by,
		.batch = time_ms ? time_ms : 1,
		.event_name = "sync_conflict",
		.timestamp_ms = time_ms ? time_ms : 1,
		.original_data = loss->lost,
		.new_data = loss->instead,
	};

	return history_document(&entry, 0);
}

static void record_losses(const struct merge_batch *batch, struct merge *merge)
{
	for (size_t i = 0; i < merge->merged.loss_count; i++) {
		if (!merge->histories)
			merge->histories = json_new_array();
		json_append(merge->histories, history_of(batch, merge, &merge->merged.losses[i]));
	}
}

/* An attachment that only a losing leaf has comes along with its bytes. */
static bool fetch_attachments(struct merge_batch *batch, struct merge *merge, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	struct json_object *files = json_child(merge->merged.body, "_attachments", json_type_object);

	for (size_t i = 0; i < merge->merged.attachment_count; i++) {
		const struct leaf_attachment *one = &merge->merged.attachments[i];
		struct json_object *attachment = NULL;
		if (!couch->ops->read_attachment(couch->self, &batch->revisions[merge->first + one->leaf],
						 one->name, &attachment, error))
			return error_wrap(error, "reading attachment %s of %s", one->name,
					  merge->pair->full_id);
		if (!files) {
			files = json_new_object();
			json_put(merge->merged.body, "_attachments", files);
		}
		json_put(files, one->as, attachment);
	}
	return true;
}

static void merge_one(struct merge_batch *batch, struct merge *merge)
{
	struct error error = {0};

	leaves_merge(table_document_type(merge->pair->table), merge->leaves, merge->count, &merge->merged);
	record_losses(batch, merge);
	if (!fetch_attachments(batch, merge, &error))
		merge_miss(batch, merge, error.text);
}

/* ---- what is told ---- */

/* What was read of it: the revisions that the leaves were made of, and the leaves, the shown one last. */
static struct json_object *bodies_of(const struct merge_batch *batch, const struct merge *merge)
{
	struct json_object *bodies = json_new_array();

	for (size_t i = 0; i < batch->ancestor_count; i++)
		if (batch->ancestors[i].key.id == merge->pair->id && batch->ancestors[i].body &&
		    !batch->ancestors[i].flaw)
			json_append(bodies, json_share(batch->ancestors[i].body));
	for (size_t i = merge->count; i-- > 0;)
		json_append(bodies, json_share(merge->leaves[i].body));
	return bodies;
}

static void report_merged(struct merge_batch *batch, struct merge *merge)
{
	struct sync *sync = batch->sync;
	scoped_text reported = merge_loss_message(merge);

	scoped_text label = pair_label(merge->pair);

	log_info(&sync->log, "%s: %zu conflicting revisions are merged into one%s%s", label, merge->count,
		 reported ? ". " : "", reported ? reported : "");
	sync->counts.conflicts += (int64_t)merge->merged.loss_count;
	sync->counts.documents_written += merge->merged.body != NULL;
	conflict_end(&sync->pairs.conflicts, merge->pair, bodies_of(batch, merge), take(reported));
}

static void report_ended(struct merge_batch *batch, struct merge *merge)
{
	struct sync *sync = batch->sync;

	scoped_text label = pair_label(merge->pair);

	if (merge->dies)
		log_info(&sync->log,
			 "%s: a device deleted it, and what others wrote meanwhile changed nothing of it: it "
			 "is deleted",
			 label);
	conflict_end_ended(&sync->pairs.conflicts, merge->pair, merge_ended_bodies(batch, merge));
}

static void report(struct merge_batch *batch, struct merge *merge)
{
	if (merge->failed || !merge->pair->conflict)
		return;
	if (merge->count > 1)
		report_merged(batch, merge);
	else
		report_ended(batch, merge);
	pairs_queue(&batch->sync->pairs, merge->pair, JOB_DOCUMENT);
}

/* ---- all of it ---- */

static bool merge_batch(struct merge_batch *batch, struct error *error)
{
	if (!read_documents(batch, error) || !merge_read_leaves(batch, error) ||
	    !merge_read_ancestors(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->list[i].failed)
			merge_one(batch, &batch->list[i]);
	if (!merge_write_histories(batch, error) || !merge_write_shown(batch, error) ||
	    !merge_end_others(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		report(batch, &batch->list[i]);
	return true;
}

bool sync_merge_conflicts(struct sync *sync, struct error *error)
{
	bool ok = true, more = true;

	while (ok && more) {
		struct merge_batch batch = {.sync = sync};
		choose(sync, &batch);
		more = batch.count > 0;
		ok = !more || merge_batch(&batch, error);
		merge_batch_done(&batch);
	}
	return ok;
}
