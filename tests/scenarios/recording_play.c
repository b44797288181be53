#include "tests/scenarios/recording_play.h"

#include "inventory/document.h"

#include <string.h>

#define BEGINNING_MS INT64_C(1700000000000) /* of a play that does not say when it is */

enum {
	BEFORE_FIRST_MS = 60000, /* the stage is set this long before the first phase */
	BEFORE_NEXT_MS = 500,    /* what the bridge does by itself ends this long before the next phase */
	PASSES_BETWEEN = 20,
	QUIET_ROUNDS = 3, /* lists in a row that change nothing, */
	QUIET_MS = 61000, /* at least this far apart */
	ROUNDS = 40,
};

static const char *const table_names[] = {"Collections", "Items"};

/* ---- the start ---- */

/* Without what a database or a base makes by itself. */
static struct json_object *start_documents(const struct recording *recording)
{
	struct json_object *documents = json_copy(recording_list(recording, "initial_docs"));

	for (size_t i = 0; i < json_length(documents); i++)
		json_remove(json_at(documents, i), "_rev");
	return documents;
}

static struct json_object *start_record(const struct recording *recording, const char *table,
					struct json_object *record)
{
	struct json_object *start = json_new_object(), *cells = json_new_object();

	json_put_text(start, "id", json_text_or(record, "id", NULL));
	json_put_text(start, "createdTime", json_text_or(record, "createdTime", NULL));
	json_each (members(json_child(record, "fields", json_type_object)), name, value) {
		struct json_object *column = recording_column(recording, table, name);
		if (column && !recording_column_is_computed(column))
			json_put(cells, name, json_share(value));
	}
	json_put(start, "fields", cells);
	return start;
}

static bool has_table(struct json_object *tables, const char *id)
{
	for (size_t i = 0; i < json_length(tables); i++)
		if (strcmp(json_text_or(json_at(tables, i), "id", ""), id) == 0)
			return true;
	return false;
}

static bool has_field(struct json_object *tables, const char *id)
{
	for (size_t i = 0; i < json_length(tables); i++) {
		struct json_object *fields = json_child(json_at(tables, i), "fields", json_type_array);
		for (size_t j = 0; fields && j < json_length(fields); j++)
			if (strcmp(json_text_or(json_at(fields, j), "id", ""), id) == 0)
				return true;
	}
	return false;
}

/* Some recordings have what no base can have: a link to a table that is not there, or back from a column that is not. */
static void make_links_possible(struct json_object *tables, struct json_object *table)
{
	struct json_object *fields = json_child(table, "fields", json_type_array);

	for (size_t i = fields ? json_length(fields) : 0; i > 0; i--) {
		struct json_object *options = json_child(json_at(fields, i - 1), "options", json_type_object);
		const char *linked = json_text_or(options, "linkedTableId", NULL);
		const char *inverse = json_text_or(options, "inverseLinkFieldId", NULL);
		if (linked && !has_table(tables, linked))
			json_remove_at(fields, i - 1, 1);
		else if (inverse && !has_field(tables, inverse))
			json_remove(options, "inverseLinkFieldId");
	}
}

static struct json_object *start_bases(const struct recording *recording)
{
	struct json_object *tables = json_copy(recording_tables(recording));
	struct json_object *initial = json_child(recording->json, "initial_records", json_type_object);
	struct json_object *base = json_new_object(), *bases = json_new_array();
	struct json_object *state = json_new_object();

	for (size_t i = 0; tables && i < json_length(tables); i++) {
		struct json_object *table = json_at(tables, i);
		const char *name = json_text_or(table, "name", "");
		struct json_object *theirs = json_child(initial, name, json_type_array);
		struct json_object *records = json_new_array();
		for (size_t j = 0; theirs && j < json_length(theirs); j++)
			json_append(records, start_record(recording, name, json_at(theirs, j)));
		json_put(table, "records", records);
		make_links_possible(tables, table);
	}
	json_put_text(base, "id", recording->base_id[0] ? recording->base_id : "appNone0000000001");
	json_put(base, "tables", tables);
	json_append(bases, base);
	json_put(state, "bases", bases);
	return state;
}

