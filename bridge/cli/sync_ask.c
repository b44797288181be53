#include "bridge/cli/sync_ask.h"

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "bridge/connect/connection.h"
#include "bridge/report/control_store.h"
#include "bridge/report/report_words.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_MS = 500 };

static const struct log no_place;

struct wish {
	const char *id;
	const struct command_options *options;
};

static void set_wish(struct control *control, const void *context)
{
	const struct wish *wish = context;

	snprintf(control->wish_id, sizeof control->wish_id, "%s", wish->id);
	control->full = wish->options->full;
	control->remove_twins = wish->options->remove_twins;
	snprintf(control->held, sizeof control->held, "%s", wish->options->held ? wish->options->held : "");
}

static void fill_report(const struct figures *figures, struct integration_report *report)
{
	*report = (struct integration_report){
		.counts = {.documents_written = figures->answered_documents,
			   .rows_created = figures->answered_created,
			   .rows_updated = figures->answered_updated,
			   .rows_deleted = figures->answered_deleted,
			   .conflicts = figures->answered_conflicts},
		.pairs = (size_t)(figures->rows[TABLE_COLLECTIONS] + figures->rows[TABLE_ITEMS]),
		.problems = (size_t)figures->problems,
		.waiting = (size_t)figures->waiting,
	};
}

static bool refuse_paused(const struct report *report, struct error *error)
{
	scoped_text words = report_state_words(report, REPORT_RUNS);

	return error_set(error, ERROR_FATAL, "%s: 'davenport resume' ends that", words);
}

/* A process that ended meanwhile has not done it: then it is done here. */
static bool wait_for_answer(struct couch_client *state, const struct integration_config *config,
			    const char *wish_id, struct report *report, bool *asked, struct error *error)
{
	do {
		clock_sleep_ms(LOOK_MS);
		if (!report_read(state, config->id, config->base_id, report, error))
			return false;
		if (report->control.paused)
			return refuse_paused(report, error);
		if (strcmp(report->figures.answered_id, wish_id) == 0)
			return !report->figures.answered_error[0] ||
			       error_set(error, ERROR_FATAL, "%s", report->figures.answered_error);
		*asked = report_life(report, NULL) == REPORT_RUNS;
	} while (*asked);
	return true;
}

static bool ask(struct couch_client *state, const struct integration_config *config,
		const struct command_options *options, struct report *report, bool *asked,
		struct error *error)
{
	char id[37];
	struct wish wish = {id, options};
	scoped_text holder = lease_document_message(&report->lease);

	if (report->control.paused)
		return refuse_paused(report, error);
	random_uuid(id);
	if (!control_change(state, config->id, set_wish, &wish, error))
		return false;
	log_info(&no_place, "integration '%s': %s keeps it in step, and is asked for it", config->name,
		 holder);
	return wait_for_answer(state, config, id, report, asked, error);
}

bool sync_ask(const struct bridge_settings *settings, const struct integration_config *config,
	      const struct command_options *options, bool *asked_out, struct integration_report *report_out,
	      struct error *error)
{
	scoped(http) http = http_open(CONNECTION_AGENT);
	scoped_text database = own_format("%s" STATE_SUFFIX, config->database);
	scoped(couch_client) state = connection_open_couch(settings, http, database);
	struct report report = {0};
	struct error ignored = {0};

	*asked_out = false;
	if (!report_read(state, config->id, config->base_id, &report, &ignored) ||
	    report_life(&report, NULL) != REPORT_RUNS || strcmp(report.lease.command, "run") != 0)
		return true;
	*asked_out = true;
	if (!ask(state, config, options, &report, asked_out, error))
		return error_wrap(error, "integration '%s'", config->name);
	fill_report(&report.figures, report_out);
	return true;
}
