#include "bridge/pages/history_request.h"

#include "base/clock.h"
#include "bridge/pages/named_items.h"
#include "bridge/review/history_message.h"
#include "bridge/review/newest_batches.h"
#include "bridge/review/undo.h"

#include <stdlib.h>
#include <string.h>

#define BATCHES_SHOWN 50
#define ENTRIES_SHOWN 200
#define DAY_MS        INT64_C(86400000)
#define SIGNATURE     "integration-"

const char *history_request_word(const struct web_form *words, const char *name)
{
	const char *value = web_form_value(words, name);

	return value && *value ? value : NULL;
}

/* ---- batches ---- */

static const char *integration_name(const struct fleet_view *fleet, const char *created_by)
{
	const struct fleet_view_integration *one = NULL;

	if (created_by && strncmp(created_by, SIGNATURE, strlen(SIGNATURE)) == 0)
		one = fleet_view_find(fleet, created_by + strlen(SIGNATURE));
	return one ? one->name : NULL;
}

static struct json_object *batch_json(const struct fleet_view *fleet, const struct history_read_batch *batch)
{
	struct json_object *json = json_new_object();
	char iso[CLOCK_ISO_SIZE];

	json_put(json, "batch", json_new_int(batch->batch));
	json_put_text(json, "at", clock_iso(batch->batch, iso) ? iso : NULL);
	json_put_text(json, "created_by", batch->created_by);
	json_put_text(json, "integration", integration_name(fleet, batch->created_by));
	json_put(json, "entries", json_new_int((int64_t)batch->entries));
	json_put(json, "cut", json_new_bool(batch->cut));
	return json;
}

/* 0: no day is named. */
static int64_t day_ms(const struct web_form *words, const char *name)
{
	int64_t time_ms = 0;

	return clock_from_iso(history_request_word(words, name) ? history_request_word(words, name) : "",
			      &time_ms) &&
			       time_ms > 0
		       ? time_ms
		       : 0;
}

static void read_times(const struct web_form *words, struct newest_wish *wish)
{
	int64_t to_ms = day_ms(words, "to");
	const char *before = history_request_word(words, "before");
	int64_t before_ms = before ? strtoll(before, NULL, 10) : 0;

	wish->from_ms = day_ms(words, "from");
	wish->before_ms = to_ms ? to_ms + DAY_MS : 0;
	if (before_ms > 0 && (!wish->before_ms || before_ms < wish->before_ms))
		wish->before_ms = before_ms;
}

struct makers {
	size_t count;
	char *list[NEWEST_MAKERS_MOST]; /* owned */
};

/* Who of Davenport writes histories into this database. */
static void find_makers(const struct asked_database *asked, struct makers *makers)
{
	makers->list[makers->count++] = own_copy(UNDO_CREATED_BY);
	for (size_t i = 0; i < asked->fleet.count && makers->count < NEWEST_MAKERS_MOST; i++)
		if (strcmp(asked->fleet.list[i].database, asked->name) == 0)
			makers->list[makers->count++] = own_format(SIGNATURE "%s", asked->fleet.list[i].id);
}

static bool read_batches(const struct asked_database *asked, const struct web_form *words,
			 struct json_object *answer, struct error *error)
{
	const char *side = history_request_word(words, "side");
	struct json_object *list = json_new_array();
	struct history_batches batches = {0};
	struct makers makers = {0};
	bool more = false;

	find_makers(asked, &makers);
	struct newest_wish wish = {
		.maker_count = makers.count,
		.makers = (const char *const *)makers.list,
		.others = side && strcmp(side, "others") == 0,
		.most = BATCHES_SHOWN,
	};
	read_times(words, &wish);
	bool good = newest_batches_read(asked->couch, &wish, &batches, &more, error);
	for (size_t i = 0; i < batches.count; i++)
		json_append(list, batch_json(&asked->fleet, &batches.list[i]));
	history_batches_done(&batches);
	while (makers.count)
		free(makers.list[--makers.count]);
	json_put(answer, "batches", list);
	json_put(answer, "more", json_new_bool(more));
	return good;
}

/* ---- changes ---- */

static bool keep_entry(void *context, struct json_object *history, struct error *error)
{
	(void)error;
	json_append(context, history_message_entry(history));
	return true;
}

static bool read_batch(const struct asked_database *asked, const struct web_form *words,
		       struct json_object *answer, struct error *error)
{
	const struct history_wish wish = {
		.created_by = history_request_word(words, "by"),
		.batch = strtoll(history_request_word(words, "batch"), NULL, 10),
		.most = ENTRIES_SHOWN,
	};
	struct json_object *entries = json_new_array();
	bool more = false;

	json_put(answer, "entries", entries);
	bool good = history_read_batch(asked->couch, &wish, keep_entry, entries, &more, error) &&
		    history_read_names(asked->couch, entries, error);
	json_put(answer, "more", json_new_bool(more));
	return good;
}

static bool read_document(const struct asked_database *asked, const char *full_id, struct json_object *answer,
			  struct error *error)
{
	struct json_object *entries = json_new_array();
	scoped(json_object) found = NULL;

	json_put(answer, "entries", entries);
	if (!history_of_one(asked->couch, NULL, full_id, ENTRIES_SHOWN + 1, &found, error))
		return false;
	size_t count = json_length(found);
	for (size_t i = 0; i < count && i < ENTRIES_SHOWN; i++)
		json_append(entries, history_message_entry(json_at(found, i)));
	json_put(answer, "more", json_new_bool(count > ENTRIES_SHOWN));
	return history_read_names(asked->couch, entries, error);
}

/* ---- items ---- */

static bool read_items(const struct asked_database *asked, const char *words, struct json_object *answer,
		       struct error *error)
{
	struct json_object *list = json_new_array();
	struct named_items items = {0};

	bool good = named_items_find(asked->couch, words, &items, error);
	for (size_t i = 0; i < items.count; i++) {
		struct json_object *item = json_new_object();
		json_put_text(item, "document", items.list[i].full_id);
		json_put_text(item, "name", items.list[i].name);
		json_append(list, item);
	}
	json_put(answer, "items", list);
	json_put(answer, "more", json_new_bool(items.more));
	named_items_done(&items);
	return good;
}

struct json_object *history_request_read(const struct asked_database *asked, const struct web_form *words,
					 struct error *error)
{
	struct json_object *answer = json_new_object();
	const char *item = history_request_word(words, "item");
	const char *document = history_request_word(words, "document");
	bool good;

	if (history_request_word(words, "batch"))
		good = read_batch(asked, words, answer, error);
	else if (document)
		good = read_document(asked, document, answer, error);
	else if (item)
		good = read_items(asked, item, answer, error);
	else
		good = read_batches(asked, words, answer, error);
	if (!good) {
		json_release(answer);
		return NULL;
	}
	return answer;
}
