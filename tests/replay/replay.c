/* Times go along: each act happens at its moment of the transcript, and as much later as the servers have been slower than
 * the world so far. So pauses are never shorter than they were. */
#include "tests/replay/play.h"

#include "base/clock.h"
#include "tests/worlds/ending.h"
#include "tests/worlds/world_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STALE_MS     600  /* of real time: as long as a pass takes, and more */
#define LATE_MS      1000 /* likewise */
#define LATE_WAIT_MS 5000
#define QUIET_ROUNDS 16

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
		if (within && !act->reach && act->kind != ACT_PASSED && act->kind != ACT_COMES_LATE)
			return "something happens between two calls of a pass";
		within = act->kind == ACT_PASSES || (within && act->kind != ACT_PASSED);
	}
	return transcript->not_whole;
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

/* ---- clocks ---- */

static bool set_sandbox_clock(struct replay *replay, int64_t now_ms, bool freeze, struct error *error)
{
	struct json_object *body = json_new_object();
	char iso[CLOCK_ISO_SIZE];

	json_put_text(body, "set", clock_iso(now_ms, iso) ? iso : NULL);
	json_put(body, "freeze", json_new_bool(freeze));
	replay->frozen = freeze;
	return stage_control(replay->stage, "POST", "clock", body, NULL, error);
}

/* People act while the sandbox's clock stands, the bridge while it goes. Shifted by whole seconds: times that are rounded to the
 * nearest one are rounded as in the transcript. */
