/* What saves of pictures, and of their links to items, look up: the documents of a cache. */
#pragma once
#include "bridge/memory/document_cache.h"
#include "inventory/view.h"

struct picture_view {
	struct document_cache documents; /* what is saved in it is to be written */
	struct json_object
		*odd_links; /* borrowed; {_id: [item ids]}, links whose ids do not say their item; or NULL */
	struct json_object
		*unsure; /* owned; {_id: null}; pictures of which not all links are found: left to the app */
};
void picture_view_done(struct picture_view *view);
/* Nothing is saved yet. */
void picture_view_begin(struct picture_view *view);
/* Borrows the view. */
struct inventory_view picture_view_of(struct picture_view *view);
/* Takes what saves have made, in the place of what is stored. */
void picture_view_save(struct picture_view *view, struct json_object *bodies);
