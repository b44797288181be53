/* What conflicting leaves have in common, as their lineages of revisions tell it. Only for the engine's own files. */
#pragma once
#include "bridge/endpoints/endpoint.h"

/* The newest revision that both were made of, or are; NULL: they have none in common, or it is forgotten. Borrowed from 'leaf'. */
const char *merge_common_ancestor(const struct endpoint_revision *other,
				  const struct endpoint_revision *leaf);
/* Of the leaves before 'leaf', the place of the nearest: the one that it parted from last; of several the first; 0 where it has nothing in
 * common with any. leaf > 0.
 *
 * Leaves are merged in their order, each into what those before it have become. What both had when the leaf parted from the nearest is
 * what it is compared with. Against anything older, what the nearest one has removed since would seem to be new, and come back. */
size_t merge_nearest_leaf(const struct endpoint_revision *leaves, size_t leaf);
