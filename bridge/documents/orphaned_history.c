#include "bridge/documents/orphaned_history.h"

#include "bridge/documents/unanswered.h"
#include "bridge/job/job_problem.h"
#include "bridge/job/park.h"
#include "inventory/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_TRIED 20

struct orphan {
	struct look *look;
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

	for (size_t i = 0; i < json_length(entry->orphans); i++)
		if (strcmp(json_text_or(json_at(entry->orphans, i), "gist", ""), gist) == 0)
			return true;
	return false;
}

void look_reuse_orphans(struct look *look)
{
	for (size_t i = json_length(look->histories); look->entry.orphans && i-- > 0;) {
		struct json_object *history = json_at(look->histories, i);
		if (!is_open_orphan(&look->entry, history))
			continue;
		scoped_text gist = gist_of(history);
		if (!look->reused)
			look->reused = json_new_object();
		json_put(look->reused, gist, json_new_bool(true));
		json_remove_at(look->histories, i, 1);
	}
}

/* The change happened after all. */
void look_take_reused(struct look *look)
{
	struct json_object *left = json_new_array();

	for (size_t i = 0; i < json_length(look->entry.orphans); i++)
		if (!json_find(look->reused, json_text_or(json_at(look->entry.orphans, i), "gist", ""), NULL))
			json_append(left, json_share(json_at(look->entry.orphans, i)));
	json_release(look->entry.orphans);
	look->entry.orphans = json_length(left) ? json_share(left) : NULL;
	json_release(left);
	look->again = true; /* it is not told any more */
}

void look_keep_noted(struct look *look)
{
	struct json_object *history = json_child(look->entry.saving, "history", json_type_object);

	if (!history || !is_open_orphan(&look->entry, history))
		return;
	scoped_text gist = gist_of(history);
	if (!look->reused)
		look->reused = json_new_object();
	json_put(look->reused, gist, json_new_bool(true));
	look_take_reused(look);
}

static bool is_left_open(const struct ledger_entry *entry, const char *id)
{
	for (size_t i = 0; i < json_length(entry->orphans); i++)
		if (strcmp(json_text_or(json_at(entry->orphans, i), "id", ""), id) == 0)
			return true;
	return false;
}

/* CouchDB does not let it go: it is kept for the looks to come. Once: of two that are one the second removal meets a conflict, and
 * would be taken for one that is still there. */
static void leave_open(struct look *look, const struct side_write *write, const char *gist)
{
	struct ledger_entry *entry = &look->entry;

	if (is_left_open(entry, json_text_or(write->body, "_id", "")))
		return;
	struct json_object *orphan = json_new_object();
	struct json_object *list = entry->orphans ? json_copy(entry->orphans) : json_new_array();

	json_put_text(orphan, "id", json_text_or(write->body, "_id", ""));
	json_put_text(orphan, "rev", json_text_or(write->body, "_rev", ""));
	json_put_text(orphan, "gist", gist);
	json_put_text(orphan, "why", write->error.text);
	json_append(list, orphan);
	json_release(entry->orphans);
	entry->orphans = list;
}

static bool write_deletions(struct group *group, struct side_write *writes, size_t count, struct error *error)
{
	struct side *couch = &group->sync->couch;

	if (count == 0)
		return true;
	struct side_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	if (!couch->ops->write_finish(couch->self, &ticket, error))
		return false;
	group_find_unanswered(group, writes, count);
	return true;
}

/* Whether a history entry that could not be removed is noted as left open, and its item goes on. That is so after some tries, or what is
 * in the way of the removal would be in the way of the item for ever. It is so at once when its save is known not to have happened: the
 * note of that save is dropped then, and nothing else would tell of the entry. */
static bool goes_on_without(const struct look *look)
{
	return look->unwritten || look->pair->misses >= LOOK_MISSES_UNTOLD;
}