static bool set_precision(struct play *play, struct error *error)
{
	struct json_object *fake = json_child(play->recording->json, "airtable_fake", json_type_object);
	struct json_object *options = json_new_object();
	bool seconds = strcmp(json_text_or(fake, "modified_at_precision", ""), "second") == 0;

	/* The service that the app was recorded with kept texts as they were given. */
	json_put_text(options, "times", seconds ? "cut" : "exact");
	json_put(options, "keep_text", json_new_bool(true));
	return stage_control(play->stage, "POST", "options", options, NULL, error);
}

static int64_t phase_time_ms(struct json_object *phase)
{
	static const char *const lists[] = {"ops", "edits"};
	int64_t time_ms = json_int_or(phase, "started_at", 0);

	for (size_t i = 0; time_ms == 0 && i < countof(lists); i++) {
		struct json_object *list = json_child(phase, lists[i], json_type_array);
		if (list && json_length(list))
			time_ms = json_int_or(json_at(list, 0), "at", 0);
	}
	return time_ms;
}

/* ---- whose row is whose ---- */

static struct json_object *row_of_record(struct json_object *rows, const char *record_id)
{
	for (size_t i = 0; i < json_length(rows); i++) {
		struct json_object *row = json_at(rows, i);
		if (strcmp(json_text_or(row, "id", ""), record_id) == 0)
			return row;
	}
	return NULL;
}

static struct json_object *row_of_document(struct json_object *rows, const char *id)
{
	for (size_t i = 0; i < json_length(rows); i++) {
		struct json_object *row = json_at(rows, i);
		if (strcmp(json_text_or(json_child(row, "fields", json_type_object), "ID", ""), id) == 0)
			return row;
	}
	return NULL;
}

/* A copy of a row shows the ID of what it is a copy of: that is a document of its own there. */
static bool is_their_document(const struct play *play, const char *id)
{
	scoped_text item = document_full_id(DOCUMENT_ITEM, id);
	scoped_text collection = document_full_id(DOCUMENT_COLLECTION, id);

	return json_find(play->theirs.documents, item, NULL) ||
	       json_find(play->theirs.documents, collection, NULL);
}

/* A row that a person made is known by its record id: so the ids of documents made of rows are found. Others are known by the
 * document's. */
static void match_row(struct play *play, struct json_object *rows, const char *their_record_id,
		      const char *their_id)
{
	const char *record_id = ids_ours(&play->ids, their_record_id);
	const char *id = ids_ours(&play->ids, their_id);
	struct json_object *row = row_of_record(rows, record_id ? record_id : their_record_id);

	if (row) {
		const char *our_id = json_text_or(json_child(row, "fields", json_type_object), "ID", "");
		if (our_id[0] && strcmp(our_id, their_id) != 0 && (!id || strcmp(id, our_id) != 0) &&
		    !is_their_document(play, our_id))
			ids_pair(&play->ids, our_id, their_id);
		return;
	}
	row = row_of_document(rows, id ? id : their_id);
	if (row)
		ids_pair(&play->ids, json_text_or(row, "id", ""), their_record_id);
}

static bool match_rows(struct play *play, struct error *error)
{
	for (size_t table = 0; table < countof(table_names); table++) {
		scoped(json_object) rows = NULL;
		if (!recording_column(play->recording, table_names[table], "ID"))
			continue;
		if (!stage_rows(play->stage, play->recording->base_id, table_names[table], &rows, error))
			return false;
		json_each (members(play->theirs.rows), record_id, row) {
			const char *id = json_text_or(json_child(row, "fields", json_type_object), "ID", "");
			if (id[0] && strcmp(json_text_or(row, "table", ""), table_names[table]) == 0)
				match_row(play, rows, record_id, id);
		}
	}
	return true;
}

/* ---- phases ---- */

