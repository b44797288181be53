#include "bridge/documents/draft.h"

#include "base/clock.h"
#include "bridge/app/app_twins.h"
#include "bridge/fields/cell_json.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_log.h"
#include "bridge/job/job_outcome.h"
#include "bridge/job/job_problem.h"
#include "bridge/limits.h"
#include "bridge/mapping/mapping_from.h"
#include "bridge/mapping/mapping_to.h"
#include "inventory/history.h"

#include <string.h>

/* ---- edits ---- */

/* What the document is given for what the row shows. */
static const struct cell *given_cell(const struct job *job, enum field field)
{
	bool by_default = field == FIELD_COLLECTION && job->plan->default_collection.kind != CELL_EMPTY;

	return by_default ? &job->plan->default_collection : &job->airtable[field];
}

/* The keys that the edits set or remove. False: a cell is refused. */
static bool take_edits(struct job *job, struct datum *given)
{
	enum table table = job->pair->table;
	bool refused = false;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *key = field_rule((enum field)field)->data_key[table];
		struct json_object *value = NULL;
		struct error error;
		if (!(job->plan->decisions[field].action & ACTION_TO_COUCH))
			continue;
		if (!mapping_to_document(table, (enum field)field, given_cell(job, (enum field)field), &value,
					 &error)) {
			job_problem(job, "%s.", error.text);
			refused = true;
		} else if (value) {
			datum_put(given, key, value);
		} else {
			datum_unset(given, key);
		}
	}
	return !refused;
}

static bool carries_app_link(const struct batch *batch, const struct job *job)
{
	const char *app_link = job->document.presence == RECORD_THERE
				       ? document_app_link(job->document.body, batch->sync->config->id)
				       : NULL;

	return app_link && strcmp(app_link, job->row.id) == 0;
}

/* What the document will have: as it is given, or else as it is stored. */
static bool find_after(const struct job *job, const struct datum *given, enum field field,
		       struct json_object **value_out)
{
	const char *key = field_rule(field)->data_key[job->pair->table];
	bool there = job->document.presence == RECORD_THERE;

	if (job->plan->decisions[field].action & ACTION_TO_COUCH) {
		*value_out = datum_get(given, key);
		return datum_has(given, key);
	}
	return json_find(there ? document_data(job->document.body) : NULL, key, value_out);
}

/* Before the save's own defaults, which would also untick Will Not Restock. */
static void give_first_quantity(const struct job *job, struct datum *given)
{
	struct json_object *type = NULL, *quantity;

	if (job->pair->table == TABLE_ITEMS && find_after(job, given, FIELD_TYPE, &type) &&
	    json_text_of(type) && strcmp(json_text_of(type), "consumable") == 0 &&
	    !find_after(job, given, FIELD_STOCK_QUANTITY, &quantity))
		datum_put(given, "consumable_stock_quantity", json_new_int(1));
}

/* With the app links that the document has. */
static void give_app_link(const struct batch *batch, struct job *job, struct datum *given)
{
	struct json_object *stored = job->document.presence == RECORD_THERE ? job->document.body : NULL;
	struct json_object *links = json_child(document_data(stored), "integrations", json_type_object);
	scoped(json_object) linked = document_new(given->type, job->pair->id);

	if (links)
		json_put(document_data(linked), "integrations", json_copy(links));
	document_set_app_link(given->type, linked, batch->sync->config->id, job->row.id, clock_now_ms());
	links = json_child(document_data(linked), "integrations", json_type_object);
	datum_put(given, "integrations", json_share(links));
	job->document_write.sets_app_link = true;
}

/* The keys of the edits, and the app's link of the pairing. False: a cell is refused. */
bool job_draft_edit(struct batch *batch, struct job *job)
{
	scoped(datum) given = datum_new(table_document_type(job->pair->table), job->pair->id);
	bool is_new = job->document.presence != RECORD_THERE;

	if (!take_edits(job, given))
		return false;
	give_first_quantity(job, given);
	/* What is brought back carries no app link, whatever the ledger says of the one that was deleted. One that names the row stays as it
	 * is: it would be written for its time alone, again and again where the answer is lost. */
	if ((!job->entry.has_app_link || is_new) && job->row.id && !carries_app_link(batch, job)) {
		give_app_link(batch, job, given);
	}
	given->rev = is_new ? NULL : own_copy(job->document.revision);
	job->document_write.given = take(given);
	return true;
}

void job_draft_delete(struct job *job)
{
	job->document_write.given = datum_new(table_document_type(job->pair->table), job->pair->id);
	job->document_write.given->rev = own_copy(job->document.revision);
	job->document_write.given->deleted = true;
}

/* ---- new documents ---- */

static bool is_blank(const struct batch *batch, const struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = field_rule((enum field)field);
		/* An empty Type reads as "Item". */
		if (job_has_column(batch, job, (enum field)field) && rule->direction == DIRECTION_BOTH &&
		    field != FIELD_TYPE && job->airtable[field].kind != CELL_EMPTY)
			return false;
	}
	return true;
}

