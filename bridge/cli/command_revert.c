#include "bridge/cli/command_revert.h"

#include "base/json.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/revert_last.h"
#include "bridge/connect/connection.h"
#include "bridge/review/history_message.h"
#include "bridge/review/undo.h"
#include "couch/client.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- what is to be undone ---- */

static struct undo_wish wish_of(const struct command_databases *places, const struct command_options *options)
{
	return (struct undo_wish){
		.entry = options->entry,
		.field = options->only ? history_message_key(options->only) : NULL,
		.created_by = places->created_by,
		.batch = options->batch,
		.agreed = {.all = options->force},
		.dry_run = options->dry_run,
	};
}

/* The database that has it; NULL and no error: none has. */
static bool find_place(const struct bridge_settings *settings, const struct command_databases *places,
		       const struct command_options *options, struct undo_found *found_out,
		       const char **database_out, struct error *error)
{
	const struct undo_wish wish = wish_of(places, options);

	*database_out = NULL;
	for (size_t i = 0; i < places->count; i++) {
		scoped(couch_client) couch =
			connection_open_couch(settings, places->http, places->databases[i]);
		struct undo_found found = {0};
		bool good = undo_find(couch, &wish, &found, error);
		bool second = good && found.entries && *database_out;
		if (good && found.entries && !second) {
			*database_out = places->databases[i];
			undo_found_done(found_out);
			*found_out = found;
			found.revert = NULL;
		}
		undo_found_done(&found);
		if (second)
			return error_set(
				error, ERROR_FATAL,
				"databases %s and %s both have it: --integration says which is meant",
				*database_out, places->databases[i]);
		if (!good)
			return error_wrap(error, "database %s", places->databases[i]);
	}
	return true;
}

/* ---- telling ---- */

static void print_documents(const struct undo_outcome *outcome, bool dry_run)
{
	for (size_t i = 0; i < outcome->result.count; i++) {
		scoped(json_object) json = history_message_undone(&outcome->result.list[i]);
		struct text text = {0};
		history_message_add_undone(&text, json, dry_run);
		printf("%s", text_or_empty(&text));
		text_done(&text);
	}
}

static void print_sum(bool dry_run, const struct undo_found *found, const struct undo_outcome *outcome)
{
	struct text text = {0};

	text_add_count(&text, (int64_t)outcome->undone, "document", "documents");
	text_add(&text, dry_run ? " would be undone" : " undone");
	if (outcome->asks)
		text_format(&text,
			    "; %zu left alone in part or as a whole: see above, and --field NAME or --force",
			    outcome->asks);
	if (outcome->refused)
		text_format(&text, "; %zu refused", outcome->refused);
	if (found->conflicts) {
		text_add(&text, "\n");
		text_add_count(&text, (int64_t)found->conflicts,
			       "value that gave way in a conflict is put back",
			       "values that gave way in conflicts are put back one by one,");
		text_add(&text, " by --entry");
	}
	if (found->others) {
		text_add(&text, "\n");
		text_add_count(&text, (int64_t)found->others,
			       "change is none of a document, and is not undone",
			       "changes are none of a document, and are not undone");
	}
	printf("%s\n", text_or_empty(&text));
	if (outcome->undone && !dry_run)
		printf("this can be undone itself: davenport revert --batch %" PRId64 "\n",
		       outcome->result.batch);
	text_done(&text);
}

/* ---- the command ---- */

/* What is left to say of it when it has ended. */
struct reported {
	size_t asks, refused;
};

static bool undo(struct couch_client *couch, const struct undo_wish *given,
		 const struct command_options *options, const struct undo_found *found,
		 struct json_object *answer, struct reported *reported, struct error *error)
{
	const char *keys[COMMAND_FIELDS_MOST];
	struct undo_outcome outcome = {0};
	struct undo_wish wish = *given;

	for (size_t i = 0; i < options->field_count; i++)
		keys[i] = history_message_key(options->fields[i]);
	wish.agreed.count = options->field_count;
	wish.agreed.keys = keys;
	bool good = undo_run(couch, &wish, found, &outcome, error);
	undo_put(answer, &wish, found, &outcome);
	if (!options->json) {
		print_documents(&outcome, wish.dry_run);
		print_sum(wish.dry_run, found, &outcome);
	}
	*reported = (struct reported){outcome.asks, outcome.refused};
	undo_outcome_done(&outcome);
	return good;
}

static bool refuse_missing(const struct command_options *options, struct error *error)
{
	if (options->entry)
		return error_set(
			error, ERROR_FATAL,
			"there is no change %s: 'davenport history --batch N' lists those of a batch",
			options->entry);
	return error_set(error, ERROR_FATAL, "there is no batch %" PRId64 ": 'davenport history' lists them",
			 options->batch);
}

static bool revert_in(const struct bridge_settings *settings, const struct command_databases *places,
		      const struct command_options *options, struct json_object *answer,
		      struct reported *reported, struct error *error)
{
	const struct undo_wish wish = wish_of(places, options);
	struct undo_found found = {0};
	const char *database = NULL;

	bool good = find_place(settings, places, options, &found, &database, error) &&
		    (database || refuse_missing(options, error));
	if (good) {
		scoped(couch_client) couch = connection_open_couch(settings, places->http, database);
		json_put_text(answer, "database", database);
		good = undo(couch, &wish, options, &found, answer, reported, error) ||
		       error_wrap(error, "database %s", database);
	}
	undo_found_done(&found);
	return good;
}

/* The newest batch becomes the one that is meant, in the one database that has it. */
static bool revert_newest(const struct bridge_settings *settings, struct command_databases *places,
			  const struct command_options *options, struct json_object *answer,
			  struct reported *reported, struct error *error)
{
	struct command_options chosen = *options;
	struct history_batches last = {0};
	const char *database = NULL;

	if (!revert_last_find(settings, places, &last, &database, error))
		return false;
	const char *author = last.list[0].created_by;
	bool good =
		revert_last_confirm(options, &last.list[0], command_databases_name(places, author), error);
	chosen.batch = last.list[0].batch;
	history_batches_done(&last);
	places->databases[0] = database;
	places->count = 1;
	return good && revert_in(settings, places, &chosen, answer, reported, error);
}

static bool revert_with(const struct bridge_settings *settings, const struct command_options *options,
			struct json_object *answer, struct reported *reported, struct error *error)
{
	struct command_databases places = {0};

	if (!command_databases_find(settings, options->integration, &places, error))
		return false;
	bool good = (options->last ? revert_newest(settings, &places, options, answer, reported, error)
				   : revert_in(settings, &places, options, answer, reported, error));
	command_databases_done(&places);
	return good;
}

int revert_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	struct reported reported = {0};
	struct error error = {0};
	int status = EXIT_DONE;

	if (!!options->entry + !!options->batch + options->last != 1) {
		fprintf(stderr, "davenport: revert takes one of --entry ID, --batch N and --last\n");
		return EXIT_USAGE;
	}
	if (options->only && !options->entry) {
		fprintf(stderr, "davenport: --only names a field of one change: it goes with --entry ID\n");
		return EXIT_USAGE;
	}
	if (!revert_with(settings, options, answer, &reported, &error))
		status = command_fails(&error, answer);
	else if (reported.asks || reported.refused)
		status = EXIT_PROBLEMS;
	if (options->json)
		command_prints(answer);
	return status;
}
