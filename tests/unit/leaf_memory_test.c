/* What is remembered of a document's revisions says of each what was in it, as its body would. */
#include "inventory/leaf_memory.h"

#include "inventory/leaf_paths.h"
#include "tests/unit/cases.h"

#include <string.h>

#define REVISIONS_MOST 6

/* Single quotes stand for double ones. */
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

static struct json_object *digest_of(const char *body_words)
{
	scoped(json_object) body = read(body_words);

	return leaf_digest(body);
}

static void assert_remembers(struct json_object *memory, const char *revision, const char *body)
{
	scoped(json_object) found = leaf_memory_digest(memory, revision);
	scoped(json_object) expected = digest_of(body);

	if (!found || !json_equal(found, expected)) {
		scoped_text shown = json_write(found);
		scoped_text wanted = json_write(expected);
		fail_msg("%s:\n%s\nexpected\n%s", revision, shown, wanted);
	}
}

static struct json_object *add(struct json_object *memory, enum document_type type, const char *revision,
			       const char *words)
{
	scoped(json_object) body = read(words);

	return leaf_memory_add(memory, type, revision, body);
}

/* ---- what was in each ---- */

static const struct story {
	const char *sentence;
	enum document_type type;
	const char *bodies[REVISIONS_MOST]; /* one after the other */
} stories[] = {
	{"one revision", DOCUMENT_ITEM, {"{'type': 'item', 'data': {'name': 'a', 'notes': 'n'}}"}},
	{"a key that is edited twice",
	 DOCUMENT_ITEM,
	 {"{'data': {'name': 'a'}}", "{'data': {'name': 'b'}}", "{'data': {'name': 'c'}}"}},
	{"a key that comes and goes",
	 DOCUMENT_ITEM,
	 {"{'data': {'name': 'a'}}", "{'data': {'name': 'a', 'notes': 'n'}}", "{'data': {'name': 'a'}}",
	  "{'data': {'name': 'a', 'notes': 'm'}}"}},
	{"a key that the schema does not have",
	 DOCUMENT_ITEM,
	 {"{'data': {'name': 'a', 'unknown': 1}}", "{'data': {'name': 'a', 'unknown': {'b': [2]}}}",
	  "{'data': {'name': 'a'}}"}},
	{"a mark",
	 DOCUMENT_ITEM,
	 {"{'data': {'name': 'a'}}",
	  "{'data': {'name': 'a', 'integrations': {'i': {'id': 'rec1', 'modified_at': 5}}}}",
	  "{'data': {'name': 'a', 'integrations': {}}}"}},
	{"attachments, and keys beside the data",
	 DOCUMENT_ITEM,
	 {"{'data': {'name': 'a'}, '_attachments': {'f': {'digest': 'md5-1'}}}",
	  "{'data': {'name': 'a'}, '_attachments': {'f': {'digest': 'md5-2'}, 'g': {'digest': 'md5-3'}}, "
	  "'x': true}",
	  "{'data': {'name': 'a'}, 'x': false}"}},
	{"a value that is null is not one that is absent",
	 DOCUMENT_ITEM,
	 {"{'data': {'name': 'a', 'notes': null}}", "{'data': {'name': 'a'}}",
	  "{'data': {'name': 'a', 'notes': null}}"}},
	{"a collection",
	 DOCUMENT_COLLECTION,
	 {"{'data': {'name': 'a', 'items_order': ['x', 'y']}}",
	  "{'data': {'name': 'b', 'items_order': []}}"}},
	{"a type without a schema", DOCUMENT_OTHER, {"{'data': {'a': 1}}", "{'data': {'a': 2}}"}},
};

static void each_is_remembered(void **state)
{
	const struct story *story = *state;
	struct json_object *memory = NULL;
	size_t count = 0;

	for (; count < REVISIONS_MOST && story->bodies[count]; count++) {
		scoped_text revision = own_format("%zu-a", count + 1);
		memory = add(memory, story->type, revision, story->bodies[count]);
	}
	/* As it comes back from the database. */
	scoped_text stored = json_write(memory);
	json_release(memory);
	scoped(json_object) loaded = read(stored);
	for (size_t i = 0; i < count; i++) {
		scoped_text revision = own_format("%zu-a", i + 1);
		assert_remembers(loaded, revision, story->bodies[i]);
	}
	assert_null(leaf_memory_digest(loaded, "1-b"));
	assert_null(leaf_memory_digest(loaded, ""));
}