/* It points to a row that is no document yet. Of two links a person has to take one away, whatever they wait for. */
static bool link_waits(const struct job *job, enum field field)
{
	const struct cell *cell = &job->airtable[field];

	return cell->kind == CELL_LINKS && cell->id_count == 1 && cell->ids[0][0] == CELL_UNKNOWN_LINK;
}

/* A document is made when its collection has one. A container is waited for by one more look, in which new containers come to
 * be documents: one that still is none may wait for this very row, and its link follows later, or a collection is asked for. */
static bool must_wait(struct job *job)
{
	bool first = !(job->pair->waits & WAITS_FOR_DOCUMENT);

	if (!link_waits(job, FIELD_COLLECTION) && !link_waits(job, FIELD_CONTAINER))
		return false;
	job->waits |= WAITS_FOR_DOCUMENT;
	if (link_waits(job, FIELD_COLLECTION))
		return true;
	if (first)
		job_comes_again(job);
	return first;
}

/* What is missing is told after a quiet while: people fill a row in cell by cell (sync-rules 21). */
static bool still_being_filled_in(struct job *job)
{
	int64_t now_ms = clock_now_ms();

	if (job->entry.problem || (job->entry.next_try_ms && job->entry.next_try_ms <= now_ms))
		return false;
	/* Later than that: this machine's clock was set back. */
	if (!job->entry.next_try_ms || job->entry.next_try_ms > now_ms + SYNC_BLANK_QUIET_MS)
		job->entry.next_try_ms = now_ms + SYNC_BLANK_QUIET_MS;
	job_comes_later(job, job->entry.next_try_ms - now_ms);
	return true;
}

static bool is_missing(const struct batch *batch, const struct job *job, enum field field)
{
	const struct cell *cell = given_cell(job, field);
	bool blank =
		cell->kind == CELL_EMPTY || (cell->kind == CELL_TEXT && document_text_is_blank(cell->text));

	return job_has_column(batch, job, field) && blank;
}

/* What the app asks for of a document of its own. */
static bool missing_cells(struct batch *batch, struct job *job)
{
	bool item = job->pair->table == TABLE_ITEMS;
	struct text missing = {0};

	if (is_missing(batch, job, FIELD_NAME))
		text_add(&missing, "Name is empty: fill it in.");
	if (item && is_missing(batch, job, FIELD_COLLECTION))
		text_format(&missing, "%sCollection is empty: choose one.", missing.length ? " " : "");
	if (!item && is_missing(batch, job, FIELD_REFERENCE_NUMBER))
		text_format(&missing, "%sRef. No. is empty: fill it in.", missing.length ? " " : "");
	bool any = missing.length > 0;
	if (any && !still_being_filled_in(job))
		job_problem(job, "%s", text_or_empty(&missing));
	text_done(&missing);
	return any;
}

/* A row with the ID of another is a copy of it (sync-rules 13). */
static bool is_copy(struct job *job)
{
	const struct pair *original = job->pair->copy_of;
	const char *kind = job->pair->table == TABLE_ITEMS ? "item" : "collection";

	if (!original)
		return false;
	if (job->pair->app_made)
		job_problem(job,
			    "The app's own sync made this row of %s %s, which has a row "
			    "already: " APP_TWINS_REMOVE ", or delete this row.",
			    kind, original->id);
	else if (original->document == PAIR_DOCUMENT_TOMBSTONE)
		job_problem(job, "This row has the ID of a deleted %s: clear its ID to make a new %s of it.",
			    kind, kind);
	else
		job_problem(job, "This row has the ID of another row: clear its ID to make a new %s of it.",
			    kind);
	return true;
}

bool job_draft_new(struct batch *batch, struct job *job)
{
	/* As if the container were empty on both sides: so that it counts as an edit of the row when it can be followed. */
	const struct cell none = {0};
	/* A row that was brought back with nothing in it is told what it lacks: its document is gone. */
	bool brought_back = job->plan->existence.action == EXIST_UNDELETE;
	if (is_copy(job) || (is_blank(batch, job) && !brought_back))
		return false;
	if (must_wait(job) || missing_cells(batch, job))
		return false;
	if (job->plan->decisions[FIELD_CONTAINER].action & ACTION_WAIT)
		ledger_entry_agree(&job->entry, FIELD_CONTAINER, &none, &none);
	if (!job_draft_edit(batch, job))
		return false;
	if (job->plan->existence.action == EXIST_UNDELETE &&
	    job->airtable[FIELD_CREATED_AT].kind == CELL_TIME)
		job->document_write.given->created_at = json_new_int(job->airtable[FIELD_CREATED_AT].time_ms);
	return true;
}

/* ---- history ---- */

static struct json_object *history_of(struct batch *batch, const struct job *job, const char *event,
				      int64_t time_ms, struct json_object *original,
				      struct json_object *new_data)
{
	scoped_text created_by = own_format("integration-%s", batch->sync->config->id);
	struct history_entry entry = {
		.data_type = table_document_type(job->pair->table),
		.data_id = job->pair->id,
		.created_by = created_by,
		.batch = time_ms,
		.event_name = event,
		.timestamp_ms = time_ms,
		.original_data = original,
		.new_data = new_data,
	};

