#include "bridge/diff/back_in_time.h"

#include "bridge/index/parents.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_problem.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MOST 100 /* containers above each other; more is a circle */

/* ---- finding out ---- */

static bool is_losing_leaf(const struct endpoint_record *document, const char *revision)
{
	for (size_t i = 0; document->leaves && i < json_length(document->leaves); i++) {
		const char *leaf = json_text_of(json_at(document->leaves, i));
		if (leaf && strcmp(leaf, revision) == 0)
			return true;
	}
	return false;
}

/* The revision that was handled, and the one that a write of the row was made of, which may be a later one. */
#define REMEMBERED 2

static const char *remembered(const struct job *job, size_t which)
{
	return which == 0 ? job->entry.document : job->entry.intents.row.document;
}

static bool is_asked(const struct job *job, const char *revision)
{
	const struct endpoint_record *document = &job->document;

	bool has_row = job->entry.state == ENTRY_PAIR || job->entry.intents.row.kind == INTENT_CREATE;

	return has_row && revision[0] && document->revision && document->presence != RECORD_MISSING &&
	       strcmp(document->revision, revision) != 0 && !is_losing_leaf(document, revision);
}

/* Of an entry that has no revision yet only the checkpoint tells. */
static bool is_doubtful(const struct batch *batch, const struct job *job)
{
	return batch->sync->went_back && job->entry.state == ENTRY_PAIR && !job->entry.document[0] &&
	       job->entry.synced && job->document.presence != RECORD_MISSING &&
	       job->entry.synced != job->pair->leaves_hash;
}

/* 'what' the database does not know any more. */
static void note_went_back(struct batch *batch, struct job *job, const char *what)
{
	const char *app_link = job->document.presence == RECORD_THERE
				       ? document_app_link(job->document.body, batch->sync->config->id)
				       : NULL;

	batch_diff_of(batch, job)->went_back = true;
	job->pair->went_back = true;
	/* The app's link may be of later than what is there now. */
	job->entry.has_app_link =
		job->entry.has_app_link && app_link && strcmp(app_link, job->entry.record_id) == 0;
	scoped_text label = job_label(job);
	log_info(&batch->sync->log, "%s went back in time: the database does not know %s any more", label,
		 what);
}

static void report_unknown(struct batch *batch, struct job *job, const char *revision)
{
	scoped_text what = own_format("revision %s", revision);

	if (!job->diff->went_back)
		note_went_back(batch, job, what);
}

static size_t collect_asked(struct batch *batch, struct endpoint_known *asked, struct job **jobs)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (is_doubtful(batch, job))
			note_went_back(batch, job, "the revision that was handled");
		for (size_t which = 0; which < REMEMBERED; which++) {
			const char *revision = remembered(job, which);
			if (!is_asked(job, revision))
				continue;
			jobs[count] = job;
			asked[count++] =
				(struct endpoint_known){.full_id = job->pair->full_id, .revision = revision};
		}
	}
	return count;
}

bool batch_find_went_back(struct batch *batch, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	size_t most = REMEMBERED * batch->count + 1;
	struct endpoint_known *asked = own_alloc(most * sizeof *asked);
	struct job **jobs = own_alloc(most * sizeof *jobs);
	size_t count = collect_asked(batch, asked, jobs);

	bool ok = count == 0 || couch->ops->known_revisions(couch->self, asked, count, error);
	for (size_t i = 0; ok && i < count; i++)
		if (!asked[i].is_known)
			report_unknown(batch, jobs[i], asked[i].revision);
	free(asked);
	free(jobs);
	return ok || error_wrap(error, "asking for revisions that were handled");
}

/* ---- what it stands in ---- */

static bool went_back(const struct pairs *pairs, enum table table, const char *id)
{
	const struct pair *place = id ? pairs_find(pairs, table, id) : NULL;

	return place && place->went_back;
}

bool job_parent_went_back(const struct batch *batch, const struct job *job)
{
	const struct pairs *pairs = &batch->sync->pairs;
	const struct pair *at = job->pair;

	for (int i = 0; at && i < PLACES_MOST; i++) {
		const char *container_id = pair_container_id(at), *collection_id = pair_collection_id(at);
		if (at->went_back || went_back(pairs, TABLE_COLLECTIONS, collection_id))
			return true;
		at = container_id ? pairs_find(pairs, TABLE_ITEMS, container_id) : NULL;
	}
	return false;
}

/* ---- keeping both ---- */

static bool differs(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return job_has_column(batch, job, field) &&
	       !cell_equal(&job->couch[field], &job->airtable[field], &equivalence);
}

static bool hold_apart(struct job *job, struct plan *plan, enum field_direction direction)
{
	bool any = false;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (field_rule((enum field)field)->direction != direction || field == FIELD_ERROR ||
		    !job->diff->fields[field].is_older)
			continue;
		plan->bases[field] = BASE_HELD_APART;
		ledger_entry_hold(&job->entry, (enum field)field, &job->couch[field]);
		any = true;
	}
	return any;
}

void job_hold_apart(struct job *job, struct plan *plan)
{
	if (!job->diff->went_back)
		return;
	/* Its times are those of what it shows: they follow unless something newer is kept. */
	if (hold_apart(job, plan, DIRECTION_BOTH))
		hold_apart(job, plan, DIRECTION_OUT);
	job->settles_back = true;
}

/* It is held, and both sides still show different values. */
static bool is_apart(const struct batch *batch, const struct job *job, enum field field)
{
	return job->entry.fields[field].held && field_rule(field)->direction == DIRECTION_BOTH &&
	       differs(batch, job, field);
}

bool job_stays_apart(const struct batch *batch, struct job *job, enum field field)
{
	if (job->plan->decisions[field].action != ACTION_NONE || !is_apart(batch, job, field))
		return false;
	ledger_entry_hold(&job->entry, field, &job->couch[field]);
	return true;
}

/* The row kept its times for the sake of a field that was held apart. When none is any more, it gets the document's times. */
void job_release_times(const struct batch *batch, struct job *job, struct plan *plan)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (is_apart(batch, job, (enum field)field))
			return;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->entry.fields[field].held &&
		    field_rule((enum field)field)->direction == DIRECTION_OUT) {
			ledger_entry_forget_field(&job->entry, (enum field)field);
			plan->bases[field] = BASE_FORGOTTEN;
		}
}

void job_report_apart(struct job *job, enum field field)
{
	char couch[64], shown[64];

	cell_show(&job->couch[field], couch, sizeof couch);
	cell_show(&job->airtable[field], shown, sizeof shown);
	job_problem(
		job,
		"%s: the row has %s, and the document %s, since the database went back to an earlier state. "
		"Both stay until one of them is edited.",
		field_rule(field)->name, shown, couch);
}

bool job_is_apart(const struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (job->entry.fields[field].known && job->entry.fields[field].held)
			return true;
	return job->diff->went_back && !job->settles_back;
}
