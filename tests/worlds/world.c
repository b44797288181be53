/* The clock, chance and faults of a world, and the bridge in it. */
#include "tests/worlds/world.h"

#include "base/clock.h"
#include "bridge/job/job.h"
#include "bridge/limits.h"
#include "tests/worlds/former_state.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_gone.h"
#include "tests/worlds/world_imports.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_refusals.h"
#include "tests/worlds/world_second.h"
#include "tests/worlds/world_settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGINS_MS    1795428000500 /* 2026-11-23T10:00:00.500Z */
#define QUIET_ROUNDS 60
#define VAIN_MS      70000 /* after pictures were sent that cannot be fetched: by then they are told */
#define QUIET_MS     62000 /* between two full lists after which nothing was written */
#define SOON_MS      3000  /* what is due by then is awaited: both clocks differ by as much as a second */
#define SOONS        3     /* so often: what is tried in turn, for ever, is always due soon */

/* ---- clock and chance ---- */

/* One clock for the whole process: that of the world which was opened last. */
static int64_t now_ms(void *context)
{
	const struct world *world = context;

	return world->steady_ms + world->wall_ahead_ms;
}

static int64_t steady_ms(void *context)
{
	return ((const struct world *)context)->steady_ms;
}

static void sleep_ms(void *context, int64_t wait_ms)
{
	world_advance(context, wait_ms);
}

/* SplitMix64. */
static uint64_t next_chance(uint64_t *chance)
{
	*chance += 0x9E3779B97F4A7C15U;
	uint64_t mixed = *chance;
	mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
	mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
	return mixed ^ (mixed >> 31);
}

static void chance_bytes(void *context, void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((unsigned char *)bytes)[i] =
			(unsigned char)(next_chance(&((struct world *)context)->chance) >> 24);
}

uint32_t chance_below(uint64_t *chance, uint32_t below)
{
	return below > 1 ? (uint32_t)(next_chance(chance) % below) : 0;
}

uint32_t world_chance(struct world *world, uint32_t below)
{
	return chance_below(&world->chance, below);
}

void world_advance(struct world *world, int64_t ms)
{
	int64_t left_ms = ms > 0 ? world_second_advances(world, ms) : 0;
	int64_t until_ms = world->steady_ms + left_ms;

	/* What Airtable does with pictures it does in time. */
	for (int64_t at_ms; (at_ms = world_pictures_next_ms(world)) && at_ms < until_ms;) {
		world->steady_ms = at_ms > world->steady_ms ? at_ms : world->steady_ms;
		world_apply_late(world);
		world_pictures_pass_time(world);
	}
	world->steady_ms = until_ms;
	world_apply_late(world);
	world_pictures_pass_time(world);
}

int64_t world_base_now_ms(const struct world *world)
{
	return world->steady_ms + world->base_ahead_ms;
}

/* ---- effects and faults ---- */

bool world_reach(struct world *world, int64_t cost_ms)
{
	if (world->dead)
		return false;
	world_second_turns(world);
	if (world->dead)
		return false;
	world->effects++;
	world_advance(world, cost_ms);
	if (world->at_effect)
		world->at_effect(world->context, world->effects);
	world->moment++;
	world->dead = world->crash_at && world->effects >= world->crash_at;
	if (world->dead)
		transcript_add(world, (struct act){.kind = ACT_DIES});
	return !world->dead;
}

void world_arm(struct world *world, enum world_fault fault)
{
	transcript_add(world, (struct act){.kind = ACT_ARMS, .fault = fault});
	world->armed[fault]++;
}

bool world_fault(struct world *world, enum world_fault fault)
{
	static const char *const names[] = {
		[FAULT_COUCH_READ] = "a read of the database fails",
		[FAULT_COUCH_UNSENT] = "a write of documents is in doubt, not applied",
		[FAULT_COUCH_UNANSWERED] = "a write of documents is in doubt, applied",
		[FAULT_COUCH_REWIND] = "the feed replays",
		[FAULT_STATE_READ] = "a read of the state fails",
		[FAULT_STATE_UNSENT] = "a write of the state is in doubt, not applied",
		[FAULT_STATE_UNANSWERED] = "a write of the state is in doubt, applied",
		[FAULT_CHECKPOINT_SPLIT] = "the checkpoint is written to the source alone",
		[FAULT_AIRTABLE_READ] = "a read of the base fails",
		[FAULT_AIRTABLE_UNSENT] = "a write of rows is in doubt, not applied",
		[FAULT_AIRTABLE_UNANSWERED] = "a write of rows is in doubt, applied",
		[FAULT_AIRTABLE_LATE] = "a write of rows is in doubt, applied later",
		[FAULT_AIRTABLE_SLOW] = "a call of the base is slow",
		[FAULT_AIRTABLE_STALE] = "what was written is shown as before",
		[FAULT_AIRTABLE_SKIPS] = "a list skips a row",
		[FAULT_COUCH_PLACE] = "the feed does not know the place",
	};

	if (!world->armed[fault])
		return false;
	world->armed[fault]--;
	world_note(world, "        fault: %s", names[fault]);
	return true;
}

