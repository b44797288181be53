#include "bridge/job/notes.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/park.h"
#include "bridge/state/ledger_io.h"

#include <stdio.h>
#include <stdlib.h>

bool group_write_notes(struct group *group, struct look *const *looks, size_t count, struct error *error)
{
	struct ledger_entry **entries = own_alloc((count + 1) * sizeof *entries);
	struct store_result *results = own_alloc((count + 1) * sizeof *results);

	for (size_t i = 0; i < count; i++) {
		look_note_linked_rows(group, looks[i]);
		entries[i] = &looks[i]->entry;
	}
	bool ok = ledger_write(&group->sync->ledger, entries, count, results, error);
	for (size_t i = 0; ok && i < count; i++)
		if (results[i].kind != ERROR_NONE)
			look_refuse_note(group, looks[i], &results[i]);
	free(entries);
	free(results);
	return ok;
}

void look_note_linked_rows(struct group *group, struct look *look)
{
	for (size_t f = 0; f < countof(look_link_fields); f++) {
		const struct pair *target = look_agreed_target(group, look, look_link_fields[f]);
		char *row = ledger_entry_linked_row(&look->entry, look_link_fields[f]);
		if (target && target->state == ENTRY_PAIR && !row[0])
			snprintf(row, sizeof look->entry.container_row, "%s", target->record_id);
	}
}
