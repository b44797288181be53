/* What conflicting leaves have in common by their revisions. Only for the engine's own files. */
#pragma once
#include "bridge/side.h"

/* The last revision that both were made of; NULL: they have none in common, or it is forgotten. Borrowed from 'leaf'. */
const char *merge_common_ancestor(const struct side_revision *other, const struct side_revision *leaf);
/* Leaves are merged in this order, each into what those before it have become. So it is compared with what it has in common with the one
 * of them that it parted from last: what that one has changed since then would come back otherwise. The place of that one; the first of
 * several. leaf > 0. */
size_t merge_nearest_leaf(const struct side_revision *leaves, size_t leaf);
