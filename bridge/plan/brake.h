/* A brake on endless loops (sync-rules 17), as when an automation undoes what is written, or another program syncs the same rows.
 * What goes to and fro is paused for a while that grows: a pause is a hold in the names below. Pure. It is kept in memory for each pair that was written lately, so a new
 * process counts anew. All times are of one steady clock.
 *
 * A field is paused when it was written
 *   - three times each way within ten minutes, between the same two values, or
 *   - fifteen times from the row to the document within ten minutes, over at least five: nobody types so long at one cell.
 * A row is paused when it was put back twice within a day, and is gone again. When a pause is over, one more try is made. */
#pragma once
#include "bridge/fields/field.h"

#include <stdint.h>

enum brake_limits {
	BRAKE_WRITES = 20, /* that are remembered, of all fields of a pair */
	BRAKE_HOLDS = 3,   /* fields that are paused at a time; further ones are not */
	BRAKE_EACH_WAY = 3,
	BRAKE_EDITS = 15,
	BRAKE_EDITS_OVER_MS = 300000,
	BRAKE_WINDOW_MS = 600000,
	BRAKE_HOLD_FIRST_MS = 600000, /* of a field; twice as long each time, */
	BRAKE_HOLD_CAP_MS = 3600000,  /* up to this */
	BRAKE_RESTORES = 2,
	BRAKE_DAY_MS = 86400000,
	BRAKE_RESTORE_FIRST_MS = 3600000, /* of a row; twice as long each time, */
	BRAKE_RESTORE_CAP_MS = 86400000,  /* up to this */
	BRAKE_CALM_MS = 86400000,         /* this long after a hold the next one is a first one again */
};

enum brake_reason { BRAKE_FREE, BRAKE_TO_AND_FRO, BRAKE_ENDLESS_EDITS };

struct brake_hold {
	enum brake_reason reason; /* BRAKE_FREE: the place is not used */
	enum field field;
	unsigned level; /* holds so far; the longer the next */
	int64_t until_ms;
};
/* One write of one field: 'from' was replaced by 'to', hashes of the values. */
struct brake_write {
	enum field field;
	bool to_row; /* else to the document */
	uint32_t from, to;
	int64_t at_ms;
};
/* {0} is one that pauses nothing. */
struct brake {
	unsigned count; /* writes noted so far; the last BRAKE_WRITES are kept, in a ring */
	struct brake_write writes[BRAKE_WRITES];
	struct brake_hold fields[BRAKE_HOLDS];
	struct brake_hold row;
	int64_t restored_ms[BRAKE_RESTORES]; /* the newest first; 0: none */
};

/* Notes that the write was done. */
void brake_note_write(struct brake *brake, const struct brake_write *write);
/* Whether this write, about to be made, is paused, why, and until when. A pause may begin with it. */
struct brake_hold brake_check_write(struct brake *brake, const struct brake_write *write);
/* The first notes that a row was put back. The second says until when the next time is paused, or 0; a pause may begin with this
 * question. */
void brake_note_restore(struct brake *brake, int64_t now_ms);
int64_t brake_check_restore(struct brake *brake, int64_t now_ms);
/* Whether nothing in it counts any more. */
bool brake_is_idle(const struct brake *brake, int64_t now_ms);
