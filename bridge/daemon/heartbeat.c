#include "bridge/daemon/heartbeat.h"

#include "base/clock.h"
#include "base/own.h"
#include "base/text.h"

void heartbeat_begin(struct heartbeat *heartbeat, uint64_t lines, int64_t steady_ms)
{
	*heartbeat = (struct heartbeat){.lines = lines, .logged_steady_ms = steady_ms};
}

void heartbeat_note(struct heartbeat *heartbeat, bool in_step, bool wrote, int64_t wall_ms)
{
	if (!in_step)
		heartbeat->in_step_since_ms = 0;
	else if (wrote || !heartbeat->in_step_since_ms)
		heartbeat->in_step_since_ms = wall_ms;
}

bool heartbeat_is_due(struct heartbeat *heartbeat, uint64_t lines, int64_t steady_ms)
{
	if (lines != heartbeat->lines) {
		heartbeat->lines = lines;
		heartbeat->logged_steady_ms = steady_ms;
	}
	if (steady_ms - heartbeat->logged_steady_ms < HEARTBEAT_EVERY_MS)
		return false;
	heartbeat->logged_steady_ms = steady_ms;
	return true;
}

/* To the second: nobody needs more. */
static void add_since(struct text *words, int64_t since_ms)
{
	char iso[CLOCK_ISO_SIZE];

	if (!since_ms)
		text_add(words, "not in step yet");
	else if (clock_iso(since_ms, iso))
		text_format(words, "in step since %.19sZ", iso);
	else
		text_add(words, "in step");
}

char *heartbeat_message(const struct heartbeat *heartbeat, const struct integration_report *report)
{
	struct text words = {0};

	add_since(&words, heartbeat->in_step_since_ms);
	text_add(&words, ": ");
	text_add_count(&words, (int64_t)report->pairs, "pair", "pairs");
	text_add(&words, ", ");
	text_add_count(&words, (int64_t)report->problems, "problem", "problems");
	text_format(&words, ", %zu waiting, ", report->waiting);
	text_add_count(&words, report->airtable_calls, "Airtable call", "Airtable calls");
	text_add(&words, " since the start");
	return text_take(&words);
}
