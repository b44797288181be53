#include "public-images/fetch.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/log.h"
#include "public-images/fill.h"
#include "public-images/places.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define FILLS_MOST 2 /* for one request: what is evicted again at once is passed on */

struct flight {
	struct flight *next;    /* in the queue */
	char *key;              /* owned */
	char *database, *image; /* owned */
	bool fills;             /* reads the bytes of 'picture'; else finds it */
	struct image_picture picture;
	struct image_waiter *waiters;
};

struct way {
	pthread_t thread;
	struct image_fetch *fetch;
	void *worker;
	struct flight *flight; /* owned; NULL: none */
};

struct image_fetch {
	const struct image_source *source;
	struct image_cache *cache;
	pthread_mutex_t lock;
	pthread_cond_t news;
	bool stopping;
	struct index flights;        /* by key */
	struct flight *first, **end; /* those that wait for a thread */
	size_t waiting;
	struct image_places *places; /* by key */
	struct image_fetch_counts counts;
	struct way ways[IMAGE_FETCH_WAYS];
	struct log log;
};

static struct image_wish *wish_of(struct image_waiter *waiter)
{
	return (struct image_wish *)(void *)waiter; /* its first member */
}

/* An image's id has no slash, so nothing else has the same key. */
static char *place_key(const char *database, const char *image)
{
	return own_format("%s/%s", database, image);
}

static char *fill_key(const struct image_digest *digest)
{
	char hex[IMAGE_DIGEST_SIZE * 2 + 1];

	sodium_bin2hex(hex, sizeof(hex), digest->bytes, sizeof(digest->bytes));
	return own_format("#%s", hex);
}

/* Takes over what is remembered, if it is fresh. */
static void recall(struct image_fetch *fetch, const char *key, struct image_wish *wish)
{
	bool there;

	if (!image_places_find(fetch->places, key, &there, &wish->picture))
		return;
	wish->known = there;
	wish->absent = !there;
}

/* ---- flights ---- */

static struct flight *start_flight(struct image_fetch *fetch, const char *key, const struct image_wish *wish,
				   bool fills)
{
	struct flight *flight = own_alloc(sizeof(*flight));

	flight->key = own_copy(key);
	flight->database = own_copy(wish->database);
	flight->image = own_copy(wish->image);
	flight->fills = fills;
	flight->picture = wish->picture;
	index_put(&fetch->flights, flight->key, flight);
	*fetch->end = flight;
	fetch->end = &flight->next;
	fetch->waiting++;
	pthread_cond_signal(&fetch->news);
	return flight;
}

static enum image_result join(struct image_fetch *fetch, const char *key, struct image_wish *wish, bool fills)
{
	struct flight *flight = index_find(&fetch->flights, key);

	if (fetch->stopping || (!flight && fetch->waiting >= IMAGE_FLIGHTS))
		return IMAGE_TROUBLE;
	if (!flight)
		flight = start_flight(fetch, key, wish, fills);
	wish->waiter.next = flight->waiters;
	flight->waiters = &wish->waiter;
	wish->waiter.stop(&wish->waiter);
	return IMAGE_WAIT;
}

static void free_flight(struct flight *flight)
{
	free(flight->key);
	free(flight->database);
	free(flight->image);
	free(flight);
}

struct landing {
	enum image_answer answer;
	bool unkept, unfit;
	struct image_picture picture;
};

static bool is_same_place(const struct flight *flight, const struct image_wish *wish)
{
	return strcmp(flight->image, wish->image) == 0 && strcmp(flight->database, wish->database) == 0;
}

static void tell(const struct flight *flight, const struct landing *landing, struct image_wish *wish)
{
	if (!flight->fills) {
		wish->troubled = landing->answer == IMAGE_UNKNOWN;
		wish->absent = landing->answer == IMAGE_NOT_THERE;
		wish->known = landing->answer == IMAGE_THERE;
		wish->picture = landing->picture;
		return;
	}
	wish->fills++;
	wish->unkept = landing->unkept;
	/* The same bytes may stand in several places: who wants them of another one asks for them there. */
	if (is_same_place(flight, wish)) {
		wish->troubled = landing->answer == IMAGE_UNKNOWN;
		wish->absent = landing->answer == IMAGE_NOT_THERE;
	}
}

/* Tells all who wait what came of it; under the lock. */
static void wake_all(struct flight *flight, const struct landing *landing)
{
	for (struct image_waiter *waiter = take(flight->waiters), *next; waiter; waiter = next) {
		next = waiter->next; /* the request may be gone once it was woken */
		tell(flight, landing, wish_of(waiter));
		waiter->wake(waiter);
	}
}

