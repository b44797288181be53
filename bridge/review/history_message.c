/* One form for programs, and from it the one for people. */
#include "bridge/review/history_message.h"

#include "base/clock.h"
#include "bridge/review/revert.h"
#include "bridge/review/short_id.h"
#include "inventory/schema.h"

#include <inttypes.h>
#include <string.h>

#define SHOWN_BYTES 160 /* of a value, in a line */

static struct json_object *value_in(struct json_object *data, const char *key)
{
	struct json_object *value = NULL;

	json_find(data, key, &value);
	return value;
}

static void put_value(struct json_object *object, const char *key, struct json_object *value)
{
	if (value)
		json_put(object, key, json_share(value));
}

static void put_time(struct json_object *object, const char *key, int64_t time_ms)
{
	char iso[CLOCK_ISO_SIZE];

	if (time_ms && clock_iso(time_ms, iso))
		json_put_text(object, key, iso);
}

/* ---- entries ---- */

static void add_field(struct json_object *fields, enum document_type type, const char *key,
		      struct json_object *original, struct json_object *new)
{
	if (strncmp(key, "__", 2) == 0 || strcmp(key, "integrations") == 0)
		return;
	struct json_object *field = json_new_object();
	json_put_text(field, "key", key);
	json_put_text(field, "name", schema_words(type, key));
	put_value(field, "was", value_in(original, key));
	put_value(field, "new", value_in(new, key));
	json_append(fields, field);
}

static struct json_object *fields_of(enum document_type type, struct json_object *original,
				     struct json_object *new)
{
	struct json_object *fields = json_new_array();

	if (!original || !new)
		return fields;
	json_each (original, key, was) {
		(void)was;
		add_field(fields, type, key, original, new);
	}
	json_each (new, new_key, value) {
		(void)value;
		if (!json_find(original, new_key, NULL))
			add_field(fields, type, new_key, original, new);
	}
	return fields;
}

static const char *what_happened(struct json_object *original, struct json_object *new)
{
	if (json_bool_or(original, "__deleted", false))
		return "made";
	return json_bool_or(new, "__deleted", false) ? "deleted" : "changed";
}

static bool can_be_undone(struct json_object *history)
{
	struct revert *revert = revert_new();
	struct error why = {0};
	bool can = revert_add(revert, history, &why);

	revert_close(&revert);
	return can;
}

struct json_object *history_message_entry(struct json_object *history)
{
	struct json_object *original = json_child(history, "original_data", json_type_object);
	struct json_object *new = json_child(history, "new_data", json_type_object);
	const char *type = json_text_or(history, "data_type", NULL);
	int64_t batch = json_int_or(history, "batch", 0);
	struct json_object *entry = json_new_object();
	char short_id[SHORT_ID_SIZE];

	json_put_text(entry, "id", json_text_or(history, "_id", NULL));
	short_id_of(json_text_or(history, "_id", ""), short_id);
	json_put_text(entry, "short_id", short_id);
	put_time(entry, "at", json_int_or(history, "timestamp", 0));
	json_put_text(entry, "created_by", json_text_or(history, "created_by", NULL));
	if (batch)
		json_put(entry, "batch", json_new_int(batch));
	json_put_text(entry, "event", json_text_or(history, "event_name", NULL));
	json_put_text(entry, "type", type);
	json_put_text(entry, "data_id", json_text_or(history, "data_id", NULL));
	json_put_text(entry, "name", json_text_or(new, "name", json_text_or(original, "name", NULL)));
	json_put_text(entry, "what", what_happened(original, new));
	json_put(entry, "conflict", json_new_bool(revert_is_of_conflict(history)));
	json_put(entry, "can_be_undone", json_new_bool(can_be_undone(history)));
	json_put(entry, "fields", fields_of(document_type_named(type ? type : ""), original, new));
	return entry;
}

/* ---- undone documents ---- */

static const char *const action_names[] = {
	[REVERT_NOTHING] = "nothing",
	[REVERT_BRING_BACK] = "brought back",
	[REVERT_CHANGE] = "changed back",
	[REVERT_DELETE] = "deleted again",
};

static struct json_object *undone_fields(const struct revert_change *change)
{
	struct json_object *fields = json_new_array();

	for (size_t i = 0; i < change->field_count; i++) {
		const struct revert_field *one = &change->fields[i];
		struct json_object *field = json_new_object();
		json_put_text(field, "key", one->key);
		json_put_text(field, "name", schema_words(change->type, one->key));
		put_value(field, "was", one->was);
		put_value(field, "new", one->left);
		put_value(field, "now", one->now);
		json_put(field, "moved", json_new_bool(one->moved));
		json_put(field, "goes_back", json_new_bool(one->goes_back));
		json_append(fields, field);
	}
	return fields;
}

struct json_object *history_message_undone(const struct undone *undone)
{
	static const char *const states[] = {
		[UNDONE_NOTHING] = "nothing",
		[UNDONE_WRITTEN] = "undone",
		[UNDONE_ASKS] = "asks",
		[UNDONE_REFUSED] = "refused",
	};
	const struct revert_change *change = &undone->change;
	struct json_object *json = json_new_object();

	json_put_text(json, "type", document_type_name(change->type));
	json_put_text(json, "data_id", change->id);
	json_put_text(json, "name", change->name);
	json_put_text(json, "state", states[undone->state]);
	json_put_text(json, "what", action_names[change->action]);
	json_put(json, "undone", json_new_bool(undone->written));
	json_put_text(json, "why", undone->why ? undone->why : change->words);
	json_put(json, "fields", undone_fields(change));
	return json;
}

