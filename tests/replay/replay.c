/* Times go along: each act happens at its moment of the transcript, and as much later as the servers have been slower than
 * the world so far. So pauses are never shorter than they were. */
#include "tests/replay/replay.h"

#include "base/clock.h"
#include "couch/documents.h"
#include "tests/replay/names.h"
#include "tests/worlds/ending.h"
#include "tests/worlds/seam.h"
#include "tests/worlds/world_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE         "appWorld000000000"
#define INTEGRATION  "w"
#define STALE_MS     600  /* of real time: as long as a pass takes, and more */
#define LATE_MS      1000 /* likewise */
#define LATE_WAIT_MS 5000
#define FEED_LOOKS   200 /* for what a phone wrote, before it counts as lost */
#define QUIET_ROUNDS 16
#define AWAITED_MOST 64

struct replay {
	struct stage *stage;
	const struct transcript *transcript;
	struct stage_couch couch;
	struct names names;
	struct seam seam;
	int64_t shift_ms;     /* servers' time against the transcript's */
	int64_t at_ms;        /* of the last act, as the transcript has it */
	bool frozen;          /* the sandbox's clock stands: what people do at one moment is of one moment */
	unsigned stale, late; /* armed and not yet over */
	int64_t version;      /* of the sandbox, after the last pass */
	struct awaited {
		char id[WORLD_ID + 16];
		char revision[80];
	} awaited[AWAITED_MOST]; /* documents that the feed has not shown yet */
	size_t awaited_count;
	int looks;
	struct text *words;
};

/* ---- what can be played ---- */

static const char *const fault_rules[FAULT_COUNT] = {
	[FAULT_AIRTABLE_UNSENT] = "[{\"fault\":\"cut\",\"applied\":false,\"write\":true}]",
	[FAULT_AIRTABLE_UNANSWERED] = "[{\"fault\":\"applied-unanswered\",\"write\":true}]",
	[FAULT_AIRTABLE_LATE] = "[{\"fault\":\"applied-late\",\"write\":true,\"ms\":1000}]",
	[FAULT_AIRTABLE_STALE] = "[{\"fault\":\"stale-read\",\"write\":true,\"ms\":600}]",
};

const char *replay_cannot(const struct transcript *transcript)
{
	bool within = false;

	for (size_t i = 0; i < transcript->count && !transcript->not_whole; i++) {
		const struct act *act = &transcript->acts[i];
		if (act->kind == ACT_ARMS && !fault_rules[act->fault])
			return "a fault that the servers do not have";
		if (within && act->kind != ACT_PASSED && act->kind != ACT_COMES_LATE)
			return "something happens within a pass";
		within = act->kind == ACT_PASSES || (within && act->kind != ACT_PASSED);
	}
	return transcript->not_whole;
}

/* ---- the feed: what phones wrote must be shown before a pass goes on ---- */

static bool is_among(const struct side_record *record, const char *revision)
{
	if (record->revision && strcmp(record->revision, revision) == 0)
		return true;
	for (size_t i = 0; record->leaves && i < json_object_array_length(record->leaves); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(record->leaves, i)), revision) ==
		    0)
			return true;
	return false;
}

static void shown(void *context, const struct side_records *page)
{
	struct replay *replay = context;

	for (size_t i = 0; i < page->count; i++) {
		const struct side_record *record = &page->list[i];
		scoped_text id = document_full_id(table_document_type(record->table), record->id);
		for (size_t k = 0; k < replay->awaited_count; k++)
			if (strcmp(replay->awaited[k].id, id) == 0 &&
			    is_among(record, replay->awaited[k].revision))
				replay->awaited[k--] = replay->awaited[--replay->awaited_count];
	}
}

static bool expects(void *context)
{
	struct replay *replay = context;

	if (replay->awaited_count == 0)
		return false;
	if (replay->looks++ < FEED_LOOKS)
		return true;
	text_format(replay->words, "\n#   the feed does not show %s", replay->awaited[0].id);
	replay->awaited_count = 0;
	return false;
}

