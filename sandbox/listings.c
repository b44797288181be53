#include "sandbox/listings.h"
#include <stdlib.h>
#include <string.h>

void sandbox_listing_free(struct sandbox_listing *listing)
{
	free(listing->records);
	free(listing);
}

void sandbox_listings_drop(struct sandbox_listing **newest)
{
	while (*newest) {
		struct sandbox_listing *listing = *newest;
		*newest = listing->next;
		sandbox_listing_free(listing);
	}
}

void sandbox_listings_expire(struct sandbox_listing **newest, int64_t now_us, int64_t life_ms)
{
	struct sandbox_listing **place = newest;

	for (size_t kept = 0; *place; kept++) {
		struct sandbox_listing *listing = *place;
		if (kept < SANDBOX_LISTING_LIMIT && now_us - listing->started_us < life_ms * 1000) {
			place = &listing->next;
			continue;
		}
		*place = listing->next;
		sandbox_listing_free(listing);
	}
}

struct sandbox_listing *sandbox_listing_find(struct sandbox_listing *newest, const char *offset)
{
	struct sandbox_listing *listing = newest;

	while (listing && strncmp(listing->id, offset, SANDBOX_ID_SIZE - 1) != 0)
		listing = listing->next;
	return listing;
}
