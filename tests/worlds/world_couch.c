/* The CouchDB in memory as the bridge sees it: a feed by sequence, reading and writing. */
#include "tests/worlds/world_couch.h"

#include "base/clock.h"
#include "inventory/history.h"
#include "tests/worlds/former_state.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_imports.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_refusals.h"
#include "tests/worlds/world_second.h"
#include "tests/worlds/world_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_UUID "7b7c0d5e-2c19-4a51-8f0e-000000000001"

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

struct json_object *world_wire(struct json_object *json)
{
#ifdef __SANITIZE_ADDRESS__
	return json_copy(json);
#else
	return json_share(json);
#endif
}

/* As what json_read_picked() makes of it. */
struct json_object *world_picked(struct json_object *json, const struct json_pick *pick)
{
	if (!pick || !json_is(json, json_type_object))
		return json_share(json);
	struct json_object *picked = json_new_object();
	json_each (json, key, value) {
		const struct json_pick_key *found = NULL;
		for (size_t i = 0; i < pick->count; i++)
			if (strcmp(pick->keys[i].name, key) == 0)
				found = &pick->keys[i];
		if (found ? !found->dropped : pick->others)
			json_put_new(picked, key, world_picked(value, found ? found->below : NULL));
	}
	return picked;
}

struct json_object *world_wire_apart(struct json_object *json)
{
#ifdef __SANITIZE_ADDRESS__
	return json_copy(json);
#else
	struct json_object *copy = json_new_object();
	json_each (json, key, value) {
		json_put(copy, key, json_share(value));
	}
	return copy;
#endif
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

bool world_couch_begins(struct world *world, enum world_fault fault, struct error *error)
{
	return world_reach(world, COUCH_COST_MS) ? !fail(world, fault, error)
						 : error_set(error, ERROR_STOPPED, "the bridge is dead");
}

bool world_couch_ends(struct world *world, struct error *error)
{
	return world_reach(world, COUCH_COST_MS) || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static struct json_object *conflicts(const struct world_document *document, const struct world_leaf *best)
{
	struct json_object *list = NULL;

	for (size_t i = 0; i < document->count; i++) {
		const struct world_leaf *leaf = &document->leaves[i];
		if (leaf == best || leaf->replaced || leaf->deleted || best->deleted)
			continue;
		if (!list)
			list = json_new_array();
		json_append(list, json_new_text(leaf->revision));
	}
	return list;
}

static struct json_object *ended_leaves(const struct world_document *document, const struct world_leaf *best)
{
	struct json_object *list = NULL;

	for (size_t i = 0; i < document->count; i++) {
		const struct world_leaf *leaf = &document->leaves[i];
		if (leaf->replaced || !leaf->deleted || best->deleted)
			continue;
		list = list ? list : json_new_array();
		json_append(list, json_new_text(leaf->revision));
	}
	return list;
}

static struct endpoint_record record_of(struct world *world, enum table table, const char *id)
{
	struct world_document *document = world_document(world, table, id);
	const struct world_leaf *leaf = document ? world_winner(document) : NULL;
	struct endpoint_record record = {
		.table = table,
		.presence = RECORD_MISSING,
		.id = own_copy(id),
		.read_at_ms = clock_steady_ms(),
	};

	if (!leaf)
		return record;
	record.presence = leaf->deleted ? RECORD_TOMBSTONE : RECORD_THERE;
	record.revision = own_copy(leaf->revision);
	record.leaves = conflicts(document, leaf);
	if (leaf->deleted)
		return record;
	if (json_find(document_data(leaf->body), WORLD_TOO_DEEP, NULL))
		record.flaw = own_copy("it is nested too deeply");
	else
		record.body = world_wire(leaf->body);
	return record;
}

static struct endpoint_record picked_record_of(struct world *world, const struct world_document *document,
					       const struct json_pick *pick)
{
	struct endpoint_record record = record_of(world, document->table, document->id);
	scoped(json_object) whole = take(record.body);

	record.body = world_picked(whole, pick);
	return record;
}

/* The answer has arrived. */
static void note_shown(struct world *world, const struct endpoint_records *records)
{
	for (size_t i = 0; i < records->count; i++) {
		struct world_document *document =
			world_document(world, records->list[i].table, records->list[i].id);
		if (records->list[i].presence != RECORD_TOMBSTONE)
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

/* Places in the feed as the server names them: its sequences, until it knows none of the former ones any more. */
static struct json_object *place_of(const struct world *world, int64_t sequence)
{
	return json_new_int(world->places_from + sequence);
}

/* The sequence that a place stands for; 0 without a place, -1 for one that the server does not know. */
static int64_t sequence_at(const struct world *world, struct json_object *place)
{
	if (!place)
		return 0;
	int64_t sequence =
		json_is(place, json_type_int) ? json_object_get_int64(place) - world->places_from : -1;
	return sequence < 0 ? -1 : sequence;
}

static bool couch_news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		       void *context, struct endpoint_news *news_out, struct error *error)
{
	struct world *world = of(self);
	struct world_document *page[WORLD_PAGE];
	struct endpoint_record list[WORLD_PAGE];

	(void)wait_ms;
	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	if (world_fault(world, FAULT_COUCH_PLACE))
		world->places_from += WORLD_PLACES;
	int64_t since = sequence_at(world, cursor);
	/* As real feeds do: from another place than it was left at, it is asked anew. */
	world->rejoined = world->rejoined || since != world->feed_left_at;
	if (since < 0)
		return error_set(error, ERROR_LOST, "400: the place is not known");
	if (world_fault(world, FAULT_COUCH_REWIND))
		since = 0;
	size_t count = changed_after(world, since, page);
	for (size_t i = 0; i < count; i++) {
		list[i] = record_of(world, page[i]->table, page[i]->id);
		list[i].ended = ended_leaves(page[i], world_winner(page[i]));
	}
	int64_t last = count ? page[count - 1]->sequence : since;
	/* What comes while the answer is on its way is behind it. */
	int64_t app_leftovers = world->left_behind_sequence, settings = world->settings_sequence;
	struct endpoint_records records = {count, list};
	int64_t last_picture = since;
	struct json_object *pictures =
		world_pictures_news(world, since, count < WORLD_PAGE ? INT64_MAX : last, &last_picture);
	bool ok = world_couch_ends(world, error);
	if (ok)
		note_shown(world, &records);
	ok = ok && (count == 0 || visit(context, &records, error));
	for (size_t i = 0; i < count; i++)
		endpoint_record_done(&list[i]);
	if (!ok) {
		json_release(pictures);
		return false;
	}
	*news_out = (struct endpoint_news){.more = count == WORLD_PAGE, .rejoined = world->rejoined};
	world->rejoined = false;
	news_out->app_leftovers = app_leftovers > since;
	if (count < WORLD_PAGE && app_leftovers > last)
		last = app_leftovers;
	news_out->settings_changed = settings > since;
	if (count < WORLD_PAGE && settings > last)
		last = settings;
	news_out->pictures = pictures;
	if (count < WORLD_PAGE && last_picture > last)
		last = last_picture;
	if (last > since)
		news_out->cursor = place_of(world, last);
	world->feed_left_at = last > since ? last : since;
	return true;
}

static bool couch_list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		       void *context, struct error *error)
{
	struct world *world = of(self);
	struct endpoint_record list[WORLD_PAGE];
	size_t at = 0;

	world->document_lists++;
	while (at < world->document_count) {
		size_t count = 0;
		if (!world_couch_begins(world, FAULT_COUCH_READ, error))
			return false;
		for (; at < world->document_count && count < WORLD_PAGE; at++)
			if (world->documents[at].table == table && world_body(&world->documents[at]))
				list[count++] = picked_record_of(world, &world->documents[at], pick);
		struct endpoint_records records = {count, list};
		bool ok = world_couch_ends(world, error) && (count == 0 || visit(context, &records, error));
		for (size_t i = 0; i < count; i++)
			endpoint_record_done(&list[i]);
		if (!ok)
			return false;
	}
	return true;
}

static bool couch_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	*cursor_out = place_of(world, world->sequence);
	return true;
}

static bool couch_read(void *self, const struct endpoint_key *keys, size_t count,
		       struct endpoint_records *records_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	struct endpoint_records records = {count, own_alloc((count + 1) * sizeof *records.list)};
	for (size_t i = 0; i < count; i++)
		records.list[i] = record_of(world, keys[i].table, keys[i].id);
	if (!world_couch_ends(world, error)) {
		endpoint_records_done(&records);
		return false;
	}
	note_shown(world, &records);
	*records_out = records;
	return true;
}

static struct json_object *extra_of(struct world *world, const char *full_id)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "_id", ""), full_id) == 0)
			return world->extras[i];
	return NULL;
}

