#include "tests/worlds/ending.h"
#include "inventory/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* JSON with its keys in order and its numbers by value. */
static void add_value(struct text *words, struct json_object *value)
{
	if (json_is_number(value)) {
		text_format(words, "%.15g", json_object_get_double(value));
	} else if (json_is(value, json_type_array)) {
		text_add(words, "[");
		for (size_t i = 0; i < json_length(value); i++) {
			text_add(words, i ? "," : "");
			add_value(words, json_at(value, i));
		}
		text_add(words, "]");
	} else if (json_is(value, json_type_object)) {
		size_t length = (size_t)json_key_count(value), count = 0;
		const char **names = own_alloc((length + 1) * sizeof *names);
		json_each (value, key, ignored) {
			(void)ignored;
			names[count++] = key;
		}
		qsort(names, count, sizeof *names, by_name);
		text_add(words, "{");
		for (size_t i = 0; i < count; i++) {
			text_format(words, "%s%s:", i ? "," : "", names[i]);
			add_value(words, json_object_object_get(value, names[i]));
		}
		text_add(words, "}");
		free((void *)names);
	} else {
		scoped_text plain = json_write(value);
		text_add(words, plain);
	}
}

char *ending_words(struct json_object *value)
{
	struct text words = {0};

	add_value(&words, value);
	return text_take(&words);
}

static void put_words(struct json_object *ending, const char *place, struct json_object *value)
{
	struct text words = {0};

	add_value(&words, value);
	json_put_text(ending, place, text_or_empty(&words));
	text_done(&words);
}

static bool is_empty(struct json_object *value)
{
	return !value || (json_is(value, json_type_boolean) && !json_object_get_boolean(value)) ||
	       (json_is(value, json_type_string) && json_text_length(value) == 0) ||
	       (json_is(value, json_type_array) && json_length(value) == 0);
}

/* ---- what there is ---- */

void ending_document(struct json_object *ending, enum table table, const char *id, struct json_object *body,
		     const char *integration_id)
{
	scoped_text whole = own_format("%s %s", document_type_name(table_document_type(table)), id);
	struct json_object *data = body ? document_data(body) : NULL;

	json_put_text(ending, whole, body ? "there" : "deleted");
	if (!data)
		return;
	json_each (data, key, value) {
		scoped_text place = own_format("%s: %s", whole, key);
		if (strcmp(key, "integrations") != 0)
			put_words(ending, place, value);
	}
	scoped_text mark = own_format("%s: its mark", whole);
	json_put_text(ending, mark, document_app_link(body, integration_id));
}

void ending_cell(struct json_object *ending, enum table table, const char *record_id, enum field field,
		 struct json_object *value)
{
	scoped_text place = own_format("%s %s: %s", table_name(table), record_id, field_rule(field)->name);

	if (is_empty(value))
		return;
	if (field == FIELD_UPDATED_AT || field == FIELD_CREATED_AT)
		json_put_text(ending, place, "some time");
	else
		put_words(ending, place, value);
}

static void add_data(struct text *words, struct json_object *body, const char *key)
{
	struct json_object *data = json_child(body, key, json_type_object);
	scoped(json_object) copy = data ? json_copy(data) : NULL;

	if (copy)
		json_remove(copy, "integrations"); /* the mark, with its time */
	add_value(words, copy);
}

/* The same may have happened twice. */
void ending_history(struct json_object *ending, struct json_object *body)
{
	struct text place = {0};

	text_format(&place, "history: %s of %s %s: ", json_text_or(body, "event_name", ""),
		    json_text_or(body, "data_type", ""), json_text_or(body, "data_id", ""));
	add_data(&place, body, "original_data");
	text_add(&place, " -> ");
	add_data(&place, body, "new_data");
	long times = strtol(json_text_or(ending, text_or_empty(&place), "0"), NULL, 10) + 1;
	scoped_text words = own_format("%ld", times);
	json_put_text(ending, text_or_empty(&place), words);
	text_done(&place);
}

void ending_entry(struct json_object *ending, struct json_object *document)
{
	const char *id = json_text_or(document, "_id", ""), *problem = json_text_or(document, "problem", "");

	if (strncmp(id, "pair-", 5) != 0)
		return;
	scoped_text words =
		own_format("%s%s%s", json_text_or(document, "state", ""), *problem ? ": " : "", problem);
	json_put_text(ending, id, words);
}

struct json_object *ending_of(struct world *world)
{
	struct json_object *ending = json_new_object();

	for (size_t i = 0; i < world->document_count; i++)
		if (world_winner(&world->documents[i]))
			ending_document(ending, world->documents[i].table, world->documents[i].id,
					world_body(&world->documents[i]), world->config.id);
	for (size_t i = 0; i < world->row_count; i++)
		for (size_t field = 0; world->rows[i].now.there && field < FIELD_COUNT; field++)
			ending_cell(ending, world->rows[i].table, world->rows[i].id, (enum field)field,
				    world->rows[i].now.cells[field]);
	for (size_t i = 0; i < world->extra_count; i++)
		if (strcmp(json_text_or(world->extras[i], "type", ""),
			   document_type_name(DOCUMENT_HISTORY)) == 0)
			ending_history(ending, world->extras[i]);
		else
			json_put_text(ending, json_text_or(world->extras[i], "_id", ""), "left behind");
	for (size_t i = 0; i < world->state_count; i++)
		if (world->states[i].body)
			ending_entry(ending, world->states[i].body);
	return ending;
}

/* ---- two of them ---- */

static size_t missing_or_other(struct json_object *a, struct json_object *b, const char *who_a,
			       const char *who_b, bool others, struct text *words)
{
	size_t count = 0;

	json_each (a, place, value) {
		const char *here = json_object_get_string(value), *there = json_text_or(b, place, NULL);
		if (there && (!others || strcmp(here, there) == 0))
			continue;
		count++;
		if (there)
			text_format(words, "\n#   %s: %s says %s, %s says %s", place, who_a, here, who_b,
				    there);
		else
			text_format(words, "\n#   %s: %s says %s, %s nothing", place, who_a, here, who_b);
	}
	return count;
}

size_t ending_compare(struct json_object *expected, struct json_object *found, struct text *words)
{
	return missing_or_other(expected, found, "memory", "the servers", true, words) +
	       missing_or_other(found, expected, "the servers", "memory", false, words);
}
