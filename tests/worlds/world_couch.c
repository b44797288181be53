/* CouchDB in memory: revision trees as far as leaves go, a feed by sequence, and the state database. */
#include "tests/worlds/world.h"

#include "base/clock.h"
#include "tests/worlds/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COST_MS     3
#define CONFIG_UUID "7b7c0d5e-2c19-4a51-8f0e-000000000001"

/* What went over the wire is not changed any more by either end: but for where the sanitizers look, both have the
 * same. */
static struct json_object *wire(struct json_object *json)
{
#ifdef __SANITIZE_ADDRESS__
	return json_copy(json);
#else
	return json_object_get(json);
#endif
}

/* For an end that puts something of its own beside it. */
static struct json_object *wire_apart(struct json_object *json)
{
#ifdef __SANITIZE_ADDRESS__
	return json_copy(json);
#else
	struct json_object *copy = json_object_new_object();
	json_object_object_foreach (json, key, value)
		json_put(copy, key, json_object_get(value));
	return copy;
#endif
}

/* ---- documents ---- */

static struct world *of(void *self)
{
	return self;
}

static struct world_document *by_full_id(struct world *world, const char *full_id)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (strcmp(world->documents[i].full_id, full_id) == 0)
			return &world->documents[i];
	return NULL;
}

struct world_document *world_document(struct world *world, enum table table, const char *id)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (world->documents[i].table == table && strcmp(world->documents[i].id, id) == 0)
			return &world->documents[i];
	return NULL;
}

static struct world_document *want_document(struct world *world, enum table table, const char *id)
{
	struct world_document *document = world_document(world, table, id);

	if (document)
		return document;
	if (world->document_count == WORLD_DOCUMENTS) {
		world_broken(world, "there are more documents than anybody made");
		return &world->documents[0];
	}
	document = &world->documents[world->document_count++];
	document->table = table;
	snprintf(document->id, sizeof document->id, "%s", id);
	snprintf(document->full_id, sizeof document->full_id, "%s%s",
		 document_prefix(table_document_type(table)), id);
	return document;
}

struct world_document *world_document_of(struct world *world, const struct world_row *row)
{
	struct world_document *named = world_document(world, row->table, world_cell_text(row, FIELD_ID));

	for (size_t i = 0; i < world->document_count && !named; i++)
		if (strcmp(world->documents[i].row, row->id) == 0)
			named = &world->documents[i];
	return named;
}

static bool is_before(const struct world_leaf *a, const struct world_leaf *b)
{
	if (a->deleted != b->deleted)
		return b->deleted;
	if (a->generation != b->generation)
		return a->generation > b->generation;
	return strcmp(a->revision, b->revision) > 0;
}

static struct world_leaf *winner(struct world_document *document)
{
	struct world_leaf *best = NULL;

	for (size_t i = 0; i < document->count; i++) {
		struct world_leaf *leaf = &document->leaves[i];
		if (!leaf->replaced && (!best || is_before(leaf, best)))
			best = leaf;
	}
	return best;
}

const struct world_leaf *world_winner(const struct world_document *document)
{
	return winner((struct world_document *)(uintptr_t)document);
}

struct json_object *world_body(const struct world_document *document)
{
	const struct world_leaf *leaf = document ? world_winner(document) : NULL;

	return leaf && !leaf->deleted ? leaf->body : NULL;
}

/* A place for another leaf: those that were replaced are compacted away, but for the newest two. */
static struct world_leaf *free_leaf(struct world_document *document)
{
	if (document->count < WORLD_LEAVES)
		return &document->leaves[document->count++];
	struct world_leaf *oldest = NULL;
	for (size_t i = 0; i < document->count; i++)
		if (document->leaves[i].replaced &&
		    (!oldest || document->leaves[i].generation < oldest->generation))
			oldest = &document->leaves[i];
	if (!oldest)
		oldest = &document->leaves[0];
	json_object_put(oldest->body);
	return oldest;
}

