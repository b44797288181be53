/* The ends of a recording and of its play, side by side. */
#pragma once
#include "tests/scenarios/recording.h"

enum difference_place { PLACE_DOCUMENT, PLACE_ROW, PLACE_HISTORY };

/* One thing that is not as recorded. Missing on one side: that value is NULL. */
struct difference {
	enum difference_place place;
	char *table; /* owned; of a row, else NULL */
	char *id;    /* owned; a document's _id, a row's record id, what a history is about */
	const char *
		key; /* owned; of the document's data ("" for a key beside it: see 'top'), a column; NULL: all of it */
	bool top;                          /* the key is beside 'data' */
	struct json_object *theirs, *ours; /* owned */
	const char *excuse;                /* the entry that explains it, or NULL */
};
struct differences {
	size_t count;
	struct difference *list; /* owned */
};
void differences_done(struct differences *differences);
struct differences recording_compare(const struct recording *recording, const struct ends *ours);
/* One line. The caller frees. */
char *difference_words(const struct difference *difference);

/* Absent, null, "", [], false, 0-length: the same empty cell. */
bool value_is_empty(struct json_object *value);
/* In a document or a cell: the same for whoever looks at it. Numbers to 1e-6, lists of rows in any order. */
bool value_equal(struct json_object *one, struct json_object *other);
