/* What the source said of its pictures, for a while. Not locked: whoever owns it is. */
#pragma once
#include "public-images/source.h"
#include <stdbool.h>

#define IMAGE_FRESH_MS    60000 /* a picture that is deleted or replaced is served for so long at most */
#define IMAGE_ABSENT_MS   5000  /* one that comes is missed for so long at most */
#define IMAGE_PLACES_MOST 8192  /* with one more the one that was asked first is forgotten */

struct image_places;

struct image_places *image_places_open(void);
void image_places_close(struct image_places **places);

/* picture NULL: there is none. */
void image_places_put(struct image_places *places, const char *key, const struct image_picture *picture);
void image_places_forget(struct image_places *places, const char *key);
/* False: nothing fresh is known. picture_out is set when there is one. */
bool image_places_find(const struct image_places *places, const char *key, bool *there_out,
		       struct image_picture *picture_out);
