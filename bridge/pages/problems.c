#define _GNU_SOURCE
#include "bridge/pages/problems.h"

#include "bridge/connect/connection.h"
#include "bridge/pages/layout.h"
#include "couch/client.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 120000 /* of a page that are about problems */

struct problems_view {
	const struct pages *pages;
	const struct fleet_view_integration *integration;
	const char *words; /* only problems with these words; NULL: any */
	bool all;          /* all are looked through, not the first ones alone */
	size_t room;       /* length of the text from which on no more are added */
	struct text *text;
};

/* ---- one problem ---- */

/* The base's tables are known once they were bound. */
static const char *table_id(const struct problems_view *view, const struct problem *problem)
{
	bool item = document_type_of(problem->full_id, NULL) == DOCUMENT_ITEM;

	return view->integration->figures.table_ids[item ? TABLE_ITEMS : TABLE_COLLECTIONS];
}

static void add_row(const struct problems_view *view, const struct problem *problem)
{
	const char *table = table_id(view, problem), *base = view->integration->base_id;
	struct text address = {0};

	if (!*table) {
		html_format(view->text, " <span class=\"faint\">· row %s</span>", problem->row);
		return;
	}
	text_add_url(&address, base);
	text_add(&address, "/");
	text_add_url(&address, table);
	text_add(&address, "/");
	text_add_url(&address, problem->row);
	html_format(view->text,
		    " · <a href=\"https://airtable.com/%s\" rel=\"noreferrer\">row in Airtable</a>",
		    text_or_empty(&address));
	text_done(&address);
}

static void add_record(const struct problems_view *view, const struct problem *problem)
{
	text_add(view->text, "<a href=\"");
	layout_add_address(view->text, "/history", "database", view->integration->database, "document",
			   problem->full_id, NULL);
	html_format(view->text, "\"><bdi>%s</bdi></a>", problem->name[0] ? problem->name : problem->full_id);
	if (problem->row)
		add_row(view, problem);
}

