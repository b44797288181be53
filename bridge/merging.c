/*     read the documents ──> their leaves ──> what they were made of ──> merge ──> histories ──> shown leaves ──> end the others
 *
 * Each step is one request for all conflicts of a batch. A conflict that has failed a step takes no part in the next ones. */
#include "bridge/merging.h"

#include "inventory/history.h"
#include "inventory/leaf_memory.h"
#include "inventory/leaves.h"
#include "inventory/schema.h"

#include <stdlib.h>
#include <string.h>

#define MERGED_AT_ONCE 200
#define MISSES_UNTOLD  3   /* tries that met another write or had no answer, before that is told */
#define LEAVES_MOST    200 /* of one document; more are made fewer by the next turn */
#define LOSS_SHOWN     60  /* bytes of a lost value that are shown */

/* One document and its leaves, the shown one first. */
struct merge {
	struct pair *pair;
	struct side_record document;
	size_t first, count; /* of its live leaves in 'revisions' */
	size_t ended;        /* of its deleted ones, behind them; only where one leaf lives */
	bool unknown;        /* what they were made of is not known any more */
	bool dies;           /* one of these was a deletion of all that it has */
	struct leaf *leaves; /* owned */
	struct merged_leaves merged;
	struct json_object *histories; /* owned; or NULL */
	bool failed;                   /* it is not merged this time */
};
struct batch {
	struct sync *sync;
	size_t count;
	struct merge *list; /* owned */
	size_t revision_count;
	struct side_revision *revisions; /* owned; all leaves of all of them */
	size_t ancestor_count;
	struct side_revision *ancestors; /* owned */
	struct json_object **digests;    /* owned; of the ancestors; NULL: the body is not there any more */
};

/* ---- what is to be merged ---- */

static void choose(struct sync *sync, struct batch *batch)
{
	const struct conflicts *conflicts = &sync->pairs.conflicts;

	batch->list = own_alloc((MERGED_AT_ONCE + 1) * sizeof *batch->list);
	for (size_t i = 0; i < conflicts->count && batch->count < MERGED_AT_ONCE; i++)
		if (conflict_is_due(conflicts->list[i], sync->pass))
			batch->list[batch->count++] = (struct merge){.pair = conflicts->list[i]};
}

static struct side_key key_of(const struct pair *pair)
{
	return (struct side_key){pair->table, pair->id};
}

/* It is a problem of the pair: its look tells it, and tries again later. */
static void give_up(struct batch *batch, struct merge *merge, const char *why)
{
	struct pair *pair = merge->pair;

	merge->failed = true;
	if (!pair->conflict)
		return;
	conflict_set_unmerged(pair, own_format("document %s was edited in several places at once, and the "
					       "edits cannot be made one: %s",
					       pair->full_id, why));
	pairs_look(&batch->sync->pairs, pair, LOOK_DOCUMENT);
}

/* Somebody else wrote it, or the answer is lost: what is there now is merged by the next turn. */
static void miss(struct batch *batch, struct merge *merge, const char *why)
{
	merge->failed = true;
	if (merge->pair->conflict && conflict_miss(merge->pair) >= MISSES_UNTOLD)
		give_up(batch, merge, why);
}

static bool read_documents(struct batch *batch, struct error *error)
{
	struct side *couch = &batch->sync->couch;
	struct side_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct side_records records = {0};

	for (size_t i = 0; i < batch->count; i++)
		keys[i] = key_of(batch->list[i].pair);
	bool ok = couch->ops->read(couch->self, keys, batch->count, &records, error);
	for (size_t i = 0; ok && i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		merge->document = records.list[i];
		records.list[i] = (struct side_record){0};
		sync_note_document(batch->sync, merge->pair, &merge->document);
		merge->failed = !conflict_waits(merge->pair); /* it is one again, or gone */
	}
	side_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "reading documents that are in conflict");
}

/* ---- leaves ---- */

static void want_revision(struct batch *batch, const struct merge *merge, const char *revision)
{
	batch->revisions = own_resize(batch->revisions, batch->revision_count + 1, sizeof *batch->revisions);
	batch->revisions[batch->revision_count++] =
		(struct side_revision){.key = key_of(merge->pair), .revision = revision};
}

