/* What becomes of the photos that people attach: an importer in memory, whose files end as a test says. It is lost with the process. */
#pragma once
#include "tests/worlds/world.h"

#define WORLD_IMPORT_MS 2000 /* a file is there, and is a picture or none, after this long */

enum world_photo {
	PHOTO_WORKS,
	PHOTO_WORKS_LATE, /* after 50 s */
	PHOTO_LOST_ONCE,  /* nothing is under its first URL */
	PHOTO_IS_LOST,    /* nor under any other */
	PHOTO_FAILS,      /* for now */
	PHOTO_IS_NONE,    /* it is no picture */
};
/* What comes of files of this name, without what stands behind its first dot, from now on. Files of one name have the same bytes, those
 * of the picture of this id. */
void world_photos_end(struct world *world, const char *stem, enum world_photo end);

/* What could not be fetched can be. Whether there was any such file. */
bool world_photos_all_end(struct world *world);

/* ---- of the sides ---- */

/* Of a process that starts: nothing is ordered. NULL: there are no pictures. */
const struct picture_importer *world_importer(struct world *world);
/* A row is shown: each of its files has a URL that is good for a while. */
void world_put_url(struct world *world, struct json_object *attachment);
/* What a database makes of renditions that it is given. */
void world_store_renditions(struct world *world, struct json_object *image);
/* As endpoint_ops.picture_digests. */
void world_picture_digests(const struct world *world, struct json_object *into);

/* ---- asking ---- */

/* A file is under way, or has come and nobody was told; but for those that are tried for ever. */
bool world_is_importing(const struct world *world);
/* How often files of this name were ordered. */
unsigned world_ordered_photos(const struct world *world, const char *stem);
/* Whether this attachment ends as no picture, as far as it is known. */
bool world_is_no_picture(const struct world *world, struct json_object *attachment);
/* No bytes are stored twice. */
void world_judge_twins(struct world *world);
