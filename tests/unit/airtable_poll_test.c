/* The position in a table's changes: what is asked, what is left out, what is forgotten. */
#include "bridge/endpoints/airtable_poll.h"

#include "tests/unit/cases.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000
#define LOOK   1700000000000 /* 2023-11-14T22:13:20Z */

static struct json_object *ids(size_t count)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < count; i++) {
		scoped_text id = own_format("rec%014zu", i);
		json_append(list, json_new_text(id));
	}
	return list;
}

static struct json_object *look(struct json_object *before, int64_t at_ms, size_t rows)
{
	struct json_object *seen = ids(rows), *next = poll_position_next(before, at_ms, seen);

	json_release(seen);
	json_release(before);
	return next;
}

static char *formula(struct json_object *position)
{
	struct text words = {0};

	poll_formula(position, &words);
	return text_take(&words);
}

static void a_first_look_asks_with_the_overlap(void **state)
{
	scoped(json_object) position = poll_position_new(LOOK);
	scoped_text words = formula(position);

	(void)state;
	assert_string_equal(words,
			    "OR(IS_AFTER(CREATED_TIME(),DATETIME_PARSE('2023-11-14T22:12:20.000Z')),"
			    "IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('2023-11-14T22:12:20.000Z')))");
}

static void few_rows_are_read_again(void **state)
{
	scoped(json_object) position = look(poll_position_new(LOOK), LOOK + SECOND, POLL_NAMED_FROM - 1);
	scoped_text words = formula(position);

	(void)state;
	assert_null(strstr(words, "RECORD_ID"));
	assert_non_null(strstr(words, "22:12:21.000Z"));
}

static void many_rows_are_left_out_unless_modified_since(void **state)
{
	scoped(json_object) position = look(poll_position_new(LOOK), LOOK + SECOND, POLL_NAMED_FROM);
	scoped_text words = formula(position);

	(void)state;
	assert_non_null(strstr(words, "NOT(OR(RECORD_ID()='rec00000000000000'"));
	/* Rows modified in the last two seconds before they were seen are read once more. */
	assert_non_null(strstr(words, "LAST_MODIFIED_TIME(),DATETIME_PARSE('2023-11-14T22:13:19.000Z')"));
	/* The others from the overlap on. */
	assert_non_null(strstr(words, "LAST_MODIFIED_TIME(),DATETIME_PARSE('2023-11-14T22:12:21.000Z')"));
}

static void what_was_left_out_stays_so_while_the_overlap_reaches_it(void **state)
{
	struct json_object *position = look(poll_position_new(LOOK), LOOK, 200);

	(void)state;
	position = look(position, LOOK + 30 * SECOND, 0);
	scoped_text within = formula(position);
	assert_non_null(strstr(within, "rec00000000000199"));
	position = look(position, LOOK + 61 * SECOND, 0);
	scoped_text past = formula(position);
	assert_null(strstr(past, "RECORD_ID"));
	json_release(position);
}

static void no_more_are_named_than_the_limit(void **state)
{
	scoped(json_object) position = look(poll_position_new(LOOK), LOOK, POLL_NAMED_LIMIT + 1);
	scoped_text words = formula(position);

	(void)state;
	assert_non_null(strstr(words, "rec00000000004999"));
	assert_null(strstr(words, "rec00000000005000"));
}

static void a_position_survives_its_json(void **state)
{
	scoped(json_object) position = look(poll_position_new(LOOK), LOOK, 70);
	scoped_text text = json_write(position);
	scoped(json_object) read = NULL;
	struct error error;

	(void)state;
	assert_true(json_read(text, strlen(text), &read, NULL, &error));
	scoped_text before = formula(position);
	scoped_text after = formula(read);
	assert_string_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_look_asks_with_the_overlap),
		cmocka_unit_test(few_rows_are_read_again),
		cmocka_unit_test(many_rows_are_left_out_unless_modified_since),
		cmocka_unit_test(what_was_left_out_stays_so_while_the_overlap_reaches_it),
		cmocka_unit_test(no_more_are_named_than_the_limit),
		cmocka_unit_test(a_position_survives_its_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