static void land(struct image_fetch *fetch, struct flight *flight, const struct landing *landing)
{
	index_remove(&fetch->flights, flight->key);
	wake_all(flight, landing);
	free_flight(flight);
}

static bool is_servable(const struct image_picture *picture)
{
	return picture->length > 0 && picture->length <= IMAGE_BYTES_MOST &&
	       image_kind_of_type(picture->content_type) != IMAGE_KIND_NONE;
}

static void find(struct image_fetch *fetch, void *worker, const struct flight *flight,
		 struct landing *landing)
{
	struct error error = {0};

	landing->answer =
		fetch->source->find(worker, flight->database, flight->image, &landing->picture, &error);
	if (landing->answer == IMAGE_UNKNOWN)
		log_warn(&fetch->log, "picture %s of %s cannot be looked up: %s", flight->image,
			 flight->database, error.text);
	if (landing->answer == IMAGE_THERE && !is_servable(&landing->picture)) {
		log_warn(&fetch->log, "picture %s of %s is not served: %llu bytes of %s", flight->image,
			 flight->database, (unsigned long long)landing->picture.length,
			 landing->picture.content_type);
		landing->answer = IMAGE_NOT_THERE;
	}
}

static bool add_to_fill(void *data, const char *bytes, size_t length)
{
	return image_fill_add(data, bytes, length);
}

static void end_fill(struct image_fetch *fetch, const struct flight *flight, struct image_fill *fill,
		     struct landing *landing)
{
	switch (image_fill_end(&fill)) {
	case IMAGE_FILLED:
		break;
	case IMAGE_FILL_UNKEPT:
		landing->unkept = true;
		break;
	case IMAGE_FILL_UNFIT:
		log_warn(
			&fetch->log,
			"picture %s of %s is not served: its bytes are not those that its document tells of, "
			"or neither JPEG nor PNG",
			flight->image, flight->database);
		landing->answer = IMAGE_NOT_THERE;
		landing->unfit = true;
	}
}

static void fill(struct image_fetch *fetch, void *worker, const struct flight *flight,
		 struct landing *landing)
{
	struct error error = {0};
	struct image_fill *filling =
		image_fill_begin(fetch->cache, &flight->picture.digest, flight->picture.length);

	landing->answer = IMAGE_THERE;
	landing->unkept = !filling;
	if (!filling)
		return;
	landing->answer = fetch->source->read(worker, flight->database, flight->image, &flight->picture,
					      add_to_fill, filling, &error);
	if (landing->answer == IMAGE_THERE) {
		end_fill(fetch, flight, filling, landing);
		return;
	}
	/* A disk that is full in the middle ends the reading, too: that is no trouble of the source. */
	landing->unkept = image_fill_is_broken(filling);
	if (landing->unkept)
		landing->answer = IMAGE_THERE;
	else if (landing->answer == IMAGE_UNKNOWN)
		log_warn(&fetch->log, "picture %s of %s cannot be read: %s", flight->image, flight->database,
			 error.text);
	image_fill_drop(&filling);
}

/* Under the lock. */
static void note(struct image_fetch *fetch, const struct flight *flight, const struct landing *landing)
{
	scoped_text key = place_key(flight->database, flight->image);

	if (!flight->fills && landing->answer != IMAGE_UNKNOWN)
		image_places_put(fetch->places, key,
				 landing->answer == IMAGE_THERE ? &landing->picture : NULL);
	else if (landing->unfit)
		image_places_put(fetch->places, key, NULL);
	else if (landing->answer == IMAGE_NOT_THERE)
		image_places_forget(fetch->places, key); /* it became another one since it was looked up */
}

static void fly(struct way *way)
{
	struct image_fetch *fetch = way->fetch;
	struct landing landing = {0};

	(way->flight->fills ? fill : find)(fetch, way->worker, way->flight, &landing);
	pthread_mutex_lock(&fetch->lock);
	note(fetch, way->flight, &landing);
	land(fetch, take(way->flight), &landing);
	pthread_mutex_unlock(&fetch->lock);
}

static bool take_flight(struct way *way)
{
	struct image_fetch *fetch = way->fetch;

	pthread_mutex_lock(&fetch->lock);
	while (!fetch->first && !fetch->stopping)
		pthread_cond_wait(&fetch->news, &fetch->lock);
	struct flight *flight = fetch->stopping ? NULL : fetch->first;
	if (flight) {
		fetch->first = flight->next;
		if (!fetch->first)
			fetch->end = &fetch->first;
		fetch->waiting--;
		*(flight->fills ? &fetch->counts.reads : &fetch->counts.finds) += 1;
	}
	way->flight = flight;
	pthread_mutex_unlock(&fetch->lock);
	return flight;
}

