/* Which pictures a cache has on disk: their files' names, the order in which they were used, how many bytes they may take. Only for
 * cache.c and fill.c.
 *
 * A picture that must go is removed from the folder here. From any thread; no call waits for more than a file's removal. */
#pragma once
#include "public-images/kind.h"
#include "public-images/target.h"
#include <stdbool.h>
#include <stdint.h>

#define IMAGE_HEX_SIZE       (IMAGE_DIGEST_SIZE * 2 + 1)
#define IMAGE_FILE_NAME_SIZE 80
#define IMAGE_STAMP_S        3600 /* a file's time is written when it is older than this */
#define IMAGE_AGAIN_S        60

struct image_cache_index;

struct image_cache_entry {
	char hex[IMAGE_HEX_SIZE]; /* the digest */
	char name[IMAGE_FILE_NAME_SIZE];
	uint64_t length;
	enum image_kind kind;
	int64_t used_s,
		stamped_s; /* since 1970: when it was last used, and what the file's time says of that */
};

/* folder: its descriptor, borrowed. bytes: of all pictures; age_s: without being used. */
struct image_cache_index *image_cache_index_open(int folder, uint64_t bytes, int64_t age_s);
void image_cache_index_close(struct image_cache_index **index);
int image_cache_index_folder(const struct image_cache_index *index);

/* "<32 hex>-<length>.jpg" */
void image_cache_entry_name(struct image_cache_entry *file);
/* False: it is no name of ours. Fills hex, length, kind and name. */
bool image_cache_entry_read(const char *name, struct image_cache_entry *file_out);

/* Its file is there and whole: as the one that was used last. One that was there with that digest goes. */
void image_cache_index_put(struct image_cache_index *index, const struct image_cache_entry *file);
struct image_cache_use {
	bool stamp; /* its file's time is to be written */
	bool again; /* it was used less than IMAGE_AGAIN_S before */
};
/* Notes that it is used now. False: it is not there. */
bool image_cache_index_use(struct image_cache_index *index, const char *hex,
			   struct image_cache_entry *file_out, struct image_cache_use *use_out);
void image_cache_index_remove(struct image_cache_index *index, const char *hex);
/* Removes what is too old, and what is too much. */
void image_cache_index_tidy(struct image_cache_index *index);

/* Sets bytes aside for a picture to come; others go for it. False: they do not fit. Each is given back, before the put. */
bool image_cache_index_reserve(struct image_cache_index *index, uint64_t length);
void image_cache_index_give_back(struct image_cache_index *index, uint64_t length);

struct image_cache_index_counts {
	uint64_t pictures, bytes, evicted;
};
struct image_cache_index_counts image_cache_index_count(struct image_cache_index *index);
