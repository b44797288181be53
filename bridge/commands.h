/* What `davenport <command>` does. Each returns the exit status. */
#pragma once
#include "bridge/settings.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_PROBLEMS = 1,    /* problems were found, or something failed */
	EXIT_USAGE = 2,       /* usage or settings */
	EXIT_UNREACHABLE = 3, /* a server cannot be reached */
};

struct command_options {
	bool json; /* one object on stdout and nothing else there */
	bool full;
};
struct command {
	const char *name;
	int (*run)(const struct bridge_settings *settings, const struct command_options *options);
	bool takes_full;
	bool takes_json;
	const char *words; /* for --help */
};
/* Ends with a NULL name. */
extern const struct command commands[];
