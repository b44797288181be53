/* logfmt on stderr: a line is one write(), so that threads and processes do not mix theirs.
 *
 * A secret is known in every form in which it may turn up in a sentence: as it is, percent-encoded,
 * escaped for JSON, and inside base64 (a basic authorization holds "user:secret"). Base64 packs three
 * bytes at a time, so the same bytes look different at each of three places; the characters that
 * depend on nothing but the secret are looked for at each of them. */
#include "base/log.h"
#include "base/clock.h"
#include "base/log_ring.h"
#include "base/own.h"
#include "base/text.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LOG_MESSAGE_LIMIT = 8192,
	LOG_SECRET_LEAST = 6,
};

static const char secret_mask[] = "***";
static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};
static atomic_int least_level = LOG_INFO;
static _Thread_local uint64_t lines_of_thread;

/* Longest first: a secret that holds another one is masked as a whole. */
static pthread_rwlock_t secrets_lock = PTHREAD_RWLOCK_INITIALIZER;
static char **secrets;
static size_t secret_count;
static atomic_size_t secret_count_hint;

struct log log_context(const struct log *parent, const char *format, ...)
{
	struct log log = {""};
	va_list arguments;

	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	const char *before = parent ? parent->where : "";
	scoped_text where = own_format("%s%s%s", before, *before && *words ? " " : "", words);
	size_t length = text_utf8_prefix(where, strlen(where), sizeof(log.where) - 1);
	memcpy(log.where, where, length);
	return log;
}

void log_set_level(enum log_level level)
{
	atomic_store(&least_level, (int)level);
}

bool log_level_from_name(const char *name, enum log_level *level_out)
{
	for (size_t i = 0; i < countof(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*level_out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* Takes the form; one that is known, or too short to be told from ordinary words, is dropped. */
static void add_form(char *form)
{
	size_t place = 0;
	size_t length = strlen(form);

	for (size_t i = 0; i < secret_count; i++) {
		if (strcmp(secrets[i], form) == 0)
			length = 0;
		else if (strlen(secrets[i]) >= length)
			place = i + 1;
	}
	if (length < LOG_SECRET_LEAST) {
		free(form);
		return;
	}
	secrets = own_resize(secrets, secret_count + 1, sizeof(*secrets));
	memmove(secrets + place + 1, secrets + place, (secret_count - place) * sizeof(*secrets));
	secrets[place] = form;
	secret_count++;
}

static char *form_in_url(const char *secret, bool small)
{
	struct text text = {0};

	text_add_url(&text, secret);
	char *form = text_take(&text);
	for (char *at = form; small && *at; at++) {
		for (int i = 1; *at == '%' && i <= 2; i++)
			if (at[i] >= 'A' && at[i] <= 'F')
				at[i] = (char)(at[i] - 'A' + 'a');
	}
	return form;
}

static char *form_in_json(const char *secret)
{
	struct text text = {0};

	for (; *secret; secret++) {
		if (*secret == '"' || *secret == '\\')
			text_add(&text, "\\");
		text_add_bytes(&text, secret, 1);
	}
	return text_take(&text);
}

/* The characters of base64 that depend on the secret alone when it begins 'skew' bytes into a group of three. */
static char *form_in_base64(const char *secret, size_t skew, const char *alphabet)
{
	struct text text = {0};
	size_t last_bit = (skew + strlen(secret)) * 8;

	for (size_t bit = (skew * 8 + 5) / 6 * 6; bit + 6 <= last_bit; bit += 6) {
		size_t byte = bit / 8 - skew;
		unsigned window = (unsigned)(unsigned char)secret[byte] << 8;
		window |= (unsigned char)secret[byte + 1]; /* at the end: the NUL, of which no bit is used */
		text_add_bytes(&text, &alphabet[(window >> (10 - bit % 8)) & 63], 1);
	}
	return text_take(&text);
}

void log_secret(const char *secret)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (!secret || strlen(secret) < LOG_SECRET_LEAST)
		return;
	pthread_rwlock_wrlock(&secrets_lock);
	add_form(own_copy(secret));
	add_form(form_in_url(secret, false));
	add_form(form_in_url(secret, true));
	add_form(form_in_json(secret));
	for (size_t skew = 0; skew < 3; skew++) {
		add_form(form_in_base64(secret, skew, base64));
		add_form(form_in_base64(secret, skew, base64_url));
	}
	atomic_store(&secret_count_hint, secret_count);
	pthread_rwlock_unlock(&secrets_lock);
}

/* The mask is shorter than any form, so the words only shrink. */
static void mask_form(char *words, const char *form)
{
	size_t length = strlen(form);
	char *found = strstr(words, form);

	if (!found)
		return;
	char *out = found;
	for (const char *in = found; *in;) {
		if (strncmp(in, form, length) == 0) {
			memcpy(out, secret_mask, sizeof(secret_mask) - 1);
			out += sizeof(secret_mask) - 1;
			in += length;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
}

void log_mask(char *words)
{
	if (atomic_load(&secret_count_hint) == 0)
		return;
	pthread_rwlock_rdlock(&secrets_lock);
	for (size_t i = 0; i < secret_count; i++)
		mask_form(words, secrets[i]);
	pthread_rwlock_unlock(&secrets_lock);
}

char *log_quote(const char *words, size_t most)
{
	scoped_text masked = own_copy(words);

	log_mask(masked);
	size_t length = strlen(masked), kept = text_utf8_prefix(masked, length, most);
	return own_format("%.*s%s", (int)kept, masked, kept < length ? "…" : "");
}

/* A value in quotes. */
static void add_quoted(struct text *line, const char *words)
{
	text_add(line, "\"");
	text_add_visible(line, words, "\"\\");
	text_add(line, "\"");
}

static void write_all(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDERR_FILENO, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* there is no other place to complain */
		bytes += written;
		length -= (size_t)written;
	}
}

uint64_t log_lines(void)
{
	return lines_of_thread;
}

static void write_line(enum log_level level, const struct log *log, const char *format, va_list arguments)
{
	char time[CLOCK_ISO_SIZE] = "?";
	struct text line = {0};

	if ((int)level < atomic_load(&least_level))
		return;
	scoped_text words = own_format_list(format, arguments);
	log_mask(words);
	size_t length = strlen(words);
	bool cut = length > LOG_MESSAGE_LIMIT;
	if (cut)
		words[text_utf8_prefix(words, length, LOG_MESSAGE_LIMIT)] = '\0';
	clock_iso(clock_now_ms(), time);
	text_format(&line, "time=%s level=%s", time, level_names[level]);
	if (log && log->where[0]) {
		scoped_text where = own_copy(log->where);
		log_mask(where);
		text_add(&line, " at=");
		add_quoted(&line, where);
	}
	text_add(&line, " msg=");
	add_quoted(&line, words);
	text_add(&line, cut ? " cut=true\n" : "\n");
	lines_of_thread++;
	write_all(text_or_empty(&line), line.length);
	log_ring_add(text_or_empty(&line), line.length);
	text_done(&line);
}

#define LOG_FUNCTION(name, level)                                                                            \
	void name(const struct log *log, const char *format, ...)                                            \
	{                                                                                                    \
		va_list arguments;                                                                           \
		int saved_errno = errno;                                                                     \
                                                                                                             \
		va_start(arguments, format);                                                                 \
		write_line(level, log, format, arguments);                                                   \
		va_end(arguments);                                                                           \
		errno = saved_errno;                                                                         \
	}

LOG_FUNCTION(log_debug, LOG_DEBUG)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_error, LOG_ERROR)
