#include "bridge/cli/command_revert.h"

#include "base/json.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/revert_last.h"
#include "bridge/connect/connection.h"
#include "bridge/review/history_message.h"
#include "bridge/review/history_reader.h"
#include "bridge/review/revert.h"
#include "couch/client.h"
#include "inventory/restore.h"

#include <inttypes.h>
#include <stdio.h>

struct finding_entries {
	struct revert *revert;             /* owned */
	size_t entries, conflicts, others; /* 'others' record nothing that can be undone */
};

/* ---- what is to be undone ---- */

static bool add_entry(void *context, struct json_object *history, struct error *error)
{
	struct finding_entries *found = context;
	struct error why = {0};

	(void)error;
	found->entries++;
	if (revert_is_of_conflict(history))
		found->conflicts++;
	else if (!revert_add(found->revert, history, &why))
		found->others++;
	return true;
}

static bool find_entry(struct couch_client *couch, const char *id, struct finding_entries *found,
		       struct error *error)
{
	scoped(json_object) entry = NULL;

	if (!history_read_entry(couch, id, &entry, error))
		return false;
	if (!entry)
		return true;
	found->entries = 1;
	return revert_add(found->revert, entry, error);
}

static bool find_batch(struct couch_client *couch, const char *created_by, int64_t batch,
		       struct finding_entries *found, struct error *error)
{
	const struct history_wish wish = {
		.created_by = created_by, .batch = batch, .most = HISTORY_READ_MOST};
	bool more = false;

	if (!history_read_batch(couch, &wish, add_entry, found, &more, error))
		return false;
	return !more ||
	       error_set(error, ERROR_FATAL,
			 "batch %" PRId64 " has more than %d changes, which are not undone together: "
			 "undo those that you mean by --entry",
			 batch, HISTORY_READ_MOST);
}

static bool find_in(struct couch_client *couch, const struct command_databases *places,
		    const struct command_options *options, struct finding_entries *found, struct error *error)
{
	if (options->entry)
		return find_entry(couch, options->entry, found, error);
	if (!find_batch(couch, places->created_by, options->batch, found, error))
		return false;
	/* What an integration did is its own; what was undone is nobody's but of the undoing. */
	return !places->created_by || found->entries ||
	       find_batch(couch, RESTORE_CREATED_BY, options->batch, found, error);
}

/* The database that has it; NULL and no error: none has. */
static bool find_place(const struct bridge_settings *settings, const struct command_databases *places,
		       const struct command_options *options, struct finding_entries *found_out,
		       const char **database_out, struct error *error)
{
	*database_out = NULL;
	for (size_t i = 0; i < places->count; i++) {
		scoped(couch_client) couch =
			connection_open_couch(settings, places->http, places->databases[i]);
		struct finding_entries found = {.revert = revert_new()};
		bool good = find_in(couch, places, options, &found, error);
		bool second = good && found.entries && *database_out;
		if (good && found.entries && !second) {
			*database_out = places->databases[i];
			revert_close(&found_out->revert);
			*found_out = found;
			found.revert = NULL;
		}
		revert_close(&found.revert);
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

struct reported {
	size_t undone, asks, refused;
};

static void count_one(struct reported *reported, const struct undone *undone)
{
	reported->undone += undone->written;
	reported->asks += undone->state == UNDONE_ASKS;
	reported->refused += undone->state == UNDONE_REFUSED;
}

static void report_documents(const struct command_options *options, const struct couch_revert_result *result,
			     struct json_object *documents, struct reported *reported)
{
	for (size_t i = 0; i < result->count; i++) {
		struct json_object *json = history_message_undone(&result->list[i]);
		struct text text = {0};
		count_one(reported, &result->list[i]);
		if (!options->json) {
			history_message_add_undone(&text, json, options->dry_run);
			printf("%s", text_or_empty(&text));
			text_done(&text);
		}
		json_append(documents, json);
	}
}

static void report_sum(const struct command_options *options, const struct finding_entries *found,
		       const struct couch_revert_result *result, const struct reported *reported)
{
	struct text text = {0};

	text_add_count(&text, (int64_t)reported->undone, "document", "documents");
	text_add(&text, options->dry_run ? " would be undone" : " undone");
	if (reported->asks)
		text_format(&text,
			    "; %zu left alone in part or as a whole: see above, and --field NAME or --force",
			    reported->asks);
	if (reported->refused)
		text_format(&text, "; %zu refused", reported->refused);
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
	if (reported->undone && !options->dry_run)
		printf("this can be undone itself: davenport revert --batch %" PRId64 "\n", result->batch);
	text_done(&text);
}

static void put_sum(struct json_object *answer, const struct command_options *options,
		    const struct finding_entries *found, const struct couch_revert_result *result,
		    const struct reported *reported)
{
	json_put(answer, "dry_run", json_new_bool(options->dry_run));
	json_put(answer, "entries", json_new_int((int64_t)found->entries));
	json_put(answer, "conflicts", json_new_int((int64_t)found->conflicts));
	json_put(answer, "others", json_new_int((int64_t)found->others));
	json_put(answer, "undone", json_new_int((int64_t)reported->undone));
	json_put(answer, "asks", json_new_int((int64_t)reported->asks));
	json_put(answer, "refused", json_new_int((int64_t)reported->refused));
	if (reported->undone && !options->dry_run)
		json_put(answer, "batch", json_new_int(result->batch));
}

/* ---- the command ---- */

static bool undo(struct couch_client *couch, const struct command_options *options,
		 const struct finding_entries *found, struct json_object *answer, struct reported *reported,
		 struct error *error)
{
	const char *keys[COMMAND_FIELDS_MOST];
	struct couch_revert_result result = {0};
	struct json_object *documents = json_new_array();

	for (size_t i = 0; i < options->field_count; i++)
		keys[i] = history_message_key(options->fields[i]);
	const struct couch_revert_order order = {
		.revert = found->revert,
		.agreed = {options->force, options->field_count, keys},
		.dry_run = options->dry_run,
	};
	bool good = couch_revert(couch, &order, &result, error);
	report_documents(options, &result, documents, reported);
	put_sum(answer, options, found, &result, reported);
	json_put(answer, "documents", documents);
	if (!options->json)
		report_sum(options, found, &result, reported);
	couch_revert_result_done(&result);
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
	struct finding_entries found = {0};
	const char *database = NULL;

	bool good = find_place(settings, places, options, &found, &database, error) &&
		    (database || refuse_missing(options, error));
	if (good) {
		scoped(couch_client) couch = connection_open_couch(settings, places->http, database);
		json_put_text(answer, "database", database);
		good = undo(couch, options, &found, answer, reported, error) ||
		       error_wrap(error, "database %s", database);
	}
	revert_close(&found.revert);
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
	if (!revert_with(settings, options, answer, &reported, &error))
		status = command_fails(&error, answer);
	else if (reported.asks || reported.refused)
		status = EXIT_PROBLEMS;
	if (options->json)
		command_prints(answer);
	return status;
}
