/* Entries survive their JSON; what is stored is only written when it differs; another process's write is a conflict. */
#include "bridge/state/ledger_io.h"
#include "bridge/state/ledger_json.h"
#include "bridge/state/retired_entry.h"

#include "tests/unit/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a store in memory ---- */

struct memory {
	size_t count, writes;
	struct json_object *documents[16];
};

static struct json_object **find(struct memory *memory, const char *id)
{
	for (size_t i = 0; i < memory->count; i++)
		if (strcmp(json_text_or(memory->documents[i], "_id", ""), id) == 0)
			return &memory->documents[i];
	return NULL;
}

static bool memory_read(void *self, const char *const *wanted, size_t count,
			struct json_object **documents_out, struct error *error)
{
	(void)error;
	for (size_t i = 0; i < count; i++) {
		struct json_object **found = find(self, wanted[i]);
		documents_out[i] =
			found && !json_bool_or(*found, "_deleted", false) ? json_copy(*found) : NULL;
	}
	return true;
}

static bool memory_write(void *self, struct json_object *const *documents, size_t count,
			 struct store_result *results_out, struct error *error)
{
	struct memory *memory = self;

	(void)error;
	for (size_t i = 0; i < count; i++) {
		struct json_object **found = find(memory, json_text_or(documents[i], "_id", ""));
		const char *stored_rev = found ? json_text_or(*found, "_rev", "") : "";
		results_out[i] = (struct store_result){.kind = ERROR_CONFLICT};
		if (strcmp(stored_rev, json_text_or(documents[i], "_rev", "")) != 0)
			continue;
		results_out[i].kind = ERROR_NONE;
		snprintf(results_out[i].rev, sizeof results_out[i].rev, "%zu-x", ++memory->writes);
		struct json_object *copy = json_copy(documents[i]);
		json_put_text(copy, "_rev", results_out[i].rev);
		if (found) {
			json_release(*found);
			*found = copy;
		} else {
			memory->documents[memory->count++] = copy;
		}
	}
	return true;
}

static bool memory_walk(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
			void *context, struct error *error)
{
	struct memory *memory = self;

	(void)pick;
	for (size_t i = 0; i < memory->count; i++)
		if (strncmp(json_text_or(memory->documents[i], "_id", ""), prefix, strlen(prefix)) == 0 &&
		    !visit(context, memory->documents[i], error))
			return false;
	return true;
}

static const struct store_ops memory_ops = {.read = memory_read, .write = memory_write, .walk = memory_walk};

struct bench {
	struct memory memory;
	struct columns columns[TABLE_COUNT];
	struct ledger ledger;
};

static int set_up(void **state)
{
	struct bench *bench = own_alloc(sizeof *bench);

	for (size_t table = 0; table < TABLE_COUNT; table++) {
		bench->columns[table].table_id = own_format("tbl%zu", table);
		for (size_t field = 0; field < FIELD_COUNT; field++)
			if (field_in_table((enum field)field, (enum table)table))
				bench->columns[table].of[field].id = own_format("fld%zu_%zu", table, field);
	}
	ledger_init(&bench->ledger, (struct store){&memory_ops, &bench->memory}, "one", "appX",
		    bench->columns);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	ledger_done(&bench->ledger);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&bench->columns[table]);
	for (size_t i = 0; i < bench->memory.count; i++)
		json_release(bench->memory.documents[i]);
	free(bench);
	return 0;
}

static struct ledger_entry read_one(struct bench *bench, const char *id)
{
	struct ledger_key key = {TABLE_ITEMS, id};
	struct ledger_entry entry;
	struct error error;

	assert_true(ledger_read(&bench->ledger, &key, 1, &entry, &error));
	return entry;
}

static enum error_kind write_one(struct bench *bench, struct ledger_entry *entry)
{
	struct store_result result;
	struct error error;

	assert_true(ledger_write(&bench->ledger, &entry, 1, &result, &error));
	return result.kind;
}

/* ---- cases ---- */

static void an_entry_that_is_not_there_is_none(void **state)
{
	struct ledger_entry entry = read_one(*state, "a");

	assert_int_equal(entry.state, ENTRY_NONE);
	assert_string_equal(entry.id, "a");
	assert_string_equal(entry.record_id, "");
	ledger_entry_done(&entry);
}

static struct ledger_entry full_pair(struct bench *bench)
{
	struct ledger_entry entry = read_one(bench, "a");
	struct cell name = cell_text("Käse 🧀"), shown = cell_text("Käse"), price = cell_number(2.01);

