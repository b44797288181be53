/* The worlds themselves: that they do what the real servers are known to do (rules for CouchDB by their numbers, Airtable's
 * API). */
#include "inventory/document.h"
#include "tests/unit/cases.h"
#include "tests/worlds/world.h"
#include "tests/worlds/world_columns.h"

#include <stdio.h>
#include <string.h>

static int open_world(void **state)
{
	*state = world_open(1);
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;

	assert_string_equal(world->violation, "");
	world_close(&world);
	return 0;
}

/* ---- CouchDB ---- */

static struct json_object *item_named(const char *name)
{
	struct json_object *body = json_new_object(), *data = json_new_object();

	json_put_text(body, "type", "item");
	json_put_text(data, "name", name);
	json_put_text(data, "collection_id", "c0");
	json_put(body, "data", data);
	return body;
}

static const char *name_of(struct json_object *body)
{
	return body ? json_text_or(document_data(body), "name", "") : "none";
}

static struct world_document *put_item(struct world *world, const char *name)
{
	return world_phone_puts(world, TABLE_ITEMS, "i1", item_named(name));
}

static struct endpoint_record read_item(struct world *world)
{
	struct endpoint couch = world_couch_side(world);
	struct endpoint_key key = {TABLE_ITEMS, "i1"};
	struct endpoint_records records;
	struct error error;

	assert_true(couch.ops->read(couch.self, &key, 1, &records, &error));
	struct endpoint_record record = records.list[0];
	records.list[0] = (struct endpoint_record){0};
	endpoint_records_done(&records);
	return record;
}

static bool count_records(void *context, struct endpoint_records *page, struct error *error)
{
	(void)error;
	*(size_t *)context += page->count;
	return true;
}

/* How many rows the feed has behind 'since'. */
static size_t news_since(struct world *world, int64_t since)
{
	struct endpoint couch = world_couch_side(world);
	scoped(json_object) cursor = json_new_int(since);
	struct endpoint_news news;
	struct error error;
	size_t count = 0;

	assert_true(couch.ops->news(couch.self, cursor, 0, count_records, &count, &news, &error));
	endpoint_news_done(&news);
	return count;
}

static void a_losing_leaf_has_a_row_in_the_feed(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");

	put_item(world, "two");
	int64_t since = world->sequence;
	struct endpoint_record before = read_item(world);
	world_phone_conflicts(world, document, item_named("offline"), false);
	struct endpoint_record after = read_item(world);
	assert_int_equal(news_since(world, since), 1);
	assert_string_equal(after.revision, before.revision);
	assert_string_equal(name_of(after.body), "two");
	assert_int_equal(json_length(after.leaves), 1);
	const char *losing = json_object_get_string(json_at(after.leaves, 0));
	assert_string_equal(name_of(world_couch_body(document, losing)), "offline");
	endpoint_record_done(&before);
	endpoint_record_done(&after);
}

static void leaves_have_their_common_ancestor(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");
	char first[64], second[64];

	snprintf(first, sizeof first, "%s", world_winner(document)->revision);
	put_item(world, "two");
	snprintf(second, sizeof second, "%s", world_winner(document)->revision);
	world_phone_conflicts(world, document, item_named("offline"), true);
	const char *winning = world_winner(document)->revision;
	assert_string_equal(name_of(world_body(document)), "offline");
	assert_string_not_equal(winning, second);
	assert_true(world_couch_descends(document, winning, first));
	assert_true(world_couch_descends(document, second, first));
	assert_false(world_couch_descends(document, winning, second));
	assert_string_equal(name_of(world_couch_body(document, first)), "one");
}

static void where_the_winning_branch_is_deleted_the_other_shows(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");

	put_item(world, "two");
	world_phone_conflicts(world, document, item_named("offline"), true);
	int64_t since = world->sequence;
	assert_true(world_phone_deletes(world, document));
	struct endpoint_record record = read_item(world);
	assert_int_equal(record.presence, RECORD_THERE);
	assert_string_equal(name_of(record.body), "two");
	assert_null(record.leaves);
	assert_int_equal(news_since(world, since), 1);
	endpoint_record_done(&record);
}

