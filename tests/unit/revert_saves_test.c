/* Batches that were really saved, undone by saves: everything is as before, and undoing that undoes it. */
#include "inventory/history.h"
#include "inventory/revert.h"
#include "inventory/save.h"

#include "tests/fakes/database.h"
#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

static struct json_object *json(const char *words)
{
	struct json_object *value = NULL;
	struct error error = {0};

	if (!json_read(words, strlen(words), &value, NULL, &error))
		fail_msg("%s: %s", words, error.text);
	return value;
}

#define CONFIG                                                                                               \
	"{\"_id\":\"0000-config\",\"uuid\":\"own\",\"rfid_tag_company_prefix\":\"0000000\","                 \
	"\"rfid_tag_individual_asset_reference_prefix\":\"100\",\"rfid_tag_access_password\":\"12345678\","  \
	"\"default_use_mixed_rfid_tag_access_password\":false,"                                              \
	"\"rfid_tag_access_password_encoding\":\"082a4c6e\",\"collections_order\":[]}"

struct inventory {
	struct database database;
	struct json_object *histories; /* owned; of the batch */
	int64_t now_ms;
};

static void no_uuid(void *context, char uuid_out[37])
{
	(void)context;
	snprintf(uuid_out, 37, "none");
}

/* As a sync saves: with its history. The sentences of a refusal, or "". */
static void save(struct inventory *inventory, const struct datum *given, const char *created_by,
		 int64_t batch, char refusal_out[ERROR_TEXT_SIZE])
{
	const struct inventory_view view = database_view(&inventory->database);
	const struct inventory_source source = {
		.context = inventory, .now_ms = ++inventory->now_ms, .uuid = no_uuid};
	const struct save_history history = {created_by, batch, "sync"};
	const struct save_request request = {
		.given = given, .history = created_by ? &history : NULL, .ignore_conflict = true};
	struct json_object *bodies = NULL;
	struct save_result result;
	struct error error = {0};

	bool saved = save_all(&request, &view, &source, &bodies, &result, &error);
	snprintf(refusal_out, ERROR_TEXT_SIZE, "%s", saved ? "" : error.text);
	for (size_t i = 0; saved && i < json_length(bodies); i++)
		assert_true(database_put(&inventory->database, json_at(bodies, i)));
	if (saved && result.history)
		json_append(inventory->histories, json_share(result.history));
	save_result_done(&result);
	json_release(bodies);
}

/* {"_id": full id, "_deleted": true, other keys are data; null unsets}. */
static struct datum *given_of(struct json_object *edit)
{
	const char *id = NULL, *full_id = json_text_or(edit, "_id", "");
	struct datum *given = datum_new(document_type_of(full_id, &id), NULL);

	given->id = own_copy(id);
	given->deleted = json_bool_or(edit, "_deleted", false);
	json_each (edit, key, value) {
		if (strcmp(key, "_id") == 0 || strcmp(key, "_deleted") == 0)
			continue;
		if (value)
			datum_put(given, key, json_share(value));
		else
			datum_unset(given, key);
	}
	return given;
}

static void play(struct inventory *inventory, const char *edits, const char *created_by)
{
	scoped(json_object) list = json(edits);
	char refusal[ERROR_TEXT_SIZE];

	for (size_t i = 0; i < json_length(list); i++) {
		scoped(datum) given = given_of(json_at(list, i));
		save(inventory, given, created_by, 1000, refusal);
		assert_string_equal(refusal, "");
	}
}

/* {_id: data} of what is there, without marks. */
static struct json_object *picture_of(const struct inventory *inventory)
{
	struct json_object *picture = json_new_object();
	scoped(json_object) all = database_all(&inventory->database);

	for (size_t i = 0; i < json_length(all); i++) {
		struct json_object *body = json_at(all, i);
		const char *full_id = json_text_or(body, "_id", "");
		enum document_type type = document_type_of(full_id, NULL);
		if (type == DOCUMENT_COLLECTION || type == DOCUMENT_ITEM)
			json_put(picture, full_id, json_copy(document_data(body)));
	}
	return picture;
}

static struct revert *revert_of(struct json_object *histories)
{
	struct revert *revert = revert_new();
	struct error error = {0};

	for (size_t i = 0; i < json_length(histories); i++)
		assert_true(revert_add(revert, json_at(histories, i), &error));
	return revert;
}

