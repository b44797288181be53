/* The observer of histories: what the bridge makes of a document by a row has its one entry, and no entry lacks its change. */
#include "inventory/document.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_refusals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT "sync"

static bool same_at(struct json_object *a, struct json_object *b, const char *key)
{
	struct json_object *left = NULL, *right = NULL;
	bool in_a = a && json_find(a, key, &left);
	bool in_b = b && json_find(b, key, &right);

	return in_a == in_b && (!in_a || json_equal(left, right));
}

/* Whether any key of 'a' but the app's mark differs in 'b'. */
static bool differs(struct json_object *a, struct json_object *b)
{
	if (!a)
		return false;
	json_each (a, key, value) {
		(void)value;
		if (strcmp(key, "integrations") != 0 && !same_at(a, b, key))
			return true;
	}
	return false;
}

void observer_changed(struct world *world, const struct world_document *document, const char *revision,
		      struct json_object *before, struct json_object *after)
{
	struct json_object *old_data = before ? document_data(before) : NULL;
	struct json_object *new_data = after ? document_data(after) : NULL;

	if (!differs(old_data, new_data) && !differs(new_data, old_data))
		return;
	if (world->change_count == WORLD_EXTRAS) {
		world_broken(world, "documents are written without end");
		return;
	}
	struct world_change *change = &world->changes[world->change_count++];
	snprintf(change->revision, sizeof change->revision, "%s", revision);
	snprintf(change->full_id, sizeof change->full_id, "%s", document->full_id);
	change->time_ms = after ? document_updated_at(after) : 0;
	change->before = old_data ? json_copy(old_data) : NULL;
	change->after = new_data ? json_copy(new_data) : NULL;
}

void observer_histories_done(struct world *world)
{
	for (size_t i = 0; i < world->change_count; i++) {
		json_release(world->changes[i].before);
		json_release(world->changes[i].after);
	}
}

/* It tells of a key that was not there: that is another change. */
static bool says_more(struct json_object *said, struct json_object *was)
{
	if (!said)
		return false;
	json_each (said, key, words)
		if (words && !json_find(was, key, NULL))
			return true;
	return false;
}

/* What the entry says of each key is what happened to it. */
static bool tells(struct json_object *entry, const char *side, struct json_object *was,
		  struct json_object *became)
{
	struct json_object *said = json_child(entry, side, json_type_object);

	if (!was)
		return true;
	if (says_more(said, was))
		return false;
	json_each (was, key, value) {
		struct json_object *words = NULL;
		bool is_said = json_find(said, key, &words);
		bool changed = strcmp(key, "integrations") != 0 && !same_at(was, became, key);
		if (is_said != changed || (changed && !json_equal(words, value)))
			return false;
	}
	return true;
}

static bool is_gone(struct json_object *entry, const char *side)
{
	return json_bool_or(json_child(entry, side, json_type_object), "__deleted", false);
}

/* When it was. An entry that could not be removed becomes that of the same change when it is made after all: later, unless the clock was
 * set back. */
static bool is_its_time(const struct world *world, struct json_object *entry,
			const struct world_change *change)
{
	int64_t time_ms = json_int_or(entry, "timestamp", 0);

	for (size_t i = 0; i < world->change_count; i++)
		if (world->changes[i].time_ms == time_ms &&
		    strcmp(world->changes[i].full_id, change->full_id) == 0)
			return time_ms == change->time_ms;
	return world->cleanup_refused && (time_ms < change->time_ms || world->wall_ahead_ms < 0);
}

static bool is_of(const struct world *world, struct json_object *entry, const struct world_change *change)
{
	scoped_text full_id =
		own_format("%s-%s", json_text_or(entry, "data_type", ""), json_text_or(entry, "data_id", ""));

	if (strcmp(json_text_or(entry, "event_name", ""), EVENT) != 0 ||
	    strcmp(full_id, change->full_id) != 0)
		return false;
	if (!change->after)
		return is_gone(entry, "new_data");
	if (!is_its_time(world, entry, change))
		return false;
	if (!change->before)
		return is_gone(entry, "original_data") &&
		       tells(entry, "new_data", change->after, change->before);
	return tells(entry, "original_data", change->before, change->after) &&
	       tells(entry, "new_data", change->after, change->before);
}

static size_t entries_of(const struct world *world, const struct world_change *change)
{
	size_t count = 0;

	for (size_t i = 0; i < world->extra_count; i++)
		count += is_of(world, world->extras[i], change);
	return count;
}

static size_t changes_of(const struct world *world, struct json_object *entry)
{
	size_t count = 0;

	for (size_t i = 0; i < world->change_count; i++)
		count += is_of(world, entry, &world->changes[i]);
	return count;
}