/* The revision follows from what it holds, as CouchDB's. */
static struct world_leaf *add_leaf(struct world *world, struct world_document *document,
				   const char *parent_revision, int generation, struct json_object *body,
				   bool deleted)
{
	scoped_text words =
		own_format("%s %s %s %d", document->full_id, parent_revision,
			   body ? json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN) : "", deleted);
	struct world_leaf *leaf = free_leaf(document);

	*leaf = (struct world_leaf){.generation = generation, .deleted = deleted, .body = body};
	snprintf(leaf->revision, sizeof leaf->revision, "%d-%016llx", generation,
		 (unsigned long long)text_hash(words));
	if (body)
		json_put_text(body, "_rev", leaf->revision);
	document->sequence = ++world->sequence;
	world->moment++;
	const char *mark = body ? document_mark(body, world->config.id) : NULL;
	if (mark)
		snprintf(document->row, sizeof document->row, "%s", mark);
	return leaf;
}

static struct world_leaf *leaf_of(struct world_document *document, const char *revision)
{
	for (size_t i = 0; i < document->count; i++)
		if (!document->leaves[i].replaced && strcmp(document->leaves[i].revision, revision) == 0)
			return &document->leaves[i];
	return NULL;
}

/* As Apache CouchDB: without a revision only where nothing lives; with that of a tombstone never. */
static struct world_leaf *put(struct world *world, struct world_document *document, const char *revision,
			      struct json_object *body, bool deleted)
{
	struct world_leaf *parent = revision ? leaf_of(document, revision) : winner(document);

	if (revision ? (!parent || parent->deleted) : (parent && !parent->deleted)) {
		json_object_put(body);
		return NULL;
	}
	if (!parent)
		return add_leaf(world, document, "", 1, body, deleted);
	char former[64];
	int generation = parent->generation + 1;
	snprintf(former, sizeof former, "%s", parent->revision);
	parent->replaced = true;
	return add_leaf(world, document, former, generation, body, deleted);
}

/* ---- phones ---- */

static void watch_edit(struct world *world, const struct world_document *document, struct json_object *before,
		       struct json_object *after)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		char was[48], is[48];
		if (!observer_key((enum field)field, document->table))
			continue;
		observer_data_words((enum field)field, document->table, before, was);
		observer_data_words((enum field)field, document->table, after, is);
		if (strcmp(was, is) == 0)
			continue;
		world_note(world, "phone: %s %s: \"%s\" -> \"%s\"", document->full_id,
			   field_rule((enum field)field)->name, was, is);
		observer_left(world, false, NULL, (enum field)field, was, is);
	}
}

struct world_document *world_phone_puts(struct world *world, enum table table, const char *id,
					struct json_object *body)
{
	struct world_document *document = want_document(world, table, id);
	const struct world_leaf *leaf = winner(document);
	struct json_object *before = world_body(document);
	char revision[64] = "";

	if (before)
		snprintf(revision, sizeof revision, "%s", leaf->revision);
	watch_edit(world, document, before ? document_data(before) : NULL, document_data(body));
	json_put_text(body, "_id", document->full_id);
	json_object_object_del(body, "_rev");
	transcript_document(world, ACT_PUTS, document, body);
	put(world, document, before ? revision : NULL, body, false);
	return document;
}

bool world_phone_deletes(struct world *world, struct world_document *document)
{
	const struct world_leaf *leaf = winner(document);
	char revision[64];

	if (!leaf || leaf->deleted)
		return false;
	world_note(world, "phone: deletes %s", document->full_id);
	transcript_document(world, ACT_REMOVES, document, NULL);
	observer_document_deleted(world, document);
	document->delete_wanted = true;
	document->gone_shown_ms = document->gone_shown_again_ms = 0;
	snprintf(revision, sizeof revision, "%s", leaf->revision);
	return put(world, document, revision, NULL, true) != NULL;
}

