#include "public-images/stream.h"
#include "base/log.h"
#include "base/own.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct image_streams {
	const struct image_source *source;
	pthread_mutex_t lock; /* also of all streams */
	pthread_cond_t calm;
	struct image_stream *first;
	unsigned count;
	bool stopping;
	struct log log;
};

struct image_stream {
	struct image_streams *streams;
	struct image_stream *next, **place;
	char *database, *image; /* owned */
	struct image_picture picture;
	struct image_waiter *waiter;
	bool waiting; /* the waiter was stopped */
	void *worker;
	pthread_cond_t room;
	size_t begin, length; /* of what is in 'bytes', around its end */
	uint64_t came;
	bool begun, ended,
		given_up; /* it is known how it begins; the thread is done; nobody takes any more */
	enum image_answer answer;
	char bytes[IMAGE_STREAM_ROOM];
};

struct image_streams *image_streams_open(const struct image_source *source)
{
	struct image_streams *streams = own_alloc(sizeof(*streams));

	streams->source = source;
	streams->log = log_context(NULL, "pictures");
	pthread_mutex_init(&streams->lock, NULL);
	pthread_cond_init(&streams->calm, NULL);
	return streams;
}

/* The rest is under the lock of all streams, but for what the source is asked. */

static void wake(struct image_stream *stream)
{
	if (!stream->waiting)
		return;
	stream->waiting = false;
	stream->waiter->wake(stream->waiter);
}

static void stop_waiter(struct image_stream *stream)
{
	stream->waiting = true;
	stream->waiter->stop(stream->waiter);
}

static void free_stream(struct image_stream *stream)
{
	*stream->place = stream->next;
	if (stream->next)
		stream->next->place = stream->place;
	stream->streams->count--;
	pthread_cond_signal(&stream->streams->calm);
	pthread_cond_destroy(&stream->room);
	free(stream->database);
	free(stream->image);
	free(stream);
}

static size_t put(struct image_stream *stream, const char *bytes, size_t length)
{
	size_t end = (stream->begin + stream->length) % IMAGE_STREAM_ROOM;
	size_t room = IMAGE_STREAM_ROOM - stream->length;
	size_t straight = IMAGE_STREAM_ROOM - end;
	size_t count = length < room ? length : room;

	count = count < straight ? count : straight;
	memcpy(stream->bytes + end, bytes, count);
	stream->length += count;
	return count;
}

static void note_begin(struct image_stream *stream)
{
	if (stream->begun || (stream->length < IMAGE_KIND_BYTES && !stream->ended))
		return;
	stream->begun = true;
	if (stream->ended && stream->answer != IMAGE_THERE)
		return;
	stream->answer = image_kind_of_bytes(stream->bytes, stream->length) == IMAGE_KIND_NONE
				 ? IMAGE_NOT_THERE
				 : IMAGE_THERE;
}

static bool is_wanted(const struct image_stream *stream)
{
	return !stream->given_up && !stream->streams->stopping && stream->came <= stream->picture.length;
}

static bool add(void *data, const char *bytes, size_t length)
{
	struct image_stream *stream = data;

	pthread_mutex_lock(&stream->streams->lock);
	stream->came += length;
	while (length > 0 && is_wanted(stream)) {
		size_t count = put(stream, bytes, length);
		bytes += count;
		length -= count;
		note_begin(stream);
		if (stream->begun)
			wake(stream);
		if (count == 0)
			pthread_cond_wait(&stream->room, &stream->streams->lock);
	}
	pthread_mutex_unlock(&stream->streams->lock);
	return length == 0;
}

/* Both sides are done with it when the second one is. */
static void end(struct image_stream *stream, enum image_answer answer)
{
	struct image_streams *streams = stream->streams;

	pthread_mutex_lock(&streams->lock);
	stream->ended = true;
	if (!stream->begun)
		stream->answer = answer;
	note_begin(stream);
	wake(stream);
	if (stream->given_up)
		free_stream(stream);
	pthread_mutex_unlock(&streams->lock);
}

static void *run(void *context)
{
	struct image_stream *stream = context;
	const struct image_source *source = stream->streams->source;
	struct error error = {0};

	enum image_answer answer = source->read(stream->worker, stream->database, stream->image,
						&stream->picture, add, stream, &error);
	pthread_mutex_lock(&stream->streams->lock);
	void *worker = take(stream->worker);
	bool told = answer == IMAGE_UNKNOWN && !stream->given_up;
	pthread_mutex_unlock(&stream->streams->lock);
	if (told)
		log_warn(&stream->streams->log, "picture %s of %s cannot be read: %s", stream->image,
			 stream->database, error.text);
	source->close(worker);
	end(stream, answer);
	return NULL;
}

