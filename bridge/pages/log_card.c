#include "bridge/pages/log_card.h"

#include "base/log_ring.h"
#include "base/own.h"
#include "web/html.h"

#include <stdlib.h>

#define LINES_SHOWN 100

static void add_filter(struct text *text, const char *words)
{
	html_format(
		text,
		"<form class=\"search\" method=\"get\" action=\"/health\" role=\"search\">\n<div><label "
		"for=\"log\">Lines with these words</label><input id=\"log\" name=\"log\" type=\"search\" "
		"value=\"%s\" placeholder=\"level=warn\"></div>\n<button>Show</button>\n</form>\n",
		words);
}

static const char *wanted(const struct admin_request *request)
{
	const char *words = web_form_value(request->query, "log");

	return words && *words ? words : NULL;
}

void log_card_add(struct text *text, const struct admin_request *request)
{
	char(*lines)[LOG_RING_BYTES] = own_alloc(LINES_SHOWN * sizeof *lines);
	size_t count = log_ring_copy(wanted(request), lines, LINES_SHOWN);

	html_format(text,
		    "<section class=\"card\"><h2>The log</h2>\n<p class=\"faint\">The newest of the last %d "
		    "lines come first; what came before is where the log goes.</p>\n",
		    LOG_RING_LINES);
	add_filter(text, wanted(request));
	text_add(text, count ? "<ol class=\"log\">\n" : "<p>No line has these words.</p>\n");
	for (size_t i = 0; i < count; i++)
		html_format(text, "<li><bdi>%s</bdi></li>\n", lines[i]);
	text_add(text, count ? "</ol>\n" : "");
	text_add(text, "</section>\n");
	free(lines);
}

struct json_object *log_card_json(const struct admin_request *request)
{
	char(*lines)[LOG_RING_BYTES] = own_alloc(LINES_SHOWN * sizeof *lines);
	size_t count = log_ring_copy(wanted(request), lines, LINES_SHOWN);
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(list, json_new_text(lines[i]));
	free(lines);
	return list;
}
