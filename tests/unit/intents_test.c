/* The intent journal: its invariants, and what it makes of entries that the former version has stored.
 * recorded/entries_version_2.json holds such entries as that version wrote them, with the names of columns in place of their ids. */
#include "bridge/state/ledger_intents.h"
#include "bridge/state/ledger_json.h"

#include "tests/fakes/vector_file.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what contradicts itself ---- */

/* What is done to a journal with an update of the row and a save of the document. */
enum harm {
	NO_HARM,
	ROW_ENDED,
	ROW_ENDED_BY_HAND,
	ROW_WITHOUT_TIME,
	ROW_WITH_HISTORY,
	ROW_WITH_CASCADE,
	CREATE_WITH_BEFORE,
	DELETE_WITH_FIELD,
	UNWRITTEN_FIELD_WITH_VALUE,
	SAVE_WITH_EPOCH,
	SAVE_WITH_BEFORE,
	SAVE_WITHOUT_TIME,
	TOO_MANY_REPLACED,
};
static const struct flaw_case {
	const char *sentence;
	enum harm harm;
	bool flawed;
} flaw_cases[] = {
	{"both targets are under way", NO_HARM, false},
	{"the row's intent is ended", ROW_ENDED, false},
	{"a save whose time is not known", SAVE_WITHOUT_TIME, false},
	{"of no intent a field is left", ROW_ENDED_BY_HAND, true},
	{"a write of the row without a time", ROW_WITHOUT_TIME, true},
	{"a write of the row with a history", ROW_WITH_HISTORY, true},
	{"a write of the row with a cascade", ROW_WITH_CASCADE, true},
	{"a new row that showed something before", CREATE_WITH_BEFORE, true},
	{"a deletion of the row that writes a field", DELETE_WITH_FIELD, true},
	{"a field that is not written, with a value", UNWRITTEN_FIELD_WITH_VALUE, true},
	{"a save that names a process", SAVE_WITH_EPOCH, true},
	{"a save with what was there before", SAVE_WITH_BEFORE, true},
	{"more replaced values than are kept", TOO_MANY_REPLACED, true},
};

static void do_harm(struct intents *intents, enum harm harm, const struct cell *cell)
{
	struct intent *row = &intents->row, *document = &intents->document;

	switch (harm) {
	case ROW_ENDED:
		intent_end(row);
		break;
	case ROW_ENDED_BY_HAND:
		row->kind = INTENT_NONE;
		break;
	case ROW_WITHOUT_TIME:
		row->at_ms = 0;
		break;
	case ROW_WITH_HISTORY:
		row->history = json_new_object();
		break;
	case ROW_WITH_CASCADE:
		row->cascade = json_new_object();
		break;
	case CREATE_WITH_BEFORE:
		row->kind = INTENT_CREATE;
		break;
	case DELETE_WITH_FIELD:
		row->kind = INTENT_DELETE;
		break;
	case UNWRITTEN_FIELD_WITH_VALUE:
		row->fields[FIELD_NAME].written = false;
		break;
	case SAVE_WITH_EPOCH:
		snprintf(document->epoch, sizeof document->epoch, "e");
		break;
	case SAVE_WITH_BEFORE:
		intent_write(document, FIELD_NOTES, cell, cell);
		break;
	case SAVE_WITHOUT_TIME:
		document->at_ms = 0;
		break;
	case TOO_MANY_REPLACED:
		intents->replaced_count++;
		break;
	case NO_HARM:
		break;
	}
}