static bool has_other_leaf(const struct world_document *document, const struct world_leaf *winner)
{
	for (size_t i = 0; i < document->count; i++)
		if (&document->leaves[i] != winner && !document->leaves[i].replaced)
			return true;
	return false;
}

/* The entry was written before a change of which nobody can tell whether it happened: two other revisions came upon the document before
 * anybody could look, or it is to be merged, or was. A deletion by somebody else leaves the tombstone that ours would have left. */
static bool cannot_be_told(const struct world *world, size_t place)
{
	struct json_object *entry = world->extras[place];

	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		const struct world_leaf *winner = world_winner(document);
		if (strcmp(document->id, json_text_or(entry, "data_id", "")) != 0)
			continue;
		return !winner || winner->generation >= world->extra_generations[place] + 2 ||
		       has_other_leaf(document, winner) || (winner->deleted && is_gone(entry, "new_data"));
	}
	return false;
}

/* The database does not let it go, and the item says so. */
static bool is_kept_back(const struct world *world, struct json_object *entry)
{
	const char *id = json_text_or(entry, "data_id", "");

	return world_refuses(world, WRITTEN_CLEANUP, id);
}

static const struct world_document *document_of(const struct world *world, const struct world_change *change)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (strcmp(world->documents[i].full_id, change->full_id) == 0)
			return &world->documents[i];
	return NULL;
}

/* Somebody deleted the leaf that it made, and another one lives on without it: what the row shows is saved in that one, with an entry of
 * its own. */
static bool was_deleted_apart(const struct world_document *document, const struct world_change *change)
{
	bool lives = false, ended = false;

	for (size_t i = 0; i < document->count; i++) {
		const struct world_leaf *leaf = &document->leaves[i];
		bool of_it = world_couch_descends(document, leaf->revision, change->revision);
		if (leaf->replaced)
			continue;
		if (of_it && (!leaf->deleted || world_couch_merged_into(document, leaf->revision)))
			return false;
		ended = ended || of_it;
		lives = lives || !leaf->deleted;
	}
	return ended && lives;
}

/* An edit that was made apart from it came before anybody knew that it had happened: the document is there again, with all that it had. */
static bool was_undone(const struct world *world, const struct world_change *change)
{
	const struct world_document *document = document_of(world, change);
	const struct world_leaf *winner = document ? world_winner(document) : NULL;

	if (change->after)
		return document && was_deleted_apart(document, change);
	return winner && !winner->deleted && has_other_leaf(document, winner);
}

/* An earlier save of the same has an entry, too. Two other revisions came upon the document before anybody could look, so nobody can tell
 * whether that save happened. The entry counts as one of this change when removals are refused, for then it stays. */
static bool has_one_that_cannot_be_told(const struct world *world, const struct world_change *change)
{
	long made = strtol(change->revision, NULL, 10);

	for (size_t i = 0; i < world->extra_count; i++)
		if (made > world->extra_generations[i] + 2 && is_of(world, world->extras[i], change))
			return true;
	return false;
}

/* Where leaves met, a save whose fate could not be told is recorded with the next one once more. */
static bool may_be_twice(const struct world *world, const struct world_change *change)
{
	const struct world_document *document = document_of(world, change);

	return !change->after || world->state_lost || has_one_that_cannot_be_told(world, change) ||
	       (document && has_other_leaf(document, world_winner(document)));
}

void observer_check_histories(struct world *world)
{
	for (size_t i = 0; i < world->change_count; i++) {
		const struct world_change *change = &world->changes[i];
		size_t entries = entries_of(world, change);
		if ((entries == 0 && !was_undone(world, change)) ||
		    (entries > 1 && !may_be_twice(world, change)))
			world_broken(world, "%s was %s by the bridge, and the history has %zu entries of it",
				     change->full_id,
				     !change->after    ? "deleted"
				     : !change->before ? "made"
						       : "changed",
				     entries);
	}
	for (size_t i = 0; i < world->extra_count; i++) {
		struct json_object *entry = world->extras[i];
		if (strcmp(json_text_or(entry, "data_type", ""), "item_image") == 0)
			continue; /* world_pictures.c judges them */
		if (!world->state_lost && !world->went_back &&
		    strcmp(json_text_or(entry, "event_name", ""), EVENT) == 0 &&
		    changes_of(world, entry) == 0 && !cannot_be_told(world, i) && !is_kept_back(world, entry))
			world_broken(world, "the history has %s of what did not happen",
				     json_text_or(entry, "_id", ""));
	}
}