/* ---- for people ---- */

static bool is_time(const char *key)
{
	return strcmp(key, "purchase_date") == 0 || strcmp(key, "expiry_date") == 0 ||
	       strcmp(key, "_expire_soon_at") == 0;
}

static char *value_words(const char *key, struct json_object *value)
{
	char iso[CLOCK_ISO_SIZE];

	if (!value)
		return own_copy("nothing");
	if (is_time(key) && json_is_number(value) && clock_iso(json_int_of(value), iso))
		return own_copy(iso);
	if (strcmp(key, "purchase_price_x1000") == 0 && json_is_number(value)) {
		scoped(json_object) price = json_number(json_double_of(value) / 1000);
		return json_write(price);
	}
	return json_write(value);
}

/* What others have put into documents stays in its line, and moves no terminal. */
static void add_visible(struct text *text, const char *words)
{
	text_add_visible(text, words, "");
}

char *history_message_value(struct json_object *field, const char *which)
{
	struct json_object *value = value_in(field, which);
	const char *words = json_text_of(value);

	return words ? own_copy(words) : value_words(json_text_or(field, "key", ""), value);
}

static void add_value(struct text *text, struct json_object *field, const char *which)
{
	scoped_text words = value_words(json_text_or(field, "key", ""), value_in(field, which));
	size_t length = strlen(words), shown = text_utf8_prefix(words, length, SHOWN_BYTES);

	words[shown] = '\0';
	add_visible(text, words);
	if (shown < length)
		text_add(text, "…");
}

static void add_name(struct text *text, struct json_object *json)
{
	const char *name = json_text_or(json, "name", NULL);

	add_visible(text, json_text_or(json, "type", "document"));
	text_add(text, " ");
	add_visible(text, json_text_or(json, "data_id", "?"));
	if (!name)
		return;
	text_add(text, " \"");
	add_visible(text, name);
	text_add(text, "\"");
}

static void add_change(struct text *text, struct json_object *field, const char *from, const char *to)
{
	text_add(text, "    ");
	add_visible(text, json_text_or(field, "name", "?"));
	text_add(text, ": ");
	add_value(text, field, from);
	text_add(text, " → ");
	add_value(text, field, to);
	text_add(text, "\n");
}

void history_words_add_author(struct text *text, const char *created_by, const char *integration)
{
	static const char signature[] = "integration-";

	if (!created_by || !integration || strncmp(created_by, signature, strlen(signature)) != 0) {
		add_visible(text, created_by ? created_by : "nobody named");
		return;
	}
	text_add(text, "integration '");
	add_visible(text, integration);
	text_add(text, "' (");
	add_visible(text, created_by + strlen(signature));
	text_add(text, ")");
}

void history_message_add(struct text *text, struct json_object *entry)
{
	struct json_object *fields = json_child(entry, "fields", json_type_array);
	const char *event = json_text_or(entry, "event", NULL);

	text_format(text, "%s  %s  ", json_text_or(entry, "at", "?"), json_text_or(entry, "short_id", "?"));
	add_name(text, entry);
	text_format(text, ": %s by ", json_text_or(entry, "what", "?"));
	history_words_add_author(text, json_text_or(entry, "created_by", NULL),
				 json_text_or(entry, "integration", NULL));
	text_add(text, event ? ", " : "");
	add_visible(text, event ? event : "");
	text_add(text, "\n  ");
	add_visible(text, json_text_or(entry, "id", "?"));
	text_add(text, "\n");
	for (size_t i = 0; i < json_length(fields); i++)
		add_change(text, json_at(fields, i), "was", "new");
}

static void add_left_alone(struct text *text, struct json_object *field)
{
	text_add(text, "    ");
	add_visible(text, json_text_or(field, "name", "?"));
	text_add(text, " is left alone: it was edited since, from ");
	add_value(text, field, "new");
	text_add(text, " to ");
	add_value(text, field, "now");
	text_add(text, "; before all that it was ");
	add_value(text, field, "was");
	text_add(text, "\n");
}

void history_message_add_undone(struct text *text, struct json_object *undone, bool dry_run)
{
	struct json_object *fields = json_child(undone, "fields", json_type_array);
	const char *state = json_text_or(undone, "state", ""), *why = json_text_or(undone, "why", NULL);
	bool written = json_bool_or(undone, "undone", false);

	if (strcmp(state, "nothing") == 0)
		return;
	add_name(text, undone);
	if (written)
		text_format(text, ": %s%s", dry_run ? "would be " : "", json_text_or(undone, "what", ""));
	else
		text_format(text, ": left as it is");
	text_add(text, why ? "; " : "");
	add_visible(text, why ? why : "");
	text_add(text, "\n");
	for (size_t i = 0; i < json_length(fields); i++) {
		struct json_object *field = json_at(fields, i);
		if (!json_bool_or(field, "goes_back", false))
			add_left_alone(text, field);
		else if (written)
			add_change(text, field, "now", "was");
	}
}

const char *history_message_key(const char *words)
{
	static const enum document_type types[] = {DOCUMENT_ITEM, DOCUMENT_COLLECTION};

	for (size_t i = 0; i < countof(types); i++)
		for (const struct schema_key *key = schema_of(types[i]); key->key; key++)
			if (key->words && strcmp(key->words, words) == 0)
				return key->key;
	return words;
}
