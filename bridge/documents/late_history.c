#include "bridge/documents/late_history.h"

#include "bridge/documents/unanswered.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>

/* Each is {history: the document, why: the reason}. */

void look_keep_history(struct look *look, struct json_object *history, const char *why)
{
	struct json_object *one = json_new_object();
	struct json_object *list =
		look->entry.histories ? json_copy(look->entry.histories) : json_new_array();

	json_put(one, "history", json_copy(history));
	json_put_text(one, "why", why);
	json_append(list, one);
	json_release(look->entry.histories);
	look->entry.histories = list;
	look->histories_tried = true;
}

static bool is_tried(const struct look *look)
{
	return look->entry.histories && !look->needs_no_row && !look->histories_tried;
}

static void take_results(struct look *look, struct side_write *writes)
{
	struct json_object *left = json_new_array();

	for (size_t i = 0; i < json_length(look->entry.histories); i++) {
		if (writes[i].result == ERROR_NONE)
			continue;
		struct json_object *one = json_copy(json_at(look->entry.histories, i));
		json_put_text(one, "why", writes[i].error.text);
		json_append(left, one);
	}
	json_release(look->entry.histories);
	look->entry.histories = json_length(left) ? json_share(left) : NULL;
	json_release(left);
}

static bool write_kept(struct group *group, struct look *look, struct error *error)
{
	struct side *couch = &group->sync->couch;
	size_t count = json_length(look->entry.histories);
	struct side_write *writes = own_alloc((count + 1) * sizeof *writes);

	for (size_t i = 0; i < count; i++)
		writes[i] = (struct side_write){
			.kind = SIDE_EXTRA,
			.table = look->pair->table,
			.id = look->pair->id,
			.body = json_child(json_at(look->entry.histories, i), "history", json_type_object),
		};
	look->histories_tried = true;
	struct side_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	bool ok = couch->ops->write_finish(couch->self, &ticket, error);
	if (ok) {
		group_find_unanswered(group, writes, count);
		take_results(look, writes);
	}
	side_writes_done(writes, count);
	free(writes);
	return ok;
}

bool group_write_kept_histories(struct group *group, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < group->count; i++)
		if (is_tried(&group->looks[i]))
			ok = write_kept(group, &group->looks[i], error);
	return ok || error_wrap(error, "writing the history of what has happened");
}

void look_tell_kept_histories(struct look *look)
{
	struct json_object *first = json_at(look->entry.histories, 0);

	if (look->needs_no_row || !first)
		return;
	look->retry = true;
	look->parked = true;
	look_problem(
		look,
		"A row of it was deleted, and CouchDB does not take the history of that: %s. The row's last "
		"cells are kept in the state database until it does.",
		json_text_or(first, "why", ""));
}