void world_note(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (!world->verbose)
		return;
	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	printf("# %9.3f s  %s\n", (double)(world->steady_ms - BEGINS_MS) / 1000, words);
}

void world_broken(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (world->violation[0])
		return;
	va_start(arguments, format);
	vsnprintf(world->violation, sizeof world->violation, format, arguments);
	va_end(arguments);
	world_note(world, "BROKEN: %s", world->violation);
}

/* ---- the bridge ---- */

static void open_sync(struct world *world)
{
	struct sync_setup setup = {
		.config = &world->config,
		.couch = world_couch_side(world),
		.rows = world_airtable_side(world),
		.store = world_store(world),
		.pictures = world->pictures != NULL,
		.signer = world_signer(world),
		.importer = world_importer(world),
		.request_deadline_ms = WORLD_DEADLINE_MS,
		.upload_deadline_ms = WORLD_UPLOAD_DEADLINE_MS,
		.log = &world->log,
	};

	transcript_place(world, &setup);
	world->sync = sync_open(&setup);
	world->base_heard = false;
}

void world_restart(struct world *world)
{
	if (world_second_replaces(world))
		return;
	world->restarts++;
	transcript_add(world, (struct act){.kind = ACT_RESTARTS});
	sync_close(&world->sync);
	if (world->is_upgraded)
		world_state_is_former(world);
	world->dead = false;
	world->rejoined = true;
	world->crash_at = 0;
	world->effects = 0;
	world->moment++;
	for (size_t i = 0; i < world->document_count; i++)
		world->documents[i].gone_shown_again_ms = 0;
	for (size_t i = 0; i < world->row_count; i++)
		world->rows[i].under_way = 0;
	if (world->state_lost || world->went_back)
		world_rows_are_unknown(world);
	world_settings_take(world);
	open_sync(world);
	world_second_restarts(world);
}

/* As the bridge does when the integration's document has changed. */
static void begin_anew(struct world *world)
{
	unsigned crash_at = world->crash_at, effects = world->effects;

	world_note(world, "the integration begins anew");
	world_second_gives_back(world);
	world_restart(world);
	world->crash_at = crash_at;
	world->effects = effects;
}

bool world_pass_wished(struct world *world, struct cycle_wish wish)
{
	struct error error = {0};

	wish.work_ms = world->work_ms;
	wish.batch_most = world->batch_most;
	if ((world->stopped || world->sync->settings_changed || world_second_is_lost(world)) && !world->dead)
		begin_anew(world);
	if (world->stopped)
		return true;
	if (!world_second_claims(world, &world->last_error))
		return false;
	world_note(world, "    pass%s",
		   wish.list_rows    ? ", lists all rows"
		   : wish.check_rows ? ", asks which rows there are"
		   : wish.ask_rows   ? ""
				     : " (database only)");
	transcript_pause(world);
	transcript_add(world, (struct act){.kind = ACT_PASSES,
					   .ask_rows = wish.ask_rows,
					   .check_rows = wish.check_rows,
					   .list_rows = wish.list_rows,
					   .on_row_deleted = world->config.on_row_deleted});
	world->came_back = false;
	bool ok = cycle_run(world->sync, &wish, &error);
	int64_t rest_ms = cycle_begins_in_ms(world->sync);
	if (!ok && !world->dead && rest_ms > 0) {
		world_advance(world, rest_ms);
		ok = cycle_run(world->sync, &wish, &error);
	}
	world_advance(world, 10);
	transcript_add(world,
		       (struct act){.kind = ACT_PASSED, .passed = ok, .value = transcript_rows(world)});
	if ((world->sync->settings_changed || world_second_is_lost(world)) && !world->dead)
		begin_anew(world);
	if (ok)
		return true;
	world->last_error = error;
	world_note(world, "    the pass failed (%s): %s", error_kind_name(error.kind), error.text);
	if ((error.kind == ERROR_FATAL && !world_is_anything_gone(world) && !world->came_back) ||
	    (error.kind == ERROR_STOPPED && !world->dead && !world->second))
		world_broken(world, "a pass failed for good: %s", error.text);
	return false;
}

bool world_pass(struct world *world, bool ask_rows, bool list_rows)
{
	return world_pass_wished(world, (struct cycle_wish){.ask_rows = ask_rows, .list_rows = list_rows});
}

bool world_pass_checks(struct world *world)
{
	return world_pass_wished(world, (struct cycle_wish){.ask_rows = true, .check_rows = true});
}

