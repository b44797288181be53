#include "tests/scenarios/recording_compare.h"

#include "base/clock.h"
#include "inventory/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE "<message>"
#define NOTE    "integration_deleted_data-"

/* ---- values ---- */

bool value_is_empty(struct json_object *value)
{
	switch (json_type_of(value)) {
	case json_type_null:
		return true;
	case json_type_boolean:
		return !json_bool_of(value);
	case json_type_string:
		return json_text_length(value) == 0;
	case json_type_array:
		return json_length(value) == 0;
	case json_type_object:
		return json_key_count(value) == 0;
	default:
		return false;
	}
}

static bool list_holds(struct json_object *list, struct json_object *value)
{
	for (size_t i = 0; i < json_length(list); i++)
		if (value_equal(json_at(list, i), value))
			return true;
	return false;
}

bool value_equal(struct json_object *one, struct json_object *other)
{
	if (json_is_number(one) && json_is_number(other))
		return fabs(json_double_of(one) - json_double_of(other)) <= 1e-6;
	if (!json_is(one, json_type_array) || !json_is(other, json_type_array))
		return json_equal(one, other);
	size_t count = json_length(one);
	bool same = count == json_length(other);
	for (size_t i = 0; same && i < count; i++)
		same = list_holds(other, json_at(one, i)) && list_holds(one, json_at(other, i));
	return same;
}

/* ---- differences ---- */

void differences_done(struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		struct difference *difference = &differences->list[i];
		free(difference->table);
		free(difference->id);
		free((char *)difference->key);
		json_release(difference->theirs);
		json_release(difference->ours);
	}
	free(differences->list);
	*differences = (struct differences){0};
}

static void add(struct differences *differences, const struct difference *found)
{
	differences->list = own_resize(differences->list, differences->count + 1, sizeof *differences->list);
	differences->list[differences->count++] = (struct difference){
		.place = found->place,
		.table = own_copy(found->table),
		.id = own_copy(found->id),
		.key = own_copy(found->key),
		.top = found->top,
		.theirs = json_share(found->theirs),
		.ours = json_share(found->ours),
	};
}

static void add_value(struct text *text, struct json_object *value, const char *nothing)
{
	scoped_text words = value ? json_write(value) : own_copy(nothing);

	if (strlen(words) > 300)
		words[text_utf8_prefix(words, strlen(words), 300)] = '\0';
	text_add(text, words);
}

char *difference_words(const struct difference *difference)
{
	struct text text = {0};
	const char *nothing = difference->key ? "nothing" : "none";

	if (difference->place == PLACE_ROW)
		text_format(&text, "%s row %s", difference->table, difference->id);
	else
		text_format(&text, "%s%s", difference->place == PLACE_HISTORY ? "history of " : "",
			    difference->id);
	if (difference->key)
		text_format(&text, ", %s", difference->key);
	text_add(&text, ": recorded ");
	add_value(&text, difference->theirs, nothing);
	text_add(&text, ", ours ");
	add_value(&text, difference->ours, nothing);
	return text_take(&text);
}

/* ---- documents ---- */

/* Times of the app's clock during a sync are only there or not. */
static bool times_agree(const struct recording *recording, struct json_object *theirs,
			struct json_object *ours)
{
	return json_is_number(theirs) && json_is_number(ours) &&
	       (json_equal(theirs, ours) || recording_is_sync_time(recording, json_int_of(theirs)));
}

/* {integration: {id, modified_at}}: the row that it names. */
static struct json_object *marks_alone(struct json_object *marks)
{
	struct json_object *alone = json_new_object();

	json_each (members(marks), integration, mark) {
		struct json_object *id = NULL;
		if (json_find(mark, "id", &id))
			json_put(alone, integration, json_share(id));
	}
	return alone;
}

static void compare_key(const struct recording *recording, struct differences *differences,
			struct difference *at)
{
	bool same = value_equal(at->theirs, at->ours);

	if (at->top && (strcmp(at->key, "created_at") == 0 || strcmp(at->key, "updated_at") == 0))
		same = times_agree(recording, at->theirs, at->ours);
	if (!at->top && strcmp(at->key, "integrations") == 0) {
		scoped(json_object) theirs = marks_alone(at->theirs);
		scoped(json_object) ours = marks_alone(at->ours);
		same = json_equal(theirs, ours);
	}
	/* The note of a deletion keeps the mark as it was. */
	if (!at->top && strcmp(at->key, "data") == 0 && strncmp(at->id, NOTE, sizeof NOTE - 1) == 0)
		same = strcmp(json_text_or(at->theirs, "id", ""), json_text_or(at->ours, "id", "")) == 0;
	if (!same)
		add(differences, at);
}

