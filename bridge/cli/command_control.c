#include "bridge/cli/command_control.h"

#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/whoami.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/state_database.h"
#include "bridge/report/control_store.h"
#include "bridge/report/report_words.h"

#include <stdio.h>
#include <string.h>

static const struct log no_place;

static void set_paused(struct control *control, const void *wish)
{
	bool paused = *(const bool *)wish;

	if (control->paused == paused)
		return;
	control->paused = paused;
	control->changed_ms = clock_now_ms();
	whoami(control->by, sizeof control->by);
}

static bool has_heard(const struct report *report, bool paused)
{
	return (report->figures.state == STATUS_PAUSED) == paused;
}

/* What became of it, in the report. */
static bool wait_until_heard(struct couch_client *state, const struct integration_config *config, bool paused,
			     struct report *report, struct error *error)
{
	int64_t until_ms = clock_steady_ms() + CONTROL_HEARD_MS;

	for (;;) {
		if (!report_read(state, config->id, config->base_id, report, error))
			return false;
		if (report_life(report, NULL) != REPORT_RUNS || has_heard(report, paused) ||
		    clock_steady_ms() >= until_ms)
			return true;
		clock_sleep_ms(CONTROL_LOOK_MS);
	}
}

static char *outcome_words(const struct report *report, bool paused)
{
	const char *what = paused ? "paused" : "resumed";
	scoped_text holder = lease_document_message(&report->lease);

	if (report_life(report, NULL) != REPORT_RUNS)
		return own_format("%s; no process keeps it in step now, and the next one that starts "
				  "%s",
				  what, paused ? "stays paused" : "goes on");
	if (has_heard(report, paused))
		return own_format("%s: %s has heard it", what, holder);
	return own_format("%s; %s has not heard it yet, and will", what, holder);
}

static void show(const struct command_options *options, const struct integration_config *config,
		 const struct report *report, bool paused, struct json_object *integrations)
{
	scoped_text words = outcome_words(report, paused);
	struct json_object *json = json_new_object();
	struct text line = {0};

	json_put_text(json, "id", config->id);
	json_put_text(json, "name", config->name);
	json_put(json, "paused", json_new_bool(paused));
	json_put(json, "running", json_new_bool(report_life(report, NULL) == REPORT_RUNS));
	json_put_text(json, "words", words);
	json_append(integrations, json);
	text_add(&line, "integration '");
	text_add_visible(&line, config->name, "");
	text_add(&line, "': ");
	text_add_visible(&line, words, "");
	if (!options->json)
		printf("%s\n", text_or_empty(&line));
	text_done(&line);
}

static bool control_one(const struct bridge_settings *settings, const struct command_options *options,
			struct http *http, const struct integration_config *config, bool paused,
			struct json_object *integrations, struct error *error)
{
	scoped_text database = own_format("%s" STATE_SUFFIX, config->database);
	scoped(couch_client) state = connection_open_couch(settings, http, database);
	struct report report = {0};

	if (!state_database_ensure(state, &no_place, error) ||
	    !control_change(state, config->id, set_paused, &paused, error) ||
	    !wait_until_heard(state, config, paused, &report, error))
		return error_wrap(error, "integration '%s'", config->name);
	show(options, config, &report, paused, integrations);
	return true;
}

static int control_all(const struct bridge_settings *settings, const struct command_options *options,
		       bool paused)
{
	scoped(json_object) answer = json_new_object();
	struct json_object *integrations = json_new_array();
	struct command_databases places = {0};
	struct error error = {0};

	json_put(answer, "integrations", integrations);
	bool ok = command_databases_find(settings, options->integration, &places, &error);
	for (size_t i = 0; ok && i < places.configs.count; i++) {
		const struct integration_config *config = &places.configs.list[i];
		if (!options->integration || strcmp(options->integration, config->id) == 0)
			ok = control_one(settings, options, places.http, config, paused, integrations,
					 &error);
	}
	int status = ok ? EXIT_DONE : command_fails(&error, answer);
	if (options->json)
		command_prints(answer);
	command_databases_done(&places);
	return status;
}

int pause_command(const struct bridge_settings *settings, const struct command_options *options)
{
	return control_all(settings, options, true);
}

int resume_command(const struct bridge_settings *settings, const struct command_options *options)
{
	return control_all(settings, options, false);
}