void world_phone_conflicts(struct world *world, struct world_document *document, struct json_object *body,
			   bool wins)
{
	const struct world_leaf *leaf = winner(document);
	struct json_object *before = world_body(document);

	if (!before) {
		json_object_put(body);
		return;
	}
	world_note(world, "phone: an offline edit of %s comes as the %s leaf", document->full_id,
		   wins ? "winning" : "losing");
	json_put_text(body, "_id", document->full_id);
	json_object_object_del(body, "_rev");
	transcript_spoil(world, "an offline edit");
	if (wins)
		watch_edit(world, document, document_data(before), document_data(body));
	add_leaf(world, document, "elsewhere",
		 wins                   ? leaf->generation + 1
		 : leaf->generation > 1 ? leaf->generation - 1
					: 1,
		 body, false);
}

/* ---- reading ---- */

static bool fail(struct world *world, enum world_fault fault, struct error *error)
{
	if (world->dead)
		return !error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (fault < FAULT_COUNT && world_fault(world, fault))
		return !error_set(error, ERROR_RETRY, "a fault of the test");
	return false;
}

/* The beginning of every call that reads; false and an error. */
static bool begin_read(struct world *world, enum world_fault fault, struct error *error)
{
	return world_reach(world, COST_MS) ? !fail(world, fault, error)
					   : error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static bool end_call(struct world *world, struct error *error)
{
	return world_reach(world, COST_MS) || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static struct json_object *conflicts(const struct world_document *document, const struct world_leaf *best)
{
	struct json_object *list = NULL;

	for (size_t i = 0; i < document->count; i++) {
		const struct world_leaf *leaf = &document->leaves[i];
		if (leaf == best || leaf->replaced || leaf->deleted || best->deleted)
			continue;
		if (!list)
			list = json_object_new_array();
		json_object_array_add(list, json_object_new_string(leaf->revision));
	}
	return list;
}

static struct side_record record_of(struct world *world, enum table table, const char *id)
{
	struct world_document *document = world_document(world, table, id);
	const struct world_leaf *leaf = document ? winner(document) : NULL;
	struct side_record record = {
		.table = table,
		.presence = SIDE_MISSING,
		.id = own_copy(id),
		.read_at_ms = clock_steady_ms(),
	};

	if (!leaf)
		return record;
	record.presence = leaf->deleted ? SIDE_TOMBSTONE : SIDE_THERE;
	record.revision = own_copy(leaf->revision);
	record.leaves = conflicts(document, leaf);
	if (!leaf->deleted) {
		record.body = wire(leaf->body);
	}
	return record;
}

/* The answer has arrived. */
static void note_shown(struct world *world, const struct side_records *records)
{
	for (size_t i = 0; i < records->count; i++) {
		struct world_document *document =
			world_document(world, records->list[i].table, records->list[i].id);
		if (records->list[i].presence != SIDE_TOMBSTONE)
			continue;
		if (!document->gone_shown_again_ms)
			document->gone_shown_again_ms = world_base_now_ms(world);
		if (!document->gone_shown_ms)
			document->gone_shown_ms = world_base_now_ms(world);
	}
}

static int64_t couch_now_ms(void *self)
{
	(void)self;
	return clock_now_ms();
}

/* The changed documents after a sequence, at most a page of them, in order. */
static size_t changed_after(struct world *world, int64_t since, struct world_document **page)
{
	size_t count = 0;

	while (count < WORLD_PAGE) {
		struct world_document *next = NULL;
		for (size_t i = 0; i < world->document_count; i++) {
			struct world_document *document = &world->documents[i];
			if (document->sequence > since && (!next || document->sequence < next->sequence))
				next = document;
		}
		if (!next)
			break;
		page[count++] = next;
		since = next->sequence;
	}
	return count;
}

static bool couch_news(void *self, struct json_object *cursor, int64_t wait_ms, side_visit *visit,
		       void *context, struct side_news *news_out, struct error *error)
{
	struct world *world = of(self);
	struct world_document *page[WORLD_PAGE];
	struct side_record list[WORLD_PAGE];
	int64_t since = cursor ? json_object_get_int64(cursor) : 0;

	(void)wait_ms;
	if (!begin_read(world, FAULT_COUCH_READ, error))
		return false;
	if (world_fault(world, FAULT_COUCH_REWIND))
		since = 0;
	size_t count = changed_after(world, since, page);
	for (size_t i = 0; i < count; i++)
		list[i] = record_of(world, page[i]->table, page[i]->id);
	int64_t last = count ? page[count - 1]->sequence : since;
	struct side_records records = {count, list};
	bool ok = end_call(world, error);
	if (ok)
		note_shown(world, &records);
	ok = ok && (count == 0 || visit(context, &records, error));
	for (size_t i = 0; i < count; i++)
		side_record_done(&list[i]);
	if (!ok)
		return false;
	*news_out = (struct side_news){.more = count == WORLD_PAGE};
	if (count)
		news_out->cursor = json_object_new_int64(last);
	return true;
}

static bool couch_list(void *self, enum table table, side_visit *visit, void *context, struct error *error)
{
	struct world *world = of(self);
	struct side_record list[WORLD_PAGE];
	size_t at = 0;

	while (at < world->document_count) {
		size_t count = 0;
		if (!begin_read(world, FAULT_COUCH_READ, error))
			return false;
		for (; at < world->document_count && count < WORLD_PAGE; at++)
			if (world->documents[at].table == table && world_body(&world->documents[at]))
				list[count++] = record_of(world, table, world->documents[at].id);
		struct side_records records = {count, list};
		bool ok = end_call(world, error) && (count == 0 || visit(context, &records, error));
		for (size_t i = 0; i < count; i++)
			side_record_done(&list[i]);
		if (!ok)
			return false;
	}
	return true;
}

static bool couch_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct world *world = of(self);

	if (!begin_read(world, FAULT_COUCH_READ, error))
		return false;
	*cursor_out = json_object_new_int64(world->sequence);
	return true;
}

static bool couch_read(void *self, const struct side_key *keys, size_t count,
		       struct side_records *records_out, struct error *error)
{
	struct world *world = of(self);

	if (!begin_read(world, FAULT_COUCH_READ, error))
		return false;
	struct side_records records = {count, own_alloc((count + 1) * sizeof *records.list)};
	for (size_t i = 0; i < count; i++)
		records.list[i] = record_of(world, keys[i].table, keys[i].id);
	if (!end_call(world, error)) {
		side_records_done(&records);
		return false;
	}
	note_shown(world, &records);
	*records_out = records;
	return true;
}

static bool couch_read_extra(void *self, const char *full_id, struct json_object **body_out,
			     struct error *error)
{
	struct world *world = of(self);

	if (!begin_read(world, FAULT_COUCH_READ, error))
		return false;
	*body_out = NULL;
	if (strcmp(full_id, DOCUMENT_CONFIG_ID) == 0) {
		*body_out = json_object_new_object();
		json_put_text(*body_out, "_id", full_id);
		json_put_text(*body_out, "uuid", CONFIG_UUID);
		return true;
	}
	struct world_document *document = by_full_id(world, full_id);
	if (document && world_body(document))
		*body_out = wire(world_body(document));
	return true;
}

/* ---- writing ---- */

bool world_couch_extra_put(struct world *world, struct json_object *body)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "_id", ""), json_text_or(body, "_id", "")) == 0)
			return json_equal(world->extras[i], body);
	if (world->extra_count == WORLD_EXTRAS) {
		world_broken(world, "the history grows without end");
		return true;
	}
	world->extras[world->extra_count++] = wire(body);
	return true;
}

