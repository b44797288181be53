/*     each integration ──> its documents in the state database ──> a block of sentences, or of figures
 *
 * It asks CouchDB alone, and no process: so it says the same on every machine, and when nothing runs. */
#include "bridge/cli/command_status.h"

#include "base/http.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge/cli/command_databases.h"
#include "bridge/connect/connection.h"
#include "bridge/report/report_words.h"

#include <stdio.h>
#include <string.h>

static const struct log no_place;

static void warn_of_finding(void *context, enum finding_kind kind, const char *words)
{
	(void)context;
	if (kind == FINDING_PROBLEM)
		log_warn(&no_place, "%s", words);
}

/* ---- one integration ---- */

static void print_line(const char *name, char *words)
{
	printf("  %-11s %s\n", name, words);
	own_free_text(&words);
}

static char *holder_words(const struct report *report)
{
	struct text words = {0};
	scoped_text holder = lease_document_message(&report->lease);

	text_add_visible(&words, holder, "");
	return text_take(&words);
}

/* A process that runs has its own settings, and says itself what they lack. */
static bool lacks_token(const struct bridge_settings *settings, const struct integration_config *config,
			enum report_life life)
{
	return life != REPORT_RUNS && !bridge_settings_token(settings, config->base_id);
}

static void print_block(const struct bridge_settings *settings, const struct integration_config *config,
			const struct report *report, enum report_life life)
{
	const struct figures *figures = &report->figures;
	struct text head = {0};

	text_add(&head, "integration '");
	text_add_visible(&head, config->name, "");
	text_format(&head, "' (%s) of database %s, base %s", config->id, config->database, config->base_id);
	printf("%s\n", text_or_empty(&head));
	text_done(&head);
	print_line("state", report_state_words(report, life));
	if (lacks_token(settings, config, life))
		print_line("token", own_format("none for this base: set AIRTABLE_TOKEN or AIRTABLE_TOKEN_%s",
					       config->base_id));
	if (life == REPORT_RUNS)
		print_line("kept by", holder_words(report));
	if (!report->has_figures)
		return;
	print_line("changes", report_changes_words(figures));
	print_line("holds", report_counts_words(figures));
	print_line("problems", own_format("%lld%s, %lld waiting", (long long)figures->problems,
					  figures->problems ? " ('davenport problems' lists them)" : "",
					  (long long)figures->waiting));
	if (figures->pictures_waiting)
		print_line("pictures", own_format("of %lld items are not all in Airtable yet",
						  (long long)figures->pictures_waiting));
	print_line("lag", report_lag_words(figures));
	print_line("hears", report_hears_words(figures));
	print_line("calls", report_calls_words(report));
	print_line("servers", report_servers_words(figures));
}

static struct json_object *block_json(const struct integration_config *config, const struct report *report,
				      enum report_life life)
{
	struct json_object *json = report_json(report, life);

	json_put_text(json, "id", config->id);
	json_put_text(json, "name", config->name);
	json_put_text(json, "database", config->database);
	json_put_text(json, "base", config->base_id);
	return json;
}

/* False: what is remembered of it cannot be read. */
static bool show_one(const struct bridge_settings *settings, const struct command_options *options,
		     struct http *http, const struct integration_config *config,
		     struct json_object *integrations, int *status, struct error *error)
{
	scoped_text database = own_format("%s" STATE_SUFFIX, config->database);
	scoped(couch_client) state = connection_open_couch(settings, http, database);
	struct report report = {0};

	if (!report_read(state, config->id, config->base_id, &report, error))
		return error_wrap(error, "reading how integration '%s' stands", config->name);
	enum report_life life = report_life(&report, NULL);
	if (report_wants_attention(&report, life) || lacks_token(settings, config, life))
		*status = EXIT_PROBLEMS;
	json_append(integrations, block_json(config, &report, life));
	if (!options->json)
		print_block(settings, config, &report, life);
	return true;
}

/* ---- the command ---- */

static bool show_all(const struct bridge_settings *settings, const struct command_options *options,
		     struct http *http, const struct integration_configs *configs,
		     struct json_object *integrations, int *status, struct error *error)
{
	size_t shown = 0;

	for (size_t i = 0; i < configs->count; i++) {
		const struct integration_config *config = &configs->list[i];
		if (options->integration && strcmp(options->integration, config->id) != 0)
			continue;
		shown++;
		if (!show_one(settings, options, http, config, integrations, status, error))
			return false;
	}
	if (options->integration && !shown)
		return command_no_integration(configs, options->integration, error);
	return shown > 0 || configs->problems > 0 ||
	       error_set(error, ERROR_FATAL,
			 "no database holds an Airtable integration: make one in the app, and let the phone "
			 "replicate it");
}

int status_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(http) http = http_open(CONNECTION_AGENT);
	struct integration_search search = {.settings = settings, .http = http, .report = warn_of_finding};
	struct integration_configs configs = {0};
	scoped(json_object) answer = json_new_object();
	struct json_object *integrations = json_new_array();
	struct error error = {0};
	int status = EXIT_DONE;

	json_put(answer, "integrations", integrations);
	bool ok = integrations_find(&search, &configs, &error);
	if (ok && configs.problems)
		status = EXIT_PROBLEMS;
	ok = ok && show_all(settings, options, http, &configs, integrations, &status, &error);
	if (!ok)
		status = command_fails(&error, answer);
	if (options->json)
		command_prints(answer);
	integration_configs_done(&configs);
	return status;
}
