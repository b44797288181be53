#include "bridge/state/ledger_entry.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool ledger_entry_only_reports(const struct ledger_entry *entry)
{
	return entry->problem && entry->notice && strcmp(entry->problem, entry->notice) == 0;
}

bool ledger_entry_is_settled(const struct ledger_entry *entry)
{
	return entry->state == ENTRY_PAIR && !intents_are_open(&entry->intents) && !entry->unsure_since_ms &&
	       !entry->waits && !entry->problem;
}

const char *ledger_entry_flaw(const struct ledger_entry *entry)
{
	if (entry->state == ENTRY_PAIR && !entry->record_id[0])
		return "a pair has no row";
	return intents_flaw(&entry->intents);
}

void ledger_entry_assert(const struct ledger_entry *entry)
{
	const char *flaw = ledger_entry_flaw(entry);

	if (flaw)
		fprintf(stderr, "The ledger's entry of %s contradicts itself: %s.\n", entry->id, flaw);
	assert(!flaw);
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
	intents_done(&entry->intents);
	ledger_pictures_done(&entry->pictures);
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