	entry.state = ENTRY_PAIR;
	snprintf(entry.record_id, sizeof entry.record_id, "rec1");
	entry.synced = 0xfedcba9876543210;
	entry.seen_ms = 1700000000000;
	entry.has_app_link = true;
	entry.created_from_row = true;
	entry.twin_of = own_copy("b");
	entry.problem = own_copy("Serial: it is a text.");
	entry.failures = 3;
	entry.next_try_ms = 1700000000001;
	ledger_entry_agree(&entry, FIELD_NAME, &name, &shown);
	entry.fields[FIELD_NAME].shown_differently = true;
	ledger_entry_agree(&entry, FIELD_PRICE, &price, &price);
	intent_begin(&entry.intents.row, INTENT_UPDATE, 1700000000002, "2-x");
	snprintf(entry.intents.row.epoch, sizeof entry.intents.row.epoch, "e");
	intent_write(&entry.intents.row, FIELD_NAME, &shown, &name);
	intents_replace(&entry.intents, FIELD_NAME, &shown, 1700000000003);
	intents_replace(&entry.intents, FIELD_PRICE, &price, 1700000000004);
	entry.fields[FIELD_PRICE].base_uncertain = true;
	cell_done(&name);
	cell_done(&shown);
	cell_done(&price);
	return entry;
}

static void a_pair_comes_back_as_it_was(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);
	const struct cell_equivalence exact = {0};

	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	struct ledger_entry read = read_one(bench, "a");
	assert_int_equal(read.state, ENTRY_PAIR);
	assert_string_equal(read.record_id, "rec1");
	assert_true(read.synced == entry.synced);
	assert_true(read.has_app_link && read.created_from_row);
	assert_string_equal(read.twin_of, "b");
	assert_string_equal(read.problem, entry.problem);
	assert_int_equal(read.failures, 3);
	assert_true(read.fields[FIELD_NAME].known && read.fields[FIELD_NAME].shown_differently);
	assert_true(cell_equal(&read.fields[FIELD_NAME].couch, &entry.fields[FIELD_NAME].couch, &exact));
	assert_true(
		cell_equal(&read.fields[FIELD_NAME].airtable, &entry.fields[FIELD_NAME].airtable, &exact));
	assert_false(read.fields[FIELD_NOTES].known);
	assert_int_equal(read.intents.row.kind, INTENT_UPDATE);
	assert_int_equal(read.intents.document.kind, INTENT_NONE);
	assert_true(cell_equal(&read.intents.row.fields[FIELD_NAME].before,
			       &entry.intents.row.fields[FIELD_NAME].before, &exact));
	assert_false(read.fields[FIELD_NAME].base_uncertain);
	assert_true(read.fields[FIELD_PRICE].base_uncertain);
	assert_int_equal(read.intents.replaced_count, 2);
	assert_true(cell_equal(&read.intents.replaced[1].cell, &entry.intents.replaced[1].cell, &exact));
	assert_int_equal(read.intents.replaced[1].field, FIELD_PRICE);
	assert_int_equal(read.intents.replaced[1].at_ms, 1700000000004);
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static void what_was_replaced_is_forgotten_in_time(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);
	const struct cell other = {.kind = CELL_TRUE};

	intents_drop_replaced(&entry.intents, 1700000000003);
	assert_int_equal(entry.intents.replaced_count, 1);
	assert_int_equal(entry.intents.replaced[0].field, FIELD_PRICE);
	for (int i = 0; i < 1000; i++)
		intents_replace(&entry.intents, FIELD_DELETE, &other, 1700000000005 + i);
	assert_in_range(entry.intents.replaced_count, 10, 100);
	assert_int_equal(entry.intents.replaced[entry.intents.replaced_count - 1].at_ms, 1700000001004);
	intents_drop_replaced(&entry.intents, INT64_MAX);
	assert_int_equal(entry.intents.replaced_count, 0);
	ledger_entry_done(&entry);
}

static void what_has_not_changed_is_not_written(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);

	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	size_t writes = bench->memory.writes;
	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	struct ledger_entry read = read_one(bench, "a");
	assert_int_equal(write_one(bench, &read), ERROR_NONE);
	assert_int_equal(bench->memory.writes, writes);
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static void another_process_wrote_in_between(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry ours = full_pair(bench), theirs = full_pair(bench);

	assert_int_equal(write_one(bench, &theirs), ERROR_NONE);
	assert_int_equal(write_one(bench, &ours), ERROR_CONFLICT);
	ledger_entry_done(&ours);
	ledger_entry_done(&theirs);
}

