#include "bridge/state/ledger_intents.h"

#include "bridge/fields/cell_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LATEST_MS 253402300799999 /* the end of the year 9999 */

static const char *const kind_names[] = {
	[INTENT_CREATE] = "create",
	[INTENT_UPDATE] = "update",
	[INTENT_DELETE] = "delete",
};

/* ---- writing ---- */

static void put_text(struct json_object *json, const char *key, const char *text)
{
	if (text[0])
		json_put_text(json, key, text);
}

static void put_cell(struct json_object *json, const char *key, const struct cell *cell)
{
	if (cell->kind != CELL_EMPTY)
		json_put(json, key, cell_to_json(cell));
}

static struct json_object *fields_to_json(const struct columns *columns, const struct intent *intent)
{
	struct json_object *fields = json_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct intent_field *one = &intent->fields[field];
		if (!one->written || !columns->of[field].id)
			continue;
		struct json_object *values = json_new_object();
		put_cell(values, "before", &one->before);
		put_cell(values, "after", &one->after);
		json_put(fields, columns_key(columns, (enum field)field), values);
	}
	return fields;
}

static struct json_object *intent_to_json(const struct columns *columns, const struct intent *intent)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "kind", kind_names[intent->kind]);
	json_put(json, "at", json_new_int(intent->at_ms));
	put_text(json, "epoch", intent->epoch);
	put_text(json, "document", intent->document);
	json_put(json, "fields", fields_to_json(columns, intent));
	if (intent->history)
		json_put(json, "history", json_copy(intent->history));
	if (intent->cascade)
		json_put(json, "cascade", json_copy(intent->cascade));
	return json;
}

static struct json_object *replaced_to_json(const struct columns *columns, const struct intents *intents)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < intents->replaced_count; i++) {
		const struct replaced *one = &intents->replaced[i];
		if (!columns->of[one->field].id)
			continue;
		struct json_object *json = json_new_object();
		json_put_text(json, "field", columns_key(columns, one->field));
		json_put(json, "at", json_new_int(one->at_ms));
		put_cell(json, "was", &one->cell);
		json_append(list, json);
	}
	return list;
}

struct json_object *intents_to_json(const struct columns *columns, const struct intents *intents)
{
	struct json_object *json;

	if (!intents_are_open(intents) && !intents->replaced_count)
		return NULL;
	json = json_new_object();
	if (intent_is_open(&intents->row))
		json_put(json, "row", intent_to_json(columns, &intents->row));
	if (intent_is_open(&intents->document))
		json_put(json, "document", intent_to_json(columns, &intents->document));
	if (intents->replaced_count)
		json_put(json, "replaced", replaced_to_json(columns, intents));
	return json;
}

/* ---- reading ---- */

int64_t ledger_read_time(struct json_object *json, const char *key)
{
	int64_t time_ms = json_int_or(json, key, 0);

	return time_ms > 0 && time_ms <= LATEST_MS ? time_ms : 0;
}

static bool read_cell(struct json_object *json, const char *key, struct cell *cell, struct error *error)
{
	struct json_object *value = NULL;

	return !json_find(json, key, &value) || cell_from_json(value, cell, error);
}

static bool read_fields(const struct columns *columns, struct json_object *json, struct intent *intent,
			struct error *error)
{
	if (!json)
		return true;
	json_each (json, column_id, values) {
		enum field field = columns_field_by_key(columns, column_id);
		if (field == FIELD_COUNT)
			continue; /* a column that is gone */
		struct intent_field *one = &intent->fields[field];
		one->written = true;
		if (!read_cell(values, "before", &one->before, error) ||
		    !read_cell(values, "after", &one->after, error))
			return error_wrap(error, "field %s", column_id);
	}
	return true;
}

static bool read_intent(const struct columns *columns, struct json_object *json, struct intent *intent,
			struct error *error)
{
	const char *kind = json_text_or(json, "kind", "");

	if (!json)
		return true;
	for (size_t i = 1; i < countof(kind_names); i++)
		if (strcmp(kind, kind_names[i]) == 0)
			intent->kind = (enum intent_kind)i;
	if (intent->kind == INTENT_NONE)
		return error_set(error, ERROR_REFUSED, "unknown kind \"%s\" of what is under way", kind);
	intent->at_ms = ledger_read_time(json, "at");
	json_text_into(json, "epoch", intent->epoch, sizeof intent->epoch);
	json_text_into(json, "document", intent->document, sizeof intent->document);
	intent->history = json_share(json_child(json, "history", json_type_object));
	intent->cascade = json_share(json_child(json, "cascade", json_type_object));
	return read_fields(columns, json_child(json, "fields", json_type_object), intent, error);
}

