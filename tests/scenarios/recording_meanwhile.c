/* Edits that a person made while the app synced. The recording tells their time by the app's requests ("at_request") and what
 * they were in words; the values follow from what the phase changed without the app having sent it, and where the app
 * overwrote them at once, a value of our own stands for theirs. */
#include "tests/scenarios/recording.h"

#include "bridge/field.h"

#include <stdio.h>
#include <string.h>

#define OWN_VALUE "edited meanwhile"

/* Whether the app itself put this value into the cell in this phase. */
static bool was_sent(struct json_object *phase, const char *record_id, const char *name,
		     struct json_object *value)
{
	struct json_object *requests = json_child(phase, "requests", json_type_array);

	for (size_t i = 0; requests && i < json_object_array_length(requests); i++) {
		struct json_object *request = json_object_array_get_idx(requests, i), *sent = NULL;
		struct json_object *body = json_child(request, "body", json_type_object);
		struct json_object *records = json_child(body, "records", json_type_array);
		for (size_t j = 0; records && j < json_object_array_length(records); j++) {
			struct json_object *record = json_object_array_get_idx(records, j);
			const char *id = json_text_or(record, "id", record_id);
			if (strcmp(id, record_id) == 0 &&
			    json_object_object_get_ex(json_child(record, "fields", json_type_object), name,
						      &sent) &&
			    json_equal(sent, value))
				return true;
		}
	}
	return false;
}

static struct json_object *edited_cells(const struct recording *recording, const struct their_state *before,
					struct json_object *phase, struct json_object *record)
{
	const char *record_id = json_text_or(record, "id", ""), *table = json_text_or(record, "table", "");
	struct json_object *row = NULL, *cells = json_object_new_object();

	if (!json_object_object_get_ex(before->rows, record_id, &row))
		return cells; /* a new row: the app made it */
	row = json_child(row, "fields", json_type_object);
	json_object_object_foreach (members(json_child(record, "fields", json_type_object)), name, value) {
		struct json_object *column = recording_column(recording, table, name), *was = NULL;
		enum field field =
			field_by_name(strcmp(table, "Items") == 0 ? TABLE_ITEMS : TABLE_COLLECTIONS, name);
		bool moved = !json_object_object_get_ex(row, name, &was) || !json_equal(was, value);
		if (moved && field != FIELD_COUNT && !recording_column_is_computed(column) &&
		    !was_sent(phase, record_id, name, value))
			json_put(cells, name, json_object_get(value));
	}
	return cells;
}

static struct json_object *edit_of(const char *table, const char *record_id, struct json_object *cells)
{
	struct json_object *edit = json_object_new_object(), *meanwhile = json_object_new_object();

	json_put_text(edit, "table", table);
	json_put_text(edit, "record_id", record_id);
	json_put(edit, "set", cells);
	json_put(meanwhile, "edit", edit);
	return meanwhile;
}

static struct json_object *edit_that_shows(const struct recording *recording,
					   const struct their_state *before, struct json_object *phase)
{
	struct json_object *records = json_child(phase, "records_changed", json_type_array);

	for (size_t i = 0; records && i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		struct json_object *cells = edited_cells(recording, before, phase, record);
		if (json_object_object_length(cells))
			return edit_of(json_text_or(record, "table", ""), json_text_or(record, "id", ""),
				       cells);
		json_object_put(cells);
	}
	return NULL;
}

/* "record a: Notes edited in Airtable …": the second word is a document's id. */
static bool named_id(const char *what, char *id_out, size_t size)
{
	char kind[32], id[128];

	if (sscanf(what, "%31s %127s", kind, id) != 2)
		return false;
	id[strcspn(id, ":,.")] = '\0';
	snprintf(id_out, size, "%s", id);
	return id[0] != '\0';
}

/* The text column that the words name, or Notes, or what every table has. */
static const char *named_column(const struct recording *recording, const char *table, const char *what)
{
	static const char *const texts[] = {"Notes", "Model Name", "Purchased From", "Name"};

	for (size_t i = 0; i < countof(texts); i++)
		if (strstr(what, texts[i]) && recording_column(recording, table, texts[i]))
			return texts[i];
	return recording_column(recording, table, "Notes") ? "Notes" : "Name";
}

static struct json_object *edit_that_words_tell(const struct recording *recording,
						const struct their_state *before, const char *what)
{
	char wanted[128];

	if (!named_id(what, wanted, sizeof wanted))
		return NULL;
	json_object_object_foreach (members(before->rows), record_id, row) {
		const char *table = json_text_or(row, "table", "");
		if (strcmp(json_text_or(json_child(row, "fields", json_type_object), "ID", ""), wanted) != 0)
			continue;
		struct json_object *cells = json_object_new_object();
		json_put_text(cells, named_column(recording, table, what), OWN_VALUE);
		return edit_of(table, record_id, cells);
	}
	return NULL;
}

static struct json_object *operation_that_words_tell(const struct their_state *before, const char *what)
{
	static const char *const kinds[] = {"item", "collection"};
	char wanted[128];

	if (!named_id(what, wanted, sizeof wanted))
		return NULL;
	for (size_t i = 0; i < countof(kinds); i++) {
		scoped_text full_id = own_format("%s-%s", kinds[i], wanted);
		if (!json_object_object_get_ex(before->documents, full_id, NULL))
			continue;
		struct json_object *save = json_object_new_object(), *operation = json_object_new_object();
		struct json_object *meanwhile = json_object_new_object();
		json_put_text(save, "__type", kinds[i]);
		json_put_text(save, "__id", wanted);
		json_put_text(save, i == 0 ? "notes" : "name", OWN_VALUE);
		json_put(operation, "save", save);
		json_put(meanwhile, "op", operation);
		return meanwhile;
	}
	return NULL;
}

struct json_object *recording_meanwhile(const struct recording *recording, const struct their_state *before,
					struct json_object *phase)
{
	const char *what = json_text_or(json_child(phase, "during", json_type_object), "what", "");
	struct json_object *meanwhile = NULL;

	if (strstr(what, "Airtable") || strncmp(what, "record", 6) == 0)
		meanwhile = edit_that_shows(recording, before, phase);
	if (!meanwhile && strncmp(what, "record", 6) == 0)
		meanwhile = edit_that_words_tell(recording, before, what);
	return meanwhile ? meanwhile : operation_that_words_tell(before, what);
}
