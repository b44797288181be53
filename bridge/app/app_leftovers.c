#include "bridge/app/app_leftovers.h"

#include "bridge/app/deleted_by_app.h"

#include <stdlib.h>
#include <string.h>

/* The pair that such a document is about, or NULL. */
static struct pair *pair_of(const struct sync *sync, struct json_object *body)
{
	struct json_object *data = document_data(body);
	const char *type = json_text_or(data, "type", ""), *id = json_text_or(data, "id", "");

	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (strcmp(document_type_name(table_document_type((enum table)table)), type) == 0)
			return pairs_find(&sync->pairs, (enum table)table, id);
	return NULL;
}

/* Both sides are as they shall be: the row is gone with its document, or both are there. Of a pair that nobody knows no row is
 * known either, once the base was listed. */
static bool is_settled(const struct sync *sync, const struct pair *pair)
{
	if (!pair)
		return sync->contact_made;
	if (pair->queued || pair->under_way || pair->unsettled || pair->has_problem)
		return false;
	/* Of a pair that has ended the row may have been missing before its document was deleted. */
	if (pair->state == ENTRY_PAIR)
		return pair->document == PAIR_DOCUMENT_THERE && !pair->row_missing;
	if (pair->state == ENTRY_NONE)
		return sync->contact_made && !pair->record_id[0] && pair->document != PAIR_DOCUMENT_THERE;
	return true;
}

static void log_removed(struct sync *sync, struct json_object *body)
{
	const struct pair *pair = pair_of(sync, body);
	scoped_text label = pair ? pair_label(pair) : own_copy(json_text_or(body, "_id", ""));

	log_info(&sync->log, "%s: what the app left behind of it is removed, since its row is settled",
		 label);
}

static bool remove_all(struct sync *sync, struct json_object *const *bodies, size_t count,
		       struct error *error)
{
	struct endpoint_write *writes = own_alloc((count + 1) * sizeof *writes);

	for (size_t i = 0; i < count; i++) {
		json_put(bodies[i], "_deleted", json_new_bool(true));
		writes[i] = (struct endpoint_write){.kind = WRITE_EXTRA_DELETE, .body = bodies[i]};
	}
	static const char what[] = "the removal of what the app left behind of deleted documents";
	const struct endpoint_write *failed = NULL;
	struct endpoint_ticket *ticket = sync->couch.ops->write_start(sync->couch.self, writes, count);
	bool ok = sync->couch.ops->write_finish(sync->couch.self, &ticket, error);
	for (size_t i = 0; ok && i < count; i++)
		if (writes[i].result == ERROR_NONE)
			log_removed(sync, bodies[i]);
		else
			failed = &writes[i];
	if (ok && !failed)
		retry_worked(&sync->app_leftovers_retry, &sync->log, what);
	if (failed) {
		sync->app_leftovers_due = true;
		retry_failed(&sync->app_leftovers_retry, &sync->log, what, &failed->error,
			     "Everything else goes on.");
	}
	endpoint_writes_done(writes, count);
	free(writes);
	return ok;
}

/* It may have come after the tombstone, when the row was held for that nobody knew whose it is. */
static void requeue_named(struct sync *sync, struct json_object *body)
{
	struct pair *pair = pair_of(sync, body);

	if (sync->app_leftovers_heard && pair && pair->state == ENTRY_NONE && pair->has_problem &&
	    app_leftovers_name(body, pair, sync->config->id, pair->record_id))
		pairs_queue(&sync->pairs, pair, JOB_AGAIN);
}

bool app_leftovers_clear(struct sync *sync, struct error *error)
{
	scoped(json_object) list = NULL;
	bool ok = true;

	if (!sync->app_leftovers_due || !retry_is_due(&sync->app_leftovers_retry))
		return true;
	if (!sync->couch.ops->app_leftovers(sync->couch.self, &list, error))
		return error_wrap(error, "reading what the app left behind");
	size_t all = json_length(list), count = 0;
	struct json_object **settled = own_alloc((all + 1) * sizeof *settled);
	for (size_t i = 0; i < all; i++) {
		struct json_object *body = json_at(list, i);
		requeue_named(sync, body);
		if (is_settled(sync, pair_of(sync, body)))
			settled[count++] = body;
	}
	sync->app_leftovers_heard = false;
	sync->app_leftovers_due = count < all;
	if (count && !remove_all(sync, settled, count, error)) {
		sync->app_leftovers_due = true;
		ok = error_wrap(error, "removing what the app left behind");
	}
	free(settled);
	return ok;
}