static size_t want_all(struct batch *batch, const struct merge *merge, struct json_object *revisions,
		       size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < json_length(revisions) && count < most; i++) {
		const char *revision = json_text_of(json_at(revisions, i));
		if (revision) {
			want_revision(batch, merge, revision);
			count++;
		}
	}
	return count;
}

static void want_leaves(struct batch *batch, struct merge *merge)
{
	merge->first = batch->revision_count;
	if (merge->failed)
		return;
	want_revision(batch, merge, merge->document.revision);
	merge->count = 1 + want_all(batch, merge, merge->document.leaves, LEAVES_MOST);
	if (merge->count == 1)
		merge->ended = want_all(batch, merge, merge->pair->conflict->ended, LEAVES_MOST);
}

static void check_leaf(struct batch *batch, struct merge *merge, const struct side_revision *leaf)
{
	if (merge->failed)
		return;
	if (leaf->flaw) {
		scoped_text why = own_format("revision %s cannot be written back exactly: %s", leaf->revision,
					     leaf->flaw);
		give_up(batch, merge, why);
	} else if (!leaf->body || !leaf->lineage) {
		scoped_text why = own_format("revision %s cannot be read", leaf->revision);
		miss(batch, merge, why);
	}
}

static bool read_leaves(struct batch *batch, struct error *error)
{
	struct side *couch = &batch->sync->couch;

	for (size_t i = 0; i < batch->count; i++)
		want_leaves(batch, &batch->list[i]);
	if (batch->revision_count > 0 &&
	    !couch->ops->read_revisions(couch->self, batch->revisions, batch->revision_count, error))
		return error_wrap(error, "reading conflicting revisions");
	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		for (size_t leaf = 0; leaf < merge->count; leaf++)
			check_leaf(batch, merge, &batch->revisions[merge->first + leaf]);
	}
	return true;
}

/* ---- ancestors ---- */

static bool is_in(struct json_object *lineage, const char *revision)
{
	for (size_t i = 0; i < json_length(lineage); i++)
		if (strcmp(json_text_of(json_at(lineage, i)), revision) == 0)
			return true;
	return false;
}

/* The last revision that both were made of; NULL: they have none in common, or it is forgotten. */
static const char *common_ancestor(const struct side_revision *shown, const struct side_revision *leaf)
{
	for (size_t i = 0; i < json_length(leaf->lineage); i++) {
		const char *revision = json_text_of(json_at(leaf->lineage, i));
		if (is_in(shown->lineage, revision))
			return revision;
	}
	return NULL;
}

static size_t want_ancestor(struct batch *batch, const struct merge *merge, const char *revision)
{
	for (size_t i = 0; i < batch->ancestor_count; i++)
		if (batch->ancestors[i].key.id == merge->pair->id &&
		    strcmp(batch->ancestors[i].revision, revision) == 0)
			return i;
	batch->ancestors = own_resize(batch->ancestors, batch->ancestor_count + 1, sizeof *batch->ancestors);
	batch->ancestors[batch->ancestor_count] =
		(struct side_revision){.key = key_of(merge->pair), .revision = revision};
	return batch->ancestor_count++;
}

/* What was deleted, where that is what the live leaf was made of; NULL: it was a leaf of its own, which ended. */
static const char *deleted_ancestor(const struct side_revision *shown, const struct side_revision *ended)
{
	const char *revision = json_text_of(json_at(ended->lineage, 1));

	return revision && is_in(shown->lineage, revision) ? revision : NULL;
}

static void note_ancestors(struct batch *batch, struct merge *merge, size_t *of_leaves)
{
	const struct side_revision *leaves = batch->revisions + merge->first;

	for (size_t i = 1; i < merge->count + merge->ended; i++) {
		const char *revision = i < merge->count ? common_ancestor(&leaves[0], &leaves[i])
							: deleted_ancestor(&leaves[0], &leaves[i]);
		of_leaves[i] = revision ? want_ancestor(batch, merge, revision) : SIZE_MAX;
	}
}

