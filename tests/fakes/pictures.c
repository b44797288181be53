#include "tests/fakes/pictures.h"
#include "base/md5.h"
#include "base/own.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PICTURES_MOST 600
#define PIECE         ((size_t)8192)
#define PATIENCE_S    20

struct kept {
	char *database, *image, *content_type;
	struct fake_picture picture;
	struct image_digest digest;
};

struct fake_pictures {
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct kept kept[PICTURES_MOST];
	size_t count;
	bool down, held;
	int finds, reads, holding, workers;
	size_t given;
};

struct worker {
	struct fake_pictures *pictures;
	bool interrupted;
};

struct fake_pictures *fake_pictures_open(void)
{
	struct fake_pictures *pictures = own_alloc(sizeof(*pictures));

	pthread_mutex_init(&pictures->lock, NULL);
	pthread_cond_init(&pictures->news, NULL);
	return pictures;
}

static void empty(struct kept *kept)
{
	free(kept->database);
	free(kept->image);
	free(kept->content_type);
	*kept = (struct kept){0};
}

void fake_pictures_close(struct fake_pictures **pictures)
{
	for (size_t i = 0; i < (*pictures)->count; i++)
		empty(&(*pictures)->kept[i]);
	pthread_cond_destroy(&(*pictures)->news);
	pthread_mutex_destroy(&(*pictures)->lock);
	free(*pictures);
	*pictures = NULL;
}

static void fill_bytes(const struct fake_picture *picture, size_t at, unsigned char *bytes, size_t length)
{
	static const char jpeg[] = "\xFF\xD8\xFF", png[] = "\x89PNG\r\n\x1A\n";
	bool is_png = picture->content_type && strcmp(picture->content_type, "image/png") == 0;
	const char *begins = picture->is_none ? "<html>" : is_png ? png : jpeg;
	size_t begin_length = strlen(begins);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)(((at + i) * 31 + picture->seed * 7 + ((at + i) >> 8)) % 251);
	for (size_t i = 0; at + i < begin_length && i < length; i++)
		bytes[i] = (unsigned char)begins[at + i];
}

unsigned char fake_picture_byte(const struct fake_picture *picture, size_t place)
{
	unsigned char byte;

	fill_bytes(picture, place, &byte, 1);
	return byte;
}

struct image_digest fake_picture_digest(const struct fake_picture *picture)
{
	struct image_digest digest = {{0}};
	unsigned char *bytes = own_resize(NULL, picture->length + 1, 1);
	char words[MD5_TEXT_SIZE];

	fill_bytes(picture, 0, bytes, picture->length);
	md5_text(bytes, picture->length, words);
	free(bytes);
	if (!image_digest_from_couch(words, &digest))
		abort();
	return digest;
}

static struct kept *find_kept(struct fake_pictures *pictures, const char *database, const char *image)
{
	for (size_t i = 0; i < pictures->count; i++) {
		struct kept *kept = &pictures->kept[i];
		if (kept->image && strcmp(kept->image, image) == 0 && strcmp(kept->database, database) == 0)
			return kept;
	}
	return NULL;
}

void fake_pictures_put(struct fake_pictures *pictures, const struct fake_picture *picture)
{
	struct image_digest digest = fake_picture_digest(picture);

	pthread_mutex_lock(&pictures->lock);
	struct kept *kept = find_kept(pictures, picture->database, picture->image);
	if (!kept && pictures->count == PICTURES_MOST)
		abort();
	if (!kept)
		kept = &pictures->kept[pictures->count++];
	empty(kept);
	kept->picture = *picture;
	kept->digest = digest;
	kept->database = own_copy(picture->database);
	kept->image = own_copy(picture->image);
	kept->content_type = own_copy(picture->content_type ? picture->content_type : "image/jpeg");
	kept->picture.database = kept->database;
	kept->picture.image = kept->image;
	kept->picture.content_type = kept->content_type;
	pthread_mutex_unlock(&pictures->lock);
}

void fake_pictures_remove(struct fake_pictures *pictures, const char *database, const char *image)
{
	pthread_mutex_lock(&pictures->lock);
	struct kept *kept = find_kept(pictures, database, image);
	if (kept)
		empty(kept);
	pthread_mutex_unlock(&pictures->lock);
}

static void set(struct fake_pictures *pictures, bool *what, bool value)
{
	pthread_mutex_lock(&pictures->lock);
	*what = value;
	pthread_cond_broadcast(&pictures->news);
	pthread_mutex_unlock(&pictures->lock);
}

void fake_pictures_down(struct fake_pictures *pictures, bool down)
{
	set(pictures, &pictures->down, down);
}

void fake_pictures_hold(struct fake_pictures *pictures, bool held)
{
	set(pictures, &pictures->held, held);
}

bool fake_pictures_wait_held(struct fake_pictures *pictures, int reads)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&pictures->lock);
	while (pictures->holding < reads)
		if (pthread_cond_timedwait(&pictures->news, &pictures->lock, &until) != 0)
			break;
	bool there = pictures->holding >= reads;
	pthread_mutex_unlock(&pictures->lock);
	return there;
}

static int read_count(struct fake_pictures *pictures, const int *count)
{
	pthread_mutex_lock(&pictures->lock);
	int value = *count;
	pthread_mutex_unlock(&pictures->lock);
	return value;
}

int fake_pictures_finds(struct fake_pictures *pictures)
{
	return read_count(pictures, &pictures->finds);
}

