/* The importer of one integration (struct picture_importer): a thread of its own fetches and decodes, so that no cycle waits for a file.
 * Its thread begins with the first order. */
#pragma once
#include "bridge/endpoints/endpoint.h"

enum picture_imports_limits {
	IMPORTS_ORDERED_MOST = 1000, /* files that wait; each costs its URL */
	IMPORTS_AT_ONCE =
		3, /* files that are fetched, or there and not decoded yet: 64 MB each at the most */
	IMPORTS_CHILDREN_MOST = 2, /* of the whole process: a child needs up to 1 GiB */
	IMPORTS_KEPT_MS = 120000,  /* what nobody asks for by then is forgotten */
};
/* Renditions that are ready and not saved yet, above which nothing new is begun. */
#define IMPORTS_READY_BYTES ((size_t)2 << 20)

struct picture_imports;
struct picture_imports_setup {
	const char *own_airtable;    /* borrowed; as in photos/fetch.h; or NULL */
	const char *program;         /* borrowed; what decodes; NULL: this program itself */
	void (*over)(void *context); /* from the thread of the importer: something is over; or NULL */
	void *context;
};
struct picture_imports *picture_imports_open(const struct picture_imports_setup *setup);
/* The caller's thread alone uses it, until the close. */
const struct picture_importer *picture_imports_interface(const struct picture_imports *imports);
/* Whether anything is ordered and not over. */
bool picture_imports_are_under_way(struct picture_imports *imports);
/* Ends what is under way; within the time that it takes to kill a child. */
void picture_imports_close(struct picture_imports **imports);