static void run_flaw_case(void **state)
{
	const struct flaw_case *row = *state;
	struct intents intents = {0};
	struct cell cell = cell_text("a");

	intent_begin(&intents.row, INTENT_UPDATE, 5, "2-x");
	intent_write(&intents.row, FIELD_NAME, &cell, &cell);
	intent_begin(&intents.document, INTENT_UPDATE, 6, "1-x");
	intent_write(&intents.document, FIELD_NOTES, NULL, &cell);
	for (int64_t i = 0; i < 2 * INTENTS_REPLACED_MOST; i++)
		intents_replace(&intents, FIELD_PRICE, &cell, i);
	assert_int_equal(intents.replaced_count, INTENTS_REPLACED_MOST);
	do_harm(&intents, row->harm, &cell);
	assert_int_equal(intents_flaw(&intents) != NULL, row->flawed);
	/* so that all of it is found at the end */
	if (row->harm == ROW_ENDED_BY_HAND)
		intents.row.kind = INTENT_UPDATE;
	if (row->harm == TOO_MANY_REPLACED)
		intents.replaced_count--;
	intents_done(&intents);
	assert_null(intents_flaw(&intents));
	cell_done(&cell);
}

static void another_intent_takes_the_place_of_the_former(void **state)
{
	struct intent intent = {0};
	struct cell cell = cell_text("a");

	(void)state;
	intent_begin(&intent, INTENT_UPDATE, 5, "1-x");
	intent_write(&intent, FIELD_NAME, &cell, &cell);
	intent_begin(&intent, INTENT_DELETE, 6, NULL);
	assert_int_equal(intent.kind, INTENT_DELETE);
	assert_int_equal(intent.at_ms, 6);
	assert_string_equal(intent.document, "");
	assert_false(intent.fields[FIELD_NAME].written);
	intent_end(&intent);
	assert_false(intent_is_open(&intent));
	cell_done(&cell);
}

/* ---- entries of the former version ---- */

static const struct former_case {
	const char *sentence, *id;
	enum intent_kind row;
	int64_t row_at_ms;
	const char *row_document;
	enum intent_kind document;
	int64_t document_at_ms;
	const char *document_document, *history; /* the end of its _id; NULL: none */
	bool cascades;
	size_t replaced;
	enum field row_field, document_field; /* FIELD_COUNT: none */
	const char *before, *row_after, *document_after;
} former_cases[] = {
	{"a save in doubt, and the row is told", "row-and-document", INTENT_UPDATE, 1795428184088,
	 "2-ed58b9f85b2030a8", INTENT_UPDATE, 1795428185581, "2-ed58b9f85b2030a8", "-1518", false, 0,
	 FIELD_ERROR, FIELD_MODEL_NAME, NULL,
	 "CouchDB does not take the document: conflict: in this test. It is tried again later.", "v4"},
	{"a document that is deleted", "document-deleted", INTENT_NONE, 0, "", INTENT_DELETE, 1795428191238,
	 "3-93b69d2d179e6f8f", "-9849", true, 1, FIELD_COUNT, FIELD_COUNT, NULL, NULL, NULL},
	{"an item that moves", "document-moved", INTENT_NONE, 0, "", INTENT_UPDATE, 1795428068997,
	 "2-d27075248e960c85", "-7965", true, 0, FIELD_COUNT, FIELD_COLLECTION, NULL, NULL,
	 "654308cc-81ea-8e3f-94ba-0b90afe884b7"},
	{"a row that is made again", "row-made-again", INTENT_CREATE, 1795428125073, "3-ebe47938e5836dc1",
	 INTENT_NONE, 0, "", NULL, false, 0, FIELD_NAME, FIELD_COUNT, NULL, "v4", NULL},
	{"a row that is deleted", "row-deleted", INTENT_DELETE, 1795428191060, "4-70ea40693232982d",
	 INTENT_NONE, 0, "", NULL, false, 1, FIELD_COUNT, FIELD_COUNT, NULL, NULL, NULL},
	{"a row that is changed", "row-changed", INTENT_UPDATE, 1795428007060, "2-8f3f70f6acbfc512",
	 INTENT_NONE, 0, "", NULL, false, 1, FIELD_ERROR, FIELD_COUNT,
	 "several unpaired rows claim this document.", NULL, NULL},
	{"texts that were moved together", "row-in-packed-texts", INTENT_UPDATE, 1795428368060,
	 "3-5167e7814b982087", INTENT_NONE, 0, "", NULL, false, 1, FIELD_ERROR, FIELD_COUNT,
	 "Name: Airtable does not let the token's user edit this column.",
	 "Name: Airtable does not let the token's user edit this column.", NULL},
	{"a row that is made", "row-made", INTENT_CREATE, 1795428000060, "2-032d11ce21241749", INTENT_NONE, 0,
	 "", NULL, false, 0, FIELD_ID, FIELD_COUNT, NULL, "i1", NULL},
	{"a document that is made", "document-made", INTENT_NONE, 0, "", INTENT_CREATE, 1795428249073, "",
	 "-8072", false, 0, FIELD_COUNT, FIELD_NAME, NULL, NULL, "v9"},
	{"a row that waits to become a document is told", "row-told", INTENT_UPDATE, 1795428246063, "",
	 INTENT_NONE, 0, "", NULL, false, 0, FIELD_ERROR, FIELD_COUNT, NULL,
	 "Container: there is no item \"i1\". Choose one that is there.", NULL},
	{"nothing but what was replaced", "nothing-but-replaced", INTENT_NONE, 0, "", INTENT_NONE, 0, "",
	 NULL, false, 1, FIELD_COUNT, FIELD_COUNT, NULL, NULL, NULL},
	{"what was replaced in the row of a retired entry", "retired-and-replaced", INTENT_NONE, 0, "",
	 INTENT_NONE, 0, "", NULL, false, 1, FIELD_COUNT, FIELD_COUNT, NULL, NULL, NULL},
};

