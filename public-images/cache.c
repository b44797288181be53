#define _GNU_SOURCE /* fallocate */
#include "public-images/cache.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/log.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_SIZE  (IMAGE_DIGEST_SIZE * 2 + 1)
#define NAME_SIZE 80
#define PART      ".part" /* behind the name of a file that is not whole */
#define STAMP_S   3600    /* a file's time is written when it is older than this */
#define TELL_MS   60000   /* between two words of the log that nothing can be kept */

struct entry {
	char hex[HEX_SIZE];
	char name[NAME_SIZE];
	uint64_t length;
	enum image_kind kind;
	int64_t used_s, stamped_s;
	struct entry *older, *newer;
};

struct image_cache {
	pthread_mutex_t lock;
	char *folder; /* owned */
	int descriptor, lock_descriptor;
	struct image_cache_limits limits;
	struct index entries; /* by hex */
	struct entry *oldest, *newest;
	uint64_t bytes;   /* of the entries */
	uint64_t filling; /* set aside by fills under way */
	uint64_t evicted, unkept;
	int64_t told_ms;
	struct log log;
};

struct image_fill {
	struct image_cache *cache;
	char hex[HEX_SIZE], part[NAME_SIZE];
	int descriptor;
	uint64_t expected, length;
	uint8_t begins[IMAGE_KIND_BYTES];
	bool broken;
};

static int64_t now_s(void)
{
	return clock_now_ms() / 1000;
}

/* ---- the list, the most lately used last; all under the lock ---- */

static void unlink_entry(struct image_cache *cache, struct entry *entry)
{
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
}

