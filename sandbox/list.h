/* Listings that are under way: what a first page found, kept for the pages after it.
 *
 * The rows and their order are those of the first page; what the rows hold is read when its page is
 * asked for, and rows that went meanwhile are left out. */
#pragma once
#include "sandbox/store.h"

#define SANDBOX_LISTING_LIMIT 256 /* kept at once; the oldest is forgotten */

struct sandbox_listing {
	char id[SANDBOX_ID_SIZE]; /* itr… */
	struct sandbox_table *table;
	int64_t started_us;
	size_t count;
	size_t behind;                   /* the row after the last page */
	struct sandbox_record **records; /* array owned */
	struct sandbox_listing *next;    /* older */
};

/* Forgets all of a store. */
void sandbox_listings_drop(struct sandbox_store *store);
