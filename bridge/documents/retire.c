#include "bridge/documents/retire.h"

#include "bridge/app/app_link.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/late_history.h"
#include "bridge/documents/unanswered.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/memory/seen_row.h"

#include <stdlib.h>
#include <string.h>

void look_bury(struct group *group, struct look *look, const char *reason)
{
	bool own = look->row.presence == SIDE_THERE && strcmp(look->row.id, look->entry.record_id) == 0;
	struct json_object *cells = own ? json_copy(look->row.body) : json_share(look->entry.grave_cells);

	ledger_entry_bury(&look->entry, reason, look->document.revision,
			  group->sync->rows.ops->now_ms(group->sync->rows.self), cells);
}

/* The row that was found is not the pair's own but a copy with its ID, which was there before both ended. The pair has its own record id
 * again, and the copy is looked at as a row by itself. */
static void leave_copy(struct group *group, const struct look *look)
{
	struct pairs *pairs = &group->sync->pairs;

	if (look->row.presence != SIDE_THERE || strcmp(look->row.id, look->entry.record_id) == 0)
		return;
	pairs_set_record(pairs, look->pair, look->entry.record_id, false);
	pairs_look(pairs, sync_pair_of_row(group->sync, &look->row), LOOK_ROW);
}

void look_bury_deleted(struct group *group, struct look *look)
{
	leave_copy(group, look);
	look_bury(group, look, "document deleted");
	look->finished = true;
}

static void bury(struct group *group, struct look *look)
{
	bool left = look->document.presence == SIDE_THERE;

	ledger_entry_bury(&look->entry, left ? "left the scope" : "document deleted", look->document.revision,
			  group->sync->rows.ops->now_ms(group->sync->rows.self),
			  json_share(look->entry.grave_cells));
	look_note_stale_mark(group, look, look->entry.record_id);
	/* It was a copy, perhaps: the others with its ID are fewer now. */
	pairs_set_copy_of(&group->sync->pairs, look->pair, NULL);
	own_free_text(&look->entry.shows);
	look->row_gone = false;
}

/* It stays in the ledger that the row was to be deleted: the next look finds that it is gone. */
static void leave_noted(struct look *look)
{
	look->row_gone = false;
	look->finished = true;
	look->again_in_ms = SYNC_RETRY_FIRST_MS;
}

/* A person is told, and it is tried again, at most hourly: until then the row's last cells are in the note of its deletion. */
static void tell_unrecorded(struct look *look, const struct side_write *write)
{
	look_problem(look,
		     "Its row was deleted, and CouchDB does not take the history of that: %s. The row's last "
		     "cells "
		     "are kept in the state database, and it is tried again later.",
		     write->error.text);
	leave_noted(look);
	look->again_in_ms = 0; /* its own pause, which grows */
	look->parked = true;
	look->retry = true;
}

/* A document that is there waits for nothing: it may be to get another row. */
static void bury_unrecorded(struct group *group, struct look *look, const struct side_write *write)
{
	look_keep_history(look, write->body, write->error.text);
	bury(group, look);
}

static void take_recorded(struct group *group, struct look *look, const struct side_write *write)
{
	bool refused = write->result == ERROR_REFUSED || look->pair->misses >= LOOK_MISSES_UNTOLD;

	if (write->result == ERROR_NONE) {
		bury(group, look);
	} else if (!refused) {
		look->pair->misses++;
		leave_noted(look);
	} else if (look->document.presence == SIDE_THERE) {
		bury_unrecorded(group, look, write);
	} else {
		tell_unrecorded(look, write);
	}
}

static bool record(struct group *group, struct look **looks, struct side_write *writes, size_t count,
		   struct error *error)
{
	struct side *couch = &group->sync->couch;

	if (count == 0)
		return true;
	struct side_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	bool ok = couch->ops->write_finish(couch->self, &ticket, error);
	if (ok)
		group_find_unanswered(group, writes, count);
	for (size_t i = 0; i < count; i++)
		if (ok)
			take_recorded(group, looks[i], &writes[i]);
		else
			leave_noted(looks[i]);
	return ok || error_wrap(error, "keeping the last cells of rows that were deleted");
}

bool group_bury_gone(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	struct side_write *writes = own_alloc((group->count + 1) * sizeof *writes);
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look->row_gone)
			continue;
		struct json_object *history = look_row_history(group, look);
		if (!history) {
			bury(group, look);
			continue;
		}
		looks[count] = look;
		writes[count++] = (struct side_write){.kind = SIDE_EXTRA,
						      .table = look->pair->table,
						      .id = look->pair->id,
						      .body = history};
	}
	bool ok = record(group, looks, writes, count, error);
	for (size_t i = 0; i < count; i++)
		json_release(writes[i].body);
	side_writes_done(writes, count);
	free(writes);
	free(looks);
	return ok;
}