static void compare_keys(const struct recording *recording, struct differences *differences,
			 struct json_object *theirs, struct json_object *ours, const struct difference *place)
{
	json_each (members(theirs), key, value) {
		struct difference at = *place;
		at.key = key;
		at.theirs = value;
		json_find(ours, key, &at.ours);
		if (!at.top || (strcmp(key, "_rev") != 0 && strcmp(key, "data") != 0))
			compare_key(recording, differences, &at);
	}
	json_each (members(ours), our_key, our_value) {
		struct difference at = *place;
		at.key = our_key;
		at.ours = our_value;
		if (!json_find(theirs, our_key, NULL) &&
		    (!at.top || (strcmp(our_key, "_rev") != 0 && strcmp(our_key, "data") != 0)))
			compare_key(recording, differences, &at);
	}
}

static struct json_object *by_id(struct json_object *list, const char *key, const char *id)
{
	for (size_t i = 0; list && i < json_length(list); i++) {
		struct json_object *one = json_at(list, i);
		if (strcmp(json_text_or(one, key, ""), id) == 0)
			return one;
	}
	return NULL;
}

static bool is_compared(const struct recording *recording, const char *full_id)
{
	const char *id = NULL;
	enum document_type type = document_type_of(full_id, &id);

	return type != DOCUMENT_HISTORY &&
	       !(type == DOCUMENT_INTEGRATION && strcmp(id, recording->integration_id) == 0);
}

static void compare_documents(const struct recording *recording, struct json_object *ours,
			      struct differences *differences)
{
	struct json_object *theirs = recording_list(recording, "final_docs");

	for (size_t i = 0; i < json_length(theirs); i++) {
		struct json_object *document = json_at(theirs, i);
		const char *full_id = json_text_or(document, "_id", "");
		struct json_object *other = by_id(ours, "_id", full_id);
		struct difference place = {.place = PLACE_DOCUMENT, .id = (char *)full_id};
		if (!is_compared(recording, full_id))
			continue;
		if (!other) {
			place.theirs = document;
			add(differences, &place);
			continue;
		}
		compare_keys(recording, differences, document_data(document), document_data(other), &place);
		place.top = true;
		compare_keys(recording, differences, document, other, &place);
	}
	for (size_t i = 0; i < json_length(ours); i++) {
		struct json_object *document = json_at(ours, i);
		const char *full_id = json_text_or(document, "_id", "");
		struct difference place = {.place = PLACE_DOCUMENT, .id = (char *)full_id, .ours = document};
		if (is_compared(recording, full_id) && !by_id(theirs, "_id", full_id))
			add(differences, &place);
	}
}

/* ---- history ---- */

/* Without what is empty, and with prices as they are meant: what the app's own first pull changes (§9.7). */
static struct json_object *plain_data(struct json_object *data)
{
	struct json_object *plain = json_new_object();

	json_each (members(data), key, value) {
		if (value_is_empty(value) || strcmp(key, "integrations") == 0)
			continue;
		json_put(plain, key,
			 json_is(value, json_type_double)
				 ? json_number(round(json_double_of(value) * 1e6) / 1e6)
				 : json_share(value));
	}
	return plain;
}

static struct json_object *history_core(struct json_object *history)
{
	static const char *const keys[] = {"created_by", "event_name", "data_type", "data_id"};
	struct json_object *core = json_new_object();

	for (size_t i = 0; i < countof(keys); i++)
		json_put_text(core, keys[i], json_text_or(history, keys[i], NULL));
	json_put(core, "original_data", plain_data(json_child(history, "original_data", json_type_object)));
	json_put(core, "new_data", plain_data(json_child(history, "new_data", json_type_object)));
	return core;
}

/* It records nothing but what the app's own first pull does to a document. */
static bool history_says_nothing(struct json_object *history)
{
	scoped(json_object) core = history_core(history);

	return json_equal(json_child(core, "original_data", json_type_object),
			  json_child(core, "new_data", json_type_object));
}

/* The cores of all, but for those that only record what the app's first pull did. Losers of conflicts and the last cells of
 * a row are records of ours that the app does not make: they take nothing away. */
static struct json_object *histories_of(struct json_object *documents)
{
	struct json_object *cores = json_new_array();

	for (size_t i = 0; i < json_length(documents); i++) {
		struct json_object *document = json_at(documents, i);
		const char *event = json_text_or(document, "event_name", "");
		if (strcmp(json_text_or(document, "type", ""), "_history") == 0 &&
		    strcmp(event, "sync_conflict") != 0 && strcmp(event, "sync_row_deleted") != 0 &&
		    !history_says_nothing(document))
			json_append(cores, history_core(document));
	}
	return cores;
}

