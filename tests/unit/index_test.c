/* base/index against a plain list: random texts are put, replaced, sought and removed. */
#include "base/index.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define KEYS  500
#define STEPS 20000

static void agrees_with_a_list(void **state)
{
	static char keys[KEYS][16];
	void *values[KEYS] = {NULL};
	struct index index = {0};
	unsigned random = 1;
	size_t there = 0;

	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		snprintf(keys[i], sizeof keys[i], "item-%zu", i);
	for (size_t step = 0; step < STEPS; step++) {
		random = random * 1103515245u + 12345u;
		size_t i = (random >> 8) % KEYS;
		void *value = &keys[(random >> 4) % KEYS];
		bool remove = (random >> 24) % 3 == 0;
		if (remove) {
			assert_ptr_equal(index_remove(&index, keys[i]), values[i]);
			there -= values[i] != NULL;
			values[i] = NULL;
		} else {
			index_put(&index, keys[i], value);
			there += values[i] == NULL;
			values[i] = value;
		}
		assert_int_equal(index.count, there);
		size_t asked = (random >> 12) % KEYS;
		assert_ptr_equal(index_find(&index, keys[asked]), values[asked]);
	}
	for (size_t i = 0; i < KEYS; i++)
		assert_ptr_equal(index_find(&index, keys[i]), values[i]);
	index_done(&index);
}

static void an_empty_one_has_nothing(void **state)
{
	struct index index = {0};

	(void)state;
	assert_null(index_find(&index, "a"));
	assert_null(index_remove(&index, "a"));
	index_put(&index, "", &index);
	assert_ptr_equal(index_find(&index, ""), &index);
	assert_null(index_find(&index, "a"));
	index_done(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_list),
		cmocka_unit_test(an_empty_one_has_nothing),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
