#include "bridge/state/ledger_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACED_MOST 64 /* values of one row; past that the oldest is forgotten */

char *ledger_entry_linked_row(struct ledger_entry *entry, enum field field)
{
	if (field == FIELD_COLLECTION)
		return entry->collection_row;
	return field == FIELD_CONTAINER ? entry->container_row : NULL;
}

static void forget_linked_row(struct ledger_entry *entry, enum field field)
{
	char *row = ledger_entry_linked_row(entry, field);

	if (row)
		row[0] = '\0';
}

void ledger_entry_forget_field(struct ledger_entry *entry, enum field field)
{
	struct ledger_field *agreed = &entry->fields[field];

	cell_done(&agreed->couch);
	cell_done(&agreed->airtable);
	*agreed = (struct ledger_field){0};
	forget_linked_row(entry, field);
}

void ledger_entry_agree(struct ledger_entry *entry, enum field field, const struct cell *couch,
			const struct cell *airtable)
{
	struct ledger_field *agreed = &entry->fields[field];
	struct cell couch_copy = cell_copy(couch), airtable_copy = cell_copy(airtable);

	cell_move(&agreed->couch, &couch_copy);
	cell_move(&agreed->airtable, &airtable_copy);
	agreed->known = true;
	forget_linked_row(entry, field);
	agreed->shown_differently = false;
	agreed->base_uncertain = false;
	agreed->held = false;
}

void ledger_entry_hold(struct ledger_entry *entry, enum field field, const struct cell *couch)
{
	struct cell copy = cell_copy(couch);

	cell_move(&entry->fields[field].couch, &copy);
	entry->fields[field].held = true;
}

static void drop_first_replaced(struct ledger_entry *entry)
{
	cell_done(&entry->replaced[0].cell);
	entry->replaced_count--;
	memmove(entry->replaced, entry->replaced + 1, entry->replaced_count * sizeof *entry->replaced);
}

void ledger_entry_clear_sent(struct ledger_entry *entry)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&entry->sent.fields[field].pre);
		cell_done(&entry->sent.fields[field].post);
	}
	entry->sent = (struct ledger_sent){0};
}

void ledger_entry_replace(struct ledger_entry *entry, enum field field, const struct cell *cell,
			  int64_t at_ms)
{
	if (entry->replaced_count == REPLACED_MOST)
		drop_first_replaced(entry);
	entry->replaced = own_resize(entry->replaced, entry->replaced_count + 1, sizeof *entry->replaced);
	entry->replaced[entry->replaced_count++] =
		(struct ledger_replaced){.field = field, .at_ms = at_ms, .cell = cell_copy(cell)};
}

void ledger_entry_drop_replaced(struct ledger_entry *entry, int64_t until_ms)
{
	while (entry->replaced_count && entry->replaced[0].at_ms <= until_ms)
		drop_first_replaced(entry);
	if (entry->replaced_count)
		return;
	free(entry->replaced);
	entry->replaced = NULL;
}

void ledger_entry_take(struct ledger_entry *entry, enum field field, const struct cell *airtable)
{
	struct cell copy = cell_copy(airtable);

	cell_move(&entry->taken[field].cell, &copy);
	entry->taken[field].taken = true;
}

bool ledger_entry_has_taken(const struct ledger_entry *entry)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (entry->taken[field].taken)
			return true;
	return entry->saving != NULL;
}

void ledger_entry_clear_taken(struct ledger_entry *entry)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&entry->taken[field].cell);
		entry->taken[field].taken = false;
	}
	own_free_text(&entry->taken_on);
	json_object_close(&entry->saving);
}

bool ledger_entry_only_reports(const struct ledger_entry *entry)
{
	return entry->problem && entry->notice && strcmp(entry->problem, entry->notice) == 0;
}

bool ledger_entry_is_settled(const struct ledger_entry *entry)
{
	return entry->state == ENTRY_PAIR && entry->sent.kind == SENT_NOTHING && !entry->unsure_since_ms &&
	       !entry->waits && !entry->problem && !ledger_entry_has_taken(entry);
}

void ledger_entry_revive(struct ledger_entry *entry)
{
	own_free_text(&entry->retired_reason);
	json_object_close(&entry->retired_cells);
	entry->retired_ms = 0;
}

void ledger_entry_pair(struct ledger_entry *entry, const char *record_id)
{
	ledger_entry_revive(entry);
	entry->state = ENTRY_PAIR;
	entry->has_app_link = false;
	own_free_text(&entry->app_link_refused); /* that was the app link of another row */
	snprintf(entry->record_id, sizeof entry->record_id, "%s", record_id);
}

/* All that was agreed on, is under way, or is told: what is left says whose entry it is. */
void ledger_entry_forget_all(struct ledger_entry *entry)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		ledger_entry_forget_field(entry, (enum field)field);
	ledger_entry_clear_sent(entry);
	ledger_entry_drop_replaced(entry, INT64_MAX);
	ledger_entry_clear_taken(entry);
	ledger_entry_revive(entry);
	own_free_text(&entry->problem);
	own_free_text(&entry->notice);
	entry->notice_leaves_hash = 0;
	entry->notice_ms = 0;
	own_free_text(&entry->shows);
	own_free_text(&entry->twin_of);
	json_object_close(&entry->blocked_by);
	json_object_close(&entry->grounds);
}

void ledger_entry_done(struct ledger_entry *entry)
{
	ledger_entry_forget_all(entry);
	own_free_text(&entry->id);
	json_object_close(&entry->revisions);
	own_free_text(&entry->app_link_refused);
	json_object_close(&entry->cascade);
	json_object_close(&entry->orphaned_histories);
	json_object_close(&entry->histories);
	json_object_close(&entry->stored);
	*entry = (struct ledger_entry){0};
}