static void an_entry_that_holds_nothing_is_removed(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);

	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	intents_done(&entry.intents);
	entry.state = ENTRY_NONE;
	entry.record_id[0] = '\0';
	entry.next_try_ms = 0;
	own_free_text(&entry.problem);
	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	struct ledger_entry read = read_one(bench, "a");
	assert_string_equal(read.revision, "");
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static void a_gravestone_keeps_the_last_cells(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);
	struct json_object *cells = json_new_object();

	json_put_text(cells, "fldForeign", "a person's own column");
	ledger_entry_retire(&entry, "document deleted", 1700000000009, cells);
	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	struct ledger_entry read = read_one(bench, "a");
	assert_int_equal(read.state, ENTRY_RETIRED);
	assert_string_equal(read.retired_reason, "document deleted");
	assert_string_equal(json_text_or(read.retired_cells, "fldForeign", ""), "a person's own column");
	assert_false(read.fields[FIELD_NAME].known);
	assert_false(intents_are_open(&read.intents));
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static void another_column_inherits_nothing(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);

	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	own_free_text(&bench->columns[TABLE_ITEMS].of[FIELD_NAME].id);
	bench->columns[TABLE_ITEMS].of[FIELD_NAME].id = own_copy("fldMadeAnew");
	struct ledger_entry read = read_one(bench, "a");
	assert_false(read.fields[FIELD_NAME].known);
	assert_true(read.fields[FIELD_PRICE].known);
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

/* What a new type made of the cells is no edit of them, whatever was under way. */
static void a_column_of_another_type_inherits_nothing(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);
	const struct cell taken = {.kind = CELL_TRUE};

	intent_begin(&entry.intents.document, INTENT_UPDATE, 1, "1-a");
	intent_write(&entry.intents.document, FIELD_NAME, NULL, &taken);
	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	bench->columns[TABLE_ITEMS].of[FIELD_NAME].key = own_copy("fldX#1");
	struct ledger_entry read = read_one(bench, "a");
	assert_false(read.fields[FIELD_NAME].known);
	assert_false(read.intents.row.fields[FIELD_NAME].written);
	assert_false(read.intents.document.fields[FIELD_NAME].written);
	assert_int_equal(read.intents.replaced_count, 1);
	assert_true(read.fields[FIELD_PRICE].known);
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static void the_rows_of_links_are_those_agreed_on(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = read_one(bench, "a");
	struct cell link = cell_link("b");

	assert_null(ledger_entry_linked_row(&entry, FIELD_NAME));
	ledger_entry_pair(&entry, "recA");
	ledger_entry_agree(&entry, FIELD_CONTAINER, &link, &link);
	snprintf(ledger_entry_linked_row(&entry, FIELD_CONTAINER), sizeof entry.container_row, "recB");
	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	struct ledger_entry read = read_one(bench, "a");
	assert_string_equal(ledger_entry_linked_row(&read, FIELD_CONTAINER), "recB");
	assert_string_equal(ledger_entry_linked_row(&read, FIELD_COLLECTION), "");
	ledger_entry_agree(&read, FIELD_CONTAINER, &link, &link);
	assert_string_equal(ledger_entry_linked_row(&read, FIELD_CONTAINER), "");
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
	cell_done(&link);
}

/* Into the first document that is stored, behind the ledger's back. */
static void put_stored(struct bench *bench, const char *key, const char *value)
{
	scoped_text text = own_copy(value);
	char *place = strstr(text, "%s");
	struct json_object *json = NULL;
	struct error error;

	scoped_text whole = place ? own_format("%.*s%s%s", (int)(place - text), text,
					       bench->columns[TABLE_ITEMS].of[FIELD_NAME].id, place + 2)
				  : own_copy(text);
	if (strcmp(whole, "null") != 0)
		assert_true(json_read(whole, strlen(whole), &json, NULL, &error));
	json_put(bench->memory.documents[0], key, json);
}

static void forget_stored(struct bench *bench)
{
	while (bench->memory.count)
		json_release(bench->memory.documents[--bench->memory.count]);
}

/* What may stand in a state document that was damaged, or that another version wrote: {key, value}; %s is the
 * column of the name. */
