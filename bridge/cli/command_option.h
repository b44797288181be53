/* The options of all commands: one table, from which reading, --help, the manual and the completion follow. */
#pragma once
#include "bridge/cli/commands.h"

struct command_option {
	const char *name;
	unsigned takes; /* by the commands that take any of these (enum command_takes) */
	enum { OPTION_FLAG, OPTION_WORDS, OPTION_NUMBER, OPTION_LIST } kind;
	size_t offset;     /* in struct command_options */
	const char *value; /* what it is called in --help, or NULL: it has none */
	const char *words;
};
/* Ends with a NULL name. */
extern const struct command_option command_options_known[];
