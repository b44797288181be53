/* Reasons, in the order in which they are found. */
#include "inventory/refusal.h"

#include "base/own.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>

void refusal_done(struct refusal *refusal)
{
	for (size_t i = 0; i < refusal->count; i++) {
		free(refusal->reasons[i].key);
		free(refusal->reasons[i].sentence);
	}
	free(refusal->reasons);
	*refusal = (struct refusal){0};
}

static void add(struct refusal *refusal, const char *key, int index, const char *format, va_list arguments)
{
	refusal->reasons = own_resize(refusal->reasons, refusal->count + 1, sizeof *refusal->reasons);
	refusal->reasons[refusal->count++] = (struct refusal_reason){
		.key = own_copy(key),
		.index = index,
		.sentence = own_format_list(format, arguments),
	};
}

void refusal_add(struct refusal *refusal, const char *key, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(refusal, key, -1, format, arguments);
	va_end(arguments);
}

void refusal_add_element(struct refusal *refusal, const char *key, int index, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(refusal, key, index, format, arguments);
	va_end(arguments);
}

bool refusal_passes(const struct refusal *refusal, struct error *error)
{
	struct text all = {0};

	if (refusal->count == 0)
		return true;
	for (size_t i = 0; i < refusal->count; i++) {
		text_add(&all, i > 0 ? " " : "");
		text_add(&all, refusal->reasons[i].sentence);
	}
	error_set(error, ERROR_REFUSED, "%s", text_or_empty(&all));
	text_done(&all);
	return false;
}
