#include "tests/worlds/history.h"
#include "bridge/limits.h"

#include "tests/worlds/events.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/world_gone.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_rights.h"
#include "tests/worlds/world_second.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MOST    24
#define ITEMS_AT_FIRST 3
#define SECOND_EVERY   8     /* seeds of which one has a second process */
#define APP_EVERY      5     /* seeds in one of which the app's own sync is pressed, now and then */
#define NEWS_BACK_MS   60000 /* two looks overlap so much */
#define ECHO_SLACK     3 /* writes a person's act may cause beyond one each way, with what follows from it */

/* ---- playing ---- */

/* An edit made once causes at most one write on the other side, and one write-back of what follows from it. */
static void check_echo(struct play *play, unsigned before)
{
	const struct world *world = play->world;
	unsigned writes = world->row_writes + world->document_writes - before;
	unsigned most = ECHO_SLACK * play->acts + 4 * play->new_documents;

	if (play->flaws == 0 && writes > most)
		world_broken(play->world, "%u acts of people led to %u writes", play->acts, writes);
}

/* An event of this rule is in it. */
static bool has(const struct history *history, enum history_rule rule)
{
	for (size_t i = 0; i < history->count; i++)
		if (event_kinds[history->events[i].kind].rule == rule)
			return true;
	return false;
}

static void prepare(struct play *play)
{
	struct world *world = play->world;

	world_phone_puts(world, TABLE_COLLECTIONS, "c0", play_new_body(world, TABLE_COLLECTIONS, NULL));
	for (unsigned i = world_chance(world, ITEMS_AT_FIRST) + 1; i; i--)
		phone_makes(play, NULL);
	play->acts = play->new_documents = 0;
	if (world_chance(world, 3) == 0)
		world->config.on_row_deleted =
			world_chance(world, 2) ? ROW_DELETED_FORGET : ROW_DELETED_DELETE;
	if (has(play->history, RULE_9)) {
		world_pictures_begin(world);
		world->knows_vain = true;
		world_restart(world);
	}
	if (has(play->history, RULE_16))
		world_second_open(world);
	if (world_chance(world, 4) && !world_first_sync(world))
		world_broken(world, "the first sync does not come to an end");
	else if (world->row_count == 0)
		play->new_documents = play->items + 1;
	world->effects = 0;
}

/* What is not permitted is left alone for a while, whatever passes meanwhile: a quiet base is only asked for its news. */
static void judge_patience(struct world *world)
{
	for (int i = 0, tries = 0; i < 3; i++) {
		unsigned before = world->forbidden;
		if (world_pass(world, true, false) && world->forbidden != before && ++tries > 1)
			world_broken(world, "what is not permitted is tried again and again");
	}
}

/* What may be written is written when it is permitted again, and nothing is told any more. */
static void judge_permitted(struct world *world)
{
	if (!world_person_permits_all(world))
		return;
	world_advance(world, SYNC_RETRY_CAP_MS + 1000); /* it is tried again at most hourly */
	if (!world_quiet(world))
		world_broken(world, "permitted again it does not become quiet; last: %s",
			     world->last_error.text);
	observer_check(world);
	observer_check_permitted(world);
}

static bool anybody_has_problem(const struct world *world)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (world->states[i].body && json_text_or(world->states[i].body, "problem", NULL))
			return true;
	return false;
}

/* A quiet base is asked for the news of its tables, and for nothing else. */
static void judge_calls(struct world *world)
{
	for (int i = 0; i < 3; i++) {
		unsigned before = world->calls;
		world_advance(world, 2 * NEWS_BACK_MS);
		bool ok = world_pass(world, true, false);
		if (i > 0 && ok && !anybody_has_problem(world) && world->calls - before > TABLE_COUNT)
			world_broken(world, "a quiet base is called %u times for its news",
				     world->calls - before);
	}
}

/* Refusals stop nothing but the records that they belong to, which say so. */
static void judge_refused(struct world *world)
{
	if (world->refusal_count == 0)
		return;
	world_note(world, "quiet, with what the database refuses");
	if (!world_quiet_refused(world))
		world_broken(world, "refusals do not become quiet; last: %s", world->last_error.text);
	else
		observer_check(world);
}

/* A picture that Airtable did not take is told, and comes when it does. */
static void judge_pictures(struct world *world)
{
	world_judge_items(world);
	if (!world->pictures || !world_pictures_all_work(world))
		return;
	world_note(world, "every picture can be fetched");
	world_advance(world, SYNC_RETRY_CAP_MS + 1000); /* it is tried again at most hourly */
	if (!world_quiet(world))
		world_broken(world, "with pictures that can be fetched it does not become quiet; last: %s",
			     world->last_error.text);
	observer_check(world);
	world_judge_items(world);
}

static void judge(struct play *play, unsigned before)
{
	struct world *world = play->world;

	for (size_t i = 0; i < play->history->count; i++)
		if (!play->done[i] && event_kinds[play->history->events[i].kind].run != play_pass)
			play_begin(play, i);
	if (world_is_anything_gone(world))
		world_all_comes_back(world);
	play_all_online(play);
	judge_refused(world);
	if (!world_quiet(world)) {
		world_broken(world, "it does not become quiet; last: %s", world->last_error.text);
		return;
	}
	check_echo(play, before);
	observer_check(world);
	judge_patience(world);
	judge_permitted(world);
	judge_pictures(world);
	/* Words about what is past may go when it is looked at anew. */
	unsigned writes = world->row_writes - world->word_writes + world->document_writes;
	world_note(world, "the bridge is started anew, and nothing is left to do");
	world_restart(world);
	for (int i = 0; i < 2; i++)
		if (!world_pass(world, true, true))
			world_broken(world, "a pass in a quiet world failed: %s", world->last_error.text);
	if (world->row_writes - world->word_writes + world->document_writes != writes)
		world_broken(world, "a further pass writes");
	observer_check(world);
	world_judge_items(world);
	judge_calls(world);
}

