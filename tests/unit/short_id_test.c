/* Short names of changes: what is one, and that those of a large history differ. */
#include "bridge/review/short_id.h"

#include "tests/unit/cases.h"

#include <stdlib.h>
#include <string.h>

static const struct short_case {
	const char *words;
	bool is;
} short_cases[] = {
	{"0a9zk3m7", true},  {"00000000", true},          {"0a9zk3m", false},  {"0a9zk3m77", false},
	{"0a9zk3mi", false}, {"0a9zk3ml", false},         {"0A9ZK3M7", false}, {"", false},
	{"zzd-hist", false}, {"zzd-history-none", false},
};

static void check_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(short_cases); i++)
		if (short_id_is(short_cases[i].words) != short_cases[i].is)
			fail_msg("%s", short_cases[i].words);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* As the app makes them: of one batch, of one moment, told apart by four digits or by the item. */
static void check_differ(void **state)
{
	enum { COUNT = 100000, SAME_MOST = 2 };
	char(*list)[SHORT_ID_SIZE] = own_alloc(COUNT * sizeof *list);
	size_t same = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		scoped_text id = own_format(
			"zzd-history-integration-i-1-1796059503000-item-i%zu-update-1796059503%03zu-%04zu",
			i % 50, i / 10000, i % 10000);
		short_id_of(id, list[i]);
		assert_true(short_id_is(list[i]));
	}
	qsort(list, COUNT, sizeof *list, compare);
	for (size_t i = 1; i < COUNT; i++)
		same += strcmp(list[i - 1], list[i]) == 0;
	assert_in_range(same, 0, SAME_MOST);
	free(list);
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("what is a short name"), check_is, NULL);
	cases_add(&cases, own_copy("those of a large history differ"), check_differ, NULL);
	return cases_run("short_id", &cases);
}
