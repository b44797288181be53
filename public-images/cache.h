/* Pictures on disk, by digest: a folder of files that hold the bytes and nothing else.
 *
 * A file has its picture's digest, length and kind in its name ("<32 hex>-<length>.jpg") and gets that name only when it is whole and
 * on the disk. So whatever a crash leaves behind is known by its name, and removed at the next start. The folder belongs to the
 * cache: files of other names in it are left alone, but no other process may use it meanwhile.
 *
 * The cache holds at most so many bytes: what was not used for longest goes first. What was not used for a long time goes in any
 * case. A file's time of modification says when it was last used, and is written at most once an hour. Nothing here is the only
 * copy of anything: each failure only means that a picture is not kept. From any thread. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "public-images/cache_index.h"
#include "public-images/cache_memory.h"
#include "public-images/kind.h"
#include "public-images/target.h"
#include <stdint.h>

struct image_cache;

#define IMAGE_CACHE_LOCK "lock"  /* the file in the folder that a running cache holds */
#define IMAGE_CACHE_PART ".part" /* behind the name of a file that is not whole */

struct image_cache_limits {
	uint64_t bytes;
	int64_t age_s; /* without being used */
};

/* The folder is made when it is not there (its parent must be). Removes leftovers, what is too old, and what is too much. From now
 * on the process ignores SIGXFSZ, if it did nothing else with it.
 * ERROR_FATAL: the folder cannot be used, or another process uses it. */
must_use bool image_cache_open(const char *folder, const struct image_cache_limits *limits,
			       struct image_cache **cache_out, struct error *error);
void image_cache_close(
	struct image_cache **cache); /* every fill must have ended, and every file be done with */

/* A picture's bytes, in its file or in memory. They stay readable when the picture leaves the cache meanwhile. */
struct image_file {
	int descriptor;            /* -1: they are in memory */
	struct image_bytes *bytes; /* NULL: they are in the file */
	uint64_t length;
	enum image_kind kind;
};
void image_file_done(struct image_file *file);
/* False: it is not there. What is asked for again within a minute is read into memory, where there is room for it. */
must_use bool image_cache_find(struct image_cache *cache, const struct image_digest *digest,
			       struct image_file *file_out);

struct image_cache_counts {
	uint64_t pictures, bytes;
	uint64_t evicted, unkept; /* since the start */
	uint64_t bytes_in_memory;
};
struct image_cache_counts image_cache_count(struct image_cache *cache);
/* Removes what is too old now. To be called now and then. */
void image_cache_tidy(struct image_cache *cache);

/* Only for fill.c: what is on the disk, and a word to the log that a picture was not kept. */
struct image_cache_index *image_cache_index_of(struct image_cache *cache);
void image_cache_note_unkept(struct image_cache *cache, const char *why);
