/* What is saved of a file that somebody attached: the picture, unless the database has it, and the item's link to it. */
#pragma once
#include "bridge/documents/picture_view.h"
#include "bridge/job/batch.h"
#include "bridge/job/job_images.h"
#include "inventory/save.h"

/* Whether the item gets a picture now. */
bool import_is_linked(const struct picture_decision *decision);
/* Saves the picture into the view, as save_document() does it, with size and digest, which the database would say. Nothing, if the view
 * has it. */
must_use bool import_save_image(struct batch *batch, struct job *job, const struct picture_decision *decision,
				struct picture_view *view, const struct inventory_source *source,
				struct error *error);
/* "item_image-<item>-<image>"; the caller frees. */
char *import_link_id(const struct job *job, const struct picture_decision *decision);
/* The link, in its place, or behind all others; 'place' counts the item's pictures. The caller frees. */
struct datum *import_link(const struct job *job, const struct picture_decision *decision, int place);
