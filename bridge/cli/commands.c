#include "bridge/cli/commands.h"

#include "base/json.h"
#include "bridge/cli/command_check.h"
#include "bridge/cli/command_control.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/command_health.h"
#include "bridge/cli/command_history.h"
#include "bridge/cli/command_keys.h"
#include "bridge/cli/command_password.h"
#include "bridge/cli/command_problems.h"
#include "bridge/cli/command_revert.h"
#include "bridge/cli/command_run.h"
#include "bridge/cli/command_status.h"
#include "bridge/cli/command_sync.h"

#include <stdio.h>
#include <string.h>

/* What others have named stays in its line, and moves no terminal. */
static void print_visible(const char *words)
{
	struct text line = {0};

	text_add_visible(&line, words, "");
	printf("%s\n", text_or_empty(&line));
	text_done(&line);
}

/* ---- check ---- */

static const char *const finding_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_PROBLEM] = "problem",
	[FINDING_NOT_CHECKED] = "not checked",
};

static void print_finding(void *context, enum finding_kind kind, const char *words)
{
	struct json_object *findings = context;

	if (!findings) {
		scoped_text line = own_format("%s: %s", finding_names[kind], words);
		print_visible(line);
		return;
	}
	struct json_object *json = json_new_object();
	json_put_text(json, "state", finding_names[kind]);
	json_put_text(json, "words", words);
	json_append(findings, json);
}

static int check(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	struct json_object *findings = options->json ? json_new_array() : NULL;

	int status = check_all(settings, print_finding, findings);
	if (options->json) {
		json_put(answer, "findings", findings);
		command_prints(answer);
	}
	return status;
}

const struct command commands[] = {
	{.name = "run",
	 .run = run_command,
	 .words = "keep every integration in step until SIGTERM or Ctrl-C",
	 .stays = true},
	{.name = "sync",
	 .run = sync_command,
	 .takes = TAKES_FULL | TAKES_HELD | TAKES_TWINS | TAKES_INTEGRATION | TAKES_JSON,
	 .words = "one cycle for each integration; --full compares everything; --held ends what is held "
		  "apart; "
		  "--remove-twins deletes what the app made twice"},
	{.name = "status",
	 .run = status_command,
	 .takes = TAKES_INTEGRATION | TAKES_JSON,
	 .words = "how each integration stands: its state, the last changes, problems, calls, lag"},
	{.name = "pause",
	 .run = pause_command,
	 .takes = TAKES_INTEGRATION | TAKES_JSON,
	 .words = "stop writing on both sides until resume, also after a restart, from whatever machine"},
	{.name = "resume",
	 .run = resume_command,
	 .takes = TAKES_INTEGRATION | TAKES_JSON,
	 .words = "end a pause"},
	{.name = "check",
	 .run = check,
	 .takes = TAKES_JSON,
	 .words = "look at every setting, both servers and the schema; change nothing"},
	{.name = "problems",
	 .run = problems_command,
	 .takes = TAKES_INTEGRATION | TAKES_JSON,
	 .words = "documents and rows of which something should be known, each with its reason"},
	{.name = "history",
	 .run = history_command,
	 .takes = TAKES_INTEGRATION | TAKES_BATCH | TAKES_ITEM | TAKES_LIMIT | TAKES_JSON,
	 .words = "what was changed: batches, the newest first; --batch N or --item ID or NAME: the changes "
		  "of one"},
	{.name = "revert",
	 .run = revert_command,
	 .takes = TAKES_INTEGRATION | TAKES_BATCH | TAKES_ENTRY | TAKES_DRY_RUN | TAKES_FORCE | TAKES_FIELD |
		  TAKES_LAST | TAKES_JSON,
	 .words = "undo a change (--entry ID), all of a batch (--batch N) or the newest batch (--last); "
		  "--dry-run only "
		  "says what it would do"},
	{.name = "keys",
	 .run = keys_command,
	 .takes = TAKES_WORDS | TAKES_JSON,
	 .words = "the keys that sign links to pictures, in the file that IMAGE_KEYS_FILE names: make the "
		  "first "
		  "one, list them, rotate (a new one signs), retire an old one",
	 .arguments = "make|list|rotate|retire ID",
	 .bare = true},
	{.name = "password",
	 .run = password_command,
	 .takes = TAKES_JSON,
	 .words =
		 "make the hash for ADMIN_PASSWORD_HASH of a password that is typed twice, or comes on stdin",
	 .bare = true},
	{.name = "health",
	 .run = health_command,
	 .takes = TAKES_WORDS | TAKES_JSON,
	 .words =
		 "whether the process that runs on this machine answers on its admin port; ready: and all of "
		 "its integrations work",
	 .arguments = "[ready]"},
	{.name = NULL},
};
