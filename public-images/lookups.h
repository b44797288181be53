/* What the source said of its pictures, for a while. Not locked: whoever owns it is. */
#pragma once
#include "public-images/source.h"
#include <stdbool.h>

#define IMAGE_FRESH_MS     60000 /* a picture that is deleted or replaced is served for so long at most */
#define IMAGE_ABSENT_MS    5000  /* one that comes is missed for so long at most */
#define IMAGE_LOOKUPS_MOST 8192  /* with one more the one that was asked first is forgotten */

struct image_lookups;

struct image_lookups *image_lookups_open(void);
void image_lookups_close(struct image_lookups **lookups);

/* picture NULL: there is none. */
void image_lookups_put(struct image_lookups *lookups, const char *key, const struct image_picture *picture);
void image_lookups_forget(struct image_lookups *lookups, const char *key);
/* False: nothing fresh is known. picture_out is set when there is one. */
bool image_lookups_find(const struct image_lookups *lookups, const char *key, bool *there_out,
			struct image_picture *picture_out);