/* A 409 where it was read just now: somebody has removed it, or its number is another's by now. The next look reads it again. */
static bool delete_found(struct group *group, struct side_write *writes, struct look **looks,
			 char *const *gists, size_t count, struct error *error)
{
	if (!write_deletions(group, writes, count, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct look *look = looks[i];
		if (writes[i].result == ERROR_NONE)
			continue;
		if (writes[i].result == ERROR_REFUSED || goes_on_without(look)) {
			leave_open(look, &writes[i], gists[i]);
			look->left_open_tried = true;
		} else {
			look_miss(look, "the removal of the history entry of a change that did not happen",
				  &writes[i].error);
		}
	}
	return true;
}

/* Looks under the present ids. What is found is deleted; where another entry is found, the next number is tried. */
static bool try_ids(struct group *group, struct orphan *orphans, size_t *count, struct error *error)
{
	struct side *couch = &group->sync->couch;
	const char **ids = own_alloc((*count + 1) * sizeof *ids);
	struct json_object **stored = own_alloc((*count + 1) * sizeof(struct json_object *));
	struct side_write *writes = own_alloc((*count + 1) * sizeof *writes);
	struct look **looks = own_alloc((*count + 1) * sizeof *looks);
	char **gists = own_alloc((*count + 1) * sizeof *gists);
	size_t found = 0, left = 0;

	for (size_t i = 0; i < *count; i++)
		ids[i] = json_text_or(orphans[i].body, "_id", "");
	bool ok = couch->ops->read_extras(couch->self, ids, *count, stored, error);
	for (size_t i = 0; i < *count; i++) {
		bool other = ok && stored[i] && !is_it(stored[i], orphans[i].body);
		if (ok && stored[i] && !other) {
			looks[found] = orphans[i].look;
			gists[found] = gist_of(orphans[i].body);
			writes[found++] = (struct side_write){.kind = SIDE_EXTRA_DELETE,
							      .body = tombstone_of(stored[i])};
		}
		json_release(stored[i]);
		if (other) {
			history_next_number(orphans[i].body);
			orphans[left++] = orphans[i];
		} else {
			json_release(orphans[i].body);
		}
	}
	*count = left;
	ok = ok && delete_found(group, writes, looks, gists, found, error);
	for (size_t i = 0; i < found; i++) {
		json_release(writes[i].body);
		free(gists[i]);
	}
	free(gists);
	side_writes_done(writes, found);
	free(writes);
	free(looks);
	free(stored);
	free(ids);
	return ok;
}

static void add_orphan(struct orphan **orphans, size_t *count, struct look *look, struct json_object *history)
{
	*orphans = own_resize(*orphans, *count + 1, sizeof **orphans);
	(*orphans)[(*count)++] = (struct orphan){look, json_copy(history)};
}

/* That of the save which was noted, and what was written beside it. */
static void add_orphans(struct orphan **orphans, size_t *count, struct look *look)
{
	struct json_object *history = json_child(look->entry.saving, "history", json_type_object);

	if (history)
		add_orphan(orphans, count, look, history);
	for (size_t i = 0; i < json_length(look->unrecorded); i++)
		if (!history || !json_equal(json_at(look->unrecorded, i), history))
			add_orphan(orphans, count, look, json_at(look->unrecorded, i));
}

static bool drop_new(struct group *group, struct error *error)
{
	struct orphan *orphans = NULL;
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].orphaned)
			add_orphans(&orphans, &count, &group->looks[i]);
	for (int number = 0; ok && count && number < NUMBERS_TRIED; number++)
		ok = try_ids(group, orphans, &count, error);
	for (size_t i = 0; i < count; i++)
		json_release(orphans[i].body);
	for (size_t i = 0; ok && i < group->count; i++) {
		group->looks[i].orphaned = false;
		json_object_close(&group->looks[i].unrecorded);
	}
	free(orphans);
	return ok;
}

/* ---- what was refused before ---- */

/* What is there by now under its id, or NULL: it is gone, or is another's. */
static struct json_object *still_there(struct group *group, struct json_object *orphan, bool *ok,
				       struct error *error)
{
	struct side *couch = &group->sync->couch;
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
static bool is_still_there(struct group *group, struct json_object *orphan, bool *ok, struct error *error)
{
	scoped(json_object) tombstone = still_there(group, orphan, ok, error);

	return tombstone != NULL;
}

static bool drop_open_of(struct group *group, struct look *look, struct error *error)
{
	size_t count = json_length(look->entry.orphans), found = 0;
	struct side_write *writes = own_alloc((count + 1) * sizeof *writes);
	struct json_object **orphans = own_alloc((count + 1) * sizeof(struct json_object *));
	struct json_object *left = json_new_array();
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		orphans[found] = json_at(look->entry.orphans, i);
		struct json_object *tombstone = still_there(group, orphans[found], &ok, error);
		if (tombstone)
			writes[found++] = (struct side_write){.kind = SIDE_EXTRA_DELETE, .body = tombstone};
	}
	ok = ok && write_deletions(group, writes, found, error);
	for (size_t i = 0; i < found; i++) {
		if (ok && writes[i].result != ERROR_NONE && is_still_there(group, orphans[i], &ok, error))
			json_append(left, json_share(orphans[i]));
		json_release(writes[i].body);
	}
	if (ok) {
		json_release(look->entry.orphans);
		look->entry.orphans = json_length(left) ? json_share(left) : NULL;
	}
	json_release(left);
	side_writes_done(writes, found);
	free(writes);
	free(orphans);
	return ok;
}

static bool drop_open(struct group *group, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look->entry.orphans || look->left_open_tried || look->needs_no_row)
			continue;
		look->left_open_tried = true;
		ok = drop_open_of(group, look, error);
	}
	return ok;
}

bool group_drop_orphans(struct group *group, struct error *error)
{
	return (drop_open(group, error) && drop_new(group, error)) ||
	       error_wrap(error, "deleting the history of what was not saved");
}

void look_tell_left_open(struct look *look)
{
	const struct ledger_entry *entry = &look->entry;

	if (look->needs_no_row || (!entry->orphans && !json_find(entry->wake, "why", NULL)))
		return;
	look->retry = true;
	look->parked = true;
	for (size_t i = 0; i < json_length(entry->orphans); i++)
		look_problem(
			look,
			"CouchDB refused to remove the history entry %s of a change that did not happen: %s.",
			json_text_or(json_at(entry->orphans, i), "id", ""),
			json_text_or(json_at(entry->orphans, i), "why", ""));
	if (json_find(entry->wake, "why", NULL))
		look_problem(look, "Not all that follows from its move or end could be saved: %s.",
			     json_text_or(entry->wake, "why", ""));
}
