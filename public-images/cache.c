#include "public-images/cache.h"
#include "base/clock.h"
#include "base/log.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TELL_MS 60000 /* between two words of the log that nothing can be kept */

struct image_cache {
	char *folder; /* owned */
	int descriptor, lock_descriptor;
	struct image_cache_index *index;
	struct image_memory *memory;
	pthread_mutex_t lock; /* of the rest */
	uint64_t unkept;
	int64_t told_ms;
	struct log log;
};

/* ---- what is in the folder when it is opened ---- */

static bool is_part(const char *name)
{
	size_t length = strlen(name), tail = strlen(IMAGE_CACHE_PART);

	return length > IMAGE_HEX_SIZE + tail && strspn(name, "0123456789abcdef") == IMAGE_HEX_SIZE - 1 &&
	       strcmp(name + length - tail, IMAGE_CACHE_PART) == 0;
}

/* Whether the file is one of the cache's pictures. What a crash left is removed. */
static bool take_in(const struct image_cache *cache, const char *name, struct image_cache_entry *entry_out)
{
	struct image_cache_entry entry;
	struct stat status;

	if (is_part(name))
		unlinkat(cache->descriptor, name, 0);
	if (!image_cache_entry_read(name, &entry))
		return false;
	if (fstatat(cache->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode) ||
	    (uint64_t)status.st_size != entry.length) {
		unlinkat(cache->descriptor, name, 0);
		return false;
	}
	entry.used_s = entry.stamped_s = status.st_mtime;
	*entry_out = entry;
	return true;
}

static int compare_use(const void *a, const void *b)
{
	const struct image_cache_entry *first = a, *second = b;

	return first->used_s < second->used_s ? -1 : first->used_s > second->used_s;
}

static void put_all(struct image_cache *cache, DIR *folder)
{
	struct image_cache_entry *list = NULL, entry;
	size_t count = 0;

	/* cppcheck-suppress readdirCalled; the stream is this function's own */
	for (const struct dirent *file; (file = readdir(folder));) {
		if (!take_in(cache, file->d_name, &entry))
			continue;
		if ((count & (count + 1)) == 0) /* doubled each time */
			list = own_resize(list, count * 2 + 1, sizeof(*list));
		list[count++] = entry;
	}
	if (count > 0)
		qsort(list, count, sizeof(*list), compare_use);
	for (size_t i = 0; i < count; i++)
		image_cache_index_put(cache->index, &list[i]);
	free(list);
	image_cache_index_tidy(cache->index);
}

static bool take_in_all(struct image_cache *cache, struct error *error)
{
	DIR *folder = opendir(cache->folder);

	if (!folder)
		return error_set(error, ERROR_FATAL, "the picture cache %s cannot be read: %s", cache->folder,
				 strerror(errno));
	put_all(cache, folder);
	closedir(folder);
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

/* Where the system limits how large a file may grow, writing fails as on a full disk. It does not end the process. */
static void outlive_file_limits(void)
{
	struct sigaction action;

	if (sigaction(SIGXFSZ, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
		signal(SIGXFSZ, SIG_IGN);
}

bool image_cache_open(const char *folder, const struct image_cache_limits *limits,
		      struct image_cache **cache_out, struct error *error)
{
	struct image_cache *cache = own_alloc(sizeof(*cache));

	outlive_file_limits();
	pthread_mutex_init(&cache->lock, NULL);
	cache->folder = own_copy(folder);
	cache->descriptor = cache->lock_descriptor = -1;
	cache->log = log_context(NULL, "pictures");
	cache->memory = image_memory_open(IMAGE_MEMORY_BYTES);
	bool opened = open_folder(cache, error);
	cache->index = image_cache_index_open(cache->descriptor, limits->bytes, limits->age_s);
	if (!opened || !take_in_all(cache, error)) {
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
	image_cache_index_close(&gone->index);
	image_memory_close(&gone->memory);
	if (gone->lock_descriptor >= 0)
		close(gone->lock_descriptor);
	if (gone->descriptor >= 0)
		close(gone->descriptor);
	pthread_mutex_destroy(&gone->lock);
	free(gone->folder);
	free(gone);
}

struct image_cache_index *image_cache_index_of(struct image_cache *cache)
{
	return cache->index;
}

/* The file is opened without a lock: whoever holds one must not wait for the system. */
static bool open_file(struct image_cache *cache, const struct image_cache_entry *entry, bool again,
		      struct image_file *file)
{
	file->descriptor = openat(cache->descriptor, entry->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file->descriptor < 0) {
		if (errno == ENOENT) /* somebody emptied the folder */
			image_cache_index_remove(cache->index, entry->hex);
		return false;
	}
	if (again)
		file->bytes = image_memory_read(cache->memory, entry->hex, file->descriptor, entry->length);
	if (file->bytes) {
		close(file->descriptor);
		file->descriptor = -1;
	}
	return true;
}

bool image_cache_find(struct image_cache *cache, const struct image_digest *digest,
		      struct image_file *file_out)
{
	char hex[IMAGE_HEX_SIZE];
	struct image_cache_entry entry;
	struct image_cache_use use;

	sodium_bin2hex(hex, sizeof(hex), digest->bytes, sizeof(digest->bytes));
	if (!image_cache_index_use(cache->index, hex, &entry, &use))
		return false;
	struct image_file file = {.descriptor = -1, .length = entry.length, .kind = entry.kind};
	file.bytes = image_memory_find(cache->memory, hex);
	if (!file.bytes && !open_file(cache, &entry, use.again, &file))
		return false;
	if (use.stamp)
		utimensat(cache->descriptor, entry.name, NULL, AT_SYMLINK_NOFOLLOW);
	*file_out = file;
	return true;
}

void image_file_done(struct image_file *file)
{
	if (file->bytes)
		image_bytes_give_back(file->bytes);
	if (file->descriptor >= 0)
		close(file->descriptor);
	*file = (struct image_file){.descriptor = -1};
}

struct image_cache_counts image_cache_count(struct image_cache *cache)
{
	struct image_cache_index_counts counts = image_cache_index_count(cache->index);

	pthread_mutex_lock(&cache->lock);
	uint64_t unkept = cache->unkept;
	pthread_mutex_unlock(&cache->lock);
	return (struct image_cache_counts){.pictures = counts.pictures,
					   .bytes = counts.bytes,
					   .evicted = counts.evicted,
					   .unkept = unkept,
					   .bytes_in_memory = image_memory_count(cache->memory)};
}

void image_cache_tidy(struct image_cache *cache)
{
	image_cache_index_tidy(cache->index);
}

/* Once a minute: a full disk would say it with every picture. */
void image_cache_note_unkept(struct image_cache *cache, const char *why)
{
	int64_t at_ms = clock_steady_ms();

	pthread_mutex_lock(&cache->lock);
	bool tell = cache->unkept == 0 || at_ms - cache->told_ms >= TELL_MS;
	cache->unkept++;
	if (tell)
		cache->told_ms = at_ms;
	pthread_mutex_unlock(&cache->lock);
	if (tell)
		log_warn(&cache->log, "pictures are passed on without being kept in %s: %s", cache->folder,
			 why);
}
