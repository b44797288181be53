/* What holds for every text that json_read() is given; shared by json.c and json_limits.c. */
#pragma once
#include "tests/fuzz/fuzz.h"

static inline void must_name_flaws(const struct json_flaws *flaws)
{
	for (size_t i = 0; i < flaws->count && i < JSON_FLAW_LIMIT; i++) {
		const struct json_flaw *flaw = &flaws->kept[i];
		must(flaw->path[0] == '\0' || flaw->path[0] == '/');
		must(flaw->what[0] != '\0' && text_is_utf8(flaw->what, strlen(flaw->what)));
		must(json_flaws_below(flaws, flaw->path) != NULL);
	}
	must((flaws->count > 0) == (json_flaws_below(flaws, "") != NULL));
}

/* With its flaws named a text is read, or is no JSON; strictly it is read just when it has no flaw, and as the same. */
static inline void try_json(const char *bytes, size_t length, bool far_from_limits)
{
	scoped(json_object) strict = NULL;
	scoped(json_object) lenient = NULL;
	struct json_flaws flaws = {0};
	struct error strictly = {0}, leniently = {0};
	bool is_strict = json_read(bytes, length, &strict, NULL, &strictly);
	bool is_lenient = json_read(bytes, length, &lenient, &flaws, &leniently);

	must(is_strict == (is_lenient && flaws.count == 0));
	must(is_strict ||
	     (strictly.kind == ERROR_REFUSED && text_is_utf8(strictly.text, strlen(strictly.text))));
	must(is_lenient || leniently.kind == ERROR_REFUSED);
	if (is_strict) {
		must(json_equal(strict, lenient));
		/* Without its spaces a text may take less memory: one at the limit is then beyond it. */
		if (far_from_limits)
			must_survive_writing(strict);
	} else if (is_lenient) {
		must_name_flaws(&flaws);
		scoped(json_object) copy = json_copy(lenient);
		scoped_text words = json_write(lenient); /* for the log */
		must(json_equal(copy, lenient));
	}
	if (is_lenient)
		json_flaws_done(&flaws);
}