struct json_object *world_extra(struct world *world, const char *full_id)
{
	return extra_of(world, full_id);
}

struct json_object *world_config_document(void)
{
	struct json_object *body = json_new_object();

	json_put_text(body, "_id", DOCUMENT_CONFIG_ID);
	json_put_text(body, "uuid", CONFIG_UUID);
	json_put_text(body, "rfid_tag_company_prefix", "0000000");
	json_put_text(body, "rfid_tag_individual_asset_reference_prefix", "100");
	json_put_text(body, "rfid_tag_access_password", "12345678");
	json_put(body, "default_use_mixed_rfid_tag_access_password", json_new_bool(false));
	json_put_text(body, "rfid_tag_access_password_encoding", "082a4c6e");
	json_put(body, "collections_order", json_new_array());
	return body;
}

static struct json_object *with_revision(struct json_object *body, const char *revision)
{
	if (body)
		json_put_text(body, "_rev", revision);
	return body;
}

static struct json_object *extra_body(struct world *world, const char *full_id)
{
	struct world_document *document = by_full_id(world, full_id);
	bool is_settings = false;
	struct json_object *settings = world_settings_body(world, full_id, &is_settings);

	if (is_settings)
		return settings;
	if (strcmp(full_id, DOCUMENT_CONFIG_ID) == 0)
		return with_revision(world_config_document(), "1-c");
	if (document)
		return world_body(document) ? with_revision(world_wire_apart(world_body(document)),
							    world_winner(document)->revision)
					    : NULL;
	struct json_object *extra = extra_of(world, full_id);
	scoped_text revision = world_extra_revision(world, full_id);
	return with_revision(extra ? world_wire_apart(extra) : NULL, revision);
}

