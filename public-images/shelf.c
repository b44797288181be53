#include "public-images/shelf.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/own.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
	struct image_shelved shelved;
	struct entry *older, *newer;
};

struct image_shelf {
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

void image_shelved_name(struct image_shelved *shelved)
{
	snprintf(shelved->name, sizeof(shelved->name), "%s-%llu.%s", shelved->hex,
		 (unsigned long long)shelved->length, image_kind_extension(shelved->kind));
}

bool image_shelved_read(const char *name, struct image_shelved *shelved_out)
{
	struct image_shelved shelved = {.hex = ""};
	char *end = NULL;
	size_t hex_length = strspn(name, "0123456789abcdef");

	if (hex_length != IMAGE_HEX_SIZE - 1 || name[hex_length] != '-')
		return false;
	memcpy(shelved.hex, name, hex_length);
	shelved.length = strtoull(name + hex_length + 1, &end, 10);
	if (*end != '.')
		return false;
	shelved.kind = image_kind_of_extension(end + 1);
	image_shelved_name(&shelved);
	*shelved_out = shelved;
	return shelved.kind != IMAGE_KIND_NONE && strcmp(shelved.name, name) == 0;
}

/* ---- the list, the most lately used last; all under the lock ---- */

static void unlink_entry(struct image_shelf *shelf, struct entry *entry)
{
	*(entry->older ? &entry->older->newer : &shelf->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &shelf->newest) = entry->older;
}

static void link_newest(struct image_shelf *shelf, struct entry *entry)
{
	entry->older = shelf->newest;
	entry->newer = NULL;
	*(shelf->newest ? &shelf->newest->newer : &shelf->oldest) = entry;
	shelf->newest = entry;
}

static void forget(struct image_shelf *shelf, struct entry *entry)
{
	index_remove(&shelf->entries, entry->shelved.hex);
	unlink_entry(shelf, entry);
	shelf->bytes -= entry->shelved.length;
	free(entry);
}

static void drop(struct image_shelf *shelf, struct entry *entry)
{
	unlinkat(shelf->folder, entry->shelved.name, 0);
	forget(shelf, entry);
}

/* So that 'more' fits in. */
static void evict(struct image_shelf *shelf, uint64_t more)
{
	int64_t least_s = now_s() - shelf->age_s;

	while (shelf->oldest && (shelf->bytes + shelf->reserved + more > shelf->most_bytes ||
				 shelf->oldest->shelved.used_s < least_s)) {
		drop(shelf, shelf->oldest);
		shelf->evicted++;
	}
}

/* ---- what others ask ---- */

struct image_shelf *image_shelf_open(int folder, uint64_t bytes, int64_t age_s)
{
	struct image_shelf *shelf = own_alloc(sizeof(*shelf));

	shelf->folder = folder;
	shelf->most_bytes = bytes;
	shelf->age_s = age_s;
	pthread_mutex_init(&shelf->lock, NULL);
	return shelf;
}

void image_shelf_close(struct image_shelf **shelf)
{
	struct image_shelf *gone = take(*shelf);

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

int image_shelf_folder(const struct image_shelf *shelf)
{
	return shelf->folder;
}

void image_shelf_put(struct image_shelf *shelf, const struct image_shelved *shelved)
{
	struct entry *entry = own_alloc(sizeof(*entry));

	entry->shelved = *shelved;
	pthread_mutex_lock(&shelf->lock);
	struct entry *twin = index_find(&shelf->entries, shelved->hex);
	if (twin && strcmp(twin->shelved.name, shelved->name) == 0)
		forget(shelf, twin); /* the file is the new one's */
	else if (twin)
		drop(shelf, twin);
	index_put(&shelf->entries, entry->shelved.hex, entry);
	link_newest(shelf, entry);
	shelf->bytes += shelved->length;
	pthread_mutex_unlock(&shelf->lock);
}

bool image_shelf_use(struct image_shelf *shelf, const char *hex, struct image_shelved *shelved_out,
		     bool *stamp_out)
{
	int64_t at_s = now_s();

	pthread_mutex_lock(&shelf->lock);
	struct entry *entry = index_find(&shelf->entries, hex);
	if (entry) {
		unlink_entry(shelf, entry);
		link_newest(shelf, entry);
		entry->shelved.used_s = at_s;
		*stamp_out = at_s - entry->shelved.stamped_s >= IMAGE_STAMP_S;
		if (*stamp_out)
			entry->shelved.stamped_s = at_s;
		*shelved_out = entry->shelved;
	}
	pthread_mutex_unlock(&shelf->lock);
	return entry;
}

void image_shelf_remove(struct image_shelf *shelf, const char *hex)
{
	pthread_mutex_lock(&shelf->lock);
	struct entry *entry = index_find(&shelf->entries, hex);
	if (entry)
		drop(shelf, entry);
	pthread_mutex_unlock(&shelf->lock);
}

void image_shelf_tidy(struct image_shelf *shelf)
{
	pthread_mutex_lock(&shelf->lock);
	evict(shelf, 0);
	pthread_mutex_unlock(&shelf->lock);
}

bool image_shelf_reserve(struct image_shelf *shelf, uint64_t length)
{
	pthread_mutex_lock(&shelf->lock);
	bool fits = length <= shelf->most_bytes && shelf->reserved + length <= shelf->most_bytes;
	if (fits) {
		evict(shelf, length);
		shelf->reserved += length;
	}
	pthread_mutex_unlock(&shelf->lock);
	return fits;
}

void image_shelf_give_back(struct image_shelf *shelf, uint64_t length)
{
	pthread_mutex_lock(&shelf->lock);
	shelf->reserved -= length;
	pthread_mutex_unlock(&shelf->lock);
}

struct image_shelf_counts image_shelf_count(struct image_shelf *shelf)
{
	pthread_mutex_lock(&shelf->lock);
	struct image_shelf_counts counts = {
		.pictures = shelf->entries.count, .bytes = shelf->bytes, .evicted = shelf->evicted};
	pthread_mutex_unlock(&shelf->lock);
	return counts;
}
