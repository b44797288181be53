#include "bridge/job/read_document.h"

#include "bridge/mapping/mapping_from.h"
#include "bridge/memory/app_twins_index.h"

#include <string.h>

/* Nothing of it can be shown, or nothing of it may be written: what its flaw is, and what helps. */
static void report_flaw(const struct pair *pair, const struct endpoint_record *document, struct error *flaw)
{
	if (strstr(document->flaw, JSON_DEPTH_WORDS))
		error_set(flaw, ERROR_REFUSED,
			  "document %s is " JSON_DEPTH_WORDS " to be read (lists and objects within each "
			  "other, more than about %d levels): make it flatter, then it is synced again",
			  pair->full_id, JSON_DEPTH_LIMIT - 5);
	else if (document->body)
		error_set(flaw, ERROR_REFUSED, "document %s cannot be written back exactly: %s",
			  pair->full_id, document->flaw);
	else
		error_set(flaw, ERROR_REFUSED, "document %s cannot be read: %s", pair->full_id,
			  document->flaw);
}

void job_read_document(struct batch *batch, struct job *job, struct cell cells[FIELD_COUNT])
{
	struct pair *pair = job->pair;

	job->flaw = (struct error){.kind = ERROR_NONE};
	if (job->document.presence != RECORD_THERE)
		return;
	if (conflict_unmerged(pair)) {
		error_set(&job->flaw, ERROR_REFUSED, "%s", conflict_unmerged(pair));
		job->problem_passes = true;
		return;
	}
	if (job->document.flaw) {
		report_flaw(pair, &job->document, &job->flaw);
		return;
	}
	if (!mapping_check_id(pair->table, pair->id, &job->flaw) ||
	    !document_check(table_document_type(pair->table), job->document.body, &job->flaw))
		return;
	mapping_from_document(pair->table, pair->id, job->document.body, cells);
	app_twins_follow(&batch->sync->pairs, FIELD_COLLECTION, &cells[FIELD_COLLECTION]);
	app_twins_follow(&batch->sync->pairs, FIELD_CONTAINER, &cells[FIELD_CONTAINER]);
}
