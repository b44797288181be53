#include "public-images/cache_index.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/own.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
	struct image_cache_entry file;
	struct entry *older, *newer;
	bool was_used; /* since it was put */
};

struct image_cache_index {
	int folder;
	uint64_t most_bytes;
	int64_t age_s;
	pthread_mutex_t lock;
	struct index entries; /* by hex */
	struct entry *oldest, *newest;
	uint64_t bytes;    /* of the entries */
	uint64_t reserved; /* for those to come */
	uint64_t evicted;
};

static int64_t now_s(void)
{
	return clock_now_ms() / 1000;
}

/* ---- names ---- */

void image_cache_entry_name(struct image_cache_entry *file)
{
	snprintf(file->name, sizeof(file->name), "%s-%llu.%s", file->hex, (unsigned long long)file->length,
		 image_kind_extension(file->kind));
}

bool image_cache_entry_read(const char *name, struct image_cache_entry *file_out)
{
	struct image_cache_entry file = {.hex = ""};
	char *end = NULL;
	size_t hex_length = strspn(name, "0123456789abcdef");

	if (hex_length != IMAGE_HEX_SIZE - 1 || name[hex_length] != '-')
		return false;
	memcpy(file.hex, name, hex_length);
	file.length = strtoull(name + hex_length + 1, &end, 10);
	if (*end != '.')
		return false;
	file.kind = image_kind_of_extension(end + 1);
	image_cache_entry_name(&file);
	*file_out = file;
	return file.kind != IMAGE_KIND_NONE && strcmp(file.name, name) == 0;
}

/* ---- the list, the most lately used last; all under the lock ---- */

static void unlink_entry(struct image_cache_index *index, struct entry *entry)
{
	*(entry->older ? &entry->older->newer : &index->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &index->newest) = entry->older;
}

static void link_newest(struct image_cache_index *index, struct entry *entry)
{
	entry->older = index->newest;
	entry->newer = NULL;
	*(index->newest ? &index->newest->newer : &index->oldest) = entry;
	index->newest = entry;
}

static void forget(struct image_cache_index *index, struct entry *entry)
{
	index_remove(&index->entries, entry->file.hex);
	unlink_entry(index, entry);
	index->bytes -= entry->file.length;
	free(entry);
}

static void drop(struct image_cache_index *index, struct entry *entry)
{
	unlinkat(index->folder, entry->file.name, 0);
	forget(index, entry);
}

/* So that 'more' fits in. */
static void evict(struct image_cache_index *index, uint64_t more)
{
	int64_t least_s = now_s() - index->age_s;

	while (index->oldest && (index->bytes + index->reserved + more > index->most_bytes ||
				 index->oldest->file.used_s < least_s)) {
		drop(index, index->oldest);
		index->evicted++;
	}
}

/* ---- what others ask ---- */

struct image_cache_index *image_cache_index_open(int folder, uint64_t bytes, int64_t age_s)
{
	struct image_cache_index *index = own_alloc(sizeof(*index));

	index->folder = folder;
	index->most_bytes = bytes;
	index->age_s = age_s;
	pthread_mutex_init(&index->lock, NULL);
	return index;
}

void image_cache_index_close(struct image_cache_index **index)
{
	struct image_cache_index *gone = take(*index);

	if (!gone)
		return;
	for (struct entry *entry = gone->oldest, *next; entry; entry = next) {
		next = entry->newer;
		free(entry);
	}
	index_done(&gone->entries);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}

int image_cache_index_folder(const struct image_cache_index *index)
{
	return index->folder;
}

void image_cache_index_put(struct image_cache_index *index, const struct image_cache_entry *file)
{
	struct entry *entry = own_alloc(sizeof(*entry));

	entry->file = *file;
	pthread_mutex_lock(&index->lock);
	struct entry *twin = index_find(&index->entries, file->hex);
	if (twin && strcmp(twin->file.name, file->name) == 0)
		forget(index, twin); /* the file is the new one's */
	else if (twin)
		drop(index, twin);
	index_put(&index->entries, entry->file.hex, entry);
	link_newest(index, entry);
	index->bytes += file->length;
	pthread_mutex_unlock(&index->lock);
}

bool image_cache_index_use(struct image_cache_index *index, const char *hex,
			   struct image_cache_entry *file_out, struct image_cache_use *use_out)
{
	int64_t at_s = now_s();

	pthread_mutex_lock(&index->lock);
	struct entry *entry = index_find(&index->entries, hex);
	if (entry) {
		unlink_entry(index, entry);
		link_newest(index, entry);
		use_out->again = entry->was_used && at_s - entry->file.used_s < IMAGE_AGAIN_S;
		entry->was_used = true;
		entry->file.used_s = at_s;
		use_out->stamp = at_s - entry->file.stamped_s >= IMAGE_STAMP_S;
		if (use_out->stamp)
			entry->file.stamped_s = at_s;
		*file_out = entry->file;
	}
	pthread_mutex_unlock(&index->lock);
	return entry;
}

void image_cache_index_remove(struct image_cache_index *index, const char *hex)
{
	pthread_mutex_lock(&index->lock);
	struct entry *entry = index_find(&index->entries, hex);
	if (entry)
		drop(index, entry);
	pthread_mutex_unlock(&index->lock);
}

void image_cache_index_tidy(struct image_cache_index *index)
{
	pthread_mutex_lock(&index->lock);
	evict(index, 0);
	pthread_mutex_unlock(&index->lock);
}

bool image_cache_index_reserve(struct image_cache_index *index, uint64_t length)
{
	pthread_mutex_lock(&index->lock);
	bool fits = length <= index->most_bytes && index->reserved + length <= index->most_bytes;
	if (fits) {
		evict(index, length);
		index->reserved += length;
	}
	pthread_mutex_unlock(&index->lock);
	return fits;
}

void image_cache_index_give_back(struct image_cache_index *index, uint64_t length)
{
	pthread_mutex_lock(&index->lock);
	index->reserved -= length;
	pthread_mutex_unlock(&index->lock);
}

struct image_cache_index_counts image_cache_index_count(struct image_cache_index *index)
{
	pthread_mutex_lock(&index->lock);
	struct image_cache_index_counts counts = {
		.pictures = index->entries.count, .bytes = index->bytes, .evicted = index->evicted};
	pthread_mutex_unlock(&index->lock);
	return counts;
}
