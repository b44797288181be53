#include "bridge/daemon/reminders.h"

#include "base/own.h"

#include <stdlib.h>
#include <string.h>

void reminders_done(struct reminders *reminders)
{
	for (size_t i = 0; i < reminders->count; i++)
		free(reminders->list[i].words);
	free(reminders->list);
	*reminders = (struct reminders){0};
}

static struct reminder *find(struct reminders *reminders, const char *words)
{
	for (size_t i = 0; i < reminders->count; i++)
		if (strcmp(reminders->list[i].words, words) == 0)
			return &reminders->list[i];
	return NULL;
}

bool reminders_due(struct reminders *reminders, const char *words, int64_t now_steady_ms)
{
	struct reminder *known = find(reminders, words);

	if (known) {
		known->found = true;
		if (now_steady_ms - known->reported_steady_ms < REMINDERS_AGAIN_MS)
			return false;
		known->reported_steady_ms = now_steady_ms;
		return true;
	}
	if (reminders->count == REMINDERS_MOST)
		return true;
	reminders->list = own_resize(reminders->list, reminders->count + 1, sizeof *reminders->list);
	reminders->list[reminders->count++] = (struct reminder){
		.words = own_copy(words),
		.reported_steady_ms = now_steady_ms,
		.found = true,
	};
	return true;
}

size_t reminders_end_round(struct reminders *reminders)
{
	size_t kept = 0, before = reminders->count;

	for (size_t i = 0; i < before; i++) {
		struct reminder reminder = reminders->list[i];
		if (!reminder.found) {
			free(reminder.words);
			continue;
		}
		reminder.found = false;
		reminders->list[kept++] = reminder;
	}
	reminders->count = kept;
	return before - kept;
}