static void *run(void *context)
{
	struct way *way = context;

	while (take_flight(way))
		fly(way);
	return NULL;
}

/* ---- asking ---- */

static bool has_wanted_digest(const struct image_wish *wish)
{
	return !wish->digest || memcmp(wish->digest, &wish->picture.digest, sizeof(*wish->digest)) == 0;
}

/* Whether it is known now what the picture is; else result_out says what to do. */
static bool ask_what(struct image_fetch *fetch, struct image_wish *wish, enum image_result *result_out)
{
	scoped_text key = place_key(wish->database, wish->image);

	if (wish->troubled) {
		*result_out = IMAGE_TROUBLE;
		return false;
	}
	pthread_mutex_lock(&fetch->lock);
	if (!wish->known && !wish->absent)
		recall(fetch, key, wish);
	*result_out = wish->known || wish->absent ? IMAGE_ABSENT : join(fetch, key, wish, false);
	bool known = wish->known && !wish->absent;
	pthread_mutex_unlock(&fetch->lock);
	return known && has_wanted_digest(wish);
}

static enum image_result ask_to_fill(struct image_fetch *fetch, struct image_wish *wish,
				     struct image_file *file_out)
{
	scoped_text key = fill_key(&wish->picture.digest);

	pthread_mutex_lock(&fetch->lock);
	/* Again: the last fill may have ended in between. */
	enum image_result result = image_cache_find(fetch->cache, &wish->picture.digest, file_out)
					   ? IMAGE_HERE
					   : join(fetch, key, wish, true);
	pthread_mutex_unlock(&fetch->lock);
	return result;
}

enum image_result image_fetch_ask(struct image_fetch *fetch, struct image_wish *wish,
				  struct image_file *file_out)
{
	enum image_result result;

	if (!ask_what(fetch, wish, &result))
		return result;
	if (image_cache_find(fetch->cache, &wish->picture.digest, file_out))
		return IMAGE_HERE;
	if (wish->unkept || wish->fills >= FILLS_MOST)
		return IMAGE_STREAM;
	return ask_to_fill(fetch, wish, file_out);
}

struct image_fetch_counts image_fetch_count(struct image_fetch *fetch)
{
	pthread_mutex_lock(&fetch->lock);
	struct image_fetch_counts counts = fetch->counts;
	pthread_mutex_unlock(&fetch->lock);
	return counts;
}

/* ---- beginning and end ---- */

struct image_fetch *image_fetch_open(const struct image_source *source, struct image_cache *cache)
{
	struct image_fetch *fetch = own_alloc(sizeof(*fetch));

	fetch->source = source;
	fetch->cache = cache;
	fetch->places = image_places_open();
	fetch->end = &fetch->first;
	fetch->log = log_context(NULL, "pictures");
	pthread_mutex_init(&fetch->lock, NULL);
	pthread_cond_init(&fetch->news, NULL);
	for (size_t i = 0; i < IMAGE_FETCH_WAYS; i++) {
		struct way *way = &fetch->ways[i];
		*way = (struct way){.fetch = fetch, .worker = source->open(source->context)};
		if (pthread_create(&way->thread, NULL, run, way) != 0)
			own_out_of_memory();
	}
	return fetch;
}

void image_fetch_stop(struct image_fetch *fetch)
{
	const struct landing none = {.answer = IMAGE_UNKNOWN};

	pthread_mutex_lock(&fetch->lock);
	fetch->stopping = true;
	while (fetch->first) {
		struct flight *flight = fetch->first;
		fetch->first = flight->next;
		land(fetch, flight, &none);
	}
	fetch->end = &fetch->first;
	fetch->waiting = 0;
	for (size_t i = 0; i < IMAGE_FETCH_WAYS; i++)
		if (fetch->ways[i].flight)
			wake_all(fetch->ways[i].flight, &none);
	pthread_cond_broadcast(&fetch->news);
	pthread_mutex_unlock(&fetch->lock);
	for (size_t i = 0; i < IMAGE_FETCH_WAYS; i++)
		if (fetch->source->interrupt)
			fetch->source->interrupt(fetch->ways[i].worker);
}

void image_fetch_close(struct image_fetch **fetch)
{
	struct image_fetch *gone = take(*fetch);

	if (!gone)
		return;
	image_fetch_stop(gone);
	for (size_t i = 0; i < IMAGE_FETCH_WAYS; i++) {
		pthread_join(gone->ways[i].thread, NULL);
		gone->source->close(gone->ways[i].worker);
	}
	image_places_close(&gone->places);
	index_done(&gone->flights);
	pthread_cond_destroy(&gone->news);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}