static bool couch_read_extras(void *self, const char *const *full_ids, size_t count,
			      struct json_object **bodies_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	for (size_t i = 0; i < count; i++)
		bodies_out[i] = extra_body(world, full_ids[i]);
	return true;
}

static bool couch_read_beginning(void *self, const char *prefix, size_t most, struct json_object *into,
				 struct error *error)
{
	struct world *world = of(self);
	size_t count = 0;

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	for (size_t i = 0; i < world->extra_count && count < most; i++) {
		const char *full_id = json_text_or(world->extras[i], "_id", "");
		if (strncmp(full_id, prefix, strlen(prefix)) != 0)
			continue;
		json_put(into, full_id, extra_body(world, full_id));
		count++;
	}
	return true;
}

static bool couch_picture_digests(void *self, struct json_object *into, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	world_picture_digests(world, into);
	return true;
}

static bool couch_known_revisions(void *self, struct endpoint_known *asked, size_t count, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct world_document *document = by_full_id(world, asked[i].full_id);
		asked[i].is_known = document && world_couch_knows(document, asked[i].revision);
	}
	return true;
}

static void fill_revision(const struct world_document *document, struct endpoint_revision *revision)
{
	struct json_object *body = document ? world_couch_body(document, revision->revision) : NULL;

	if (document && world_couch_knows(document, revision->revision))
		revision->lineage = world_couch_lineage(document, revision->revision);
	revision->merged_into =
		document ? own_copy(world_couch_merged_into(document, revision->revision)) : NULL;
	if (body && json_find(document_data(body), WORLD_TOO_DEEP, NULL))
		revision->flaw = own_copy("it is nested too deeply");
	else if (body)
		revision->body = world_wire(body);
}

