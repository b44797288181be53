/* Looks pictures up at the source and brings their bytes into the cache, each once, whoever else wants it at the same time.
 *
 * What a request wants is asked for again after each wait, until the answer is another one than "wait":
 *
 *     which bytes has the picture now?  remembered for a minute (lookups.h), else the source is asked   (one flight per picture)
 *     are they in the cache?            else the source is read and the cache filled                   (one flight per digest)
 *
 * A few threads ask the source. Strangers keep none of them busy: only what has a good signature gets here, or what needs none. */
#pragma once
#include "public-images/cache.h"
#include "public-images/source.h"
#include "public-images/waiter.h"

#define IMAGE_FETCHERS 4    /* threads that ask the source */
#define IMAGE_FLIGHTS  1024 /* that wait for one of them at most */

struct image_fetch;

/* Source and cache are borrowed. */
struct image_fetch *image_fetch_open(const struct image_source *source, struct image_cache *cache);
/* Wakes all who wait, and lets nobody wait any more. What is under way is interrupted. */
void image_fetch_stop(struct image_fetch *fetch);
void image_fetch_close(struct image_fetch **fetch);

enum image_result {
	IMAGE_HERE,   /* its file is open; the caller closes the descriptor */
	IMAGE_ABSENT, /* there is no such picture, it has another digest now, or it is nothing that is served */
	IMAGE_WAIT,   /* waiter.stop() was called; after wake() ask again */
	IMAGE_STREAM,      /* it cannot be kept: 'picture' says what is to be passed on as it comes */
	IMAGE_UNAVAILABLE, /* the source cannot say, or there is too much to do: try again later */
};

/* What one request wants, through all of its asking. Begins zeroed but for the first four. */
struct image_wanted {
	struct image_waiter waiter;
	const char *database, *image;      /* borrowed */
	const struct image_digest *digest; /* borrowed; NULL: whichever it has now */

	/* of the fetch */
	struct image_picture picture; /* when 'known' */
	bool known, absent, failed, unkept;
	int fills;
};
enum image_result image_fetch_ask(struct image_fetch *fetch, struct image_wanted *wanted,
				  struct image_file *file_out);

struct image_fetch_counts {
	uint64_t finds, reads; /* calls of the source */
};
struct image_fetch_counts image_fetch_count(struct image_fetch *fetch);
