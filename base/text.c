/* A growing string with a ceiling, and checks of text that came from outside. */
#include "base/text.h"
#include "base/own.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_FIRST_CAPACITY = 64 };

/* Room for 'more' bytes and the NUL; false past the ceiling. */
static bool make_room(struct text *text, size_t more)
{
	size_t ceiling = text->ceiling > 0 ? text->ceiling : TEXT_CEILING_DEFAULT;

	if (text->full || more > ceiling || text->length > ceiling - more) {
		text->full = true;
		return false;
	}
	size_t needed = text->length + more + 1;
	if (needed <= text->capacity)
		return true;
	size_t capacity = text->capacity > 0 ? text->capacity : TEXT_FIRST_CAPACITY;
	while (capacity < needed)
		capacity = capacity <= SIZE_MAX / 2 ? capacity * 2 : needed;
	text->bytes = own_resize(text->bytes, capacity, 1);
	text->capacity = capacity;
	return true;
}

void text_add(struct text *text, const char *words)
{
	text_add_bytes(text, words, strlen(words));
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	if (!make_room(text, length))
		return;
	if (length > 0)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_format(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	text_add(text, words);
}

static bool is_unreserved(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

void text_add_url(struct text *text, const char *words)
{
	static const char digits[] = "0123456789ABCDEF";

	for (const unsigned char *byte = (const unsigned char *)words; *byte; byte++) {
		if (is_unreserved(*byte))
			text_add_bytes(text, byte, 1);
		else
			text_add_bytes(text, (char[]){'%', digits[*byte >> 4], digits[*byte & 15]}, 3);
	}
}

/* How a character is escaped, or nothing. C1 (U+0080 to U+009F) are control characters, too. */
static void escape(const char *words, size_t size, char escaped_out[8])
{
	static const struct {
		char raw;
		const char *escaped;
	} shorts[] = {{'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};
	const unsigned char first = (unsigned char)*words;

	escaped_out[0] = '\0';
	for (size_t i = 0; i < countof(shorts); i++)
		if (*words == shorts[i].raw) {
			snprintf(escaped_out, 8, "%s", shorts[i].escaped);
			return;
		}
	if (size == 0 || first < 0x20 || first == 0x7F)
		snprintf(escaped_out, 8, "\\x%02x", first);
	else if (size == 2 && first == 0xC2 && (unsigned char)words[1] < 0xA0)
		snprintf(escaped_out, 8, "\\u00%02x", (unsigned char)words[1]);
}

void text_add_visible(struct text *text, const char *words, const char *besides)
{
	size_t length = strlen(words);

	while (length > 0) {
		char escaped[8];
		size_t size = text_utf8_character(words, length), step = size > 0 ? size : 1;
		escape(words, size, escaped);
		if (!escaped[0] && strchr(besides, *words))
			text_add(text, "\\");
		if (escaped[0])
			text_add(text, escaped);
		else
			text_add_bytes(text, words, size);
		words += step;
		length -= step;
	}
}

void text_add_count(struct text *text, int64_t count, const char *one, const char *several)
{
	text_format(text, "%" PRId64 " %s", count, count == 1 ? one : several);
}

void text_add_duration(struct text *text, int64_t ms)
{
	int64_t seconds = (ms + 999) / 1000;

	if (seconds < 120)
		text_format(text, "%" PRId64 " s", seconds);
	else if (seconds < 7200)
		text_format(text, "%" PRId64 " min", (seconds + 30) / 60);
	else if (seconds < 172800)
		text_format(text, "%" PRId64 " h", (seconds + 1800) / 3600);
	else
		text_format(text, "%" PRId64 " days", (seconds + 43200) / 86400);
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->full = false;
	if (text->bytes)
		text->bytes[0] = '\0';
}

void text_done(struct text *text)
{
	free(text->bytes);
	*text = (struct text){0};
}

char *text_take(struct text *text)
{
	char *bytes = text->bytes ? text->bytes : own_copy("");

	*text = (struct text){0};
	return bytes;
}

const char *text_or_empty(const struct text *text)
{
	return text->bytes ? text->bytes : "";
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

size_t text_utf8_prefix(const char *bytes, size_t length, size_t limit)
{
	if (length <= limit)
		return length;
	while (limit > 0 && is_continuation((unsigned char)bytes[limit]))
		limit--;
	return limit;
}

/* The ranges of the Unicode standard's table 3-7: what may follow a first byte. */
size_t text_utf8_character(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	unsigned char least = 0x80, most = 0xBF;
	size_t size;

	if (length == 0)
		return 0;
	if (at[0] < 0x80)
		return 1;
	if (at[0] >= 0xC2 && at[0] <= 0xDF)
		size = 2;
	else if (at[0] >= 0xE0 && at[0] <= 0xEF)
		size = 3;
	else if (at[0] >= 0xF0 && at[0] <= 0xF4)
		size = 4;
	else
		return 0;
	if (at[0] == 0xE0)
		least = 0xA0;
	else if (at[0] == 0xED)
		most = 0x9F;
	else if (at[0] == 0xF0)
		least = 0x90;
	else if (at[0] == 0xF4)
		most = 0x8F;
	if (size > length || at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < size; i++)
		if (!is_continuation(at[i]))
			return 0;
	return size;
}

bool text_is_utf8(const char *bytes, size_t length)
{
	while (length > 0) {
		size_t size = text_utf8_character(bytes, length);
		if (size == 0)
			return false;
		bytes += size;
		length -= size;
	}
	return true;
}

size_t text_utf16_length(const char *words)
{
	size_t units = 0;

	for (const unsigned char *byte = (const unsigned char *)words; *byte; byte++) {
		if (!is_continuation(*byte))
			units += *byte >= 0xF0 ? 2 : 1;
	}
	return units;
}

void text_drop_stop(char *sentence)
{
	size_t length = strlen(sentence);

	if (length > 1 && sentence[length - 1] == '.' && sentence[length - 2] != '.')
		sentence[length - 1] = '\0';
}

const char *text_sentence(const char *sentences, const char *wanted)
{
	for (const char *found = strstr(sentences, wanted); found; found = strstr(found + 1, wanted))
		if (found == sentences || (found - sentences >= 2 && found[-1] == ' ' && found[-2] == '.'))
			return found;
	return NULL;
}

uint64_t text_hash(const char *words)
{
	uint64_t hash = 0xCBF29CE484222325U;

	for (const unsigned char *byte = (const unsigned char *)words; *byte; byte++)
		hash = (hash ^ *byte) * 0x100000001B3U;
	return hash;
}
