/* Every row of a table is a case of its own: the list of cases is built from tables, then run. */
#pragma once
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct cases {
	struct CMUnitTest *list;
	size_t count;
};

/* 'name' is taken; 'row' is what the case finds in *state. */
static inline void cases_add(struct cases *cases, char *name, CMUnitTestFunction run, const void *row)
{
	cases->list = own_resize(cases->list, cases->count + 1, sizeof *cases->list);
	cases->list[cases->count++] =
		(struct CMUnitTest){.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)row};
}

static inline int cases_run(const char *group, struct cases *cases)
{
	int failed = _cmocka_run_group_tests(group, cases->list, cases->count, NULL, NULL);

	for (size_t i = 0; i < cases->count; i++)
		free((void *)(uintptr_t)cases->list[i].name);
	free(cases->list);
	*cases = (struct cases){0};
	return failed;
}

/* The rows of a table of structs that have a sentence. */
#define cases_add_table(cases, table, run)                                                                   \
	for (size_t row_ = 0; row_ < countof(table); row_++)                                                 \
	cases_add(cases, own_copy((table)[row_].sentence), run, &(table)[row_])