static bool start_thread(struct image_stream *stream)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	bool started = pthread_create(&thread, &attributes, run, stream) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

static struct image_stream *new_stream(struct image_streams *streams, const char *database, const char *image,
				       const struct image_picture *picture, struct image_waiter *waiter)
{
	struct image_stream *stream = own_alloc(sizeof(*stream));

	stream->streams = streams;
	stream->database = own_copy(database);
	stream->image = own_copy(image);
	stream->picture = *picture;
	stream->waiter = waiter;
	pthread_cond_init(&stream->room, NULL);
	stream->next = streams->first;
	stream->place = &streams->first;
	if (stream->next)
		stream->next->place = &stream->next;
	streams->first = stream;
	streams->count++;
	return stream;
}

struct image_stream *image_stream_begin(struct image_streams *streams, const char *database,
					const char *image, const struct image_picture *picture,
					struct image_waiter *waiter)
{
	struct image_stream *stream = NULL;
	void *worker = streams->source->open(streams->source->context);

	pthread_mutex_lock(&streams->lock);
	if (!streams->stopping && streams->count < IMAGE_STREAMS_MOST)
		stream = new_stream(streams, database, image, picture, waiter);
	if (stream) {
		stream->worker = worker;
		if (start_thread(stream))
			stop_waiter(stream);
		else
			free_stream(take(stream));
	}
	pthread_mutex_unlock(&streams->lock);
	if (!stream)
		streams->source->close(worker);
	return stream;
}

void image_stream_close(struct image_stream **stream)
{
	struct image_stream *gone = take(*stream);

	if (!gone)
		return;
	struct image_streams *streams = gone->streams;
	pthread_mutex_lock(&streams->lock);
	gone->given_up = true;
	gone->waiting = false;
	pthread_cond_signal(&gone->room);
	if (gone->ended)
		free_stream(gone);
	pthread_mutex_unlock(&streams->lock);
}

enum image_answer image_stream_begins(struct image_stream *stream, enum image_kind *kind_out)
{
	pthread_mutex_lock(&stream->streams->lock);
	enum image_answer answer = stream->answer;
	*kind_out = image_kind_of_bytes(stream->bytes, stream->length);
	pthread_mutex_unlock(&stream->streams->lock);
	return answer;
}

static size_t get(struct image_stream *stream, char *bytes, size_t size)
{
	size_t straight = IMAGE_STREAM_ROOM - stream->begin;
	size_t count = stream->length < size ? stream->length : size;

	count = count < straight ? count : straight;
	memcpy(bytes, stream->bytes + stream->begin, count);
	stream->begin = (stream->begin + count) % IMAGE_STREAM_ROOM;
	stream->length -= count;
	return count;
}

ssize_t image_stream_take(struct image_stream *stream, char *bytes, size_t size)
{
	pthread_mutex_lock(&stream->streams->lock);
	ssize_t count = (ssize_t)get(stream, bytes, size);
	if (count > 0)
		pthread_cond_signal(&stream->room);
	else if (stream->ended || stream->streams->stopping)
		count = -1;
	else
		stop_waiter(stream);
	pthread_mutex_unlock(&stream->streams->lock);
	return count;
}

void image_streams_stop(struct image_streams *streams)
{
	pthread_mutex_lock(&streams->lock);
	streams->stopping = true;
	for (struct image_stream *stream = streams->first; stream; stream = stream->next) {
		if (streams->source->interrupt && stream->worker)
			streams->source->interrupt(stream->worker);
		if (!stream->begun) {
			stream->begun = true;
			stream->answer = IMAGE_UNKNOWN;
		}
		pthread_cond_signal(&stream->room);
		wake(stream);
	}
	pthread_mutex_unlock(&streams->lock);
}

void image_streams_close(struct image_streams **streams)
{
	struct image_streams *gone = take(*streams);

	if (!gone)
		return;
	image_streams_stop(gone);
	pthread_mutex_lock(&gone->lock);
	while (gone->count > 0)
		pthread_cond_wait(&gone->calm, &gone->lock);
	pthread_mutex_unlock(&gone->lock);
	pthread_cond_destroy(&gone->calm);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}
