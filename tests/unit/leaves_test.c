/* Conflicting leaves of a document: what becomes of each key, and what is told as lost. */
#include "inventory/leaf_paths.h"
#include "inventory/leaf_trace.h"
#include "inventory/leaves.h"

#include "tests/unit/cases.h"

#include <string.h>

#define LEAVES_MOST 4

/* Single quotes stand for double ones. Bodies are data alone, but for "updated_at", "_attachments" and what stands in "top". */
struct story {
	const char *sentence;
	enum document_type type;
	const char *ancestor; /* NULL: not known */
	struct {
		const char *revision;
		int64_t updated_at;
		const char *data;
	} leaves[LEAVES_MOST]; /* the first is the one that is shown */
	const char *merged;    /* NULL: the first stays as it is */
	int64_t updated_at;    /* of the merged one */
	const char *losses;    /* [[leaf, lost, instead], ...] */
};

#define NUMBER_OF(serial, iar) "'serial': " serial ", 'individual_asset_reference': '" iar "'"

static const struct story stories[] = {
	{"another key of the losing leaf is taken",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n', 'model_name': 'm'}",
	 {{"3-b", 20, "{'name': 'a', 'notes': 'n2', 'model_name': 'm'}"},
	  {"3-a", 10, "{'name': 'a', 'notes': 'n', 'model_name': 'm2'}"}},
	 "{'name': 'a', 'notes': 'n2', 'model_name': 'm2'}",
	 21,
	 "[]"},
	{"of the same key the newer value wins, in the losing leaf too",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n'}",
	 {{"3-b", 10, "{'name': 'a', 'notes': 'older'}"}, {"3-a", 20, "{'name': 'a', 'notes': 'newer'}"}},
	 "{'name': 'a', 'notes': 'newer'}",
	 20,
	 "[[0, {'notes': 'older'}, {'notes': 'newer'}]]"},
	{"of the same key the newer value stays",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n'}",
	 {{"3-b", 20, "{'name': 'a', 'notes': 'newer'}"}, {"3-a", 10, "{'name': 'a', 'notes': 'older'}"}},
	 NULL,
	 0,
	 "[[1, {'notes': 'older'}, {'notes': 'newer'}]]"},
	{"at the same time the one that is shown wins",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n'}",
	 {{"3-b", 20, "{'name': 'a', 'notes': 'shown'}"}, {"3-a", 20, "{'name': 'a', 'notes': 'hidden'}"}},
	 NULL,
	 0,
	 "[[1, {'notes': 'hidden'}, {'notes': 'shown'}]]"},
	{"an emptied cell is an edit",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n', 'model_name': 'm'}",
	 {{"3-b", 20, "{'name': 'a2', 'notes': 'n', 'model_name': 'm'}"},
	  {"3-a", 10, "{'name': 'a', 'model_name': 'm'}"}},
	 "{'name': 'a2', 'model_name': 'm'}",
	 21,
	 "[]"},
	{"an emptied cell against an edit: the newer wins",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n'}",
	 {{"3-b", 10, "{'name': 'a', 'notes': 'edited'}"}, {"3-a", 20, "{'name': 'a'}"}},
	 "{'name': 'a'}",
	 20,
	 "[[0, {'notes': 'edited'}, {}]]"},
	{"both did the same",
	 DOCUMENT_ITEM,
	 "{'name': 'a'}",
	 {{"3-b", 20, "{'name': 'b'}"}, {"3-a", 10, "{'name': 'b'}"}},
	 NULL,
	 0,
	 "[]"},
	{"a leaf that only has a mark gives its mark and nothing else",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n'}",
	 {{"3-b", 20, "{'name': 'a', 'notes': 'n2'}"},
	  {"2-a", 10,
	   "{'name': 'a', 'notes': 'n', 'integrations': {'i': {'id': 'rec1', 'modified_at': 5}}}"}},
	 "{'name': 'a', 'notes': 'n2', 'integrations': {'i': {'id': 'rec1', 'modified_at': 5}}}",
	 20,
	 "[]"},
	{"a leaf that is shown for nothing but its mark takes what the other has",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n'}",
	 {{"2-b", 10, "{'name': 'a', 'notes': 'n', 'integrations': {'i': {'id': 'rec1'}}}"},
	  {"2-a", 20, "{'name': 'a', 'notes': 'n2'}"}},
	 "{'name': 'a', 'notes': 'n2', 'integrations': {'i': {'id': 'rec1'}}}",
	 20,
	 "[]"},
	{"of two marks the newer counts, whatever else is newer",
	 DOCUMENT_ITEM,
	 "{'name': 'a'}",
	 {{"2-b", 30, "{'name': 'a', 'integrations': {'i': {'id': 'rec1', 'modified_at': 5}}}"},
	  {"2-a", 20, "{'name': 'a', 'integrations': {'i': {'id': 'rec2', 'modified_at': 6}}}"}},
	 "{'name': 'a', 'integrations': {'i': {'id': 'rec2', 'modified_at': 6}}}",
	 30,
	 "[]"},
	{"marks of two integrations stand beside each other",
	 DOCUMENT_ITEM,
	 "{'name': 'a'}",
	 {{"2-b", 30, "{'name': 'a', 'integrations': {'i': {'id': 'rec1'}}}"},
	  {"2-a", 20, "{'name': 'a', 'integrations': {'j': {'id': 'rec2'}}}"}},
	 "{'name': 'a', 'integrations': {'i': {'id': 'rec1'}, 'j': {'id': 'rec2'}}}",
	 30,
	 "[]"},
	{"a mark that was taken away stays away",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'integrations': {'i': {'id': 'rec1'}}}",
	 {{"3-b", 30, "{'name': 'a', 'integrations': {'i': {'id': 'rec1'}}, 'notes': 'n'}"},
	  {"3-a", 20, "{'name': 'a', 'integrations': {}}"}},
	 "{'name': 'a', 'notes': 'n', 'integrations': {}}",
	 30,
	 "[]"},
	{"without an ancestor the newest leaf counts, and the other is told",
	 DOCUMENT_ITEM,
	 NULL,
	 {{"3-b", 10, "{'name': 'a', 'notes': 'n', 'model_name': 'm2'}"},
	  {"3-a", 20, "{'name': 'a', 'notes': 'n2', 'model_name': 'm'}"}},
	 "{'name': 'a', 'notes': 'n2', 'model_name': 'm'}",
	 20,
	 "[[0, {'model_name': 'm2', 'notes': 'n'}, {'model_name': 'm', 'notes': 'n2'}]]"},
	{"three leaves, each with another key",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'notes': 'n', 'model_name': 'm'}",
	 {{"3-c", 10, "{'name': 'a2', 'notes': 'n', 'model_name': 'm'}"},
	  {"3-b", 20, "{'name': 'a', 'notes': 'n', 'model_name': 'm2'}"},
	  {"3-a", 30, "{'name': 'a', 'notes': 'n2', 'model_name': 'm'}"}},
	 "{'name': 'a2', 'notes': 'n2', 'model_name': 'm2'}",
	 31,
	 "[]"},
	{"three leaves with the same key: the newest of all wins",
	 DOCUMENT_ITEM,
	 "{'name': 'a'}",
	 {{"3-c", 10, "{'name': 'first'}"},
	  {"3-b", 20, "{'name': 'second'}"},
	  {"3-a", 30, "{'name': 'third'}"}},
	 "{'name': 'third'}",
	 30,
	 "[[0, {'name': 'first'}, {'name': 'third'}], [1, {'name': 'second'}, {'name': 'third'}]]"},
	{"what a second leaf took away and a third brought back is not lost",
	 DOCUMENT_ITEM,
	 "{'name': 'a'}",
	 {{"3-c", 10, "{'name': 'first'}"},
	  {"3-b", 20, "{'name': 'second'}"},
	  {"3-a", 30, "{'name': 'first'}"}},
	 "{'name': 'first'}",
	 30,
	 "[[1, {'name': 'second'}, {'name': 'first'}]]"},
	{"a number and its codes are taken together",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'item_reference_number': '1', " NUMBER_OF("1", "1.1.0001") "}",
	 {{"3-b", 10, "{'name': 'a', 'item_reference_number': '1', " NUMBER_OF("7", "1.1.0007") "}"},
	  {"3-a", 20, "{'name': 'a', 'item_reference_number': '2', " NUMBER_OF("1", "1.2.0001") "}"}},
	 "{'name': 'a', 'item_reference_number': '2', " NUMBER_OF("1", "1.2.0001") "}",
	 20,
	 "[[0, {'individual_asset_reference': '1.1.0007', 'serial': 7}, "
	 "{'individual_asset_reference': '1.2.0001', 'serial': 1}]]"},
	{"a number stays with its collection",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'collection_id': 'c', " NUMBER_OF("1", "1.1.0001") "}",
	 {{"3-b", 20, "{'name': 'a', 'collection_id': 'd', " NUMBER_OF("1", "2.1.0001") "}"},
	  {"3-a", 10, "{'name': 'a', 'collection_id': 'c', " NUMBER_OF("7", "1.1.0007") "}"}},
	 NULL,
	 0,
	 "[[1, {'individual_asset_reference': '1.1.0007', 'serial': 7}, "
	 "{'individual_asset_reference': '2.1.0001', 'serial': 1}]]"},
	{"a container and a number are apart",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'collection_id': 'c', " NUMBER_OF("1", "1.1.0001") "}",
	 {{"3-b", 20,
	   "{'name': 'a', 'collection_id': 'c', 'container_id': 'x', " NUMBER_OF("1", "1.1.0001") "}"},
	  {"3-a", 10, "{'name': 'a', 'collection_id': 'c', " NUMBER_OF("7", "1.1.0007") "}"}},
	 "{'name': 'a', 'collection_id': 'c', 'container_id': 'x', " NUMBER_OF("7", "1.1.0007") "}",
	 21,
	 "[]"},
	{"what only a consumable has goes with the type",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'item_type': 'consumable', 'consumable_stock_quantity': 5}",
	 {{"3-b", 20, "{'name': 'a', 'item_type': 'container', '_can_contain_items': true}"},
	  {"3-a", 10, "{'name': 'a', 'item_type': 'consumable', 'consumable_stock_quantity': 3}"}},
	 NULL,
	 0,
	 "[[1, {'consumable_stock_quantity': 3}, {}]]"},
	{"a quantity alone is not its type",
	 DOCUMENT_ITEM,
	 "{'name': 'a', 'item_type': 'consumable', 'consumable_stock_quantity': 5, "
	 "'consumable_will_not_restock': false}",
	 {{"3-b", 20,
	   "{'name': 'a', 'item_type': 'consumable', 'consumable_stock_quantity': 5, "
	   "'consumable_will_not_restock': true}"},
	  {"3-a", 10,
	   "{'name': 'a', 'item_type': 'consumable', 'consumable_stock_quantity': 3, "
	   "'consumable_will_not_restock': false}"}},
	 "{'name': 'a', 'item_type': 'consumable', 'consumable_stock_quantity': 3, "
	 "'consumable_will_not_restock': true}",
	 21,
	 "[]"},
	{"what the app makes by itself is nobody's loss",
	 DOCUMENT_ITEM,
	 NULL,
	 {{"3-b", 20, "{'name': 'a', '_show_in_collection': true}"}, {"3-a", 10, "{'name': 'a'}"}},
	 NULL,
	 0,
	 "[]"},
	{"unknown keys are merged alike",
	 DOCUMENT_COLLECTION,
	 "{'name': 'a'}",
	 {{"3-b", 20, "{'name': 'a', 'x': {'y': [1]}}"}, {"3-a", 10, "{'name': 'a', 'z': null}"}},
	 "{'name': 'a', 'x': {'y': [1]}, 'z': null}",
	 21,
	 "[]"},
};

