/* Where pictures come from: functions that the user of this room brings. */
#pragma once
#include "base/error.h"
#include "public-images/target.h"
#include <stdint.h>

#define IMAGE_BYTES_MOST ((uint64_t)64 << 20) /* a larger picture is not served */

struct image_picture {
	struct image_digest digest;
	uint64_t length;
	char content_type[64];
	char revision[80]; /* the source's own word for the state in which it has these bytes, or "" */
};

enum image_answer {
	IMAGE_THERE,
	IMAGE_NOT_THERE,
	IMAGE_UNKNOWN, /* the source could not say: error has why */
};

/* find() and read() may block, and are called by threads of this room, each with a worker of its own. */
struct image_source {
	void *context;
	void *(*open)(void *context); /* a worker for one thread */
	void (*close)(void *worker);
	/* May be NULL. From another thread: what the worker waits for ends with IMAGE_UNKNOWN, and so does what it is asked later. */
	void (*interrupt)(void *worker);

	/* What the picture of that id is now. */
	enum image_answer (*find)(void *worker, const char *database, const char *image,
				  struct image_picture *picture_out, struct error *error);
	/* Hands its bytes on, as find() said they are: as many, in order. on_data answers false when no more are wanted. */
	enum image_answer (*read)(void *worker, const char *database, const char *image,
				  const struct image_picture *picture,
				  bool (*on_data)(void *data, const char *bytes, size_t length), void *data,
				  struct error *error);
};

/* Which databases there are. Answered from memory, at once, from any thread: strangers can ask. */
struct image_databases {
	void *context;
	bool (*is_served)(void *context, const char *database); /* it holds the app's config document */
	bool (*is_unsigned)(void *context,
			    const char *database); /* its pictures may be had without a signature */
};
