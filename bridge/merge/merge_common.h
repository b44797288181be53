/* What conflicting leaves have in common, by their lineages of revisions. */
#pragma once
#include "bridge/endpoints/endpoint.h"

/* The newest revision that both were made of, or that one of them is; NULL: there is none, or CouchDB has forgotten it. Borrowed
 * from 'leaf'. */
const char *merge_common_ancestor(const struct endpoint_revision *other,
				  const struct endpoint_revision *leaf);
/* The place of the leaf nearest to 'leaf' among those before it: the one that it parted from last, of several the first; 0 if it
 * has nothing in common with any. leaf > 0.
 *
 * Leaves are merged in their order, each into what those before it have become. A leaf is compared with what it had in common
 * with the nearest one. Compared with anything older, what the nearest one has removed since would look new, and come back. */
size_t merge_nearest_leaf(const struct endpoint_revision *leaves, size_t leaf);