static struct json_object *recorded(const char *id)
{
	struct vector_file file = {0};
	struct json_object *found = NULL, *json = NULL;
	struct json_flaws flaws = {0};
	struct error error = {0};
	scoped_text full_id = own_format("pair-one-item-%s", id);

	assert_true(vector_file_open(&file, "tests/unit/recorded/entries_version_2.json", &error));
	while (vector_file_next(&file, &json, &flaws, &error) == VECTOR_READ) {
		if (strcmp(json_text_or(json, "_id", ""), full_id) == 0)
			found = json_share(json);
		json_object_close(&json);
		json_flaws_done(&flaws);
	}
	vector_file_done(&file);
	assert_non_null(found);
	return found;
}

struct bench {
	struct columns columns[TABLE_COUNT];
	struct ledger ledger;
};

static void open_bench(struct bench *bench)
{
	static const struct {
		enum field field;
		const char *id;
	} columns[] = {
		{FIELD_NAME, "fldName"},
		{FIELD_ID, "fldID"},
		{FIELD_COLLECTION, "fldCollection"},
		{FIELD_CONTAINER, "fldContainer"},
		{FIELD_TYPE, "fldType"},
		{FIELD_MODEL_NAME, "fldModelName"},
		{FIELD_UPDATED_AT, "fldUpdatedAt"},
		{FIELD_CREATED_AT, "fldCreatedAt"},
		{FIELD_ERROR, "fldError"},
	};

	*bench = (struct bench){0};
	for (size_t i = 0; i < countof(columns); i++)
		bench->columns[TABLE_ITEMS].of[columns[i].field].id = own_copy(columns[i].id);
	bench->columns[TABLE_ITEMS].table_id = own_copy("tbl1");
	ledger_init(&bench->ledger, (struct store){0}, "one", "appX", bench->columns);
}

static void close_bench(struct bench *bench)
{
	ledger_done(&bench->ledger);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&bench->columns[table]);
}

/* NULL: the cell is empty. Else it begins with that. */
static void check_cell(const struct cell *cell, const char *words)
{
	const char *shown = cell->kind == CELL_LINKS ? cell->ids[0] : cell->text;

	assert_int_equal(cell->kind == CELL_EMPTY, words == NULL);
	if (words)
		assert_memory_equal(shown, words, strlen(words));
}

