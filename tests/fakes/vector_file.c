/* Elements are told apart by their brackets and quotes alone; what is inside of one is the JSON reader's. */
#include "tests/fakes/vector_file.h"

#include "base/own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t)1 << 20)

static bool read_all(struct vector_file *file, const char *path, struct error *error)
{
	FILE *stream = fopen(path, "rb");
	size_t got = 1;

	if (!stream)
		return error_set(error, ERROR_REFUSED, "%s cannot be opened: %s", path, strerror(errno));
	while (got > 0 && file->length < JSON_LENGTH_LIMIT) {
		file->bytes = own_resize(file->bytes, file->length + CHUNK, 1);
		got = fread(file->bytes + file->length, 1, CHUNK, stream);
		file->length += got;
	}
	bool whole = !ferror(stream) && got == 0;
	fclose(stream);
	return whole || error_set(error, ERROR_REFUSED, "%s cannot be read to its end", path);
}

static char byte_at(const struct vector_file *file)
{
	return file->at < file->length ? file->bytes[file->at] : '\0';
}

static void skip_blanks(struct vector_file *file)
{
	while (file->at < file->length && strchr(" \t\r\n", file->bytes[file->at]) && file->bytes[file->at])
		file->at++;
}

bool vector_file_open(struct vector_file *file, const char *path, struct error *error)
{
	*file = (struct vector_file){0};
	if (!read_all(file, path, error))
		return false;
	skip_blanks(file);
	if (byte_at(file) != '[')
		return error_set(error, ERROR_REFUSED, "%s holds no list of vectors", path);
	file->at++;
	return true;
}

void vector_file_done(struct vector_file *file)
{
	free(file->bytes);
	*file = (struct vector_file){0};
}

static void skip_text(struct vector_file *file)
{
	for (file->at++; file->at < file->length && file->bytes[file->at] != '"'; file->at++)
		file->at += file->bytes[file->at] == '\\';
	file->at++;
}

/* To the comma or bracket behind the element; how deep it is nested. */
static size_t skip_element(struct vector_file *file)
{
	size_t depth = 0, deepest = 0;

	while (file->at < file->length) {
		char byte = file->bytes[file->at];
		bool opens = byte == '[' || byte == '{', closes = byte == ']' || byte == '}';
		if (depth == 0 && (byte == ',' || byte == ']'))
			return deepest;
		if (byte == '"') {
			skip_text(file);
			continue;
		}
		depth += opens;
		deepest = depth > deepest ? depth : deepest;
		depth -= closes && depth > 0;
		file->at++;
	}
	file->at = file->length;
	return deepest;
}

static enum vector_read end(struct vector_file *file, struct error *error)
{
	bool closed = byte_at(file) == ']';

	file->ended = true;
	file->at += closed;
	skip_blanks(file);
	if (closed && file->at == file->length)
		return VECTOR_END;
	(void)error_set(error, ERROR_REFUSED,
			closed ? "something stands behind the list" : "the list has no end");
	return VECTOR_BROKEN;
}

enum vector_read vector_file_next(struct vector_file *file, struct json_object **json_out,
				  struct json_flaws *flaws_out, struct error *error)
{
	if (file->ended)
		return VECTOR_END;
	skip_blanks(file);
	if (file->last || file->at >= file->length || (byte_at(file) == ']' && file->count == 0))
		return end(file, error);
	size_t begin = file->at, depth = skip_element(file);
	size_t length = (file->at < file->length ? file->at : file->length) - begin;
	file->count++;
	file->last = byte_at(file) != ',';
	file->at += !file->last;
	if (!json_read(file->bytes + begin, length, json_out, flaws_out, error))
		return VECTOR_BROKEN;
	if (depth <= JSON_DEPTH_LIMIT)
		return VECTOR_READ;
	json_release(take(*json_out));
	json_flaws_done(flaws_out);
	(void)error_set(error, ERROR_REFUSED, JSON_DEPTH_WORDS);
	return VECTOR_DEEP;
}