bool history_run(const struct history *history, bool verbose, char broken_out[400])
{
	struct play play = {.history = history, .world = world_open(history->seed)};
	struct world *world = play.world;

	world->verbose = verbose;
	log_set_level(verbose ? LOG_DEBUG : LOG_NOTHING);
	prepare(&play);
	unsigned before = world->row_writes + world->document_writes;
	for (size_t i = 0; i < history->count && !world->violation[0]; i++) {
		play.next = i + 1;
		if (!play.done[i] && history->events[i].at == 0)
			play_begin(&play, i);
	}
	if (!world->violation[0])
		judge(&play, before);
	snprintf(broken_out, 400, "%s", world->violation);
	world_backup_done(&play.backup);
	play_views_done(&play);
	world_close(&world);
	log_set_level(LOG_INFO);
	return !broken_out[0];
}

/* ---- drawing ---- */

/* Rules that the bridge keeps so far. */
static bool is_kept(enum history_rule rule)
{
	return rule == RULE_ALWAYS || rule == RULE_1 || rule == RULE_8 || rule == RULE_10 ||
	       rule == RULE_13 || rule == RULE_14 || rule == RULE_20;
}

/* Who else is at work in a history. */
struct others {
	bool second, app, pictures;
};

static unsigned weight_of(const struct event_kind *kind, const struct others *others)
{
	bool drawn = is_kept(kind->rule) || (others->second && kind->rule == RULE_16) ||
		     (others->app && kind->rule == RULE_28) || (others->pictures && kind->rule == RULE_9);

	return drawn ? kind->weight : 0;
}

static struct event draw_event(uint64_t *chance, unsigned kind)
{
	const struct event_kind *drawn = &event_kinds[kind];
	bool within = drawn->in_passes && chance_below(chance, 3) == 0;

	return (struct event){
		.kind = kind,
		.a = chance_below(chance, drawn->of_a ? drawn->of_a : 1000),
		.b = chance_below(chance, drawn->of_b ? drawn->of_b : 1000),
		.c = chance_below(chance, 1000),
		.at = within ? 1 + chance_below(chance, HISTORY_REACH) : 0,
	};
}

/* One that no process of two has met would be none of theirs. */
static void draw_second(uint64_t *chance, struct history *history)
{
	unsigned kind = 0;

	while (event_kinds[kind].rule != RULE_16 || !event_kinds[kind].in_passes)
		kind++;
	struct event *event = &history->events[chance_below(chance, (uint32_t)history->count)];
	*event = draw_event(chance, kind);
	event->at = 1 + chance_below(chance, HISTORY_REACH);
}

void history_draw(uint64_t seed, struct history *history)
{
	uint64_t chance = seed ^ 0x5DEECE66DU;
	const struct others others = {
		.second = seed % SECOND_EVERY == 0,
		.app = seed % APP_EVERY == 0 || getenv("APP_SYNCS"),
		.pictures = seed >= HISTORY_PICTURES || getenv("PICTURES"),
	};
	unsigned all = 0;

	*history = (struct history){.seed = seed, .count = 2 + chance_below(&chance, EVENTS_MOST - 1)};
	for (size_t i = 0; i < event_kind_count; i++)
		all += weight_of(&event_kinds[i], &others);
	for (size_t i = 0; i < history->count; i++) {
		unsigned left = chance_below(&chance, all), kind = 0;
		while (left >= weight_of(&event_kinds[kind], &others))
			left -= weight_of(&event_kinds[kind++], &others);
		history->events[i] = draw_event(&chance, kind);
	}
	if (others.second && !has(history, RULE_16))
		draw_second(&chance, history);
}

void history_make_plain(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->count; i++) {
		struct event event = history->events[i];
		if (event_kinds[event.kind].made_up)
			continue;
		event.at = 0;
		history->events[kept++] = event;
	}
	history->count = kept;
	history->whole_passes = true;
}

/* ---- shrinking ---- */

static bool still_fails(const struct history *history)
{
	char ignored[400];

	return !history_run(history, false, ignored);
}

static bool without(struct history *history, size_t first, size_t count)
{
	struct history shorter = *history;

	memmove(&shorter.events[first], &shorter.events[first + count],
		(shorter.count - first - count) * sizeof shorter.events[0]);
	shorter.count -= count;
	if (!still_fails(&shorter))
		return false;
	*history = shorter;
	return true;
}

static bool simpler(struct history *history, size_t place)
{
	struct history other = *history;

	if (other.events[place].at == 0)
		return false;
	other.events[place].at = 0;
	if (!still_fails(&other))
		return false;
	*history = other;
	return true;
}

void history_shrink(struct history *history)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t size = history->count; size > 0; size /= 2)
			for (size_t first = 0; first + size <= history->count;)
				if (without(history, first, size))
					changed = true;
				else
					first += size;
		for (size_t i = 0; i < history->count; i++)
			changed = simpler(history, i) || changed;
	}
}
