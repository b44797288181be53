/* A line of the log for each request, that can be kept and shown: no query, so no signature; no path that is not one of ours. Lines
 * about what was refused are at most IMAGE_REFUSALS_A_SECOND, and one that says how many more there were: a flood does not
 * fill the disk. */
#pragma once
#include "public-images/target.h"
#include "web/address.h"
#include <stdint.h>

#define IMAGE_REFUSALS_A_SECOND 10

struct image_access;
struct image_visited {
	const char *method;
	const struct image_target *target;
	const struct web_address *client;
	int status;
	uint64_t bytes; /* of the picture that were to be sent */
	bool cut;       /* it did not come to its end */
	int64_t lasted_ms;
};

struct image_access *image_access_open(bool is_wanted);
void image_access_close(struct image_access **access);
/* From any thread. */
void image_access_note(struct image_access *access, const struct image_visited *visited);
