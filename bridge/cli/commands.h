/* What `davenport <command>` does. Each returns the exit status. */
#pragma once
#include "bridge/cli/command.h"
#include "bridge/settings.h"

/* Which options a command takes. */
enum command_takes {
	TAKES_JSON = 1 << 0,
	TAKES_FULL = 1 << 1,
	TAKES_INTEGRATION = 1 << 2,
	TAKES_BATCH = 1 << 3,
	TAKES_ENTRY = 1 << 4,
	TAKES_ITEM = 1 << 5,
	TAKES_LIMIT = 1 << 6,
	TAKES_DRY_RUN = 1 << 7,
	TAKES_FORCE = 1 << 8,
	TAKES_FIELD = 1 << 9,
	TAKES_HELD = 1 << 10,
	TAKES_TWINS = 1 << 11,
	TAKES_LAST = 1 << 13,
	TAKES_WORDS = 1 << 12, /* without a "--" before them */
};
struct command {
	const char *name;
	int (*run)(const struct bridge_settings *settings, const struct command_options *options);
	unsigned takes;
	const char *words;     /* for --help */
	const char *arguments; /* for --help, what its words may be; or NULL */
	bool stays;            /* it goes on until a signal: its first line says what it works with */
	bool bare;             /* it runs without settings: they are NULL */
};
/* Ends with a NULL name. */
extern const struct command commands[];