/* In the order of their ranks; what is refused is tried again while that helps. How many were refused in the end. */
static size_t undo(struct inventory *inventory, struct json_object *histories, int64_t batch)
{
	scoped(revert) revert = revert_of(histories);
	static const struct revert_agreement none;
	bool *done = own_alloc(revert_count(revert) + 1), any;
	size_t open;

	do {
		any = false;
		open = 0;
		for (int rank = 0; rank < REVERT_RANKS; rank++)
			for (size_t i = revert_count(revert); i-- > 0;) {
				struct json_object *now =
					database_get(&inventory->database, revert_full_id(revert, i));
				struct revert_change change;
				char refusal[ERROR_TEXT_SIZE] = "";
				revert_decide(revert, i, now, &none, &change);
				if (!done[i] && revert_rank(&change) == rank) {
					if (change.given)
						save(inventory, change.given, "history_restore", batch,
						     refusal);
					done[i] = !refusal[0];
					any = any || done[i];
					open += !done[i];
				}
				revert_change_done(&change);
			}
	} while (any && open);
	free(done);
	return open;
}

#define BEGIN                                                                                                \
	"[{\"_id\":\"collection-c1\",\"name\":\"Tools\",\"collection_reference_number\":\"1\"},"             \
	"{\"_id\":\"item-box\",\"name\":\"Box\",\"collection_id\":\"c1\",\"item_type\":\"container\"},"      \
	"{\"_id\":\"item-a\",\"name\":\"A\",\"collection_id\":\"c1\",\"item_reference_number\":\"1\","       \
	"\"serial\":1,\"notes\":\"a\",\"odd\":{\"x\":[1,2]}},"                                               \
	"{\"_id\":\"item-b\",\"name\":\"B\",\"collection_id\":\"c1\",\"item_reference_number\":\"2\","       \
	"\"container_id\":\"box\",\"expiry_date\":1700000000000,\"purchase_price_x1000\":2010}]"

struct whole_case {
	const char *sentence;
	const char *edits; /* of the batch */
};

static const struct whole_case whole_cases[] = {
	{"an edit of a field", "[{\"_id\":\"item-a\",\"notes\":\"b\"}]"},
	{"a reference with all that is computed from it",
	 "[{\"_id\":\"item-a\",\"item_reference_number\":\"7\",\"serial\":12}]"},
	{"a reference that was removed", "[{\"_id\":\"item-b\",\"item_reference_number\":null}]"},
	{"a container that moved to another collection, with its contents",
	 "[{\"_id\":\"collection-n\",\"name\":\"New\",\"collection_reference_number\":\"5\"},"
	 "{\"_id\":\"item-box\",\"collection_id\":\"n\"},{\"_id\":\"item-b\",\"collection_id\":\"n\"}]"},
	{"a collection's number, with an item that was saved since",
	 "[{\"_id\":\"collection-c1\",\"collection_reference_number\":\"9\"},{\"_id\":\"item-a\",\"notes\":"
	 "\"b\"}]"},
	{"the same item twice",
	 "[{\"_id\":\"item-a\",\"notes\":\"b\"},{\"_id\":\"item-a\",\"notes\":\"c\"}]"},
	{"a type with what comes with it", "[{\"_id\":\"item-a\",\"item_type\":\"consumable\"}]"},
	{"an item that became a container", "[{\"_id\":\"item-a\",\"item_type\":\"container\"}]"},
	{"an item that became a container and got contents",
	 "[{\"_id\":\"item-a\",\"item_type\":\"container\"},{\"_id\":\"item-b\",\"container_id\":\"a\"}]"},
	{"an item that left its container", "[{\"_id\":\"item-b\",\"container_id\":null}]"},
	{"dates and prices", "[{\"_id\":\"item-b\",\"expiry_date\":1800000000000,\"purchase_price_x1000\":"
			     "null,\"expire_soon_prior_days\":30}]"},
	{"an item that was made", "[{\"_id\":\"item-n\",\"name\":\"N\",\"collection_id\":\"c1\"}]"},
	{"an item that was made and changed", "[{\"_id\":\"item-n\",\"name\":\"N\",\"collection_id\":\"c1\"},"
					      "{\"_id\":\"item-n\",\"notes\":\"b\"}]"},
	{"a collection that was made with items, in a container of its own",
	 "[{\"_id\":\"collection-n\",\"name\":\"New\",\"collection_reference_number\":\"5\"},"
	 "{\"_id\":\"item-n1\",\"name\":\"N1\",\"collection_id\":\"n\",\"item_type\":\"container\"},"
	 "{\"_id\":\"item-n2\",\"name\":\"N2\",\"collection_id\":\"n\",\"container_id\":\"n1\",\"item_type\":"
	 "\"container\"},"
	 "{\"_id\":\"item-n3\",\"name\":\"N3\",\"collection_id\":\"n\",\"container_id\":\"n2\"}]"},
	{"an item that was deleted", "[{\"_id\":\"item-a\",\"_deleted\":true}]"},
	{"a container that was deleted with its contents",
	 "[{\"_id\":\"item-b\",\"_deleted\":true},{\"_id\":\"item-box\",\"_deleted\":true}]"},
	{"everything that was deleted",
	 "[{\"_id\":\"item-b\",\"_deleted\":true},{\"_id\":\"item-a\",\"_deleted\":true},"
	 "{\"_id\":\"item-box\",\"_deleted\":true},{\"_id\":\"collection-c1\",\"_deleted\":true}]"},
	{"an item that was changed and deleted",
	 "[{\"_id\":\"item-a\",\"notes\":\"b\",\"serial\":9},{\"_id\":\"item-a\",\"_deleted\":true}]"},
	{"an item that was deleted and made anew", "[{\"_id\":\"item-a\",\"_deleted\":true},{\"_id\":\"item-"
						   "a\",\"name\":\"Other\",\"collection_id\":\"c1\"}]"},
	{"an item that was made and deleted", "[{\"_id\":\"item-n\",\"name\":\"N\",\"collection_id\":\"c1\"},"
					      "{\"_id\":\"item-n\",\"_deleted\":true}]"},
	{"a reference that went from one item to another",
	 "[{\"_id\":\"item-a\",\"item_reference_number\":\"3\"},{\"_id\":\"item-b\",\"item_reference_"
	 "number\":\"1\",\"serial\":1}]"},
	{"a reference that was taken over from an item that was deleted",
	 "[{\"_id\":\"item-a\",\"_deleted\":true},{\"_id\":\"item-b\",\"item_reference_number\":\"1\","
	 "\"serial\":1}]"},
	{"items that moved into a collection that was made",
	 "[{\"_id\":\"collection-n\",\"name\":\"New\",\"collection_reference_number\":\"5\"},"
	 "{\"_id\":\"item-a\",\"collection_id\":\"n\"}]"},
};

