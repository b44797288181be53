#include "tests/worlds/events.h"
#include "bridge/limits.h"

#include "base/clock.h"
#include "tests/worlds/transcript.h"

#include <stdio.h>

/* ---- choosing ---- */

struct world_document *play_choose_document(struct play *play, unsigned number)
{
	struct world *world = play->world;

	return world->document_count ? &world->documents[number % world->document_count] : NULL;
}

struct world_row *play_choose_row(struct play *play, unsigned number, bool there)
{
	struct world *world = play->world;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[(number + i) % world->row_count];
		if (row->now.there == there && !row->out_of_trash)
			return row;
	}
	return NULL;
}

static const enum field item_fields[PLAY_FIELDS] = {FIELD_NAME,  FIELD_NOTES,         FIELD_SERIAL,
						    FIELD_PRICE, FIELD_PURCHASE_DATE, FIELD_MODEL_NAME};

enum field play_choose_field(enum table table, unsigned number)
{
	return table == TABLE_COLLECTIONS ? FIELD_NAME : item_fields[number % countof(item_fields)];
}

struct json_object *play_unique_cell(struct world *world, enum field field)
{
	char words[CLOCK_ISO_SIZE];
	int64_t number = ++world->last_unique;

	switch (field) {
	case FIELD_SERIAL:
		return json_new_int(1000 + number);
	case FIELD_PRICE:
		return json_number((double)number + 0.25);
	case FIELD_PURCHASE_DATE:
		clock_iso(1700000000000 + number * 60000, words);
		break;
	default:
		snprintf(words, sizeof words, "v%lld", (long long)number);
	}
	return json_new_text(words);
}

struct json_object *play_unique_value(struct world *world, enum field field)
{
	int64_t number = ++world->last_unique;
	char words[24];

	switch (field) {
	case FIELD_SERIAL:
		return json_new_int(1000 + number);
	case FIELD_PRICE:
		return json_new_int(1000 * number + 250);
	case FIELD_PURCHASE_DATE:
		return json_new_int(1700000000000 + number * 60000);
	default:
		snprintf(words, sizeof words, "v%lld", (long long)number);
		return json_new_text(words);
	}
}

/* ---- passes ---- */

void play_begin(struct play *play, size_t place)
{
	play->done[place] = true;
	event_kinds[play->history->events[place].kind].run(play, &play->history->events[place]);
}

static void at_effect(void *context, unsigned effect)
{
	struct play *play = context;

	for (size_t i = 0; i < play->next; i++)
		if (!play->done[i] && play->history->events[i].at <= effect)
			play_begin(play, i);
}

/* What is put back is told from the checkpoint, which a pass that ends before its queue leaves where it is: such a loss is found
 * out at the next start only. */
static bool has_backup(const struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		if (event_kinds[history->events[i].kind].run == server_saves)
			return true;
	return false;
}

static void play_pass_of(struct play *play, const struct event *event, bool checks)
{
	struct world *world = play->world;

	world->effects = 0;
	world->at_effect = at_effect;
	world->context = play;
	/* Some work in small groups, and come to an end before their queue does. */
	if (!play->history->whole_passes) {
		world->work_ms = event->b % 3 == 1 && !has_backup(play->history);
		world->batch_most = event->b % 5 < 2 ? 1 + event->b % 3 : 0;
	}
	if (checks)
		world_pass_checks(world);
	else
		world_pass(world, event->b % 4 != 3, event->b % 8 == 7);
	world->work_ms = 0;
	world->batch_most = 0;
	world->at_effect = NULL;
	/* What was to happen in it happens after it, when it was too short. */
	at_effect(play, HISTORY_REACH);
	if (world->dead && !world->crash_at)
		world_restart(world);
}

void play_pass(struct play *play, const struct event *event)
{
	play_pass_of(play, event, false);
}

static void pass_that_checks(struct play *play, const struct event *event)
{
	play_pass_of(play, event, true);
}

/* ---- crashes, faults, clocks ---- */

static void crash(struct play *play, const struct event *event)
{
	play->flaws++;
	play->world->crash_at = 1 + event->a % HISTORY_REACH;
	play_pass(play, event);
	world_note(play->world, "the bridge is started anew");
	world_restart(play->world);
}

static void restart(struct play *play, const struct event *event)
{
	(void)event;
	world_note(play->world, "the bridge is started anew");
	world_restart(play->world);
}