static bool read_replaced(const struct columns *columns, struct json_object *list, struct intents *intents,
			  struct error *error)
{
	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *json = json_at(list, i);
		enum field field = columns_field_by_key(columns, json_text_or(json, "field", ""));
		struct cell cell = {0};
		if (field == FIELD_COUNT)
			continue;
		if (!read_cell(json, "was", &cell, error))
			return error_wrap(error, "replaced field %s", columns->of[field].id);
		intents_replace(intents, field, &cell, ledger_read_time(json, "at"));
		cell_done(&cell);
	}
	return true;
}

bool intents_from_json(const struct columns *columns, struct json_object *json, struct intents *intents,
		       struct error *error)
{
	return !json ||
	       (read_intent(columns, json_child(json, "row", json_type_object), &intents->row, error) &&
		read_intent(columns, json_child(json, "document", json_type_object), &intents->document,
			    error) &&
		read_replaced(columns, json_child(json, "replaced", json_type_array), intents, error));
}

/* ---- the former form ---- */

/* Until version 2 an entry had of its row
 *
 *     sent:     {kind, at, epoch, document, fields: {column: {pre, post}}}
 *     replaced: [{field, at, was}]
 *
 * and of its document, over three members,
 *
 *     taken:    {column: cell}
 *     taken_on: the revision, absent where there was none
 *     saving:   {at, gone, history, wake} */
static const char *const former_keys[] = {"sent", "replaced", "taken", "taken_on", "saving"};

static void move(struct json_object *from, const char *key, struct json_object *to, const char *new_key)
{
	struct json_object *value = NULL;

	if (json_find(from, key, &value))
		json_put(to, new_key, json_share(value));
}

static struct json_object *upgrade_sent(struct json_object *sent)
{
	struct json_object *row = json_copy(sent), *fields = json_new_object();

	json_each (json_child(sent, "fields", json_type_object), column_id, values) {
		struct json_object *one = json_new_object();
		move(values, "pre", one, "before");
		move(values, "post", one, "after");
		json_put(fields, column_id, one);
	}
	json_put(row, "fields", fields);
	return row;
}

static struct json_object *upgrade_saving(struct json_object *entry)
{
	struct json_object *saving = json_child(entry, "saving", json_type_object);
	struct json_object *document = json_new_object(), *fields = json_new_object();
	bool gone = json_bool_or(saving, "gone", false), anew = !json_text_or(entry, "taken_on", NULL);
	enum intent_kind kind = gone ? INTENT_DELETE : anew ? INTENT_CREATE : INTENT_UPDATE;

	json_put_text(document, "kind", kind_names[kind]);
	move(entry, "taken_on", document, "document");
	move(saving, "at", document, "at");
	move(saving, "history", document, "history");
	move(saving, "wake", document, "cascade");
	json_each (json_child(entry, "taken", json_type_object), column_id, cell) {
		struct json_object *one = json_new_object();
		json_put(one, "after", json_share(cell));
		json_put(fields, column_id, one);
	}
	json_put(document, "fields", fields);
	return document;
}

static bool has_former(struct json_object *entry)
{
	for (size_t i = 0; i < countof(former_keys); i++)
		if (json_find(entry, former_keys[i], NULL))
			return true;
	return false;
}

struct json_object *ledger_intents_upgrade(struct json_object *entry)
{
	struct json_object *sent = json_child(entry, "sent", json_type_object);
	struct json_object *taken = json_child(entry, "taken", json_type_object);

	if (!has_former(entry))
		return json_share(entry);
	struct json_object *upgraded = json_copy(entry), *intents = json_new_object();
	if (sent)
		json_put(intents, "row", upgrade_sent(sent));
	if (json_child(entry, "saving", json_type_object) || json_key_count(taken) > 0)
		json_put(intents, "document", upgrade_saving(entry));
	move(entry, "replaced", intents, "replaced");
	for (size_t i = 0; i < countof(former_keys); i++)
		json_remove(upgraded, former_keys[i]);
	json_put(upgraded, "intents", intents);
	return upgraded;
}

void ledger_put_number(struct json_object *json, const char *key, int64_t number)
{
	if (number)
		json_put(json, key, json_new_int(number));
}

void ledger_put_hash(struct json_object *json, const char *key, uint64_t hash)
{
	char words[17];

	if (!hash)
		return;
	snprintf(words, sizeof words, "%016" PRIx64, hash);
	json_put_text(json, key, words);
}
