/* The worlds in memory held to real servers: what happened in a world is played again on CouchDB and the sandbox, with the real
 * sides, and both must end alike. So what the worlds promise of the servers is known to be true.
 *
 *     worlds_test                named worlds and random histories, as a test
 *     worlds_test NAME           one named world told step by step, then at every place that it has
 *     worlds_test = SEED         one random history, likewise
 *     worlds_test + FIRST SEEDS  so many random histories */
#include "base/log.h"
#include "tests/replay/replay.h"
#include "tests/worlds/history.h"
#include "tests/worlds/named.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORIES    12
#define PLACES_MOST  200
#define EFFECTS_MOST 400

static const struct named_table *const tables[] = {&named_writes, &named_existence, &named_identity,
						   &named_scope,  &named_fields,    &named_times,
						   &named_values};

static const char *const order_names[] = {
	[AS_WRITTEN] = "in this order",
	[OTHER_WAY_ROUND] = "the other way round",
	[MEANWHILE] = "meanwhile",
};

struct count {
	unsigned played, failed;
	unsigned worlds;   /* that have a name */
	struct text names; /* theirs */
	unsigned histories;
};

static void tell(const struct transcript *transcript)
{
	static const char *const names[] = {
		[ACT_PUTS] = "puts",
		[ACT_REMOVES] = "removes",
		[ACT_BRANCHES] = "branches",
		[ACT_ADDS] = "adds",
		[ACT_TYPES] = "types",
		[ACT_DELETES] = "deletes",
		[ACT_RESTORES] = "restores",
		[ACT_DUPLICATES] = "duplicates",
		[ACT_ARMS] = "arms",
		[ACT_CALMS] = "calms",
		[ACT_COMES_LATE] = "comes late",
		[ACT_PASSES] = "passes",
		[ACT_PASSED] = "passed",
		[ACT_RESTARTS] = "restarts",
		[ACT_EDITS] = "edits",
		[ACT_LEAVES] = "leaves",
		[ACT_DIES] = "dies",
	};

	for (size_t i = 0; i < transcript->count; i++) {
		const struct act *act = &transcript->acts[i];
		scoped_text value = act->value ? json_write(act->value) : own_copy("");
		printf("# %zu %lld %s %s%s %s\n", i, (long long)(act->at_ms - transcript->acts[0].at_ms),
		       names[act->kind], act->id, act->row, value);
	}
}

/* The world in memory is held to its own rules, too: what ends alike on both may be wrong on both. */
static void judge(const char *broken, const char *title, struct count *count)
{
	if (!broken[0])
		return;
	count->failed++;
	printf("not ok %u - %s keeps the rules in memory\n#   %s\n", ++count->played, title, broken);
}

/* 'broken': what the world in memory broke, or "". The transcript is ended. */
static void compare(struct stage *stage, struct transcript *transcript, const char *broken, const char *title,
		    bool verbose, struct count *count)
{
	const char *why_not = replay_cannot(transcript);
	struct text words = {0};
	struct error error = {0};
	size_t differences = 0;

	judge(broken, title, count);
	if (why_not) {
		printf("# %s: not compared, %s\n", title, why_not);
		transcript_done(transcript);
		return;
	}
	if (verbose)
		tell(transcript);
	log_set_level(verbose ? LOG_DEBUG : LOG_NOTHING);
	bool ok = replay_play(stage, transcript, &differences, &words, &error);
	log_set_level(LOG_NOTHING);
	if (!ok)
		text_format(&words, "\n#   it cannot be played: %s", error.text);
	ok = ok && differences == 0;
	count->failed += !ok;
	printf("%s %u - %s ends alike on the servers%s\n", ok ? "ok" : "not ok", ++count->played, title,
	       text_or_empty(&words));
	fflush(stdout);
	text_done(&words);
	transcript_done(transcript);
}

/* Places in the passes of a scenario at which something happens, or the bridge dies: before or after a call that reads or
 * writes a pair. Each once. */
struct place {
	unsigned effect;
	unsigned pass;
	struct injection_point point;
};
struct places {
	size_t count;
	struct place list[PLACES_MOST];
};

static bool is_of_interest(enum injection_call call)
{
	return call == INJECTION_COUCH_READ || call == INJECTION_COUCH_WRITE || call == INJECTION_ROWS_READ ||
	       call == INJECTION_ROWS_WRITE || call == INJECTION_STATE_WRITE ||
	       call == INJECTION_CHECKPOINT_WRITE;
}

/* The first act within a pass. */
static bool place_of(const struct transcript *transcript, struct place *place)
{
	place->pass = 0;
	for (size_t i = 0; i < transcript->count; i++) {
		const struct act *act = &transcript->acts[i];
		place->pass += act->kind == ACT_PASSES;
		place->point = act->point;
		if (act->reach && act->kind != ACT_COMES_LATE && act->kind != ACT_PASSES &&
		    act->kind != ACT_PASSED)
			return is_of_interest(act->point.call);
	}
	return false;
}

static bool is_known(const struct places *places, const struct place *place)
{
	for (size_t i = 0; i < places->count; i++) {
		const struct place *known = &places->list[i];
		if (known->pass == place->pass && known->point.call == place->point.call &&
		    known->point.number == place->point.number && known->point.when == place->point.when)
			return true;
	}
	return false;
}

