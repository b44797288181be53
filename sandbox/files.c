#include "sandbox/files.h"
#include "base/clock.h"
#include "sandbox/picture_size.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ADDRESS_SEGMENTS 8
#define SEAL_SIZE        (crypto_shorthash_BYTES * 2 + 1)
#define ANY_TYPE         "application/octet-stream"
#define NAME_LIMIT       200 /* bytes of a file's name in its address */

static const char *const unfetched_names[] = {
	[UNFETCHED_WHOLE] = "whole",
	[UNFETCHED_WITHOUT_ID] = "without-id",
	[UNFETCHED_ABSENT] = "absent",
};

const char *sandbox_unfetched_name(enum sandbox_unfetched unfetched)
{
	return unfetched_names[unfetched];
}

bool sandbox_unfetched_of_name(const char *name, enum sandbox_unfetched *unfetched_out)
{
	for (size_t i = 0; i < countof(unfetched_names); i++) {
		if (strcmp(unfetched_names[i], name) == 0) {
			*unfetched_out = (enum sandbox_unfetched)i;
			return true;
		}
	}
	return false;
}

/* ---- one file ---- */

/* The last part of the path, as Airtable names a file that came without a name; NULL: there is none. */
static char *name_of_url(const char *url)
{
	size_t length = strcspn(url, "?#");
	size_t from = length;

	while (from > 0 && url[from - 1] != '/')
		from--;
	return from < length ? own_copy_bytes(url + from, length - from) : NULL;
}

struct sandbox_file *sandbox_file_open(const char *id, const char *url, const char *filename)
{
	struct sandbox_file *file = own_alloc(sizeof(*file));

	file->users = 1;
	file->id = own_copy(id);
	file->url = own_copy(url);
	file->filename = filename && *filename ? own_copy(filename) : name_of_url(url ? url : "");
	file->unnamed = !file->filename;
	if (file->unnamed)
		file->filename = own_copy("a");
	return file;
}

struct sandbox_file *sandbox_file_share(struct sandbox_file *file)
{
	file->users++;
	return file;
}

void sandbox_file_close(struct sandbox_file **file)
{
	struct sandbox_file *closing = take(*file);

	if (!closing || --closing->users > 0)
		return;
	free(closing->id);
	free(closing->url);
	free(closing->filename);
	free(closing->type);
	free(closing->bytes);
	free(closing);
}

static const struct {
	const char *type, *ending;
} endings[] = {
	{"image/jpeg", "jpg"},  {"image/png", "png"},       {"image/gif", "gif"},
	{"image/webp", "webp"}, {"application/pdf", "pdf"}, {"text/plain", "txt"},
};

static void add_ending(struct sandbox_file *file)
{
	for (size_t i = 0; i < countof(endings); i++) {
		if (strcmp(endings[i].type, file->type) == 0) {
			free(file->filename);
			file->filename = own_format("a.%s", endings[i].ending);
		}
	}
}

static const char type_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&^_.+-/";

void sandbox_file_store(struct sandbox_file *file, char *bytes, size_t size, const char *type)
{
	struct sandbox_picture_size picture = {0};
	size_t length = type ? strcspn(type, "; ") : 0;
	bool told = length > 0 && strspn(type, type_letters) >= length &&
		    strncasecmp(type, ANY_TYPE, length) != 0;

	sandbox_picture_size(bytes, size, &picture);
	free(file->bytes);
	free(file->type);
	file->state = FILE_STORED;
	file->bytes = bytes;
	file->size = size;
	file->type = told ? own_copy_bytes(type, length) : own_copy(picture.type ? picture.type : ANY_TYPE);
	file->width = picture.width;
	file->height = picture.height;
	if (file->unnamed)
		add_ending(file);
}

/* ---- all of them ---- */

void sandbox_files_done(struct sandbox_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		sandbox_file_close(&files->list[i]);
	free(files->list);
	*files = (struct sandbox_files){0};
}

void sandbox_files_add(struct sandbox_files *files, struct sandbox_file *file)
{
	if (files->count == files->capacity) {
		files->capacity = files->capacity ? files->capacity * 2 : 16;
		files->list = own_resize(files->list, files->capacity, sizeof(struct sandbox_file *));
	}
	files->list[files->count++] = sandbox_file_share(file);
	file->listed = true;
}

struct sandbox_file *sandbox_files_find(const struct sandbox_files *files, const char *id)
{
	for (size_t i = files->count; i-- > 0;) {
		if (strcmp(files->list[i]->id, id) == 0)
			return files->list[i];
	}
	return NULL;
}

void sandbox_files_sweep(struct sandbox_files *files, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct sandbox_file *file = files->list[i];
		if (file->users > 1 || now_ms < file->good_until_ms)
			files->list[kept++] = file;
		else
			sandbox_file_close(&file);
	}
	files->count = kept;
}

void sandbox_files_resemble(struct sandbox_files *files, const struct sandbox_files *other)
{
	files->address = other->address;
	files->unfetched = other->unfetched;
	files->addresses = other->addresses;
	files->has_key = other->has_key;
	memcpy(files->key, other->key, sizeof(files->key));
}