static void link_newest(struct image_cache *cache, struct entry *entry)
{
	entry->older = cache->newest;
	entry->newer = NULL;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void add_entry(struct image_cache *cache, struct entry *entry)
{
	index_put(&cache->entries, entry->hex, entry);
	link_newest(cache, entry);
	cache->bytes += entry->length;
}

static void forget_entry(struct image_cache *cache, struct entry *entry)
{
	index_remove(&cache->entries, entry->hex);
	unlink_entry(cache, entry);
	cache->bytes -= entry->length;
	free(entry);
}

static void remove_entry(struct image_cache *cache, struct entry *entry)
{
	unlinkat(cache->descriptor, entry->name, 0);
	forget_entry(cache, entry);
}

/* So that 'more' fits in. */
static void evict(struct image_cache *cache, uint64_t more)
{
	int64_t least_s = now_s() - cache->limits.age_s;

	while (cache->oldest && (cache->bytes + cache->filling + more > cache->limits.bytes ||
				 cache->oldest->used_s < least_s)) {
		remove_entry(cache, cache->oldest);
		cache->evicted++;
	}
}

/* ---- the folder ---- */

static void write_name(char name_out[NAME_SIZE], const char *hex, uint64_t length, enum image_kind kind)
{
	snprintf(name_out, NAME_SIZE, "%s-%llu.%s", hex, (unsigned long long)length,
		 image_kind_extension(kind));
}

static bool read_name(const char *name, struct entry *entry)
{
	char *end = NULL;
	size_t hex_length = strspn(name, "0123456789abcdef");

	if (hex_length != HEX_SIZE - 1 || name[hex_length] != '-' || strlen(name) >= NAME_SIZE)
		return false;
	memcpy(entry->hex, name, hex_length);
	entry->length = strtoull(name + hex_length + 1, &end, 10);
	if (*end != '.')
		return false;
	entry->kind = image_kind_of_extension(end + 1);
	write_name(entry->name, entry->hex, entry->length, entry->kind);
	return entry->kind != IMAGE_KIND_NONE && strcmp(entry->name, name) == 0;
}

static bool is_part(const char *name)
{
	size_t length = strlen(name), tail = strlen(PART);

	return length > HEX_SIZE + tail && strspn(name, "0123456789abcdef") == HEX_SIZE - 1 &&
	       strcmp(name + length - tail, PART) == 0;
}

/* A file of the folder: an entry of the cache, something that a crash left, or nothing of ours (NULL). */
static struct entry *take_in(struct image_cache *cache, const char *name)
{
	struct entry entry = {0};
	struct stat status;

	if (is_part(name))
		unlinkat(cache->descriptor, name, 0);
	if (!read_name(name, &entry))
		return NULL;
	if (fstatat(cache->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode) ||
	    (uint64_t)status.st_size != entry.length) {
		unlinkat(cache->descriptor, name, 0);
		return NULL;
	}
	entry.used_s = entry.stamped_s = status.st_mtime;
	struct entry *kept = own_alloc(sizeof(*kept));
	*kept = entry;
	return kept;
}

static int compare_use(const void *a, const void *b)
{
	const struct entry *first = *(struct entry *const *)a, *second = *(struct entry *const *)b;

	return first->used_s < second->used_s ? -1 : first->used_s > second->used_s;
}

static void add_all(struct image_cache *cache, struct entry **list, size_t count)
{
	if (count > 0)
		qsort(list, count, sizeof(struct entry *), compare_use);
	for (size_t i = 0; i < count; i++) {
		struct entry *twin = index_find(&cache->entries, list[i]->hex);
		if (twin)
			remove_entry(cache, twin);
		add_entry(cache, list[i]);
	}
}

static bool take_in_all(struct image_cache *cache, struct error *error)
{
	struct entry **list = NULL;
	size_t count = 0;
	int descriptor = openat(cache->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;

	if (!folder) {
		if (descriptor >= 0)
			close(descriptor);
		return error_set(error, ERROR_FATAL, "the picture cache %s cannot be read: %s", cache->folder,
				 strerror(errno));
	}
	for (const struct dirent *file; (file = readdir(folder));) {
		struct entry *entry = take_in(cache, file->d_name);
		if (!entry)
			continue;
		list = own_resize(list, count + 1, sizeof(struct entry *));
		list[count++] = entry;
	}
	closedir(folder);
	add_all(cache, list, count);
	free(list);
	evict(cache, 0);
	return true;
}

static bool open_folder(struct image_cache *cache, struct error *error)
{
	if (mkdir(cache->folder, 0700) != 0 && errno != EEXIST)
		return error_set(error, ERROR_FATAL, "the picture cache %s cannot be made: %s", cache->folder,
				 strerror(errno));
	cache->descriptor = open(cache->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache->descriptor < 0)
		return error_set(error, ERROR_FATAL, "the picture cache %s cannot be opened: %s",
				 cache->folder, strerror(errno));
	cache->lock_descriptor =
		openat(cache->descriptor, IMAGE_CACHE_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (cache->lock_descriptor < 0)
		return error_set(error, ERROR_FATAL, "the picture cache %s cannot be written: %s",
				 cache->folder, strerror(errno));
	if (flock(cache->lock_descriptor, LOCK_EX | LOCK_NB) != 0)
		return error_set(
			error, ERROR_FATAL,
			"the picture cache %s is used by another process: give each its own DATA_DIR",
			cache->folder);
	return true;
}

bool image_cache_open(const char *folder, const struct image_cache_limits *limits,
		      struct image_cache **cache_out, struct error *error)
{
	struct image_cache *cache = own_alloc(sizeof(*cache));

	pthread_mutex_init(&cache->lock, NULL);
	cache->folder = own_copy(folder);
	cache->descriptor = cache->lock_descriptor = -1;
	cache->limits = *limits;
	cache->log = log_context(NULL, "pictures");
	if (!open_folder(cache, error) || !take_in_all(cache, error)) {
		image_cache_close(&cache);
		return false;
	}
	*cache_out = cache;
	return true;
}

void image_cache_close(struct image_cache **cache)
{
	struct image_cache *gone = take(*cache);

	if (!gone)
		return;
	while (gone->oldest) {
		struct entry *entry = gone->oldest;
		unlink_entry(gone, entry);
		free(entry);
	}
	index_done(&gone->entries);
	if (gone->lock_descriptor >= 0)
		close(gone->lock_descriptor);
	if (gone->descriptor >= 0)
		close(gone->descriptor);
	pthread_mutex_destroy(&gone->lock);
	free(gone->folder);
	free(gone);
}

/* ---- what is there ---- */

/* What is to be opened, and whether the file's time is to be written. */
struct found {
	char name[NAME_SIZE];
	struct image_file file;
	bool stamp;
};

static bool use(struct image_cache *cache, const char *hex, struct found *found)
{
	int64_t at_s = now_s();

	pthread_mutex_lock(&cache->lock);
	struct entry *entry = index_find(&cache->entries, hex);
	if (entry) {
		unlink_entry(cache, entry);
		link_newest(cache, entry);
		entry->used_s = at_s;
		memcpy(found->name, entry->name, sizeof(found->name));
		found->file = (struct image_file){-1, entry->length, entry->kind};
		found->stamp = at_s - entry->stamped_s >= STAMP_S;
		entry->stamped_s = found->stamp ? at_s : entry->stamped_s;
	}
	pthread_mutex_unlock(&cache->lock);
	return entry;
}

/* Somebody emptied the folder. */
static void forget(struct image_cache *cache, const char *hex)
{
	pthread_mutex_lock(&cache->lock);
	struct entry *entry = index_find(&cache->entries, hex);
	if (entry)
		remove_entry(cache, entry);
	pthread_mutex_unlock(&cache->lock);
}

/* The file is opened without the lock: whoever holds one must not wait for the system. */
bool image_cache_find(struct image_cache *cache, const struct image_digest *digest,
		      struct image_file *file_out)
{
	char hex[HEX_SIZE];
	struct found found;

	sodium_bin2hex(hex, sizeof(hex), digest->bytes, sizeof(digest->bytes));
	if (!use(cache, hex, &found))
		return false;
	found.file.descriptor = openat(cache->descriptor, found.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (found.file.descriptor < 0) {
		if (errno == ENOENT)
			forget(cache, hex);
		return false;
	}
	if (found.stamp)
		futimens(found.file.descriptor, NULL);
	*file_out = found.file;
	return true;
}

struct image_cache_counts image_cache_count(struct image_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	struct image_cache_counts counts = {.pictures = cache->entries.count,
					    .bytes = cache->bytes,
					    .evicted = cache->evicted,
					    .unkept = cache->unkept};
	pthread_mutex_unlock(&cache->lock);
	return counts;
}

void image_cache_tidy(struct image_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	evict(cache, 0);
	pthread_mutex_unlock(&cache->lock);
}

/* ---- filling ---- */

/* Once a minute: a full disk would say it with every picture. */
static void note_unkept(struct image_cache *cache, const char *why)
{
	pthread_mutex_lock(&cache->lock);
	int64_t at_ms = clock_steady_ms();
	bool tell = cache->unkept == 0 || at_ms - cache->told_ms >= TELL_MS;
	cache->unkept++;
	if (tell)
		cache->told_ms = at_ms;
	pthread_mutex_unlock(&cache->lock);
	if (tell)
		log_warn(&cache->log, "pictures are passed on without being kept in %s: %s", cache->folder,
			 why);
}

static bool make_room(struct image_cache *cache, uint64_t length)
{
	if (length > cache->limits.bytes)
		return false;
	pthread_mutex_lock(&cache->lock);
	bool fits = cache->filling + length <= cache->limits.bytes;
	if (fits) {
		evict(cache, length);
		cache->filling += length;
	}
	pthread_mutex_unlock(&cache->lock);
	return fits;
}

static void give_room_back(struct image_cache *cache, uint64_t length)
{
	pthread_mutex_lock(&cache->lock);
	cache->filling -= length;
	pthread_mutex_unlock(&cache->lock);
}

/* Where a file system cannot set room aside, writing will tell. */
static bool reserve(int descriptor, uint64_t length)
{
	if (length == 0 || fallocate(descriptor, 0, 0, (off_t)length) == 0)
		return true;
	return errno == EOPNOTSUPP || errno == ENOSYS;
}

static void drop_part(struct image_fill *fill)
{
	close(fill->descriptor);
	unlinkat(fill->cache->descriptor, fill->part, 0);
	give_room_back(fill->cache, fill->expected);
}

struct image_fill *image_fill_begin(struct image_cache *cache, const struct image_digest *digest,
				    uint64_t length)
{
	struct image_fill fill = {.cache = cache, .expected = length};

	sodium_bin2hex(fill.hex, sizeof(fill.hex), digest->bytes, sizeof(digest->bytes));
	snprintf(fill.part, sizeof(fill.part), "%s-%08x" PART, fill.hex, random_below(UINT32_MAX));
	if (!make_room(cache, length)) {
		note_unkept(cache, "a picture is larger than the room that its limit leaves");
		return NULL;
	}
	fill.descriptor = openat(cache->descriptor, fill.part,
				 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fill.descriptor < 0) {
		note_unkept(cache, strerror(errno));
		give_room_back(cache, length);
		return NULL;
	}
	if (!reserve(fill.descriptor, length)) {
		note_unkept(cache, strerror(errno));
		drop_part(&fill);
		return NULL;
	}
	struct image_fill *kept = own_alloc(sizeof(*kept));
	*kept = fill;
	return kept;
}

static bool write_whole(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(descriptor, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

bool image_fill_add(struct image_fill *fill, const void *bytes, size_t length)
{
	for (size_t i = 0; fill->length + i < sizeof(fill->begins) && i < length; i++)
		fill->begins[fill->length + i] = ((const uint8_t *)bytes)[i];
	fill->length += length;
	/* What is longer than it should be is not kept, and need not be written. */
	if (!fill->broken && fill->length <= fill->expected &&
	    !write_whole(fill->descriptor, bytes, length)) {
		note_unkept(fill->cache, strerror(errno));
		fill->broken = true;
	}
	return !fill->broken;
}

bool image_fill_is_broken(const struct image_fill *fill)
{
	return fill->broken;
}

/* The file has its name only when its bytes are on the disk, and is in the list only when its name is. */
static bool keep(struct image_fill *fill, enum image_kind kind)
{
	struct image_cache *cache = fill->cache;
	struct entry *entry = own_alloc(sizeof(*entry));

	memcpy(entry->hex, fill->hex, sizeof(entry->hex));
	write_name(entry->name, fill->hex, fill->length, kind);
	entry->length = fill->length;
	entry->kind = kind;
	entry->used_s = entry->stamped_s = now_s();
	if (fsync(fill->descriptor) != 0 ||
	    renameat(cache->descriptor, fill->part, cache->descriptor, entry->name) != 0 ||
	    fsync(cache->descriptor) != 0) {
		note_unkept(cache, strerror(errno));
		unlinkat(cache->descriptor, entry->name, 0);
		free(entry);
		return false;
	}
	pthread_mutex_lock(&cache->lock);
	struct entry *twin = index_find(&cache->entries, entry->hex);
	if (twin && strcmp(twin->name, entry->name) == 0)
		forget_entry(cache, twin); /* the file is the new one */
	else if (twin)
		remove_entry(cache, twin);
	cache->filling -= fill->expected;
	add_entry(cache, entry);
	pthread_mutex_unlock(&cache->lock);
	return true;
}

enum image_filled image_fill_end(struct image_fill **fill)
{
	struct image_fill *ending = *fill;
	enum image_kind kind = image_kind_of_bytes(ending->begins, ending->length < sizeof(ending->begins)
									   ? (size_t)ending->length
									   : sizeof(ending->begins));
	enum image_filled filled = IMAGE_FILLED;

	if (ending->length != ending->expected || kind == IMAGE_KIND_NONE)
		filled = IMAGE_FILL_UNFIT;
	else if (ending->broken || !keep(ending, kind))
		filled = IMAGE_FILL_UNKEPT;
	if (filled == IMAGE_FILLED) {
		close(ending->descriptor);
		free(ending);
		*fill = NULL;
	}
	image_fill_drop(fill);
	return filled;
}

void image_fill_drop(struct image_fill **fill)
{
	if (!*fill)
		return;
	drop_part(*fill);
	free(*fill);
	*fill = NULL;
}
