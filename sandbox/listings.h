/* Listings that are under way: what a first page found, kept for the pages after it.
 *
 * The rows and their order are those of the first page; what the rows hold is read when its page is
 * asked for, and rows that went meanwhile are left out. */
#pragma once
#include "sandbox/ids.h"
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_LISTING_LIMIT 256 /* kept at once; the oldest is forgotten */

struct sandbox_table;
struct sandbox_record;

struct sandbox_listing {
	char id[SANDBOX_ID_SIZE]; /* itr… */
	struct sandbox_table *table;
	int64_t started_us;
	size_t count;
	size_t behind;                   /* the row after the last page */
	struct sandbox_record **records; /* array owned */
	struct sandbox_listing *next;    /* older */
};

void sandbox_listing_free(struct sandbox_listing *listing);
/* Of those that are kept, newest first: forgets all. */
void sandbox_listings_drop(struct sandbox_listing **newest);
/* Forgets what is past the limit or too old. */
void sandbox_listings_expire(struct sandbox_listing **newest, int64_t now_us, int64_t life_ms);
/* Whose id the offset begins with, or NULL. */
struct sandbox_listing *sandbox_listing_find(struct sandbox_listing *newest, const char *offset);
