/* Orphans: a history document is written before its change. When the change did not happen, it goes again. */
#include "bridge/work.h"

#include "inventory/history.h"

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

static bool delete_found(struct group *group, struct side_write *writes, size_t count, struct error *error)
{
	struct side *couch = &group->sync->couch;

	if (count == 0)
		return true;
	struct side_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	if (!couch->ops->write_finish(couch->self, &ticket, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (writes[i].result != ERROR_NONE)
			return error_set(error, ERROR_RETRY, "%s", writes[i].error.text);
	return true;
}

/* Looks under the present ids. What is found is deleted; where another entry is found, the next number is tried. */
static bool try_ids(struct group *group, struct orphan *orphans, size_t *count, struct error *error)
{
	struct side *couch = &group->sync->couch;
	const char **ids = own_alloc((*count + 1) * sizeof *ids);
	struct json_object **stored = own_alloc((*count + 1) * sizeof(struct json_object *));
	struct side_write *writes = own_alloc((*count + 1) * sizeof *writes);
	size_t found = 0, left = 0;

	for (size_t i = 0; i < *count; i++)
		ids[i] = json_text_or(orphans[i].body, "_id", "");
	bool ok = couch->ops->read_extras(couch->self, ids, *count, stored, error);
	for (size_t i = 0; i < *count; i++) {
		bool other = ok && stored[i] && !is_it(stored[i], orphans[i].body);
		if (ok && stored[i] && !other)
			writes[found++] = (struct side_write){.kind = SIDE_EXTRA_DELETE,
							      .body = tombstone_of(stored[i])};
		json_release(stored[i]);
		if (other) {
			history_next_number(orphans[i].body);
			orphans[left++] = orphans[i];
		} else {
			json_release(orphans[i].body);
		}
	}
	*count = left;
	ok = ok && delete_found(group, writes, found, error);
	for (size_t i = 0; i < found; i++)
		json_release(writes[i].body);
	side_writes_done(writes, found);
	free(writes);
	free(stored);
	free(ids);
	return ok;
}

bool group_drop_orphans(struct group *group, struct error *error)
{
	struct orphan *orphans = own_alloc((group->count + 1) * sizeof *orphans);
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		struct json_object *history = json_child(look->entry.saving, "history", json_type_object);
		if (look->orphaned && history)
			orphans[count++] = (struct orphan){look, json_copy(history)};
	}
	for (int number = 0; ok && count && number < NUMBERS_TRIED; number++)
		ok = try_ids(group, orphans, &count, error);
	for (size_t i = 0; i < count; i++)
		json_release(orphans[i].body);
	for (size_t i = 0; ok && i < group->count; i++)
		group->looks[i].orphaned = false;
	free(orphans);
	return ok || error_wrap(error, "deleting the history of what was not saved");
}
