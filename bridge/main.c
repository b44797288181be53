#include "base/descriptors.h"
#include "base/log.h"
#include "base/own.h"
#include "bridge/cli/command_completion.h"
#include "bridge/cli/command_line.h"
#include "bridge/cli/command_manual.h"
#include "bridge/settings_message.h"
#include "bridge/version.h"
#include "photos/child.h"

#include <stdio.h>

static int fails(const struct error *error)
{
	fprintf(stderr, "davenport: %s\n", error->text);
	return EXIT_USAGE;
}

static int print_help(const struct command_line *line)
{
	struct text text = {0};

	if (line->form == HELP_MANUAL)
		command_manual(&text);
	else if (line->form == HELP_COMPLETION)
		command_completion(&text);
	else
		command_line_help(line->command, &text);
	printf("%s", text_or_empty(&text));
	text_done(&text);
	return EXIT_DONE;
}

static void announce(const struct bridge_settings *settings)
{
	static const struct log no_place;
	scoped_text words = bridge_settings_message(settings);

	log_info(&no_place, "davenport %s begins: %s", DAVENPORT_VERSION, words);
}

static int run_line(const struct command_line *line)
{
	struct bridge_settings settings = {0};
	struct error error = {0};

	if (line->command->bare)
		return line->command->run(NULL, &line->options);
	if (!bridge_settings_load(&settings, &error))
		return fails(&error);
	if (line->command->stays)
		announce(&settings);
	bridge_settings_warn(&settings);
	int status = line->command->run(&settings, &line->options);
	bridge_settings_done(&settings);
	return status;
}

int main(int count, char **words)
{
	struct command_line line = {0};
	struct error error = {0};

	if (photo_child_is_asked(count, words))
		photo_child_run();
	descriptors_prepare();
	own_prepare();
	if (!command_line_read(count - 1, words + 1, &line, &error))
		return fails(&error);
	if (line.version) {
		printf("davenport " DAVENPORT_VERSION "\n");
		return EXIT_DONE;
	}
	return line.help ? print_help(&line) : run_line(&line);
}
