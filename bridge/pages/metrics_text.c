#include "bridge/pages/metrics_text.h"

#include <inttypes.h>
#include <stdarg.h>

void metrics_begin(struct text *text, const char *name, const char *kind, const char *help)
{
	text_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

/* Of a label: a backslash, a quote and a line break are escaped. What is no UTF-8 would spoil the whole page. */
static void add_value(struct text *text, const char *words)
{
	for (size_t length; *words; words += length ? length : 1) {
		length = text_utf8_character(words, 4);
		if (*words == '\n')
			text_add(text, "\\n");
		else if (length == 0)
			text_add(text, "?");
		else if (*words == '\\' || *words == '"')
			text_format(text, "\\%c", *words);
		else
			text_add_bytes(text, words, length);
	}
}

static void add_labels(struct text *text, va_list *list)
{
	const char *between = "{", *name;

	while ((name = va_arg(*list, const char *))) {
		text_format(text, "%s%s=\"", between, name);
		add_value(text, va_arg(*list, const char *));
		text_add(text, "\"");
		between = ",";
	}
	if (*between == ',')
		text_add(text, "}");
}

void metrics_add(struct text *text, const char *name, int64_t value, ...)
{
	va_list list;

	va_start(list, value);
	text_add(text, name);
	add_labels(text, &list);
	va_end(list);
	text_format(text, " %" PRId64 "\n", value);
}

void metrics_add_ms(struct text *text, const char *name, int64_t value_ms, ...)
{
	va_list list;

	va_start(list, value_ms);
	text_add(text, name);
	add_labels(text, &list);
	va_end(list);
	int64_t size_ms = value_ms < 0 ? -value_ms : value_ms;
	text_format(text, " %s%" PRId64 ".%03" PRId64 "\n", value_ms < 0 ? "-" : "", size_ms / 1000,
		    size_ms % 1000);
}
