#include "bridge/sync/load.h"

#include "base/clock.h"
#include "bridge/app/app_twins.h"
#include "bridge/diff/back_in_time.h"
#include "bridge/diff/parents.h"
#include "bridge/index/places.h"
#include "bridge/index/scope.h"
#include "bridge/job/conflict_notice.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/read_document.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/seen_document.h"
#include "bridge/memory/seen_row.h"
#include "bridge/state/ledger_io.h"
#include "bridge/sync/recover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_entries(struct group *group, struct error *error)
{
	struct ledger_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct ledger_entry *entries = own_alloc((group->count + 1) * sizeof *entries);

	for (size_t i = 0; i < group->count; i++)
		keys[i] = (struct ledger_key){group->looks[i].pair->table, group->looks[i].pair->id};
	bool ok = ledger_read(&group->sync->ledger, keys, group->count, entries, error);
	for (size_t i = 0; ok && i < group->count; i++)
		group->looks[i].entry = entries[i];
	free(keys);
	free(entries);
	return ok;
}

/* The state was lost while this process ran. */
static void recollect(struct look *look)
{
	const struct pair *pair = look->pair;

	look->recollected = look->entry.state == ENTRY_NONE && pair->state == ENTRY_PAIR && pair->in_step &&
			    pair->handled && pair->record_id[0];
	look->recollected_edited = pair->leaves != pair->handled;
	snprintf(look->recollected_row, sizeof look->recollected_row, "%s", pair->record_id);
}

static struct look *look_at(struct group *group, const struct pair *pair)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].pair == pair)
			return &group->looks[i];
	return NULL;
}

/* A look of another group works on its row. */
static void leave_to_other(struct look *look)
{
	look->finished = look->again = true;
	look->keep_ledger = true;
}

/* The ledger knows of a row that this process does not: its answer to a former pass got lost. Whoever was taken for that row's owner since
 * has none (sync-rules 29: one row, one look). */
static void note_records(struct group *group)
{
	struct pairs *pairs = &group->sync->pairs;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->entry.state != ENTRY_PAIR ||
		    strcmp(look->pair->record_id, look->entry.record_id) == 0)
			continue;
		const struct pair *owner = pairs_by_record(pairs, look->entry.record_id);
		if (owner && owner->under_way && !look_at(group, owner))
			leave_to_other(look);
		else
			pairs_set_record(pairs, look->pair, look->entry.record_id, false);
	}
}

/* ---- documents ---- */

static bool read_documents(struct group *group, struct error *error)
{
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct side_records records = {0};

	for (size_t i = 0; i < group->count; i++)
		keys[i] = (struct side_key){group->looks[i].pair->table, group->looks[i].pair->id};
	bool ok = group->sync->couch.ops->read(group->sync->couch.self, keys, group->count, &records, error);
	for (size_t i = 0; ok && i < group->count; i++) {
		group->looks[i].document = records.list[i];
		records.list[i] = (struct side_record){0};
	}
	side_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "reading documents");
}

static void note_documents(struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		sync_note_document(group->sync, group->looks[i].pair, &group->looks[i].document);
	scope_update(group->sync->config, &group->sync->pairs);
}

static void read_all_documents(struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		look_read_document(group, &group->looks[i]);
		recollect(&group->looks[i]);
	}
	/* It is merged before anything is planned from it. */
	for (size_t i = 0; i < group->count; i++)
		if (conflict_waits(group->looks[i].pair))
			leave_to_other(&group->looks[i]);
}

static bool field_moved(const struct group *group, const struct look *look, enum field field)
{
	if (!look_has_column(group, look, field) || field == FIELD_DELETE || field == FIELD_ERROR)
		return false;
	return look->entry.fields[field].known ? look_couch_moved(group, look, field)
					       : look->couch[field].kind != CELL_EMPTY;
}

/* An item that does not say where it stands may be in scope: what is wrong with it is to be told. */
static bool hides_its_place(const struct look *look)
{
	return look->flaw.kind != ERROR_NONE && look->pair->table == TABLE_ITEMS &&
	       !pair_collection_id(look->pair);
}

/* Its mark is due, and nobody has written the document since it was handled. What else is open has its own time. */
static bool wants_its_mark_alone(const struct look *look)
{
	return look->reasons == LOOK_MARK && look->pair->leaves == look->entry.handled;
}

/* The last look could not do what it had found to do. That may have been an edit of a cell, which only the row shows. */
static bool was_left_open(const struct look *look)
{
	return look->entry.handled == 0;
}

