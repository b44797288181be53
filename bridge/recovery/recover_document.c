#include "bridge/recovery/recover_document.h"

#include "bridge/documents/cascade.h"
#include "bridge/documents/orphaned_history.h"
#include "bridge/job/job_cells.h"
#include "bridge/recovery/landed.h"

#include <stdlib.h>
#include <string.h>

/* The number before the "-" of a revision counts the edits of a document. */
static unsigned long generation(const char *revision)
{
	return revision ? strtoul(revision, NULL, 10) : 0;
}

/* Whether a write of ours may be among what happened to the document since it was read, hidden under a later one, or behind another
 * leaf. */
static bool may_be_overwritten(const struct job *job)
{
	const char *made_of = job->entry.intents.document.document;
	bool later = generation(job->document.revision) > generation(made_of) + 1;

	return !job->pair->save_lost && (later || job->document_write.branched);
}

/* Or in a leaf that was merged into another, and ended; or that is not merged yet, and is not the one that is shown. */
static bool may_be_merged(const struct job *job)
{
	return !job->pair->save_lost && (job->pair->ended != 0 || conflict_unmerged(job->pair) ||
					 json_length(job->document.leaves) > 0);
}

static bool shows_taken(const struct batch *batch, const struct job *job, enum field field)
{
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return cell_equal(&job->couch[field], &job->entry.intents.document.fields[field].after, &equivalence);
}

static bool is_taken(const struct batch *batch, const struct job *job, enum field field)
{
	return job->entry.intents.document.fields[field].written && job_has_column(batch, job, field) &&
	       job->document.presence == RECORD_THERE;
}

/* The document is new, and shows something of what was taken: then it showed all of it once. */
static bool was_made_of_row(const struct batch *batch, const struct job *job)
{
	for (size_t field = 0; job->entry.state != ENTRY_PAIR && field < FIELD_COUNT; field++)
		if (is_taken(batch, job, (enum field)field) && shows_taken(batch, job, (enum field)field) &&
		    job->couch[field].kind != CELL_EMPTY && field != FIELD_TYPE)
			return true;
	return false;
}

/* Whether 'data' has all that the history document says that it got; the time alone could be a phone's. */
static bool has_news(struct json_object *data, struct json_object *history)
{
	struct json_object *news = json_child(history, "new_data", json_type_object);
	struct json_object *former = json_child(history, "original_data", json_type_object);

	if (!news || !former)
		return false;
	json_each (news, key, value) {
		struct json_object *present = NULL;
		if (!json_find(data, key, &present) || !json_equal(present, value))
			return false;
	}
	json_each (former, gone_key, gone) {
		(void)gone;
		if (strcmp(gone_key, "__deleted") != 0 && !json_find(news, gone_key, NULL) &&
		    json_find(data, gone_key, NULL))
			return false;
	}
	return true;
}

/* The document is as the save that was noted has left it, its app link aside. */
static bool shows_save(const struct job *job)
{
	const struct intent *save = &job->entry.intents.document;

	return save->at_ms && job->document.presence == RECORD_THERE &&
	       document_updated_at(job->document.body) == save->at_ms &&
	       has_news(document_data(job->document.body), save->history);
}

/* The save as a whole. Under two later revisions, or a merge, it cannot be told whether it came to be. */
static enum landed save_landed(const struct job *job)
{
	bool deleted = job->entry.intents.document.kind == INTENT_DELETE;

	if ((deleted && job->document.presence != RECORD_THERE) || shows_save(job))
		return LANDED;
	return may_be_overwritten(job) || may_be_merged(job) ? OVERTAKEN : NOT_LANDED;
}

/* 'surely': the document was once as the save was to leave it. */
static enum landed field_landed(const struct batch *batch, const struct job *job, enum field field,
				bool surely)
{
	if (shows_taken(batch, job, field))
		return LANDED;
	return surely || may_be_overwritten(job) ? OVERTAKEN : NOT_LANDED;
}

static void recover_field(const struct batch *batch, struct job *job, enum field field, bool surely)
{
	const struct cell *taken = &job->entry.intents.document.fields[field].after;

	switch (field_landed(batch, job, field, surely)) {
	case LANDED:
		ledger_entry_agree(&job->entry, field, &job->couch[field], taken);
		break;
	case OVERTAKEN:
		if (surely) /* by an edit, or by what the save has made of the cell */
			ledger_entry_agree(&job->entry, field, taken, taken);
		else
			job->entry.fields[field].base_uncertain = true;
		break;
	case NOT_LANDED:
		break;
	}
}

void job_recover_document(struct batch *batch, struct job *job)
{
	bool surely = was_made_of_row(batch, job) || shows_save(job);

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (is_taken(batch, job, (enum field)field) && !job_shows_two(job, (enum field)field))
			recover_field(batch, job, (enum field)field, surely);
	job->document_write.orphaned =
		intent_is_open(&job->entry.intents.document) && save_landed(job) == NOT_LANDED;
	if (job->document_write.orphaned)
		return;
	job_keep_noted(job);
	job_cascade_again(job);
}
