#include "bridge/job/job_log.h"

#include "base/clock.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_images.h"
#include "inventory/document.h"

#include <string.h>

#define LINKS_SHOWN 3

static const char to_airtable[] = "to Airtable", to_couch[] = "to CouchDB";

/* ---- names and values ---- */

static const char *name_of(const struct job *job)
{
	const struct cell *names[] = {&job->couch[FIELD_NAME], &job->airtable[FIELD_NAME],
				      &job->entry.fields[FIELD_NAME].couch};

	for (size_t i = 0; i < countof(names); i++)
		if (names[i]->kind == CELL_TEXT)
			return names[i]->text;
	return job->pair->name;
}

char *job_label(const struct job *job)
{
	const char *name = name_of(job);
	struct pair named = {.full_id = job->pair->full_id};

	pair_set_name(&named, name);
	char *label = pair_label(&named);
	own_free_text(&named.name);
	return label;
}

/* Masked before it is shortened: half a secret would not be known as one. */
static char *text_words(const struct cell *cell)
{
	scoped_text masked = own_copy(cell->text);
	char shown[256];

	log_mask(masked);
	struct cell safe = {.kind = cell->kind, .text = masked};
	cell_show(&safe, shown, sizeof shown);
	return own_copy(shown);
}

static void add_link(struct text *words, const struct batch *batch, enum table table, const char *id)
{
	const struct pair *target = pairs_find(&batch->sync->pairs, table, id);

	if (*id == CELL_UNKNOWN_LINK)
		text_format(words, "row %s", id + 1);
	else if (target && target->name)
		text_format(words, "%s (%s)", id, target->name);
	else
		text_add(words, id);
}

static char *link_words(const struct batch *batch, enum table table, const struct cell *cell)
{
	struct text words = {0};

	for (size_t i = 0; i < cell->id_count && i < LINKS_SHOWN; i++) {
		text_add(&words, i > 0 ? ", " : "");
		add_link(&words, batch, table, cell->ids[i]);
	}
	if (cell->id_count > LINKS_SHOWN)
		text_add(&words, ", …");
	return text_take(&words);
}

/* A value of this field in words: shortened, masked, links with the names of what they lead to. The caller frees. */
static char *cell_words(const struct batch *batch, enum field field, const struct cell *cell)
{
	char shown[256];

	if (cell->kind == CELL_LINKS)
		return link_words(batch, field_linked_table(field), cell);
	if (cell->kind == CELL_TEXT || cell->kind == CELL_CHOICE || cell->kind == CELL_WRONG)
		return text_words(cell);
	cell_show(cell, shown, sizeof shown);
	return own_copy(shown);
}

/* ---- writes ---- */

static void log_write(struct batch *batch, const struct job *job, const char *direction, const char *words)
{
	scoped_text label = job_label(job);

	log_info(&batch->sync->log, "%s: %s: %s", label, direction, words);
}

static void add_change(struct text *words, const struct batch *batch, enum field field,
		       const struct cell *before, const struct cell *now)
{
	scoped_text before_words = cell_words(batch, field, before);
	scoped_text now_words = cell_words(batch, field, now);

	text_format(words, "%s%s: %s → %s", words->length ? "; " : "", field_rule(field)->name, before_words,
		    now_words);
}

static bool is_same(const struct cell *before, const struct cell *now)
{
	const struct cell_equivalence exact = {0};

	return cell_equal(before, now, &exact);
}

/* At a first contact whole bases are filled: that is counted, and a line tells how far it is (progress.h). */
static bool is_counted(struct batch *batch, const struct job *job)
{
	enum existence_action action = job->plan->existence.action;
	bool is = batch->sync->first_contact &&
		  (action == EXIST_CREATE_ROW || action == EXIST_CREATE_DOCUMENT || action == EXIST_ADOPT);

	batch->sync->untold = batch->sync->untold || is;
	return is;
}

static void log_document_edit(struct batch *batch, const struct job *job)
{
	const struct cell *before = job->diff->couch;
	struct text words = {0};

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if ((job->plan->decisions[field].action & ACTION_TO_COUCH) &&
		    !is_same(&before[field], &job->couch[field]))
			add_change(&words, batch, (enum field)field, &before[field], &job->couch[field]);
	if (words.length)
		log_write(batch, job, to_couch, text_or_empty(&words));
	text_done(&words);
}

static void log_document_made(struct batch *batch, const struct job *job)
{
	const char *row = job->row.id ? job->row.id : "";
	scoped_text words = job->plan->existence.action == EXIST_UNDELETE
				    ? own_format("the document is brought back of row %s: %s", row,
						 job->plan->existence.reason)
				    : own_format("the document is made of row %s", row);

	log_write(batch, job, to_couch, words);
}

void job_log_document_written(struct batch *batch, const struct job *job)
{
	enum existence_action action = job->plan->existence.action;

	if (is_counted(batch, job) || !job->document_write.given)
		return;
	if (job->document_write.work == DOCUMENT_WORK_DELETE) {
		scoped_text words = own_format("the document is deleted: %s", job->plan->existence.reason);
		log_write(batch, job, to_couch, words);
	} else if (action == EXIST_CREATE_DOCUMENT || action == EXIST_UNDELETE) {
		log_document_made(batch, job);
	} else {
		log_document_edit(batch, job);
	}
}

