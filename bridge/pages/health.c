#include "bridge/pages/health.h"

#include "base/clock.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/process.h"
#include "bridge/pages/state_badge.h"
#include "bridge/version.h"

#define MIB ((int64_t)1 << 20)

void health_alive(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	(void)request;
	admin_answer_words(answer, 200, "alive");
}

/* ---- readiness ---- */

/* What is not, a line each. */
static void add_unready(struct text *text, const struct fleet_view *view)
{
	if (!view->searched)
		text_format(text, "the search for integrations: %s\n",
			    view->trouble[0] ? view->trouble : "it has not ended yet");
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_view_integration *one = &view->list[i];
		if (state_is_ready(one->figures.state))
			continue;
		text_add(text, "integration ");
		text_add_visible(text, one->name, "");
		text_format(text, ": %s", status_state_words(one->figures.state));
		text_add(text, one->figures.reason[0] ? ": " : "");
		text_add_visible(text, one->figures.reason, "");
		text_add(text, "\n");
	}
}

void health_ready(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	struct fleet_view view = {0};
	struct text unready = {0};

	pages->look(pages->look_context, &view);
	add_unready(&unready, &view);
	fleet_view_done(&view);
	answer->type = ADMIN_TYPE_TEXT;
	answer->status = unready.length ? 503 : 200;
	text_add(&answer->body, unready.length ? "not ready\n" : "ready\n");
	if (request->right->is_owner)
		text_add(&answer->body, text_or_empty(&unready));
	text_done(&unready);
}

/* ---- the page ---- */

static void add_process(const struct pages *pages, struct text *text)
{
	struct process_figures figures = process_figures_now();

	text_add(text,
		 "<section class=\"card\"><h2>This process</h2>\n<dl>\n<dt>Version</dt><dd>" DAVENPORT_VERSION
		 "</dd>\n<dt>Runs since</dt><dd>");
	layout_add_time(text, pages->began_wall_ms, "");
	text_add(text, " (");
	layout_add_span(text, clock_steady_ms() - pages->began_steady_ms);
	html_format(text,
		    ")</dd>\n<dt>Memory</dt><dd>%lld MiB</dd>\n<dt>Processor time</dt><dd>%lld s</dd>\n"
		    "<dt>Open files</dt><dd>%lld of at most %lld</dd>\n<dt>Threads</dt><dd>%lld</dd>\n",
		    (long long)(figures.memory_bytes / MIB), (long long)(figures.cpu_ms / 1000),
		    (long long)figures.open_files, (long long)figures.open_files_most,
		    (long long)figures.threads);
	text_add(text, "</dl></section>\n");
}

static void add_server(struct text *text, const char *name, const char *version, int64_t latency_ms)
{
	html_format(text, "<dt>%s</dt><dd>%s", name, version);
	text_add(text, version[0] ? ", " : "");
	if (latency_ms >= 0)
		html_format(text, "answers in %lld ms", (long long)latency_ms);
	else
		text_add(text, "was not asked yet");
	text_add(text, "</dd>\n");
}

static void add_integration(struct text *text, const struct fleet_view_integration *integration)
{
	const struct figures *figures = &integration->figures;

	html_format(text, "<section class=\"card\"><h2><bdi>%s</bdi></h2>\n<p>", integration->name);
	state_badge_add(text, figures->state);
	text_add(text, "</p>\n<dl>\n");
	add_server(text, "CouchDB", figures->couch_version, figures->couch_latency_ms);
	add_server(text, "Airtable", "", figures->airtable_latency_ms);
	text_add(text, "<dt>Airtable was asked</dt><dd>");
	layout_add_time(text, figures->asked_ms, "never");
	text_add(text, ", every ");
	layout_add_span(text, figures->poll_ms);
	text_add(text, "</dd>\n<dt>Documents lag</dt><dd>");
	layout_add_span(text, figures->documents_lag_ms);
	text_add(text, "</dd>\n<dt>Rows lag, at most</dt><dd>");
	layout_add_span(text, figures->rows_lag_ms);
	html_format(
		text,
		"</dd>\n<dt>Failures in a row</dt><dd>%lld</dd>\n<dt>Pictures waiting</dt><dd>%lld</dd>\n",
		(long long)figures->failures, (long long)figures->pictures_waiting);
	text_add(text, "<dt>These figures are of</dt><dd>");
	layout_add_time(text, figures->written_ms, "no time yet");
	text_add(text, "</dd>\n</dl></section>\n");
}

void health_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	struct fleet_view view = {0};

	pages->look(pages->look_context, &view);
	layout_begin(&(struct layout){.title = "Health", .place = "/health", .live = true}, request,
		     &answer->body);
	text_add(&answer->body, "<div class=\"cards\">\n");
	add_process(pages, &answer->body);
	for (size_t i = 0; i < view.count; i++)
		add_integration(&answer->body, &view.list[i]);
	text_add(&answer->body, "</div>\n");
	layout_end(&answer->body);
	fleet_view_done(&view);
}
