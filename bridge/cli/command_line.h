/* Reads the words behind "davenport" on the command line. */
#pragma once
#include "bridge/cli/commands.h"

enum help_form {
	HELP_TEXT,
	HELP_MANUAL,     /* the manual page, for man */
	HELP_COMPLETION, /* for bash */
};

struct command_line {
	bool version, help;  /* only that is asked for */
	enum help_form form; /* of the help */
	const struct command
		*command; /* what is to be done, or (help) what is asked about; NULL: everything */
	struct command_options options; /* borrow the words */
};

/* 'words' without the program's own name. A command comes first; its options as --name value or --name=value, in any order; --help
 * and -h anywhere; "help man" and "help completion" are not about a command. ERROR_FATAL: a sentence for whoever wrote it, with the nearest right word. */
must_use bool command_line_read(int count, char *const *words, struct command_line *line_out,
				struct error *error);
/* What --help prints: of one command, or (NULL) of all, with the settings. */
void command_line_help(const struct command *command, struct text *text);
struct command_option;
/* " (sync, run)": the commands that take the option. */
void command_line_takers(const struct command_option *option, struct text *text);
