/* Documents that are known: what counts, what is read, what is found by a value. */
#include "bridge/memory/document_cache.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

static struct json_object *item(const char *id, const char *place)
{
	struct json_object *body = json_new_object(), *data = json_new_object();

	json_put_text(body, "_id", id);
	json_put_text(data, "container_id", place);
	json_put(body, "data", data);
	return body;
}

/* What is put ('p' in a box, 'q' in another), saved or deleted by a save, in this order, of item-1; and what is known then. */
static const struct known_case {
	const char *steps, *sentence;
	bool known, wanted;
	const char *place; /* NULL: there is none */
} cases[] = {
	{"", "what nobody read is wanted", false, true, NULL},
	{"-", "that there is none is known", true, false, NULL},
	{"p", "what was read", true, false, "box"},
	{"ps", "a save lies over it", true, false, "saved"},
	{"s", "also over what was not read", true, false, "saved"},
	{"pd", "a save has deleted it", true, false, NULL},
	{"pt", "a save has made a tombstone of it", true, false, NULL},
	{"psu", "without the save it is as it was read", true, false, "box"},
	{"psq", "what is read lies under it", true, false, "saved"},
	{"psU", "without any saves, too", true, false, "box"},
	{"pf", "what is forgotten is wanted", false, true, NULL},
	{"psc", "nothing is left", false, true, NULL},
};

static void put(struct document_cache *cache, const char *place)
{
	scoped(json_object) body = item("item-1", place);

	document_cache_put(cache, "item-1", body);
}

static void save(struct document_cache *cache, bool tombstone)
{
	scoped(json_object) body = item("item-1", "saved");

	if (tombstone)
		json_put(body, "_deleted", json_new_bool(true));
	document_cache_save(cache, "item-1", body);
}

static void play(struct document_cache *cache, char step)
{
	switch (step) {
	case '-':
		document_cache_put(cache, "item-1", NULL);
		break;
	case 'p':
	case 'q':
		put(cache, step == 'p' ? "box" : "other");
		break;
	case 's':
	case 't':
		save(cache, step == 't');
		break;
	case 'd':
		document_cache_save(cache, "item-1", NULL);
		break;
	case 'u':
		document_cache_unsave(cache, "item-1");
		break;
	case 'U':
		document_cache_unsave_all(cache);
		break;
	case 'f':
		document_cache_forget(cache, "item-1");
		break;
	default:
		document_cache_clear(cache);
	}
}

static void what_is_known(void **state)
{
	const struct known_case *known = *state;
	struct document_cache cache;
	struct json_object *body;

	document_cache_init(&cache);
	for (const char *step = known->steps; *step; step++)
		play(&cache, *step);
	assert_int_equal(document_cache_find(&cache, "item-1", &body), known->known);
	assert_ptr_equal(document_cache_get(&cache, "item-1"), body);
	assert_int_equal(document_cache_wants(&cache), known->wanted);
	if (known->place)
		assert_true(document_cache_has_value(body, "container_id", known->place));
	else
		assert_null(body);
	document_cache_done(&cache);
}

/* ---- reading ---- */

struct shelf {
	unsigned requests;
	bool away;
};

static bool read_shelf(void *context, const char *const *full_ids, size_t count,
		       struct json_object **bodies_out, struct error *error)
{
	struct shelf *shelf = context;

	shelf->requests++;
	if (shelf->away)
		return error_set(error, ERROR_RETRY, "away");
	for (size_t i = 0; i < count; i++)
		bodies_out[i] = strcmp(full_ids[i], "item-3") == 0 ? NULL : item(full_ids[i], "box");
	return true;
}

static void wanted_ones_are_read_at_once(void **state)
{
	struct document_cache cache;
	struct shelf shelf = {0};
	struct error error;

	(void)state;
	document_cache_init(&cache);
	put(&cache, "other");
	for (int i = 1; i <= 3; i++) {
		char id[] = {'i', 't', 'e', 'm', '-', (char)('0' + i), '\0'};
		document_cache_want(&cache, id);
	}
	assert_true(document_cache_read(&cache, read_shelf, &shelf, &error));
	assert_true(document_cache_has_value(document_cache_get(&cache, "item-1"), "container_id", "other"));
	assert_true(document_cache_has_value(document_cache_get(&cache, "item-2"), "container_id", "box"));
	assert_null(document_cache_get(&cache, "item-3"));
	assert_false(document_cache_wants(&cache));
	assert_true(document_cache_read(&cache, read_shelf, &shelf, &error));
	assert_int_equal(shelf.requests, 1); /* with nothing to be read there is no request */
	document_cache_done(&cache);
}

static void one_that_could_not_be_read_is_wanted_again(void **state)
{
	struct document_cache cache;
	struct shelf shelf = {.away = true};
	struct error error;

	(void)state;
	document_cache_init(&cache);
	document_cache_want(&cache, "item-2");
	assert_false(document_cache_read(&cache, read_shelf, &shelf, &error));
	assert_null(document_cache_get(&cache, "item-2"));
	assert_true(document_cache_wants(&cache));
	document_cache_done(&cache);
}

/* ---- by a value ---- */

static void note_id(void *context, const char *full_id, struct json_object *body)
{
	char *ids = context;

	assert_non_null(body);
	snprintf(ids + strlen(ids), 80 - strlen(ids), "%s ", full_id);
}

static void add(struct document_cache *cache, const char *id, const char *place, bool saved)
{
	scoped(json_object) body = item(id, place);

	if (saved)
		document_cache_save(cache, id, body);
	else
		document_cache_put(cache, id, body);
}

static void what_a_save_has_touched_is_found_as_it_made_it(void **state)
{
	char stored[80] = "", saved[80] = "";
	struct document_cache cache;

	(void)state;
	document_cache_init(&cache);
	add(&cache, "item-1", "box", false);
	add(&cache, "item-2", "box", false);
	add(&cache, "item-2", "crate", true); /* taken out */
	add(&cache, "item-3", "crate", false);
	add(&cache, "item-3", "box", true);        /* put in */
	add(&cache, "collection-4", "box", false); /* of another type */
	document_cache_put(&cache, "item-5", NULL);
	document_cache_each_stored(&cache, DOCUMENT_ITEM, "container_id", "box", note_id, stored);
	document_cache_each_saved(&cache, DOCUMENT_ITEM, "container_id", "box", note_id, saved);
	assert_string_equal(stored, "item-1 ");
	assert_string_equal(saved, "item-3 ");
	document_cache_done(&cache);
}

int main(void)
{
	struct cases list = {0};

	cases_add_table(&list, cases, what_is_known);
	cases_add(&list, own_copy("those that are wanted are read at once"), wanted_ones_are_read_at_once,
		  NULL);
	cases_add(&list, own_copy("one that could not be read is wanted again"),
		  one_that_could_not_be_read_is_wanted_again, NULL);
	cases_add(&list, own_copy("what a save has touched is found as it made it"),
		  what_a_save_has_touched_is_found_as_it_made_it, NULL);
	return cases_run("document_cache", &list);
}