static void compaction_leaves_revisions_without_bodies(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");
	char first[64];

	snprintf(first, sizeof first, "%s", world_winner(document)->revision);
	put_item(world, "two");
	int64_t since = world->sequence;
	world_couch_compacts(world);
	assert_null(world_couch_body(document, first));
	assert_true(world_couch_knows(document, first));
	assert_string_equal(name_of(world_body(document)), "two");
	assert_int_equal(news_since(world, since), 0);
}

/* Rules 16 and 23. */
static void a_purge_gives_no_row_and_no_tombstone(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");
	int64_t since = world->sequence, purged = world->purge_sequence;

	world_couch_purges(world, document);
	struct endpoint_record record = read_item(world);
	assert_int_equal(record.presence, RECORD_MISSING);
	assert_int_equal(news_since(world, since), 0);
	assert_int_equal(news_since(world, 0), 0);
	assert_int_equal(world->purge_sequence, purged + 1);
	endpoint_record_done(&record);
	put_item(world, "again");
	assert_int_equal(world_winner(document)->generation, 1);
}

/* Rule 8's second half: nothing shows that the files are old; a newer 'since' is taken, and skips what is written next. */
static void a_backup_takes_newer_revisions_away(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");
	struct world_backup *backup = world_saves(world);
	char newer[64];

	put_item(world, "two");
	snprintf(newer, sizeof newer, "%s", world_winner(document)->revision);
	world_phone_puts(world, TABLE_ITEMS, "i2", item_named("other"));
	int64_t since = world->sequence;
	world_goes_back(world, &backup, FILES_OF_SOURCE);
	assert_null(backup);
	assert_string_equal(name_of(world_body(document)), "one");
	assert_false(world_couch_knows(document, newer));
	assert_null(world_body(world_document(world, TABLE_ITEMS, "i2")));
	put_item(world, "written behind it");
	assert_int_equal(news_since(world, since), 0);
	assert_int_equal(news_since(world, 0), 1);
}

static void a_write_against_an_old_revision_is_a_409(void **state)
{
	struct world *world = *state;
	struct endpoint couch = world_couch_side(world);
	struct error error;
	put_item(world, "one");
	struct endpoint_record record = read_item(world);
	scoped(json_object) body = item_named("ours");
	struct endpoint_write write = {.kind = WRITE_UPDATE,
				       .table = TABLE_ITEMS,
				       .id = "i1",
				       .revision = record.revision,
				       .body = body};

	put_item(world, "two");
	struct endpoint_ticket *ticket = couch.ops->write_start(couch.self, &write, 1);
	assert_true(couch.ops->write_finish(couch.self, &ticket, &error));
	assert_int_equal(write.result, ERROR_CONFLICT);
	assert_string_equal(name_of(world_body(world_document(world, TABLE_ITEMS, "i1"))), "two");
	endpoint_record_done(&record);
}

/* A tombstone cannot be written against: without a revision the id comes to life again, a generation on. */
static void an_undelete_goes_on_from_the_tombstone(void **state)
{
	struct world *world = *state;
	struct world_document *document = put_item(world, "one");

	assert_true(world_phone_deletes(world, document));
	assert_int_equal(world_winner(document)->generation, 2);
	put_item(world, "again");
	assert_int_equal(world_winner(document)->generation, 3);
}

static void the_feed_shows_a_document_once_with_its_last_change(void **state)
{
	struct world *world = *state;

	put_item(world, "one");
	put_item(world, "two");
	assert_int_equal(news_since(world, 0), 1);
	world_arm(world, FAULT_COUCH_REWIND);
	assert_int_equal(news_since(world, world->sequence), 1);
	assert_int_equal(news_since(world, world->sequence), 0);
}

/* ---- Airtable ---- */

static size_t rows_listed(struct world *world, enum table table)
{
	struct endpoint rows = world_airtable_side(world);
	struct error error;
	size_t count = 0;

	assert_true(rows.ops->list(rows.self, table, NULL, count_records, &count, &error));
	return count;
}

