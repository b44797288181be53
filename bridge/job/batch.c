#include "bridge/job/batch.h"

#include "base/clock.h"
#include "bridge/limits.h"
#include "bridge/memory/turn_count.h"

#include <stdarg.h>
#include <stdlib.h>

struct group *group_open(struct sync *sync, struct pair *const *pairs, size_t count)
{
	struct group *group = own_alloc(sizeof *group);

	group->sync = sync;
	group->count = count;
	group->pairings_before = sync->pairs.pairings;
	group->looks = own_alloc((count + 1) * sizeof *group->looks);
	for (size_t i = 0; i < count; i++) {
		group->looks[i].pair = pairs[i];
		group->looks[i].reasons = pairs[i]->looks;
		pairs[i]->looks = 0;
		pairs[i]->under_way = true;
	}
	sync->counts.looks += (int64_t)count;
	return group;
}

static void look_done(struct look *look)
{
	ledger_entry_done(&look->entry);
	side_record_done(&look->document);
	side_record_done(&look->row);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&look->couch[field]);
		cell_done(&look->airtable[field]);
		cell_done(&look->outgoing[field]);
	}
	for (size_t link = 0; link < countof(look->both_links); link++)
		cell_done(&look->both_links[link]);
	cell_done(&look->default_collection);
	text_done(&look->problem);
	datum_close(&look->given);
	datum_close(&look->wake);
	json_release(look->causes);
	json_release(look->grounds);
	json_release(look->new_document);
	json_release(look->awaits);
	json_release(look->histories);
	json_release(look->unrecorded);
	json_release(look->reused);
	json_release(look->row_body);
}

static void queue_again(struct sync *sync, struct look *look, bool remembered)
{
	struct pair *pair = look->pair;
	bool finished = look->finished && remembered;

	/* What was found out is neither done nor remembered, and the checkpoint goes on all the same: what is known of both is older. */
	if (look->keep_ledger && pair->unstored)
		pair->in_step = false;

	pairs_set_unsettled(&sync->pairs, pair, !finished || (look->keep_ledger && !pair->unstored));
	if (!finished)
		pairs_look(&sync->pairs, pair, look->reasons ? (enum look_reason)look->reasons : LOOK_AGAIN);
	else if (look->again && sync_has_turns_left(sync, pair)) {
		pairs_look(&sync->pairs, pair, LOOK_AGAIN);
		if (look->partner)
			pairs_look(&sync->pairs, look->partner, LOOK_AGAIN);
	} else if (look->again || look->again_in_ms)
		pairs_set_due(&sync->pairs, pair, DUE_AGAIN,
			      clock_steady_ms() +
				      (look->again_in_ms ? look->again_in_ms : SYNC_RETRY_FIRST_MS));
}

void group_close(struct group **group)
{
	if (!*group)
		return;
	struct group *gone = take(*group);
	struct error ignored;
	if (gone->ticket &&
	    !gone->sync->rows.ops->write_finish(gone->sync->rows.self, &gone->ticket, &ignored))
		log_debug(&gone->sync->log, "a group was given up: %s", ignored.text);
	for (size_t i = 0; i < gone->count; i++) {
		struct look *look = &gone->looks[i];
		look->pair->under_way = false;
		queue_again(gone->sync, look, gone->remembered);
		look_done(look);
	}
	side_writes_done(gone->writes, gone->write_count);
	free(gone->writes);
	free(gone->looks);
	free(gone);
}

bool look_is_in_round(const struct look *look)
{
	return !look->carried && !look->awaits;
}