static struct json_object *without_revision(struct json_object *body)
{
	struct json_object *copy = wire_apart(body);

	json_object_object_del(copy, "_rev");
	return copy;
}

static bool is_wanted_gone(struct world *world, const struct world_document *document)
{
	bool wanted = document->delete_wanted;

	for (size_t i = 0; i < world->row_count; i++)
		wanted = wanted || (world->rows[i].delete_wanted &&
				    world_document_of(world, &world->rows[i]) == document);
	return wanted;
}

static bool apply_write(struct world *world, struct side_write *write)
{
	if (write->kind == SIDE_EXTRA) {
		world_note(world, "        bridge: history %s", json_text_or(write->body, "_id", ""));
		return world_couch_extra_put(world, write->body);
	}
	struct world_document *document = want_document(world, write->table, write->id);
	bool deleted = write->kind == SIDE_DELETE || json_bool_or(write->body, "_deleted", false);
	const char *revision = write->revision ? write->revision : json_text_or(write->body, "_rev", NULL);
	bool was_there = world_body(document) != NULL;
	struct world_leaf *leaf =
		put(world, document, revision, deleted ? NULL : without_revision(write->body), deleted);
	world_note(world, "        bridge: %s %s: %s", deleted ? "deletes" : "writes", document->full_id,
		   leaf ? leaf->revision : "409");
	if (!leaf)
		return false;
	world->document_writes++;
	if (deleted && was_there && !is_wanted_gone(world, document))
		world_broken(world, "%s was deleted, and nobody asked for it", document->full_id);
	snprintf(write->revision_out, sizeof write->revision_out, "%s", leaf->revision);
	return true;
}

