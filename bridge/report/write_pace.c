#include "bridge/report/write_pace.h"

void write_pace_begin(struct write_pace *pace, int64_t now_ms)
{
	*pace = (struct write_pace){.written_ms = now_ms, .full_ms = now_ms};
}

/* Each write puts the time at which all are there again a minute off. */
static bool any_saved(const struct write_pace *pace, int64_t now_ms)
{
	return pace->full_ms - now_ms <= (WRITE_PACE_SAVED - 1) * (int64_t)WRITE_PACE_MS;
}

bool write_pace_is_due(const struct write_pace *pace, bool changed, int64_t now_ms)
{
	return any_saved(pace, now_ms) && (changed || now_ms - pace->written_ms >= WRITE_PACE_MS);
}

void write_pace_note(struct write_pace *pace, int64_t now_ms)
{
	int64_t from_ms = pace->full_ms > now_ms ? pace->full_ms : now_ms;

	pace->written_ms = now_ms;
	pace->full_ms = from_ms + WRITE_PACE_MS;
}
