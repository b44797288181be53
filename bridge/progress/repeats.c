/* A ring: the oldest makes room for the newest. */
#include "bridge/progress/repeats.h"

#include "base/own.h"

#include <stdlib.h>

void repeats_done(struct repeats *repeats)
{
	free(repeats->list);
	*repeats = (struct repeats){0};
}

static struct repeat *find(const struct repeats *repeats, uint64_t hash)
{
	for (size_t i = 0; i < repeats->count; i++)
		if (repeats->list[i].hash == hash)
			return &repeats->list[i];
	return NULL;
}

static void add(struct repeats *repeats, uint64_t hash, int64_t now_ms)
{
	struct repeat repeat = {.hash = hash, .logged_ms = now_ms};

	if (repeats->count == REPEATS_MOST) {
		repeats->list[repeats->oldest] = repeat;
		repeats->oldest = (repeats->oldest + 1) % REPEATS_MOST;
		return;
	}
	repeats->list = own_resize(repeats->list, repeats->count + 1, sizeof *repeats->list);
	repeats->list[repeats->count++] = repeat;
}

bool repeats_due(struct repeats *repeats, const char *thing, const char *sentence, int64_t now_ms,
		 unsigned *untold_out)
{
	scoped_text both = own_format("%s\n%s", thing, sentence);
	uint64_t hash = text_hash(both);
	struct repeat *known = find(repeats, hash);

	*untold_out = 0;
	if (!known) {
		add(repeats, hash, now_ms);
		return true;
	}
	if (now_ms - known->logged_ms < REPEATS_AGAIN_MS) {
		known->untold++;
		return false;
	}
	*untold_out = known->untold;
	known->logged_ms = now_ms;
	known->untold = 0;
	return true;
}

void repeats_add_count(struct text *line, unsigned untold)
{
	if (!untold)
		return;
	text_add(line, " (");
	text_add_count(line, untold, "time", "times");
	text_add(line, " more since this was last logged)");
}