static void await(struct replay *replay, const char *full_id, const char *revision)
{
	size_t place = 0;

	while (place < replay->awaited_count && strcmp(replay->awaited[place].id, full_id) != 0)
		place++;
	if (place == AWAITED_MOST)
		return;
	replay->awaited_count += place == replay->awaited_count;
	snprintf(replay->awaited[place].id, sizeof replay->awaited[place].id, "%s", full_id);
	snprintf(replay->awaited[place].revision, sizeof replay->awaited[place].revision, "%s", revision);
}

/* Without a position in the feed all documents are read, and the feed goes on from there. */
static bool reach(void *context, const struct seam_point *point)
{
	struct replay *replay = context;

	if (point->call == SEAM_COUCH_POSITION)
		replay->awaited_count = 0;
	return true;
}

static bool set_sandbox_clock(struct replay *replay, int64_t now_ms, bool freeze, struct error *error)
{
	struct json_object *body = json_object_new_object();
	char iso[CLOCK_ISO_SIZE];

	json_put_text(body, "set", clock_iso(now_ms, iso) ? iso : NULL);
	json_put(body, "freeze", json_object_new_boolean(freeze));
	replay->frozen = freeze;
	return stage_control(replay->stage, "POST", "clock", body, NULL, error);
}

/* ---- beginning ---- */

static enum row_deleted_policy policy_of(const struct transcript *transcript)
{
	enum row_deleted_policy policy = ROW_DELETED_RESTORE;

	for (size_t i = 0; i < transcript->count; i++)
		if (transcript->acts[i].kind == ACT_PASSES)
			policy = transcript->acts[i].on_row_deleted;
	return policy;
}

static void set_up(void *context, struct sync_setup *setup, struct integration_config *config)
{
	struct replay *replay = context;

	config->on_row_deleted = policy_of(replay->transcript);
	replay->seam.reach = reach;
	replay->seam.shown = shown;
	replay->seam.expects = expects;
	replay->seam.context = replay;
	seam_place(&replay->seam, setup);
}

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error;

	if (!json_read(words, strlen(words), &json, NULL, &error)) {
		fprintf(stderr, "%s: %s\n", words, error.text);
		abort();
	}
	return json;
}

static bool begin(struct replay *replay, struct error *error)
{
	scoped(json_object) documents =
		parsed("[{\"_id\":\"0000-config\",\"type\":\"config\",\"uuid\":\"7b7c0d5e-2c19-4a51-8f0e-"
		       "000000000001\"},"
		       "{\"_id\":\"integration-" INTEGRATION "\",\"type\":\"integration\",\"data\":{"
		       "\"integration_type\":\"airtable\",\"name\":\"world\",\"config\":{"
		       "\"airtable_base_id\":\"" BASE "\",\"scope_type\":\"collections\","
		       "\"collection_ids_to_sync\":[\"c0\"]}}}]");
	scoped(json_object) bases = parsed("{\"bases\":[{\"id\":\"" BASE "\",\"name\":\"Inventory\"}]}");
	struct json_object *options = json_object_new_object();

	json_put(json_object_array_get_idx(json_child(bases, "bases", json_type_array), 0), "tables",
		 json_copy(world_schema()));
	json_put(options, "bump_equal", json_object_new_boolean(replay->transcript->bump_equal));
	if (!stage_begin(replay->stage, documents, bases, replay->transcript->acts[0].at_ms, error) ||
	    !stage_control(replay->stage, "POST", "options", options, NULL, error) ||
	    !set_sandbox_clock(replay, stage_now_ms(replay->stage), false, error))
		return false;
	stage_on_begin(replay->stage, set_up, replay);
	replay->couch = stage_couch_open(replay->stage);
	return true;
}

/* ---- phones ---- */

/* The data keys that the phone changed. */
static void patch(struct json_object *data, struct json_object *before, struct json_object *after)
{
	json_object_object_foreach (after, key, value) {
		struct json_object *was = NULL;
		if (!json_object_object_get_ex(before, key, &was) || !json_equal(was, value))
			json_put(data, key, json_object_get(value));
	}
	json_object_object_foreach (before, gone, ignored) {
		(void)ignored;
		if (!json_object_object_get_ex(after, gone, NULL))
			json_object_object_del(data, gone);
	}
}