/* ---- addresses ---- */

/* Over everything in the address that says what it leads to, so that none can be made up. */
static void seal(const struct sandbox_files *files, const char *expiry, const char *number, const char *id,
		 const char *size, char seal_out[SEAL_SIZE])
{
	scoped_text words = own_format("%s/%s/%s/%s", expiry, number, id, size);
	unsigned char hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, (const unsigned char *)words, strlen(words), files->key);
	sodium_bin2hex(seal_out, SEAL_SIZE, hash, sizeof(hash));
}

static void put_address(struct json_object *json, struct sandbox_files *files,
			const struct sandbox_file *file, const char *size, int64_t now_ms)
{
	int64_t expiry_ms = now_ms + SANDBOX_FILE_URL_MS;
	scoped_text expiry = own_format("%lld", (long long)expiry_ms);
	scoped_text name = own_copy_bytes(
		file->filename, text_utf8_prefix(file->filename, strlen(file->filename), NAME_LIMIT));
	scoped_text number = own_format("%llu", (unsigned long long)++files->addresses);
	struct text url = {0};
	char mark[SEAL_SIZE];

	if (!files->has_key)
		random_bytes(files->key, sizeof(files->key));
	files->has_key = true;
	seal(files, expiry, number, file->id, size, mark);
	text_format(&url, "%s/v3/u/%s/%s/", files->address ? files->address : "", expiry, number);
	text_add_url(&url, file->id);
	text_format(&url, "/%s/%s/", size, mark);
	text_add_url(&url, name);
	json_put_text(json, "url", text_or_empty(&url));
	text_done(&url);
}

int sandbox_files_look_up(const struct sandbox_files *files, char *const *segments, size_t count,
			  int64_t now_ms, const struct sandbox_file **file_out)
{
	char mark[SEAL_SIZE];

	*file_out = NULL;
	if (count < ADDRESS_SEGMENTS - 1 || !files->has_key || strcmp(segments[1], "u") != 0)
		return 404;
	const char *expiry = segments[2], *id = segments[4];
	seal(files, expiry, segments[3], id, segments[5], mark);
	if (strcmp(mark, segments[6]) != 0)
		return 404;
	if (now_ms >= strtoll(expiry, NULL, 10))
		return 410;
	const struct sandbox_file *file = sandbox_files_find(files, id);
	if (!file || file->state == FILE_GIVEN)
		return 404;
	*file_out = file;
	return file->state == FILE_STORED ? 200 : file->status;
}

/* ---- as the API shows it ---- */

/* Airtable scales by the height alone and never makes a picture larger. */
static void put_thumbnail(struct json_object *thumbnails, struct sandbox_files *files,
			  const struct sandbox_file *file, const char *name, uint32_t most_high,
			  int64_t now_ms)
{
	struct json_object *json = json_new_object();
	uint32_t height = file->height < most_high ? file->height : most_high;
	int64_t width = (int64_t)file->width * height / file->height;

	put_address(json, files, file, name, now_ms);
	json_put(json, "width", json_new_int(width > 0 ? width : 1));
	json_put(json, "height", json_new_int(height));
	json_put(thumbnails, name, json);
}

static void put_thumbnails(struct json_object *json, struct sandbox_files *files,
			   const struct sandbox_file *file, int64_t now_ms)
{
	struct json_object *thumbnails = json_new_object();

	put_thumbnail(thumbnails, files, file, "small", SANDBOX_THUMBNAIL_SMALL, now_ms);
	put_thumbnail(thumbnails, files, file, "large", SANDBOX_THUMBNAIL_LARGE, now_ms);
	put_thumbnail(thumbnails, files, file, "full", file->height, now_ms);
	json_put(json, "thumbnails", thumbnails);
}

static struct json_object *show_given(const struct sandbox_files *files, const struct sandbox_file *file)
{
	if (files->unfetched == UNFETCHED_ABSENT)
		return NULL;
	struct json_object *json = json_new_object();
	if (files->unfetched != UNFETCHED_WITHOUT_ID)
		json_put_text(json, "id", file->id);
	json_put_text(json, "url", file->url);
	json_put_text(json, "filename", file->filename);
	return json;
}

struct json_object *sandbox_file_show(struct sandbox_files *files, struct sandbox_file *file, int64_t now_ms)
{
	if (file->state == FILE_GIVEN)
		return show_given(files, file);
	struct json_object *json = json_new_object();
	if (now_ms + SANDBOX_FILE_URL_MS > file->good_until_ms)
		file->good_until_ms = now_ms + SANDBOX_FILE_URL_MS;
	json_put_text(json, "id", file->id);
	if (file->width > 0) {
		json_put(json, "width", json_new_int(file->width));
		json_put(json, "height", json_new_int(file->height));
	}
	put_address(json, files, file, "file", now_ms);
	json_put_text(json, "filename", file->filename);
	if (file->state == FILE_STORED) {
		json_put(json, "size", json_new_int((int64_t)file->size));
		json_put_text(json, "type", file->type);
	}
	if (file->width > 0)
		put_thumbnails(json, files, file, now_ms);
	return json;
}
