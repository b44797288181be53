#include "bridge/documents/rounds.h"

#include "bridge/documents/documents.h"
#include "bridge/documents/draft.h"
#include "bridge/documents/saving.h"
#include "bridge/job/notes.h"
#include "bridge/job/park.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the note ---- */

/* A collection that was made from a row is in scope by itself (sync-rules 14). That is noted before its document is there, or a crash in
 * between would leave a document that nobody asked to sync. */
static void note_birth(struct group *group, struct look *look)
{
	if (look->pair->table != TABLE_COLLECTIONS || look->existence.action != EXIST_CREATE_DOCUMENT)
		return;
	look->entry.born_as_row = true;
	look->pair->born_as_row = true;
	pairs_doubt_scope(&group->sync->pairs, look->pair);
}

/* Before documents are written, what they take from which row is noted. A row that shows something else afterwards was edited
 * meanwhile. */
static bool note_taken(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (!look_is_in_round(look) || look->finished || look->needs_no_row || look->words_only ||
		    look->document_work == DOCUMENT_WORK_NONE)
			continue;
		for (size_t field = 0; field < FIELD_COUNT; field++)
			if (look->decisions[field].action & ACTION_TO_COUCH)
				ledger_entry_take(&look->entry, (enum field)field, &look->airtable[field]);
		own_free_text(&look->entry.taken_on);
		look->entry.taken_on = own_copy(look->document.revision);
		look->pair->save_lost = false;
		if (look->entry.state == ENTRY_NONE && look->row.presence == SIDE_THERE)
			snprintf(look->entry.record_id, sizeof look->entry.record_id, "%s", look->row.id);
		note_birth(group, look);
		looks[count++] = look;
	}
	bool ok = group_write_notes(group, looks, count, error);
	free(looks);
	return ok;
}

/* ---- one round ---- */

static bool write_round(struct group *group, struct error *error)
{
	if (!group_save(group, error))
		return false;
	for (size_t i = 0; i < group->count; i++)
		if (group->looks[i].merges && look_is_in_round(&group->looks[i]))
			look_record_losers(group, &group->looks[i]);
	if (!note_taken(group, error) || !group_write_documents(group, error))
		return false;
	for (size_t i = 0; i < group->count; i++)
		group->looks[i].carried = !group->looks[i].awaits;
	return true;
}

/* One whose save this one depends on, and whose save was missed: nobody knows yet whether it was written. */
static const struct look *find_missed(const struct group *group, const struct look *look)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct look *other = &group->looks[i];
		if (other->missed && !other->parked && json_find(look->awaits, other->pair->full_id, NULL))
			return other;
	}
	return NULL;
}

/* What waits for a missed save, and in turn what waits for that. */
static void put_off_what_waits(struct group *group)
{
	bool any;

	do {
		any = false;
		for (size_t i = 0; i < group->count; i++) {
			struct look *look = &group->looks[i];
			const struct look *missed = look->awaits ? find_missed(group, look) : NULL;
			if (!missed)
				continue;
			look_put_off(look, missed);
			json_object_close(&look->awaits);
			look->carried = any = true;
		}
	} while (any);
}

static bool is_any_left(const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (!group->looks[i].carried)
			return true;
	return false;
}

bool group_write_in_rounds(struct group *group, struct error *error)
{
	do {
		if (!write_round(group, error))
			return false;
		put_off_what_waits(group);
	} while (is_any_left(group));
	return true;
}
