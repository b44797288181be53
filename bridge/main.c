/* davenport: reads the settings and hands over to a command. */
#include "base/descriptors.h"
#include "base/log.h"
#include "base/own.h"
#include "bridge/commands.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "0.1.0"

struct option {
	const char *name;
	unsigned takes;
	enum { OPTION_FLAG, OPTION_WORDS, OPTION_NUMBER, OPTION_LIST } kind;
	size_t offset; /* in struct command_options */
	const char *words;
};

static const struct option options_known[] = {
	{"--json", TAKES_JSON, OPTION_FLAG, offsetof(struct command_options, json), "one object on stdout"},
	{"--full", TAKES_FULL, OPTION_FLAG, offsetof(struct command_options, full), "compare everything"},
	{"--held", TAKES_HELD, OPTION_WORDS, offsetof(struct command_options, held),
	 "\"documents\" or \"rows\": whose values count in rows that are held since the database went back"},
	{"--remove-twins", TAKES_TWINS, OPTION_FLAG, offsetof(struct command_options, remove_twins),
	 "delete what the app's own sync made twice, on both sides, as far as nobody has edited it"},
	{"--integration", TAKES_INTEGRATION, OPTION_WORDS, offsetof(struct command_options, integration),
	 "ID of the only integration that is meant"},
	{"--batch", TAKES_BATCH, OPTION_NUMBER, offsetof(struct command_options, batch), "number of a batch"},
	{"--entry", TAKES_ENTRY, OPTION_WORDS, offsetof(struct command_options, entry), "ID of a change"},
	{"--item", TAKES_ITEM, OPTION_WORDS, offsetof(struct command_options, item),
	 "ID of an item; or of any document, with its type before it: collection-…"},
	{"--limit", TAKES_LIMIT, OPTION_NUMBER, offsetof(struct command_options, limit),
	 "how many are listed"},
	{"--dry-run", TAKES_DRY_RUN, OPTION_FLAG, offsetof(struct command_options, dry_run),
	 "say what would be done, and do nothing"},
	{"--force", TAKES_FORCE, OPTION_FLAG, offsetof(struct command_options, force),
	 "undo what was edited since, too"},
	{"--field", TAKES_FIELD, OPTION_LIST, 0,
	 "undo this field (\"Notes\" or notes) even if it was edited since"},
};

static void print_takers(unsigned takes)
{
	const char *between = "";

	for (const struct command *command = commands; command->name; command++) {
		if (!(command->takes & takes))
			continue;
		printf("%s%s", between, command->name);
		between = ", ";
	}
}

static void print_help(void)
{
	struct text settings = {0};

	printf("davenport keeps a CouchDB database of the Inventory app and an Airtable base in step.\n\n"
	       "usage: davenport <command> [options]\n\n");
	for (const struct command *command = commands; command->name; command++)
		printf("  %-8s %s\n", command->name, command->words);
	printf("\n");
	for (size_t i = 0; i < countof(options_known); i++) {
		printf("  %-14s %s (", options_known[i].name, options_known[i].words);
		print_takers(options_known[i].takes);
		printf(")\n");
	}
	printf("\nExit: 0 done, 1 problems found or something failed, 2 usage or settings, 3 a server cannot "
	       "be "
	       "reached.\n\n"
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

static bool read_number(const char *words, int64_t *number_out)
{
	char *end = NULL;

	errno = 0;
	*number_out = strtoll(words, &end, 10);
	return *words >= '0' && *words <= '9' && !*end && errno == 0 && *number_out > 0;
}

/* 'value' is the word behind the option. */
static bool put_option(struct command_options *options, const struct option *option, const char *value)
{
	char *place = (char *)options + option->offset;

	if (option->kind != OPTION_FLAG && (!value || !*value))
		return false;
	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		return true;
	case OPTION_WORDS:
		*(const char **)place = value;
		return true;
	case OPTION_NUMBER:
		return read_number(value, (int64_t *)place);
	case OPTION_LIST:
		if (options->field_count == countof(options->fields))
			return false;
		options->fields[options->field_count++] = value;
		return true;
	}
	return false;
}

static const struct option *find_option(const struct command *command, const char *name)
{
	for (size_t i = 0; i < countof(options_known); i++)
		if (strcmp(options_known[i].name, name) == 0 && (command->takes & options_known[i].takes))
			return &options_known[i];
	return NULL;
}

int main(int count, char **words)
{
	struct command_options options = {0};

	descriptors_prepare();
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
		const struct option *option = find_option(command, words[i]);
		if (!option)
			return usage_error("this command does not take ", words[i]);
		if (!put_option(&options, option, i + 1 < count ? words[i + 1] : NULL))
			return usage_error("what stands behind it cannot be: ", words[i]);
		i += option->kind != OPTION_FLAG;
	}
	return run_command(command, &options);
}