static void compare_histories(const struct recording *recording, struct json_object *documents,
			      struct differences *differences)
{
	scoped(json_object) theirs = histories_of(recording_list(recording, "final_docs"));
	scoped(json_object) ours = histories_of(documents);

	for (size_t i = 0; i < json_length(theirs); i++) {
		struct json_object *history = json_at(theirs, i);
		size_t found = 0;
		while (found < json_length(ours) && !json_equal(json_at(ours, found), history))
			found++;
		if (found < json_length(ours)) {
			json_remove_at(ours, found, 1);
			continue;
		}
		scoped_text id = own_format("%s-%s", json_text_or(history, "data_type", ""),
					    json_text_or(history, "data_id", ""));
		add(differences, &(struct difference){.place = PLACE_HISTORY, .id = id, .theirs = history});
	}
	for (size_t i = 0; i < json_length(ours); i++) {
		struct json_object *history = json_at(ours, i);
		scoped_text id = own_format("%s-%s", json_text_or(history, "data_type", ""),
					    json_text_or(history, "data_id", ""));
		add(differences, &(struct difference){.place = PLACE_HISTORY, .id = id, .ours = history});
	}
}

/* ---- rows ---- */

static bool cells_agree(const struct recording *recording, const char *name, struct json_object *theirs,
			struct json_object *ours)
{
	int64_t their_ms = 0, our_ms = 0;

	if (json_is(theirs, json_type_string) && strcmp(recording_words(theirs), MESSAGE) == 0)
		return !value_is_empty(ours);
	if (value_is_empty(theirs) && value_is_empty(ours))
		return true;
	if (strcmp(name, "Created At") == 0 && json_is(theirs, json_type_string) &&
	    json_is(ours, json_type_string) && clock_from_iso(recording_words(theirs), &their_ms) &&
	    clock_from_iso(recording_words(ours), &our_ms))
		return their_ms == our_ms || recording_is_sync_time(recording, their_ms);
	return value_equal(theirs, ours);
}

static bool column_is_compared(const struct recording *recording, const char *table, const char *name)
{
	struct json_object *column = recording_column(recording, table, name);

	return strcmp(name, "Updated At") != 0 && (!column || !recording_column_is_computed(column));
}

static void compare_row(const struct recording *recording, const struct difference *place,
			struct json_object *theirs, struct json_object *ours, struct differences *differences)
{
	json_each (members(theirs), name, value) {
		struct difference at = *place;
		at.key = name;
		at.theirs = value;
		json_find(ours, name, &at.ours);
		if (column_is_compared(recording, place->table, name) &&
		    !cells_agree(recording, name, value, at.ours))
			add(differences, &at);
	}
	json_each (members(ours), our_name, our_value) {
		struct difference at = *place;
		at.key = our_name;
		at.ours = our_value;
		if (!json_find(theirs, our_name, NULL) && !value_is_empty(our_value) &&
		    column_is_compared(recording, place->table, our_name))
			add(differences, &at);
	}
}

static void compare_table(const struct recording *recording, const char *table, struct json_object *theirs,
			  struct json_object *ours, struct differences *differences)
{
	for (size_t i = 0; theirs && i < json_length(theirs); i++) {
		struct json_object *row = json_at(theirs, i);
		const char *record_id = json_text_or(row, "id", "");
		struct json_object *other = by_id(ours, "id", record_id);
		struct difference place = {
			.place = PLACE_ROW, .table = (char *)table, .id = (char *)record_id};
		if (other) {
			compare_row(recording, &place, json_child(row, "fields", json_type_object),
				    json_child(other, "fields", json_type_object), differences);
			continue;
		}
		place.theirs = row;
		add(differences, &place);
	}
	for (size_t i = 0; ours && i < json_length(ours); i++) {
		struct json_object *row = json_at(ours, i);
		const char *record_id = json_text_or(row, "id", "");
		struct difference place = {
			.place = PLACE_ROW, .table = (char *)table, .id = (char *)record_id, .ours = row};
		if (!by_id(theirs, "id", record_id))
			add(differences, &place);
	}
}

struct differences recording_compare(const struct recording *recording, const struct ends *ours)
{
	struct json_object *rows = json_child(recording->json, "final_records", json_type_object);
	struct differences differences = {0};

	compare_documents(recording, ours->documents, &differences);
	compare_histories(recording, ours->documents, &differences);
	json_each (members(ours->rows), table, records) {
		compare_table(recording, table, json_child(rows, table, json_type_array), records,
			      &differences);
	}
	json_each (members(rows), their_table, their_records) {
		if (!json_find(ours->rows, their_table, NULL))
			compare_table(recording, their_table, their_records, NULL, &differences);
	}
	return differences;
}