static void put_time(const struct replay *replay, const struct act *act, struct json_object *from,
		     struct json_object *into, const char *key)
{
	int64_t behind_ms = act->at_ms + replay->transcript->base_ahead_ms - json_int_or(from, key, 0);

	json_put(into, key, json_object_new_int64(replay->at_ms + replay->shift_ms - behind_ms));
}

/* The body as a phone on this side would write it; taken from the present one where the phone saw one. */
static struct json_object *body_to_put(const struct replay *replay, const struct act *act,
				       struct json_object *present)
{
	scoped(json_object) after = names_to_server(&replay->names, act->value);

	if (!act->before || !present) {
		struct json_object *body = json_copy(after);
		put_time(replay, act, act->value, body, "updated_at");
		put_time(replay, act, act->value, body, "created_at");
		return body;
	}
	scoped(json_object) before = names_to_server(&replay->names, act->before);
	struct json_object *body = json_copy(present);
	patch(document_data(body), document_data(before), document_data(after));
	put_time(replay, act, act->value, body, "updated_at");
	return body;
}

static bool read_present(struct replay *replay, const char *full_id, struct json_object **present_out,
			 struct error *error)
{
	*present_out = NULL;
	return couch_document_read(replay->couch.client, full_id, present_out, error) ||
	       error->kind == ERROR_LOST;
}

static bool phone_puts(struct replay *replay, const struct act *act, struct error *error)
{
	scoped_text id = names_word_to_server(&replay->names, act->id);
	scoped_text full_id = document_full_id(table_document_type(act->table), id);
	scoped(json_object) present = NULL;
	char revision[80];

	if (!read_present(replay, full_id, &present, error))
		return false;
	if (!present != !act->before)
		text_format(replay->words, "\n#   (%s is %s when a phone edits it)", full_id,
			    present ? "there" : "not there");
	scoped(json_object) body = body_to_put(replay, act, present);
	json_put_text(body, "_id", full_id);
	json_object_object_del(body, "_rev");
	json_put_text(body, "_rev", json_text_or(present, "_rev", NULL));
	if (!couch_document_write(replay->couch.client, full_id, body, revision, error))
		return false;
	await(replay, full_id, revision);
	return true;
}

static bool phone_removes(struct replay *replay, const struct act *act, struct error *error)
{
	scoped_text id = names_word_to_server(&replay->names, act->id);
	scoped_text full_id = document_full_id(table_document_type(act->table), id);
	scoped(json_object) present = NULL;
	struct couch_documents after = {0};

	if (!read_present(replay, full_id, &present, error))
		return false;
	const char *ids[] = {full_id};
	if (present && (!couch_document_delete(replay->couch.client, full_id,
					       json_text_or(present, "_rev", ""), error) ||
			!couch_documents_read(replay->couch.client, ids, 1, &after, error)))
		return false;
	if (after.count)
		await(replay, full_id, after.list[0].rev);
	couch_documents_done(&after);
	return true;
}

/* ---- people ---- */

/* 'action' is taken; its own id, where something was made. */
static bool edit(struct replay *replay, struct json_object *action, char id_out[20], struct error *error)
{
	struct json_object *request = json_object_new_object(), *actions = json_object_new_array();
	scoped(json_object) answer = NULL;

	json_put_text(request, "base", BASE);
	json_object_array_add(actions, action);
	json_put(request, "actions", actions);
	if (!stage_control(replay->stage, "POST", "edit", request, &answer, error))
		return false;
	struct json_object *results = json_child(answer, "results", json_type_array);
	if (id_out)
		snprintf(id_out, 20, "%s", json_text_or(json_object_array_get_idx(results, 0), "id", ""));
	return true;
}

static struct json_object *action_on(const struct act *act, const char *name, const char *record)
{
	struct json_object *action = json_object_new_object();

	json_put_text(action, "action", name);
	json_put_text(action, "table", table_name(act->table));
	json_put_text(action, "record", record);
	return action;
}

static bool person_adds(struct replay *replay, const struct act *act, struct error *error)
{
	char id[20];

	if (!edit(replay, action_on(act, "create", NULL), id, error))
		return false;
	names_add(&replay->names, act->table, act->row, id);
	return true;
}