static void write_one(struct world *world, struct side_write *write)
{
	bool doubt = false;

	write->result = ERROR_STOPPED;
	if (!world_reach(world, COST_MS))
		return;
	if (world_fault(world, FAULT_COUCH_UNSENT)) {
		write->result = ERROR_RETRY;
		error_set(&write->error, ERROR_RETRY, "in doubt (test)");
		return;
	}
	doubt = world_fault(world, FAULT_COUCH_UNANSWERED);
	bool ok = apply_write(world, write);
	if (!world_reach(world, COST_MS))
		return;
	write->result = doubt ? ERROR_RETRY : ok ? ERROR_NONE : ERROR_CONFLICT;
	if (write->result != ERROR_NONE)
		error_set(&write->error, write->result, "%s", doubt ? "in doubt (test)" : "409");
}

struct side_ticket {
	bool airtable;
};

static struct side_ticket *couch_write_start(void *self, struct side_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		write_one(of(self), &writes[i]);
	return own_alloc(sizeof(struct side_ticket));
}

static bool couch_write_finish(void *self, struct side_ticket **ticket, struct error *error)
{
	free(take(*ticket));
	return !of(self)->dead || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

struct side world_couch_side(struct world *world)
{
	static const struct side_ops ops = {
		.now_ms = couch_now_ms,
		.news = couch_news,
		.list = couch_list,
		.position = couch_position,
		.read = couch_read,
		.read_extra = couch_read_extra,
		.write_start = couch_write_start,
		.write_finish = couch_write_finish,
	};

	return (struct side){&ops, world};
}

/* ---- the state database ---- */

static struct world_state *state_of(struct world *world, const char *id)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (strcmp(world->states[i].id, id) == 0)
			return &world->states[i];
	return NULL;
}

struct json_object *world_state_body(const struct world *world, const char *id_end)
{
	size_t length = strlen(id_end);

	for (size_t i = 0; i < world->state_count; i++) {
		const char *id = world->states[i].id;
		if (strlen(id) >= length && strcmp(id + strlen(id) - length, id_end) == 0)
			return world->states[i].body;
	}
	return NULL;
}

