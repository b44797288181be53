/* The indexes over the pairs: the queue's two lines, times, who is stopped by what, who stands in what. */
#include "bridge/index/drop_pairs.h"
#include "bridge/index/parents.h"
#include "bridge/index/waits.h"
#include "tests/unit/cases.h"

#include <stdio.h>

#define MANY 300

static struct pair *numbered(struct pairs *pairs, enum table table, size_t number)
{
	char id[16];

	snprintf(id, sizeof id, "%04zu", number);
	return pairs_want(pairs, table, id);
}

/* ---- the queue ---- */

static bool is_even(void *context, const struct pair *pair)
{
	(void)context;
	return (pair->id[3] - '0') % 2 == 0;
}

static bool is_ready(void *context, const struct pair *pair)
{
	(void)context;
	return pair != NULL;
}

static void edits_go_first_and_others_get_their_share(void **state)
{
	struct pairs pairs;
	struct pair *taken[QUEUE_TAKE_MOST];
	struct queue_wish wish = {.limit = 40, .batch = 1, .is_ready = is_ready};

	(void)state;
	pairs_init(&pairs);
	for (size_t i = 0; i < MANY; i++)
		pairs_queue(&pairs, numbered(&pairs, TABLE_ITEMS, i), JOB_DOCUMENT);
	for (size_t i = 0; i < MANY; i++) {
		struct pair *made = numbered(&pairs, TABLE_COLLECTIONS, i);
		made->state = ENTRY_PAIR;
		pairs_queue(&pairs, made, JOB_DOCUMENT);
	}
	assert_int_equal(queue_take(&pairs.queue, &wish, taken), 40);
	for (size_t i = 0; i < 30; i++)
		assert_ptr_equal(taken[i], numbered(&pairs, TABLE_COLLECTIONS, i));
	for (size_t i = 0; i < 10; i++)
		assert_ptr_equal(taken[30 + i], numbered(&pairs, TABLE_ITEMS, i));
	assert_int_equal(pairs.queue.count, 2 * MANY - 40);
	pairs_done(&pairs);
}

static void all_come_once_in_their_order(void **state)
{
	struct pairs pairs;
	struct pair *taken[QUEUE_TAKE_MOST];
	struct queue_wish wish = {.limit = 7, .batch = 1, .is_ready = is_even};
	size_t next = 0, count;

	(void)state;
	pairs_init(&pairs);
	for (size_t i = 0; i < MANY; i++) {
		pairs_queue(&pairs, numbered(&pairs, TABLE_ITEMS, i), JOB_DOCUMENT);
		pairs_queue(&pairs, numbered(&pairs, TABLE_ITEMS, i), JOB_ROW);
	}
	while ((count = queue_take(&pairs.queue, &wish, taken)) > 0)
		for (size_t i = 0; i < count; i++, next += 2)
			assert_ptr_equal(taken[i], numbered(&pairs, TABLE_ITEMS, next));
	assert_int_equal(next, MANY);
	wish.is_ready = is_ready;
	for (next = 1; (count = queue_take(&pairs.queue, &wish, taken)) > 0;)
		for (size_t i = 0; i < count; i++, next += 2)
			assert_ptr_equal(taken[i], numbered(&pairs, TABLE_ITEMS, next));
	assert_int_equal(next, MANY + 1);
	assert_int_equal(pairs.queue.count, 0);
	pairs_done(&pairs);
}

static void whole_batches_while_more_is_behind(void **state)
{
	struct pairs pairs;
	struct pair *taken[QUEUE_TAKE_MOST];
	struct queue_wish wish = {.limit = 100, .batch = 10, .is_ready = is_even};

	(void)state;
	pairs_init(&pairs);
	for (size_t i = 0; i < 50; i++)
		pairs_queue(&pairs, numbered(&pairs, TABLE_ITEMS, i), JOB_DOCUMENT);
	assert_int_equal(queue_take(&pairs.queue, &wish, taken), 20);
	wish.is_ready = is_ready;
	assert_int_equal(queue_take(&pairs.queue, &wish, taken), 30);
	pairs_done(&pairs);
}

