/* Undoing: what entries of the history come to, what has moved since, what is asked about. */
#include "inventory/revert.h"

#include "inventory/history.h"
#include "tests/unit/cases.h"

#include <string.h>

static struct json_object *json(const char *words)
{
	struct json_object *value = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &value, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return value;
}

/* ---- what the entries of one item come to ---- */

#define GONE         "{\"__deleted\":true}"
#define MADE         "{\"name\":\"Drill\",\"collection_id\":\"c1\",\"_show_in_collection\":true}"
#define ENTRIES_MOST 4

struct net_case {
	const char *sentence;
	const char *entries[ENTRIES_MOST][2]; /* original and new, the oldest first */
	const char *now;                      /* data, or NULL: no such document */
	const char *agreed;                   /* a key, "*" for all, or NULL */
	const char *expected;                 /* see words_of() */
};

static const struct net_case net_cases[] = {
	{"a field goes back to what it was",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}},
	 "{\"name\":\"Drill\",\"notes\":\"b\"}",
	 NULL,
	 "change notes=\"a\""},
	{"a field that was added is removed again",
	 {{"{}", "{\"notes\":\"b\"}"}},
	 "{\"name\":\"Drill\",\"notes\":\"b\"}",
	 NULL,
	 "change -notes"},
	{"a field that was removed comes back",
	 {{"{\"notes\":\"a\"}", "{}"}},
	 "{\"name\":\"Drill\"}",
	 NULL,
	 "change notes=\"a\""},
	{"of two entries the first one's original counts, not the middle",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}, {"{\"notes\":\"b\"}", "{\"notes\":\"c\"}"}},
	 "{\"notes\":\"c\"}",
	 NULL,
	 "change notes=\"a\""},
	{"fields of different entries go back together",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}, {"{}", "{\"serial\":7}"}},
	 "{\"notes\":\"b\",\"serial\":7}",
	 NULL,
	 "change notes=\"a\" -serial"},
	{"a field that came back within the batch is not touched",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}, {"{\"notes\":\"b\"}", "{\"notes\":\"a\"}"}},
	 "{\"notes\":\"of today\"}",
	 NULL,
	 "nothing (it is as it was before)"},
	{"a field that shows something else is asked about",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}},
	 "{\"notes\":\"of today\"}",
	 NULL,
	 "nothing ?notes"},
	{"and the others of the document go back",
	 {{"{\"notes\":\"a\",\"serial\":1}", "{\"notes\":\"b\",\"serial\":2}"}},
	 "{\"notes\":\"of today\",\"serial\":2}",
	 NULL,
	 "change serial=1 ?notes"},
	{"one that was agreed to goes back, too",
	 {{"{\"notes\":\"a\",\"model_name\":\"m\"}", "{\"notes\":\"b\",\"model_name\":\"n\"}"}},
	 "{\"notes\":\"of today\",\"model_name\":\"of today\"}",
	 "notes",
	 "change notes=\"a\" ?model_name"},
	{"with everything agreed to nothing is asked",
	 {{"{\"notes\":\"a\",\"model_name\":\"m\"}", "{\"notes\":\"b\",\"model_name\":\"n\"}"}},
	 "{\"notes\":\"of today\",\"model_name\":\"of today\"}",
	 "*",
	 "change notes=\"a\" model_name=\"m\""},
	{"a field that somebody removed since is asked about",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}},
	 "{\"name\":\"Drill\"}",
	 NULL,
	 "nothing ?notes"},
	{"what is as before already is not written",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}},
	 "{\"notes\":\"a\"}",
	 NULL,
	 "nothing (it is as it was before)"},
	{"a computed field that moved with another edit is not asked about",
	 {{"{\"item_reference_number\":\"1\",\"individual_asset_reference\":\"0001.1.0000\",\"_x\":1}",
	   "{\"item_reference_number\":\"2\",\"individual_asset_reference\":\"0001.2.0000\",\"_x\":2}"}},
	 "{\"item_reference_number\":\"2\",\"individual_asset_reference\":\"0009.2.0000\",\"_x\":3}",
	 NULL,
	 "change item_reference_number=\"1\""},
	{"a reference that is set by hand is somebody's",
	 {{"{\"individual_asset_reference\":\"0001.1.0000\"}",
	   "{\"individual_asset_reference\":\"0001.2.0000\"}"}},
	 "{\"individual_asset_reference\":\"0009.2.0000\",\"individual_asset_reference_manually_set\":true}",
	 NULL,
	 "nothing ?individual_asset_reference"},
	{"numbers are compared by value",
	 {{"{\"serial\":1}", "{\"serial\":2}"}},
	 "{\"serial\":2.0}",
	 NULL,
	 "change serial=1"},
	{"marks of pairings are left as they are",
	 {{"{\"notes\":\"a\",\"integrations\":{}}", "{\"notes\":\"b\",\"integrations\":{\"n\":{}}}"}},
	 "{\"notes\":\"b\",\"integrations\":{\"n\":{}}}",
	 NULL,
	 "change notes=\"a\""},

	{"what was made goes", {{GONE, MADE}}, MADE, NULL, "delete"},
	{"what was made and then changed goes",
	 {{GONE, MADE}, {"{}", "{\"notes\":\"b\"}"}},
	 "{\"name\":\"Drill\",\"collection_id\":\"c1\",\"notes\":\"b\"}",
	 NULL,
	 "delete"},
	{"a mark and what is computed are no edit of what was made",
	 {{GONE, MADE}},
	 "{\"name\":\"Drill\",\"collection_id\":\"c1\",\"_show_in_collection\":false,\"integrations\":{\"n\":"
	 "{}}}",
	 NULL,
	 "delete"},
	{"what was made and edited since is asked about",
	 {{GONE, MADE}},
	 "{\"name\":\"Drill, red\",\"collection_id\":\"c1\",\"notes\":\"new\"}",
	 NULL,
	 "nothing ?name ?notes (it was made, and was edited since: undoing deletes it with these edits)"},
	{"so is what was made and lost a field since",
	 {{GONE, "{\"name\":\"Drill\",\"notes\":\"b\"}"}},
	 "{\"name\":\"Drill\"}",
	 NULL,
	 "nothing ?notes (it was made, and was edited since: undoing deletes it with these edits)"},
	{"and goes when that is agreed to",
	 {{GONE, MADE}},
	 "{\"name\":\"Drill, red\",\"collection_id\":\"c1\"}",
	 "*",
	 "delete"},
	{"one agreed field is not leave for the others",
	 {{GONE, MADE}},
	 "{\"name\":\"Drill, red\",\"collection_id\":\"c2\"}",
	 "name",
	 "nothing ?collection_id (it was made, and was edited since: undoing deletes it with these edits)"},
	{"what was made and is gone needs nothing",
	 {{GONE, MADE}},
	 NULL,
	 NULL,
	 "nothing (it was made, and is gone already)"},

	{"what was deleted comes back without the mark",
	 {{"{\"name\":\"Drill\",\"notes\":\"a\",\"integrations\":{\"n\":{\"id\":\"rec\"}}}", GONE}},
	 NULL,
	 NULL,
	 "bring back name=\"Drill\" notes=\"a\""},
	{"what was changed and then deleted comes back as before both",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}, {"{\"name\":\"Drill\",\"notes\":\"b\"}", GONE}},
	 NULL,
	 NULL,
	 "bring back notes=\"a\" name=\"Drill\""},
	{"a field that was added before the delete does not come back",
	 {{"{}", "{\"notes\":\"b\"}"}, {"{\"name\":\"Drill\",\"notes\":\"b\"}", GONE}},
	 NULL,
	 NULL,
	 "bring back name=\"Drill\""},
	{"what was deleted and is there again is asked about where it differs",
	 {{"{\"name\":\"Drill\",\"notes\":\"a\"}", GONE}},
	 "{\"name\":\"Drill\"}",
	 NULL,
	 "nothing ?notes"},
	{"and becomes as before when that is agreed to",
	 {{"{\"name\":\"Drill\",\"notes\":\"a\"}", GONE}},
	 "{\"name\":\"Saw\"}",
	 "*",
	 "change name=\"Drill\" notes=\"a\""},
	{"what was deleted and made anew in the batch becomes as before",
	 {{"{\"name\":\"Drill\",\"notes\":\"a\"}", GONE}, {GONE, "{\"name\":\"Saw\"}"}},
	 "{\"name\":\"Saw\"}",
	 NULL,
	 "change name=\"Drill\" notes=\"a\""},
	{"what was made and deleted needs nothing",
	 {{GONE, MADE}, {MADE, GONE}},
	 NULL,
	 NULL,
	 "nothing (it was made and deleted)"},
	{"unless somebody has it again",
	 {{GONE, MADE}, {MADE, GONE}},
	 MADE,
	 NULL,
	 "nothing (it was made and deleted, and is there again) asks"},
	{"what was changed and is gone cannot be changed back",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}},
	 NULL,
	 "*",
	 "nothing (it was deleted since: bring it back first, by undoing that) asks"},

	{"an undoing is undone",
	 {{"{\"notes\":\"b\"}", "{\"notes\":\"a\"}"}, {"{}", "{\"serial\":1}"}},
	 "{\"notes\":\"a\",\"serial\":1}",
	 NULL,
	 "change notes=\"b\" -serial"},
	{"an undone making is made again",
	 {{MADE, GONE}},
	 NULL,
	 NULL,
	 "bring back name=\"Drill\" collection_id=\"c1\" _show_in_collection=true"},
	{"a body without data shows nothing",
	 {{"{\"notes\":\"a\"}", "{\"notes\":\"b\"}"}},
	 "[]",
	 NULL,
	 "nothing ?notes"},
};