/* ---- how much ---- */

static char *body_number(size_t number)
{
	return own_format("{'data': {'name': 'a', 'serial': %zu}}", number);
}

static void the_oldest_go(void **state)
{
	struct json_object *memory = NULL;

	(void)state;
	for (size_t i = 1; i <= 2 * LEAF_MEMORY_REVISIONS; i++) {
		scoped_text body = body_number(i);
		scoped_text revision = own_format("%zu-a", i);
		memory = add(memory, DOCUMENT_ITEM, revision, body);
	}
	for (size_t i = 1; i <= 2 * LEAF_MEMORY_REVISIONS; i++) {
		scoped_text body = body_number(i);
		scoped_text revision = own_format("%zu-a", i);
		if (i > LEAF_MEMORY_REVISIONS)
			assert_remembers(memory, revision, body);
		else
			assert_null(leaf_memory_digest(memory, revision));
	}
	json_release(memory);
}

static void twice_is_once(void **state)
{
	struct json_object *memory = add(NULL, DOCUMENT_ITEM, "1-a", "{'data': {'name': 'a'}}");

	(void)state;
	scoped_text before = json_write(memory);
	memory = add(memory, DOCUMENT_ITEM, "1-a", "{'data': {'name': 'a'}}");
	scoped_text after = json_write(memory);
	assert_string_equal(after, before);
	json_release(memory);
}

/* It stands in the ledger entry of every pair. */
static void is_small(void **state)
{
	struct json_object *memory = NULL;

	(void)state;
	for (size_t i = 1; i <= 3; i++) {
		scoped_text body = body_number(i);
		scoped_text revision = own_format("%zu-%032zu", i, i);
		memory = add(memory, DOCUMENT_ITEM, revision, body);
	}
	scoped_text stored = json_write(memory);
	assert_in_range(strlen(stored), 1, 700);
	json_release(memory);
}

/* ---- what cannot be read ---- */

static const struct broken {
	const char *sentence, *memory;
} broken[] = {
	{"nothing", "{}"},
	{"revisions that are no list", "{'revisions': 5}"},
	{"no hashes", "{'type': 'item', 'revisions': [{'rev': '1-a'}]}"},
	{"hashes of another schema", "{'type': 'collection', 'keys': 3, 'packed': "
				     "'AAAAAAAABBBBBBBBCCCCCCCC', 'revisions': [{'rev': '1-a'}]}"},
	{"too few hashes",
	 "{'type': 'collection', 'keys': 8, 'packed': 'AAAA', 'revisions': [{'rev': '1-a'}]}"},
	{"a type that nobody knows",
	 "{'type': 'chair', 'keys': 1, 'packed': 'A', 'revisions': [{'rev': '1-a'}]}"},
};

static void what_is_broken_begins_anew(void **state)
{
	const struct broken *one = *state;
	struct json_object *memory = read(one->memory);

	assert_null(leaf_memory_digest(memory, "1-a"));
	memory = add(memory, DOCUMENT_ITEM, "2-a", "{'data': {'name': 'a'}}");
	assert_remembers(memory, "2-a", "{'data': {'name': 'a'}}");
	assert_null(leaf_memory_digest(memory, "1-a"));
	json_release(memory);
}

static void nothing_is_remembered_of_nothing(void **state)
{
	(void)state;
	assert_null(leaf_memory_digest(NULL, "1-a"));
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, each_is_remembered);
	cases_add(&cases, own_copy("of many revisions the last ones are remembered"), the_oldest_go, NULL);
	cases_add(&cases, own_copy("a revision that is added twice is there once"), twice_is_once, NULL);
	cases_add(&cases, own_copy("an item with three revisions takes 700 bytes at most"), is_small, NULL);
	cases_add_table(&cases, broken, what_is_broken_begins_anew);
	cases_add(&cases, own_copy("nothing is remembered of nothing"), nothing_is_remembered_of_nothing,
		  NULL);
	return cases_run("what is remembered of revisions", &cases);
}
