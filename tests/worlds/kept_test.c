/* The histories that once failed, each in the world that it failed in and in others.
 *
 *     kept_test              all of tests/worlds/kept/
 *     kept_test FILE...      these, told step by step */
#include "tests/worlds/history.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER     "tests/worlds/kept"
#define FILE_LIMIT 20000
/* The same happens in the worlds of so many other seeds: what it found may have moved a little. Sanitizers are slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OTHER_WORLDS 5
#else
#define OTHER_WORLDS 20
#endif

static bool read_file(const char *path, char text_out[FILE_LIMIT + 1])
{
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	size_t length = fread(text_out, 1, FILE_LIMIT + 1, file);
	bool whole = feof(file) && !ferror(file);
	fclose(file);
	text_out[whole ? length : 0] = '\0';
	return whole;
}

static bool load(const char *path, struct history *history)
{
	char text[FILE_LIMIT + 1];
	struct error error = {0};

	if (!read_file(path, text)) {
		printf("# %s cannot be read\n", path);
		return false;
	}
	if (history_parse(text, history, &error))
		return true;
	printf("# %s: %s\n", path, error.text);
	return false;
}

static bool holds(const struct history *kept)
{
	bool well = true;

	for (uint64_t other = 0; other <= OTHER_WORLDS; other++) {
		struct history history = *kept;
		char broken[400];
		history.seed += other;
		if (history_run(&history, false, broken))
			continue;
		printf("# in the world of seed %llu: %s\n", (unsigned long long)history.seed, broken);
		well = false;
	}
	return well;
}

static bool tell(const char *path)
{
	struct history history;
	char broken[400];

	if (!load(path, &history))
		return false;
	bool well = history_run(&history, true, broken);
	printf("# %s: %s\n", path, well ? "every invariant holds" : broken);
	return well;
}

static int is_history(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && strcmp(end, ".history") == 0;
}

static bool check(const char *name, int number)
{
	scoped_text path = own_format(FOLDER "/%s", name);
	struct history history;
	bool well = load(path, &history) && holds(&history);

	printf("%s %d - every invariant holds in what %s keeps\n", well ? "ok" : "not ok", number, name);
	return well;
}

/* ---- the form ---- */

static const struct {
	const char *text, *complaint;
} wrong[] = {
	{"seed 1\npass: 1 2 3\n", "line 1: it does not begin with what it found"},
	{"# x\npass: 1 2 3\n", "line 2: \"pass: 1 2 3\" is not understood"},
	{"# x\nseed 1 \npass: 1 2 3\n", "line 2: \"seed 1 \" is not understood"},
	{"# x\nseed 1\n", "nothing happens in it"},
	{"# x\nseed 1\npass: 1 2 3", "the last line has no end"},
	{"# x\nseed 1\npass: 1 2\n", "line 3: \"pass: 1 2\" is not understood"},
	{"# x\nseed 1\npass: 1 2 1000\n", "line 3: \"pass: 1 2 1000\" is not understood"},
	{"# x\nseed 1\npasses: 1 2 3\n", "line 3: \"passes: 1 2 3\" is not understood"},
	{"# x\nseed 1\npass: 1 2 3 at 61\n", "line 3: \"pass: 1 2 3 at 61\" is not understood"},
	{"# x\nseed 1\npass: 1 2 3 at 0\n", "line 3: \"pass: 1 2 3 at 0\" is not understood"},
	{"# x\nseed 1\npass: 1 2 -3\n", "line 3: \"pass: 1 2 -3\" is not understood"},
	{"# x\nseed 1\nseed 2\n", "line 3: \"seed 2\" is not understood"},
};

static bool check_wrong(void)
{
	bool well = true;

	for (size_t i = 0; i < countof(wrong); i++) {
		struct history history;
		struct error error = {0};
		if (!history_parse(wrong[i].text, &history, &error) &&
		    strcmp(error.text, wrong[i].complaint) == 0)
			continue;
		printf("# \"%s\" gives \"%s\"\n", wrong[i].complaint, error.text);
		well = false;
	}
	return well;
}

static bool check_right(void)
{
	static const char text[] = "# x\n# y\nseed 18446744073709551\nfault: 4 0 999 at 60\npass: 1 2 3\n";
	struct history history;
	struct error error = {0};

	return history_parse(text, &history, &error) && history.seed == 18446744073709551U &&
	       history.count == 2 && history.events[0].a == 4 && history.events[0].c == 999 &&
	       history.events[0].at == 60 && history.events[1].b == 2 && history.events[1].at == 0;
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	bool all_well = true;

	for (int i = 1; i < argc; i++)
		all_well = tell(argv[i]) && all_well;
	if (argc > 1)
		return all_well ? 0 : 1;
	int count = scandir(FOLDER, &entries, is_history, alphasort);
	printf("1..%d\n", 2 + (count > 0 ? count : 0));
	bool right = check_right(), refused = check_wrong();
	printf("%s 1 - a history that was written down is read\n", right ? "ok" : "not ok");
	printf("%s 2 - what is not a history is refused\n", refused ? "ok" : "not ok");
	all_well = right && refused;
	for (int i = 0; i < count; i++) {
		all_well = check(entries[i]->d_name, i + 3) && all_well;
		free(entries[i]);
	}
	free(entries);
	return all_well ? 0 : 1;
}
