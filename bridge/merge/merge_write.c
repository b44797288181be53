#include "bridge/merge/merge_write.h"

#include <stdlib.h>

struct writes {
	size_t count;
	struct endpoint_write *list; /* owned */
	struct merge **of;           /* owned */
};

static void add_write(struct writes *writes, struct merge *merge, struct endpoint_write write)
{
	write.table = merge->pair->table;
	write.id = merge->pair->id;
	writes->list = own_resize(writes->list, writes->count + 1, sizeof *writes->list);
	writes->of = own_resize(writes->of, writes->count + 1, sizeof(struct merge *));
	writes->of[writes->count] = merge;
	writes->list[writes->count++] = write;
}

/* Refused: this merge ends here, and is told. Anything else that went wrong: once more, from what is there then. */
static void take_result(struct merge_batch *batch, struct merge *merge, const struct endpoint_write *write,
			const char *what)
{
	if (merge->failed || write->result == ERROR_NONE)
		return;
	scoped_text why = own_format("CouchDB refused %s: %s", what, write->error.text);
	if (write->result == ERROR_REFUSED)
		merge_give_up(batch, merge, why);
	else
		merge_miss(batch, merge, write->error.text);
}

static bool write_all(struct merge_batch *batch, struct writes *writes, const char *what, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	bool ok = true;

	if (writes->count > 0) {
		struct endpoint_ticket *ticket =
			couch->ops->write_start(couch->self, writes->list, writes->count);
		ok = couch->ops->write_finish(couch->self, &ticket, error);
	}
	for (size_t i = 0; ok && i < writes->count; i++) {
		const struct endpoint_write *write = &writes->list[i];
		take_result(batch, writes->of[i], write, what);
		/* Their tombstones are no news. */
		if (write->kind == WRITE_END_LEAF && write->result == ERROR_NONE)
			writes->of[i]->pair->ended += ended_hash_of(write->revision_out);
		/* Perhaps one has ended: a save in doubt may be in it, and what the feed tells of it is news. */
		else if (write->kind == WRITE_END_LEAF && write->result == ERROR_RETRY)
			writes->of[i]->pair->ended++;
	}
	endpoint_writes_done(writes->list, writes->count);
	free(writes->list);
	free(writes->of);
	return ok || error_wrap(error, "writing %s", what);
}

bool merge_write_histories(struct merge_batch *batch, struct error *error)
{
	struct writes writes = {0};

	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		for (size_t h = 0; !merge->failed && h < json_length(merge->histories); h++)
			add_write(&writes, merge,
				  (struct endpoint_write){.kind = WRITE_EXTRA,
							  .body = json_at(merge->histories, h)});
	}
	return write_all(batch, &writes, "the history of what was lost", error);
}

bool merge_write_shown(struct merge_batch *batch, struct error *error)
{
	struct writes writes = {0};

	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		if (!merge->failed && merge->merged.body)
			add_write(&writes, merge,
				  (struct endpoint_write){.kind = WRITE_MERGE,
							  .revision = merge->document.revision,
							  .body = merge->merged.body});
	}
	return write_all(batch, &writes, "the document that was made of them", error);
}

static struct json_object *tombstone_of(const struct merge *merge)
{
	struct json_object *body = json_new_object();

	json_put_text(body, "_id", merge->pair->full_id);
	json_put(body, "_deleted", json_new_bool(true));
	if (!merge->dies)
		json_put_text(body, MERGED_INTO_KEY, merge->document.revision);
	return body;
}

bool merge_end_others(struct merge_batch *batch, struct error *error)
{
	struct writes writes = {0};
	struct json_object **bodies = own_alloc((batch->count + 1) * sizeof(struct json_object *));

	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		bodies[i] = tombstone_of(merge);
		for (size_t leaf = merge->dies ? 0 : 1; !merge->failed && leaf < merge->count; leaf++)
			add_write(&writes, merge,
				  (struct endpoint_write){.kind = WRITE_END_LEAF,
							  .revision = merge->leaves[leaf].revision,
							  .body = bodies[i]});
	}
	bool ok = write_all(batch, &writes, "to end a revision that was merged", error);
	for (size_t i = 0; i < batch->count; i++)
		json_release(bodies[i]);
	free(bodies);
	return ok;
}
