#include "public-images/fetch.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/log.h"
#include "public-images/fill.h"
#include "public-images/lookups.h"
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

struct fetcher {
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
	struct image_lookups *lookups; /* by key */
	struct image_fetch_counts counts;
	struct fetcher fetchers[IMAGE_FETCHERS];
	struct log log;
};

static struct image_wanted *wanted_of(struct image_waiter *waiter)
{
	return (struct image_wanted *)(void *)waiter; /* its first member */
}

/* An image's id has no slash, so nothing else has the same key. */
static char *lookup_key(const char *database, const char *image)
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
static void recall(struct image_fetch *fetch, const char *key, struct image_wanted *wanted)
{
	bool there;

	if (!image_lookups_find(fetch->lookups, key, &there, &wanted->picture))
		return;
	wanted->known = there;
	wanted->absent = !there;
}

/* ---- flights ---- */

static struct flight *start_flight(struct image_fetch *fetch, const char *key,
				   const struct image_wanted *wanted, bool fills)
{
	struct flight *flight = own_alloc(sizeof(*flight));

	flight->key = own_copy(key);
	flight->database = own_copy(wanted->database);
	flight->image = own_copy(wanted->image);
	flight->fills = fills;
	flight->picture = wanted->picture;
	index_put(&fetch->flights, flight->key, flight);
	*fetch->end = flight;
	fetch->end = &flight->next;
	fetch->waiting++;
	pthread_cond_signal(&fetch->news);
	return flight;
}

static enum image_result join(struct image_fetch *fetch, const char *key, struct image_wanted *wanted,
			      bool fills)
{
	struct flight *flight = index_find(&fetch->flights, key);

	if (fetch->stopping || (!flight && fetch->waiting >= IMAGE_FLIGHTS))
		return IMAGE_UNAVAILABLE;
	if (!flight)
		flight = start_flight(fetch, key, wanted, fills);
	wanted->waiter.next = flight->waiters;
	flight->waiters = &wanted->waiter;
	wanted->waiter.stop(&wanted->waiter);
	return IMAGE_WAIT;
}

static void free_flight(struct flight *flight)
{
	free(flight->key);
	free(flight->database);
	free(flight->image);
	free(flight);
}

struct outcome {
	enum image_answer answer;
	bool unkept, unfit;
	struct image_picture picture;
};

static bool is_same_picture(const struct flight *flight, const struct image_wanted *wanted)
{
	return strcmp(flight->image, wanted->image) == 0 && strcmp(flight->database, wanted->database) == 0;
}

static void tell(const struct flight *flight, const struct outcome *outcome, struct image_wanted *wanted)
{
	if (!flight->fills) {
		wanted->failed = outcome->answer == IMAGE_UNKNOWN;
		wanted->absent = outcome->answer == IMAGE_NOT_THERE;
		wanted->known = outcome->answer == IMAGE_THERE;
		wanted->picture = outcome->picture;
		return;
	}
	wanted->fills++;
	wanted->unkept = outcome->unkept;
	/* The same bytes may stand in several places: who wants them of another one asks for them there. */
	if (is_same_picture(flight, wanted)) {
		wanted->failed = outcome->answer == IMAGE_UNKNOWN;
		wanted->absent = outcome->answer == IMAGE_NOT_THERE;
	}
}

/* Tells all who wait what came of it; under the lock. */
static void wake_all(struct flight *flight, const struct outcome *outcome)
{
	for (struct image_waiter *waiter = take(flight->waiters), *next; waiter; waiter = next) {
		next = waiter->next; /* the request may be gone once it was woken */
		tell(flight, outcome, wanted_of(waiter));
		waiter->wake(waiter);
	}
}

static void finish(struct image_fetch *fetch, struct flight *flight, const struct outcome *outcome)
{
	index_remove(&fetch->flights, flight->key);
	wake_all(flight, outcome);
	free_flight(flight);
}

static bool is_servable(const struct image_picture *picture)
{
	return picture->length > 0 && picture->length <= IMAGE_BYTES_MOST &&
	       image_kind_of_type(picture->content_type) != IMAGE_KIND_NONE;
}

