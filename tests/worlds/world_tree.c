/* The documents of a CouchDB in memory: revision trees with their ancestors, and what phones and servers do to them. */
#include "inventory/document.h"
#include "tests/worlds/world_couch.h"

#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- documents ---- */

struct world_document *world_document(struct world *world, enum table table, const char *id)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (world->documents[i].table == table && strcmp(world->documents[i].id, id) == 0)
			return &world->documents[i];
	return NULL;
}

struct world_document *world_want_document(struct world *world, enum table table, const char *id)
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

/* A place for another: of those that were replaced the oldest is forgotten, as behind _revs_limit. */
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
	json_release(oldest->body);
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
	snprintf(leaf->parent, sizeof leaf->parent, "%s", parent_revision);
	if (body)
		json_put_text(body, "_rev", leaf->revision);
	document->sequence = ++world->sequence;
	world->moment++;
	const char *mark = body ? document_app_link(body, world->config.id) : NULL;
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

struct world_leaf *world_couch_put(struct world *world, struct world_document *document, const char *revision,
				   struct json_object *body, bool deleted)
{
	struct world_leaf *parent = revision ? leaf_of(document, revision) : winner(document);

	if (revision ? (!parent || parent->deleted) : (parent && !parent->deleted)) {
		json_release(body);
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
		if (world->app_at_work)
			observer_carried(world, document, (enum field)field, was, is);
		else
			observer_left(world, false, NULL, (enum field)field, was, is);
	}
}

struct world_document *world_phone_puts(struct world *world, enum table table, const char *id,
					struct json_object *body)
{
	struct world_document *document = world_want_document(world, table, id);
	const struct world_leaf *leaf = winner(document);
	struct json_object *before = world_body(document);
	char revision[64] = "";
	bool were_in[WORLD_DOCUMENTS] = {false};

	world_settings_note_left(world, were_in, false);
	if (before)
		snprintf(revision, sizeof revision, "%s", leaf->revision);
	watch_edit(world, document, before ? document_data(before) : NULL, document_data(body));
	if (before)
		world_settings_note_move(document, document_data(before), document_data(body));
	json_put_text(body, "_id", document->full_id);
	json_remove(body, "_rev");
	transcript_document(world, ACT_PUTS, document, body);
	world_couch_put(world, document, before ? revision : NULL, body, false);
	world_settings_note_left(world, were_in, true);
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
	world_app_unlinks_all(world, document->id);
	document->delete_wanted = true;
	document->gone_shown_ms = document->gone_shown_again_ms = 0;
	snprintf(revision, sizeof revision, "%s", leaf->revision);
	return world_couch_put(world, document, revision, NULL, true) != NULL;
}

/* A revision that loses against the winner: what it holds is made to differ until it does. */
static void branch_that_loses(struct world *world, struct world_document *document, const char *ancestor,
			      struct json_object *body)
{
	char winning[64];
	int generation = winner(document)->generation;

	snprintf(winning, sizeof winning, "%s", winner(document)->revision);
	for (int64_t turn = 0; turn < 64; turn++) {
		struct json_object *copy = json_copy(body);
		if (turn)
			json_put(copy, "turn", json_new_int(turn));
		struct world_leaf *leaf = add_leaf(world, document, ancestor, generation, copy, false);
		if (strcmp(leaf->revision, winning) < 0)
			break;
		json_object_close(&leaf->body);
		document->count--; /* it was the last */
	}
	json_release(body);
}

/* Two edits offline, of which the first came without its body. */
static void branch_that_wins(struct world *world, struct world_document *document, const char *ancestor,
			     struct json_object *body)
{
	int generation = winner(document)->generation;
	struct world_leaf *first = add_leaf(world, document, ancestor, generation, NULL, false);
	char revision[64];

	first->replaced = true;
	snprintf(revision, sizeof revision, "%s", first->revision);
	add_leaf(world, document, revision, generation + 1, body, false);
}

void world_phone_leaves_behind(struct world *world, const struct world_document *document, const char *mark)
{
	struct json_object *body = json_new_object(), *data = json_new_object(), *of_mark = json_new_object();
	const char *type = document_type_name(table_document_type(document->table));
	scoped_text id =
		own_format("integration_deleted_data-%s-%s-%s", type, document->id, world->config.id);

	json_put_text(of_mark, "id", mark);
	json_put_text(data, "integration_id", world->config.id);
	json_put_text(data, "type", type);
	json_put_text(data, "id", document->id);
	json_put(data, "data", of_mark);
	json_put_text(body, "_id", id);
	json_put_text(body, "_rev", "1-a");
	json_put_text(body, "type", "integration_deleted_data");
	json_put(body, "data", data);
	transcript_left_behind(world, body);
	if (world_couch_extra_put(world, body))
		world->left_behind_sequence = ++world->sequence;
	json_release(body);
}

bool world_phone_deletes_synced(struct world *world, struct world_document *document)
{
	struct json_object *present = world_body(document);
	const char *mark = present ? document_app_link(present, world->config.id) : NULL;

	if (mark)
		world_phone_leaves_behind(world, document, mark);
	return world_phone_deletes(world, document);
}

void world_phone_conflicts(struct world *world, struct world_document *document, struct json_object *body,
			   bool wins)
{
	const struct world_leaf *leaf = winner(document);
	struct json_object *before = world_body(document);
	char ancestor[64];

	if (!leaf || document->count + 2 > WORLD_LEAVES) {
		json_release(body);
		return;
	}
	world_note(world, "phone: an offline edit of %s comes as the %s leaf", document->full_id,
		   wins ? "winning" : "losing");
	json_put_text(body, "_id", document->full_id);
	json_remove(body, "_rev");
	transcript_spoil(world, "an offline edit");
	if (wins)
		watch_edit(world, document, before ? document_data(before) : NULL, document_data(body));
	snprintf(ancestor, sizeof ancestor, "%s", leaf->parent);
	(wins ? branch_that_wins : branch_that_loses)(world, document, ancestor, body);
}