/* Every place, or about as many as are wanted, from another one in each scenario. */
static void find_places(const struct scenario *scenario, enum order order, size_t wanted,
			struct places *places)
{
	bool dies = order != MEANWHILE;
	char broken[400];
	unsigned effects = named_play(scenario, order, EFFECTS_MOST, 0, false, broken);
	unsigned first = (unsigned)(text_hash(scenario->name) % effects);
	size_t step = effects / wanted;

	*places = (struct places){0};
	for (unsigned i = 0; i < effects && places->count < wanted; i++) {
		struct transcript transcript;
		struct place place = {.effect = 1 + (first + i) % effects};
		if (i < places->count * step)
			continue;
		transcript_begin(&transcript);
		named_play(scenario, order, dies ? 0 : place.effect, dies ? place.effect : 0, false, broken);
		if (!replay_cannot(&transcript) && place_of(&transcript, &place) && !is_known(places, &place))
			places->list[places->count++] = place;
		transcript_done(&transcript);
	}
}

static void at_places(struct stage *stage, const struct scenario *scenario, enum order order, size_t wanted,
		      struct count *count)
{
	struct places places;
	bool dies = order != MEANWHILE;

	find_places(scenario, order, wanted, &places);
	for (size_t i = 0; i < places.count; i++) {
		const struct place *place = &places.list[i];
		struct transcript transcript;
		char broken[400];
		scoped_text title = own_format(
			"%s, %s %s %s %u of pass %u,", scenario->name, dies ? "a crash" : "meanwhile",
			place->point.when == INJECTION_BEFORE ? "before" : "after",
			injection_call_name(place->point.call), place->point.number, place->pass);
		transcript_begin(&transcript);
		named_play(scenario, order, dies ? 0 : place->effect, dies ? place->effect : 0, false,
			   broken);
		compare(stage, &transcript, broken, title, false, count);
	}
}

static void named(struct stage *stage, const struct scenario *scenario, enum order order, bool verbose,
		  struct count *count)
{
	scoped_text title = own_format("%s, %s,", scenario->name, order_names[order]);
	struct transcript transcript;
	char broken[400];

	transcript_begin(&transcript);
	named_play(scenario, order, 0, 0, false, broken);
	compare(stage, &transcript, broken, title, verbose, count);
}

static void history(struct stage *stage, uint64_t seed, bool verbose, struct count *count)
{
	scoped_text title = own_format("the history of seed %llu", (unsigned long long)seed);
	struct transcript transcript;
	struct history history;
	char broken[400];

	history_draw(seed, &history);
	history_make_plain(&history);
	transcript_begin(&transcript);
	history_run(&history, false, broken);
	compare(stage, &transcript, broken, title, verbose, count);
}

static void in_orders(struct stage *stage, const struct scenario *scenario, const char *wanted,
		      struct count *count)
{
	unsigned before = count->played;

	if (wanted && strcmp(scenario->name, wanted) != 0)
		return;
	for (enum order order = AS_WRITTEN; order <= OTHER_WAY_ROUND; order++)
		if (scenario->orders & 1U << order)
			named(stage, scenario, order, wanted != NULL, count);
	if (count->played == before)
		return;
	count->worlds++;
	text_format(&count->names, " %s", scenario->name);
}

static void all_named(struct stage *stage, const char *wanted, struct count *count)
{
	for (size_t table = 0; table < countof(tables); table++)
		for (size_t i = 0; i < tables[table]->count; i++)
			in_orders(stage, &tables[table]->list[i], wanted, count);
}

static void histories(struct stage *stage, uint64_t first, uint64_t seeds, struct count *count)
{
	for (uint64_t seed = first; seed < first + seeds; seed++)
		history(stage, seed, false, count);
	count->histories = (unsigned)seeds;
}

static void all_places(struct stage *stage, const char *wanted, struct count *count)
{
	for (size_t table = 0; table < countof(tables); table++)
		for (size_t i = 0; i < tables[table]->count; i++) {
			const struct scenario *scenario = &tables[table]->list[i];
			if (wanted && strcmp(scenario->name, wanted) != 0)
				continue;
			/* One place of every other world, but all of one that is asked for. */
			size_t places = wanted ? PLACES_MOST : 1;
			bool meanwhile = scenario->orders & 1U << MEANWHILE;
			if (meanwhile && (wanted || i % 4 == 0))
				at_places(stage, scenario, MEANWHILE, places, count);
			if (wanted || i % 4 == (meanwhile ? 2 : 0))
				at_places(stage, scenario, AS_WRITTEN, places, count);
		}
}

int main(int argc, char **argv)
{
	struct stage *stage = NULL;
	struct error error = {0};
	struct count count = {0};

	log_set_level(LOG_NOTHING);
	if (!stage_open(&stage, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	if (argc == 3 && strcmp(argv[1], "=") == 0) {
		history(stage, strtoull(argv[2], NULL, 10), true, &count);
	} else if (argc == 4 && strcmp(argv[1], "+") == 0) {
		histories(stage, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10), &count);
	} else {
		all_named(stage, argc > 1 ? argv[1] : NULL, &count);
		all_places(stage, argc > 1 ? argv[1] : NULL, &count);
		histories(stage, 1, argc > 1 ? 0 : HISTORIES, &count);
	}
	printf("1..%u\n#: %u histories, and %u named worlds, played on real servers:%s\n", count.played,
	       count.histories, count.worlds, text_or_empty(&count.names));
	text_done(&count.names);
	stage_close(&stage);
	return count.failed ? 1 : 0;
}