static void find(struct image_fetch *fetch, void *worker, const struct flight *flight,
		 struct outcome *outcome)
{
	struct error error = {0};

	outcome->answer =
		fetch->source->find(worker, flight->database, flight->image, &outcome->picture, &error);
	if (outcome->answer == IMAGE_UNKNOWN)
		log_warn(&fetch->log, "picture %s of %s cannot be looked up: %s", flight->image,
			 flight->database, error.text);
	if (outcome->answer == IMAGE_THERE && !is_servable(&outcome->picture)) {
		log_warn(&fetch->log, "picture %s of %s is not served: %llu bytes of %s", flight->image,
			 flight->database, (unsigned long long)outcome->picture.length,
			 outcome->picture.content_type);
		outcome->answer = IMAGE_NOT_THERE;
	}
}

static bool add_to_fill(void *data, const char *bytes, size_t length)
{
	return image_fill_add(data, bytes, length);
}

static void end_fill(struct image_fetch *fetch, const struct flight *flight, struct image_fill *fill,
		     struct outcome *outcome)
{
	switch (image_fill_end(&fill)) {
	case IMAGE_FILLED:
		break;
	case IMAGE_FILL_UNKEPT:
		outcome->unkept = true;
		break;
	case IMAGE_FILL_UNFIT:
		log_warn(
			&fetch->log,
			"picture %s of %s is not served: its bytes are not those that its document tells of, "
			"or neither JPEG nor PNG",
			flight->image, flight->database);
		outcome->answer = IMAGE_NOT_THERE;
		outcome->unfit = true;
	}
}

static void fill(struct image_fetch *fetch, void *worker, const struct flight *flight,
		 struct outcome *outcome)
{
	struct error error = {0};
	struct image_fill *filling =
		image_fill_begin(fetch->cache, &flight->picture.digest, flight->picture.length);

	outcome->answer = IMAGE_THERE;
	outcome->unkept = !filling;
	if (!filling)
		return;
	outcome->answer = fetch->source->read(worker, flight->database, flight->image, &flight->picture,
					      add_to_fill, filling, &error);
	if (outcome->answer == IMAGE_THERE) {
		end_fill(fetch, flight, filling, outcome);
		return;
	}
	/* A disk that is full in the middle ends the reading, too: that is no trouble of the source. */
	outcome->unkept = image_fill_is_broken(filling);
	if (outcome->unkept)
		outcome->answer = IMAGE_THERE;
	else if (outcome->answer == IMAGE_UNKNOWN)
		log_warn(&fetch->log, "picture %s of %s cannot be read: %s", flight->image, flight->database,
			 error.text);
	image_fill_drop(&filling);
}

/* Under the lock. */
static void note(struct image_fetch *fetch, const struct flight *flight, const struct outcome *outcome)
{
	scoped_text key = lookup_key(flight->database, flight->image);

	if (!flight->fills && outcome->answer != IMAGE_UNKNOWN)
		image_lookups_put(fetch->lookups, key,
				  outcome->answer == IMAGE_THERE ? &outcome->picture : NULL);
	else if (outcome->unfit)
		image_lookups_put(fetch->lookups, key, NULL);
	else if (outcome->answer == IMAGE_NOT_THERE)
		image_lookups_forget(fetch->lookups, key); /* it became another one since it was looked up */
}

static void run_flight(struct fetcher *fetcher)
{
	struct image_fetch *fetch = fetcher->fetch;
	struct outcome outcome = {0};

	(fetcher->flight->fills ? fill : find)(fetch, fetcher->worker, fetcher->flight, &outcome);
	pthread_mutex_lock(&fetch->lock);
	note(fetch, fetcher->flight, &outcome);
	finish(fetch, take(fetcher->flight), &outcome);
	pthread_mutex_unlock(&fetch->lock);
}

static bool take_flight(struct fetcher *fetcher)
{
	struct image_fetch *fetch = fetcher->fetch;

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
	fetcher->flight = flight;
	pthread_mutex_unlock(&fetch->lock);
	return flight;
}

static void *run(void *context)
{
	struct fetcher *fetcher = context;

	while (take_flight(fetcher))
		run_flight(fetcher);
	return NULL;
}

