/* The picture server alone, with one picture behind it: for the bench `images`.
 *
 *     images_server FOLDER FILE      FOLDER: the cache's; FILE: the JPEG that every picture is
 *
 * Prints "port <port>", "good <path>" and "bad <path>" on stdout, and runs until its stdin ends. */
#include "base/clock.h"
#include "public-images/link.h"
#include "public-images/server.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct image_digest digest = {{1, 2, 3}};

static void *open_worker(void *context)
{
	return context;
}

static void close_worker(void *worker)
{
	(void)worker;
}

static enum image_answer find(void *worker, const char *database, const char *image,
			      struct image_picture *picture_out, struct error *error)
{
	struct stat status;

	(void)database;
	(void)image;
	if (stat(worker, &status) != 0) {
		error_set(error, ERROR_RETRY, "the file is not there");
		return IMAGE_UNKNOWN;
	}
	*picture_out = (struct image_picture){
		.digest = digest, .length = (uint64_t)status.st_size, .content_type = "image/jpeg"};
	return IMAGE_THERE;
}

static enum image_answer read_file(void *worker, const char *database, const char *image,
				   const struct image_picture *picture,
				   bool (*on_data)(void *data, const char *bytes, size_t length), void *data,
				   struct error *error)
{
	char piece[16384];
	FILE *file = fopen(worker, "r");

	(void)database;
	(void)image;
	(void)picture;
	(void)error;
	if (!file)
		return IMAGE_NOT_THERE;
	for (size_t got; (got = fread(piece, 1, sizeof(piece), file)) > 0;)
		if (!on_data(data, piece, got))
			break;
	fclose(file);
	return IMAGE_THERE;
}

static bool is_served(void *context, const char *database)
{
	(void)context;
	return strcmp(database, "inventory") == 0;
}

static bool never(void *context, const char *database)
{
	(void)context;
	(void)database;
	return false;
}

static bool serve(const char *folder, char *file, struct error *error)
{
	const struct image_cache_limits limits = {.bytes = 64 << 20, .age_s = 1000000};
	const struct image_link link = {"inventory", "picture", "jpg", digest};
	struct image_server_options options = {
		.listen = "127.0.0.1:0",
		.source = {.context = file,
			   .open = open_worker,
			   .close = close_worker,
			   .find = find,
			   .read = read_file},
		.databases = {.is_served = is_served, .is_unsigned = never},
	};
	struct image_keys keys = {0};
	struct image_server *server = NULL;
	char *good = NULL;

	if (!image_keys_rotate(&keys, error) || !image_cache_open(folder, &limits, &options.cache, error) ||
	    !image_server_open(&options, &keys, &server, error) ||
	    !image_link_make("", &link, &keys, clock_now_ms() / 1000, &good, error))
		return false;
	printf("port %d\ngood %s\n", image_server_port(server), good);
	char *letter = strstr(good, "&s=") + 4;
	*letter = *letter == 'x' ? 'y' : 'x';
	printf("bad %s\n", good);
	fflush(stdout);
	free(good);
	while (getchar() != EOF)
		;
	image_server_close(&server);
	image_cache_close(&options.cache);
	return true;
}

int main(int count, char **words)
{
	struct error error = {0};

	if (count != 3 || sodium_init() < 0) {
		fputs("usage: images_server FOLDER FILE\n", stderr);
		return 2;
	}
	if (serve(words[1], words[2], &error))
		return 0;
	fprintf(stderr, "%s\n", error.text);
	return 1;
}
