#include "web/html.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static const char *escape_of(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Of one byte; C0 but what is white space, and DEL. */
static bool is_control(const char *at)
{
	return ((unsigned char)*at < ' ' && !strchr("\t\n\r", *at)) || *at == 0x7f;
}

/* U+0080 to U+009F */
static bool is_late_control(const char *at, size_t length)
{
	return length == 2 && (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] < 0xA0;
}

void html_add(struct text *text, const char *words)
{
	const char *end = words ? words + strlen(words) : NULL;

	while (words && words < end) {
		size_t length = text_utf8_character(words, (size_t)(end - words));
		const char *escape = escape_of(*words);
		if (escape)
			text_add(text, escape);
		else if (length == 0 || is_control(words) || is_late_control(words, length))
			text_add(text, REPLACEMENT);
		else
			text_add_bytes(text, words, length);
		words += length ? length : 1;
	}
}

/* What stands behind a '%', which is added; how much of the format it takes. */
static size_t add_place(struct text *text, const char *place, va_list *list)
{
	if (place[0] == '%')
		text_add(text, "%");
	else if (place[0] == 's')
		html_add(text, va_arg(*list, const char *));
	else if (place[0] == 'd')
		text_format(text, "%d", va_arg(*list, int));
	else if (strncmp(place, "zu", 2) == 0)
		text_format(text, "%zu", va_arg(*list, size_t));
	else if (strncmp(place, "lld", 3) == 0)
		text_format(text, "%lld", va_arg(*list, long long));
	else
		abort();
	return place[0] == 'z' ? 2 : place[0] == 'l' ? 3 : 1;
}

void html_format(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	for (;;) {
		size_t length = strcspn(format, "%");
		text_add_bytes(text, format, length);
		format += length;
		if (!*format)
			break;
		format += 1 + add_place(text, format + 1, &list);
	}
	va_end(list);
}