/* Nothing that a row shows has changed, and nothing is open. */
static bool needs_no_row(const struct group *group, const struct look *look)
{
	const struct pair *pair = look->pair;

	if (pair->document == PAIR_DOCUMENT_THERE && !pair->in_scope && look->entry.state == ENTRY_NONE &&
	    look->reasons == LOOK_DOCUMENT && !pair->fresh_row && !look->entry.problem && !pair->twin_of &&
	    !hides_its_place(look))
		return true;
	if (pair->document != PAIR_DOCUMENT_THERE && look->entry.state == ENTRY_NONE && !pair->record_id[0] &&
	    look->reasons == LOOK_DOCUMENT)
		return true;
	if ((look->reasons & (LOOK_ROW | LOOK_AGAIN)) || look->entry.state != ENTRY_PAIR ||
	    look->entry.sent.kind != SENT_NOTHING || look->entry.unsure_since_ms || look->entry.typed_ms ||
	    ledger_entry_has_taken(&look->entry) || was_left_open(look) || !pair->in_scope ||
	    look->flaw.kind != ERROR_NONE || look->document.presence != SIDE_THERE)
		return false;
	if (wants_its_mark_alone(look))
		return true;
	if (look->entry.problem || conflict_tells(pair))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (field_moved(group, look, (enum field)field))
			return false;
	return true;
}

static void note_who_needs_no_row(struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!needs_no_row(group, look))
			continue;
		look->needs_no_row = true;
		look->settles_back = look->went_back; /* what it shows is what was agreed on */
	}
}

/* ---- rows ---- */

/* A row that a process may not know of that began since: what was sent to it is in doubt, or it was brought back, cannot be a document
 * again, and tells why. */
static bool is_open_row(const struct group *group, const struct look *look)
{
	const struct pair *owner = pairs_by_record(&group->sync->pairs, look->entry.record_id);
	bool doubtful = look->entry.sent.kind == SENT_UPDATE || look->entry.sent.kind == SENT_DELETE;

	return (doubtful || look->entry.problem) && !look->pair->record_id[0] &&
	       (!owner || owner == look->pair);
}

static const char *known_record(const struct group *group, const struct look *look)
{
	if (look->entry.record_id[0] && (look->entry.state == ENTRY_PAIR || is_open_row(group, look)))
		return look->entry.record_id;
	return look->pair->record_id[0] ? look->pair->record_id : NULL;
}

static bool take_fresh_row(const struct group *group, struct look *look)
{
	struct side_record *fresh = look->pair->fresh_row;
	const char *record_id = known_record(group, look);

	if (!fresh || !record_id || strcmp(fresh->id, record_id) != 0 ||
	    clock_steady_ms() - fresh->read_at_ms > SYNC_FRESH_MS)
		return false;
	look->row = *fresh;
	free(take(look->pair->fresh_row));
	look->row_asked = true;
	return true;
}

static bool read_rows(struct group *group, struct error *error)
{
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct look **asking = own_alloc((group->count + 1) * sizeof *asking);
	struct side_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->needs_no_row || !known_record(group, look) || take_fresh_row(group, look))
			continue;
		keys[count] = (struct side_key){look->pair->table, known_record(group, look)};
		asking[count++] = look;
	}
	bool ok = count == 0 ||
		  group->sync->rows.ops->read(group->sync->rows.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++) {
		asking[i]->row = records.list[i];
		records.list[i] = (struct side_record){0};
		asking[i]->row_asked = true;
	}
	side_records_done(&records);
	free(asking);
	free(keys);
	return ok || error_wrap(error, "reading rows");
}

/* A document in scope that has no row: is there one with its ID? The pass that has listed the whole base knows that there
 * is none; the row that appeared in between is met by the upsert (sync-rules 15). Not where the ledger was lost: a list may skip a
 * row (2), and the upsert would write over it. A row whose making is in doubt is asked for also when its document was deleted since:
 * its record id is not known, so nothing else would find it. */
static bool wants_find(const struct group *group, const struct look *look)
{
	bool no_row = look->row.presence != SIDE_THERE;
	bool doubtful = look->entry.sent.kind == SENT_CREATE;
	bool listed = group->sync->listed && !group->sync->ledger_lost &&
		      look->pair->list_turn != group->sync->list_turn && look->pair->copies == 0;

	if (look->needs_no_row || look->document.presence == SIDE_MISSING)
		return false;
	if (!no_row) /* one of several, perhaps not the one that we were making */
		return doubtful && look->entry.state != ENTRY_PAIR && look->pair->copies > 0;
	if (doubtful)
		return true;
	if (look->entry.state == ENTRY_PAIR)
		return look->entry.unsure_since_ms != 0 ||
		       (look->entry.sent.kind == SENT_DELETE && look->document.presence == SIDE_THERE);
	return look->pair->in_scope && look->document.presence == SIDE_THERE && !listed;
}

static bool is_sent_row(const struct group *group, const struct look *look, const struct side_record *row)
{
	struct sync *sync = group->sync;
	struct cell cells[FIELD_COUNT] = {0};
	struct mapping_links links = sync_links(sync);
	bool unknown_choice = false;

	mapping_from_row(row->table, &sync->columns[row->table], row->body, &links, cells, &unknown_choice);
	bool sent = look_sent_row(group, look, cells);
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
	return sent;
}