/* {"create"}, {"set"} or {"remove"}, as the sandbox takes it from a person. */
static struct json_object *action_of(const struct play *play, struct json_object *edit, const char *their_id)
{
	struct json_object *create = json_child(edit, "create", json_type_object);
	struct json_object *set = json_child(edit, "set", json_type_object);
	struct json_object *action = json_new_object();
	const char *ours = ids_ours(&play->ids, their_id);

	json_put_text(action, "action", create ? "create" : set ? "update" : "delete");
	json_put_text(action, "table", json_text_or(edit, "table", ""));
	if (!create)
		json_put_text(action, "record", ours ? ours : their_id);
	if (create || set)
		json_put(action, "fields", ids_to_ours(&play->ids, create ? create : set));
	return action;
}

bool play_edit(struct play *play, struct json_object *edit, struct error *error)
{
	const char *their_id = json_text_or(edit, "record_id", json_text_or(edit, "remove", ""));
	struct json_object *request = json_new_object(), *actions = json_new_array();
	scoped(json_object) answer = NULL;

	json_append(actions, action_of(play, edit, their_id));
	json_put_text(request, "base", play->recording->base_id);
	json_put(request, "actions", actions);
	if (!stage_control(play->stage, "POST", "edit", request, &answer, error))
		return error_wrap(error, "an edit of row %s", their_id);
	struct json_object *results = json_child(answer, "results", json_type_array);
	if (json_find(edit, "create", NULL))
		ids_pair(&play->ids, json_text_or(json_at(results, 0), "id", ""), their_id);
	return true;
}

static bool play_list(struct play *play, struct json_object *list,
		      bool (*run)(struct play *play, struct json_object *entry, struct error *error),
		      struct error *error)
{
	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *entry = json_at(list, i);
		stage_move_clock_to(play->stage, json_int_or(entry, "at", 0));
		if (!run(play, entry, error))
			return false;
	}
	return true;
}

/* A base or a configuration that cannot be used is something to report, not a failure of the play. */
static bool pass(struct play *play, bool full, struct error *error)
{
	return stage_pass(play->stage, full, error) || error->kind == ERROR_FATAL;
}

static const char *our_kind_of(struct json_object *request)
{
	const char *method = json_text_or(request, "method", ""), *path = json_text_or(request, "path", "");

	if (strstr(path, "/meta/"))
		return "schema";
	if (strcmp(method, "PATCH") == 0)
		return "update";
	if (strcmp(method, "DELETE") == 0)
		return "delete";
	return strcmp(method, "GET") == 0 || strstr(path, "/listRecords") ? "list" : "upsert";
}

/* As often as the app met a server that was not able to answer, the bridge does, at the same kind of request. */
static bool arm_failures(struct play *play, struct json_object *phase, struct error *error)
{
	struct json_object *requests = json_child(phase, "requests", json_type_array);
	struct json_object *rules = json_new_array();

	for (size_t i = 0; requests && i < json_length(requests); i++) {
		struct json_object *request = json_at(requests, i), *rule;
		int64_t status = json_int_or(request, "status", 200);
		if (status != 429 && status < 500)
			continue;
		rule = json_new_object();
		json_put_text(rule, "kind", our_kind_of(request));
		scoped_text fault = own_format("%d", (int)status);
		json_put_text(rule, "fault", fault);
		json_append(rules, rule);
	}
	return stage_control(play->stage, "POST", "faults", rules, NULL, error);
}

static bool play_sync(struct play *play, struct json_object *phase, int64_t next_ms, struct error *error)
{
	bool full = json_bool_or(phase, "full_sync", false);

	stage_move_clock_to(play->stage, json_int_or(phase, "started_at", 0));
	if (!arm_failures(play, phase, error))
		return false;
	if (json_find(phase, "during", NULL)) {
		if (!play_pass_meanwhile(play, phase, error))
			return false;
	} else if (!pass(play, full, error)) {
		return false;
	}
	if (!stage_control(play->stage, "DELETE", "faults", NULL, NULL, error))
		return false;
	/* What it does by itself until the next phase. */
	for (int i = 0; i < PASSES_BETWEEN; i++) {
		int64_t due_ms = stage_due_in_ms(play->stage);
		if (due_ms < 0 || stage_now_ms(play->stage) + due_ms > next_ms - BEFORE_NEXT_MS)
			break;
		stage_move_clock(play->stage, due_ms);
		if (!pass(play, false, error))
			return false;
	}
	return true;
}