static void fault(struct play *play, const struct event *event)
{
	play->flaws++;
	world_arm(play->world, event->a % FAULT_COUNT);
}

static void wait(struct play *play, const struct event *event)
{
	static const int64_t ms[] = {100, 1000, 2500, 6000, 20000, 31000, 61000, 70000};

	world_note(play->world, "%lld ms pass", (long long)ms[event->a % countof(ms)]);
	world_advance(play->world, ms[event->a % countof(ms)]);
}

/* Nothing is brought back from the trash any more, and what has ended is not remembered. */
static void season_passes(struct play *play, const struct event *event)
{
	(void)event;
	if (play->world->second)
		return; /* a lease is renewed every ten seconds: such a season has no end */
	world_note(play->world, "%d days pass", SYNC_RETIRED_DAYS + 1);
	world_advance(play->world, (SYNC_RETIRED_DAYS + 1) * INT64_C(86400000));
	for (size_t i = 0; i < play->world->row_count; i++)
		play->world->rows[i].out_of_trash = !play->world->rows[i].now.there;
}

static void step_clock(struct play *play, const struct event *event)
{
	static const int64_t ms[] = {-3600000, -60000, -2000, 2000, 60000, 3600000};

	play->flaws++;
	world_note(play->world, "this machine's clock is set by %lld ms",
		   (long long)ms[event->a % countof(ms)]);
	transcript_spoil(play->world, "a clock step");
	play->world->wall_ahead_ms += ms[event->a % countof(ms)];
}

