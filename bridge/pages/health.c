#include "bridge/pages/health.h"

#include "base/clock.h"
#include "base/json.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/log_card.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/process.h"
#include "bridge/pages/state_badge.h"
#include "bridge/pictures/picture_server.h"
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

static void add_keys(struct text *text, struct picture_server *pictures)
{
	char ids[IMAGE_KEYS_MOST][IMAGE_KEY_ID_SIZE];
	size_t count = picture_server_key_ids(pictures, ids);

	text_add(text, "<dt>Keys of links</dt><dd>");
	for (size_t i = 0; i < count; i++) {
		text_add(text, i ? ", " : "");
		html_format(text, "%s (%s)", ids[i], i ? "checks links given out before" : "signs");
	}
	text_add(text, count ? "</dd>\n" : "none</dd>\n");
}

static void add_pictures(struct text *text, struct picture_server *pictures)
{
	text_add(text, "<section class=\"card\"><h2>Pictures</h2>\n");
	if (!pictures) {
		text_add(text, "<p>None are served: PUBLIC_URL is empty.</p></section>\n");
		return;
	}
	struct picture_counts counts = picture_server_count(pictures);
	uint64_t well = counts.answers[2] + counts.answers[3];
	text_add(text, counts.is_open
			       ? "<dl>\n<dt>Server</dt><dd>listens</dd>\n"
			       : "<dl>\n<dt>Server</dt><dd>does not listen yet: the log says why</dd>\n");
	add_keys(text, pictures);
	html_format(text,
		    "<dt>Cache</dt><dd>%lld pictures, %lld MiB</dd>\n<dt>Read from "
		    "CouchDB</dt><dd>%lld</dd>\n<dt>Answered</dt><dd>%lld well, %lld refused, %lld "
		    "failed</dd>\n</dl></section>\n",
		    (long long)counts.cached, (long long)((int64_t)counts.cached_bytes / MIB),
		    (long long)counts.reads, (long long)well, (long long)counts.answers[4],
		    (long long)counts.answers[5]);
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
	add_pictures(&answer->body, pages->pictures);
	for (size_t i = 0; i < view.count; i++)
		add_integration(&answer->body, &view.list[i]);
	text_add(&answer->body, "</div>\n");
	log_card_add(&answer->body, request);
	layout_end(&answer->body);
	fleet_view_done(&view);
}

/* ---- for programs ---- */

static struct json_object *keys_json(struct picture_server *pictures)
{
	char ids[IMAGE_KEYS_MOST][IMAGE_KEY_ID_SIZE];
	size_t count = picture_server_key_ids(pictures, ids);
	struct json_object *keys = json_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *key = json_new_object();
		json_put_text(key, "id", ids[i]);
		json_put(key, "signs", json_new_bool(i == 0));
		json_append(keys, key);
	}
	return keys;
}

static struct json_object *pictures_json(struct picture_server *pictures)
{
	struct picture_counts counts = picture_server_count(pictures);
	struct json_object *json = json_new_object();

	json_put(json, "listens", json_new_bool(counts.is_open));
	json_put(json, "keys", keys_json(pictures));
	json_put(json, "cached", json_new_int((int64_t)counts.cached));
	json_put(json, "cached_bytes", json_new_int((int64_t)counts.cached_bytes));
	json_put(json, "reads", json_new_int((int64_t)counts.reads));
	return json;
}

void api_health(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	struct process_figures process = process_figures_now();
	scoped(json_object) json = json_new_object();
	const struct pages *pages = context;

	json_put_text(json, "version", DAVENPORT_VERSION);
	json_put(json, "began", json_new_int(pages->began_wall_ms));
	json_put(json, "memory_bytes", json_new_int(process.memory_bytes));
	json_put(json, "cpu_ms", json_new_int(process.cpu_ms));
	json_put(json, "open_files", json_new_int(process.open_files));
	json_put(json, "threads", json_new_int(process.threads));
	if (pages->pictures)
		json_put(json, "pictures", pictures_json(pages->pictures));
	json_put(json, "log", log_card_json(request));
	answer->type = ADMIN_TYPE_JSON;
	json_add_to(&answer->body, json);
}