/* What follows from every edit, what is ours alone, and what a new record gets is no edit. */
static bool is_told(const struct batch *batch, const struct job *job, enum field field,
		    const struct cell *before)
{
	bool fills = before->kind == CELL_EMPTY &&
		     (field_rule(field)->direction == DIRECTION_OUT || batch->sync->first_contact);

	return job->row_write.writes[field] && field != FIELD_UPDATED_AT && field != FIELD_ERROR && !fills &&
	       !is_same(before, &job->row_write.outgoing[field]);
}

/* What of the pictures the cell is to show that it did not, and no more. */
static void add_images(struct text *words, const struct job *job)
{
	const struct job_images *images = job->images;
	size_t sent = 0, gone = 0;

	for (size_t i = 0; images && images->writes_cell && i < images->plan.count; i++) {
		const struct picture_decision *one = &images->plan.list[i];
		sent += one->action == PICTURE_SEND && !images->by_upload;
		gone += i >= images->plan.kept && one->attachment_id != NULL;
	}
	if (images && images->writes_cell)
		text_format(words, "%sImages: %zu to be fetched, %zu taken out", words->length ? "; " : "",
			    sent, gone);
}

static void log_row_edit(struct batch *batch, struct job *job)
{
	struct text words = {0};

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct cell *before = job_shown(job, (enum field)field);
		if (is_told(batch, job, (enum field)field, before))
			add_change(&words, batch, (enum field)field, before, &job->row_write.outgoing[field]);
	}
	add_images(&words, job);
	if (words.length)
		log_write(batch, job, to_airtable, text_or_empty(&words));
	text_done(&words);
}

void job_log_row_written(struct batch *batch, struct job *job)
{
	bool made = job->row_write.work == ROW_WORK_CREATE;

	if (is_counted(batch, job) || job->row_write.work == ROW_WORK_NONE)
		return;
	if (job->row_write.work == ROW_WORK_UPDATE) {
		log_row_edit(batch, job);
		return;
	}
	const char *row = made ? job->row_write.request->answer.id : job->row.id;
	scoped_text words = own_format("row %s is %s: %s", row ? row : "", made ? "made" : "deleted",
				       job->plan->existence.reason);
	log_write(batch, job, to_airtable, words);
}

void job_log_unpaired(struct batch *batch, const struct job *job)
{
	enum existence_action action = job->plan->existence.action;
	scoped_text label = job_label(job);

	if (action == EXIST_FORGET || action == EXIST_LET_GO || action == EXIST_RETIRE)
		log_info(&batch->sync->log, "%s: not kept in step any more: %s", label,
			 job->plan->existence.reason);
}

void job_log_cascaded(struct batch *batch, struct json_object *document)
{
	struct pair named = {.full_id = own_copy(json_text_or(document, "_id", ""))};

	pair_set_name(&named, json_text_or(document_data(document), "name", NULL));
	scoped_text label = pair_label(&named);
	log_info(&batch->sync->log, "%s: %s: saved anew, since what it stands in was moved or is gone", label,
		 to_couch);
	own_free_text(&named.full_id);
	own_free_text(&named.name);
}

/* ---- what may come again ---- */

static void say(struct batch *batch, const struct job *job, enum log_level level, const char *sentence)
{
	struct sync *sync = batch->sync;
	scoped_text label = job_label(job);
	struct text line = {0};
	unsigned untold;

	if (!repeats_due(&sync->repeats, job->pair->full_id, sentence, clock_steady_ms(), &untold))
		return;
	text_format(&line, "%s: %s", label, sentence);
	repeats_add_count(&line, untold);
	if (level == LOG_WARN)
		log_warn(&sync->log, "%s", text_or_empty(&line));
	else
		log_info(&sync->log, "%s", text_or_empty(&line));
	text_done(&line);
}

void job_log_conflict(struct batch *batch, const struct job *job, enum field field, const struct cell *lost,
		      const struct cell *won)
{
	const struct decision *decision = &job->plan->decisions[field];
	scoped_text lost_words = cell_words(batch, field, lost);
	scoped_text won_words = cell_words(batch, field, won);
	scoped_text sentence = own_format("conflict in %s: %s: %s gave way to %s (%s)",
					  field_rule(field)->name, decision->reason, lost_words, won_words,
					  decision->action & ACTION_TO_COUCH ? to_couch : to_airtable);

	say(batch, job, LOG_INFO, sentence);
}

void job_log_gone_with_row(struct batch *batch, const struct job *job, enum field field)
{
	scoped_text lost = cell_words(batch, field, job_shown(job, field));
	scoped_text sentence = own_format("conflict in %s: %s: %s goes with the row, and is in the history",
					  field_rule(field)->name, job->plan->existence.reason, lost);

	say(batch, job, LOG_INFO, sentence);
}

void job_log_doubt(struct batch *batch, const struct job *job, const char *what, const struct error *why)
{
	scoped_text sentence = own_format("it is not known yet whether %s was written: %s", what, why->text);

	say(batch, job, LOG_INFO, sentence);
}

void job_log_unfilled(struct batch *batch, const struct job *job, const struct error *why)
{
	scoped_text sentence = own_format("its former row's other cells are not put back: %s", why->text);

	say(batch, job, LOG_INFO, sentence);
}

void job_log_problem(struct batch *batch, const struct job *job, const char *words)
{
	batch->sync->counts.problems++;
	say(batch, job, LOG_WARN, words);
}

void job_log_recovered(struct batch *batch, const struct job *job)
{
	say(batch, job, LOG_INFO, "recovered");
}