static bool state_read(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		       struct error *error)
{
	struct world *world = of(self);

	if (!begin_read(world, FAULT_STATE_READ, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct world_state *state = state_of(world, ids[i]);
		documents_out[i] = state && state->body ? wire(state->body) : NULL;
	}
	return true;
}

static enum error_kind state_put(struct world *world, struct json_object *document, char rev_out[80])
{
	const char *id = json_text_or(document, "_id", ""), *rev = json_text_or(document, "_rev", "");
	struct world_state *state = state_of(world, id);
	char present[80] = "";

	if (!state) {
		if (world->state_count == WORLD_STATES) {
			world_broken(world, "the state grows without end");
			return ERROR_REFUSED;
		}
		state = &world->states[world->state_count++];
		snprintf(state->id, sizeof state->id, "%s", id);
	}
	if (state->body)
		snprintf(present, sizeof present, "%d-s", state->generation);
	if (strcmp(rev, present) != 0)
		return ERROR_CONFLICT;
	json_object_put(state->body);
	state->generation++;
	snprintf(rev_out, 80, "%d-s", state->generation);
	state->body = json_bool_or(document, "_deleted", false) ? NULL : wire_apart(document);
	if (state->body)
		json_put_text(state->body, "_rev", rev_out);
	return ERROR_NONE;
}

static bool state_write(void *self, struct json_object *const *documents, size_t count,
			struct store_result *results_out, struct error *error)
{
	struct world *world = of(self);
	bool unsent, unanswered;

	for (size_t i = 0; i < count; i++)
		results_out[i] = (struct store_result){.kind = ERROR_STOPPED};
	if (!world_reach(world, COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	unsent = world_fault(world, FAULT_STATE_UNSENT);
	unanswered = !unsent && world_fault(world, FAULT_STATE_UNANSWERED);
	for (size_t i = 0; i < count; i++) {
		if (!unsent)
			results_out[i].kind = state_put(world, documents[i], results_out[i].rev);
		if (unsent || unanswered)
			results_out[i] =
				(struct store_result){.kind = ERROR_RETRY, .text = "in doubt (test)"};
		/* _bulk_docs is not atomic: the end may come between two of them. */
		if (!world_reach(world, 1))
			return error_set(error, ERROR_STOPPED, "the bridge is dead");
	}
	return !(unsent || unanswered) || error_set(error, ERROR_RETRY, "in doubt (test)");
}

static bool state_walk(void *self, const char *prefix, store_visit *visit, void *context, struct error *error)
{
	struct world *world = of(self);

	if (!begin_read(world, FAULT_STATE_READ, error))
		return false;
	for (size_t i = 0; i < world->state_count; i++) {
		if (!world->states[i].body || strncmp(world->states[i].id, prefix, strlen(prefix)) != 0)
			continue;
		scoped(json_object) copy = wire(world->states[i].body);
		if (!visit(context, copy, error))
			return false;
	}
	return true;
}

static bool checkpoint_read(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct world *world = of(self);

	if (!begin_read(world, FAULT_STATE_READ, error))
		return false;
	bool both = world->checkpoint_source && world->checkpoint_state;
	*checkpoint_out = both ? wire(world->checkpoint_state) : NULL;
	return true;
}

static bool checkpoint_write(void *self, struct json_object *checkpoint, struct error *error)
{
	struct world *world = of(self);

	if (!world_reach(world, COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	json_object_put(world->checkpoint_source);
	world->checkpoint_source = wire(checkpoint);
	if (!world_reach(world, COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	if (world_fault(world, FAULT_CHECKPOINT_SPLIT))
		return error_set(error, ERROR_RETRY, "a fault of the test");
	json_object_put(world->checkpoint_state);
	world->checkpoint_state = wire(checkpoint);
	return end_call(world, error);
}

struct store world_store(struct world *world)
{
	static const struct store_ops ops = {
		.read = state_read,
		.write = state_write,
		.walk = state_walk,
		.checkpoint_read = checkpoint_read,
		.checkpoint_write = checkpoint_write,
	};

	return (struct store){&ops, world};
}

void world_couch_done(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++)
		for (size_t leaf = 0; leaf < world->documents[i].count; leaf++)
			json_object_put(world->documents[i].leaves[leaf].body);
	for (size_t i = 0; i < world->extra_count; i++)
		json_object_put(world->extras[i]);
	for (size_t i = 0; i < world->state_count; i++)
		json_object_put(world->states[i].body);
	json_object_put(world->checkpoint_source);
	json_object_put(world->checkpoint_state);
}
