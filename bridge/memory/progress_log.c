#include "bridge/memory/progress_log.h"

#include "base/clock.h"

#include <stdlib.h>

static void say(struct sync *sync, char *words)
{
	if (words)
		log_info(&sync->log, "%s", words);
	free(words);
}

/* Those that wait for their app link alone are not meant. */
static int64_t count_left(const struct sync *sync)
{
	int64_t left = 0;

	for (size_t i = 0; i < sync->pairs.count; i++) {
		const struct pair *pair = sync->pairs.list[i];
		left += pair->under_way || (pair->queued && pair->reasons != JOB_APP_LINK);
	}
	return left;
}

static bool any_link_waits(const struct sync *sync)
{
	for (size_t i = 0; i < sync->pairs.count; i++) {
		const struct pair *pair = sync->pairs.list[i];
		if (pair_due_ms(pair, DUE_APP_LINK) || (pair->queued && pair->reasons & JOB_APP_LINK))
			return true;
	}
	return false;
}

static void report(struct sync *sync, int64_t now_ms)
{
	if (progress_is_due(&sync->progress, now_ms))
		say(sync, progress_take_message(&sync->progress, count_left(sync), now_ms));
}

static void report_links(struct sync *sync, int64_t now_ms)
{
	if (sync->progress.links)
		say(sync, progress_take_links(&sync->progress, any_link_waits(sync), now_ms));
}

void sync_progress_read(struct sync *sync, size_t count)
{
	int64_t now_ms = clock_steady_ms();

	progress_note_read(&sync->progress, (int64_t)count, now_ms);
	report(sync, now_ms);
}

void sync_progress_begin(struct sync *sync)
{
	if (sync->pairs.queue.count)
		progress_begin(&sync->progress, clock_steady_ms());
}

void sync_progress_report(struct sync *sync)
{
	report(sync, clock_steady_ms());
}

void sync_progress_end(struct sync *sync)
{
	int64_t now_ms = clock_steady_ms();

	say(sync, progress_take_end(&sync->progress, now_ms));
	report_links(sync, now_ms);
}
