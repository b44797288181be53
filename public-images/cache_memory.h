/* Pictures of the cache that are asked for again and again, in memory: so they leave in one call of the system, with their headers,
 * and without their file being opened.
 *
 * There are at most IMAGE_MEMORY_BYTES of them, those included that are being sent. One that is not being sent makes room, the one
 * that was used longest ago first. From any thread. */
#pragma once
#include "public-images/target.h"
#include <stdint.h>

#define IMAGE_MEMORY_BYTES   ((uint64_t)32 << 20)
#define IMAGE_IN_MEMORY_MOST ((uint64_t)1 << 20) /* a larger picture is sent from its file */

struct image_memory;
struct image_bytes;

struct image_memory *image_memory_open(uint64_t most_bytes);
void image_memory_close(struct image_memory **memory); /* all bytes must have been given back */

/* NULL: it is not here. 'hex': the digest. */
struct image_bytes *image_memory_find(struct image_memory *memory, const char *hex);
/* Reads a picture of that length from its file. NULL: there is no room for it, or the file holds less. */
struct image_bytes *image_memory_read(struct image_memory *memory, const char *hex, int descriptor,
				      uint64_t length);

/* Until they are given back. */
void *image_bytes_begin(struct image_bytes *bytes);
void image_bytes_give_back(struct image_bytes *bytes);

uint64_t image_memory_count(struct image_memory *memory); /* bytes */