/* The ledger remembers what is in them of some that the database has compacted away. */
static bool recall_ancestors(struct batch *batch, struct error *error)
{
	struct ledger_key *keys = own_alloc((batch->ancestor_count + 1) * sizeof *keys);
	struct ledger_entry *entries = own_alloc((batch->ancestor_count + 1) * sizeof *entries);
	size_t *places = own_alloc((batch->ancestor_count + 1) * sizeof *places), count = 0;

	for (size_t i = 0; i < batch->ancestor_count; i++) {
		if (batch->digests[i])
			continue;
		keys[count] = (struct ledger_key){batch->ancestors[i].key.table, batch->ancestors[i].key.id};
		places[count++] = i;
	}
	bool ok = count == 0 || ledger_read(&batch->sync->ledger, keys, count, entries, error);
	for (size_t i = 0; ok && i < count; i++) {
		batch->digests[places[i]] =
			leaf_memory_digest(entries[i].revisions, batch->ancestors[places[i]].revision);
		ledger_entry_done(&entries[i]);
	}
	free(keys);
	free(entries);
	free(places);
	return ok;
}

/* Nobody has edited what was deleted: the deletion counts (sync-rules 10). */
static void judge_ended(struct batch *batch, struct merge *merge, const size_t *of_leaves)
{
	struct json_object *body = batch->revisions[merge->first].body;

	for (size_t i = merge->count; i < merge->count + merge->ended; i++)
		merge->dies = merge->dies || (of_leaves[i] != SIZE_MAX && batch->digests[of_leaves[i]] &&
					      !leaf_has_moved(body, batch->digests[of_leaves[i]]));
}

static void take_ancestors(struct batch *batch, struct merge *merge, const size_t *of_leaves)
{
	const struct side_revision *leaves = batch->revisions + merge->first;

	merge->leaves = own_alloc((merge->count + 1) * sizeof *merge->leaves);
	for (size_t i = 0; i < merge->count; i++) {
		struct json_object *ancestor =
			i && of_leaves[i] != SIZE_MAX ? batch->digests[of_leaves[i]] : NULL;
		merge->leaves[i] = (struct leaf){leaves[i].revision, leaves[i].body, ancestor};
		merge->unknown = merge->unknown || (i && !ancestor);
	}
}

static bool read_ancestors(struct batch *batch, struct error *error)
{
	struct side *couch = &batch->sync->couch;
	size_t *of_leaves = own_alloc((batch->revision_count + 1) * sizeof *of_leaves);

	for (size_t i = 0; i < batch->count; i++)
		if (!batch->list[i].failed)
			note_ancestors(batch, &batch->list[i], of_leaves + batch->list[i].first);
	bool ok = batch->ancestor_count == 0 ||
		  couch->ops->read_revisions(couch->self, batch->ancestors, batch->ancestor_count, error);
	batch->digests = own_alloc((batch->ancestor_count + 1) * sizeof(struct json_object *));
	for (size_t i = 0; ok && i < batch->ancestor_count; i++)
		if (batch->ancestors[i].body && !batch->ancestors[i].flaw)
			batch->digests[i] = leaf_digest(batch->ancestors[i].body);
	ok = ok && recall_ancestors(batch, error);
	for (size_t i = 0; ok && i < batch->count; i++)
		if (!batch->list[i].failed) {
			take_ancestors(batch, &batch->list[i], of_leaves + batch->list[i].first);
			judge_ended(batch, &batch->list[i], of_leaves + batch->list[i].first);
		}
	free(of_leaves);
	return ok || error_wrap(error, "reading what conflicting revisions were made of");
}

/* ---- merging ---- */

