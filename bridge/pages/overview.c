#include "bridge/pages/overview.h"

#include "base/clock.h"
#include "bridge/pages/actions.h"
#include "bridge/pages/hours_chart.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/state_badge.h"

static void add_change(struct text *text, const char *name, const struct figures_change *change,
		       const char *one, const char *several)
{
	html_format(text, "<dt>%s</dt><dd>", name);
	layout_add_time(text, change->at_ms, "never");
	if (change->at_ms) {
		text_add(text, " (");
		text_add_count(text, change->count, one, several);
		text_add(text, ")");
	}
	text_add(text, "</dd>\n");
}

static void add_table(struct text *text, const char *name, const struct figures *figures, enum table table)
{
	html_format(text, "<dt>%s</dt><dd>%lld in ", name, (long long)figures->documents[table]);
	text_add_count(text, figures->rows[table], "row", "rows");
	text_add(text, "</dd>\n");
}

static void add_progress(struct text *text, const struct figures *figures)
{
	int64_t all = figures->done + figures->left;

	if (figures->state != STATUS_CATCHING_UP || all <= 0)
		return;
	html_format(
		text,
		"<p><progress max=\"%lld\" value=\"%lld\" aria-label=\"Progress\"></progress> %lld of %lld",
		(long long)all, (long long)figures->done, (long long)figures->done, (long long)all);
	if (figures->left_ms >= 0) {
		text_add(text, ", about ");
		layout_add_span(text, figures->left_ms);
		text_add(text, " left");
	}
	text_add(text, "</p>\n");
}

static void add_state(struct text *text, const struct figures *figures)
{
	text_add(text, "<p>");
	state_badge_add(text, figures->state);
	if (figures->state_since_ms) {
		text_add(text, " <span class=\"faint\">since ");
		layout_add_time(text, figures->state_since_ms, "");
		text_add(text, "</span>");
	}
	text_add(text, "</p>\n");
	if (figures->reason[0])
		html_format(text, "<p class=\"reason\">%s</p>\n", figures->reason);
	add_progress(text, figures);
}

static void add_problems(struct text *text, const struct fleet_view_integration *integration)
{
	text_add(text, "<dt>Problems</dt><dd><a href=\"");
	layout_add_address(text, "/problems", "integration", integration->id, NULL);
	html_format(text, "\">%lld</a>, %lld waiting</dd>\n", (long long)integration->figures.problems,
		    (long long)integration->figures.waiting);
}

static void add_figures(struct text *text, const struct fleet_view_integration *integration)
{
	const struct figures *figures = &integration->figures;
	int64_t now_ms = clock_now_ms();

	text_add(text, "<dl>\n");
	add_change(text, "To Airtable", &figures->to_airtable, "row", "rows");
	add_change(text, "To CouchDB", &figures->to_couchdb, "document", "documents");
	add_table(text, "Items", figures, TABLE_ITEMS);
	add_table(text, "Collections", figures, TABLE_COLLECTIONS);
	add_problems(text, integration);
	html_format(text, "<dt>Airtable calls</dt><dd>%lld today, %lld in 31 days</dd>\n",
		    (long long)spans_today(&figures->spans, SPAN_CALLS, now_ms),
		    (long long)spans_of_month(&figures->spans, SPAN_CALLS, now_ms));
	html_format(text, "<dt>Conflicts</dt><dd>%lld in 24 hours</dd>\n",
		    (long long)spans_of_day(&figures->spans, SPAN_CONFLICTS, now_ms));
	text_add(text, "</dl>\n");
	hours_chart_add(text, &figures->spans, now_ms);
}

static void add_links(struct text *text, const struct fleet_view_integration *integration)
{
	struct text address = {0};

	text_add(text, "<p><a href=\"https://airtable.com/");
	text_add_url(&address, integration->base_id);
	html_add(text, text_or_empty(&address));
	text_done(&address);
	text_add(text, "\" rel=\"noreferrer\">Open the base in Airtable</a> · <a href=\"");
	layout_add_address(text, "/history", "database", integration->database, NULL);
	text_add(text, "\">History</a></p>\n");
}

static void add_card(struct text *text, const struct admin_request *request,
		     const struct fleet_view_integration *integration)
{
	html_format(text,
		    "<section class=\"card\">\n<h2><bdi>%s</bdi></h2>\n<p class=\"faint\">database "
		    "<bdi>%s</bdi>, base %s</p>\n",
		    integration->name, integration->database, integration->base_id);
	add_state(text, &integration->figures);
	if (integration->figures.state != STATUS_ELSEWHERE)
		add_figures(text, integration);
	add_links(text, integration);
	actions_add(text, request, integration);
	text_add(text, "</section>\n");
}

static void add_search(struct text *text, const struct fleet_view *view)
{
	if (view->trouble[0])
		html_format(text, "<div class=\"card\"><p class=\"reason\">%s</p></div>\n", view->trouble);
	else if (!view->searched)
		text_add(text, "<div class=\"card\"><p>The databases are being searched for "
			       "integrations.</p></div>\n");
	else if (view->count == 0)
		text_add(text, "<div class=\"card\"><p>No database holds an Airtable integration yet: make "
			       "one in the "
			       "app, and let the phone replicate it.</p></div>\n");
}

void overview_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	struct text *text = &answer->body;
	struct fleet_view view = {0};

	pages->look(pages->look_context, &view);
	layout_begin(&(struct layout){.title = "Overview", .place = "/", .live = true}, request, text);
	add_search(text, &view);
	text_add(text, "<div class=\"cards\">\n");
	for (size_t i = 0; i < view.count; i++)
		add_card(text, request, &view.list[i]);
	text_add(text, "</div>\n");
	layout_end(text);
	fleet_view_done(&view);
}
