/* Counts in words: of one thing as of one. */
#include "bridge/daemon/cycle_message.h"
#include "tests/unit/cases.h"

#include <string.h>

static const struct work_case {
	const char *sentence;
	struct sync_counts before, now;
	const char *words;
} work_cases[] = {
	{"nothing", {0}, {0}, "wrote 0 documents; made 0 rows, changed 0, deleted 0"},
	{"one of each",
	 {0},
	 {.documents_written = 1, .rows_created = 1, .rows_updated = 1, .rows_deleted = 1},
	 "wrote 1 document; made 1 row, changed 1, deleted 1"},
	{"several",
	 {0},
	 {.documents_written = 2, .rows_created = 3, .rows_updated = 4, .rows_deleted = 5},
	 "wrote 2 documents; made 3 rows, changed 4, deleted 5"},
	{"what came since",
	 {.documents_written = 9, .rows_created = 11},
	 {.documents_written = 10, .rows_created = 11},
	 "wrote 1 document; made 0 rows, changed 0, deleted 0"},
	{"app links are counted apart",
	 {0},
	 {.documents_written = 4, .app_links_written = 3, .rows_created = 3},
	 "wrote 1 document; made 3 rows, changed 0, deleted 0; wrote 3 app links"},
	{"and are nothing to tell alone",
	 {0},
	 {.documents_written = 1, .app_links_written = 1},
	 "wrote 0 documents; made 0 rows, changed 0, deleted 0; wrote 1 app link"},
};

static void check_work(void **state)
{
	const struct work_case *row = *state;
	struct text text = {0};

	cycle_message_add(&text, &row->before, &row->now);
	scoped_text words = text_take(&text);
	assert_string_equal(words, row->words);
	bool links_alone = row->now.app_links_written && !row->now.rows_created;
	bool nothing = memcmp(&row->before, &row->now, sizeof row->now) == 0;
	assert_int_equal(cycle_wrote(&row->before, &row->now), !nothing && !links_alone);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, work_cases, check_work);
	return cases_run("cycle_message", &cases);
}
