/*     each integration ──> the entries of its ledger that have a problem ──> the names of their documents
 *
 * Only what is told of single pairs is in a ledger. What keeps a whole integration from running is what check tells. */
#include "bridge/cli/command_problems.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "bridge/cli/command_databases.h"
#include "bridge/connect/connection.h"
#include "couch/documents.h"
#include "inventory/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct problem {
	char *full_id;       /* owned; of the document, or of the row that waits to become one */
	char *name;          /* owned; "" when it is not known */
	char *row;           /* owned; or NULL */
	char *words;         /* owned */
	int64_t next_try_ms; /* wall clock; 0: when something changes */
	bool past;           /* nothing is to be done: what a merge cost somebody */
};
struct listing {
	const char *prefix; /* of the _ids of its ledger's entries */
	size_t count;
	struct problem *list; /* owned */
};

static void listing_done(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++) {
		free(listing->list[i].full_id);
		free(listing->list[i].name);
		free(listing->list[i].row);
		free(listing->list[i].words);
	}
	free(listing->list);
}

/* ---- reading ---- */

static bool visit_entry(void *context, struct couch_document *document, struct error *error)
{
	struct listing *listing = context;
	const char *words = json_text_or(document->body, "problem", NULL);

	(void)error;
	if (!words)
		return true;
	listing->list = own_resize(listing->list, listing->count + 1, sizeof *listing->list);
	listing->list[listing->count++] = (struct problem){
		.full_id = own_copy(document->id + strlen(listing->prefix)),
		.name = own_copy(""),
		.row = own_copy(json_text_or(document->body, "rec", NULL)),
		.words = own_copy(words),
		.next_try_ms = json_int_or(document->body, "next_try", 0),
		.past = json_bool_or(document->body, "past", false),
	};
	return true;
}

static bool read_entries(const struct bridge_settings *settings, struct http *http,
			 const struct integration_config *config, struct listing *listing,
			 struct error *error)
{
	static const struct json_pick_key keys[] = {
		{.name = "problem"}, {.name = "past"}, {.name = "rec"}, {.name = "next_try"}};
	static const struct json_pick pick = {keys, countof(keys), false};
	scoped_text database = own_format("%s%s", config->database, STATE_SUFFIX);
	scoped(couch_client) state = connection_open_couch(settings, http, database);

	return couch_documents_walk_picked(state, listing->prefix, 0, &pick, visit_entry, listing, error) ||
	       error->status == 404 || /* it was never synced */
	       error_wrap(error, "reading what is remembered of integration '%s'", config->name);
}

static bool read_names(const struct bridge_settings *settings, struct http *http,
		       const struct integration_config *config, struct listing *listing, struct error *error)
{
	scoped(couch_client) couch = connection_open_couch(settings, http, config->database);
	const char **ids = own_alloc((listing->count + 1) * sizeof *ids);
	struct couch_documents documents = {0};

	for (size_t i = 0; i < listing->count; i++)
		ids[i] = listing->list[i].full_id;
	bool ok = couch_documents_read(couch, ids, listing->count, &documents, error);
	for (size_t i = 0; ok && i < listing->count; i++) {
		struct json_object *data = document_data(documents.list[i].body);
		free(listing->list[i].name);
		listing->list[i].name = own_copy(json_text_or(data, "name", ""));
	}
	couch_documents_done(&documents);
	free(ids);
	return ok;
}

/* ---- telling ---- */

/* What is said of the document itself begins with its ID, which stands before it already. */
static const char *words_of(const struct problem *problem)
{
	scoped_text beginning = own_format("document %s: ", problem->full_id);
	size_t length = strlen(beginning);

	return strncmp(problem->words, beginning, length) == 0 ? problem->words + length : problem->words;
}

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
	text_add_visible(&line, words_of(problem), "");
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
	json_put_text(json, "words", words_of(problem));
	json_put(json, "past", json_new_bool(problem->past));
	if (problem->next_try_ms) {
		clock_iso(problem->next_try_ms, iso);
		json_put_text(json, "next_try", iso);
	}
	return json;
}

static size_t report(const struct command_options *options, const struct integration_config *config,
		     const struct listing *listing, struct json_object *integrations)
{
	struct json_object *json = json_new_object(), *list = json_new_array();
	size_t open = 0;

	for (size_t i = 0; i < listing->count; i++) {
		open += !listing->list[i].past;
		json_append(list, problem_json(&listing->list[i]));
	}
	json_put_text(json, "id", config->id);
	json_put_text(json, "name", config->name);
	json_put_text(json, "database", config->database);
	json_put_text(json, "base", config->base_id);
	json_put(json, "problems", list);
	json_append(integrations, json);
	if (options->json)
		return open;
	printf("integration '%s' of database %s: %zu %s\n", config->name, config->database, open,
	       open == 1 ? "problem" : "problems");
	for (size_t i = 0; i < listing->count; i++)
		print_problem(&listing->list[i]);
	return open;
}

/* ---- the command ---- */

static bool list_one(const struct bridge_settings *settings, const struct command_options *options,
		     struct http *http, const struct integration_config *config,
		     struct json_object *integrations, size_t *open, struct error *error)
{
	scoped_text prefix = own_format("pair-%s-", config->id);
	struct listing listing = {.prefix = prefix};

	bool ok = read_entries(settings, http, config, &listing, error) &&
		  read_names(settings, http, config, &listing, error);
	if (ok)
		*open += report(options, config, &listing, integrations);
	listing_done(&listing);
	return ok;
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
