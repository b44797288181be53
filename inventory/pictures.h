/* The pictures of an item, in the order in which people put them. Pure. */
#pragma once
#include "inventory/view.h"

/* The links of an item to its pictures, valid and with an order, in that order: an array of documents, which the caller frees. */
must_use bool pictures_links_of_item(const struct inventory_view *view, const char *item_id,
				     struct json_object **links_out, struct error *error);
/* What a picture's file is called: "<image id>.png" or ".jpg"; the caller frees. NULL: the document has no image-1440, or there is no
 * document. */
char *pictures_filename(const char *image_id, struct json_object *image);

/* An array of {"image_id", "filename"} ("<image id>.png" or ".jpg"); the caller frees. A link without an order, one
 * that is not valid, and one whose picture is gone or has no image-1440 are left out. */
must_use bool pictures_of_item(const struct inventory_view *view, const char *item_id,
			       struct json_object **pictures_out, struct error *error);

/* The id of the picture whose large rendition has this digest ("md5-…"), so that the same bytes are kept once; NULL: there is none
 * that is valid. Of several the first by _id. The caller frees. */
must_use bool pictures_find_digest(const struct inventory_view *view, const char *digest, char **image_id_out,
				   struct error *error);