static void check_intent(const struct intent *intent, enum intent_kind kind, int64_t at_ms,
			 const char *document)
{
	assert_int_equal(intent->kind, kind);
	assert_int_equal(intent->at_ms, at_ms);
	assert_string_equal(intent->document, document);
}

static void check_journal(const struct former_case *expected, const struct intents *intents)
{
	const struct intent *row = &intents->row, *document = &intents->document;
	const char *history = json_text_or(document->history, "_id", "");

	check_intent(row, expected->row, expected->row_at_ms, expected->row_document);
	check_intent(document, expected->document, expected->document_at_ms, expected->document_document);
	assert_int_equal(row->epoch[0] != '\0', expected->row != INTENT_NONE);
	assert_int_equal(document->history != NULL, expected->history != NULL);
	if (expected->history)
		assert_string_equal(history + strlen(history) - strlen(expected->history), expected->history);
	assert_int_equal(document->cascade != NULL, expected->cascades);
	assert_int_equal(intents->replaced_count, expected->replaced);
	if (expected->row_field != FIELD_COUNT) {
		assert_true(row->fields[expected->row_field].written);
		check_cell(&row->fields[expected->row_field].before, expected->before);
		check_cell(&row->fields[expected->row_field].after, expected->row_after);
	}
	if (expected->document_field != FIELD_COUNT) {
		assert_true(document->fields[expected->document_field].written);
		check_cell(&document->fields[expected->document_field].after, expected->document_after);
	}
}

/* Read, written in the present form, and read again: all of it is there, and nothing of the former form is. */
static void run_former_case(void **state)
{
	static const char *const former[] = {"sent", "replaced", "taken", "taken_on", "saving"};
	const struct former_case *expected = *state;
	struct bench bench;
	struct ledger_entry entry, again;
	struct error error = {0};

	open_bench(&bench);
	struct json_object *json = recorded(expected->id);
	assert_true(ledger_entry_from_json(&bench.ledger, json, &entry, &error));
	check_journal(expected, &entry.intents);
	struct json_object *written = ledger_entry_to_json(&bench.ledger, &entry);
	assert_int_equal(json_int_or(written, "v", 0), LEDGER_VERSION_INTENTS);
	for (size_t i = 0; i < countof(former); i++)
		assert_false(json_find(written, former[i], NULL));
	assert_true(ledger_entry_from_json(&bench.ledger, written, &again, &error));
	check_journal(expected, &again.intents);
	struct json_object *rewritten = ledger_entry_to_json(&bench.ledger, &again);
	assert_true(json_equal(written, rewritten));
	json_release(rewritten);
	json_release(written);
	json_release(json);
	ledger_entry_done(&again);
	ledger_entry_done(&entry);
	close_bench(&bench);
}

/* An entry with nothing under way is as the former version stored it, which then need not be written anew. */
static void an_entry_at_rest_keeps_its_form(void **state)
{
	struct bench bench;
	struct ledger_entry entry;
	struct error error = {0};

	(void)state;
	open_bench(&bench);
	struct json_object *json = recorded("row-changed");
	json_remove(json, "sent");
	json_remove(json, "replaced");
	assert_true(ledger_entry_from_json(&bench.ledger, json, &entry, &error));
	struct json_object *written = ledger_entry_to_json(&bench.ledger, &entry);
	assert_true(json_equal(written, json));
	json_release(written);
	json_release(json);
	ledger_entry_done(&entry);
	close_bench(&bench);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, flaw_cases, run_flaw_case);
	cases_add_table(&cases, former_cases, run_former_case);
	cases_add(&cases, own_copy("another intent takes the place of the former"),
		  another_intent_takes_the_place_of_the_former, NULL);
	cases_add(&cases, own_copy("an entry at rest keeps its form"), an_entry_at_rest_keeps_its_form, NULL);
	return cases_run("intents", &cases);
}