/* The time is that of the lost edit, so that whoever merges the same leaves again records the same. */
static struct json_object *history_of(const struct batch *batch, const struct merge *merge,
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

static void record_losses(const struct batch *batch, struct merge *merge)
{
	for (size_t i = 0; i < merge->merged.loss_count; i++) {
		if (!merge->histories)
			merge->histories = json_new_array();
		json_append(merge->histories, history_of(batch, merge, &merge->merged.losses[i]));
	}
}

/* An attachment that only a losing leaf has comes along with its bytes. */
static bool fetch_attachments(struct batch *batch, struct merge *merge, struct error *error)
{
	struct side *couch = &batch->sync->couch;
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

static void merge_one(struct batch *batch, struct merge *merge)
{
	struct error error = {0};

	leaves_merge(table_document_type(merge->pair->table), merge->leaves, merge->count, &merge->merged);
	record_losses(batch, merge);
	if (!fetch_attachments(batch, merge, &error))
		miss(batch, merge, error.text);
}

/* ---- writing ---- */

struct writes {
	size_t count;
	struct side_write *list; /* owned */
	struct merge **of;       /* owned */
};

static void add_write(struct writes *writes, struct merge *merge, struct side_write write)
{
	write.table = merge->pair->table;
	write.id = merge->pair->id;
	writes->list = own_resize(writes->list, writes->count + 1, sizeof *writes->list);
	writes->of = own_resize(writes->of, writes->count + 1, sizeof(struct merge *));
	writes->of[writes->count] = merge;
	writes->list[writes->count++] = write;
}

/* Refused: this merge ends here, and is told. Anything else that went wrong: once more, from what is there then. */
static void take_result(struct batch *batch, struct merge *merge, const struct side_write *write,
			const char *what)
{
	if (merge->failed || write->result == ERROR_NONE)
		return;
	scoped_text why = own_format("CouchDB refused %s: %s", what, write->error.text);
	if (write->result == ERROR_REFUSED)
		give_up(batch, merge, why);
	else
		miss(batch, merge, write->error.text);
}

static bool write_all(struct batch *batch, struct writes *writes, const char *what, struct error *error)
{
	struct side *couch = &batch->sync->couch;
	bool ok = true;

	if (writes->count > 0) {
		struct side_ticket *ticket =
			couch->ops->write_start(couch->self, writes->list, writes->count);
		ok = couch->ops->write_finish(couch->self, &ticket, error);
	}
	for (size_t i = 0; ok && i < writes->count; i++) {
		const struct side_write *write = &writes->list[i];
		take_result(batch, writes->of[i], write, what);
		/* Their tombstones are no news. */
		if (write->kind == SIDE_END_LEAF && write->result == ERROR_NONE)
			writes->of[i]->pair->ended += ended_hash_of(write->revision_out);
	}
	side_writes_done(writes->list, writes->count);
	free(writes->list);
	free(writes->of);
	return ok || error_wrap(error, "writing %s", what);
}

static bool write_histories(struct batch *batch, struct error *error)
{
	struct writes writes = {0};

	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		for (size_t h = 0; !merge->failed && h < json_length(merge->histories); h++)
			add_write(&writes, merge,
				  (struct side_write){.kind = SIDE_EXTRA,
						      .body = json_at(merge->histories, h)});
	}
	return write_all(batch, &writes, "the history of what was lost", error);
}

static bool write_shown(struct batch *batch, struct error *error)
{
	struct writes writes = {0};

	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		if (!merge->failed && merge->merged.body)
			add_write(&writes, merge,
				  (struct side_write){.kind = SIDE_MERGE,
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
	return body;
}

static bool end_others(struct batch *batch, struct error *error)
{
	struct writes writes = {0};
	struct json_object **bodies = own_alloc((batch->count + 1) * sizeof(struct json_object *));

	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		bodies[i] = tombstone_of(merge);
		for (size_t leaf = merge->dies ? 0 : 1; !merge->failed && leaf < merge->count; leaf++)
			add_write(&writes, merge,
				  (struct side_write){.kind = SIDE_END_LEAF,
						      .revision = merge->leaves[leaf].revision,
						      .body = bodies[i]});
	}
	bool ok = write_all(batch, &writes, "to end a revision that was merged", error);
	for (size_t i = 0; i < batch->count; i++)
		json_release(bodies[i]);
	free(bodies);
	return ok;
}

/* ---- what is told ---- */

static void add_value(struct text *words, struct json_object *data, const char *key)
{
	struct json_object *value = NULL;

	if (!json_find(data, key, &value)) {
		text_add(words, "(empty)");
		return;
	}
	scoped_text shown = json_write(value);
	size_t length = text_utf8_prefix(shown, strlen(shown), LOSS_SHOWN);
	text_format(words, "%.*s%s", (int)length, shown, shown[length] ? "…" : "");
}

static void add_loss(struct text *words, enum document_type type, const struct leaf_loss *loss,
		     const char *key)
{
	text_format(words, "%s%s: ", words->length ? "; " : "", schema_words(type, key));
	add_value(words, loss->lost, key);
	text_add(words, " gave way to ");
	add_value(words, loss->instead, key);
}

/* What a person lost, in words; NULL: nothing. */
static char *losses_in_words(const struct merge *merge)
{
	enum document_type type = table_document_type(merge->pair->table);
	struct text words = {0};

	for (size_t i = 0; i < merge->merged.loss_count; i++) {
		const struct leaf_loss *loss = &merge->merged.losses[i];
		json_each (loss->lost, key, value) {
			(void)value;
			add_loss(&words, type, loss, key);
		}
		json_each (loss->instead, other, ignored) {
			(void)ignored;
			if (!json_find(loss->lost, other, NULL))
				add_loss(&words, type, loss, other);
		}
	}
	if (!words.length)
		return NULL;
	char *told =
		own_format("Edited in several places at once: %s.%s What was lost is in the history.",
			   text_or_empty(&words),
			   merge->unknown ? " CouchDB has compacted away what they were made of, so that of "
					    "all that differs the newer edit counts."
					  : "");
	text_done(&words);
	return told;
}

static void tell_merged(struct sync *sync, struct merge *merge)
{
	scoped_text told = losses_in_words(merge);

	log_info(&sync->log, "%s: %zu revisions that conflicted are one again%s%s", merge->pair->full_id,
		 merge->count, told ? ". " : "", told ? told : "");
	sync->counts.conflicts += (int64_t)merge->merged.loss_count;
	sync->counts.documents_written += merge->merged.body != NULL;
	conflict_end(&sync->pairs.conflicts, merge->pair, take(told));
}

static void tell_ended(struct sync *sync, struct merge *merge)
{
	if (merge->dies)
		log_info(&sync->log,
			 "%s: a device deleted it, and what others wrote meanwhile changed nothing of it: it "
			 "is deleted",
			 merge->pair->full_id);
	conflict_end_ended(&sync->pairs.conflicts, merge->pair);
}

static void tell(struct batch *batch, struct merge *merge)
{
	if (merge->failed || !merge->pair->conflict)
		return;
	if (merge->count > 1)
		tell_merged(batch->sync, merge);
	else
		tell_ended(batch->sync, merge);
	pairs_look(&batch->sync->pairs, merge->pair, LOOK_DOCUMENT);
}

/* ---- all of it ---- */

static void batch_done(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct merge *merge = &batch->list[i];
		merged_leaves_done(&merge->merged);
		side_record_done(&merge->document);
		json_release(merge->histories);
		free(merge->leaves);
	}
	for (size_t i = 0; i < batch->ancestor_count; i++)
		json_release(batch->digests ? batch->digests[i] : NULL);
	side_revisions_done(batch->revisions, batch->revision_count);
	side_revisions_done(batch->ancestors, batch->ancestor_count);
	free(batch->digests);
	free(batch->revisions);
	free(batch->ancestors);
	free(batch->list);
	*batch = (struct batch){0};
}

static bool merge_batch(struct batch *batch, struct error *error)
{
	if (!read_documents(batch, error) || !read_leaves(batch, error) || !read_ancestors(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!batch->list[i].failed)
			merge_one(batch, &batch->list[i]);
	if (!write_histories(batch, error) || !write_shown(batch, error) || !end_others(batch, error))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		tell(batch, &batch->list[i]);
	return true;
}

bool sync_merge_conflicts(struct sync *sync, struct error *error)
{
	bool ok = true, more = true;

	while (ok && more) {
		struct batch batch = {.sync = sync};
		choose(sync, &batch);
		more = batch.count > 0;
		ok = !more || merge_batch(&batch, error);
		batch_done(&batch);
	}
	return ok;
}
