#include "sandbox/target.h"
#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	int letter = tolower((unsigned char)digit);
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* A '%' without two digits stands for itself. False: not a text that anything here is called. */
static bool decode(const char *raw, size_t length, bool plus, char **text_out)
{
	char *text = own_alloc(length + 1);
	size_t written = 0;

	for (size_t i = 0; i < length; i++) {
		char byte = plus && raw[i] == '+' ? ' ' : raw[i];
		if (byte == '%' && i + 2 < length && hex(raw[i + 1]) >= 0 && hex(raw[i + 2]) >= 0) {
			byte = (char)(hex(raw[i + 1]) * 16 + hex(raw[i + 2]));
			i += 2;
		}
		text[written++] = byte;
	}
	*text_out = text;
	return strlen(text) == written && text_is_utf8(text, written);
}

static void read_path(const char *path, size_t length, struct sandbox_target *target)
{
	size_t at = 0;

	if (length == 0 || path[at++] != '/') {
		target->bad_path = true;
		return;
	}
	while (at < length) {
		const char *slash = memchr(path + at, '/', length - at);
		size_t end = slash ? (size_t)(slash - path) : length;
		if (target->count == SANDBOX_SEGMENT_LIMIT) {
			target->bad_path = true;
			return;
		}
		if (!decode(path + at, end - at, false, &target->segments[target->count++]))
			target->bad_path = true;
		at = end + 1;
	}
}

static void read_pair(const char *pair, size_t length, struct sandbox_target *target)
{
	const char *equals = memchr(pair, '=', length);
	size_t name_length = equals ? (size_t)(equals - pair) : length;
	struct sandbox_pair read = {0};

	if (!decode(pair, name_length, true, &read.name))
		target->bad_query = true;
	size_t from = equals ? name_length + 1 : length;
	if (!decode(pair + from, length - from, true, &read.value))
		target->bad_query = true;
	target->pairs = own_resize(target->pairs, target->pair_count + 1, sizeof(read));
	target->pairs[target->pair_count++] = read;
}

void sandbox_target_read(const char *uri, struct sandbox_target *target_out)
{
	struct sandbox_target target = {0};
	size_t path_length = strcspn(uri, "?#");
	const char *query = uri + path_length;

	read_path(uri, path_length, &target);
	while (*query && *query != '#') {
		query++;
		size_t length = strcspn(query, "&#");
		if (length > 0)
			read_pair(query, length, &target);
		query += length;
	}
	*target_out = target;
}

void sandbox_target_done(struct sandbox_target *target)
{
	for (size_t i = 0; i < target->count; i++)
		free(target->segments[i]);
	for (size_t i = 0; i < target->pair_count; i++) {
		free(target->pairs[i].name);
		free(target->pairs[i].value);
	}
	free(target->pairs);
	*target = (struct sandbox_target){0};
}

bool sandbox_target_is_upload(const struct sandbox_target *target)
{
	return target->count == 5 && !target->bad_path && strcmp(target->segments[0], "v0") == 0 &&
	       strcmp(target->segments[4], "uploadAttachment") == 0;
}

const char *sandbox_target_get(const struct sandbox_target *target, const char *name)
{
	for (size_t i = 0; i < target->pair_count; i++) {
		if (strcmp(target->pairs[i].name, name) == 0)
			return target->pairs[i].value;
	}
	return NULL;
}
