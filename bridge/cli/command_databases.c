/* Where commands look. */
#include "bridge/cli/command_databases.h"

#include "base/http.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge/cli/command.h"
#include "bridge/connect/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE "integration-"

static const struct log no_place;

static void report(void *context, enum finding_kind kind, const char *words)
{
	(void)context;
	if (kind == FINDING_PROBLEM)
		log_warn(&no_place, "%s", words);
}

static void add_database(struct command_databases *places, const char *database)
{
	for (size_t i = 0; i < places->count; i++)
		if (strcmp(places->databases[i], database) == 0)
			return;
	places->databases = own_resize(places->databases, places->count + 1, sizeof *places->databases);
	places->databases[places->count++] = database;
}

bool command_no_integration(const struct integration_configs *configs, const char *integration,
			    struct error *error)
{
	scoped_text there = integration_configs_words(configs);

	return error_set(error, ERROR_FATAL,
			 "there is no Airtable integration with the ID %.100s; there is %s", integration,
			 there);
}

static bool refuse_places(const struct integration_configs *configs, const char *integration,
			  struct error *error)
{
	if (integration)
		return command_no_integration(configs, integration, error);
	return error_set(error, ERROR_FATAL,
			 "no database holds an Airtable integration: make one in the app, and let the phone "
			 "replicate it");
}

bool command_databases_find(const struct bridge_settings *settings, const char *integration,
			    struct command_databases *places_out, struct error *error)
{
	struct command_databases places = {.http = http_open(CONNECTION_AGENT)};
	struct integration_search search = {.settings = settings, .http = places.http, .report = report};

	if (!integrations_find(&search, &places.configs, error)) {
		http_close(&places.http);
		return false;
	}
	for (size_t i = 0; i < places.configs.count; i++)
		if (!integration || strcmp(places.configs.list[i].id, integration) == 0)
			add_database(&places, places.configs.list[i].database);
	if (places.count == 0) {
		(void)refuse_places(&places.configs, integration, error);
		integration_configs_done(&places.configs);
		http_close(&places.http);
		return false;
	}
	places.created_by = integration ? own_format(SIGNATURE "%s", integration) : NULL;
	*places_out = places;
	return true;
}

void command_databases_done(struct command_databases *places)
{
	http_close(&places->http);
	integration_configs_done(&places->configs);
	free(places->created_by);
	free(places->databases);
	*places = (struct command_databases){0};
}

const char *command_databases_name(const struct command_databases *places, const char *created_by)
{
	if (!created_by || strncmp(created_by, SIGNATURE, strlen(SIGNATURE)) != 0)
		return NULL;
	for (size_t i = 0; i < places->configs.count; i++)
		if (strcmp(places->configs.list[i].id, created_by + strlen(SIGNATURE)) == 0)
			return places->configs.list[i].name;
	return NULL;
}

/* What answers with a success that cannot be read is another server. */
int command_status(const struct error *error)
{
	bool answered = error->status >= 200 && error->status < 400;

	return error->kind == ERROR_RETRY && !answered ? EXIT_UNREACHABLE : EXIT_PROBLEMS;
}

void command_explain(struct error *error)
{
	bool silence = error->kind == ERROR_RETRY && error->server && strcmp(error->server, "CouchDB") == 0;

	if (silence)
		(void)error_wrap(
			error,
			"CouchDB does not answer: see that it runs, and that COUCHDB_URL is its address");
}

int command_fails(struct error *error, struct json_object *answer)
{
	command_explain(error);
	log_error(&no_place, "%s", error->text);
	json_put_text(answer, "error", error->text);
	return command_status(error);
}

void command_prints(struct json_object *answer)
{
	scoped_text words = json_write(answer);

	printf("%s\n", words);
}
