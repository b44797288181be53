/* How far work is that takes a while, and the sentences for it: every ten seconds, and at its end when any was told. The app
 * links, which are written a minute after the rows, are counted apart. Pure: the steady clock is given. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_limits {
	PROGRESS_EVERY_MS = 10000,
	PROGRESS_LINKS_EVERY_MS =
		600000, /* app links, while there are always some that wait for their quiet minute */
	PROGRESS_LINKS_MANY = 1000,     /* so many of them are told as soon as they take */
	PROGRESS_LINKS_MANY_MS = 60000, /* this long */
};

/* {0}: nothing is under way. */
struct progress {
	int64_t begun_ms; /* 0: nothing is under way */
	int64_t told_ms;
	bool told;             /* a line told of this work */
	int64_t read, done;    /* records that were read; documents and rows that were worked off */
	int64_t links;         /* app links that were written and not told yet */
	int64_t links_from_ms; /* when the first of them was */
};

/* Records are read, which may be the beginning. */
void progress_note_read(struct progress *progress, int64_t count, int64_t now_ms);
/* Working off begins, or goes on. */
void progress_begin(struct progress *progress, int64_t now_ms);
void progress_note_link(struct progress *progress, int64_t now_ms);

/* The sentence that is due, or NULL; the caller frees. left: documents and rows that are still to be worked off. */
bool progress_is_due(const struct progress *progress, int64_t now_ms);
char *progress_take_message(struct progress *progress, int64_t left, int64_t now_ms);
/* Of work that has come to its end: NULL when it took no time that anybody noticed. */
char *progress_take_end(struct progress *progress, int64_t now_ms);
/* Of the app links, when none waits any more or it has been long. */
char *progress_take_links(struct progress *progress, bool any_waits, int64_t now_ms);