static bool couch_read_revisions(void *self, struct endpoint_revision *revisions, size_t count,
				 struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	for (size_t i = 0; i < count; i++)
		fill_revision(world_document(world, revisions[i].key.table, revisions[i].key.id),
			      &revisions[i]);
	return world_couch_ends(world, error);
}

/* Items and collections have none. */
static bool couch_read_attachment(void *self, const struct endpoint_revision *revision, const char *name,
				  struct json_object **attachment_out, struct error *error)
{
	(void)self;
	(void)attachment_out;
	return error_set(error, ERROR_REFUSED, "%s has no attachment %s", revision->key.id, name);
}

static bool couch_read_file(void *self, const char *full_id, const char *name, size_t most, char **bytes_out,
			    size_t *size_out, struct error *error)
{
	(void)name;
	return world_couch_begins(of(self), FAULT_COUCH_READ, error) &&
	       world_read_file(of(self), full_id, most, bytes_out, size_out, error) &&
	       world_couch_ends(of(self), error);
}

static bool is_left_behind(const struct world *world, struct json_object *extra)
{
	return document_type_of(json_text_or(extra, "_id", ""), NULL) == DOCUMENT_DELETED_DATA &&
	       strcmp(json_text_or(document_data(extra), "integration_id", ""), world->config.id) == 0;
}

static bool couch_left_behind(void *self, struct json_object **list_out, struct error *error)
{
	struct world *world = of(self);

	if (!world_couch_begins(world, FAULT_COUCH_READ, error))
		return false;
	*list_out = json_new_array();
	for (size_t i = 0; i < world->extra_count; i++)
		if (is_left_behind(world, world->extras[i]))
			json_append(*list_out, json_copy(world->extras[i]));
	return true;
}

/* ---- writing ---- */

static bool remove_extra(struct world *world, struct json_object *body)
{
	for (size_t i = 0; i < world->extra_count; i++)
		if (world->extras[i] == extra_of(world, json_text_or(body, "_id", ""))) {
			json_release(world->extras[i]);
			world->extras[i] = world->extras[--world->extra_count];
			world->extra_generations[i] = world->extra_generations[world->extra_count];
			return true;
		}
	return false;
}

/* Which revision the bridge knows its save to be made of: somebody may have written another one since. */
static int generation_saved(const struct world *world, struct json_object *entry)
{
	scoped_text end = own_format("-%s-%s", json_text_or(entry, "data_type", ""),
				     json_text_or(entry, "data_id", ""));
	struct json_object *state = world_state_body(world, end);

	return (int)strtol(world_intent(state, "document").document, NULL, 10);
}

static void extra_add(struct world *world, struct json_object *body)
{
	if (world->extra_count == WORLD_EXTRAS) {
		world_broken(world, "the history grows without end");
		return;
	}
	world->extra_generations[world->extra_count] = generation_saved(world, body);
	world->extras[world->extra_count++] = world_wire(body);
}

static void take_history_id(struct world *world, const char *id)
{
	struct json_object *body = json_new_object();

	if (!world->history_taken || extra_of(world, id)) {
		json_release(body);
		return;
	}
	world->history_taken = false;
	json_put_text(body, "_id", id);
	json_put(body, "stranger", json_new_bool(true));
	extra_add(world, body);
	json_release(body);
}

/* Under its id, or the next number that no other change has (sync-rules 24). */
bool world_couch_extra_put(struct world *world, struct json_object *body)
{
	scoped(json_object) mine = world_wire_apart(body);
	struct json_object *stored;

	take_history_id(world, json_text_or(mine, "_id", ""));
	while ((stored = extra_of(world, json_text_or(mine, "_id", ""))) && !json_equal(stored, mine))
		history_next_number(mine);
	if (!stored)
		extra_add(world, mine);
	return true;
}

