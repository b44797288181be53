/* Lines for people and for machines: logfmt on stderr, one line an event.
 *
 *     time=2026-11-23T21:00:00.000Z level=info at="tools items" msg="..."
 *
 * The context says where we are; it is made once and inherited below. Secrets that were made known
 * by log_secret() are masked wherever they turn up, also percent- and base64-encoded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_NOTHING /* tests ask for it */ };

struct log {
	char where[160]; /* "orders items rec42"; "" prints no at= */
};

/* 'parent' may be NULL. */
struct log log_context(const struct log *parent, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void log_set_level(enum log_level level);
bool log_level_from_name(const char *name, enum log_level *level_out); /* debug info warn error */
/* Shorter than 6 characters is not masked: it would blacken ordinary words. Thread-safe. */
void log_secret(const char *secret);
/* Replaces every known secret in 'words' by "***", in place. */
void log_mask(char *words);
/* Words from outside for a message: masked, then cut on a character after at most 'most' bytes, with "…" where something is
 * missing. A secret that is cut first would not be known. The caller frees. */
char *log_quote(const char *words, size_t most);

/* How many lines this thread has written: whether anything was told since. */
uint64_t log_lines(void);

void log_debug(const struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_error(const struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