static size_t rows_changed_since(struct world *world, int64_t time_ms)
{
	struct endpoint rows = world_airtable_side(world);
	scoped(json_object) cursor = json_new_object();
	struct endpoint_news news;
	struct error error;
	size_t count = 0;

	/* A look goes back behind the last by a minute. */
	json_put(cursor, "collections", json_new_int(time_ms + 60000));
	json_put(cursor, "items", json_new_int(time_ms + 60000));
	assert_true(rows.ops->news(rows.self, cursor, 0, count_records, &count, &news, &error));
	endpoint_news_done(&news);
	return count;
}

static struct world_row *linked_item(struct world *world, struct world_row *collection)
{
	struct world_row *item = world_person_adds(world, TABLE_ITEMS);

	world_person_types(world, item, FIELD_NAME, json_new_text("a thing"));
	world_person_types(world, item, FIELD_COLLECTION, world_link(collection->id));
	return item;
}

static void a_deleted_row_goes_out_of_the_cells_that_link_to_it(void **state)
{
	struct world *world = *state;
	struct world_row *collection = world_person_adds(world, TABLE_COLLECTIONS);
	struct world_row *item = linked_item(world, collection);

	world_advance(world, 1000);
	int64_t before_ms = item->now.modified_ms[FIELD_COLLECTION];
	world_person_deletes(world, collection);
	assert_string_equal(world_linked(item, FIELD_COLLECTION), "");
	assert_true(item->now.modified_ms[FIELD_COLLECTION] > before_ms);
	assert_int_equal(rows_listed(world, TABLE_COLLECTIONS), 0);
}

static void a_restored_row_has_its_id_and_its_cells(void **state)
{
	struct world *world = *state;
	struct world_row *collection = world_person_adds(world, TABLE_COLLECTIONS);
	char id[20];

	world_person_types(world, collection, FIELD_NAME, json_new_text("shelf"));
	snprintf(id, sizeof id, "%s", collection->id);
	world_person_deletes(world, collection);
	world_person_restores(world, collection);
	assert_int_equal(rows_listed(world, TABLE_COLLECTIONS), 1);
	assert_string_equal(world_row(world, id)->id, collection->id);
	assert_string_equal(world_cell_text(collection, FIELD_NAME), "shelf");
}

/* The inverse of a link is a cell of the other row: that one is modified as well. */
static void a_link_modifies_the_row_that_it_points_to(void **state)
{
	struct world *world = *state;
	struct world_row *collection = world_person_adds(world, TABLE_COLLECTIONS);
	struct world_row *item = world_person_adds(world, TABLE_ITEMS);

	world_advance(world, 120000);
	int64_t before_ms = world_base_now_ms(world);
	world_advance(world, 1000);
	world_person_types(world, item, FIELD_COLLECTION, world_link(collection->id));
	assert_int_equal(rows_changed_since(world, before_ms), 2);
	assert_int_equal(collection->now.modified_ms[FIELD_NAME], 0);
}

/* Only one record is meant to be in it, but the inverse field does not know that. */
static void through_the_inverse_field_a_link_may_have_two(void **state)
{
	struct world *world = *state;
	struct world_row *one = world_person_adds(world, TABLE_COLLECTIONS);
	struct world_row *other = world_person_adds(world, TABLE_COLLECTIONS);
	struct world_row *item = linked_item(world, one);

	world_person_links_back(world, other, item);
	assert_int_equal(json_length(item->now.cells[FIELD_COLLECTION]), 2);
	world_person_links_back(world, other, item);
	assert_int_equal(json_length(item->now.cells[FIELD_COLLECTION]), 2);
	world_person_deletes(world, one);
	assert_string_equal(world_linked(item, FIELD_COLLECTION), other->id);
}

static struct endpoint_write write_of(const struct world_row *row, struct json_object *body)
{
	return (struct endpoint_write){
		.kind = WRITE_UPDATE, .table = TABLE_ITEMS, .id = row->id, .body = body};
}

