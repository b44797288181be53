#include "bridge/cli/command_completion.h"

#include "bridge/cli/command_option.h"

#include <string.h>

static void add_commands(struct text *text)
{
	for (const struct command *command = commands; command->name; command++)
		text_format(text, "%s ", command->name);
	text_add(text, "help --help --version");
}

/* "make|list|retire ID": the words before the bar, and before what stands for a value. */
static void add_arguments(struct text *text, const char *arguments)
{
	while (arguments && *arguments) {
		size_t length = strcspn(arguments, "| ");
		text_add_bytes(text, arguments, length);
		text_add(text, " ");
		arguments += strcspn(arguments, "|");
		arguments += *arguments == '|';
	}
}

static void add_command(struct text *text, const struct command *command)
{
	text_format(text, "\t%s) words=\"", command->name);
	add_arguments(text, command->arguments);
	for (const struct command_option *option = command_options_known; option->name; option++)
		if (command->takes & option->takes)
			text_format(text, "%s%s ", option->name, option->value ? "=" : "");
	text_add(text, "--help\" ;;\n");
}

void command_completion(struct text *text)
{
	text_add(text, "# bash completion of davenport\n"
		       "_davenport()\n{\n"
		       "\tlocal words=\"\" word=${COMP_WORDS[COMP_CWORD]}\n"
		       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"");
	add_commands(text);
	text_add(text, "\"\n\telse\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (const struct command *command = commands; command->name; command++)
		add_command(text, command);
	text_add(text, "\thelp) words=\"");
	add_commands(text);
	text_add(text, " man completion\" ;;\n\t\tesac\n\tfi\n"
		       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
		       "\t[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace\n"
		       "}\ncomplete -F _davenport davenport\n");
}