static struct json_object *entry_body(const char *id, const char *original, const char *new, int64_t at_ms)
{
	scoped(json_object) before = json(original);
	scoped(json_object) after = json(new);
	const struct history_entry entry = {
		.data_type = DOCUMENT_ITEM,
		.data_id = id,
		.created_by = "integration-n",
		.batch = 1000,
		.event_name = "sync",
		.timestamp_ms = at_ms,
		.original_data = before,
		.new_data = after,
	};

	return history_document(&entry, 0);
}

static const char *const action_words[] = {
	[REVERT_NOTHING] = "nothing",
	[REVERT_BRING_BACK] = "bring back",
	[REVERT_CHANGE] = "change",
	[REVERT_DELETE] = "delete",
};

/* "change notes="a" -serial ?name (why)": what is given, removed, asked about. */
static char *words_of(const struct revert_change *change)
{
	struct text words = {0};
	bool any_asked = false;

	text_add(&words, action_words[change->action]);
	for (size_t i = 0; change->given && i < change->given->count; i++) {
		const struct datum_key *key = &change->given->keys[i];
		scoped_text value = json_write(key->value);
		if (key->there)
			text_format(&words, " %s=%s", key->key, value);
		else
			text_format(&words, " -%s", key->key);
	}
	for (size_t i = 0; i < change->field_count; i++) {
		if (change->fields[i].goes_back)
			continue;
		text_format(&words, " ?%s", change->fields[i].key);
		any_asked = true;
	}
	if (change->words)
		text_format(&words, " (%s)", change->words);
	if (change->asks && !any_asked)
		text_add(&words, " asks");
	return text_take(&words);
}

