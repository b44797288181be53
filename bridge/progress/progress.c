#include "bridge/progress/progress.h"

#include "base/text.h"

#include <inttypes.h>

void progress_begin(struct progress *progress, int64_t now_ms)
{
	if (progress->begun_ms && progress->done > 0)
		return;
	if (!progress->begun_ms)
		progress->told_ms = now_ms;
	progress->begun_ms = now_ms; /* the reading before it does not count: the rate is that of the work */
}

void progress_note_read(struct progress *progress, int64_t count, int64_t now_ms)
{
	progress_begin(progress, now_ms);
	progress->read += count;
}

void progress_note_link(struct progress *progress, int64_t now_ms)
{
	if (progress->links++ == 0)
		progress->links_from_ms = now_ms;
}

bool progress_is_due(const struct progress *progress, int64_t now_ms)
{
	return progress->begun_ms && now_ms - progress->told_ms >= PROGRESS_EVERY_MS;
}

static void add_rate(struct text *words, double per_second)
{
	text_format(words, per_second < 9.95 ? ", %.1f a second" : ", %.0f a second", per_second);
}

static void add_counts(struct text *words, const struct progress *progress, int64_t left)
{
	text_format(words, "progress: %" PRId64 " of ", progress->done);
	text_add_count(words, progress->done + left, "document or row", "documents and rows");
}

char *progress_take_message(struct progress *progress, int64_t left, int64_t now_ms)
{
	int64_t took_ms = now_ms - progress->begun_ms;
	struct text words = {0};

	if (!progress_is_due(progress, now_ms))
		return NULL;
	progress->told_ms = now_ms;
	progress->told = true;
	if (progress->done == 0 && left == 0) {
		text_add(&words, "progress: ");
		text_add_count(&words, progress->read, "document or row is read",
			       "documents and rows are read");
		return text_take(&words);
	}
	add_counts(&words, progress, left);
	if (progress->done && took_ms > 0) {
		add_rate(&words, (double)progress->done * 1000 / (double)took_ms);
		text_add(&words, ", about ");
		text_add_duration(&words, left * took_ms / progress->done);
		text_add(&words, " left");
	}
	return text_take(&words);
}

char *progress_take_end(struct progress *progress, int64_t now_ms)
{
	struct progress ended = *progress;
	struct text words = {0};

	*progress = (struct progress){.links = ended.links, .links_from_ms = ended.links_from_ms};
	if (!ended.told || ended.done == 0)
		return NULL;
	add_counts(&words, &ended, 0);
	text_add(&words, " in ");
	text_add_duration(&words, now_ms - ended.begun_ms);
	return text_take(&words);
}

char *progress_take_links(struct progress *progress, bool any_waits, int64_t now_ms)
{
	int64_t waited_ms = now_ms - progress->links_from_ms;
	bool long_enough = waited_ms >= (progress->links >= PROGRESS_LINKS_MANY ? PROGRESS_LINKS_MANY_MS
										: PROGRESS_LINKS_EVERY_MS);
	struct text words = {0};

	if (progress->links == 0 || (any_waits && !long_enough))
		return NULL;
	text_add_count(&words, progress->links, "app link is", "app links are");
	text_add(&words, " written: the app's own screens know these rows now");
	progress->links = 0;
	return text_take(&words);
}
