/* SIGHUP: the settings are read again, and the log says which count from then on, and which at the next start. */
#pragma once
#include "base/text.h"
#include "bridge/settings.h"

/* {.now = …}: those of the start, borrowed. */
struct settings_again {
	const struct bridge_settings *now;
	size_t count;
	struct bridge_settings **read; /* owned; none is freed before the end, since threads use them */
};

/* What one reading has brought. */
struct settings_news {
	struct bridge_settings *settings; /* owned until settings_again_count(); what is to count */
	bool any;                         /* some setting counts that did not */
	bool for_integrations;            /* those are to begin anew */
	char *words;                      /* owned; for the log */
};
/* ERROR_FATAL: they are wrong. */
must_use bool settings_again_read(const struct settings_again *again, struct settings_news *news_out,
				  struct error *error);
/* They count from now on. */
void settings_again_count(struct settings_again *again, struct settings_news *news);
void settings_news_done(struct settings_news *news);
void settings_again_done(struct settings_again *again);
