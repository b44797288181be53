/* Which part of a picture a request wants, if any: If-None-Match, Range, If-Range (RFC 9110). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The headers' values as they came; NULL: it is not there. */
struct image_conditions {
	const char *if_none_match, *range, *if_range;
};

struct image_part {
	int status;             /* 200: all, 206: a part, 304: the client has it, 416: beyond its end */
	uint64_t first, length; /* in bytes; 0, 0 of 304 and 416 */
};

/* etag: strong, in its quotes. Of several ranges, of other units and of what cannot be read no part is made: the answer is all. */
struct image_part image_part_wanted(const struct image_conditions *conditions, const char *etag,
				    uint64_t size);