static struct world_leaf *node_to_grow(struct world_document *document, const char *revision)
{
	for (size_t i = 0; i < document->count; i++)
		if (strcmp(document->leaves[i].revision, revision) == 0)
			return &document->leaves[i];
	return NULL;
}

/* Others made the very same. */
static bool is_there_twice(const struct world_document *document, const struct world_leaf *leaf)
{
	for (size_t i = 0; i < document->count; i++)
		if (&document->leaves[i] != leaf && strcmp(document->leaves[i].revision, leaf->revision) == 0)
			return leaf == &document->leaves[document->count - 1];
	return false;
}

const char *world_couch_replicates(struct world *world, struct world_document *document,
				   const char *parent_revision, int generation, struct json_object *body)
{
	struct world_leaf *grown = node_to_grow(document, parent_revision);
	bool deleted = !body || json_bool_or(body, "_deleted", false);

	if (grown)
		grown->replaced = true;
	if (body)
		json_remove(body, "_rev");
	struct world_leaf *leaf = add_leaf(world, document, parent_revision, generation, body, deleted);
	if (!is_there_twice(document, leaf))
		return leaf->revision;
	json_object_close(&document->leaves[--document->count].body);
	return node_to_grow(document, leaf->revision)->revision;
}

void world_phone_pushes(struct world *world, struct world_document *document, struct world_view *view)
{
	char base[64];
	int generation = (int)strtol(view->revision, NULL, 10) + (int)view->edits;

	snprintf(base, sizeof base, "%s", view->revision);
	world_note(world, "phone: %s an offline edit of %s, made of %s",
		   view->body ? "pushes" : "pushes, as a deletion,", document->full_id, base);
	transcript_spoil(world, "an offline edit");
	if (view->body)
		watch_edit(world, document, document_data(view->base), document_data(view->body));
	else
		document->delete_wanted = true;
	/* What was deleted with it may come back. */
	world->any_deleted = world->any_deleted || !world_body(document);
	if (!view->body)
		observer_body_deleted(world, document->table, view->base);
	const char *revision = world_couch_replicates(world, document, base, generation,
						      view->body ? json_copy(view->body) : NULL);
	snprintf(view->revision, sizeof view->revision, "%s", revision);
	view->edits = 0;
	json_release(view->base);
	view->base = view->body ? json_copy(view->body) : NULL;
}

/* A phone made revisions on the way that never came here: the lineage names these as well. */
static void add_unseen(struct json_object *lineage, const struct world_leaf *node)
{
	int parents = (int)strtol(node->parent, NULL, 10);

	for (int generation = node->generation - 1; generation > parents; generation--) {
		scoped_text unseen = own_format("%d-before-%s", generation, node->revision);
		json_append(lineage, json_new_text(unseen));
	}
}

struct json_object *world_couch_lineage(const struct world_document *document, const char *revision)
{
	struct json_object *lineage = json_new_array();

	while (revision && *revision) {
		const struct world_leaf *node = NULL;
		json_append(lineage, json_new_text(revision));
		for (size_t i = 0; i < document->count; i++)
			if (strcmp(document->leaves[i].revision, revision) == 0)
				node = &document->leaves[i];
		if (node)
			add_unseen(lineage, node);
		revision = node ? node->parent : NULL;
	}
	return lineage;
}

/* ---- what is done to the database ---- */

static const struct world_leaf *node_of(const struct world_document *document, const char *revision)
{
	for (size_t i = 0; i < document->count; i++)
		if (strcmp(document->leaves[i].revision, revision) == 0)
			return &document->leaves[i];
	return NULL;
}

bool world_couch_knows(const struct world_document *document, const char *revision)
{
	return node_of(document, revision) != NULL;
}

bool world_couch_descends(const struct world_document *document, const char *revision, const char *ancestor)
{
	const struct world_leaf *node = node_of(document, revision);

	while (node && strcmp(node->revision, ancestor) != 0)
		node = *node->parent ? node_of(document, node->parent) : NULL;
	return node != NULL;
}

struct json_object *world_couch_body(const struct world_document *document, const char *revision)
{
	const struct world_leaf *node = node_of(document, revision);

	return node && !node->deleted ? node->body : NULL;
}

const char *world_couch_merged_into(const struct world_document *document, const char *revision)
{
	const struct world_leaf *node = node_of(document, revision);

	return node && node->deleted ? json_text_or(node->body, MERGED_INTO_KEY, NULL) : NULL;
}

void world_couch_compacts(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++)
		for (size_t leaf = 0; leaf < world->documents[i].count; leaf++)
			if (world->documents[i].leaves[leaf].replaced)
				json_object_close(&world->documents[i].leaves[leaf].body);
}

static void forget_leaves(struct world_document *document)
{
	for (size_t i = 0; i < document->count; i++)
		json_release(document->leaves[i].body);
	memset(document->leaves, 0, sizeof document->leaves);
	document->count = 0;
}

void world_couch_purges(struct world *world, struct world_document *document)
{
	world_note(world, "server: purges %s", document->full_id);
	transcript_spoil(world, "a purge");
	observer_document_deleted(world, document);
	forget_leaves(document);
	document->sequence = 0; /* no row of the feed tells of it */
	world->purge_sequence++;
	world->moment++;
}
