/* What the words behind "davenport" ask for, and what is said of those that cannot be understood. */
#include "bridge/cli/command_completion.h"
#include "bridge/cli/command_line.h"
#include "bridge/cli/command_manual.h"
#include "bridge/cli/command_option.h"
#include "tests/unit/cases.h"

#include <string.h>

#define WORDS_MOST 6

/* What a good line comes to, as one text: "history limit=3 json". */
static char *shown(const struct command_line *line)
{
	const struct command_options *options = &line->options;
	struct text text = {0};

	text_add(&text, line->version ? "version" : line->help ? "help" : "");
	text_add(&text, line->form == HELP_MANUAL       ? " man"
			: line->form == HELP_COMPLETION ? " completion"
							: "");
	if (line->command)
		text_format(&text, "%s%s", text.length ? " " : "", line->command->name);
	if (options->limit)
		text_format(&text, " limit=%lld", (long long)options->limit);
	if (options->batch)
		text_format(&text, " batch=%lld", (long long)options->batch);
	if (options->integration)
		text_format(&text, " integration=%s", options->integration);
	if (options->held)
		text_format(&text, " held=%s", options->held);
	for (size_t i = 0; i < options->field_count; i++)
		text_format(&text, " field=%s", options->fields[i]);
	for (size_t i = 0; i < options->word_count; i++)
		text_format(&text, " word=%s", options->words[i]);
	text_add(&text, options->json ? " json" : "");
	text_add(&text, options->full ? " full" : "");
	text_add(&text, options->dry_run ? " dry-run" : "");
	return text_take(&text);
}

static const struct line_case {
	const char *sentence;
	const char *words[WORDS_MOST];
	const char *good; /* or NULL: it is refused, */
	const char *said; /* with these words */
} line_cases[] = {
	{"a command alone", {"run"}, "run", NULL},
	{"a flag", {"check", "--json"}, "check json", NULL},
	{"a value as the next word", {"history", "--limit", "3"}, "history limit=3", NULL},
	{"a value behind '='", {"history", "--limit=3"}, "history limit=3", NULL},
	{"a value with '=' in it", {"problems", "--integration=a=b"}, "problems integration=a=b", NULL},
	{"options in any order",
	 {"history", "--json", "--limit=3", "--batch", "7"},
	 "history limit=3 batch=7 json",
	 NULL},
	{"of two values the last", {"history", "--limit=3", "--limit=4"}, "history limit=4", NULL},
	{"a list of values",
	 {"revert", "--field=Notes", "--field", "Name", "--dry-run"},
	 "revert field=Notes field=Name dry-run",
	 NULL},
	{"a value that looks like an option", {"sync", "--held", "--full"}, "sync held=--full", NULL},

	{"a word where the command takes words", {"keys", "list"}, "keys word=list", NULL},
	{"two words with an option between them",
	 {"keys", "retire", "--json", "k1"},
	 "keys word=retire word=k1 json",
	 NULL},
	{"a word may have '=' in it", {"keys", "retire", "a=b"}, "keys word=retire word=a=b", NULL},

	{"--help", {"--help"}, "help", NULL},
	{"-h", {"-h"}, "help", NULL},
	{"help", {"help"}, "help", NULL},
	{"help for one command", {"help", "check"}, "help check", NULL},
	{"help for help", {"help", "--help"}, "help", NULL},
	{"the manual", {"help", "man"}, "help man", NULL},
	{"what bash completes", {"help", "completion"}, "help completion", NULL},
	{"a command's --help", {"check", "--help"}, "help check", NULL},
	{"a command's -h", {"check", "-h"}, "help check", NULL},
	{"-h behind what is wrong", {"check", "--jsno", "-h"}, "help check", NULL},
	{"--version", {"--version"}, "version", NULL},
	{"-V", {"-V"}, "version", NULL},

	{"nothing", {NULL}, NULL, "a command is missing; 'davenport --help' lists what there is"},
	{"a command that there is not",
	 {"frobnicate"},
	 NULL,
	 "there is no command 'frobnicate'; 'davenport --help' lists what there is"},
	{"a misspelt command",
	 {"chekc"},
	 NULL,
	 "there is no command 'chekc' (did you mean 'check'?); 'davenport --help' lists what there is"},
	{"help for what there is not",
	 {"help", "synch"},
	 NULL,
	 "there is no command 'synch' (did you mean 'sync'?)"},
	{"an option before the command",
	 {"--json", "check"},
	 NULL,
	 "a command comes first, and '--json' is none"},
	{"an option that this command does not take",
	 {"check", "--limit=3"},
	 NULL,
	 "check does not take '--limit'; 'davenport help check' lists what it takes"},
	{"a misspelt option", {"sync", "--ful"}, NULL, "sync does not take '--ful' (did you mean '--full'?)"},
	{"a misspelt option with a value",
	 {"history", "--limt=3"},
	 NULL,
	 "history does not take '--limt' (did you mean '--limit'?)"},
	{"a word too many", {"sync", "full"}, NULL, "sync does not take 'full'; 'davenport help sync'"},
	{"a word beyond those that a command can take",
	 {"keys", "retire", "k1", "k2"},
	 NULL,
	 "keys does not take 'k2'; 'davenport help keys'"},
	{"an option that a command of words does not take",
	 {"keys", "list", "--full"},
	 NULL,
	 "keys does not take '--full'"},
	{"a flag with a value",
	 {"sync", "--full=yes"},
	 NULL,
	 "--full takes no value, and 'yes' stands behind it"},
	{"a value that is missing", {"history", "--limit"}, NULL, "--limit needs a value: --limit N"},
	{"a value that is empty",
	 {"problems", "--integration="},
	 NULL,
	 "--integration needs a value: --integration ID"},
	{"a number that is none",
	 {"history", "--limit=many"},
	 NULL,
	 "--limit takes a whole number from 1 on, and 'many' is none"},
	{"nought",
	 {"history", "--limit", "0"},
	 NULL,
	 "--limit takes a whole number from 1 on, and '0' is none"},
};

