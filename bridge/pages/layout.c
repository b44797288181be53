#include "bridge/pages/layout.h"

#include "base/clock.h"
#include "base/own.h"
#include "bridge/version.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

static const struct {
	const char *path, *name;
} places[] = {
	{"/", "Overview"},
	{"/problems", "Problems"},
	{"/history", "History"},
	{"/health", "Health"},
};

static void add_place(struct text *text, const char *path, const char *name, bool is_here)
{
	html_format(text, "<li><a href=\"%s\"", path);
	text_add(text, is_here ? " aria-current=\"page\">" : ">");
	html_format(text, "%s</a></li>", name);
}

static void add_navigation(const struct layout *layout, struct text *text)
{
	text_add(text, "<nav aria-label=\"Pages\"><ul>");
	for (size_t i = 0; i < countof(places); i++)
		add_place(text, places[i].path, places[i].name, strcmp(places[i].path, layout->place) == 0);
	text_add(text, "</ul></nav>\n");
}

static void add_logout(const struct admin_request *request, struct text *text)
{
	if (request->right->session[0])
		html_format(
			text,
			"<form method=\"post\" action=\"/logout\"><input type=\"hidden\" "
			"name=\"form_token\" value=\"%s\"><button class=\"quiet\">Log out</button></form>\n",
			request->form_token);
}

void layout_begin(const struct layout *layout, const struct admin_request *request, struct text *text)
{
	html_format(text,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s – "
		    "Davenport</title>\n<meta name=\"viewport\" content=\"width=device-width, "
		    "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<link rel=\"icon\" href=\"/icon.svg\">\n"
		    "<link rel=\"stylesheet\" href=\"/style.css\">\n"
		    "<script src=\"/script.js\" defer></script>\n</head>\n",
		    layout->title);
	text_add(text, layout->live ? "<body data-live>\n" : "<body>\n");
	text_add(text, "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n"
		       "<span class=\"brand\">Davenport</span>\n");
	if (layout->place) {
		add_navigation(layout, text);
		add_logout(request, text);
	}
	html_format(text, "</header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>%s</h1>\n", layout->title);
}

void layout_end(struct text *text)
{
	html_format(text, "</main>\n<footer>Davenport %s</footer>\n</body>\n</html>\n", DAVENPORT_VERSION);
}

void layout_add_time(struct text *text, int64_t time_ms, const char *never)
{
	time_t seconds = (time_t)(time_ms / SECOND_MS);
	char iso[CLOCK_ISO_SIZE], words[64];
	struct tm parts;

	if (time_ms <= 0 || !clock_iso(time_ms, iso) || !gmtime_r(&seconds, &parts) ||
	    !strftime(words, sizeof words, "%d %b %Y, %H:%M:%S UTC", &parts))
		html_add(text, never);
	else
		html_format(text, "<time datetime=\"%s\">%s</time>", iso, words);
}

void layout_add_span(struct text *text, int64_t span_ms)
{
	span_ms = span_ms > 0 ? span_ms : 0;
	if (span_ms < MINUTE_MS)
		text_format(text, "%" PRId64 " s", span_ms / SECOND_MS);
	else if (span_ms < HOUR_MS)
		text_format(text, "%" PRId64 " min", span_ms / MINUTE_MS);
	else if (span_ms < DAY_MS)
		text_format(text, "%" PRId64 " h", span_ms / HOUR_MS);
	else
		text_add_count(text, span_ms / DAY_MS, "day", "days");
}

void layout_add_address(struct text *text, const char *path, ...)
{
	const char *between = "?", *name;
	struct text address = {0};
	va_list list;

	text_add(&address, path);
	va_start(list, path);
	while ((name = va_arg(list, const char *))) {
		text_format(&address, "%s%s=", between, name);
		text_add_url(&address, va_arg(list, const char *));
		between = "&";
	}
	va_end(list);
	html_add(text, text_or_empty(&address));
	text_done(&address);
}
