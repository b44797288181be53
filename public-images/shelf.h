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

struct image_shelf;

struct image_shelved {
	char hex[IMAGE_HEX_SIZE]; /* the digest */
	char name[IMAGE_FILE_NAME_SIZE];
	uint64_t length;
	enum image_kind kind;
	int64_t used_s,
		stamped_s; /* since 1970: when it was last used, and what the file's time says of that */
};

/* folder: its descriptor, borrowed. bytes: of all pictures; age_s: without being used. */
struct image_shelf *image_shelf_open(int folder, uint64_t bytes, int64_t age_s);
void image_shelf_close(struct image_shelf **shelf);
int image_shelf_folder(const struct image_shelf *shelf);

/* "<32 hex>-<length>.jpg" */
void image_shelved_name(struct image_shelved *shelved);
/* False: it is no name of ours. Fills hex, length, kind and name. */
bool image_shelved_read(const char *name, struct image_shelved *shelved_out);

/* Its file is there and whole: as the one that was used last. One that was there with that digest goes. */
void image_shelf_put(struct image_shelf *shelf, const struct image_shelved *shelved);
/* Notes that it is used now. 'stamp_out': its file's time is to be written. False: it is not there. */
bool image_shelf_use(struct image_shelf *shelf, const char *hex, struct image_shelved *shelved_out,
		     bool *stamp_out);
void image_shelf_remove(struct image_shelf *shelf, const char *hex);
/* Removes what is too old, and what is too much. */
void image_shelf_tidy(struct image_shelf *shelf);

/* Sets bytes aside for a picture to come; others go for it. False: they do not fit. Each is given back, before the put. */
bool image_shelf_reserve(struct image_shelf *shelf, uint64_t length);
void image_shelf_give_back(struct image_shelf *shelf, uint64_t length);

struct image_shelf_counts {
	uint64_t pictures, bytes, evicted;
};
struct image_shelf_counts image_shelf_count(struct image_shelf *shelf);
