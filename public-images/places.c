#include "public-images/places.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/own.h"
#include <stdlib.h>

struct place {
	char *key; /* owned */
	struct place *older, *newer;
	bool there;
	struct image_picture picture;
	int64_t until_ms;
};

struct image_places {
	struct index places; /* by key */
	struct place *oldest, *newest;
};

struct image_places *image_places_open(void)
{
	return own_alloc(sizeof(struct image_places));
}

static void forget(struct image_places *places, struct place *place)
{
	index_remove(&places->places, place->key);
	*(place->older ? &place->older->newer : &places->oldest) = place->newer;
	*(place->newer ? &place->newer->older : &places->newest) = place->older;
	free(place->key);
	free(place);
}

void image_places_close(struct image_places **places)
{
	struct image_places *gone = take(*places);

	if (!gone)
		return;
	for (struct place *place = gone->oldest, *next; place; place = next) {
		next = place->newer;
		free(place->key);
		free(place);
	}
	index_done(&gone->places);
	free(gone);
}

void image_places_forget(struct image_places *places, const char *key)
{
	struct place *place = index_find(&places->places, key);

	if (place)
		forget(places, place);
}

void image_places_put(struct image_places *places, const char *key, const struct image_picture *picture)
{
	image_places_forget(places, key);
	if (places->places.count >= IMAGE_PLACES_MOST)
		forget(places, places->oldest);
	struct place *place = own_alloc(sizeof(*place));
	place->key = own_copy(key);
	place->there = picture;
	if (picture)
		place->picture = *picture;
	place->until_ms = clock_steady_ms() + (picture ? IMAGE_FRESH_MS : IMAGE_ABSENT_MS);
	index_put(&places->places, place->key, place);
	place->older = places->newest;
	*(places->newest ? &places->newest->newer : &places->oldest) = place;
	places->newest = place;
}

bool image_places_find(const struct image_places *places, const char *key, bool *there_out,
		       struct image_picture *picture_out)
{
	const struct place *place = index_find(&places->places, key);

	if (!place || place->until_ms <= clock_steady_ms())
		return false;
	*there_out = place->there;
	if (place->there)
		*picture_out = place->picture;
	return true;
}