static bool play_phase(struct play *play, struct json_object *phase, int64_t next_ms, struct error *error)
{
	const char *kind = json_text_or(phase, "op", "");
	bool ok = true;

	if (strcmp(kind, "sync") == 0)
		ok = play_sync(play, phase, next_ms, error);
	else if (strcmp(kind, "app") == 0)
		ok = play_list(play, json_child(phase, "ops", json_type_array), play_operation, error);
	else if (strcmp(kind, "airtable") == 0)
		ok = play_list(play, json_child(phase, "edits", json_type_array), play_edit, error);
	their_state_note(&play->theirs, phase);
	return ok && match_rows(play, error);
}

static bool play_phases(struct play *play, struct error *error)
{
	struct json_object *phases = recording_list(play->recording, "phases");
	size_t count = json_length(phases);

	for (size_t i = 0; i < count; i++) {
		int64_t next_ms = 0;
		for (size_t j = i + 1; next_ms == 0 && j < count; j++)
			next_ms = phase_time_ms(json_at(phases, j));
		if (!play_phase(play, json_at(phases, i), next_ms, error))
			return error_wrap(error, "phase %zu", i + 1);
	}
	return true;
}

/* ---- the end ---- */

/* A running bridge looks on after the last sync of the recording: what was to wait is done, what is refused stays so. */
static bool play_until_quiet(struct play *play, struct error *error)
{
	int quiet = 0;

	for (int round = 0; quiet < QUIET_ROUNDS; round++) {
		int64_t writes = stage_writes(play->stage);
		if (round == ROUNDS)
			return error_set(error, ERROR_REFUSED, "the bridge finds no rest");
		stage_move_clock(play->stage, QUIET_MS);
		if (!pass(play, true, error))
			return false;
		quiet = writes == stage_writes(play->stage) ? quiet + 1 : 0;
	}
	return match_rows(play, error);
}

static bool take_ends(struct play *play, struct ends *ends_out, struct error *error)
{
	scoped(json_object) documents = NULL;
	scoped(json_object) rows = json_new_object();

	if (!stage_documents(play->stage, &documents, error))
		return false;
	for (size_t table = 0; table < countof(table_names); table++) {
		struct json_object *records = NULL;
		if (!recording_column(play->recording, table_names[table], "Name"))
			continue;
		if (!stage_rows(play->stage, play->recording->base_id, table_names[table], &records, error))
			return false;
		json_put(rows, table_names[table], records);
	}
	*ends_out = (struct ends){ids_to_theirs(&play->ids, documents), ids_to_theirs(&play->ids, rows)};
	return true;
}

static bool begin(struct play *play, struct error *error)
{
	scoped(json_object) documents = start_documents(play->recording);
	scoped(json_object) bases = start_bases(play->recording);
	struct json_object *phases = recording_list(play->recording, "phases");
	int64_t first_ms = phase_time_ms(json_at(phases, 0));

	if (first_ms < BEFORE_FIRST_MS)
		first_ms = BEGINNING_MS;

	their_state_begin(&play->theirs, play->recording);
	return stage_begin(play->stage, documents, bases, first_ms - BEFORE_FIRST_MS, error) &&
	       set_precision(play, error);
}

bool recording_play(struct stage *stage, const struct recording *recording, struct ends *ends_out,
		    struct error *error)
{
	struct play play = {
		.stage = stage,
		.recording = recording,
	};
	bool ok = begin(&play, error) && play_phases(&play, error) && play_until_quiet(&play, error) &&
		  take_ends(&play, ends_out, error);

	ids_done(&play.ids);
	their_state_done(&play.theirs);
	return ok;
}
