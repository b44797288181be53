#include "bridge/cli/command_option.h"

#include <stddef.h>

const struct command_option command_options_known[] = {
	{"--json", TAKES_JSON, OPTION_FLAG, offsetof(struct command_options, json), NULL,
	 "one object on stdout"},
	{"--full", TAKES_FULL, OPTION_FLAG, offsetof(struct command_options, full), NULL,
	 "compare everything"},
	{"--held", TAKES_HELD, OPTION_WORDS, offsetof(struct command_options, held), "SIDE",
	 "\"documents\" or \"rows\": whose values count in what is held apart since the database went back"},
	{"--remove-twins", TAKES_TWINS, OPTION_FLAG, offsetof(struct command_options, remove_twins), NULL,
	 "delete what the app's own sync made twice, on both sides, as far as nobody has edited it"},
	{"--integration", TAKES_INTEGRATION, OPTION_WORDS, offsetof(struct command_options, integration),
	 "ID", "only this integration"},
	{"--batch", TAKES_BATCH, OPTION_NUMBER, offsetof(struct command_options, batch), "N",
	 "number of a batch"},
	{"--entry", TAKES_ENTRY, OPTION_WORDS, offsetof(struct command_options, entry), "ID",
	 "ID of a change"},
	{"--item", TAKES_ITEM, OPTION_WORDS, offsetof(struct command_options, item), "ID",
	 "ID or name of an item; or the ID of any document, with its type before it: collection-…"},
	{"--limit", TAKES_LIMIT, OPTION_NUMBER, offsetof(struct command_options, limit), "N",
	 "how many are listed"},
	{"--dry-run", TAKES_DRY_RUN, OPTION_FLAG, offsetof(struct command_options, dry_run), NULL,
	 "say what would be done, and do nothing"},
	{"--last", TAKES_LAST, OPTION_FLAG, offsetof(struct command_options, last), NULL,
	 "undo the newest batch, after asking"},
	{"--yes", TAKES_LAST, OPTION_FLAG, offsetof(struct command_options, yes), NULL, "do not ask"},
	{"--force", TAKES_FORCE, OPTION_FLAG, offsetof(struct command_options, force), NULL,
	 "undo what was edited since, too"},
	{"--field", TAKES_FIELD, OPTION_LIST, 0, "NAME",
	 "undo this field (\"Notes\" or notes) even if it was edited since; may be given several times"},
	{.name = NULL},
};