int fake_pictures_reads(struct fake_pictures *pictures)
{
	return read_count(pictures, &pictures->reads);
}

int fake_pictures_workers(struct fake_pictures *pictures)
{
	return read_count(pictures, &pictures->workers);
}

size_t fake_pictures_given(struct fake_pictures *pictures)
{
	pthread_mutex_lock(&pictures->lock);
	size_t given = pictures->given;
	pthread_mutex_unlock(&pictures->lock);
	return given;
}

/* ---- as a source ---- */

static void *open_worker(void *context)
{
	struct worker *worker = own_alloc(sizeof(*worker));

	worker->pictures = context;
	pthread_mutex_lock(&worker->pictures->lock);
	worker->pictures->workers++;
	pthread_mutex_unlock(&worker->pictures->lock);
	return worker;
}

static void close_worker(void *context)
{
	struct worker *worker = context;

	pthread_mutex_lock(&worker->pictures->lock);
	worker->pictures->workers--;
	pthread_mutex_unlock(&worker->pictures->lock);
	free(worker);
}

static void interrupt_worker(void *context)
{
	struct worker *worker = context;

	set(worker->pictures, &worker->interrupted, true);
}

static enum image_answer unknown(struct error *error)
{
	error_set(error, ERROR_RETRY, "the source is down");
	return IMAGE_UNKNOWN;
}

static enum image_answer find_picture(void *context, const char *database, const char *image,
				      struct image_picture *picture_out, struct error *error)
{
	struct worker *worker = context;
	struct fake_pictures *pictures = worker->pictures;

	pthread_mutex_lock(&pictures->lock);
	pictures->finds++;
	bool down = pictures->down || worker->interrupted;
	struct kept *kept = find_kept(pictures, database, image);
	if (kept && !down) {
		*picture_out = (struct image_picture){.length = kept->picture.length};
		picture_out->digest = kept->digest;
		strncpy(picture_out->content_type, kept->content_type, sizeof(picture_out->content_type) - 1);
	}
	pthread_mutex_unlock(&pictures->lock);
	return down ? unknown(error) : kept ? IMAGE_THERE : IMAGE_NOT_THERE;
}

/* False: the worker was interrupted. */
static bool wait_while_held(struct worker *worker)
{
	struct fake_pictures *pictures = worker->pictures;

	pthread_mutex_lock(&pictures->lock);
	pictures->holding++;
	pthread_cond_broadcast(&pictures->news);
	while (pictures->held && !worker->interrupted)
		pthread_cond_wait(&pictures->news, &pictures->lock);
	pictures->holding--;
	bool interrupted = worker->interrupted;
	pthread_mutex_unlock(&pictures->lock);
	return !interrupted;
}

static enum image_answer give(struct worker *worker, const struct fake_picture *picture,
			      bool (*on_data)(void *data, const char *bytes, size_t length), void *data,
			      struct error *error)
{
	size_t length = picture->given ? picture->given : picture->length;
	char piece[PIECE];

	for (size_t at = 0; at < length;) {
		size_t count = length - at < PIECE ? length - at : PIECE;
		if (at + count == length && count > 1)
			count--;
		fill_bytes(picture, at, (unsigned char *)piece, count);
		if (at + count == length && !wait_while_held(worker))
			return unknown(error);
		pthread_mutex_lock(&worker->pictures->lock);
		worker->pictures->given += count;
		pthread_mutex_unlock(&worker->pictures->lock);
		if (!on_data(data, piece, count)) {
			error_set(error, ERROR_STOPPED, "no more was wanted");
			return IMAGE_UNKNOWN;
		}
		at += count;
	}
	return IMAGE_THERE;
}

static enum image_answer read_picture(void *context, const char *database, const char *image,
				      const struct image_picture *picture,
				      bool (*on_data)(void *data, const char *bytes, size_t length),
				      void *data, struct error *error)
{
	struct worker *worker = context;
	struct fake_pictures *pictures = worker->pictures;
	struct fake_picture copy = {0};
	struct image_digest digest = {{0}};
	scoped_text content_type = NULL;

	pthread_mutex_lock(&pictures->lock);
	pictures->reads++;
	bool down = pictures->down || worker->interrupted;
	struct kept *kept = find_kept(pictures, database, image);
	if (kept) {
		copy = kept->picture;
		digest = kept->digest;
		content_type = own_copy(kept->content_type);
	}
	pthread_mutex_unlock(&pictures->lock);
	if (down)
		return unknown(error);
	copy.content_type = content_type;
	if (!kept)
		return IMAGE_NOT_THERE;
	if (memcmp(&digest, &picture->digest, sizeof(digest)) != 0)
		return IMAGE_NOT_THERE;
	return give(worker, &copy, on_data, data, error);
}

struct image_source fake_pictures_source(struct fake_pictures *pictures)
{
	return (struct image_source){.context = pictures,
				     .open = open_worker,
				     .close = close_worker,
				     .interrupt = interrupt_worker,
				     .find = find_picture,
				     .read = read_picture};
}

static bool is_served(void *context, const char *database)
{
	(void)context;
	return strcmp(database, "inventory") == 0 || strcmp(database, "open") == 0;
}

static bool is_unsigned(void *context, const char *database)
{
	(void)context;
	return strcmp(database, "open") == 0;
}

struct image_databases fake_pictures_databases(struct fake_pictures *pictures)
{
	return (struct image_databases){pictures, is_served, is_unsigned};
}
