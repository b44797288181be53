#include "bridge/admin/events.h"
#include "base/clock.h"
#include "base/text.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK_BYTES 256

struct stream {
	struct stream *next, **place;
	struct events *events;
	struct MHD_Connection *connection;
	uint64_t session; /* a hash of it */
	uint64_t told;    /* the number that it knows of */
	int64_t began_ms, said_ms;
	bool greeted, aside;
};

struct events {
	uint64_t (*version)(void *context);
	void *context;
	pthread_t thread;
	bool joined;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t news;
	bool closing;
	uint64_t shown; /* the number as it was last */
	struct stream *first;
};

/* ---- what a stream says ---- */

static bool is_over(const struct stream *stream, int64_t now_ms)
{
	return stream->events->closing || now_ms - stream->began_ms >= EVENTS_LAST_MS;
}

static bool is_due(const struct stream *stream, int64_t now_ms)
{
	return stream->told != stream->events->shown || now_ms - stream->said_ms >= EVENTS_ALIVE_MS;
}

struct words {
	size_t length;
	const char *bytes;
};
#define WORDS(literal) ((struct words){sizeof(literal) - 1, literal})

static struct words next_words(struct stream *stream)
{
	if (!stream->greeted) {
		stream->greeted = true;
		return WORDS("retry: 5000\n\n");
	}
	if (stream->told == stream->events->shown)
		return WORDS(": alive\n\n");
	stream->told = stream->events->shown;
	return WORDS("data: changed\n\n");
}

static ssize_t say(struct stream *stream, char *buffer, size_t room)
{
	int64_t now_ms = clock_steady_ms();

	if (is_over(stream, now_ms))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (stream->greeted && !is_due(stream, now_ms)) {
		MHD_suspend_connection(stream->connection);
		stream->aside = true;
		return 0;
	}
	const struct words words = next_words(stream);
	if (words.length > room) /* less than BLOCK_BYTES: never */
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memcpy(buffer, words.bytes, words.length);
	stream->said_ms = now_ms;
	return (ssize_t)words.length;
}

static ssize_t on_room(void *context, uint64_t position, char *buffer, size_t room)
{
	struct stream *stream = context;

	(void)position;
	pthread_mutex_lock(&stream->events->lock);
	ssize_t length = say(stream, buffer, room);
	pthread_mutex_unlock(&stream->events->lock);
	return length;
}

/* ---- the thread of all ---- */

static void wake(struct events *events)
{
	int64_t now_ms = clock_steady_ms();

	for (struct stream *stream = events->first; stream; stream = stream->next) {
		if (!stream->aside || !(is_over(stream, now_ms) || is_due(stream, now_ms)))
			continue;
		stream->aside = false;
		MHD_resume_connection(stream->connection);
	}
}

static void wait_a_while(struct events *events)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += EVENTS_LOOK_MS / 1000;
	pthread_cond_timedwait(&events->news, &events->lock, &until);
}

static void *watch(void *context)
{
	struct events *events = context;

	pthread_mutex_lock(&events->lock);
	while (!events->closing) {
		while (!events->first && !events->closing)
			pthread_cond_wait(&events->news, &events->lock);
		pthread_mutex_unlock(&events->lock);
		uint64_t shown = events->version(events->context);
		pthread_mutex_lock(&events->lock);
		events->shown = shown;
		wake(events);
		if (!events->closing)
			wait_a_while(events);
	}
	wake(events);
	pthread_mutex_unlock(&events->lock);
	return NULL;
}

/* ---- streams come and go ---- */

static bool has_room(const struct events *events, uint64_t session)
{
	unsigned all = 0, own = 0;

	for (const struct stream *stream = events->first; stream; stream = stream->next) {
		all++;
		own += stream->session == session;
	}
	return !events->closing && all < EVENTS_MOST && own < EVENTS_MOST_PER_SESSION;
}

static void on_end(void *context)
{
	struct stream *stream = context;

	pthread_mutex_lock(&stream->events->lock);
	*stream->place = stream->next;
	if (stream->next)
		stream->next->place = stream->place;
	pthread_mutex_unlock(&stream->events->lock);
	free(stream);
}

/* It may be told of a change that its page has already: of one since the thread looked last. */
static struct stream *add(struct events *events, struct MHD_Connection *connection, uint64_t session)
{
	struct stream *stream = own_alloc(sizeof *stream);

	*stream = (struct stream){
		.next = events->first,
		.place = &events->first,
		.events = events,
		.connection = connection,
		.session = session,
		.told = events->shown,
		.began_ms = clock_steady_ms(),
	};
	if (stream->next)
		stream->next->place = &stream->next;
	events->first = stream;
	pthread_cond_signal(&events->news);
	return stream;
}

struct MHD_Response *events_stream(struct events *events, struct MHD_Connection *connection,
				   const char *session)
{
	uint64_t hash = text_hash(session);
	struct stream *stream = NULL;

	pthread_mutex_lock(&events->lock);
	if (has_room(events, hash))
		stream = add(events, connection, hash);
	pthread_mutex_unlock(&events->lock);
	if (!stream)
		return NULL;
	struct MHD_Response *response =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_room, stream, on_end);
	if (!response)
		own_out_of_memory();
	return response;
}

/* ---- the whole ---- */

struct events *events_open(uint64_t (*version)(void *context), void *context)
{
	struct events *events = own_alloc(sizeof *events);
	pthread_condattr_t monotonic;

	events->version = version;
	events->context = context;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	if (pthread_mutex_init(&events->lock, NULL) != 0 || pthread_cond_init(&events->news, &monotonic) != 0)
		abort();
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&events->thread, NULL, watch, events) != 0)
		own_out_of_memory();
	return events;
}

void events_stop(struct events *events)
{
	if (events->joined)
		return;
	pthread_mutex_lock(&events->lock);
	events->closing = true;
	pthread_cond_signal(&events->news);
	pthread_mutex_unlock(&events->lock);
	pthread_join(events->thread, NULL);
	events->joined = true;
}

void events_close(struct events **events)
{
	struct events *gone = take(*events);

	if (!gone)
		return;
	events_stop(gone);
	pthread_mutex_destroy(&gone->lock);
	pthread_cond_destroy(&gone->news);
	free(gone);
}