/* Its mark waits behind what is yet to be made; an edit of it does not, and it is taken once. */
static void an_edit_overtakes_the_mark(void **state)
{
	struct pairs pairs;
	struct pair *taken[QUEUE_TAKE_MOST];
	struct queue_wish wish = {.limit = 4, .batch = 1, .is_ready = is_ready};

	(void)state;
	pairs_init(&pairs);
	struct pair *made = pairs_want(&pairs, TABLE_COLLECTIONS, "made");
	made->state = ENTRY_PAIR;
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < 6; i++)
			pairs_queue(&pairs, numbered(&pairs, TABLE_ITEMS, i), JOB_DOCUMENT);
		pairs_queue(&pairs, made, JOB_APP_LINK);
		pairs_queue(&pairs, made, JOB_DOCUMENT);
		pairs_queue(&pairs, made, JOB_APP_LINK);
		assert_int_equal(pairs.queue.count, 7);
		assert_int_equal(queue_take(&pairs.queue, &wish, taken), 4);
		assert_ptr_equal(taken[0], made);
		pairs_queue(&pairs, made, JOB_APP_LINK);
		assert_int_equal(queue_take(&pairs.queue, &wish, taken), 4);
		for (size_t i = 0; i < 3; i++)
			assert_ptr_equal(taken[i], numbered(&pairs, TABLE_ITEMS, 3 + i));
		assert_ptr_equal(taken[3], made);
		assert_int_equal(pairs.queue.count, 0);
		assert_int_equal(queue_take(&pairs.queue, &wish, taken), 0);
	}
	pairs_done(&pairs);
}

/* ---- times ---- */

static void the_earliest_is_known(void **state)
{
	struct pairs pairs;
	unsigned random = 7;

	(void)state;
	pairs_init(&pairs);
	for (size_t step = 0; step < 20 * MANY; step++) {
		random = random * 1103515245u + 12345u;
		enum due_kind kind = random >> 30 & 1 ? DUE_APP_LINK : DUE_AGAIN;
		pairs_set_due(&pairs, numbered(&pairs, TABLE_ITEMS, (random >> 8) % MANY), kind,
			      (random >> 16) % 5 == 0 ? 0 : 1 + (random >> 4) % 10000);
		int64_t earliest = 0;
		for (size_t i = 0; step % 100 == 0 && i < pairs.count; i++)
			for (size_t k = 0; k < DUE_KINDS; k++) {
				int64_t at_ms = pair_due_ms(pairs.list[i], (enum due_kind)k);
				if (at_ms && (!earliest || at_ms < earliest))
					earliest = at_ms;
			}
		if (step % 100 == 0)
			assert_int_equal(pairs_queue_due(&pairs, 0), earliest);
	}
	assert_int_equal(pairs.queue.count, 0);
	int64_t next_ms = pairs_queue_due(&pairs, 5000);
	for (size_t i = 0; i < pairs.count; i++)
		for (size_t kind = 0; kind < DUE_KINDS; kind++) {
			int64_t at_ms = pair_due_ms(pairs.list[i], (enum due_kind)kind);
			assert_true(at_ms == 0 || (at_ms > 5000 && at_ms >= next_ms));
		}
	assert_int_equal(pairs_queue_due(&pairs, 10000), 0);
	pairs_done(&pairs);
}

/* ---- stopped by others ---- */

