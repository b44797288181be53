/* Sentences of errors: valid UTF-8, free of known secrets, cut on a character. */
#include "base/error.h"
#include "base/log.h"
#include "base/own.h"
#include "base/text.h"
#include <stdarg.h>
#include <string.h>

static const char cut_mark[] = "…";

/* One '?' for every byte that belongs to no character. */
static void repair_utf8(char *words)
{
	size_t length = strlen(words);

	while (!text_is_utf8(words, length)) {
		size_t size = text_utf8_character(words, length);
		if (size == 0) {
			*words = '?';
			size = 1;
		}
		words += size;
		length -= size;
	}
}

static void keep_words(struct error *error, char *words)
{
	repair_utf8(words);
	log_mask(words);
	size_t length = strlen(words);
	if (length < sizeof(error->text)) {
		memcpy(error->text, words, length + 1);
		return;
	}
	length = text_utf8_prefix(words, length, sizeof(error->text) - sizeof(cut_mark));
	memcpy(error->text, words, length);
	memcpy(error->text + length, cut_mark, sizeof(cut_mark));
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return false;
	/* First the words: they may quote the error that they replace. */
	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	*error = (struct error){.kind = kind};
	keep_words(error, words);
	return false;
}

bool error_wrap(struct error *error, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return false;
	va_start(arguments, format);
	scoped_text front = own_format_list(format, arguments);
	va_end(arguments);
	scoped_text words = own_format("%s: %s", front, error->text);
	keep_words(error, words);
	return false;
}

const char *error_kind_name(enum error_kind kind)
{
	static const char *const names[] = {
		[ERROR_NONE] = "none",   [ERROR_RETRY] = "retry",     [ERROR_CONFLICT] = "conflict",
		[ERROR_LOST] = "lost",   [ERROR_REFUSED] = "refused", [ERROR_STOPPED] = "stopped",
		[ERROR_FATAL] = "fatal",
	};

	return (size_t)kind < countof(names) ? names[kind] : "unknown";
}
