/* Only what is told of single pairs is in a ledger. What keeps a whole integration from running is what check tells. */
#include "bridge/cli/command_problems.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "bridge/cli/command_databases.h"
#include "bridge/connect/connection.h"
#include "bridge/review/problem_list.h"
#include "couch/client.h"

#include <stdio.h>
#include <string.h>

/* ---- telling ---- */

static void print_problem(const struct problem *problem)
{
	struct text line = {0};
	char iso[CLOCK_ISO_SIZE] = "?";

	text_add_visible(&line, problem->full_id, "");
	if (*problem->name) {
		text_add(&line, " (");
		text_add_visible(&line, problem->name, "");
		text_add(&line, ")");
	}
	if (problem->row)
		text_format(&line, ", row %s", problem->row);
	text_add(&line, problem->past ? ", nothing to be done: " : ": ");
	text_add_visible(&line, problem->words, "");
	if (problem->since_ms && clock_iso(problem->since_ms, iso))
		text_format(&line, " (since %s)", iso);
	if (problem->next_try_ms) {
		clock_iso(problem->next_try_ms, iso);
		text_format(&line, " (next try %s)", iso);
	}
	printf("%s\n", text_or_empty(&line));
	text_done(&line);
}

static struct json_object *problem_json(const struct problem *problem)
{
	struct json_object *json = json_new_object();
	char iso[CLOCK_ISO_SIZE] = "?";

	json_put_text(json, "document", problem->full_id);
	json_put_text(json, "name", problem->name);
	json_put_text(json, "row", problem->row);
	json_put_text(json, "words", problem->words);
	json_put(json, "past", json_new_bool(problem->past));
	if (problem->since_ms && clock_iso(problem->since_ms, iso))
		json_put_text(json, "since", iso);
	if (problem->next_try_ms) {
		clock_iso(problem->next_try_ms, iso);
		json_put_text(json, "next_try", iso);
	}
	return json;
}

static size_t report(const struct command_options *options, const struct integration_config *config,
		     const struct problem_list *listing, struct json_object *integrations)
{
	struct json_object *json = json_new_object(), *list = json_new_array();

	for (size_t i = 0; i < listing->count; i++)
		json_append(list, problem_json(&listing->list[i]));
	json_put_text(json, "id", config->id);
	json_put_text(json, "name", config->name);
	json_put_text(json, "database", config->database);
	json_put_text(json, "base", config->base_id);
	json_put(json, "problems", list);
	json_append(integrations, json);
	if (options->json)
		return listing->open;
	printf("integration '%s' of database %s: %zu %s\n", config->name, config->database, listing->open,
	       listing->open == 1 ? "problem" : "problems");
	for (size_t i = 0; i < listing->count; i++)
		print_problem(&listing->list[i]);
	return listing->open;
}

/* ---- the command ---- */

static bool list_one(const struct bridge_settings *settings, const struct command_options *options,
		     struct http *http, const struct integration_config *config,
		     struct json_object *integrations, size_t *open, struct error *error)
{
	scoped_text database = own_format("%s" STATE_SUFFIX, config->database);
	scoped(couch_client) state = connection_open_couch(settings, http, database);
	scoped(couch_client) couch = connection_open_couch(settings, http, config->database);
	struct problem_list listing = {0};

	if (!problem_list_read(state, couch, config->id, &listing, error))
		return error_wrap(error, "integration '%s'", config->name);
	*open += report(options, config, &listing, integrations);
	problem_list_done(&listing);
	return true;
}

int problems_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	struct json_object *integrations = json_new_array();
	struct command_databases places = {0};
	struct error error = {0};
	size_t open = 0;

	json_put(answer, "integrations", integrations);
	bool ok = command_databases_find(settings, options->integration, &places, &error);
	for (size_t i = 0; ok && i < places.configs.count; i++) {
		const struct integration_config *config = &places.configs.list[i];
		if (!options->integration || strcmp(config->id, options->integration) == 0)
			ok = list_one(settings, options, places.http, config, integrations, &open, &error);
	}
	command_databases_done(&places);
	int status = !ok ? command_fails(&error, answer) : open ? EXIT_PROBLEMS : EXIT_DONE;
	if (options->json)
		command_prints(answer);
	return status;
}
