/* Batches, the changes of one, the changes of one document. */
#include "bridge/cli/command_history.h"

#include "base/clock.h"
#include "base/json.h"
#include "bridge/cli/command_databases.h"
#include "bridge/cli/item_by_name.h"
#include "bridge/connect/connection.h"
#include "bridge/review/history_message.h"
#include "bridge/review/history_reader.h"
#include "couch/client.h"
#include "inventory/document.h"

#include <inttypes.h>
#include <stdio.h>

#define BATCHES_LIMIT 20 /* without --limit */
#define ENTRIES_LIMIT 1000

struct showing {
	const struct command_options *options;
	const struct command_databases *places;
	struct couch_client *couch;
	const char *database;
	struct json_object *list; /* borrowed; what is shown, for JSON */
	size_t limit;
	size_t shown;
	bool more; /* there is more than that */
};

/* ---- batches ---- */

static void print_batch(const struct history_read_batch *batch, const char *iso, const char *integration)
{
	struct text line = {0};

	text_format(&line, "%s  batch %" PRId64 "  ", iso, batch->batch);
	text_add_count(&line, (int64_t)batch->entries, "change", "changes");
	text_add(&line, "  by ");
	history_words_add_author(&line, batch->created_by, integration);
	printf("%s\n", text_or_empty(&line));
	text_done(&line);
}

static void show_batch(struct showing *showing, const struct history_read_batch *batch)
{
	const char *name = command_databases_name(showing->places, batch->created_by);
	char iso[CLOCK_ISO_SIZE] = "?";

	showing->shown++;
	clock_iso(batch->batch, iso);
	if (!showing->options->json) {
		print_batch(batch, iso, name);
		return;
	}
	struct json_object *json = json_new_object();
	json_put(json, "batch", json_new_int(batch->batch));
	json_put_text(json, "at", iso);
	json_put_text(json, "created_by", batch->created_by);
	json_put_text(json, "integration", name);
	json_put(json, "entries", json_new_int((int64_t)batch->entries));
	json_append(showing->list, json);
}

static bool show_batches(struct showing *showing, struct error *error)
{
	struct history_batches batches = {0};

	if (!history_list_batches(showing->couch, showing->places->created_by, showing->limit + 1, &batches,
				  error))
		return false;
	for (size_t i = 0; i < batches.count && i < showing->limit; i++)
		show_batch(showing, &batches.list[i]);
	showing->more = batches.count > showing->limit;
	history_batches_done(&batches);
	return true;
}

/* ---- entries ---- */

static bool keep_entry(void *context, struct json_object *history, struct error *error)
{
	struct showing *showing = context;
	struct json_object *entry = history_message_entry(history);

	(void)error;
	showing->shown++;
	json_put_text(entry, "integration",
		      command_databases_name(showing->places, json_text_or(entry, "created_by", NULL)));
	json_append(showing->list, entry);
	return true;
}

static void print_entries(const struct showing *showing)
{
	for (size_t i = 0; i < json_length(showing->list); i++) {
		struct text text = {0};
		history_message_add(&text, json_at(showing->list, i));
		printf("%s", text_or_empty(&text));
		text_done(&text);
	}
}

static bool show_of_batch(struct showing *showing, struct error *error)
{
	const struct history_wish wish = {
		.created_by = showing->places->created_by,
		.batch = showing->options->batch,
		.most = showing->limit,
	};

	return history_read_batch(showing->couch, &wish, keep_entry, showing, &showing->more, error);
}

/* By its ID; where nothing is recorded under that, by its name. */
static bool read_of_document(struct showing *showing, struct json_object **entries_out, struct error *error)
{
	const char *item = showing->options->item, *author = showing->places->created_by;
	bool typed = document_type_of(item, NULL) != DOCUMENT_OTHER;
	scoped_text full_id = typed ? own_copy(item) : document_full_id(DOCUMENT_ITEM, item);
	scoped_text named = NULL;

	if (!history_of_one(showing->couch, author, full_id, showing->limit + 1, entries_out, error))
		return false;
	if (json_length(*entries_out))
		return true;
	if (!item_by_name(showing->couch, item, &named, error))
		return false;
	if (!named)
		return true;
	json_release(take(*entries_out));
	return history_of_one(showing->couch, author, named, showing->limit + 1, entries_out, error);
}

static bool show_of_document(struct showing *showing, struct error *error)
{
	scoped(json_object) entries = NULL;

	if (!read_of_document(showing, &entries, error))
		return false;
	size_t count = json_length(entries);
	for (size_t i = 0; i < count && i < showing->limit; i++)
		(void)keep_entry(showing, json_at(entries, i), error);
	showing->more = count > showing->limit;
	return true;
}

static bool show_entries(struct showing *showing, struct error *error)
{
	bool good =
		showing->options->batch ? show_of_batch(showing, error) : show_of_document(showing, error);

	good = good && history_read_names(showing->couch, showing->list, error);
	if (good && !showing->options->json)
		print_entries(showing);
	return good;
}

/* ---- the command ---- */

static bool show_database(struct showing *showing, struct json_object *databases, struct error *error)
{
	bool entries = showing->options->batch || showing->options->item;
	struct json_object *json = json_new_object();

	showing->list = json_new_array();
	json_append(databases, json);
	json_put_text(json, "database", showing->database);
	json_put(json, entries ? "entries" : "batches", showing->list);
	if (!showing->options->json && showing->places->count > 1)
		printf("database %s\n", showing->database);
	bool good = entries ? show_entries(showing, error) : show_batches(showing, error);
	json_put(json, "more", json_new_bool(showing->more));
	if (good && !showing->options->json && (showing->more || !showing->shown))
		printf("%s\n",
		       showing->more ? "… and more: --limit says how many are shown" : "nothing is recorded");
	return good || error_wrap(error, "database %s", showing->database);
}

static bool show_all(const struct bridge_settings *settings, const struct command_options *options,
		     struct json_object *databases, struct error *error)
{
	struct command_databases places = {0};
	bool good = command_databases_find(settings, options->integration, &places, error);

	for (size_t i = 0; good && i < places.count; i++) {
		scoped(couch_client) couch =
			connection_open_couch(settings, places.http, places.databases[i]);
		struct showing showing = {
			.options = options,
			.places = &places,
			.couch = couch,
			.database = places.databases[i],
			.limit = options->limit                    ? (size_t)options->limit
				 : options->batch || options->item ? ENTRIES_LIMIT
								   : BATCHES_LIMIT,
		};
		good = show_database(&showing, databases, error);
	}
	command_databases_done(&places);
	return good;
}

int history_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	struct json_object *databases = json_new_array();
	struct error error = {0};
	int status = EXIT_DONE;

	if (options->batch && options->item)
		fprintf(stderr, "davenport: history takes --batch or --item, not both\n");
	if (options->limit > HISTORY_READ_MOST)
		fprintf(stderr, "davenport: history takes a --limit up to %d\n", HISTORY_READ_MOST);
	if ((options->batch && options->item) || options->limit > HISTORY_READ_MOST) {
		json_release(databases);
		return EXIT_USAGE;
	}
	json_put(answer, "databases", databases);
	if (!show_all(settings, options, databases, &error))
		status = command_fails(&error, answer);
	if (options->json)
		command_prints(answer);
	return status;
}
