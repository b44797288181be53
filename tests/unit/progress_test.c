/* Work that takes a while tells every ten seconds how far it is; app links are counted apart. By a clock of its own. */
#include "bridge/progress/progress.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#include <string.h>

#define BEGIN_MS 5000000

static void expect(char *message, const char *expected)
{
	if (!expected)
		assert_null(message);
	else
		assert_string_equal(message ? message : "(none)", expected);
	free(message);
}

static const struct moment {
	const char *about;
	int64_t at_ms, done, left;
	const char *words;
} moments[] = {
	{"nothing in the first seconds", 9999, 400, 2600, NULL},
	{"after ten", 10000, 480, 2520,
	 "progress: 480 of 3000 documents and rows, 48 a second, about 53 s left"},
	{"not twice", 10001, 480, 2520, NULL},
	{"again ten seconds later", 20000, 960, 2040,
	 "progress: 960 of 3000 documents and rows, 48 a second, about 43 s left"},
	{"what comes in the meantime counts", 30000, 1440, 2000,
	 "progress: 1440 of 3440 documents and rows, 48 a second, about 42 s left"},
	{"later than that once", 62000, 3440, 0,
	 "progress: 3440 of 3440 documents and rows, 55 a second, about 0 s left"},
};

static void every_ten_seconds(void **state)
{
	struct progress progress = {0};

	(void)state;
	progress_begin(&progress, BEGIN_MS);
	for (size_t i = 0; i < countof(moments); i++) {
		progress.done = moments[i].done;
		progress_begin(&progress, BEGIN_MS + moments[i].at_ms); /* a cycle that goes on */
		expect(progress_take_message(&progress, moments[i].left, BEGIN_MS + moments[i].at_ms),
		       moments[i].words);
	}
	expect(progress_take_end(&progress, BEGIN_MS + 62100),
	       "progress: 3440 of 3440 documents and rows in 63 s");
	expect(progress_take_end(&progress, BEGIN_MS + 62200), NULL);
}

static const struct sentence_case {
	const char *sentence;
	int64_t took_ms, read, done, left;
	const char *words;
} sentence_cases[] = {
	{"only read so far", 10000, 12000, 0, 0, "progress: 12000 documents and rows are read"},
	{"one is read", 10000, 1, 0, 0, "progress: 1 document or row is read"},
	{"none is done yet", 10000, 0, 0, 3000, "progress: 0 of 3000 documents and rows"},
	{"one", 10000, 0, 1, 0, "progress: 1 of 1 document or row, 0.1 a second, about 0 s left"},
	{"minutes", 10000, 0, 500, 100000,
	 "progress: 500 of 100500 documents and rows, 50 a second, about 33 min left"},
	{"hours", 100000, 0, 500, 100000,
	 "progress: 500 of 100500 documents and rows, 5.0 a second, about 6 h left"},
};

static void check_sentence(void **state)
{
	const struct sentence_case *row = *state;
	struct progress progress = {0};

	if (row->read)
		progress_note_read(&progress, row->read, BEGIN_MS);
	progress_begin(&progress, BEGIN_MS);
	progress.done = row->done;
	expect(progress_take_message(&progress, row->left, BEGIN_MS + row->took_ms), row->words);
}

static void quick_work_is_silent(void **state)
{
	struct progress progress = {0};

	(void)state;
	progress_begin(&progress, BEGIN_MS);
	progress.done = 15;
	expect(progress_take_message(&progress, 0, BEGIN_MS + 900), NULL);
	expect(progress_take_end(&progress, BEGIN_MS + 1000), NULL);
	expect(progress_take_message(&progress, 0, BEGIN_MS + 100000), NULL);
}

static void the_rate_is_that_of_the_work(void **state)
{
	struct progress progress = {0};

	(void)state;
	progress_note_read(&progress, 3000, BEGIN_MS);
	progress_begin(&progress, BEGIN_MS + 9000);
	progress.done = 100;
	expect(progress_take_message(&progress, 2900, BEGIN_MS + 11000),
	       "progress: 100 of 3000 documents and rows, 50 a second, about 58 s left");
}

/* In 34 cycles, and told in one line. */
static void app_links_are_one_line(void **state)
{
	struct progress progress = {0};

	(void)state;
	for (int cycle = 0; cycle < 34; cycle++) {
		for (int link = 0; link < (cycle < 33 ? 90 : 30); link++)
			progress_note_link(&progress, BEGIN_MS + 300 * cycle);
		expect(progress_take_end(&progress, BEGIN_MS + 300 * cycle), NULL);
		expect(progress_take_links(&progress, cycle < 33, BEGIN_MS + 300 * cycle),
		       cycle < 33 ? NULL
				  : "3000 app links are written: the app's own screens know these rows now");
	}
	expect(progress_take_links(&progress, false, BEGIN_MS + 999999), NULL);
	progress_note_link(&progress, BEGIN_MS);
	expect(progress_take_links(&progress, false, BEGIN_MS + 100),
	       "1 app link is written: the app's own screens know these rows now");
}

static void app_links_do_not_wait_for_ever(void **state)
{
	struct progress progress = {0};

	(void)state;
	progress_note_link(&progress, BEGIN_MS);
	expect(progress_take_links(&progress, true, BEGIN_MS + PROGRESS_LINKS_EVERY_MS - 1), NULL);
	expect(progress_take_links(&progress, true, BEGIN_MS + PROGRESS_LINKS_EVERY_MS),
	       "1 app link is written: the app's own screens know these rows now");
	for (int link = 0; link < PROGRESS_LINKS_MANY; link++)
		progress_note_link(&progress, BEGIN_MS);
	expect(progress_take_links(&progress, true, BEGIN_MS + PROGRESS_LINKS_MANY_MS),
	       "1000 app links are written: the app's own screens know these rows now");
}

int main(void)
{
	struct cases cases = {0};

	cases_add(&cases, own_copy("every ten seconds"), every_ten_seconds, NULL);
	cases_add_table(&cases, sentence_cases, check_sentence);
	cases_add(&cases, own_copy("quick work is silent"), quick_work_is_silent, NULL);
	cases_add(&cases, own_copy("reading before it does not slow the rate"), the_rate_is_that_of_the_work,
		  NULL);
	cases_add(&cases, own_copy("app links of many cycles are one line"), app_links_are_one_line, NULL);
	cases_add(&cases, own_copy("app links that go on coming are told"), app_links_do_not_wait_for_ever,
		  NULL);
	return cases_run("progress", &cases);
}
