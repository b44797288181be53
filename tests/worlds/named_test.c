/* The scenarios of every table: in their orders, with a crash at every outside effect, then resumed. A further pass
 * changes nothing.
 *
 *     named_test                       all of them, as a test
 *     named_test NAME                  one of them, in all its orders
 *     named_test NAME ORDER AT CRASH   one play, told step by step
 *     named_test --names               what they are called */
#include "tests/worlds/named.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EFFECTS_MOST 400 /* of one play; more means that it has no end */
/* Where events come at every point: crashes at every so many, from another one each time. Sanitizers are slow: with them
 * events come at every so many points, and so do crashes. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EVENT_STEP     16
#define CRASH_STEP     121
#define CRASH_ALL_STEP 16
#else
#define EVENT_STEP     1
#define CRASH_STEP     13
#define CRASH_ALL_STEP 1
#endif
#define SHOWN 3 /* failures of one scenario that are told */

static const struct named_table *const tables[] = {
	&named_writes, &named_existence,  &named_identity, &named_scope,   &named_fields,   &named_saving,
	&named_revert, &named_wake,       &named_times,    &named_place,   &named_values,   &named_collection,
	&named_zero,   &named_lease,      &named_rights,   &named_refused, &named_expiry,   &named_gone,
	&named_leaves, &named_leaf_ends,  &named_app,      &named_twins,   &named_apart,    &named_unkept,
	&named_rounds, &named_last_edits, &named_unfilled, &named_upgrade, &named_pictures, &named_uploads,
	&named_imports};

static const char *const order_names[] = {
	[AS_WRITTEN] = "in this order",
	[OTHER_WAY_ROUND] = "the other way round",
	[MEANWHILE] = "at every point of the sync",
};

struct tally {
	const struct scenario *scenario;
	enum order order;
	unsigned crashes, plays, failed;
};

static unsigned play(struct tally *tally, unsigned meanwhile_at, unsigned crash_at)
{
	char broken[400];
	unsigned effects = named_play(tally->scenario, tally->order, meanwhile_at, crash_at, false, broken);

	tally->plays++;
	tally->crashes += crash_at > 0;
	if (!broken[0])
		return effects;
	if (tally->failed++ < SHOWN)
		printf("# %s, %s, at %u, crash at %u: %s\n", tally->scenario->name, order_names[tally->order],
		       meanwhile_at, crash_at, broken);
	return effects;
}

/* Without a crash, then with one at every effect. */
static void play_with_crashes(struct tally *tally, unsigned meanwhile_at, unsigned step)
{
	unsigned effects = play(tally, meanwhile_at, 0);

	for (unsigned crash_at = 1 + meanwhile_at % step; crash_at <= effects && crash_at < EFFECTS_MOST;
	     crash_at += step)
		play(tally, meanwhile_at, crash_at);
}

static bool play_order(const struct scenario *scenario, enum order order, unsigned number)
{
	struct tally tally = {.scenario = scenario, .order = order};

	if (order == MEANWHILE) {
		unsigned effects = play(&tally, EFFECTS_MOST, 0);
		for (unsigned at = 1; at <= effects && at < EFFECTS_MOST; at += EVENT_STEP) {
			play_with_crashes(&tally, at, CRASH_STEP);
			play(&tally, at, at);
			play(&tally, at, at + 1);
		}
	} else {
		play_with_crashes(&tally, 0, CRASH_ALL_STEP);
	}
	printf("%s %u - %s, %s\n# %u plays, %u of them with a crash, %u failed\n",
	       tally.failed ? "not ok" : "ok", number, scenario->name, order_names[order], tally.plays,
	       tally.crashes, tally.failed);
	fflush(stdout);
	return tally.failed == 0;
}

static int tell(const struct scenario *scenario, char **arguments)
{
	char broken[400];

	named_play(scenario, (enum order)strtoul(arguments[0], NULL, 10),
		   (unsigned)strtoul(arguments[1], NULL, 10), (unsigned)strtoul(arguments[2], NULL, 10), true,
		   broken);
	return 0;
}

static bool play_orders(const struct scenario *scenario, unsigned *number)
{
	bool all_well = true;

	for (enum order order = 0; order < ORDERS; order++)
		if (scenario->orders & 1U << order)
			all_well = play_order(scenario, order, ++*number) && all_well;
	return all_well;
}

static int tell_names(void)
{
	for (size_t table = 0; table < countof(tables); table++)
		for (size_t i = 0; i < tables[table]->count; i++)
			puts(tables[table]->list[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	const char *wanted = argc > 1 ? argv[1] : NULL;
	unsigned number = 0;
	bool all_well = true;

	if (wanted && strcmp(wanted, "--names") == 0)
		return tell_names();
	for (size_t table = 0; table < countof(tables); table++)
		for (size_t i = 0; i < tables[table]->count; i++) {
			const struct scenario *scenario = &tables[table]->list[i];
			if (wanted && strcmp(scenario->name, wanted) != 0)
				continue;
			if (argc == 5)
				return tell(scenario, argv + 2);
			all_well = play_orders(scenario, &number) && all_well;
		}
	printf("1..%u\n", number);
	return all_well && number ? 0 : 1;
}
