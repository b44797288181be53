/* What all pages have around them, and small pieces that several have. */
#pragma once
#include "bridge/admin/exchange.h"
#include "web/html.h"

struct layout {
	const char *title; /* a literal */
	const char *place; /* of the page in the navigation: its path; NULL: a page without one */
	bool live;         /* it is loaded again by itself while it is looked at */
};
/* Everything up to <main> and its heading; layout_end() all behind it. */
void layout_begin(const struct layout *layout, const struct admin_request *request, struct text *text);
void layout_end(struct text *text);

/* "30 Nov 2026, 17:40:55 UTC" in an element that the script shows in the reader's own time; 'never' when it is 0. */
void layout_add_time(struct text *text, int64_t time_ms, const char *never);
/* "3 s", "5 min", "2 h", "4 days": of a length of time, rounded down. */
void layout_add_span(struct text *text, int64_t span_ms);
/* A link's address: the path, and parameters of it (name, value, …, NULL), percent-encoded and escaped. */
void layout_add_address(struct text *text, const char *path, ...) __attribute__((sentinel));