static const struct {
	const char *words, *key, *value;
} damages[] = {
	{"of a newer version", "v", "99"},
	{"of no version", "v", "null"},
	{"of a state that there is not", "state", "\"x\""},
	{"without a state", "state", "null"},
	{"a field that is no cell", "fields", "{\"%s\":{\"?\":1}}"},
	{"an intent of a kind that there is not", "intents", "{\"row\":{\"kind\":\"x\"}}"},
	{"an intent without a time", "intents", "{\"row\":{\"kind\":\"update\"}}"},
	{"a new row that showed something before", "intents",
	 "{\"row\":{\"kind\":\"create\",\"at\":1,\"fields\":{\"%s\":{\"before\":\"a\"}}}}"},
	{"a deletion that writes a field", "intents",
	 "{\"row\":{\"kind\":\"delete\",\"at\":1,\"fields\":{\"%s\":{\"after\":\"a\"}}}}"},
	{"a row's intent with a history", "intents",
	 "{\"row\":{\"kind\":\"update\",\"at\":1,\"history\":{}}}"},
	{"a save that names a process", "intents",
	 "{\"document\":{\"kind\":\"update\",\"at\":1,\"epoch\":\"e\"}}"},
	{"a save with what was there before", "intents",
	 "{\"document\":{\"kind\":\"update\",\"at\":1,\"fields\":{\"%s\":{\"before\":\"a\"}}}}"},
	{"what was to be written is no cell", "intents",
	 "{\"document\":{\"kind\":\"update\",\"at\":1,\"fields\":{\"%s\":{\"after\":[[]]}}}}"},
	{"what was replaced is no cell", "intents", "{\"replaced\":[{\"field\":\"%s\",\"was\":[1]}]}"},
	{"a pair without a row", "rec", "null"},
	{"formerly: a note of a kind that there is not", "sent", "{\"kind\":\"x\"}"},
	{"formerly: what was replaced is no cell", "replaced", "[{\"field\":\"%s\",\"was\":[1]}]"},
	{"formerly: what was taken is no cell", "taken", "{\"%s\":[[]]}"},
};

static void what_cannot_be_read_counts_as_absent_and_is_written_over(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < countof(damages); i++) {
		struct ledger_entry entry = full_pair(bench);
		print_message("%s\n", damages[i].words);
		assert_int_equal(write_one(bench, &entry), ERROR_NONE);
		put_stored(bench, damages[i].key, damages[i].value);
		struct ledger_entry read = read_one(bench, "a");
		assert_int_equal(read.state, ENTRY_NONE);
		assert_string_equal(read.id, "a");
		assert_string_equal(read.revision, entry.revision);
		snprintf(entry.revision, sizeof entry.revision, "%s", read.revision);
		json_object_close(&entry.stored);
		assert_int_equal(write_one(bench, &entry), ERROR_NONE);
		ledger_entry_done(&read);
		read = read_one(bench, "a");
		assert_int_equal(read.state, ENTRY_PAIR);
		ledger_entry_done(&read);
		ledger_entry_done(&entry);
		forget_stored(bench);
	}
}

/* Of another type than it shall be, or beyond what there can be: the rest of the entry is as good as ever. */
static void odd_values_are_none(void **state)
{
	static const char *const odd[][2] = {
		{"causes", "[null, 7]"},
		{"grounds", "[1]"},
		{"grounds", "{\"item-b\":7}"},
		{"failures", "-9223372036854775808"},
		{"next_try", "-9223372036854775808"},
		{"next_try", "9223372036854775807"},
		{"seen", "-9223372036854775808"},
		{"unsure_since", "9223372036854775807"},
		{"at", "9223372036854775807"},
		{"intents", "[]"},
		{"intents", "{\"row\":7,\"document\":[],\"replaced\":{}}"},
		{"intents", "{\"replaced\":[null]}"},
		{"replaced", "[null]"},
		{"taken", "[]"},
		{"saving", "[]"},
		{"shows", "7"},
		{"waits", "-1"},
		{"cells", "[1]"},
		{"sent", "null"},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < countof(odd); i++) {
		struct ledger_entry entry = full_pair(bench);
		assert_int_equal(write_one(bench, &entry), ERROR_NONE);
		put_stored(bench, odd[i][0], odd[i][1]);
		struct ledger_entry read = read_one(bench, "a");
		assert_int_equal(read.state, ENTRY_PAIR);
		assert_true(read.next_try_ms >= 0 && read.seen_ms >= 0 && read.failures >= 0);
		ledger_entry_done(&read);
		ledger_entry_done(&entry);
		forget_stored(bench);
	}
}