static struct json_object *document(const char *id, const char *data)
{
	struct json_object *body = document_new(DOCUMENT_ITEM, id);

	json_put_text(body, "_rev", "3-c");
	json_put(body, "data", json(data));
	return body;
}

/* The newest is added first: the order is not the caller's matter. */
static void check_net(void **state)
{
	const struct net_case *row = *state;
	scoped(revert) revert = revert_new();
	scoped(json_object) now = row->now ? document("i1", row->now) : NULL;
	const struct revert_agreement agreed = {
		.all = row->agreed && strcmp(row->agreed, "*") == 0,
		.count = row->agreed != NULL,
		.keys = &row->agreed,
	};
	struct revert_change change;
	struct error error = {0};

	for (size_t i = ENTRIES_MOST; i-- > 0;) {
		if (!row->entries[i][0])
			continue;
		scoped(json_object) entry =
			entry_body("i1", row->entries[i][0], row->entries[i][1], 1000 + (int64_t)i);
		assert_true(revert_add(revert, entry, &error));
	}
	assert_int_equal(revert_count(revert), 1);
	assert_string_equal(revert_full_id(revert, 0), "item-i1");
	revert_decide(revert, 0, now, &agreed, &change);
	scoped_text words = words_of(&change);
	assert_string_equal(words, row->expected);
	if (change.given && now)
		assert_string_equal(change.given->rev, "3-c");
	if (change.action == REVERT_BRING_BACK)
		assert_null(change.given->rev);
	assert_int_equal(change.action == REVERT_DELETE, change.given && change.given->deleted);
	revert_change_done(&change);
}

