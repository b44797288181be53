#include "bridge/commands.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge/command_history.h"
#include "bridge/find.h"
#include "bridge/integration.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEARCH_SECONDS 30 /* between looks for integrations that came or went */

static const struct log no_place;

static void log_finding(void *context, enum finding_kind kind, const char *words)
{
	(void)context;
	if (kind == FINDING_PROBLEM)
		log_error(&no_place, "%s", words);
}

/* ---- the tokens' limiters ---- */

/* A token's 50 requests a second are shared by all its bases. */
struct limiters {
	size_t count;
	struct token_limiter {
		char *token;
		struct airtable_limiter *limiter;
	} * list;
};

static struct airtable_limiter *limiter_of(struct limiters *limiters, const char *token)
{
	if (!token)
		return NULL;
	for (size_t i = 0; i < limiters->count; i++)
		if (strcmp(limiters->list[i].token, token) == 0)
			return limiters->list[i].limiter;
	limiters->list = own_resize(limiters->list, limiters->count + 1, sizeof *limiters->list);
	limiters->list[limiters->count] = (struct token_limiter){
		.token = own_copy(token),
		.limiter = airtable_limiter_open(AIRTABLE_TOKEN_PER_SECOND),
	};
	return limiters->list[limiters->count++].limiter;
}

static void limiters_done(struct limiters *limiters)
{
	for (size_t i = 0; i < limiters->count; i++) {
		free(limiters->list[i].token);
		airtable_limiter_close(&limiters->list[i].limiter);
	}
	free(limiters->list);
}

/* ---- run ---- */

struct fleet {
	const struct bridge_settings *settings;
	struct limiters limiters;
	size_t count;
	struct integration **list;
	char *last_problem; /* so that what stays wrong is said once */
};

static bool same_integration(const struct integration_config *a, const struct integration_config *b)
{
	return strcmp(a->database, b->database) == 0 && strcmp(a->id, b->id) == 0;
}

static void close_at(struct fleet *fleet, size_t place)
{
	integration_close(&fleet->list[place]);
	fleet->list[place] = fleet->list[--fleet->count];
}

/* Ends those whose document is gone or whose thread ended, and starts those that are new. */
static void match_fleet(struct fleet *fleet, struct integration_configs *configs)
{
	for (size_t i = fleet->count; i-- > 0;) {
		bool wanted = false;
		for (size_t c = 0; c < configs->count; c++)
			wanted = wanted ||
				 same_integration(integration_config(fleet->list[i]), &configs->list[c]);
		if (!wanted || integration_is_over(fleet->list[i]))
			close_at(fleet, i);
	}
	for (size_t c = 0; c < configs->count; c++) {
		struct integration_config *config = &configs->list[c];
		bool running = false;
		for (size_t i = 0; i < fleet->count; i++)
			running = running || same_integration(integration_config(fleet->list[i]), config);
		if (running)
			continue;
		const char *token = bridge_settings_token(fleet->settings, config->base_id);
		fleet->list = own_resize(fleet->list, fleet->count + 1, sizeof(struct integration *));
		fleet->list[fleet->count] =
			integration_open(fleet->settings, config, limiter_of(&fleet->limiters, token));
		integration_start(fleet->list[fleet->count++]);
	}
}

static void say_once(struct fleet *fleet, const char *words)
{
	if (fleet->last_problem && strcmp(fleet->last_problem, words) == 0)
		return;
	log_error(&no_place, "%s", words);
	free(fleet->last_problem);
	fleet->last_problem = own_copy(words);
}

static void fleet_finding(void *context, enum finding_kind kind, const char *words)
{
	if (kind == FINDING_PROBLEM)
		say_once(context, words);
}

static void search(struct fleet *fleet)
{
	struct integration_configs configs = {0};
	struct error error = {0};

	if (!integrations_find(fleet->settings, fleet_finding, fleet, &configs, &error)) {
		say_once(fleet, error.text);
		return;
	}
	if (configs.count == 0)
		say_once(fleet, "no database holds an Airtable integration yet: make one in the app");
	match_fleet(fleet, &configs);
	integration_configs_done(&configs);
}

static bool any_over(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		if (integration_is_over(fleet->list[i]))
			return true;
	return false;
}

static void wait_for_end(struct fleet *fleet, const sigset_t *signals)
{
	const struct timespec second = {.tv_sec = 1};
	int seconds = 0;

	while (sigtimedwait(signals, NULL, &second) < 0) {
		/* While none runs the server was perhaps not there yet: look more often. */
		int interval = fleet->count ? SEARCH_SECONDS : 2;
		if (++seconds < interval && !any_over(fleet))
			continue;
		search(fleet);
		seconds = 0;
	}
}

