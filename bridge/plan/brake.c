#include "bridge/plan/brake.h"

#include <stddef.h>

/* ---- holds ---- */

static bool holds(const struct brake_hold *hold, int64_t now_ms)
{
	return hold->reason != BRAKE_FREE && now_ms < hold->until_ms;
}

static bool is_calm(const struct brake_hold *hold, int64_t now_ms)
{
	return hold->reason == BRAKE_FREE || now_ms - hold->until_ms > BRAKE_CALM_MS;
}

static void begin_hold(struct brake_hold *hold, enum brake_reason reason, int64_t first_ms, int64_t cap_ms,
		       int64_t now_ms)
{
	int64_t length_ms = first_ms;

	if (is_calm(hold, now_ms))
		hold->level = 0;
	for (unsigned level = 0; level < hold->level && length_ms < cap_ms; level++)
		length_ms *= 2;
	hold->level++;
	hold->reason = reason;
	hold->until_ms = now_ms + (length_ms < cap_ms ? length_ms : cap_ms);
}

/* That of the field, or a place for one; NULL: all are in use. */
static struct brake_hold *hold_of(struct brake *brake, enum field field, int64_t now_ms)
{
	struct brake_hold *free_one = NULL;

	for (size_t i = 0; i < BRAKE_HOLDS; i++) {
		struct brake_hold *hold = &brake->fields[i];
		if (hold->reason != BRAKE_FREE && hold->field == field)
			return hold;
		if (!free_one && is_calm(hold, now_ms))
			free_one = hold;
	}
	if (free_one)
		*free_one = (struct brake_hold){.field = field};
	return free_one;
}

/* ---- fields ---- */

static size_t kept(const struct brake *brake)
{
	return brake->count < BRAKE_WRITES ? brake->count : BRAKE_WRITES;
}

void brake_note_write(struct brake *brake, const struct brake_write *write)
{
	brake->writes[brake->count++ % BRAKE_WRITES] = *write;
}

/* What was written before the last hold of the field is past. */
static bool counts(const struct brake_write *write, const struct brake_hold *hold,
		   const struct brake_write *next)
{
	return write->field == next->field && next->at_ms - write->at_ms < BRAKE_WINDOW_MS &&
	       write->at_ms >= hold->until_ms;
}

/* After a hold once each way is enough. */
static bool goes_to_and_fro(const struct brake *brake, const struct brake_hold *hold,
			    const struct brake_write *next)
{
	unsigned each_way[2] = {0}, enough = is_calm(hold, next->at_ms) ? BRAKE_EACH_WAY : 1;

	for (size_t i = 0; i < kept(brake); i++) {
		const struct brake_write *write = &brake->writes[i];
		bool same = write->from == next->from && write->to == next->to;
		bool reverse = write->from == next->to && write->to == next->from;
		if (counts(write, hold, next) && (same || reverse))
			each_way[write->to_row]++;
	}
	return each_way[0] >= enough && each_way[1] >= enough;
}

/* After a hold a third of the edits is enough, and of the time. */
static bool is_edited_without_end(const struct brake *brake, const struct brake_hold *hold,
				  const struct brake_write *next)
{
	unsigned edits = 0, less = is_calm(hold, next->at_ms) ? 1 : 3;
	int64_t first_ms = next->at_ms;

	for (size_t i = 0; i < kept(brake); i++) {
		const struct brake_write *write = &brake->writes[i];
		if (write->to_row || !counts(write, hold, next))
			continue;
		edits++;
		first_ms = write->at_ms < first_ms ? write->at_ms : first_ms;
	}
	return !next->to_row && edits >= BRAKE_EDITS / less &&
	       next->at_ms - first_ms >= BRAKE_EDITS_OVER_MS / less;
}

struct brake_hold brake_check_write(struct brake *brake, const struct brake_write *write)
{
	const struct brake_hold free_one = {.reason = BRAKE_FREE};
	struct brake_hold *hold = hold_of(brake, write->field, write->at_ms);

	if (!hold)
		return free_one;
	if (holds(hold, write->at_ms))
		return *hold;
	enum brake_reason reason = goes_to_and_fro(brake, hold, write)         ? BRAKE_TO_AND_FRO
				   : is_edited_without_end(brake, hold, write) ? BRAKE_ENDLESS_EDITS
									       : BRAKE_FREE;
	if (reason == BRAKE_FREE)
		return free_one;
	begin_hold(hold, reason, BRAKE_HOLD_FIRST_MS, BRAKE_HOLD_CAP_MS, write->at_ms);
	return *hold;
}

/* ---- rows ---- */

void brake_note_restore(struct brake *brake, int64_t now_ms)
{
	for (size_t i = BRAKE_RESTORES - 1; i > 0; i--)
		brake->restored_ms[i] = brake->restored_ms[i - 1];
	brake->restored_ms[0] = now_ms;
}

int64_t brake_check_restore(struct brake *brake, int64_t now_ms)
{
	int64_t oldest_ms = brake->restored_ms[BRAKE_RESTORES - 1];

	if (holds(&brake->row, now_ms))
		return brake->row.until_ms;
	/* After a hold it is put back once. */
	bool tried = is_calm(&brake->row, now_ms) || brake->restored_ms[0] >= brake->row.until_ms;
	if (!oldest_ms || now_ms - oldest_ms >= BRAKE_DAY_MS || !tried)
		return 0;
	begin_hold(&brake->row, BRAKE_TO_AND_FRO, BRAKE_RESTORE_FIRST_MS, BRAKE_RESTORE_CAP_MS, now_ms);
	return brake->row.until_ms;
}

bool brake_is_idle(const struct brake *brake, int64_t now_ms)
{
	bool idle = is_calm(&brake->row, now_ms) &&
		    (!brake->restored_ms[0] || now_ms - brake->restored_ms[0] >= BRAKE_DAY_MS);

	for (size_t i = 0; i < BRAKE_HOLDS; i++)
		idle = idle && is_calm(&brake->fields[i], now_ms);
	for (size_t i = 0; i < kept(brake); i++)
		idle = idle && now_ms - brake->writes[i].at_ms >= BRAKE_WINDOW_MS;
	return idle;
}
