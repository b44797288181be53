/* The answers: what is said, and with which headers. */
#pragma once
#include "public-images/cache.h"
#include "public-images/conditions.h"
#include "public-images/kind.h"
#include "public-images/stream.h"
#include <microhttpd.h>
#include <stdint.h>

/* Answers that are the same for everybody. There is one "not found", whatever the reason. */
struct image_answers {
	struct MHD_Response *not_found, *not_allowed, *too_large, *unclear, *unavailable, *robots, *served;
};
void image_answers_init(struct image_answers *answers);
void image_answers_done(struct image_answers *answers);

struct MHD_Response *image_answer_too_often(int wait_s);

#define IMAGE_ETAG_SIZE (IMAGE_DIGEST_TEXT_SIZE + 2)
struct image_facts {
	char etag[IMAGE_ETAG_SIZE]; /* strong, in its quotes: the digest */
	enum image_kind kind;
	uint64_t length; /* of the whole picture */
	int64_t fresh_s; /* so long a cache may keep it */
	bool lasting;    /* what this address stands for never changes */
};
void image_facts_fill(struct image_facts *facts, const struct image_digest *digest, enum image_kind kind,
		      uint64_t length);

/* Of a file, which it takes. */
struct MHD_Response *image_answer_file(const struct image_facts *facts, const struct image_part *part,
				       struct image_file *file);
/* Of a stream, whole. Borrows the stream until the connection is done with the request. */
struct MHD_Response *image_answer_stream(const struct image_facts *facts, struct image_stream *stream);