static void check_line(void **state)
{
	const struct line_case *row = *state;
	struct command_line line = {0};
	struct error error = {0};
	int count = 0;

	while (count < WORDS_MOST && row->words[count])
		count++;
	bool good = command_line_read(count, (char *const *)(uintptr_t)row->words, &line, &error);
	scoped_text is = good ? shown(&line) : own_copy(error.text);
	if (good != !row->said || (good ? strcmp(is, row->good) != 0 : !strstr(is, row->said)))
		fail_msg("%s: '%s'", good ? "it is taken for" : "it says", is);
}

static const struct help_case {
	const char *sentence;
	const char *command; /* or NULL: all */
	const char *there, *not_there;
} help_cases[] = {
	{"the help of all names the commands", NULL, "\n  check ", NULL},
	{"the help of all names who takes an option", NULL,
	 "--limit N          how many are listed (history)\n", NULL},
	{"the help of all names the settings", NULL, "\n  COUCHDB_URL ", NULL},
	{"the help of one names its usage", "history", "usage: davenport history [options]\n", "COUCHDB_URL"},
	{"the help of one names its words", "keys",
	 "usage: davenport keys make|list|rotate|retire ID [options]\n", NULL},
	{"the help of one names its options", "history", "  --limit N          how many are listed\n",
	 "--force"},
	{"the help of one names -h", "check", "  -h, --help         this\n", "--limit"},
	{"a command without options says so", "run", "usage: davenport run\n", "[options]"},
};

static void check_help(void **state)
{
	const struct help_case *row = *state;
	const struct command *command = commands;
	struct text text = {0};

	while (row->command && command->name && strcmp(command->name, row->command) != 0)
		command++;
	command_line_help(row->command ? command : NULL, &text);
	scoped_text is = text_take(&text);
	if (!strstr(is, row->there) || (row->not_there && strstr(is, row->not_there)))
		fail_msg("it says '%s'", is);
}

/* A name as man has it: with its hyphens escaped. */
static char *escaped(const char *name)
{
	struct text text = {0};

	for (; *name; name++)
		text_format(&text, "%s%c", *name == '-' ? "\\" : "", *name);
	return text_take(&text);
}

static void every_option_is_on_every_page(void **state)
{
	struct text manual = {0}, completion = {0}, help = {0};

	(void)state;
	command_manual(&manual);
	command_completion(&completion);
	command_line_help(NULL, &help);
	for (const struct command_option *option = command_options_known; option->name; option++) {
		scoped_text heading = escaped(option->name);
		scoped_text line = own_format(".B %s%s", heading, option->value ? " " : "\n");
		if (!strstr(manual.bytes, line) || !strstr(completion.bytes, option->name) ||
		    !strstr(help.bytes, option->name))
			fail_msg("%s is not everywhere", option->name);
	}
	for (const struct command *command = commands; command->name; command++) {
		scoped_text heading = own_format(".B %s", command->name);
		scoped_text choice = own_format("\t%s) words=", command->name);
		if (!strstr(manual.bytes, heading) || !strstr(completion.bytes, choice) ||
		    !strstr(help.bytes, command->name))
			fail_msg("%s is not everywhere", command->name);
	}
	text_done(&manual);
	text_done(&completion);
	text_done(&help);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, line_cases, check_line);
	cases_add_table(&cases, help_cases, check_help);
	cases_add(&cases, own_copy("every option is on every page"), every_option_is_on_every_page, NULL);
	return cases_run("command_line", &cases);
}