static bool person_types(struct replay *replay, const struct act *act, const char *record,
			 struct error *error)
{
	struct json_object *action = action_on(act, "update", record);
	struct json_object *fields = json_object_new_object();

	json_put(fields, field_rule(act->field)->name,
		 act->value ? names_to_server(&replay->names, act->value) : NULL);
	json_put(action, "fields", fields);
	return edit(replay, action, NULL, error);
}

/* The cells of a row that a person can copy. */
static bool copied_cells(struct replay *replay, const struct act *act, const char *record,
			 struct json_object *fields, struct error *error)
{
	scoped(json_object) rows = NULL;

	if (!stage_rows(replay->stage, BASE, table_name(act->table), &rows, error))
		return false;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		if (strcmp(json_text_or(row, "id", ""), record) != 0)
			continue;
		json_object_object_foreach (json_child(row, "fields", json_type_object), name, value) {
			enum field field = field_by_name(act->table, name);
			if (field != FIELD_COUNT && (field != FIELD_ID || act->with_id))
				json_put(fields, name, json_copy(value));
		}
	}
	return true;
}

static bool person_duplicates(struct replay *replay, const struct act *act, const char *record,
			      struct error *error)
{
	struct json_object *action = action_on(act, "create", NULL), *fields = json_object_new_object();
	char id[20];

	json_put(action, "fields", fields);
	if (!copied_cells(replay, act, record, fields, error)) {
		json_object_put(action);
		return false;
	}
	if (!edit(replay, action, id, error))
		return false;
	names_add(&replay->names, act->table, act->copy, id);
	return true;
}

static bool on_row(struct replay *replay, const struct act *act, struct error *error)
{
	const char *record = names_server_row(&replay->names, act->row);

	if (!record)
		return error_set(error, ERROR_FATAL, "row %s of the world has none on the server", act->row);
	switch (act->kind) {
	case ACT_TYPES:
		return person_types(replay, act, record, error);
	case ACT_DELETES:
		return edit(replay, action_on(act, "delete", record), NULL, error);
	case ACT_RESTORES:
		return edit(replay, action_on(act, "restore", record), NULL, error);
	default:
		return person_duplicates(replay, act, record, error);
	}
}

/* ---- faults ---- */

static bool arm(struct replay *replay, const struct act *act, struct error *error)
{
	replay->stale += act->fault == FAULT_AIRTABLE_STALE;
	replay->late += act->fault == FAULT_AIRTABLE_LATE;
	return stage_control(replay->stage, "POST", "faults", parsed(fault_rules[act->fault]), NULL, error);
}

static bool read_version(struct replay *replay, int64_t *version_out, struct error *error)
{
	scoped(json_object) bases = NULL;

	if (!stage_control(replay->stage, "GET", "bases", NULL, &bases, error))
		return false;
	*version_out = json_int_or(bases, "version", 0);
	return true;
}

static void really_wait(int64_t ms)
{
	struct timespec left = {ms / 1000, (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) != 0)
		continue;
}

/* What comes late on the sandbox does so by real time. */
static bool wait_for_late(struct replay *replay, struct error *error)
{
	int64_t version = replay->version;

	for (int waited_ms = 0; waited_ms < LATE_WAIT_MS && version == replay->version; waited_ms += 20) {
		really_wait(20);
		if (!read_version(replay, &version, error))
			return false;
	}
	replay->version = version;
	return true;
}

/* ---- passes ---- */

