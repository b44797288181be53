#include "bridge/cli/settings_again.h"

#include <stdlib.h>

static char *words_of(const struct text *taken, const struct text *later)
{
	struct text words = {0};

	if (taken->length)
		text_format(&words, "; from now on it counts what they say of %s", text_or_empty(taken));
	if (later->length)
		text_format(&words, "; only at the next start it counts what they say of %s",
			    text_or_empty(later));
	if (!words.length)
		text_add(&words, "; they say what they said");
	return text_take(&words);
}

bool settings_again_read(const struct settings_again *again, struct settings_news *news_out,
			 struct error *error)
{
	struct settings_news news = {.settings = own_alloc(sizeof *news.settings)};
	struct text taken = {0}, later = {0};

	if (!bridge_settings_load(news.settings, error)) {
		free(news.settings);
		return false;
	}
	news.for_integrations = bridge_settings_take(again->now, news.settings, &taken, &later);
	news.any = taken.length > 0;
	news.words = words_of(&taken, &later);
	text_done(&taken);
	text_done(&later);
	*news_out = news;
	return true;
}

void settings_again_count(struct settings_again *again, struct settings_news *news)
{
	again->read = own_resize(again->read, again->count + 1, sizeof *again->read);
	again->now = again->read[again->count++] = take(news->settings);
}

static void done(struct bridge_settings *settings)
{
	if (!settings)
		return;
	bridge_settings_done(settings);
	free(settings);
}

void settings_news_done(struct settings_news *news)
{
	done(news->settings);
	free(news->words);
	*news = (struct settings_news){0};
}

void settings_again_done(struct settings_again *again)
{
	for (size_t i = 0; i < again->count; i++)
		done(again->read[i]);
	free(again->read);
	*again = (struct settings_again){0};
}