	return history_document(&entry, 0);
}

static void add_history(struct job *job, struct json_object *history)
{
	if (!job->document_write.histories)
		job->document_write.histories = json_new_array();
	json_append(job->document_write.histories, history);
}

static struct json_object *deleted_data(void)
{
	struct json_object *data = json_new_object();

	json_put(data, "__deleted", json_new_bool(true));
	return data;
}

/* The cell as the document's data would hold it; what no document can hold is kept in the ledger's form. */
static void put_cell(enum table table, enum field field, const struct cell *cell, struct json_object *data)
{
	const char *key = field_rule(field)->data_key[table];
	struct json_object *value = NULL;
	struct error ignored;

	if (!key || cell->kind == CELL_EMPTY)
		return;
	if (!mapping_to_document(table, field, cell, &value, &ignored))
		json_put(data, key, cell_to_json(cell));
	else if (value)
		json_put(data, key, value);
}

/* As the document has it, which no cell may be able to show. */
static void put_stored(enum table table, enum field field, struct json_object *body, struct json_object *data)
{
	const char *key = field_rule(field)->data_key[table];
	struct json_object *value = NULL;

	if (key && json_find(document_data(body), key, &value))
		json_put(data, key, json_copy(value));
}

/* The time follows from the document that was planned on, so that the same conflict found again after a crash
 * makes the same history document. */
void job_record_losers(struct batch *batch, struct job *job)
{
	struct json_object *losers = json_new_object(), *winners = json_new_object();
	int64_t time_ms = document_updated_at(job->document.body);

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		unsigned action = job->plan->decisions[field].action;
		if (!(action & ACTION_CONFLICT) || !(action & (ACTION_TO_COUCH | ACTION_TO_AIRTABLE)))
			continue;
		bool row_wins = action & ACTION_TO_COUCH;
		if (row_wins && job->document_write.work != DOCUMENT_WORK_WRITE)
			continue; /* refused: nobody has lost yet */
		if (row_wins)
			put_stored(job->pair->table, (enum field)field, job->document.body, losers);
		else
			put_cell(job->pair->table, (enum field)field, &job->airtable[field], losers);
		put_cell(job->pair->table, (enum field)field,
			 row_wins ? given_cell(job, (enum field)field) : &job->couch[field], winners);
		batch->sync->counts.conflicts++;
		const struct cell *couch = &job->couch[field], *row = &job->airtable[field];
		job_log_conflict(batch, job, (enum field)field, row_wins ? couch : row,
				 row_wins ? row : couch);
	}
	if (json_key_count(losers) || json_key_count(winners))
		add_history(job,
			    history_of(batch, job, "sync_conflict", time_ms ? time_ms : 1, losers, winners));
	json_release(losers);
	json_release(winners);
}

/* The row shows something that was never agreed on: an edit that nobody had seen when the document was deleted. No document has it. */
static bool is_in_row_alone(const struct batch *batch, const struct job *job, enum field field)
{
	const struct ledger_field *agreed = &job->entry.fields[field];
	struct cell_equivalence equivalence = job_equivalence(batch, job, field);

	return job_has_column(batch, job, field) && field_rule(field)->direction == DIRECTION_BOTH &&
	       job_shown(job, field)->kind != CELL_EMPTY &&
	       !(agreed->known && cell_equal(&agreed->airtable, job_shown(job, field), &equivalence));
}

/* The note of the deletion has the same cells, but the ledger may be lost. The entry's time is when the tombstone was first seen: however
 * often the deletion is tried, that makes the same entry. */
void job_record_last_edits(struct batch *batch, struct job *job)
{
	scoped(json_object) losers = json_new_object();
	scoped(json_object) nothing = json_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (!is_in_row_alone(batch, job, (enum field)field))
			continue;
		put_cell(job->pair->table, (enum field)field, job_shown(job, (enum field)field), losers);
		job_log_gone_with_row(batch, job, (enum field)field);
	}
	if (json_key_count(losers))
		add_history(job,
			    history_of(batch, job, "sync_conflict", job->entry.seen_ms, losers, nothing));
}

/* Also of columns that do not flow: nothing else may have what they show. */
struct json_object *job_row_history(struct batch *batch, struct job *job)
{
	struct sync *sync = batch->sync;
	struct mapping_links links = sync_links(sync);
	struct columns columns = sync->columns[job->pair->table]; /* borrowed */
	struct cell cells[FIELD_COUNT] = {0};
	bool ignored = false;

	if (!job->entry.retired_cells || job->entry.intents.row.kind != INTENT_DELETE)
		return NULL;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		columns.of[field].stopped = false;
	mapping_from_row(job->pair->table, &columns, job->entry.retired_cells, &links, cells, &ignored);
	scoped(json_object) last = json_new_object();
	scoped(json_object) gone = deleted_data();
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		if (columns.of[field].id)
			put_cell(job->pair->table, (enum field)field, &cells[field], last);
		cell_done(&cells[field]);
	}
	return history_of(batch, job, "sync_row_deleted", job->entry.intents.row.at_ms, last, gone);
}
