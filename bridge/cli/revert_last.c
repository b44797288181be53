#include "bridge/cli/revert_last.h"

#include "base/clock.h"
#include "base/text.h"
#include "bridge/connect/connection.h"
#include "bridge/review/history_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static bool find_in(const struct bridge_settings *settings, const struct command_databases *places,
		    const char *database, struct history_batches *newest, struct error *error)
{
	scoped(couch_client) couch = connection_open_couch(settings, places->http, database);

	return history_list_batches(couch, places->created_by, 1, newest, error) ||
	       error_wrap(error, "database %s", database);
}

bool revert_last_find(const struct bridge_settings *settings, const struct command_databases *places,
		      struct history_batches *last_out, const char **database_out, struct error *error)
{
	struct history_batches last = {0};

	for (size_t i = 0; i < places->count; i++) {
		struct history_batches newest = {0};
		if (!find_in(settings, places, places->databases[i], &newest, error)) {
			history_batches_done(&last);
			return false;
		}
		if (newest.count && (!last.count || newest.list[0].batch > last.list[0].batch)) {
			history_batches_done(&last);
			last = newest;
			*database_out = places->databases[i];
		} else {
			history_batches_done(&newest);
		}
	}
	*last_out = last;
	return last.count > 0 || error_set(error, ERROR_FATAL, "nothing is recorded that could be undone");
}

static bool is_yes(void)
{
	char answer[16] = "";

	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

bool revert_last_confirm(const struct command_options *options, const struct history_read_batch *batch,
			 const char *integration, struct error *error)
{
	struct text question = {0};
	char iso[CLOCK_ISO_SIZE] = "?";

	if (options->yes || options->dry_run)
		return true;
	if (!isatty(STDIN_FILENO))
		return error_set(error, ERROR_FATAL,
				 "--last asks before it undoes anything, and nobody sits at a terminal: add "
				 "--yes, or --dry-run to see what it would do");
	clock_iso(batch->batch, iso);
	text_format(&question, "undo batch %" PRId64 " of %s, ", batch->batch, iso);
	text_add_count(&question, (int64_t)batch->entries, "change", "changes");
	text_add(&question, " by ");
	history_words_add_author(&question, batch->created_by, integration);
	fprintf(stderr, "%s? [y/N] ", text_or_empty(&question));
	text_done(&question);
	return is_yes() || error_set(error, ERROR_FATAL, "nothing was undone");
}