/* Rows that the bridge made are found by their ID. */
static bool learn_rows(struct replay *replay, const struct act *act, enum table table, struct error *error)
{
	scoped(json_object) rows = NULL;

	if (!stage_rows(replay->stage, BASE, table_name(table), &rows, error))
		return false;
	for (size_t i = 0; act->value && i < json_object_array_length(act->value); i++) {
		struct json_object *one = json_object_array_get_idx(act->value, i);
		const char *row = json_object_get_string(json_object_array_get_idx(one, 1));
		const char *id = json_object_get_string(json_object_array_get_idx(one, 2));
		if (!*id || names_server_row(&replay->names, row) ||
		    strcmp(json_object_get_string(json_object_array_get_idx(one, 0)), table_name(table)) != 0)
			continue;
		scoped_text server_id = names_word_to_server(&replay->names, id);
		for (size_t k = 0; k < json_object_array_length(rows); k++) {
			struct json_object *found = json_object_array_get_idx(rows, k);
			const char *record = json_text_or(found, "id", "");
			struct json_object *fields = json_child(found, "fields", json_type_object);
			if (strcmp(json_text_or(fields, "ID", ""), server_id) != 0 ||
			    names_has_server_row(&replay->names, record))
				continue;
			names_add(&replay->names, table, row, record);
			break;
		}
	}
	return true;
}

static bool pass(struct replay *replay, const struct act *act, struct error *error)
{
	struct pass_wish wish = {.ask_rows = act->ask_rows, .list_rows = act->list_rows};
	struct error failure = {0};

	replay->looks = 0;
	if (!stage_pass_once(replay->stage, &wish, &failure) &&
	    (failure.kind == ERROR_FATAL || failure.kind == ERROR_STOPPED)) {
		*error = failure;
		return error_wrap(error, "a pass");
	}
	if (replay->stale) {
		really_wait(STALE_MS);
		replay->stale = 0;
	}
	return !replay->late || read_version(replay, &replay->version, error);
}

static bool passed(struct replay *replay, const struct act *act, struct error *error)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!learn_rows(replay, act, (enum table)table, error))
			return false;
	return true;
}

/* ---- one act after the other ---- */

/* People act while the sandbox's clock stands, the bridge while it goes. */
static bool move_clock(struct replay *replay, const struct act *act, struct error *error)
{
	bool same = replay->frozen && act->at_ms == replay->at_ms;

	/* The end of a pass has no time of its own: the servers' may be earlier. */
	if (act->kind == ACT_PASSED || act->kind == ACT_COMES_LATE)
		return true;
	if (!same) {
		int64_t ahead_ms = stage_now_ms(replay->stage) - (act->at_ms + replay->shift_ms);
		if (ahead_ms > 0)
			replay->shift_ms += ahead_ms;
		else
			stage_move_clock(replay->stage, -ahead_ms);
		replay->at_ms = act->at_ms;
	}
	if (act->kind == ACT_PASSES)
		return set_sandbox_clock(replay, stage_now_ms(replay->stage), false, error);
	return same || set_sandbox_clock(replay, replay->at_ms + replay->shift_ms, true, error);
}

static bool play_act(struct replay *replay, const struct act *act, struct error *error)
{
	switch (act->kind) {
	case ACT_PUTS:
		return phone_puts(replay, act, error);
	case ACT_REMOVES:
		return phone_removes(replay, act, error);
	case ACT_ADDS:
		return person_adds(replay, act, error);
	case ACT_ARMS:
		return arm(replay, act, error);
	case ACT_CALMS:
		return stage_control(replay->stage, "DELETE", "faults", NULL, NULL, error);
	case ACT_COMES_LATE:
		return wait_for_late(replay, error);
	case ACT_PASSES:
		return pass(replay, act, error);
	case ACT_PASSED:
		return passed(replay, act, error);
	case ACT_RESTARTS:
		stage_restart_bridge(replay->stage);
		return true;
	case ACT_BRANCHES:
		return error_set(error, ERROR_FATAL, "an offline edit cannot be played");
	default:
		return on_row(replay, act, error);
	}
}

static bool play_acts(struct replay *replay, struct error *error)
{
	for (size_t i = 0; i < replay->transcript->count; i++) {
		const struct act *act = &replay->transcript->acts[i];
		if (!move_clock(replay, act, error) || !play_act(replay, act, error))
			return error_wrap(error, "act %zu", i);
	}
	return true;
}

