#include "bridge/cli/command_line.h"

#include "base/nearest.h"
#include "bridge/cli/command_option.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR_ENOUGH = 3 }; /* letters; what is further away was not meant */

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool is_version(const char *word)
{
	return strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0;
}

/* ---- commands ---- */

static const struct command *find_command(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static const char *nearest_command(const char *name)
{
	const char *nearest = NULL;
	size_t least = NEAR_ENOUGH + 1;

	for (const struct command *command = commands; command->name; command++) {
		size_t far = nearest_distance(name, command->name);
		if (far < least && far < strlen(command->name)) {
			least = far;
			nearest = command->name;
		}
	}
	return nearest;
}

static bool read_command(const char *name, const struct command **command_out, struct error *error)
{
	*command_out = find_command(name);
	if (*command_out)
		return true;
	const char *nearest = nearest_command(name);
	if (name[0] == '-')
		return error_set(error, ERROR_FATAL,
				 "a command comes first, and '%.60s' is none; 'davenport --help' lists them",
				 name);
	return error_set(error, ERROR_FATAL,
			 "there is no command '%.60s'%s%s%s; 'davenport --help' lists what there is", name,
			 nearest ? " (did you mean '" : "", nearest ? nearest : "", nearest ? "'?)" : "");
}

/* ---- options ---- */

/* 'length': of the name, without what stands behind a '='. */
static const struct command_option *find_option(const struct command *command, const char *word,
						size_t length)
{
	for (size_t i = 0; command_options_known[i].name; i++) {
		const struct command_option *option = &command_options_known[i];
		if ((command->takes & option->takes) && strlen(option->name) == length &&
		    strncmp(option->name, word, length) == 0)
			return option;
	}
	return NULL;
}

static const char *nearest_option(const struct command *command, const char *name)
{
	const char *nearest = NULL;
	size_t least = NEAR_ENOUGH + 1;

	for (size_t i = 0; command_options_known[i].name; i++) {
		size_t far = nearest_distance(name, command_options_known[i].name);
		if ((command->takes & command_options_known[i].takes) && far < least) {
			least = far;
			nearest = command_options_known[i].name;
		}
	}
	return nearest;
}

static bool refuse_word(const struct command *command, const char *word, size_t length, struct error *error)
{
	scoped_text name = own_copy_bytes(word, length);
	const char *nearest = word[0] == '-' ? nearest_option(command, name) : NULL;

	return error_set(error, ERROR_FATAL,
			 "%s does not take '%.60s'%s%s%s; 'davenport help %s' lists what it takes",
			 command->name, name, nearest ? " (did you mean '" : "", nearest ? nearest : "",
			 nearest ? "'?)" : "", command->name);
}

static bool read_number(const char *words, int64_t *number_out)
{
	char *end = NULL;

	errno = 0;
	*number_out = strtoll(words, &end, 10);
	return *words >= '0' && *words <= '9' && !*end && errno == 0 && *number_out > 0;
}

static bool put_number(const struct command_option *option, const char *value, int64_t *place,
		       struct error *error)
{
	return read_number(value, place) ||
	       error_set(error, ERROR_FATAL, "%s takes a whole number from 1 on, and '%.60s' is none",
			 option->name, value);
}

static bool put_field(struct command_options *options, const char *value, struct error *error)
{
	if (options->field_count == countof(options->fields))
		return error_set(error, ERROR_FATAL, "--field may be given %zu times at most",
				 countof(options->fields));
	options->fields[options->field_count++] = value;
	return true;
}

/* 'value': what stands behind it, or NULL. */
static bool put_option(struct command_options *options, const struct command_option *option,
		       const char *value, struct error *error)
{
	char *place = (char *)options + option->offset;

	if (option->kind == OPTION_FLAG) {
		*(bool *)place = true;
		return !value ||
		       error_set(error, ERROR_FATAL, "%s takes no value, and '%.60s' stands behind it",
				 option->name, value);
	}
	if (!value || !*value)
		return error_set(error, ERROR_FATAL, "%s needs a value: %s %s", option->name, option->name,
				 option->value);
	if (option->kind == OPTION_NUMBER)
		return put_number(option, value, (int64_t *)(void *)place, error);
	if (option->kind == OPTION_LIST)
		return put_field(options, value, error);
	*(const char **)(void *)place = value;
	return true;
}

static bool is_argument(const struct command_line *line, const char *word)
{
	return (line->command->takes & TAKES_WORDS) && word[0] != '-' &&
	       line->options.word_count < COMMAND_WORDS_MOST;
}

static bool read_options(int count, char *const *words, struct command_line *line, struct error *error)
{
	for (int i = 0; i < count; i++) {
		if (is_argument(line, words[i])) {
			line->options.words[line->options.word_count++] = words[i];
			continue;
		}
		size_t length = strcspn(words[i], "=");
		const struct command_option *option = find_option(line->command, words[i], length);
		if (!option)
			return refuse_word(line->command, words[i], length, error);
		const char *value = words[i][length] ? words[i] + length + 1 : NULL;
		if (!value && option->kind != OPTION_FLAG && i + 1 < count)
			value = words[++i];
		if (!put_option(&line->options, option, value, error))
			return false;
	}
	return true;
}

/* davenport help man */
static enum help_form form_of(const char *word)
{
	if (strcmp(word, "man") == 0)
		return HELP_MANUAL;
	return strcmp(word, "completion") == 0 ? HELP_COMPLETION : HELP_TEXT;
}

static bool asks_for_help(int count, char *const *words)
{
	for (int i = 0; i < count; i++)
		if (is_help(words[i]))
			return true;
	return false;
}

bool command_line_read(int count, char *const *words, struct command_line *line_out, struct error *error)
{
	struct command_line line = {.version = count > 0 && is_version(words[0])};

	if (count == 0)
		return error_set(error, ERROR_FATAL,
				 "a command is missing; 'davenport --help' lists what there is");
	bool named = strcmp(words[0], "help") == 0; /* davenport help check */
	line.help = !line.version && (named || asks_for_help(count, words));
	line.form = named && count > 1 ? form_of(words[1]) : HELP_TEXT;
	const char *name = named && line.form == HELP_TEXT ? (count > 1 ? words[1] : NULL)
			   : named                         ? NULL
							   : words[0];
	if (line.version || (line.help && (!name || is_help(name)))) {
		*line_out = line;
		return true;
	}
	if (!read_command(name, &line.command, error))
		return false;
	if (!line.help && !read_options(count - 1, words + 1, &line, error))
		return false;
	*line_out = line;
	return true;
}

/* ---- help ---- */

static void add_option(const struct command_option *option, const char *between, struct text *text)
{
	scoped_text name = own_format("%s%s%s", option->name, option->value ? " " : "",
				      option->value ? option->value : "");

	text_format(text, "  %-18s %s%s", name, option->words, between);
}

void command_line_takers(const struct command_option *option, struct text *text)
{
	const char *between = " (";

	for (const struct command *command = commands; command->name; command++) {
		if (!(command->takes & option->takes))
			continue;
		text_format(text, "%s%s", between, command->name);
		between = ", ";
	}
	text_add(text, ")");
}

static void help_one(const struct command *command, struct text *text)
{
	const char *arguments = command->arguments ? command->arguments : "";

	text_format(text, "usage: davenport %s%s%s%s\n\n%s\n\n", command->name, *arguments ? " " : "",
		    arguments, command->takes ? " [options]" : "", command->words);
	for (size_t i = 0; command_options_known[i].name; i++)
		if (command->takes & command_options_known[i].takes)
			add_option(&command_options_known[i], "\n", text);
	text_format(text, "  %-18s this\n\n'davenport --help' lists all commands and the settings.\n",
		    "-h, --help");
}

static void help_all(struct text *text)
{
	text_add(text,
		 "davenport keeps a CouchDB database of the Inventory app and an Airtable base in step.\n\n"
		 "usage: davenport <command> [options]\n\n");
	for (const struct command *command = commands; command->name; command++)
		text_format(text, "  %-8s %s\n", command->name, command->words);
	text_add(text, "  help     this; of one command: davenport help <command>, or davenport <command> "
		       "--help\n\n");
	for (size_t i = 0; command_options_known[i].name; i++) {
		add_option(&command_options_known[i], "", text);
		command_line_takers(&command_options_known[i], text);
		text_add(text, "\n");
	}
	text_format(text, "  %-18s this\n  %-18s the version\n\n", "-h, --help", "-V, --version");
	text_add(text,
		 "Exit: 0 done, 1 problems found or something failed, 2 usage or settings, 3 a server cannot "
		 "be "
		 "reached.\n\n"
		 "Settings, from the environment or from KEY=value lines of the file that DAVENPORT_CONFIG "
		 "names; a\n"
		 "password or token also as <NAME>_FILE, the file that holds it:\n\n");
	bridge_settings_help(text);
}

void command_line_help(const struct command *command, struct text *text)
{
	if (command)
		help_one(command, text);
	else
		help_all(text);
}