static bool move_clock(struct replay *replay, const struct act *act, struct error *error)
{
	bool same = replay->frozen && act->at_ms == replay->at_ms;

	/* The end of a pass has no time of its own: the servers' may be earlier. */
	if (act->kind == ACT_PASSED || act->kind == ACT_COMES_LATE)
		return true;
	if (!same) {
		int64_t ahead_ms = stage_now_ms(replay->stage) - (act->at_ms + replay->shift_ms);
		if (ahead_ms > 0)
			replay->shift_ms += (ahead_ms + 999) / 1000 * 1000;
		stage_move_clock_to(replay->stage, act->at_ms + replay->shift_ms);
		replay->at_ms = act->at_ms;
	}
	if (act->kind == ACT_PASSES)
		return set_sandbox_clock(replay, stage_now_ms(replay->stage), false, error);
	return same || set_sandbox_clock(replay, replay->at_ms + replay->shift_ms, true, error);
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

static bool play_act(struct replay *replay, const struct act *act, struct error *error);

/* Rows that the bridge made are found by their ID. */
static bool learn_rows(struct replay *replay, const struct act *act, enum table table, struct error *error)
{
	scoped(json_object) rows = NULL;

	if (!stage_rows(replay->stage, REPLAY_BASE, table_name(table), &rows, error))
		return false;
	for (size_t i = 0; act->value && i < json_length(act->value); i++) {
		struct json_object *one = json_at(act->value, i);
		const char *row = json_object_get_string(json_at(one, 1));
		const char *id = json_object_get_string(json_at(one, 2));
		if (!*id || names_server_row(&replay->names, row) ||
		    strcmp(json_object_get_string(json_at(one, 0)), table_name(table)) != 0)
			continue;
		scoped_text server_id = names_word_to_server(&replay->names, id);
		for (size_t k = 0; k < json_length(rows); k++) {
			struct json_object *found = json_at(rows, k);
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

static bool is_at(const struct act *act, const struct injection_point *point)
{
	return act->point.call == point->call && act->point.number == point->number &&
	       act->point.when == point->when;
}

/* What happens at this call, in its order. */
static bool reach(void *context, const struct injection_point *point)
{
	struct replay *replay = context;
	size_t before = replay->next;

	/* Without a position all documents are read, and the feed goes on from there. */
	if (point->call == INJECTION_COUCH_POSITION)
		feed_forget(replay);
	while (replay->next < replay->end && replay->failure.kind == ERROR_NONE &&
	       is_at(&replay->transcript->acts[replay->next], point)) {
		const struct act *act = &replay->transcript->acts[replay->next++];
		if (act->kind == ACT_DIES)
			replay->dies = true;
		else if (move_clock(replay, act, &replay->failure))
			(void)!play_act(replay, act, &replay->failure);
	}
	if (replay->next > before && replay->frozen && replay->failure.kind == ERROR_NONE)
		(void)!set_sandbox_clock(replay, stage_now_ms(replay->stage), false, &replay->failure);
	return !replay->dies && replay->failure.kind == ERROR_NONE;
}

/* What did not come to its call, since the pass went otherwise here, happens after it. */
static bool play_left_over(struct replay *replay, struct error *error)
{
	while (replay->next < replay->end) {
		const struct act *act = &replay->transcript->acts[replay->next++];
		if (act->kind != ACT_COMES_LATE)
			text_format(replay->words, "\n#   (%s %u of the pass is not reached)",
				    injection_call_name(act->point.call), act->point.number);
		if (act->kind != ACT_DIES &&
		    (!move_clock(replay, act, error) || !play_act(replay, act, error)))
			return false;
	}
	return true;
}

static bool pass(struct replay *replay, const struct act *act, struct error *error)
{
	struct cycle_wish wish = {
		.ask_rows = act->ask_rows, .check_rows = act->check_rows, .list_rows = act->list_rows};
	struct error failure = {0};

	replay->looks = 0;
	replay->next = (size_t)(act - replay->transcript->acts) + 1;
	for (replay->end = replay->next; replay->transcript->acts[replay->end].kind != ACT_PASSED;)
		replay->end++;
	injection_begin_pass(&replay->injection);
	if (!stage_pass_once(replay->stage, &wish, &failure) && !replay->dies &&
	    (failure.kind == ERROR_FATAL || failure.kind == ERROR_STOPPED)) {
		*error = replay->failure.kind != ERROR_NONE ? replay->failure : failure;
		return error_wrap(error, "a pass");
	}
	if (!play_left_over(replay, error))
		return false;
	if (replay->stale) {
		really_wait(STALE_MS);
		if (!replay->dies) /* else the write, and what is shown behind it, may come after the restart */
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

static bool play_act(struct replay *replay, const struct act *act, struct error *error)
{
	switch (act->kind) {
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
		replay->dies = false;
		return true;
	default:
		return hands_do(replay, act, error);
	}
}

bool replay_follow(struct replay *replay, struct error *error)
{
	for (; replay->played < replay->transcript->count; replay->played++) {
		const struct act *act = &replay->transcript->acts[replay->played];
		if (!move_clock(replay, act, error) || !play_act(replay, act, error))
			return error_wrap(error, "act %zu", replay->played);
		if (act->kind == ACT_PASSES)
			replay->played = replay->end - 1;
	}
	return true;
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
	replay->injection.reach = reach;
	replay->injection.shown = feed_shown;
	replay->injection.expects = feed_expects;
	replay->injection.context = replay;
	injection_place(&replay->injection, setup);
}

static bool begin(struct replay *replay, struct error *error)
{
	scoped(json_object) documents =
		parsed("[{\"_id\":\"integration-" REPLAY_INTEGRATION "\",\"type\":\"integration\",\"data\":{"
		       "\"integration_type\":\"airtable\",\"name\":\"world\",\"config\":{"
		       "\"airtable_base_id\":\"" REPLAY_BASE "\",\"scope_type\":\"collections\","
		       "\"collection_ids_to_sync\":[\"c0\"]}}}]");
	scoped(json_object) bases =
		parsed("{\"bases\":[{\"id\":\"" REPLAY_BASE "\",\"name\":\"Inventory\"}]}");
	struct json_object *options = json_new_object();

	json_append(documents, world_config_document());
	json_put(json_at(json_child(bases, "bases", json_type_array), 0), "tables",
		 json_copy(world_schema()));
	json_put(options, "bump_equal", json_new_bool(replay->transcript->bump_equal));
	if (!stage_begin(replay->stage, documents, bases, replay->transcript->acts[0].at_ms, error) ||
	    !stage_control(replay->stage, "POST", "options", options, NULL, error) ||
	    !set_sandbox_clock(replay, stage_now_ms(replay->stage), false, error))
		return false;
	stage_on_begin(replay->stage, set_up, replay);
	replay->couch = stage_couch_open(replay->stage);
	return true;
}

/* ---- the whole of it ---- */

/* Until two lists, more than a minute apart, lead to nothing. */
static bool become_quiet(struct replay *replay, bool *quiet_out, struct error *error)
{
	int silent = 0;

	for (int round = 0; round < QUIET_ROUNDS && silent < 2; round++) {
		int64_t before = stage_writes(replay->stage);
		struct cycle_wish wish = {.ask_rows = true, .list_rows = true};
		if (!stage_pass_once(replay->stage, &wish, error))
			return error_wrap(error, "a pass in a quiet world");
		silent = stage_writes(replay->stage) == before ? silent + 1 : 0;
		int64_t due_ms = stage_due_in_ms(replay->stage);
		stage_move_clock(replay->stage, due_ms > 0 && due_ms < 3600000 ? due_ms + 1 : 62000);
	}
	*quiet_out = silent == 2;
	if (!*quiet_out)
		text_add(replay->words, "\n#   the servers do not become quiet");
	return true;
}

/* In the world's names. */
static size_t differences_from(const struct replay *replay, struct json_object *end, struct text *words)
{
	scoped(json_object) named = names_to_world(&replay->names, end);

	return ending_compare(replay->transcript->end, named, words);
}

static const char *id_of(const struct replay *replay, const struct name *name)
{
	scoped_text place =
		own_format("%s %s: %s", table_name(name->table), name->world, field_rule(FIELD_ID)->name);

	return json_text_or(replay->transcript->end, place, NULL);
}

/* Which of two rows with one ID comes first in a list is nobody's promise. */
static bool are_twins(const struct replay *replay, const struct name *a, const struct name *b)
{
	const char *id = id_of(replay, a), *other = id_of(replay, b);

	return a->table == b->table && id && other && strcmp(id, other) == 0;
}

static size_t compare(struct replay *replay, struct json_object *end)
{
	struct names *names = &replay->names;
	struct text words = {0};
	size_t differences = differences_from(replay, end, &words);

	for (size_t a = 0; a < names->count; a++)
		for (size_t b = a + 1; b < names->count; b++) {
			struct text other_words = {0};
			if (!differences || !are_twins(replay, &names->list[a], &names->list[b]))
				continue;
			names_swap(&names->list[a], &names->list[b]);
			size_t others = differences_from(replay, end, &other_words);
			if (others)
				names_swap(&names->list[a], &names->list[b]);
			else
				differences = 0;
			text_done(&other_words);
		}
	if (differences)
		text_add(replay->words, text_or_empty(&words));
	text_done(&words);
	return differences;
}

bool replay_open(struct stage *stage, const struct transcript *transcript, struct text *words,
		 struct replay **replay_out, struct error *error)
{
	struct replay *replay = own_alloc(sizeof *replay);

	*replay = (struct replay){.stage = stage, .transcript = transcript, .words = words};
	replay->shift_ms = (transcript->base_ahead_ms % 1000 + 1000) % 1000;
	if (!begin(replay, error)) {
		replay_close(&replay);
		return false;
	}
	*replay_out = replay;
	return true;
}

void replay_close(struct replay **replay)
{
	if (!*replay)
		return;
	struct replay *gone = take(*replay);
	stage_restart_bridge(gone->stage);
	stage_on_begin(gone->stage, NULL, NULL);
	if (gone->couch.http)
		stage_couch_close(&gone->couch);
	free(gone);
}

bool replay_play(struct stage *stage, const struct transcript *transcript, size_t *differences,
		 struct text *words, struct error *error)
{
	scoped(replay) replay = NULL;
	scoped(json_object) end = NULL;
	bool quiet = false;

	if (!replay_open(stage, transcript, words, &replay, error) || !replay_follow(replay, error) ||
	    !become_quiet(replay, &quiet, error) || !end_read(replay, &end, error))
		return false;
	*differences = compare(replay, end) + !quiet;
	return true;
}
