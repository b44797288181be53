/* A growing string with a ceiling, and checks of text that came from outside. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts as {0} (unlimited: TEXT_CEILING_DEFAULT). Past the ceiling nothing more is added and
 * 'full' is set: the caller asks once, at the end. */
struct text {
	char *bytes; /* owned; NUL behind the last byte once anything was added, else NULL */
	size_t length;
	size_t capacity;
	size_t ceiling; /* 0: TEXT_CEILING_DEFAULT */
	bool full;
};

#define TEXT_CEILING_DEFAULT ((size_t)64 << 20)

void text_add(struct text *text, const char *words);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Percent-encodes everything but unreserved characters (RFC 3986); '+' becomes %2B, ' ' %20. */
void text_add_url(struct text *text, const char *words);
/* Words of somebody else's, in a line of ours: what would break the line or move a terminal (control characters), and
 * what is no UTF-8, is escaped; so is each character of 'besides'. */
void text_add_visible(struct text *text, const char *words, const char *besides);
/* "1 row", "2 rows". */
void text_add_count(struct text *text, int64_t count, const char *one, const char *several);
/* "90 s", "12 min", "5 h", "3 days": rounded, in the unit that has at least two of it. */
void text_add_duration(struct text *text, int64_t ms);
void text_clear(struct text *text); /* empty, memory kept */
void text_done(struct text *text);  /* memory freed, {0} */
char *text_take(struct text *text); /* the string, caller frees; never NULL; text is {0} after */
const char *text_or_empty(const struct text *text);

/* Length of the longest prefix of at most 'limit' bytes that ends on a character. */
size_t text_utf8_prefix(const char *bytes, size_t length, size_t limit);
/* Size of the well-formed UTF-8 character at the beginning (1-4), 0 when there is none. */
size_t text_utf8_character(const char *bytes, size_t length);
/* Whether all of it is well-formed UTF-8 (no surrogates, no overlong forms). */
bool text_is_utf8(const char *bytes, size_t length);
/* Number of UTF-16 units: what JavaScript, and so Airtable, calls a length. */
size_t text_utf16_length(const char *words);
/* Takes the full stop from the end of somebody else's sentence, which becomes a part of ours. */
void text_drop_stop(char *sentence);
/* Where this sentence stands among others, whole: at the beginning or behind the full stop and the space of another. NULL: nowhere. */
const char *text_sentence(const char *sentences, const char *wanted);
/* 64-bit FNV-1a, for hash tables. */
uint64_t text_hash(const char *words);