static void add_next_try(struct text *text, const struct problem *problem)
{
	text_add(text, " <span class=\"faint\">· ");
	if (problem->since_ms) {
		text_add(text, "since ");
		layout_add_time(text, problem->since_ms, "");
		text_add(text, " · ");
	}
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

/* How many of them fitted on the page; at least one. */
static size_t add_cause(const struct problems_view *view, struct problem *const *list, size_t count)
{
	size_t shown = 0;

	html_format(view->text, "<li><p><bdi>%s</bdi>", list[0]->words);
	if (count == 1) {
		text_add(view->text, "</p><p>");
		add_record(view, list[0]);
		add_next_try(view->text, list[0]);
		text_add(view->text, "</p></li>\n");
		return 1;
	}
	html_format(view->text, "</p>\n<details><summary>%zu records</summary><ul>\n", count);
	do {
		text_add(view->text, "<li>");
		add_record(view, list[shown]);
		add_next_try(view->text, list[shown]);
		text_add(view->text, "</li>\n");
	} while (++shown < count && view->text->length < view->room);
	text_add(view->text, "</ul></details></li>\n");
	return shown;
}

static bool has_words(const struct problem *problem, const char *words)
{
	return !words || strcasestr(problem->words, words) || strcasestr(problem->name, words) ||
	       strcasestr(problem->full_id, words);
}

static void add_all(const struct problems_view *view, const struct problem_list *problems)
{
	struct problem **list = own_alloc((problems->count + 1) * sizeof *list);
	size_t count = 0, shown = 0;

	for (size_t i = 0; i < problems->count; i++)
		if (has_words(&problems->list[i], view->words))
			list[count++] = &problems->list[i];
	if (count)
		qsort(list, count, sizeof *list, compare);
	text_add(view->text, count ? "<ul class=\"plain\">\n" : "<p>None has these words.</p>\n");
	for (size_t i = 0, same; i < count && view->text->length < view->room; i += same) {
		same = same_cause(list + i, count - i);
		shown += add_cause(view, list + i, same);
	}
	text_add(view->text, count ? "</ul>\n" : "");
	if (shown < count)
		html_format(view->text,
			    "<p>%zu more do not fit on this page: <code>davenport problems</code> lists "
			    "all.</p>\n",
			    count - shown);
	free(list);
}

/* ---- one integration ---- */

struct both_databases {
	struct couch_client *state, *source; /* owned */
};

static struct both_databases open_both(const struct pages *pages,
				       const struct fleet_view_integration *integration)
{
	scoped_text state_name = own_format("%s" STATE_SUFFIX, integration->database);

	return (struct both_databases){
		.state = connection_open_couch(pages->settings, pages->http, state_name),
		.source = connection_open_couch(pages->settings, pages->http, integration->database),
	};
}

static void close_both(struct both_databases *both)
{
	couch_client_close(&both->state);
	couch_client_close(&both->source);
}

bool problems_read(const struct pages *pages, const struct fleet_view_integration *integration,
		   struct problem_list *list_out, struct error *error)
{
	struct both_databases both = open_both(pages, integration);

	bool ok = problem_list_read(both.state, both.source, integration->id, list_out, error);
	close_both(&both);
	return ok;
}

/* This process knows which have problems. */
static bool read_named(const struct problems_view *view, struct problem_list *list_out, struct error *error)
{
	const struct figures *figures = &view->integration->figures;
	struct both_databases both = open_both(view->pages, view->integration);
	const char *full_ids[FIGURES_NAMED_MOST];

	for (size_t i = 0; i < figures->named_count; i++)
		full_ids[i] = figures->named[i];
	bool ok = problem_list_read_these(both.state, both.source, view->integration->id, full_ids,
					  figures->named_count, list_out, error);
	close_both(&both);
	return ok;
}

static bool names_are_enough(const struct problems_view *view)
{
	const struct figures *figures = &view->integration->figures;

	return figures->has_named && figures->state != STATUS_ELSEWHERE && !view->all && !view->words;
}

static void add_list(const struct problems_view *view, const struct problem_list *problems, bool named)
{
	const struct figures *figures = &view->integration->figures;
	bool first_only = named && figures->problems > (int64_t)problems->open;

	if (problems->count == 0 && !first_only) {
		text_add(view->text, "<p>There are no problems.</p>\n");
		return;
	}
	text_add(view->text, "<p>");
	text_add_count(view->text, first_only ? figures->problems : (int64_t)problems->open, "problem",
		       "problems");
	if (first_only) {
		html_format(view->text, "; these are the first %zu. <a href=\"", problems->open);
		layout_add_address(view->text, "/problems", "integration", view->integration->id, "all", "1",
				   NULL);
		text_add(view->text, "\">Look through all</a>");
	}
	text_add(view->text, "</p>\n");
	add_all(view, problems);
}

static void add_integration(const struct problems_view *view, struct admin_answer *answer)
{
	bool named = names_are_enough(view);
	struct problem_list problems = {0};
	struct error error = {0};

	html_format(view->text, "<section class=\"card\"><h2><bdi>%s</bdi></h2>\n", view->integration->name);
	if (named ? read_named(view, &problems, &error)
		  : problems_read(view->pages, view->integration, &problems, &error)) {
		add_list(view, &problems, named);
	} else {
		answer->status = 502;
		html_format(view->text,
			    "<p class=\"reason\" role=\"alert\">CouchDB did not give them: %s</p>\n",
			    error.text);
	}
	text_add(view->text, "</section>\n");
	problem_list_done(&problems);
}

static void add_search(const struct problems_view *view)
{
	html_format(view->text,
		    "<form class=\"search\" method=\"get\" action=\"/problems\" role=\"search\">\n"
		    "<div><label for=\"words\">With these words</label><input id=\"words\" name=\"words\" "
		    "type=\"search\" value=\"%s\" placeholder=\"of the reason, or a name\"></div>\n"
		    "<button>Search</button>\n</form>\n",
		    view->words);
}

static const char *word(const struct admin_request *request, const char *name)
{
	const char *value = web_form_value(request->query, name);

	return value && *value ? value : NULL;
}

void problems_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const char *wanted = word(request, "integration");
	struct problems_view view = {
		.pages = context,
		.words = word(request, "words"),
		.all = word(request, "all"),
		.room = SHOWN_BYTES,
		.text = &answer->body,
	};
	struct fleet_view fleet = {0};
	size_t shown = 0;

	view.pages->look(view.pages->look_context, &fleet);
	layout_begin(&(struct layout){.title = "Problems", .place = "/problems"}, request, view.text);
	add_search(&view);
	for (size_t i = 0; i < fleet.count; i++) {
		view.integration = &fleet.list[i];
		if (wanted && strcmp(wanted, view.integration->id) != 0)
			continue;
		add_integration(&view, answer);
		shown++;
	}
	if (shown == 0)
		text_add(view.text, "<p>There is no such integration here.</p>\n");
	layout_end(view.text);
	fleet_view_done(&fleet);
}
