/* A picture that cannot be kept, passed on as it comes from the source.
 *
 * Each has a thread that reads and a room of IMAGE_STREAM_ROOM bytes: when it is full the source waits for the client, and when it is
 * empty the client waits for the source. There are few of them; who keeps a client's time in check ends those that are slow. */
#pragma once
#include "public-images/kind.h"
#include "public-images/source.h"
#include "public-images/waiter.h"
#include <stddef.h>
#include <sys/types.h>

#define IMAGE_STREAM_ROOM  ((size_t)64 * 1024)
#define IMAGE_STREAMS_MOST 16

struct image_streams;
struct image_stream;

struct image_streams *image_streams_open(const struct image_source *source); /* borrowed */
/* Ends what is under way: all who wait are woken. */
void image_streams_stop(struct image_streams *streams);
void image_streams_close(struct image_streams **streams); /* every stream must have been closed */

/* Begins to read. The waiter is stopped, and woken when it is known how it begins. NULL: there are too many, and nothing was
 * stopped. The waiter is borrowed until the close. */
struct image_stream *image_stream_begin(struct image_streams *streams, const char *database,
					const char *image, const struct image_picture *picture,
					struct image_waiter *waiter);
void image_stream_close(struct image_stream **stream);

/* Once woken: IMAGE_THERE when there are bytes of a kind that is served. */
enum image_answer image_stream_begins(struct image_stream *stream, enum image_kind *kind_out);
/* The next bytes; 0: there are none yet, and the waiter was stopped; -1: there will be no more, or it broke off. */
ssize_t image_stream_take(struct image_stream *stream, char *bytes, size_t size);