/* Until two lists, more than a minute apart, lead to nothing. */
static bool become_quiet(struct replay *replay, struct error *error)
{
	int silent = 0;

	for (int round = 0; round < QUIET_ROUNDS && silent < 2; round++) {
		int64_t before = stage_writes(replay->stage);
		struct pass_wish wish = {.ask_rows = true, .list_rows = true};
		if (!stage_pass_once(replay->stage, &wish, error))
			return error_wrap(error, "a pass in a quiet world");
		silent = stage_writes(replay->stage) == before ? silent + 1 : 0;
		int64_t due_ms = stage_due_in_ms(replay->stage);
		stage_move_clock(replay->stage, due_ms > 0 && due_ms < 3600000 ? due_ms + 1 : 62000);
	}
	if (silent < 2)
		text_add(replay->words, "\n#   the servers do not become quiet");
	return true;
}

/* ---- the end ---- */

static bool add_entry(void *context, struct json_object *document, struct error *error)
{
	(void)error;
	ending_entry(context, document);
	return true;
}

static bool add_documents(struct replay *replay, struct json_object *ending, struct error *error)
{
	scoped(json_object) documents = NULL;

	if (!stage_documents(replay->stage, &documents, error))
		return false;
	for (size_t i = 0; i < json_object_array_length(documents); i++) {
		struct json_object *body = json_object_array_get_idx(documents, i);
		const char *id = NULL;
		enum table table;
		enum document_type type = document_type_of(json_text_or(body, "_id", ""), &id);
		if (table_of_document_type(type, &table))
			ending_document(ending, table, id, body, INTEGRATION);
		else if (type == DOCUMENT_HISTORY)
			ending_history(ending, body);
	}
	return true;
}

/* Of the documents that are tombstones in the world. */
static bool add_tombstones(struct replay *replay, struct json_object *ending, struct error *error)
{
	json_object_object_foreach (replay->transcript->end, place, words) {
		enum table table = strncmp(place, "item ", 5) == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS;
		struct couch_documents documents = {0};
		if (strcmp(json_object_get_string(words), "deleted") != 0)
			continue;
		scoped_text id = names_word_to_server(&replay->names, strchr(place, ' ') + 1);
		scoped_text full_id = document_full_id(table_document_type(table), id);
		const char *ids[] = {full_id};
		if (!couch_documents_read(replay->couch.client, ids, 1, &documents, error))
			return false;
		if (documents.list[0].deleted)
			ending_document(ending, table, id, NULL, INTEGRATION);
		couch_documents_done(&documents);
	}
	return true;
}

static bool add_rows(struct replay *replay, struct json_object *ending, struct error *error)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		scoped(json_object) rows = NULL;
		if (!stage_rows(replay->stage, BASE, table_name((enum table)table), &rows, error))
			return false;
		for (size_t i = 0; i < json_object_array_length(rows); i++) {
			struct json_object *row = json_object_array_get_idx(rows, i);
			const char *record = json_text_or(row, "id", "");
			json_object_object_foreach (json_child(row, "fields", json_type_object), name,
						    value) {
				enum field field = field_by_name((enum table)table, name);
				if (field != FIELD_COUNT)
					ending_cell(ending, (enum table)table, record, field, value);
			}
		}
	}
	return true;
}

static bool read_end(struct replay *replay, struct json_object **end_out, struct error *error)
{
	scoped(json_object) ending = json_object_new_object();
	struct store *store = &stage_sync(replay->stage)->ledger.store;

	if (!add_documents(replay, ending, error) || !add_tombstones(replay, ending, error) ||
	    !add_rows(replay, ending, error) ||
	    !store->ops->walk(store->self, "pair-", add_entry, ending, error))
		return false;
	*end_out = names_to_world(&replay->names, ending);
	return true;
}

bool replay_play(struct stage *stage, const struct transcript *transcript, size_t *differences,
		 struct text *words, struct error *error)
{
	struct replay *replay = own_alloc(sizeof *replay);
	scoped(json_object) end = NULL;

	*replay = (struct replay){.stage = stage, .transcript = transcript, .words = words};
	bool ok = begin(replay, error) && play_acts(replay, error) && become_quiet(replay, error) &&
		  read_end(replay, &end, error);
	if (ok)
		*differences = ending_compare(transcript->end, end, words);
	stage_restart_bridge(stage);
	stage_on_begin(stage, NULL, NULL);
	if (replay->couch.http)
		stage_couch_close(&replay->couch);
	free(replay);
	return ok;
}