/* The real one refuses a request as a whole; who asks here is behind what splits it until the offender stands alone. */
static void a_refused_record_leaves_the_others_alone(void **state)
{
	struct world *world = *state;
	struct endpoint rows = world_airtable_side(world);
	struct world_row *one = world_person_adds(world, TABLE_ITEMS),
			 *two = world_person_adds(world, TABLE_ITEMS);
	scoped(json_object) good = json_new_object();
	scoped(json_object) bad = json_new_object();
	struct error error;

	json_put_text(good, world_column_id(world, TABLE_ITEMS, FIELD_NAME), "a name");
	json_put_text(bad, "fldUnknown0000000", "a name");
	struct endpoint_write writes[] = {write_of(one, bad), write_of(two, good)};
	struct endpoint_ticket *ticket = rows.ops->write_start(rows.self, writes, 2);
	assert_true(rows.ops->write_finish(rows.self, &ticket, &error));
	assert_int_equal(writes[0].result, ERROR_REFUSED);
	assert_string_equal(writes[0].error.code, "UNKNOWN_FIELD_NAME");
	assert_int_equal(writes[1].result, ERROR_NONE);
	assert_string_equal(world_cell_text(two, FIELD_NAME), "a name");
	endpoint_writes_done(writes, 2);
}

static void a_row_that_is_written_twice_at_once_is_told(void **state)
{
	struct world *world = *state;
	struct endpoint rows = world_airtable_side(world);
	struct world_row *row = world_person_adds(world, TABLE_ITEMS);
	scoped(json_object) body = json_new_object();
	struct error error;

	json_put_text(body, world_column_id(world, TABLE_ITEMS, FIELD_NAME), "a name");
	for (size_t count = 1; count <= 2; count++) {
		struct endpoint_write writes[] = {write_of(row, body), write_of(row, body)};
		assert_string_equal(world->violation, "");
		struct endpoint_ticket *ticket = rows.ops->write_start(rows.self, writes, count);
		assert_true(rows.ops->write_finish(rows.self, &ticket, &error));
		endpoint_writes_done(writes, count);
	}
	assert_non_null(strstr(world->violation, "while another write of it is under way"));
	world->violation[0] = 0;
}

static void a_link_to_a_row_that_is_gone_is_refused(void **state)
{
	struct world *world = *state;
	struct endpoint rows = world_airtable_side(world);
	struct world_row *item = world_person_adds(world, TABLE_ITEMS);
	struct world_row *collection = world_person_adds(world, TABLE_COLLECTIONS);
	scoped(json_object) body = json_new_object();
	struct error error;

	world_person_deletes(world, collection);
	json_put(body, world_column_id(world, TABLE_ITEMS, FIELD_COLLECTION), world_link(collection->id));
	struct endpoint_write write = write_of(item, body);
	struct endpoint_ticket *ticket = rows.ops->write_start(rows.self, &write, 1);
	assert_true(rows.ops->write_finish(rows.self, &ticket, &error));
	assert_int_equal(write.result, ERROR_REFUSED);
	assert_string_equal(write.error.code, "ROW_DOES_NOT_EXIST");
	endpoint_writes_done(&write, 1);
}

#define CASE(name)                                                                                           \
	{                                                                                                    \
#name, name, open_world, close_world, NULL                                                   \
	}

int main(void)
{
	static const struct CMUnitTest cases[] = {
		CASE(a_losing_leaf_has_a_row_in_the_feed),
		CASE(leaves_have_their_common_ancestor),
		CASE(where_the_winning_branch_is_deleted_the_other_shows),
		CASE(compaction_leaves_revisions_without_bodies),
		CASE(a_purge_gives_no_row_and_no_tombstone),
		CASE(a_backup_takes_newer_revisions_away),
		CASE(a_write_against_an_old_revision_is_a_409),
		CASE(an_undelete_goes_on_from_the_tombstone),
		CASE(the_feed_shows_a_document_once_with_its_last_change),
		CASE(a_deleted_row_goes_out_of_the_cells_that_link_to_it),
		CASE(a_restored_row_has_its_id_and_its_cells),
		CASE(a_link_modifies_the_row_that_it_points_to),
		CASE(through_the_inverse_field_a_link_may_have_two),
		CASE(a_refused_record_leaves_the_others_alone),
		CASE(a_row_that_is_written_twice_at_once_is_told),
		CASE(a_link_to_a_row_that_is_gone_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("the worlds", cases, NULL, NULL);
}
