/* When figures are written into the state database: on average at most once a minute. Pure; the steady clock is given.
 *
 * Figures alone wait until a minute has passed since the last write. A change of state is written at once, by writes that were
 * saved up while nothing changed: at most three of them, so that a state that goes to and fro costs no more than a quiet one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum write_pace_limits {
	WRITE_PACE_MS = 60000,
	WRITE_PACE_SAVED = 3, /* writes that may follow each other at once */
};

struct write_pace {
	int64_t written_ms; /* the last one */
	int64_t full_ms;    /* when all saved ones are there again; at or before now: they are */
};
void write_pace_begin(struct write_pace *pace, int64_t now_ms);
/* changed: the state is another than was written. */
bool write_pace_is_due(const struct write_pace *pace, bool changed, int64_t now_ms);
/* A write was tried, with whatever success. */
void write_pace_note(struct write_pace *pace, int64_t now_ms);