/* ---- asking ---- */

static bool has_wanted_digest(const struct image_wanted *wanted)
{
	return !wanted->digest ||
	       memcmp(wanted->digest, &wanted->picture.digest, sizeof(*wanted->digest)) == 0;
}

/* Whether it is known now what the picture is; else result_out says what to do. */
static bool ask_what(struct image_fetch *fetch, struct image_wanted *wanted, enum image_result *result_out)
{
	scoped_text key = lookup_key(wanted->database, wanted->image);

	if (wanted->failed) {
		*result_out = IMAGE_UNAVAILABLE;
		return false;
	}
	pthread_mutex_lock(&fetch->lock);
	if (!wanted->known && !wanted->absent)
		recall(fetch, key, wanted);
	*result_out = wanted->known || wanted->absent ? IMAGE_ABSENT : join(fetch, key, wanted, false);
	bool known = wanted->known && !wanted->absent;
	pthread_mutex_unlock(&fetch->lock);
	return known && has_wanted_digest(wanted);
}

static enum image_result ask_to_fill(struct image_fetch *fetch, struct image_wanted *wanted,
				     struct image_file *file_out)
{
	scoped_text key = fill_key(&wanted->picture.digest);

	pthread_mutex_lock(&fetch->lock);
	/* Again: the last fill may have ended in between. */
	enum image_result result = image_cache_find(fetch->cache, &wanted->picture.digest, file_out)
					   ? IMAGE_HERE
					   : join(fetch, key, wanted, true);
	pthread_mutex_unlock(&fetch->lock);
	return result;
}

enum image_result image_fetch_ask(struct image_fetch *fetch, struct image_wanted *wanted,
				  struct image_file *file_out)
{
	enum image_result result;

	if (!ask_what(fetch, wanted, &result))
		return result;
	if (image_cache_find(fetch->cache, &wanted->picture.digest, file_out))
		return IMAGE_HERE;
	if (wanted->unkept || wanted->fills >= FILLS_MOST)
		return IMAGE_STREAM;
	return ask_to_fill(fetch, wanted, file_out);
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
	fetch->lookups = image_lookups_open();
	fetch->end = &fetch->first;
	fetch->log = log_context(NULL, "pictures");
	pthread_mutex_init(&fetch->lock, NULL);
	pthread_cond_init(&fetch->news, NULL);
	for (size_t i = 0; i < IMAGE_FETCHERS; i++) {
		struct fetcher *fetcher = &fetch->fetchers[i];
		*fetcher = (struct fetcher){.fetch = fetch, .worker = source->open(source->context)};
		if (pthread_create(&fetcher->thread, NULL, run, fetcher) != 0)
			own_out_of_memory();
	}
	return fetch;
}

void image_fetch_stop(struct image_fetch *fetch)
{
	const struct outcome none = {.answer = IMAGE_UNKNOWN};

	pthread_mutex_lock(&fetch->lock);
	fetch->stopping = true;
	while (fetch->first) {
		struct flight *flight = fetch->first;
		fetch->first = flight->next;
		finish(fetch, flight, &none);
	}
	fetch->end = &fetch->first;
	fetch->waiting = 0;
	for (size_t i = 0; i < IMAGE_FETCHERS; i++)
		if (fetch->fetchers[i].flight)
			wake_all(fetch->fetchers[i].flight, &none);
	pthread_cond_broadcast(&fetch->news);
	pthread_mutex_unlock(&fetch->lock);
	for (size_t i = 0; i < IMAGE_FETCHERS; i++)
		if (fetch->source->interrupt)
			fetch->source->interrupt(fetch->fetchers[i].worker);
}

void image_fetch_close(struct image_fetch **fetch)
{
	struct image_fetch *gone = take(*fetch);

	if (!gone)
		return;
	image_fetch_stop(gone);
	for (size_t i = 0; i < IMAGE_FETCHERS; i++) {
		pthread_join(gone->fetchers[i].thread, NULL);
		gone->source->close(gone->fetchers[i].worker);
	}
	image_lookups_close(&gone->lookups);
	index_done(&gone->flights);
	pthread_cond_destroy(&gone->news);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}