/* Kinds and what they choose from only grow: kept histories are told in their names and numbers. */
const struct event_kind event_kinds[] = {
	{"pass", play_pass, 24, RULE_ALWAYS, false, false, 0, 0},
	{"crash", crash, 6, RULE_ALWAYS, false, true, 0, 0},
	{"restart", restart, 2, RULE_ALWAYS, false, false, 0, 0},
	{"fault", fault, 8, RULE_ALWAYS, true, true, FAULT_COUNT, 0},
	{"wait", wait, 10, RULE_ALWAYS, false, false, 0, 0},
	{"clock step", step_clock, 1, RULE_ALWAYS, true, true, 0, 0},
	{"phone makes", phone_makes, 2, RULE_ALWAYS, true, false, 0, 0},
	{"phone edits", phone_edits, 14, RULE_ALWAYS, true, false, 0, PLAY_FIELDS},
	{"phone is refused", phone_is_refused, 2, RULE_ALWAYS, true, true, 0, PLAY_FIELDS},
	{"phone chooses", phone_chooses, 3, RULE_ALWAYS, true, false, 0, 0},
	{"phone moves", phone_moves, 3, RULE_ALWAYS, true, false, 0, 0},
	{"phone deletes", phone_deletes, 2, RULE_ALWAYS, true, false, 0, 0},
	{"phone undeletes", phone_undeletes, 1, RULE_10, true, false, 0, 0},
	{"phone conflicts", phone_conflicts, 3, RULE_8, true, true, 0, PLAY_FIELDS},
	{"person types", person_types, 16, RULE_ALWAYS, true, false, 0, PLAY_FIELDS},
	{"person chooses", person_chooses, 3, RULE_ALWAYS, true, false, 0, 0},
	{"person scribbles", person_scribbles, 1, RULE_ALWAYS, true, false, 0, 0},
	{"person adds", person_adds, 4, RULE_ALWAYS, true, false, 0, 0},
	{"person moves", person_moves, 3, RULE_20, true, false, 0, 0},
	{"person empties collection", person_empties_collection, 1, RULE_20, true, false, 0, 0},
	{"person ticks Delete", person_ticks_delete, 2, RULE_ALWAYS, true, false, 0, 0},
	{"person deletes row", person_deletes, 2, RULE_ALWAYS, true, false, 0, 0},
	{"person deletes place", person_deletes_place, 2, RULE_1, true, false, 0, 0},
	{"person restores row", person_restores, 2, RULE_ALWAYS, true, false, 0, 0},
	{"person duplicates row", person_duplicates, 2, RULE_13, true, false, 0, 0},
	{"person deletes column", person_deletes_column, 1, RULE_1, true, true, 0, 0},
	{"person adds column", person_adds_column, 2, RULE_1, true, true, 0, 0},
	{"person retypes column", person_retypes_column, 2, RULE_1, true, true, 0, 0},
	{"person edits choices", person_edits_choices, 1, RULE_1, true, true, 0, 0},
	{"person links back", person_links_back, 1, RULE_20, true, true, 0, 0},
	{"phone moves out", phone_moves_out, 3, RULE_14, true, false, 0, 0},
	{"phone lists", phone_lists, 1, RULE_14, true, true, 0, 0},
	{"person moves out", person_moves_out, 2, RULE_14, true, true, 0, 0},
	{"person types on", person_types_on, 4, RULE_ALWAYS, true, false, 0, 0},
	{"pass that checks", pass_that_checks, 4, RULE_ALWAYS, false, false, 0, 0},
	{"process hands over", process_hands_over, 4, RULE_16, false, true, 0, 0},
	{"process is killed", process_is_killed, 5, RULE_16, false, true, 0, 0},
	{"process freezes", process_freezes, 12, RULE_16, true, true, 0, 0},
	{"server saves", server_saves, 2, RULE_ALWAYS, false, true, 0, 0},
	{"server goes back", server_goes_back, 2, RULE_ALWAYS, false, true, 4, 0},
	{"server makes anew", server_makes_anew, 1, RULE_ALWAYS, false, true, 0, 0},
	{"server damages checkpoint", server_damages_checkpoint, 1, RULE_ALWAYS, false, true, DAMAGES, 0},
	{"person limits", person_limits, 4, RULE_ALWAYS, true, true, 0, 0},
	{"person permits", person_permits, 1, RULE_ALWAYS, true, true, 0, 0},
	{"database refuses", database_refuses, 3, RULE_ALWAYS, true, true, WRITTEN_KINDS *(ANSWERS - 1), 0},
	{"database takes again", database_takes_again, 2, RULE_ALWAYS, true, true, 0, 0},
	{"season passes", season_passes, 2, RULE_ALWAYS, false, true, 0, 0},
	{"base goes", base_goes, 2, RULE_ALWAYS, true, true, 0, 0},
	{"base comes back", base_comes_back, 2, RULE_ALWAYS, true, true, 0, 0},
	{"server loses state", server_loses_state, 1, RULE_ALWAYS, true, true, 3, 0},
	{"phone saves bare", phone_saves_bare, 2, RULE_ALWAYS, true, true, 0, 0},
	{"phone goes offline", phone_goes_offline, 3, RULE_8, true, false, 0, 0},
	{"phone edits offline", phone_edits_offline, 8, RULE_8, true, false, 0, PLAY_FIELDS},
	{"phone deletes offline", phone_deletes_offline, 1, RULE_8, true, false, 0, 0},
	{"phone is online", phone_is_online, 4, RULE_8, true, true, 0, 0},
	{"server compacts", server_compacts, 1, RULE_8, true, true, 0, 0},
	{"app syncs", app_syncs, 3, RULE_28, true, true, 0, 0},
	{"app adds picture", app_adds_picture, 14, RULE_9, true, true, 0, 0},
	{"app shares picture", app_shares_picture, 6, RULE_9, true, true, 0, 0},
	{"app removes picture", app_removes_picture, 6, RULE_9, true, true, 0, 0},
	{"app orders pictures", app_orders_pictures, 6, RULE_9, true, true, 0, 0},
	{"app brings picture", app_brings_picture, 3, RULE_9, true, true, 0, 0},
	{"app deletes picture", app_deletes_picture, 1, RULE_9, true, true, 0, 0},
	{"person removes picture", person_removes_picture, 8, RULE_9, true, true, 0, 0},
	{"person turns pictures", person_turns_pictures, 5, RULE_9, true, true, 0, 0},
	{"person empties pictures", person_empties_pictures, 4, RULE_9, true, true, 0, 0},
	{"person ticks Remove All Images", person_ticks_remove, 3, RULE_9, true, true, 0, 0},
	{"person adds photo", person_adds_photo, 8, RULE_9, true, true, 0, 0},
	{"person pastes pictures", person_pastes_pictures, 3, RULE_9, true, true, 0, 0},
	{"fetches end", fetches_end, 4, RULE_9, true, true, 0, 0},
	{"base refuses pictures", base_refuses_pictures, 1, RULE_9, true, true, 0, 0},
	{"base takes pictures", base_takes_pictures, 1, RULE_9, true, true, 0, 0},
	{"photos end", photos_end, 3, RULE_9, true, true, 0, 0},
};
const size_t event_kind_count = countof(event_kinds);
