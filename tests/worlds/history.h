/* A history: what people, phones, faults and crashes do in a world, as a list that can be run, cut short and printed. */
#pragma once
#include "tests/worlds/world.h"

#define HISTORY_LIMIT 64
#define HISTORY_PICTURES                                                                                     \
	1000000000000    /* a seed: from here on histories have pictures, as no former ones had */
#define HISTORY_REACH 60 /* effects of a pass: things happen at one of its first so many */

/* The sync rule that must be in the bridge for an event; those of rules that are not are left out of random histories. */
enum history_rule {
	RULE_ALWAYS = 0,
	RULE_1 = 1,
	RULE_8 = 8,
	RULE_9 = 9, /* pictures */
	RULE_10 = 10,
	RULE_13 = 13,
	RULE_14 = 14,
	RULE_16 = 16, /* of histories with a second process alone */
	RULE_20 = 20,
	RULE_28 = 28 /* the app's own sync */
};

struct event {
	unsigned kind;
	unsigned a, b, c; /* what they choose is up to the kind; any number will do */
	unsigned at;      /* 0: now; else at this effect of the next pass */
};
struct history {
	uint64_t seed;
	size_t count;
	bool whole_passes; /* each goes on until nothing is left to do */
	struct event events[HISTORY_LIMIT];
};

/* Follows from the seed. Of those that can be divided by 8 each has a second process on the same integration. In those that can be
 * divided by 5 somebody may press the app's own sync; with APP_SYNCS=1 in the environment, in all of them. Those from HISTORY_PICTURES on
 * have pictures; with PICTURES=1 in the environment, all of them. */
void history_draw(uint64_t seed, struct history *history);
/* Leaves out what servers cannot be made to do, and has all of it happen between passes that are whole: how far another one gets is a
 * matter of time. */
void history_make_plain(struct history *history);
/* True when every invariant held; else what was broken. */
bool history_run(const struct history *history, bool verbose, char broken_out[400]);
/* The shortest that still fails in the same manner, found by leaving out. */
void history_shrink(struct history *history);

/* kept.c: histories as text. */

/* As a file for tests/worlds/kept/. */
void history_print(const struct history *history, const char *found);
/* Strictly: a comment, the seed, one event a line. False and what is wrong, with its line. */
must_use bool history_parse(const char *text, struct history *history_out, struct error *error);
