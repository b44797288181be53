/* davenport: reads the settings and hands over to a command. */
#include "base/log.h"
#include "base/own.h"
#include "bridge/commands.h"

#include <stdio.h>
#include <string.h>

#define VERSION "0.1.0"

static void print_help(void)
{
	struct text settings = {0};

	printf("davenport keeps a CouchDB database of the Inventory app and an Airtable base in step.\n\n"
	       "usage: davenport <command> [--json] [--full]\n\n");
	for (const struct command *command = commands; command->name; command++)
		printf("  %-8s %s\n", command->name, command->words);
	printf("\n--json: one object on stdout. Exit: 0 done, 1 problems found or something failed, 2 usage "
	       "or settings,\n"
	       "3 a server cannot be reached.\n\n"
	       "Settings, from the environment or from KEY=value lines of the file that DAVENPORT_CONFIG "
	       "names; a\n"
	       "password or token also as <NAME>_FILE, the file that holds it:\n\n");
	bridge_settings_help(&settings);
	printf("%s", text_or_empty(&settings));
	text_done(&settings);
}

static int usage_error(const char *words, const char *what)
{
	fprintf(stderr, "davenport: %s%s; 'davenport --help' lists what there is\n", words, what);
	return EXIT_USAGE;
}

static const struct command *find_command(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static int run_command(const struct command *command, const struct command_options *options)
{
	struct bridge_settings settings = {0};
	struct error error = {0};

	if (!bridge_settings_load(&settings, &error)) {
		fprintf(stderr, "davenport: %s\n", error.text);
		return EXIT_USAGE;
	}
	int status = command->run(&settings, options);
	bridge_settings_done(&settings);
	return status;
}

int main(int count, char **words)
{
	struct command_options options = {0};

	own_prepare();
	if (count < 2)
		return usage_error("a command is missing", "");
	if (strcmp(words[1], "--help") == 0 || strcmp(words[1], "help") == 0) {
		print_help();
		return EXIT_DONE;
	}
	if (strcmp(words[1], "--version") == 0) {
		printf("davenport " VERSION "\n");
		return EXIT_DONE;
	}
	const struct command *command = find_command(words[1]);
	if (!command)
		return usage_error("there is no command ", words[1]);
	for (int i = 2; i < count; i++) {
		if (strcmp(words[i], "--json") == 0 && command->takes_json)
			options.json = true;
		else if (strcmp(words[i], "--full") == 0 && command->takes_full)
			options.full = true;
		else
			return usage_error("this command does not take ", words[i]);
	}
	return run_command(command, &options);
}