/* Of several rows with its ID the one that we were making is the document's, else the oldest, or that with the lower record id
 * (sync-rules 13). */
static bool is_better(const struct group *group, const struct look *look, const struct side_record *row)
{
	if (look->row.presence != SIDE_THERE)
		return true;
	if (look->entry.sent.kind == SENT_CREATE) {
		bool sent = is_sent_row(group, look, row);
		if (sent != is_sent_row(group, look, &look->row))
			return sent;
	}
	if (row->created_ms != look->row.created_ms)
		return row->created_ms < look->row.created_ms;
	return strcmp(row->id, look->row.id) < 0;
}

/* What was taken for a copy is the original: nothing is left of what was remembered of it. */
static void end_copy(struct look *copy)
{
	ledger_entry_clear_sent(&copy->entry);
	ledger_entry_let_go(&copy->entry);
	own_free_text(&copy->entry.shows);
	own_free_text(&copy->entry.problem);
	copy->finished = true;
}

/* A row with the ID of this look's document. Those that are not taken are copies. */
static void offer_row(struct group *group, struct look *look, struct side_record *row)
{
	struct pairs *pairs = &group->sync->pairs;
	struct pair *owner = pairs_by_record(pairs, row->id);
	struct look *copy = owner && owner->copy_of == look->pair ? look_at(group, owner) : NULL;

	if (owner && owner != look->pair && owner->under_way && !copy) {
		leave_to_other(look);
		return;
	}
	if (is_better(group, look, row)) {
		if (copy)
			end_copy(copy);
		struct side_record former = look->row;
		look->row = *row;
		*row = former;
		/* Nobody else is to write to it meanwhile, also where the ledger still names the row before it. */
		pairs_set_record(pairs, look->pair, look->row.id, true);
	}
	if (row->presence == SIDE_THERE)
		pairs_look(pairs, sync_pair_of_row(group->sync, row), LOOK_ROW);
}

/* The paired row of 'other' shows this look's ID. The look of 'other', which is asked for here, sets that back. */
static void note_shown_by(struct group *group, struct look *look, struct pair *other)
{
	look->id_shown_by = other;
	pairs_look(&group->sync->pairs, other, LOOK_ROW);
}

static void take_found(struct group *group, enum table table, struct side_records *records)
{
	const char *column = group->sync->columns[table].of[FIELD_ID].id;

	for (size_t r = 0; r < records->count; r++) {
		struct side_record *row = &records->list[r];
		struct pair *owner = pairs_by_record(&group->sync->pairs, row->id);
		bool paired = owner && owner->state == ENTRY_PAIR;
		if (row->presence != SIDE_THERE)
			continue;
		for (size_t i = 0; i < group->count; i++) {
			struct look *look = &group->looks[i];
			if (look->pair->table != table ||
			    strcmp(look->pair->id, json_text_or(row->body, column, "")) != 0)
				continue;
			if (!paired)
				offer_row(group, look, row);
			else if (owner != look->pair)
				note_shown_by(group, look, owner);
			break;
		}
	}
}

static bool find_rows(struct group *group, enum table table, struct error *error)
{
	const char **ids = own_alloc((group->count + 1) * sizeof *ids);
	struct side_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].pair->table == table && wants_find(group, &group->looks[i]))
			ids[count++] = group->looks[i].pair->id;
	bool ok = count == 0 ||
		  group->sync->rows.ops->find(group->sync->rows.self, table, ids, count, &records, error);
	if (ok)
		take_found(group, table, &records);
	side_records_done(&records);
	free(ids);
	return ok || error_wrap(error, "looking for rows by their ID");
}

/* What is remembered is about that row: another one with the same ID was never in step. */
static void forget_other_rows(struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->row.presence == SIDE_THERE && strcmp(look->row.id, look->recollected_row) != 0)
			look->recollected = false;
	}
}

static void read_row_cells(struct group *group)
{
	struct sync *sync = group->sync;
	struct mapping_links links = sync_links(sync);

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		pair_drop_fresh(look->pair);
		if (look->needs_no_row || look->row.presence != SIDE_THERE)
			continue;
		mapping_from_row(look->pair->table, &sync->columns[look->pair->table], look->row.body, &links,
				 look->airtable, &look->unknown_choice);
	}
}

bool group_gather(struct group *group, struct error *error)
{
	if (!read_entries(group, error) || !read_documents(group, error))
		return false;
	note_records(group);
	note_documents(group);
	if (!group_read_places(group, error))
		return false;
	read_all_documents(group);
	if (!group_find_went_back(group, error))
		return false;
	note_who_needs_no_row(group);
	if (!read_rows(group, error))
		return false;
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!find_rows(group, (enum table)table, error))
			return false;
	forget_other_rows(group);
	read_row_cells(group);
	for (size_t i = 0; i < group->count; i++)
		look_take_notice(group, &group->looks[i]);
	return group_find_twins(group, error);
}