static struct json_object *without_revision(struct json_object *body)
{
	struct json_object *copy = world_wire_apart(body);

	json_remove(copy, "_rev");
	return copy;
}

static bool update_extra(struct world *world, struct json_object *body)
{
	scoped(json_object) mine = without_revision(body);

	if (world_picture_was_changed(world, body))
		return false;
	world_unlinked(world, body, extra_of(world, json_text_or(body, "_id", "")));
	world_pictures_changed(world, json_text_or(body, "_id", ""));
	remove_extra(world, body);
	if (!json_bool_or(body, "_deleted", false)) {
		world_store_renditions(world, mine);
		extra_add(world, mine);
	}
	return true;
}

void world_extra_replace(struct world *world, struct json_object *body)
{
	remove_extra(world, body);
	extra_add(world, body);
}

void world_extra_remove(struct world *world, const char *full_id)
{
	scoped(json_object) body = json_new_object();

	json_put_text(body, "_id", full_id);
	remove_extra(world, body);
}

/* The row that a person wants gone is paired with it, or shows its ID: the app may have written the ID of another document into it. */
static bool is_wanted_gone(struct world *world, const struct world_document *document)
{
	bool wanted = document->delete_wanted;

	for (size_t i = 0; i < world->row_count; i++)
		wanted = wanted || (world->rows[i].delete_wanted &&
				    (world_document_of(world, &world->rows[i]) == document ||
				     observer_document_of(world, &world->rows[i]) == document));
	return wanted;
}

static bool apply_write(struct world *world, struct endpoint_write *write)
{
	if (write->kind == WRITE_EXTRA) {
		world_note(world, "        bridge: history %s", json_text_or(write->body, "_id", ""));
		return world_couch_extra_put(world, write->body);
	}
	if (write->kind == WRITE_EXTRA_DELETE) {
		world_note(world, "        bridge: removes %s", json_text_or(write->body, "_id", ""));
		return remove_extra(world, write->body);
	}
	if (write->kind == WRITE_EXTRA_UPDATE)
		return update_extra(world, write->body);
	struct world_document *document = world_want_document(world, write->table, write->id);
	bool deleted = write->kind == WRITE_DELETE || write->kind == WRITE_END_LEAF ||
		       json_bool_or(write->body, "_deleted", false);
	const char *revision = write->revision ? write->revision : json_text_or(write->body, "_rev", NULL);
	bool was_there = world_body(document) != NULL;
	scoped(json_object) before =
		json_share(revision ? world_couch_body(document, revision) : world_body(document));
	bool merged = json_find(write->body, MERGED_INTO_KEY, NULL);
	struct world_leaf *leaf =
		world_couch_put(world, document, revision,
				deleted && !merged ? NULL : without_revision(write->body), deleted);
	world_note(world, "        bridge: %s %s: %s", deleted ? "deletes" : "writes", document->full_id,
		   leaf ? leaf->revision : "409");
	if (!leaf)
		return false;
	world->document_writes++;
	if (write->kind != WRITE_MERGE && write->kind != WRITE_END_LEAF)
		observer_changed(world, document, leaf->revision, before, deleted ? NULL : write->body);
	/* Beside a leaf that a phone has just brought: what was deleted may come back with it. */
	world->any_deleted =
		world->any_deleted || (write->kind == WRITE_DELETE && world_body(document) != NULL);
	if (deleted && was_there && !world_body(document) && !is_wanted_gone(world, document))
		world_broken(world, "%s was deleted, and nobody asked for it", document->full_id);
	snprintf(write->revision_out, sizeof write->revision_out, "%s", leaf->revision);
	return true;
}

/* What it is, and the item or collection that it belongs to. */
static enum world_answer answer_to(const struct world *world, const struct endpoint_write *write)
{
	const char *data_id = json_text_or(write->body, "data_id", NULL);
	const char *id = json_text_or(write->body, "_id", "");