static void who_was_refused_is_found_by_the_cause(void **state)
{
	struct pairs pairs;
	struct json_object *blocked_by = json_new_array();

	(void)state;
	pairs_init(&pairs);
	struct pair *cause = pairs_want(&pairs, TABLE_ITEMS, "cause"),
		    *one = pairs_want(&pairs, TABLE_ITEMS, "one"),
		    *two = pairs_want(&pairs, TABLE_ITEMS, "two");
	json_append(blocked_by, json_new_text("item-cause"));
	json_append(blocked_by, json_new_text("item-other"));
	pairs_set_blocked_by(&pairs, one, blocked_by);
	pairs_set_blocked_by(&pairs, two, blocked_by);
	pairs_set_blocked_by(&pairs, one, NULL);
	pairs_requeue_refused(&pairs, cause);
	assert_false(one->queued);
	assert_true(two->queued);
	json_release(blocked_by);
	pairs_done(&pairs);
}

static void who_waits_is_found_by_the_row_or_the_place(void **state)
{
	struct pairs pairs;
	const char *record = "rec1";

	(void)state;
	pairs_init(&pairs);
	struct pair *place = pairs_want(&pairs, TABLE_COLLECTIONS, "c"),
		    *by_row = pairs_want(&pairs, TABLE_ITEMS, "by-row"),
		    *by_place = pairs_want(&pairs, TABLE_ITEMS, "by-place"),
		    *unknown = pairs_want(&pairs, TABLE_ITEMS, "unknown"),
		    *other = pairs_want(&pairs, TABLE_ITEMS, "other");
	const char *another = "rec2";
	pairs_set_parents(&pairs, by_place, "c", NULL);
	pairs_set_waits(&pairs, by_row, WAITS_FOR_DOCUMENT, &record, 1);
	pairs_set_waits(&pairs, other, WAITS_FOR_DOCUMENT, &another, 1);
	pairs_set_waits(&pairs, unknown, WAITS_FOR_DOCUMENT, NULL, 0);
	pairs_set_waits(&pairs, by_place, WAITS_FOR_ROW, NULL, 0);
	pairs_set_record(&pairs, place, "rec1", false);
	pairs_requeue_if_free(&pairs, by_place);
	assert_false(by_place->queued);
	place->state = ENTRY_PAIR;
	pairs_requeue_waiting(&pairs, place);
	assert_true(by_row->queued && by_place->queued && unknown->queued);
	assert_false(other->queued);
	pairs_done(&pairs);
}

/* ---- standing ---- */

static size_t contents(const struct pair *place)
{
	size_t count = 0;

	for (const struct pair *content = place->contents; content;
	     content = pair_next_content(content, place))
		count++;
	return count;
}

static void contents_follow_where_documents_stand(void **state)
{
	struct pairs pairs;
	unsigned random = 3;

	(void)state;
	pairs_init(&pairs);
	struct pair *one = pairs_want(&pairs, TABLE_COLLECTIONS, "one");
	struct pair *two = pairs_want(&pairs, TABLE_COLLECTIONS, "two");
	for (size_t step = 0; step < 10 * MANY; step++) {
		random = random * 1103515245u + 12345u;
		const char *const ids[] = {"one", "two", NULL};
		pairs_set_parents(&pairs, numbered(&pairs, TABLE_ITEMS, (random >> 8) % MANY),
				  ids[(random >> 20) % 3], NULL);
	}
	size_t expected[2] = {0};
	for (size_t i = 0; i < pairs.count; i++) {
		expected[0] += pairs.list[i]->parents[TABLE_COLLECTIONS].parent == one;
		expected[1] += pairs.list[i]->parents[TABLE_COLLECTIONS].parent == two;
	}
	assert_int_equal(contents(one), expected[0]);
	assert_int_equal(contents(two), expected[1]);
	assert_true(expected[0] > 50 && expected[1] > 50);
	for (size_t i = 0; i < MANY; i++)
		pairs_set_parents(&pairs, numbered(&pairs, TABLE_ITEMS, i), NULL, NULL);
	assert_false(pair_has_contents(one));
	assert_false(pair_has_contents(two));
	pairs_done(&pairs);
}