/* Moves on to what is due next, or a while. What is tried in vain, for ever, is not waited for. */
static void wait_for_due(struct world *world)
{
	int64_t due_ms = cycle_next_due_ms(world->sync);
	int64_t wait_ms = due_ms - world->steady_ms, most_ms = world->vain_writes ? 61000 : 3600000;

	world_advance(world, due_ms && wait_ms < most_ms ? (wait_ms > 0 ? wait_ms + 1 : 1) : 61000);
}

static unsigned writes(const struct world *world)
{
	return world->row_writes - world->vain_writes + world->document_writes;
}

/* A save of the pair's document is in doubt, and has not failed so often yet that it is told as a problem. */
static bool is_save_in_doubt(const struct world *world, const struct pair *pair)
{
	scoped_text end = own_format("-%s", pair->full_id);

	return pair->misses < JOB_MISSES_UNREPORTED &&
	       world_intent(world_state_body(world, end), "document").open;
}

/* Whether some write met a conflict or had no answer, and is not told as a problem yet, but will be if that goes on. Where a save is in
 * doubt it counts also if something else is told of its pair. Or the ledger did not take an entry, and would take it by now. */
static bool is_undecided(const struct world *world)
{
	const struct pairs *pairs = &world->sync->pairs;

	for (size_t i = 0; i < pairs->count; i++)
		if (pairs->list[i]->misses &&
		    (!pairs->list[i]->has_problem || is_save_in_doubt(world, pairs->list[i])))
			return true;
	return world->refusal_count == 0 && pairs->unstored > 0;
}

/* What the ledger did not take is tried again with pauses: where it takes everything again all of it is awaited. */
static bool waits_for_ledger(const struct world *world)
{
	return world->refusal_count == 0 && world->sync->pairs.unstored > 0;
}

/* A time has come by this machine's clock, and comes within seconds by Airtable's. */
static bool is_due_soon(const struct world *world)
{
	int64_t due_ms = cycle_next_due_ms(world->sync);

	return due_ms && due_ms - world->steady_ms < SOON_MS;
}

bool world_quiet(struct world *world)
{
	world_lift_refusals(world);
	if (world_is_anything_gone(world))
		world_all_comes_back(world);
	return world_quiet_refused(world);
}

bool world_quiet_refused(struct world *world)
{
	int64_t silent_since_ms =
		0; /* since the first full list after which nothing was written; 0: not yet */
	int soons = 0;

	transcript_add(world, (struct act){.kind = ACT_CALMS});
	world->at_effect = NULL;
	memset(world->armed, 0, sizeof world->armed);
	if (world->dead)
		world_restart(world);
	world->crash_at = 0;
	world_second_ends(world);
	world_note(world, "quiet");
	world_advance(world, WORLD_DEADLINE_MS + 1000);
	for (int round = 0; round < QUIET_ROUNDS; round++) {
		unsigned before = writes(world);
		bool list = round % 2 == 1;
		bool ok = world_pass(world, true, list);
		if (!ok || writes(world) != before || is_undecided(world) || waits_for_ledger(world) ||
		    world_is_importing(world))
			silent_since_ms = 0;
		else if (list && !silent_since_ms)
			silent_since_ms = world->steady_ms;
		else if (list && world->steady_ms - silent_since_ms > QUIET_MS &&
			 world->steady_ms - world->vain_ms > VAIN_MS &&
			 (!is_due_soon(world) || ++soons > SOONS))
			return true;
		wait_for_due(world);
	}
	return false;
}

bool world_first_sync(struct world *world)
{
	bool ok = true;

	/* The rows; a minute later the marks; then nothing. */
	for (int round = 0; ok && round < 3; round++) {
		ok = world_pass(world, true, round == 0);
		world_advance(world, SYNC_STALE_MS + 1000);
	}
	return ok;
}

/* ---- beginning and end ---- */

struct world *world_open(uint64_t seed)
{
	struct world *world = own_alloc(sizeof *world);
	struct clock_source source = {now_ms, steady_ms, sleep_ms, chance_bytes, world};

	world->chance = seed;
	world->steady_ms = BEGINS_MS;
	world->base_ahead_ms = (int64_t)world_chance(world, 7) * 500 - 1500;
	world->answers_at_finish = world_chance(world, 2);
	world->bump_equal = world_chance(world, 2);
	world->schema_touches = !world->bump_equal;
	world->moment = 1;
	world->is_upgraded = getenv("FORMER_STATE") != NULL;
	clock_replace(&source);
	transcript_open(world);
	world_settings_open(world);
	open_sync(world);
	return world;
}

void world_close(struct world **world)
{
	if (!*world)
		return;
	struct world *gone = take(*world);
	transcript_close(gone);
	sync_close(&gone->sync);
	world_second_done(gone);
	world_couch_done(gone);
	world_airtable_done(gone);
	integration_config_done(&gone->config);
	json_release(gone->settings);
	clock_replace(NULL);
	free(gone);
}