/* ---- what cannot be undone ---- */

struct refused_case {
	const char *sentence;
	const char *entry;
	const char *words;
};

static const struct refused_case refused_cases[] = {
	{"the cells of a row that was deleted",
	 "{\"_id\":\"h\",\"data_type\":\"item\",\"data_id\":\"i\",\"event_name\":\"sync_row_deleted\","
	 "\"original_data\":{},\"new_data\":{}}",
	 "h keeps the cells of a row that was deleted: there is no change of a document to undo."},
	{"an integration",
	 "{\"_id\":\"h\",\"data_type\":\"integration\",\"data_id\":\"i\",\"original_data\":{},\"new_data\":{}"
	 "}",
	 "h records a document of type \"integration\", which is not undone here."},
	{"an unknown type",
	 "{\"_id\":\"h\",\"data_type\":\"future\",\"data_id\":\"i\",\"original_data\":{},\"new_data\":{}}",
	 "h records a document of type \"future\", which is not undone here."},
	{"no id", "{\"_id\":\"h\",\"data_type\":\"item\",\"original_data\":{},\"new_data\":{}}",
	 "h is no entry of the history."},
	{"no original", "{\"_id\":\"h\",\"data_type\":\"item\",\"data_id\":\"i\",\"new_data\":{}}",
	 "h is no entry of the history."},
	{"what is new is no object",
	 "{\"_id\":\"h\",\"data_type\":\"item\",\"data_id\":\"i\",\"original_data\":{},\"new_data\":7}",
	 "h is no entry of the history."},
	{"an empty id",
	 "{\"_id\":\"h\",\"data_type\":\"item\",\"data_id\":\"\",\"original_data\":{},\"new_data\":{}}",
	 "h is no entry of the history."},
	{"an id that no document has",
	 "{\"_id\":\"h\",\"data_type\":\"item\",\"data_id\":\"../"
	 "a\\n\",\"original_data\":{},\"new_data\":{}}",
	 "h is no entry of the history."},
	{"some other document", "{\"_id\":\"item-1\",\"type\":\"item\",\"data\":{}}",
	 "item-1 is no entry of the history."},
};