static void a_container_is_higher_than_its_contents(void **state)
{
	struct pairs pairs;

	(void)state;
	pairs_init(&pairs);
	struct pair *box = pairs_want(&pairs, TABLE_ITEMS, "box"),
		    *shelf = pairs_want(&pairs, TABLE_ITEMS, "shelf"),
		    *pen = pairs_want(&pairs, TABLE_ITEMS, "pen");
	pairs_set_parents(&pairs, pen, NULL, "box");
	pairs_set_parents(&pairs, box, NULL, "shelf");
	pairs_set_parents(&pairs, shelf, NULL, "shelf");
	pairs_queue(&pairs, shelf, JOB_ROW);
	pairs_queue(&pairs, pen, JOB_ROW);
	for (int turn = 0; turn < 2; turn++) {
		pairs_measure(&pairs);
		assert_int_equal(pen->height, 0);
		assert_int_equal(box->height, 1);
		assert_true(shelf->height >= 2);
	}
	pairs_done(&pairs);
}

/* Neither side has them and nothing is remembered. Who is pointed to, waits or is to be looked at stays. */
static void what_has_ended_is_dropped(void **state)
{
	struct pairs pairs;

	(void)state;
	pairs_init(&pairs);
	struct pair *gone = pairs_want(&pairs, TABLE_ITEMS, "gone"),
		    *pen = pairs_want(&pairs, TABLE_ITEMS, "pen"),
		    *box = pairs_want(&pairs, TABLE_ITEMS, "box"),
		    *due = pairs_want(&pairs, TABLE_ITEMS, "due"),
		    *grave = pairs_want(&pairs, TABLE_ITEMS, "grave"),
		    *row = pairs_want(&pairs, TABLE_ITEMS, "row"),
		    *tabbed = pairs_want(&pairs, TABLE_ITEMS, "a\tb");
	for (size_t i = 0; i < pairs.count; i++) {
		pairs.list[i]->scope_doubted = false;
		pairs.list[i]->document = PAIR_DOCUMENT_TOMBSTONE;
	}
	pairs.doubted_count = 0;
	pen->document = PAIR_DOCUMENT_THERE;
	grave->state = ENTRY_RETIRED;
	pairs_set_parents(&pairs, pen, NULL, "box");
	pairs_set_parents(&pairs, gone, NULL, "box");
	pairs_set_due(&pairs, due, DUE_AGAIN, 5);
	pairs_set_record(&pairs, row, "rec1", true);
	values_set(&pairs.values, gone, VALUE_REFERENCE, "1");
	assert_int_equal(pairs_drop_ended(&pairs), 2);
	assert_int_equal(pairs.count, 5);
	assert_null(pairs_find(&pairs, TABLE_ITEMS, "gone"));
	assert_null(pairs_find_shown(&pairs, TABLE_ITEMS, "a b"));
	assert_null(values_first(&pairs.values, VALUE_REFERENCE, "1"));
	assert_ptr_equal(box->contents, pen);
	assert_null(pair_next_content(pen, box));
	(void)tabbed;

	pen->document = PAIR_DOCUMENT_TOMBSTONE;
	pairs_set_parents(&pairs, pen, NULL, NULL);
	pairs_set_due(&pairs, due, DUE_AGAIN, 0);
	assert_int_equal(pairs_drop_ended(&pairs), 3);
	assert_ptr_equal(pairs_find(&pairs, TABLE_ITEMS, "grave"), grave);
	assert_ptr_equal(pairs_by_record(&pairs, "rec1"), row);
	pairs_done(&pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_go_first_and_others_get_their_share),
		cmocka_unit_test(all_come_once_in_their_order),
		cmocka_unit_test(whole_batches_while_more_is_behind),
		cmocka_unit_test(an_edit_overtakes_the_mark),
		cmocka_unit_test(the_earliest_is_known),
		cmocka_unit_test(who_was_refused_is_found_by_the_cause),
		cmocka_unit_test(who_waits_is_found_by_the_row_or_the_place),
		cmocka_unit_test(contents_follow_where_documents_stand),
		cmocka_unit_test(a_container_is_higher_than_its_contents),
		cmocka_unit_test(what_has_ended_is_dropped),
	};

	return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