static struct json_object *read(const char *words)
{
	scoped_text text = own_copy(words);
	struct json_object *json = NULL;
	struct error error;

	for (char *at = text; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	if (!json_read(text, strlen(text), &json, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return json;
}

static struct json_object *body_of(const char *data, int64_t updated_at)
{
	struct json_object *body = json_new_object();

	json_put_text(body, "_id", "item-x");
	json_put_text(body, "type", "item");
	json_put(body, "data", read(data));
	json_put(body, "created_at", json_new_int(1));
	json_put(body, "updated_at", json_new_int(updated_at));
	return body;
}

static void assert_same(struct json_object *found, struct json_object *expected)
{
	scoped_text found_words = json_write(found);
	scoped_text expected_words = json_write(expected);

	if (!json_equal(found, expected))
		assert_string_equal(found_words, expected_words);
}

static void check_losses(const struct merged_leaves *merged, const char *words)
{
	scoped(json_object) expected = read(words);
	scoped(json_object) found = json_new_array();

	for (size_t leaf = 0; leaf < LEAVES_MOST; leaf++)
		for (size_t i = 0; i < merged->loss_count; i++) {
			if (merged->losses[i].leaf != leaf)
				continue;
			struct json_object *one = json_new_array();
			json_append(one, json_new_int((int64_t)leaf));
			json_append(one, json_copy(merged->losses[i].lost));
			json_append(one, json_copy(merged->losses[i].instead));
			json_append(found, one);
		}
	assert_same(found, expected);
}

static void tells_story(void **state)
{
	const struct story *story = *state;
	struct json_object *ancestor = NULL, *bodies[LEAVES_MOST];
	struct leaf leaves[LEAVES_MOST];
	struct merged_leaves merged;
	size_t count = 0;

	if (story->ancestor) {
		scoped(json_object) body = body_of(story->ancestor, 0);
		ancestor = leaf_digest(body);
	}
	for (; count < LEAVES_MOST && story->leaves[count].revision; count++) {
		bodies[count] = body_of(story->leaves[count].data, story->leaves[count].updated_at);
		leaves[count] = (struct leaf){story->leaves[count].revision, bodies[count], ancestor};
	}
	leaves_merge(story->type, leaves, count, &merged);
	if (story->merged) {
		scoped(json_object) expected = body_of(story->merged, story->updated_at);
		assert_same(merged.body, expected);
	} else {
		assert_null(merged.body);
	}
	check_losses(&merged, story->losses);
	merged_leaves_done(&merged);
	for (size_t i = 0; i < count; i++)
		json_release(bodies[i]);
	json_release(ancestor);
}

static void order_of_keys(void **state)
{
	scoped(json_object) shown = body_of("{'notes': 'n', 'name': 'a', 'unknown': 1}", 1);
	scoped(json_object) hidden =
		body_of("{'name': 'a', 'icon_name': 'i', 'unknown': 1, 'notes': 'n'}", 2);
	scoped(json_object) before = body_of("{'name': 'a', 'notes': 'n', 'unknown': 1}", 0);
	scoped(json_object) ancestor = leaf_digest(before);
	const struct leaf leaves[] = {{"2-b", shown, NULL}, {"2-a", hidden, ancestor}};
	struct merged_leaves merged;

	(void)state;
	leaves_merge(DOCUMENT_ITEM, leaves, 2, &merged);
	scoped_text words = json_write(document_data(merged.body));
	assert_string_equal(words, "{\"name\":\"a\",\"icon_name\":\"i\",\"notes\":\"n\",\"unknown\":1}");
	merged_leaves_done(&merged);
}

static struct json_object *with_files(const char *files)
{
	struct json_object *body = body_of("{'name': 'a'}", 1);

	json_put(body, "_attachments", read(files));
	return body;
}

static void attachments(void **state)
{
	scoped(json_object) before = with_files("{'gone': {'digest': 'g'}, 'same': {'digest': 's'}}");
	scoped(json_object) shown = with_files("{'same': {'digest': 's'}, 'two': {'digest': 't1'}}");
	scoped(json_object) hidden = with_files("{'gone': {'digest': 'g'}, 'same': {'digest': 's'}, 'two': "
						"{'digest': 't2'}, 'new': {'digest': 'n'}}");
	scoped(json_object) ancestor = leaf_digest(before);
	const struct leaf leaves[] = {{"2-b", shown, NULL}, {"2-a", hidden, ancestor}};
	struct merged_leaves merged;

	(void)state;
	leaves_merge(DOCUMENT_ITEM, leaves, 2, &merged);
	assert_int_equal(merged.attachment_count, 2);
	assert_string_equal(merged.attachments[0].name, "two");
	assert_string_equal(merged.attachments[0].as, "two (2-a)");
	assert_string_equal(merged.attachments[1].as, "new");
	assert_non_null(merged.body);
	merged_leaves_done(&merged);
}

static void moved(void **state)
{
	scoped(json_object) before = body_of("{'name': 'a'}", 1);
	scoped(json_object) marked = body_of("{'name': 'a', 'integrations': {'i': {'id': 'r'}}}", 2);
	scoped(json_object) edited = body_of("{'name': 'b'}", 1);
	scoped(json_object) emptied = body_of("{}", 1);
	scoped(json_object) digest = leaf_digest(before);

	(void)state;
	assert_false(leaf_has_moved(before, digest));
	assert_false(leaf_has_moved(marked, digest));
	assert_true(leaf_has_moved(edited, digest));
	assert_true(leaf_has_moved(emptied, digest));
	assert_true(leaf_has_moved(before, NULL));
}

static void order_of_leaves(void **state)
{
	(void)state;
	assert_true(leaf_compare("10-a", "9-b") > 0);
	assert_true(leaf_compare("2-a", "2-b") < 0);
	assert_int_equal(leaf_compare("2-a", "2-a"), 0);
}

/* ---- what was merged before ---- */

struct trace {
	const char *sentence, *ancestor, *before, *other, *after;
	bool in_part, whole, alone;
};

static const struct trace traces[] = {
	{"what took all that a leaf brought had it merged into it", "{'name': 'a'}",
	 "{'name': 'a', 'notes': 'n'}", "{'name': 'b', 'model_name': 'm'}",
	 "{'name': 'b', 'model_name': 'm', 'notes': 'n'}", true, true, true},
	{"so it is with a value that the leaf took away", "{'name': 'a', 'notes': 'n'}",
	 "{'name': 'a', 'notes': 'n', 'model_name': 'm'}", "{'name': 'a'}",
	 "{'name': 'a', 'model_name': 'm'}", true, true, true},
	{"what took a part of it had not", "{'name': 'a'}", "{'name': 'a', 'notes': 'n'}",
	 "{'name': 'b', 'model_name': 'm'}", "{'name': 'b', 'notes': 'n'}", false, false, false},
	{"what had not changed had not", "{'name': 'a'}", "{'name': 'a', 'notes': 'n'}",
	 "{'name': 'b', 'model_name': 'm'}", "{'name': 'a', 'notes': 'n'}", false, false, false},
	{"a leaf that brought nothing was not merged", "{'name': 'a'}", "{'name': 'a'}", "{'name': 'a'}",
	 "{'name': 'a', 'notes': 'n'}", false, false, false},
	{"a mark proves nothing", "{'name': 'a'}", "{'name': 'b'}",
	 "{'name': 'c', 'integrations': {'i': {'id': 'r'}}}",
	 "{'name': 'b', 'integrations': {'i': {'id': 'r'}}}", false, false, false},
	{"a mark beside an edit does no harm", "{'name': 'a'}", "{'name': 'a', 'notes': 'n'}",
	 "{'name': 'c', 'integrations': {'i': {'id': 'r'}}}",
	 "{'name': 'c', 'notes': 'n', 'integrations': {'i': {'id': 'r'}}}", true, true, true},
	{"where a value gave way, the whole was not taken", "{'name': 'a'}", "{'name': 'b'}",
	 "{'name': 'c', 'model_name': 'm'}", "{'name': 'b', 'model_name': 'm'}", true, false, false},
	{"where neither's value is left nothing gave way", "{'name': 'a'}", "{'name': 'b'}",
	 "{'name': 'c', 'model_name': 'm'}", "{'name': 'a', 'model_name': 'm'}", false, false, false},
	{"what took more than a leaf brought may have had another one merged into it", "{'name': 'a'}",
	 "{'name': 'a', 'notes': 'n'}", "{'name': 'b'}", "{'name': 'b', 'model_name': 'm', 'notes': 'n'}",
	 true, true, false},
	{"so it is with what took something away besides", "{'name': 'a'}", "{'name': 'a', 'notes': 'n'}",
	 "{'name': 'b', 'notes': 'n'}", "{'name': 'b'}", true, false, false},
};

static void traces_merge(void **state)
{
	const struct trace *trace = *state;
	const char *const words[] = {trace->ancestor, trace->before, trace->other, trace->after};
	struct json_object *digests[countof(words)];

	for (size_t i = 0; i < countof(words); i++) {
		scoped(json_object) body = body_of(words[i], 1);
		digests[i] = leaf_digest(body);
	}
	bool found[LEAF_TAKEN_IN_PART + 1];
	for (int taken = 0; taken <= LEAF_TAKEN_IN_PART; taken++)
		found[taken] = leaf_was_merged(digests[0], digests[1], digests[2], digests[3],
					       (enum leaf_taken)taken);
	for (size_t i = 0; i < countof(words); i++)
		json_release(digests[i]);
	assert_int_equal(found[LEAF_TAKEN_IN_PART], trace->in_part);
	assert_int_equal(found[LEAF_TAKEN_WHOLE], trace->whole);
	assert_int_equal(found[LEAF_TAKEN_ALONE], trace->alone);
}

/* ---- and by its time ---- */

#define NOT_KNOWN (-1)

/* One leaf brought notes, the other one a name; a later revision has both. */
static const struct trace_time {
	const char *sentence;
	int64_t before_ms, other_ms, after_ms; /* updated_at */
	bool merged;
} trace_times[] = {
	{"a merge has the time of the newer leaf", 5, 7, 7, true},
	{"whichever of both that is", 7, 5, 7, true},
	{"or a millisecond more", 5, 7, 8, true},
	{"what has a later time was edited in the same way, and is no merge", 5, 7, 9, false},
	{"so is what has an earlier one", 5, 7, 6, false},
	{"a merge of leaves without times has none", 0, 0, 0, true},
	{"the time of what was made of one of them may be forgotten", NOT_KNOWN, 7, 9, true},
	{"or that of the other", 5, NOT_KNOWN, 9, true},
	{"or its own", 5, 7, NOT_KNOWN, true},
};

static struct json_object *digest_at(const char *words, int64_t updated_ms)
{
	scoped(json_object) body = body_of(words, updated_ms);
	struct json_object *digest = leaf_digest(body);

	if (updated_ms == NOT_KNOWN)
		json_remove(digest, LEAF_TIME);
	return digest;
}

static void traces_time(void **state)
{
	const struct trace_time *times = *state;
	scoped(json_object) ancestor = digest_at("{}", 1);
	scoped(json_object) before = digest_at("{'notes': 'n'}", times->before_ms);
	scoped(json_object) other = digest_at("{'name': 'b'}", times->other_ms);
	scoped(json_object) after = digest_at("{'name': 'b', 'notes': 'n'}", times->after_ms);

	for (int taken = 0; taken <= LEAF_TAKEN_IN_PART; taken++)
		assert_int_equal(leaf_was_merged(ancestor, before, other, after, (enum leaf_taken)taken),
				 times->merged);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, tells_story);
	cases_add(&cases, own_copy("keys are in the app's order"), order_of_keys, NULL);
	cases_add(&cases, own_copy("attachments of both stay"), attachments, NULL);
	cases_add(&cases, own_copy("whether a person may have changed anything"), moved, NULL);
	cases_add(&cases, own_copy("which leaf is shown"), order_of_leaves, NULL);
	cases_add_table(&cases, traces, traces_merge);
	cases_add_table(&cases, trace_times, traces_time);
	return cases_run("leaves", &cases);
}
