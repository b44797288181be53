#include "bridge/cli/command_manual.h"

#include "bridge/cli/command_line.h"
#include "bridge/cli/command_option.h"
#include "bridge/version.h"

/* What man would read as its own: a backslash, a dot or a quote that begins a line, and a hyphen that is one. */
static void add_escaped(struct text *text, const char *words)
{
	bool begins = true;

	for (; *words; words++) {
		if (begins && (*words == '.' || *words == '\''))
			text_add(text, "\\&");
		if (*words == '\\')
			text_add(text, "\\e");
		else if (*words == '-')
			text_add(text, "\\-");
		else
			text_add_bytes(text, words, 1);
		begins = *words == '\n';
	}
}

static void add_command(struct text *text, const struct command *command)
{
	text_add(text, ".TP\n.B ");
	add_escaped(text, command->name);
	if (command->arguments) {
		text_add(text, " ");
		add_escaped(text, command->arguments);
	}
	text_add(text, "\n");
	add_escaped(text, command->words);
	text_add(text, ".\n");
}

static void add_option(struct text *text, const struct command_option *option)
{
	text_add(text, ".TP\n.B ");
	add_escaped(text, option->name);
	if (option->value) {
		text_add(text, " ");
		add_escaped(text, option->value);
	}
	text_add(text, "\n");
	add_escaped(text, option->words);
	command_line_takers(option, text);
	text_add(text, ".\n");
}

void command_manual(struct text *text)
{
	struct text settings = {0};

	text_format(text, ".TH DAVENPORT 1 \"\" \"davenport %s\" \"User Commands\"\n", DAVENPORT_VERSION);
	text_add(text,
		 ".SH NAME\ndavenport \\- keeps a CouchDB database of the Inventory app and an Airtable "
		 "base in step\n"
		 ".SH SYNOPSIS\n.B davenport\n.I command\n[options]\n.SH COMMANDS\n");
	for (const struct command *command = commands; command->name; command++)
		add_command(text, command);
	text_add(text, ".SH OPTIONS\n");
	for (const struct command_option *option = command_options_known; option->name; option++)
		add_option(text, option);
	text_add(text,
		 ".TP\n.B \\-h, \\-\\-help\nthe commands and settings; behind a command what it takes.\n"
		 ".TP\n.B \\-V, \\-\\-version\nthe version.\n"
		 ".SH EXIT STATUS\n0 done, 1 problems found or something failed, 2 usage or settings, "
		 "3 a server cannot be reached.\n"
		 ".SH ENVIRONMENT\nSettings come from the environment, or from KEY=value lines of the file "
		 "that\n.B DAVENPORT_CONFIG\nnames; a password or token also as <NAME>_FILE, the file that "
		 "holds it.\n.nf\n");
	bridge_settings_help(&settings);
	add_escaped(text, text_or_empty(&settings));
	text_add(text, ".fi\n");
	text_done(&settings);
}
