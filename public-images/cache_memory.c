#include "public-images/cache_memory.h"
#include "base/index.h"
#include "base/own.h"
#include "public-images/cache_index.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct image_bytes {
	struct image_memory *memory;
	struct image_bytes *older, *newer;
	char hex[IMAGE_HEX_SIZE];
	uint64_t length;
	unsigned borrowed;
	unsigned char begin[];
};

struct image_memory {
	uint64_t most_bytes;
	pthread_mutex_t lock;
	struct index by_hex;
	struct image_bytes *oldest, *newest;
	uint64_t bytes; /* also of those that are being read */
};

struct image_memory *image_memory_open(uint64_t most_bytes)
{
	struct image_memory *memory = own_alloc(sizeof(*memory));

	memory->most_bytes = most_bytes;
	pthread_mutex_init(&memory->lock, NULL);
	return memory;
}

/* ---- the list, the most lately used last; all under the lock ---- */

static void unlink_bytes(struct image_memory *memory, struct image_bytes *bytes)
{
	*(bytes->older ? &bytes->older->newer : &memory->oldest) = bytes->newer;
	*(bytes->newer ? &bytes->newer->older : &memory->newest) = bytes->older;
}

static void link_newest(struct image_memory *memory, struct image_bytes *bytes)
{
	bytes->older = memory->newest;
	bytes->newer = NULL;
	*(memory->newest ? &memory->newest->newer : &memory->oldest) = bytes;
	memory->newest = bytes;
}

static struct image_bytes *borrow(struct image_memory *memory, const char *hex)
{
	struct image_bytes *bytes = index_find(&memory->by_hex, hex);

	if (!bytes)
		return NULL;
	unlink_bytes(memory, bytes);
	link_newest(memory, bytes);
	bytes->borrowed++;
	return bytes;
}

static void forget(struct image_memory *memory, struct image_bytes *bytes)
{
	index_remove(&memory->by_hex, bytes->hex);
	unlink_bytes(memory, bytes);
	memory->bytes -= bytes->length;
	free(bytes);
}

/* False: what is there is being sent. */
static bool make_room(struct image_memory *memory, uint64_t length)
{
	for (struct image_bytes *bytes = memory->oldest, *newer;
	     bytes && memory->bytes + length > memory->most_bytes; bytes = newer) {
		newer = bytes->newer;
		if (bytes->borrowed == 0)
			forget(memory, bytes);
	}
	return memory->bytes + length <= memory->most_bytes;
}

/* ---- what others ask ---- */

void image_memory_close(struct image_memory **memory)
{
	struct image_memory *gone = take(*memory);

	if (!gone)
		return;
	while (gone->oldest)
		forget(gone, gone->oldest);
	index_done(&gone->by_hex);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}

struct image_bytes *image_memory_find(struct image_memory *memory, const char *hex)
{
	pthread_mutex_lock(&memory->lock);
	struct image_bytes *bytes = borrow(memory, hex);
	pthread_mutex_unlock(&memory->lock);
	return bytes;
}

static bool read_all(int descriptor, unsigned char *out, uint64_t length)
{
	uint64_t have = 0;

	while (have < length) {
		ssize_t got = pread(descriptor, out + have, length - have, (off_t)have);
		if (got <= 0)
			return false;
		have += (uint64_t)got;
	}
	return true;
}

static struct image_bytes *new_bytes(struct image_memory *memory, const char *hex, int descriptor,
				     uint64_t length)
{
	struct image_bytes *bytes = own_resize(NULL, sizeof(*bytes) + length, 1);

	*bytes = (struct image_bytes){.memory = memory, .length = length};
	memcpy(bytes->hex, hex, strlen(hex) + 1);
	if (read_all(descriptor, bytes->begin, length))
		return bytes;
	free(bytes);
	return NULL;
}

/* Takes what was read, if nobody else has read it meanwhile. */
static struct image_bytes *put(struct image_memory *memory, const char *hex, uint64_t length,
			       struct image_bytes *fresh)
{
	bool wanted = fresh && !index_find(&memory->by_hex, hex);

	if (wanted) {
		index_put(&memory->by_hex, fresh->hex, fresh);
		link_newest(memory, fresh);
	} else {
		memory->bytes -= length;
		free(fresh);
	}
	return borrow(memory, hex);
}

struct image_bytes *image_memory_read(struct image_memory *memory, const char *hex, int descriptor,
				      uint64_t length)
{
	if (length > IMAGE_IN_MEMORY_MOST)
		return NULL;
	pthread_mutex_lock(&memory->lock);
	bool fits = make_room(memory, length);
	memory->bytes += fits ? length : 0;
	pthread_mutex_unlock(&memory->lock);
	if (!fits)
		return NULL;
	struct image_bytes *fresh = new_bytes(memory, hex, descriptor, length);
	pthread_mutex_lock(&memory->lock);
	struct image_bytes *bytes = put(memory, hex, length, fresh);
	pthread_mutex_unlock(&memory->lock);
	return bytes;
}

void *image_bytes_begin(struct image_bytes *bytes)
{
	return bytes->begin;
}

void image_bytes_give_back(struct image_bytes *bytes)
{
	struct image_memory *memory = bytes->memory;

	pthread_mutex_lock(&memory->lock);
	bytes->borrowed--;
	pthread_mutex_unlock(&memory->lock);
}

uint64_t image_memory_count(struct image_memory *memory)
{
	pthread_mutex_lock(&memory->lock);
	uint64_t bytes = memory->bytes;
	pthread_mutex_unlock(&memory->lock);
	return bytes;
}
