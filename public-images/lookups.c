#include "public-images/lookups.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/own.h"
#include <stdlib.h>

struct lookup {
	char *key; /* owned */
	struct lookup *older, *newer;
	bool there;
	struct image_picture picture;
	int64_t until_ms;
};

struct image_lookups {
	struct index by_key; /* by key */
	struct lookup *oldest, *newest;
};

struct image_lookups *image_lookups_open(void)
{
	return own_alloc(sizeof(struct image_lookups));
}

static void forget(struct image_lookups *lookups, struct lookup *lookup)
{
	index_remove(&lookups->by_key, lookup->key);
	*(lookup->older ? &lookup->older->newer : &lookups->oldest) = lookup->newer;
	*(lookup->newer ? &lookup->newer->older : &lookups->newest) = lookup->older;
	free(lookup->key);
	free(lookup);
}

void image_lookups_close(struct image_lookups **lookups)
{
	struct image_lookups *gone = take(*lookups);

	if (!gone)
		return;
	for (struct lookup *lookup = gone->oldest, *next; lookup; lookup = next) {
		next = lookup->newer;
		free(lookup->key);
		free(lookup);
	}
	index_done(&gone->by_key);
	free(gone);
}

void image_lookups_forget(struct image_lookups *lookups, const char *key)
{
	struct lookup *lookup = index_find(&lookups->by_key, key);

	if (lookup)
		forget(lookups, lookup);
}

void image_lookups_put(struct image_lookups *lookups, const char *key, const struct image_picture *picture)
{
	image_lookups_forget(lookups, key);
	if (lookups->by_key.count >= IMAGE_LOOKUPS_MOST)
		forget(lookups, lookups->oldest);
	struct lookup *lookup = own_alloc(sizeof(*lookup));
	lookup->key = own_copy(key);
	lookup->there = picture;
	if (picture)
		lookup->picture = *picture;
	lookup->until_ms = clock_steady_ms() + (picture ? IMAGE_FRESH_MS : IMAGE_ABSENT_MS);
	index_put(&lookups->by_key, lookup->key, lookup);
	lookup->older = lookups->newest;
	*(lookups->newest ? &lookups->newest->newer : &lookups->oldest) = lookup;
	lookups->newest = lookup;
}

bool image_lookups_find(const struct image_lookups *lookups, const char *key, bool *there_out,
			struct image_picture *picture_out)
{
	const struct lookup *lookup = index_find(&lookups->by_key, key);

	if (!lookup || lookup->until_ms <= clock_steady_ms())
		return false;
	*there_out = lookup->there;
	if (lookup->there)
		*picture_out = lookup->picture;
	return true;
}
