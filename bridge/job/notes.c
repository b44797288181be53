#include "bridge/job/notes.h"

#include "bridge/job/job_cells.h"
#include "bridge/job/park.h"
#include "bridge/state/ledger_io.h"

#include <stdio.h>
#include <stdlib.h>

bool batch_write_notes(struct batch *batch, struct job *const *jobs, size_t count, struct error *error)
{
	struct ledger_entry **entries = own_alloc((count + 1) * sizeof *entries);
	struct store_result *results = own_alloc((count + 1) * sizeof *results);

	for (size_t i = 0; i < count; i++) {
		job_note_linked_rows(batch, jobs[i]);
		entries[i] = &jobs[i]->entry;
	}
	bool ok = ledger_write(&batch->sync->ledger, entries, count, results, error);
	for (size_t i = 0; ok && i < count; i++)
		if (results[i].kind != ERROR_NONE)
			job_refuse_note(batch, jobs[i], &results[i]);
	free(entries);
	free(results);
	return ok;
}

void job_note_linked_rows(struct batch *batch, struct job *job)
{
	for (size_t f = 0; f < countof(job_link_fields); f++) {
		const struct pair *target = job_agreed_target(batch, job, job_link_fields[f]);
		char *row = ledger_entry_linked_row(&job->entry, job_link_fields[f]);
		if (target && target->state == ENTRY_PAIR && !row[0])
			snprintf(row, sizeof job->entry.container_row, "%s", target->record_id);
	}
}
