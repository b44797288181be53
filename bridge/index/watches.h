/* Finds the pairs that wait for a thing: a pair that is stopped names what stops it, and is found when that changes. */
#pragma once
#include "base/index.h"
#include "bridge/index/pair.h"

struct pair;
struct watched {
	char *name;          /* owned */
	struct watch *first; /* owned, with those behind it */
};

struct watches {
	struct index by_name[WATCH_KINDS]; /* of struct watched; owned */
};
void watches_done(struct watches *watches);
void watches_add(struct watches *watches, struct pair *pair, enum watch_kind kind, const char *name);
/* The pair watches nothing of this kind any more. */
void watches_drop(struct watches *watches, struct pair *pair, enum watch_kind kind);
/* The first watch of this thing; the others are behind it. NULL: nobody watches it. */
const struct watch *watches_of(const struct watches *watches, enum watch_kind kind, const char *name);
