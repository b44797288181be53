/* A cycle for each integration: by this process, or by the one that keeps it in step. */
#include "bridge/cli/command_sync.h"

#include "base/http.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/sync_ask.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/token_limits.h"
#include "bridge/daemon/cycle_message.h"
#include "bridge/daemon/integration.h"

#include <stdio.h>
#include <string.h>

static const struct log no_place;

static void log_finding(void *context, enum finding_kind kind, const char *words)
{
	(void)context;
	if (kind == FINDING_PROBLEM)
		log_error(&no_place, "%s", words);
}

static struct json_object *report_json(const struct integration_config *config,
				       const struct integration_report *report, const struct error *error)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "id", config->id);
	json_put_text(json, "name", config->name);
	json_put_text(json, "database", config->database);
	json_put_text(json, "base", config->base_id);
	json_put(json, "ok", json_new_bool(error->kind == ERROR_NONE));
	json_put_text(json, "error", error->kind == ERROR_NONE ? NULL : error->text);
	json_put(json, "pairs", json_new_int((int64_t)report->pairs));
	json_put(json, "documents_written", json_new_int(report->counts.documents_written));
	json_put(json, "rows_created", json_new_int(report->counts.rows_created));
	json_put(json, "rows_updated", json_new_int(report->counts.rows_updated));
	json_put(json, "rows_deleted", json_new_int(report->counts.rows_deleted));
	json_put(json, "conflicts", json_new_int(report->counts.conflicts));
	json_put(json, "problems", json_new_int((int64_t)report->problems));
	json_put(json, "waiting", json_new_int((int64_t)report->waiting));
	json_put(json, "airtable_calls", json_new_int(report->airtable_calls));
	return json;
}

/* What others have named stays in its line, and moves no terminal. */
static void print_visible(const char *words)
{
	struct text line = {0};

	text_add_visible(&line, words, "");
	printf("%s\n", text_or_empty(&line));
	text_done(&line);
}

static void print_report(const struct integration_config *config, const struct integration_report *report,
			 const struct error *error)
{
	static const struct sync_counts none;
	struct text text = {0};

	if (error->kind != ERROR_NONE) { /* the log has said why */
		scoped_text words = own_format("integration '%s': not synced", config->name);
		print_visible(words);
		return;
	}
	text_format(&text, "integration '%s': ", config->name);
	text_add_count(&text, (int64_t)report->pairs, "pair", "pairs");
	text_add(&text, "; ");
	cycle_message_add(&text, &none, &report->counts);
	text_add(&text, "; ");
	text_add_count(&text, report->counts.conflicts, "conflict", "conflicts");
	text_format(&text, "; %zu with a problem, %zu waiting; ", report->problems, report->waiting);
	text_add_count(&text, report->airtable_calls, "Airtable call", "Airtable calls");
	print_visible(text_or_empty(&text));
	text_done(&text);
}

static int exit_status_of(const struct error *error, const struct integration_report *report)
{
	if (error->kind != ERROR_NONE)
		return command_status(error);
	return report->problems ? EXIT_PROBLEMS : EXIT_DONE;
}

/* ORDER_UNKNOWN: it is not said, or is none of the two. */
static enum edit_order held_wins(const struct command_options *options)
{
	if (!options->held)
		return ORDER_UNKNOWN;
	if (strcmp(options->held, "documents") == 0)
		return ORDER_COUCH_NEWER;
	return strcmp(options->held, "rows") == 0 ? ORDER_AIRTABLE_NEWER : ORDER_UNKNOWN;
}

static bool is_meant(const struct command_options *options, const struct integration_config *config)
{
	return !options->integration || strcmp(options->integration, config->id) == 0;
}

static int sync_here(const struct bridge_settings *settings, struct token_limits *limits,
		     struct integration_config *config, const struct command_options *options,
		     struct json_object *reports)
{
	struct error error = {.kind = ERROR_NONE};
	struct integration_report report = {0};
	const char *token = bridge_settings_token(settings, config->base_id);
	struct integration *integration =
		integration_open(settings, config, token_limits_of(limits, token), "sync");

	const struct cycle_wish wish = {.ask_rows = true,
					.list_rows = options->full || options->remove_twins,
					.held_wins = held_wins(options),
					.remove_twins = options->remove_twins};
	if (integration_cycle(integration, &wish, &report, &error))
		error.kind = ERROR_NONE;
	else
		log_error(&no_place, "%s", error.text);
	if (options->json)
		json_append(reports, report_json(integration_config(integration), &report, &error));
	else
		print_report(integration_config(integration), &report, &error);
	integration_close(&integration);
	return exit_status_of(&error, &report);
}

/* The process that keeps it in step does it, if one does. */
static int sync_one(const struct bridge_settings *settings, struct token_limits *limits,
		    struct integration_config *config, const struct command_options *options,
		    struct json_object *reports)
{
	struct error error = {.kind = ERROR_NONE};
	struct integration_report report = {0};
	bool asked = false;

	if (!sync_ask(settings, config, options, &asked, &report, &error))
		log_error(&no_place, "%s", error.text);
	else if (!asked)
		return sync_here(settings, limits, config, options, reports);
	else
		error.kind = ERROR_NONE;
	if (options->json)
		json_append(reports, report_json(config, &report, &error));
	else
		print_report(config, &report, &error);
	return exit_status_of(&error, &report);
}

/* Problems outweigh what was done, and what cannot be reached outweighs both. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int sync_all(const struct bridge_settings *settings, const struct command_options *options)
{
	struct integration_configs configs = {0};
	struct token_limits limits = {0};
	scoped(http) http = http_open(CONNECTION_AGENT);
	struct integration_search search = {.settings = settings, .http = http, .report = log_finding};
	struct error error = {0};
	scoped(json_object) answer = json_new_object();
	struct json_object *reports = json_new_array();
	int status = EXIT_DONE;
	size_t meant = 0;

	json_put(answer, "integrations", reports);
	if (!integrations_find(&search, &configs, &error)) {
		status = command_fails(&error, answer);
	} else if (configs.problems) {
		status = EXIT_PROBLEMS;
	} else if (configs.count == 0) {
		log_error(&no_place, "no database holds an Airtable integration: make one in the app, and "
				     "let the phone replicate it");
		status = EXIT_PROBLEMS;
	}
	for (size_t i = 0; i < configs.count; i++) {
		if (!is_meant(options, &configs.list[i]))
			continue;
		meant++;
		status = worse(status, sync_one(settings, &limits, &configs.list[i], options, reports));
	}
	if (configs.count && !meant) {
		(void)command_no_integration(&configs, options->integration, &error);
		log_error(&no_place, "%s", error.text);
		json_put_text(answer, "error", error.text);
		status = worse(status, EXIT_PROBLEMS);
	}
	if (options->json)
		command_prints(answer);
	integration_configs_done(&configs);
	token_limits_done(&limits);
	return status;
}

int sync_command(const struct bridge_settings *settings, const struct command_options *options)
{
	if (!options->held || held_wins(options) != ORDER_UNKNOWN)
		return sync_all(settings, options);
	fprintf(stderr, "davenport: --held takes \"documents\" or \"rows\"\n");
	return EXIT_USAGE;
}
