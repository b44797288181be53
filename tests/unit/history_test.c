/* History documents: the same keys in the same order as the app's own, and _ids that follow from what they hold. */
#include "inventory/history.h"

#include "tests/unit/cases.h"
#include "tests/unit/vectors.h"

#include <string.h>

#define DIGITS_LENGTH 4

/* ---- as the app writes them ---- */

static enum document_type type_named(const char *name)
{
	for (size_t type = 0; type < DOCUMENT_OTHER; type++)
		if (strcmp(document_type_name((enum document_type)type), name) == 0)
			return (enum document_type)type;
	return DOCUMENT_OTHER;
}

/* What went into a document of the app's, read back from it. */
static struct history_entry entry_of(struct json_object *recorded)
{
	return (struct history_entry){
		.data_type = type_named(json_text_or(recorded, "data_type", "")),
		.data_id = json_text_or(recorded, "data_id", ""),
		.created_by = json_text_or(recorded, "created_by", NULL),
		.batch = json_int_or(recorded, "batch", 0),
		.event_name = json_text_or(recorded, "event_name", NULL),
		.timestamp_ms = json_int_or(recorded, "timestamp", 0),
		.original_data = json_child(recorded, "original_data", json_type_object),
		.new_data = json_child(recorded, "new_data", json_type_object),
	};
}

static void check_recorded(void **state)
{
	struct json_object *recorded = *state;
	struct history_entry entry = entry_of(recorded);
	scoped(json_object) ours = history_document(&entry, 0);
	scoped(json_object) expected = json_copy(recorded);
	const char *their_id = json_text_or(recorded, "_id", ""), *our_id = json_text_or(ours, "_id", "");

	/* All but the digits, which the app draws. */
	assert_int_equal(strlen(our_id), strlen(their_id));
	assert_memory_equal(our_id, their_id, strlen(their_id) - DIGITS_LENGTH);
	assert_int_equal(strspn(our_id + strlen(our_id) - DIGITS_LENGTH, "0123456789"), DIGITS_LENGTH);
	json_remove(expected, "_rev");
	json_put_text(expected, "_id", our_id);
	scoped_text expected_words = json_write(expected);
	scoped_text our_words = json_write(ours);
	assert_string_equal(our_words, expected_words);
}

struct adding {
	struct cases *cases;
	const char *name;
	size_t number;
};

static void add_recorded(void *context, struct json_object *object)
{
	struct adding *adding = context;

	if (strcmp(json_text_or(object, "type", ""), "_history") == 0 && json_text_or(object, "_id", NULL))
		cases_add(adding->cases,
			  own_format("as recorded: document %zu of \"%s\"", ++adding->number, adding->name),
			  check_recorded, object);
}

static void add_all_recorded(struct cases *cases, struct json_object *vectors)
{
	for (size_t i = 0; i < json_length(vectors); i++) {
		struct json_object *vector = json_at(vectors, i);
		struct adding adding = {cases, json_text_or(vector, "name", ""), 0};
		vectors_walk(vector, add_recorded, &adding);
	}
}

/* ---- _ids ---- */

static struct json_object *parsed(const char *words)
{
	struct json_object *json = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &json, NULL, &error))
		fail_msg("%s", error.text);
	return json;
}

struct change_case {
	const char *sentence;
	struct history_entry entry; /* without data */
	const char *original, *changed;
	int attempt;
	const char *id; /* NULL: only other than the first row's */
};

static const struct change_case change_cases[] = {
	{"all parts are in the _id",
	 {DOCUMENT_ITEM, "i1", "integration-n1", 5, "sync", 7, NULL, NULL},
	 "{\"name\":\"A\"}",
	 "{\"name\":\"B\"}",
	 0,
	 "zzd-history-integration-n1-5-item-i1-sync-7-2265"},
	{"the next attempt has the next number",
	 {DOCUMENT_ITEM, "i1", "integration-n1", 5, "sync", 7, NULL, NULL},
	 "{\"name\":\"A\"}",
	 "{\"name\":\"B\"}",
	 1,
	 "zzd-history-integration-n1-5-item-i1-sync-7-2266"},
	{"what is not known prints as undefined, as in the app",
	 {DOCUMENT_COLLECTION, "c1", NULL, 0, NULL, 7, NULL, NULL},
	 "{}",
	 "{}",
	 0,
	 "zzd-history-undefined-undefined-collection-c1-undefined-7-2533"},
	{"another value before has another number",
	 {DOCUMENT_ITEM, "i1", "integration-n1", 5, "sync", 7, NULL, NULL},
	 "{\"name\":\"AA\"}",
	 "{\"name\":\"B\"}",
	 0,
	 NULL},
	{"another value after has another number",
	 {DOCUMENT_ITEM, "i1", "integration-n1", 5, "sync", 7, NULL, NULL},
	 "{\"name\":\"A\"}",
	 "{\"name\":\"C\"}",
	 0,
	 NULL},
};

static struct json_object *document_of(const struct change_case *row, int attempt)
{
	scoped(json_object) original = parsed(row->original);
	scoped(json_object) changed = parsed(row->changed);
	struct history_entry entry = row->entry;

	entry.original_data = original;
	entry.new_data = changed;
	return history_document(&entry, attempt);
}

static void check_change(void **state)
{
	const struct change_case *row = *state;
	scoped(json_object) once = document_of(row, row->attempt);
	scoped(json_object) again = document_of(row, row->attempt);
	scoped(json_object) first = document_of(&change_cases[0], 0);
	const char *id = json_text_or(once, "_id", "");

	assert_true(json_equal(once, again));
	if (row->id)
		assert_string_equal(id, row->id);
	else
		assert_string_not_equal(id, json_text_or(first, "_id", ""));
}

/* Ten thousand attempts take all numbers there are, each once. */
static void check_attempts(void **state)
{
	bool *seen = own_alloc(10000 * sizeof *seen);

	(void)state;
	for (int attempt = 0; attempt < 10000; attempt++) {
		scoped(json_object) body = document_of(&change_cases[0], attempt);
		const char *id = json_text_or(body, "_id", "");
		int digits = (int)strtol(id + strlen(id) - DIGITS_LENGTH, NULL, 10);
		assert_false(seen[digits]);
		seen[digits] = true;
	}
	free(seen);
}

static void check_copies(void **state)
{
	scoped(json_object) data = parsed("{\"a\":{\"b\":1}}");
	struct history_entry entry = {
		.data_type = DOCUMENT_ITEM, .data_id = "i1", .timestamp_ms = 1, .new_data = data};
	scoped(json_object) body = history_document(&entry, 0);

	(void)state;
	json_remove(json_child(data, "a", json_type_object), "b");
	scoped_text original = json_write(json_child(body, "original_data", json_type_object));
	scoped_text changed = json_write(json_child(body, "new_data", json_type_object));
	assert_string_equal(original, "{}");
	assert_string_equal(changed, "{\"a\":{\"b\":1}}");
}

int main(void)
{
	scoped(json_object) edits = vectors_read("tests/vectors/delete-and-history.json");
	scoped(json_object) pulls = vectors_read("tests/vectors/from-airtable.json");
	struct cases cases = {0};

	add_all_recorded(&cases, edits);
	add_all_recorded(&cases, pulls);
	cases_add_table(&cases, change_cases, check_change);
	cases_add(&cases, own_copy("every attempt has a number of its own"), check_attempts, NULL);
	cases_add(&cases, own_copy("the document holds copies of the data"), check_copies, NULL);
	return cases_run("history", &cases);
}