/* ---- long texts ---- */

static struct ledger_entry edit_of_a_long_note(struct bench *bench, const char *words)
{
	struct ledger_entry entry = full_pair(bench);
	struct cell cell = cell_text(words), other = cell_text("before");
	struct json_object *history = json_new_object(), *data = json_new_object();

	ledger_entry_agree(&entry, FIELD_NOTES, &cell, &cell);
	intents_replace(&entry.intents, FIELD_NOTES, &cell, 5);
	intent_write(&entry.intents.row, FIELD_NOTES, &other, &cell);
	intent_begin(&entry.intents.document, INTENT_UPDATE, 1700000000006, "2-x");
	intent_write(&entry.intents.document, FIELD_NOTES, NULL, &cell);
	json_put_text(data, "notes", words);
	json_put(history, "new_data", data);
	entry.intents.document.history = history;
	cell_done(&cell);
	cell_done(&other);
	return entry;
}

static void a_long_text_is_stored_once(void **state)
{
	struct bench *bench = *state;
	char words[5001];

	memset(words, 'n', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	struct ledger_entry entry = edit_of_a_long_note(bench, words);
	scoped(json_object) json = ledger_entry_to_json(&bench->ledger, &entry);
	scoped_text stored = json_write(json);
	assert_in_range(strlen(stored), sizeof words, 2 * sizeof words);
	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	struct ledger_entry read = read_one(bench, "a");
	assert_string_equal(read.fields[FIELD_NOTES].couch.text, words);
	assert_string_equal(read.fields[FIELD_NOTES].airtable.text, words);
	assert_string_equal(read.intents.document.fields[FIELD_NOTES].after.text, words);
	assert_string_equal(read.intents.row.fields[FIELD_NOTES].after.text, words);
	assert_string_equal(read.intents.row.fields[FIELD_NOTES].before.text, "before");
	struct json_object *history = read.intents.document.history;
	assert_string_equal(json_text_or(json_child(history, "new_data", json_type_object), "notes", ""),
			    words);
	size_t writes = bench->memory.writes;
	assert_int_equal(write_one(bench, &read), ERROR_NONE);
	assert_int_equal(bench->memory.writes, writes);
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static void a_place_that_there_is_not_is_no_text(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);

	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	put_stored(bench, "fields", "{\"%s\":{\"$text\":7}}");
	put_stored(bench, "texts", "[\"one\"]");
	struct ledger_entry read = read_one(bench, "a");
	assert_int_equal(read.state, ENTRY_NONE);
	ledger_entry_done(&read);
	ledger_entry_done(&entry);
}

static bool count_entry(void *context, struct ledger_entry *entry, struct error *error)
{
	(void)entry;
	(void)error;
	++*(size_t *)context;
	return true;
}

static void a_walk_shows_this_integrations_entries_only(void **state)
{
	struct bench *bench = *state;
	struct ledger_entry entry = full_pair(bench);
	size_t seen = 0;
	struct error error;

	assert_int_equal(write_one(bench, &entry), ERROR_NONE);
	bench->memory.documents[bench->memory.count] = json_new_object();
	json_put_text(bench->memory.documents[bench->memory.count++], "_id", "pair-two-item-a");
	assert_true(ledger_walk(&bench->ledger, count_entry, &seen, &error));
	assert_int_equal(seen, 1);
	ledger_entry_done(&entry);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_entry_that_is_not_there_is_none),
		CASE(a_pair_comes_back_as_it_was),
		CASE(what_was_replaced_is_forgotten_in_time),
		CASE(what_has_not_changed_is_not_written),
		CASE(another_process_wrote_in_between),
		CASE(an_entry_that_holds_nothing_is_removed),
		CASE(a_gravestone_keeps_the_last_cells),
		CASE(another_column_inherits_nothing),
		CASE(a_column_of_another_type_inherits_nothing),
		CASE(the_rows_of_links_are_those_agreed_on),
		CASE(what_cannot_be_read_counts_as_absent_and_is_written_over),
		CASE(odd_values_are_none),
		CASE(a_long_text_is_stored_once),
		CASE(a_place_that_there_is_not_is_no_text),
		CASE(a_walk_shows_this_integrations_entries_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