static void check_refused(void **state)
{
	const struct refused_case *row = *state;
	scoped(revert) revert = revert_new();
	scoped(json_object) entry = json(row->entry);
	struct error error = {0};

	assert_false(revert_add(revert, entry, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_string_equal(error.text, row->words);
	assert_int_equal(revert_count(revert), 0);
}

/* ---- pictures ---- */

#define PICTURE "{\"filename\":\"p.png\",\"_item_ids\":[\"i1\"]}"

/* The size and the digest come with a second write, which is not recorded: they are nobody's edit. */
static void check_picture(void **state)
{
	scoped(revert) revert = revert_new();
	scoped(json_object) entry =
		json("{\"_id\":\"h\",\"data_type\":\"image\",\"data_id\":\"p\",\"original_data\":" GONE
		     ",\"new_data\":" PICTURE "}");
	scoped(json_object) now = document_new(DOCUMENT_IMAGE, "p");
	const struct revert_agreement none = {0};
	struct revert_change change;
	struct error error = {0};

	(void)state;
	json_put(now, "data",
		 json("{\"filename\":\"p.png\",\"size\":7,\"image_1440_digest\":\"d\",\"_item_ids\":[]}"));
	assert_true(revert_add(revert, entry, &error));
	revert_decide(revert, 0, now, &none, &change);
	scoped_text words = words_of(&change);
	assert_string_equal(words, "delete");
	revert_change_done(&change);
	json_put_text(document_data(now), "filename", "renamed.png");
	revert_decide(revert, 0, now, &none, &change);
	assert_true(change.asks);
	revert_change_done(&change);
}

/* ---- the order ---- */

static void check_order(void **state)
{
	static const struct revert_change changes[] = {
		{.type = DOCUMENT_COLLECTION, .action = REVERT_BRING_BACK},
		{.type = DOCUMENT_ITEM, .action = REVERT_BRING_BACK, .holds = true},
		{.type = DOCUMENT_ITEM, .action = REVERT_BRING_BACK},
		{.type = DOCUMENT_ITEM_IMAGE, .action = REVERT_BRING_BACK},
		{.type = DOCUMENT_COLLECTION, .action = REVERT_CHANGE},
		{.type = DOCUMENT_ITEM, .action = REVERT_CHANGE, .holds = true},
		{.type = DOCUMENT_ITEM, .action = REVERT_CHANGE},
		{.type = DOCUMENT_ITEM_IMAGE, .action = REVERT_CHANGE},
		{.type = DOCUMENT_ITEM_IMAGE, .action = REVERT_DELETE},
		{.type = DOCUMENT_ITEM, .action = REVERT_DELETE},
		{.type = DOCUMENT_ITEM, .action = REVERT_DELETE, .holds = true},
		{.type = DOCUMENT_COLLECTION, .action = REVERT_DELETE},
	};

	(void)state;
	for (size_t i = 1; i < countof(changes); i++)
		assert_true(revert_rank(&changes[i - 1]) < revert_rank(&changes[i]));
	assert_true(revert_rank(&changes[countof(changes) - 1]) < REVERT_RANKS);
}

/* ---- many ---- */

#define MANY 1000

static void check_many(void **state)
{
	scoped(revert) revert = revert_new();
	struct error error = {0};
	const struct revert_agreement none = {0};

	(void)state;
	for (int i = 0; i < MANY; i++) {
		scoped_text id = own_format("i%d", i / 2); /* two of each item */
		scoped_text original = own_format("{\"notes\":\"%d\"}", i);
		scoped_text new = own_format("{\"notes\":\"%d\"}", i + 1);
		scoped(json_object) entry = entry_body(id, original, new, 1000 + i);
		assert_true(revert_add(revert, entry, &error));
	}
	assert_int_equal(revert_count(revert), MANY / 2);
	for (size_t i = 0; i < revert_count(revert); i++) {
		scoped_text data = own_format("{\"notes\":\"%zu\"}", 2 * i + 2);
		scoped_text expected = own_format("change notes=\"%zu\"", 2 * i);
		scoped(json_object) now = document("x", data);
		struct revert_change change;
		revert_decide(revert, i, now, &none, &change);
		scoped_text words = words_of(&change);
		assert_string_equal(words, expected);
		revert_change_done(&change);
	}
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, net_cases, check_net);
	cases_add_table(&cases, refused_cases, check_refused);
	cases_add(&cases, own_copy("of a picture that was made the size and the digest are no edit"),
		  check_picture, NULL);
	cases_add(&cases, own_copy("what holds others comes first, and goes last"), check_order, NULL);
	cases_add(&cases, own_copy("a batch with 1,000 entries"), check_many, NULL);
	return cases_run("revert", &cases);
}