static int run(const struct bridge_settings *settings, const struct command_options *options)
{
	struct fleet fleet = {.settings = settings};
	sigset_t signals;

	(void)options;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	search(&fleet);
	wait_for_end(&fleet, &signals);
	log_info(&no_place, "ends");
	for (size_t i = 0; i < fleet.count; i++)
		integration_stop(fleet.list[i]);
	while (fleet.count)
		close_at(&fleet, fleet.count - 1);
	free(fleet.list);
	free(fleet.last_problem);
	limiters_done(&fleet.limiters);
	return EXIT_DONE;
}

/* ---- sync ---- */

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

static void print_report(const struct integration_config *config, const struct integration_report *report,
			 const struct error *error)
{
	if (error->kind != ERROR_NONE) {
		printf("%s\n", error->text);
		return;
	}
	printf("integration '%s': %zu pairs; wrote %lld documents; made %lld rows, changed %lld, deleted "
	       "%lld; "
	       "%lld conflicts; %zu with a problem, %zu waiting; %lld Airtable calls\n",
	       config->name, report->pairs, (long long)report->counts.documents_written,
	       (long long)report->counts.rows_created, (long long)report->counts.rows_updated,
	       (long long)report->counts.rows_deleted, (long long)report->counts.conflicts, report->problems,
	       report->waiting, (long long)report->airtable_calls);
}

static int exit_status_of(const struct error *error, const struct integration_report *report)
{
	if (error->kind == ERROR_RETRY)
		return EXIT_UNREACHABLE;
	return error->kind != ERROR_NONE || report->problems ? EXIT_PROBLEMS : EXIT_DONE;
}

static int sync_one(const struct bridge_settings *settings, struct limiters *limiters,
		    struct integration_config *config, const struct command_options *options,
		    struct json_object *reports)
{
	struct error error = {.kind = ERROR_NONE};
	struct integration_report report = {0};
	const char *token = bridge_settings_token(settings, config->base_id);
	struct integration *integration = integration_open(settings, config, limiter_of(limiters, token));

	if (integration_pass(integration, options->full, &report, &error))
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

static void print_json(struct json_object *json)
{
	scoped_text words = json_write(json);

	printf("%s\n", words);
}

/* Problems outweigh what was done, and what cannot be reached outweighs both. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int sync_command(const struct bridge_settings *settings, const struct command_options *options)
{
	struct integration_configs configs = {0};
	struct limiters limiters = {0};
	struct error error = {0};
	scoped(json_object) answer = json_new_object();
	struct json_object *reports = json_new_array();
	int status = EXIT_DONE;

	json_put(answer, "integrations", reports);
	if (!integrations_find(settings, log_finding, NULL, &configs, &error)) {
		log_error(&no_place, "%s", error.text);
		status = error.kind == ERROR_RETRY ? EXIT_UNREACHABLE : EXIT_PROBLEMS;
		json_put_text(answer, "error", error.text);
	} else if (configs.count == 0) {
		log_error(&no_place, "no database holds an Airtable integration");
		status = EXIT_PROBLEMS;
	}
	for (size_t i = 0; i < configs.count; i++)
		status = worse(status, sync_one(settings, &limiters, &configs.list[i], options, reports));
	if (options->json)
		print_json(answer);
	integration_configs_done(&configs);
	limiters_done(&limiters);
	return status;
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
		printf("%s: %s\n", finding_names[kind], words);
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
		print_json(answer);
	}
	return status;
}

const struct command commands[] = {
	{"run", run, 0, "keep every integration in step until SIGTERM or Ctrl-C"},
	{"sync", sync_command, TAKES_FULL | TAKES_JSON,
	 "one pass for each integration; --full compares everything"},
	{"check", check, TAKES_JSON, "look at every setting, both servers and the schema; change nothing"},
	{"history", history_command, TAKES_INTEGRATION | TAKES_BATCH | TAKES_ITEM | TAKES_LIMIT | TAKES_JSON,
	 "what was changed: batches, the newest first; --batch N or --item ID: the changes of one"},
	{"revert", revert_command,
	 TAKES_INTEGRATION | TAKES_BATCH | TAKES_ENTRY | TAKES_DRY_RUN | TAKES_FORCE | TAKES_FIELD |
		 TAKES_JSON,
	 "undo a change (--entry ID) or all of a batch (--batch N); --dry-run only says what it would do"},
	{NULL, NULL, 0, NULL},
};
