#include "bridge/pages/problems.h"

#include "bridge/connect/connection.h"
#include "bridge/pages/layout.h"
#include "couch/client.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_MOST 500 /* of one integration */

struct problems_view {
	const struct pages *pages;
	const struct fleet_view_integration *integration;
	struct text *text;
};

/* ---- one problem ---- */

static void add_record(const struct problems_view *view, const struct problem *problem)
{
	text_add(view->text, "<a href=\"");
	layout_add_address(view->text, "/history", "database", view->integration->database, "document",
			   problem->full_id, NULL);
	html_format(view->text, "\"><bdi>%s</bdi></a>", problem->name[0] ? problem->name : problem->full_id);
	if (problem->row)
		html_format(view->text, " <span class=\"faint\">· row %s</span>", problem->row);
}

static void add_next_try(struct text *text, const struct problem *problem)
{
	text_add(text, " <span class=\"faint\">· ");
	if (problem->past) {
		text_add(text, "nothing to be done");
	} else {
		text_add(text, "next try: ");
		layout_add_time(text, problem->next_try_ms, "when something changes");
	}
	text_add(text, "</span>");
}

/* ---- those of one cause together ---- */

/* Open ones first, then by their words. */
static int compare(const void *a, const void *b)
{
	const struct problem *const *one = a, *const *other = b;

	if ((*one)->past != (*other)->past)
		return (*one)->past ? 1 : -1;
	return strcmp((*one)->words, (*other)->words);
}

static size_t same_cause(struct problem *const *list, size_t count)
{
	size_t same = 1;

	while (same < count && strcmp(list[same]->words, list[0]->words) == 0 &&
	       list[same]->past == list[0]->past)
		same++;
	return same;
}

static void add_cause(const struct problems_view *view, struct problem *const *list, size_t count)
{
	html_format(view->text, "<li><p><bdi>%s</bdi>", list[0]->words);
	if (count == 1) {
		text_add(view->text, "</p><p>");
		add_record(view, list[0]);
		add_next_try(view->text, list[0]);
		text_add(view->text, "</p></li>\n");
		return;
	}
	html_format(view->text, "</p>\n<details><summary>%zu records</summary><ul>\n", count);
	for (size_t i = 0; i < count; i++) {
		text_add(view->text, "<li>");
		add_record(view, list[i]);
		add_next_try(view->text, list[i]);
		text_add(view->text, "</li>\n");
	}
	text_add(view->text, "</ul></details></li>\n");
}

static void add_all(const struct problems_view *view, const struct problem_list *problems)
{
	struct problem **list = own_alloc((problems->count + 1) * sizeof *list);
	size_t shown = problems->count < SHOWN_MOST ? problems->count : SHOWN_MOST;

	for (size_t i = 0; i < problems->count; i++)
		list[i] = &problems->list[i];
	qsort(list, problems->count, sizeof *list, compare);
	text_add(view->text, "<ul class=\"plain\">\n");
	for (size_t i = 0, same; i < shown; i += same) {
		same = same_cause(list + i, shown - i);
		add_cause(view, list + i, same);
	}
	text_add(view->text, "</ul>\n");
	if (shown < problems->count)
		html_format(view->text,
			    "<p>There are %zu more: <code>davenport problems</code> lists all.</p>\n",
			    problems->count - shown);
	free(list);
}

/* ---- one integration ---- */

bool problems_read(const struct pages *pages, const struct fleet_view_integration *integration,
		   struct problem_list *list_out, struct error *error)
{
	scoped_text state_name = own_format("%s" STATE_SUFFIX, integration->database);
	struct couch_client *state = connection_open_couch(pages->settings, pages->http, state_name);
	struct couch_client *source =
		connection_open_couch(pages->settings, pages->http, integration->database);

	bool ok = problem_list_read(state, source, integration->id, list_out, error);
	couch_client_close(&state);
	couch_client_close(&source);
	return ok;
}

static void add_integration(const struct problems_view *view, struct admin_answer *answer)
{
	struct problem_list problems = {0};
	struct error error = {0};

	html_format(view->text, "<section class=\"card\"><h2><bdi>%s</bdi></h2>\n", view->integration->name);
	if (!problems_read(view->pages, view->integration, &problems, &error)) {
		answer->status = 502;
		html_format(view->text,
			    "<p class=\"reason\" role=\"alert\">CouchDB did not give them: %s</p>\n",
			    error.text);
	} else if (problems.count == 0) {
		text_add(view->text, "<p>There are no problems.</p>\n");
	} else {
		text_add(view->text, "<p>");
		text_add_count(view->text, (int64_t)problems.open, "problem", "problems");
		text_add(view->text, "</p>\n");
		add_all(view, &problems);
	}
	text_add(view->text, "</section>\n");
	problem_list_done(&problems);
}

void problems_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const char *wanted = web_form_value(request->query, "integration");
	struct problems_view view = {.pages = context, .text = &answer->body};
	struct fleet_view fleet = {0};
	size_t shown = 0;

	view.pages->look(view.pages->look_context, &fleet);
	layout_begin(&(struct layout){.title = "Problems", .place = "/problems"}, request, view.text);
	for (size_t i = 0; i < fleet.count; i++) {
		view.integration = &fleet.list[i];
		if (wanted && *wanted && strcmp(wanted, view.integration->id) != 0)
			continue;
		add_integration(&view, answer);
		shown++;
	}
	if (shown == 0)
		text_add(view.text, "<p>There is no such integration here.</p>\n");
	layout_end(view.text);
	fleet_view_done(&fleet);
}