static void inventory_begin(struct inventory *inventory)
{
	scoped(json_object) config = json(CONFIG);

	*inventory = (struct inventory){.histories = json_new_array(), .now_ms = 1000};
	database_init(&inventory->database);
	assert_true(database_put(&inventory->database, config));
	play(inventory, BEGIN, NULL);
}

static struct json_object *forget_histories(struct inventory *inventory)
{
	struct json_object *histories = inventory->histories;

	inventory->histories = json_new_array();
	return histories;
}

static void assert_picture(const struct inventory *inventory, struct json_object *expected)
{
	scoped(json_object) now = picture_of(inventory);

	if (json_equal(now, expected))
		return;
	scoped_text our_words = json_write(now);
	scoped_text words = json_write(expected);
	assert_string_equal(our_words, words);
}

/* Undone, undone again, and once more. */
static void check_whole(void **state)
{
	const struct whole_case *row = *state;
	struct inventory inventory;

	inventory_begin(&inventory);
	scoped(json_object) before = picture_of(&inventory);
	play(&inventory, row->edits, "integration-n");
	scoped(json_object) after = picture_of(&inventory);
	scoped(json_object) batch = forget_histories(&inventory);
	assert_int_equal(undo(&inventory, batch, 2000), 0);
	assert_picture(&inventory, before);
	scoped(json_object) undoing = forget_histories(&inventory);
	assert_int_equal(undo(&inventory, undoing, 3000), 0);
	assert_picture(&inventory, after);
	scoped(json_object) redoing = forget_histories(&inventory);
	assert_int_equal(undo(&inventory, redoing, 4000), 0);
	assert_picture(&inventory, before);
	json_release(inventory.histories);
	database_done(&inventory.database);
}

/* Foreign documents without leave to write are not undone, as they would not be edited. */
static void check_foreign(void **state)
{
	struct inventory inventory;
	scoped(json_object) histories = json_new_array();
	char refusal[ERROR_TEXT_SIZE];

	(void)state;
	inventory_begin(&inventory);
	scoped(json_object) foreign =
		json("{\"_id\":\"collection-f\",\"type\":\"collection\",\"data\":{\"name\":\"Theirs\","
		     "\"collection_reference_number\":\"0001\",\"config_uuid\":\"other\"},\"created_at\":1,"
		     "\"updated_at\":1}");
	assert_true(database_put(&inventory.database, foreign));
	json_append(histories,
		    json("{\"_id\":\"zzd-history-n-5-collection-f-sync-5-0000\","
			 "\"data_type\":\"collection\",\"data_id\":\"f\",\"timestamp\":5,"
			 "\"original_data\":{\"name\":\"Old\"},\"new_data\":{\"name\":\"Theirs\"}}"));
	scoped(revert) revert = revert_of(histories);
	struct revert_change change;
	revert_decide(revert, 0, database_get(&inventory.database, "collection-f"),
		      &(struct revert_agreement){0}, &change);
	assert_int_equal(change.action, REVERT_CHANGE);
	save(&inventory, change.given, "history_restore", 7, refusal);
	assert_string_not_equal(refusal, "");
	revert_change_done(&change);
	json_release(inventory.histories);
	database_done(&inventory.database);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, whole_cases, check_whole);
	cases_add(&cases, own_copy("what others share without leave to write is refused"), check_foreign,
		  NULL);
	return cases_run("revert_saves", &cases);
}