	switch (write->kind) {
	case WRITE_EXTRA:
		return world_answer_to(world, WRITTEN_HISTORY, data_id ? data_id : "");
	case WRITE_EXTRA_DELETE: {
		const struct json_object *entry = extra_of((struct world *)world, id);
		data_id = json_text_or((struct json_object *)entry, "data_id", "");
		return world_answer_to(world, WRITTEN_CLEANUP, data_id);
	}
	case WRITE_EXTRA_UPDATE: {
		struct json_object *data = document_data(write->body);
		return world_answer_to(world, WRITTEN_CASCADE, json_text_or(data, "item_id", ""));
	}
	default:
		return world_answer_to(world, WRITTEN_DOCUMENT, write->id);
	}
}

static void write_one(struct world *world, struct endpoint_write *write)
{
	bool doubt = false;

	write->result = ERROR_STOPPED;
	if (!world_reach(world, COUCH_COST_MS) || !world_may_write(world, "a document"))
		return;
	if (world_fault(world, FAULT_COUCH_UNSENT)) {
		write->result = ERROR_RETRY;
		error_set(&write->error, ERROR_RETRY, "in doubt (test)");
		return;
	}
	enum world_answer answer = answer_to(world, write);
	if (answer != ANSWER_AS_EVER && answer != ANSWER_UNANSWERED) {
		world_note(world, "        %s: %s", json_text_or(write->body, "_id", write->id),
			   world_answer_words(answer));
		write->result = world_answer_kind(answer);
		error_set(&write->error, write->result, "%s", world_answer_words(answer));
		return;
	}
	doubt = world_fault(world, FAULT_COUCH_UNANSWERED) || answer == ANSWER_UNANSWERED;
	bool ok = apply_write(world, write);
	if (!world_reach(world, COUCH_COST_MS))
		return;
	write->result = doubt ? ERROR_RETRY : ok ? ERROR_NONE : ERROR_CONFLICT;
	if (write->result != ERROR_NONE)
		error_set(&write->error, write->result, "%s", doubt ? "in doubt (test)" : "409");
}

struct endpoint_ticket {
	bool stopped; /* some of it did not leave */
};

static struct endpoint_ticket *couch_write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct endpoint_ticket *ticket = own_alloc(sizeof *ticket);

	for (size_t i = 0; i < count; i++) {
		write_one(of(self), &writes[i]);
		ticket->stopped = ticket->stopped || writes[i].result == ERROR_STOPPED;
	}
	return ticket;
}

static bool couch_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	struct endpoint_ticket done = **ticket;

	free(take(*ticket));
	return !done.stopped ||
	       error_set(error, ERROR_STOPPED, of(self)->dead ? "the bridge is dead" : "it did not leave");
}

struct endpoint world_couch_side(struct world *world)
{
	static const struct endpoint_ops ops = {
		.now_ms = couch_now_ms,
		.news = couch_news,
		.list = couch_list,
		.position = couch_position,
		.read = couch_read,
		.read_extras = couch_read_extras,
		.read_beginning = couch_read_beginning,
		.picture_digests = couch_picture_digests,
		.known_revisions = couch_known_revisions,
		.read_revisions = couch_read_revisions,
		.read_attachment = couch_read_attachment,
		.read_file = couch_read_file,
		.app_leftovers = couch_left_behind,
		.write_start = couch_write_start,
		.write_finish = couch_write_finish,
	};

	return (struct endpoint){&ops, world};
}

void world_couch_done(struct world *world)
{
	observer_histories_done(world);
	for (size_t i = 0; i < world->document_count; i++)
		for (size_t leaf = 0; leaf < world->documents[i].count; leaf++)
			json_release(world->documents[i].leaves[leaf].body);
	for (size_t i = 0; i < world->extra_count; i++)
		json_release(world->extras[i]);
	for (size_t i = 0; i < world->state_count; i++)
		json_release(world->states[i].body);
	json_release(world->checkpoint_source);
	json_release(world->checkpoint_state);
}
