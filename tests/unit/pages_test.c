/* What the admin port's pages show of what others have named, and whether /metrics is what Prometheus reads. No server is asked here. */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "bridge/pages/api.h"
#include "bridge/pages/health.h"
#include "bridge/pages/history.h"
#include "bridge/pages/history_entries.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/metrics.h"
#include "bridge/pages/metrics_text.h"
#include "bridge/pages/overview.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/routes.h"
#include "tests/fakes/log_lines.h"
#include "tests/unit/cases.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE "<script>alert(1)</script>\"'><img src=x onerror=a()>\x01\xff&lt;\\\n}"
#define NOW_MS  INT64_C(1796000000000)

/* ---- a view ---- */

static struct figures hostile_figures(void)
{
	struct figures figures = {.state = STATUS_ATTENTION,
				  .reason = "the column " HOSTILE,
				  .state_since_ms = NOW_MS - 1000,
				  .to_airtable = {NOW_MS, 3},
				  .documents = {12, 300},
				  .rows = {12, 299},
				  .problems = 7,
				  .waiting = 2,
				  .couch_latency_ms = 3,
				  .airtable_latency_ms = -1,
				  .couch_version = "<script>"};

	figures.month_calls = 4321;
	figures.tallies.calls[AIRTABLE_FOR_NEWS] = 17;
	figures.tallies.counts.rows_updated = 5;
	figures.tallies.counts.pictures[PICTURES_REFUSED] = 6;
	figures.tallies.rate_waited_ms = 2500;
	figures.tallies.feed_position = 88;
	tallies_add_failure(&figures.tallies, &(struct error){.kind = ERROR_FATAL, .server = "Airtable"});
	spans_add(&figures.spans, SPAN_TO_AIRTABLE, 3, clock_now_ms());
	spans_add(&figures.spans, SPAN_CALLS, 40, clock_now_ms());
	return figures;
}

static void look_hostile(void *context, struct fleet_view *view)
{
	struct figures figures = hostile_figures(),
		       fine = {.state = STATUS_CATCHING_UP, .done = 3, .left = 7};

	(void)context;
	view->searched = true;
	fleet_view_add(view, "id-1" HOSTILE, "Tools" HOSTILE, "database" HOSTILE, "app" HOSTILE, &figures);
	fleet_view_add(view, "id-2", "Shop", "shop", "appShop", &fine);
}

static void look_troubled(void *context, struct fleet_view *view)
{
	(void)context;
	strcpy(view->trouble, "CouchDB says " HOSTILE);
}

static void look_good(void *context, struct fleet_view *view)
{
	static const struct figures in_sync = {.state = STATUS_IN_SYNC}, paused = {.state = STATUS_PAUSED};

	(void)context;
	view->searched = true;
	fleet_view_add(view, "id-1", "Tools", "tools", "appTools", &in_sync);
	fleet_view_add(view, "id-2", "Shop", "shop", "appShop", &paused);
}

typedef void look_function(void *context, struct fleet_view *view);
typedef void page_function(void *context, const struct admin_request *request, struct admin_answer *answer);

static struct admin_answer ask(look_function *look, page_function *page, bool is_owner)
{
	static const struct web_form none;
	const struct access_right right = {.is_owner = is_owner, .session = "session"};
	const struct admin_request request = {
		.path = "/", .query = &none, .form = &none, .right = &right, .form_token = "token" HOSTILE};
	struct pages pages = {.look = look, .began_wall_ms = NOW_MS};
	struct admin_answer answer = {.status = 200};

	page(&pages, &request, &answer);
	return answer;
}

/* ---- nothing of a stranger's is markup ---- */

static void must_be_harmless(const char *html)
{
	static const char *const never[] = {"<script>", "<img",   "onerror=a()>", "\"'>",
					    "\x01",     "style=", "javascript:"};

	for (size_t i = 0; i < countof(never); i++)
		if (strstr(html, never[i]))
			fail_msg("the page has %s", never[i]);
	assert_true(text_is_utf8(html, strlen(html)));
}

static const struct page_case {
	const char *sentence;
	look_function *look;
	page_function *page;
	const char *shown; /* part of the page */
} page_cases[] = {
	{"the overview", look_hostile, overview_page,
	 "Tools&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;"},
	{"the overview's reason", look_hostile, overview_page, "the column &lt;script&gt;"},
	{"the overview's progress", look_hostile, overview_page, "3 of 10"},
	{"the overview without a search", look_troubled, overview_page, "CouchDB says &lt;script&gt;"},
	{"the overview with nothing wrong", look_good, overview_page, "in sync"},
	{"the health page", look_hostile, health_page, "Tools&lt;script&gt;"},
	{"the health page's versions", look_hostile, health_page, "<dd>&lt;script&gt;, answers in 3 ms"},
};

static void check_page(void **state)
{
	const struct page_case *row = *state;
	struct admin_answer answer = ask(row->look, row->page, true);
	const char *html = text_or_empty(&answer.body);

	must_be_harmless(html);
	assert_non_null(strstr(html, row->shown));
	assert_non_null(strstr(html, "<html lang=\"en\">"));
	assert_non_null(strstr(html, "</html>"));
	admin_answer_done(&answer);
}

static const struct entry_case {
	const char *sentence;
	bool conflict, can_be_undone;
	const char *shown, *not_shown;
} entry_cases[] = {
	{"a change that can be undone", false, true, ">Undo this change…</a>", "Use this value"},
	{"a change that cannot", false, false, "data-name=\"was\"", "Undo this"},
	{"what gave way in a conflict", true, true, "&amp;field=notes\">Use this value…</a>", "Undo this"},
	{"what gave way, of a document that is not undone", true, false, "data-name=\"gave way\"",
	 "Use this value"},
};

/* The log's words are as hostile as what they tell of. */
static void check_log(void **state)
{
	struct log_lines *kept = log_lines_keep();

	(void)state;
	log_warn(NULL, "a record is called " HOSTILE);
	free(log_lines_take(&kept));
	struct admin_answer answer = ask(look_good, health_page, true);
	must_be_harmless(text_or_empty(&answer.body));
	assert_non_null(strstr(answer.body.bytes, "a record is called &lt;script&gt;"));
	assert_non_null(strstr(answer.body.bytes, "None are served: PUBLIC_URL is empty."));
	admin_answer_done(&answer);
	struct admin_answer json_answer = ask(look_good, api_health, true);
	scoped(json_object) json = NULL;
	assert_true(json_read(json_answer.body.bytes, json_answer.body.length, &json, NULL, NULL));
	assert_int_equal(json_length(json_child(json, "log", json_type_array)), 1);
	admin_answer_done(&json_answer);
}

static void check_entries(void **state)
{
	const struct entry_case *row = *state;
	scoped(json_object) entries = json_new_array();
	struct json_object *entry = json_new_object(), *fields = json_new_array(), *field = json_new_object();
	struct fleet_view view = {0};
	struct text text = {0};

	look_hostile(NULL, &view);
	json_put_text(field, "key", "notes");
	json_put_text(field, "name", "Notes" HOSTILE);
	json_put_text(field, "was", HOSTILE);
	json_put_text(field, "new", "plain \"words\"");
	json_append(fields, field);
	json_put_text(entry, "type", "item" HOSTILE);
	json_put_text(entry, "data_id", "i1" HOSTILE);
	json_put_text(entry, "name", "Lamp" HOSTILE);
	json_put_text(entry, "created_by", "integration-id-1" HOSTILE);
	json_put_text(entry, "what", "changed");
	json_put_text(entry, "id", "zzd-history-" HOSTILE);
	json_put(entry, "conflict", json_new_bool(row->conflict));
	json_put(entry, "can_be_undone", json_new_bool(row->can_be_undone));
	json_put(entry, "fields", fields);
	json_append(entries, entry);
	history_entries_add(&(struct history_place){&text, &view, "database" HOSTILE}, entries);
	must_be_harmless(text_or_empty(&text));
	assert_non_null(strstr(text.bytes, "by integration <bdi>Tools&lt;script&gt;"));
	assert_non_null(strstr(text.bytes, "<bdi>plain &quot;words&quot;</bdi>"));
	assert_non_null(strstr(text.bytes, row->shown));
	assert_null(strstr(text.bytes, row->not_shown));
	text_done(&text);
	fleet_view_done(&view);
}

/* However much is in them, a page stays one that a phone loads. */
static void check_long_entries(void **state)
{
	scoped(json_object) entries = json_new_array();
	const struct fleet_view view = {0};
	struct text text = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		struct json_object *entry = json_new_object();
		scoped_text name = own_format("%01000zu", i);
		json_put_text(entry, "name", name);
		json_append(entries, entry);
	}
	history_entries_add(&(struct history_place){&text, &view, "database"}, entries);
	assert_in_range(text.length, 100000, 150000);
	assert_non_null(strstr(text.bytes, " more are too long for this page."));
	text_done(&text);
}

/* Whatever other databases the server has: nothing is asked of it. */
static void check_other_database(void **state)
{
	static const struct access_right right = {.is_owner = true};
	struct web_form query = {0};
	struct pages pages = {.look = look_good};
	struct admin_answer answer = {.status = 200};

	(void)state;
	assert_true(web_form_read("database=_users", strlen("database=_users"), &query));
	const struct admin_request request = {
		.path = "/history", .query = &query, .form = &query, .right = &right, .form_token = ""};
	history_page(&pages, &request, &answer);
	assert_int_equal(answer.status, 404);
	admin_answer_done(&answer);
	web_form_done(&query);
}

static void check_address(void **state)
{
	struct text text = {0};

	(void)state;
	layout_add_address(&text, "/x", "a", "b&c=d\"<", "e", "", NULL);
	assert_string_equal(text_or_empty(&text), "/x?a=b%26c%3Dd%22%3C&amp;e=");
	text_done(&text);
}

/* ---- readiness ---- */

static const struct ready_case {
	const char *sentence;
	look_function *look;
	bool is_owner;
	int status;
	const char *said;
} ready_cases[] = {
	{"all are in step, or paused", look_good, false, 200, "ready\n"},
	{"one needs attention; a stranger is told no more", look_hostile, false, 503, "not ready\n"},
	{"one needs attention; its owner is told which", look_hostile, true, 503, "needs attention"},
	{"the search failed", look_troubled, false, 503, "not ready\n"},
	{"the search failed; the owner is told why", look_troubled, true, 503, "CouchDB says"},
};

static void check_ready(void **state)
{
	const struct ready_case *row = *state;
	struct admin_answer answer = ask(row->look, health_ready, row->is_owner);

	assert_int_equal(answer.status, row->status);
	if (row->is_owner)
		assert_non_null(strstr(text_or_empty(&answer.body), row->said));
	else
		assert_string_equal(text_or_empty(&answer.body), row->said);
	admin_answer_done(&answer);
}

/* ---- metrics ---- */

static const char *after_name(const char *at)
{
	if (!isalpha((unsigned char)*at) && *at != '_')
		return NULL;
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return at;
}

/* Behind a label's value, from its quote on; NULL: it is none. */
static const char *after_value(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at && *at != '"' && *at != '\n'; at++)
		if (*at == '\\' && !strchr("\\\"n", *++at))
			return NULL;
	return *at == '"' ? at + 1 : NULL;
}

static const char *after_labels(const char *at)
{
	if (*at != '{')
		return at;
	do {
		at = after_name(at + 1);
		at = at && *at == '=' ? after_value(at + 1) : NULL;
	} while (at && *at == ',');
	return at && *at == '}' ? at + 1 : NULL;
}

/* "-12.345" to the end of the line. */
static const char *after_number(const char *at)
{
	at += *at == '-';
	size_t digits = strspn(at, "0123456789");
	at += digits;
	if (digits && *at == '.') {
		digits = strspn(at + 1, "0123456789");
		at += 1 + digits;
	}
	return digits && *at == '\n' ? at + 1 : NULL;
}

/* Behind the line; its value belongs to the name that was begun last. */
static const char *after_sample(const char *line, const char *name, size_t name_length)
{
	const char *at = after_name(line);

	assert_true(at && (size_t)(at - line) == name_length && strncmp(line, name, name_length) == 0);
	at = after_labels(at);
	at = at && *at == ' ' ? after_number(at + 1) : NULL;
	return at;
}

static bool is_counter(const char *name, size_t length)
{
	return length > 6 && strncmp(name + length - 6, "_total", 6) == 0;
}

/* Behind "# HELP name words" and "# TYPE name kind". */
static const char *after_beginning(const char *line, const char **name_out, size_t *length_out)
{
	assert_int_equal(strncmp(line, "# HELP ", 7), 0);
	const char *name = line + 7, *end = after_name(name), *type = strchr(line, '\n') + 1;
	size_t length = (size_t)(end - name);

	assert_true(*end == ' ' && end[1] != '\n');
	scoped_text wanted = own_format("# TYPE %.*s %s\n", (int)length, name,
					is_counter(name, length) ? "counter" : "gauge");
	assert_int_equal(strncmp(type, wanted, strlen(wanted)), 0);
	*name_out = name;
	*length_out = length;
	return type + strlen(wanted);
}

/* Each name is begun once, and no two lines have the same name and labels. */
static void must_be_single(const char *all, const char *line, const char *end)
{
	size_t length = (size_t)(end - line);

	while (length > 0 && line[length - 1] != ' ')
		length--;
	for (const char *at = all; at < line; at = strchr(at, '\n') + 1)
		assert_false(strncmp(at, line, length) == 0);
}

static size_t check_exposition(const char *all)
{
	const char *name = "", *next;
	size_t name_length = 0, samples = 0;

	assert_true(text_is_utf8(all, strlen(all)));
	for (const char *line = all; *line; line = next) {
		if (*line == '#') {
			next = after_beginning(line, &name, &name_length);
			scoped_text first = own_format("# HELP %.*s ", (int)name_length, name);
			assert_ptr_equal(strstr(all, first), line);
			continue;
		}
		next = after_sample(line, name, name_length);
		if (!next)
			fail_msg("no line of metrics: %.120s", line);
		must_be_single(all, line, next - 1);
		samples++;
	}
	return samples;
}

/* A line of /metrics about the integration with the problems: its name, what stands behind the label 'integration', its value. */
static const struct metric_case {
	const char *name, *labels, *value; /* NULL: there is no such line */
} metric_cases[] = {
	{"davenport_problems", "", "7"},
	{"davenport_waiting", "", "2"},
	{"davenport_documents", ",table=\"Items\"", "300"},
	{"davenport_rows", ",table=\"Items\"", "299"},
	{"davenport_integration_state", ",state=\"needs_attention\"", "1"},
	{"davenport_integration_state", ",state=\"in_sync\"", "0"},
	{"davenport_last_change_timestamp_seconds", ",to=\"airtable\"", "1796000000.000"},
	{"davenport_last_change_timestamp_seconds", ",to=\"couchdb\"", "0.000"},
	{"davenport_server_latency_seconds", ",server=\"couchdb\"", "0.003"},
	{"davenport_server_latency_seconds", ",server=\"airtable\"", NULL},
	{"davenport_feed_position", "", "88"},
	{"davenport_airtable_month_calls", "", "4321"},
	{"davenport_airtable_calls_total", ",purpose=\"news\"", "17"},
	{"davenport_airtable_calls_total", ",purpose=\"upload\"", "0"},
	{"davenport_airtable_rate_wait_seconds_total", "", "2.500"},
	{"davenport_rows_written_total", ",how=\"updated\"", "5"},
	{"davenport_rows_written_total", ",how=\"created\"", "0"},
	{"davenport_synced_pictures_total", ",outcome=\"refused\"", "6"},
	{"davenport_failed_cycles_total", ",server=\"airtable\",kind=\"fatal\"", "1"},
	{"davenport_failed_cycles_total", ",server=\"neither\",kind=\"retry\"", "0"},
};

/* The caller frees; NULL: there is none. */
static char *metric_value(const char *words, const char *name, const char *labels)
{
	scoped_text begin = own_format("%s{integration=\"id-1", name);
	scoped_text end = own_format("\"%s} ", labels);

	for (const char *line = words; *line; line = strchr(line, '\n') + 1) {
		scoped_text one = own_copy_bytes(line, strcspn(line, "\n"));
		const char *value = strrchr(one, ' ') + 1;
		size_t before = (size_t)(value - one);
		if (strncmp(one, begin, strlen(begin)) == 0 && before > strlen(end) &&
		    strncmp(value - strlen(end), end, strlen(end)) == 0)
			return own_copy(value);
	}
	return NULL;
}

static void check_metric(const char *words, const struct metric_case *row)
{
	scoped_text value = metric_value(words, row->name, row->labels);

	if (!row->value != !value || (value && strcmp(value, row->value) != 0))
		fail_msg("%s{…%s} is %s", row->name, row->labels, value ? value : "not there");
}

static void check_metrics(void **state)
{
	struct admin_answer answer = ask(look_hostile, metrics_page, false);
	const char *words = text_or_empty(&answer.body);

	(void)state;
	assert_string_equal(answer.type, METRICS_TYPE);
	assert_true(check_exposition(words) > 100);
	assert_non_null(strstr(words, "\ndavenport_problems{integration=\"id-2\"} 0\n"));
	for (size_t i = 0; i < countof(metric_cases); i++)
		check_metric(words, &metric_cases[i]);
	admin_answer_done(&answer);
}

static void check_metrics_without_any(void **state)
{
	struct admin_answer answer = ask(look_troubled, metrics_page, false);

	(void)state;
	assert_true(check_exposition(text_or_empty(&answer.body)) >= 8);
	assert_non_null(strstr(answer.body.bytes, "\ndavenport_search_ok 0\n"));
	admin_answer_done(&answer);
}

static void check_label(void **state)
{
	struct text text = {0};

	(void)state;
	metrics_add(&text, "x", 1, "a",
		    "b\\c\"d\ne\xff"
		    "f",
		    NULL);
	metrics_add_ms(&text, "y", -1005, NULL);
	assert_string_equal(text_or_empty(&text), "x{a=\"b\\\\c\\\"d\\ne?f\"} 1\ny -1.005\n");
	text_done(&text);
}

/* ---- what machines may ask ---- */

static char *read_file(const char *path)
{
	struct text text = {0};
	char piece[4096];
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	for (size_t count; (count = fread(piece, 1, sizeof piece, file)) > 0;)
		text_add_bytes(&text, piece, count);
	fclose(file);
	return text_take(&text);
}

static bool is_for_machines(const char *path)
{
	return strncmp(path, "/api/", 5) == 0 || strcmp(path, "/healthz") == 0 ||
	       strcmp(path, "/readyz") == 0 || strcmp(path, "/metrics") == 0;
}

/* docs/openapi.json names each of these routes, and no other; what it leaves open to anybody is so. */
static void check_openapi(void **state)
{
	scoped_text words = read_file("docs/openapi.json");
	scoped(json_object) json = NULL;
	const struct admin_route *routes = pages_routes(NULL).list;
	size_t count = 0, described = 0;

	(void)state;
	assert_true(json_read(words, strlen(words), &json, NULL, NULL));
	struct json_object *paths = json_child(json, "paths", json_type_object);
	for (const struct admin_route *route = routes; route->path; route++) {
		if (!is_for_machines(route->path))
			continue;
		count++;
		bool is_get = strcmp(route->method, "GET") == 0;
		struct json_object *path = json_child(paths, route->path, json_type_object), *security = NULL;
		struct json_object *asked = json_child(path, is_get ? "get" : "post", json_type_object);
		if (!asked)
			fail_msg("%s %s is not there", route->method, route->path);
		assert_int_equal(json_find(asked, "security", &security), route->right == ADMIN_ANYBODY);
	}
	json_each (paths, name, path) {
		(void)name;
		described += json_key_count(path);
	}
	assert_int_equal(described, count);
}

static void check_api_status(void **state)
{
	struct admin_answer answer = ask(look_good, api_status, true);
	scoped(json_object) json = NULL;

	(void)state;
	assert_string_equal(answer.type, ADMIN_TYPE_JSON);
	assert_true(json_read(answer.body.bytes, answer.body.length, &json, NULL, NULL));
	assert_true(json_bool_or(json, "ready", false));
	struct json_object *integrations = json_child(json, "integrations", json_type_array);
	assert_int_equal(json_length(integrations), 2);
	struct json_object *paused = json_at(integrations, 1);
	assert_string_equal(json_text_or(paused, "database", ""), "shop");
	struct json_object *figures = json_child(paused, "figures", json_type_object);
	assert_string_equal(json_text_or(figures, "state", ""), "paused");
	admin_answer_done(&answer);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, page_cases, check_page);
	cases_add(&cases, own_copy("the log's last lines"), check_log, NULL);
	cases_add_table(&cases, entry_cases, check_entries);
	cases_add(&cases, own_copy("changes that are too long for a page"), check_long_entries, NULL);
	cases_add(&cases, own_copy("the history of another database"), check_other_database, NULL);
	cases_add(&cases, own_copy("a link's address"), check_address, NULL);
	cases_add_table(&cases, ready_cases, check_ready);
	cases_add(&cases, own_copy("metrics can be read, whatever names there are"), check_metrics, NULL);
	cases_add(&cases, own_copy("metrics without an integration"), check_metrics_without_any, NULL);
	cases_add(&cases, own_copy("a label's value"), check_label, NULL);
	cases_add(&cases, own_copy("docs/openapi.json has every route for machines"), check_openapi, NULL);
	cases_add(&cases, own_copy("the status for machines"), check_api_status, NULL);
	return cases_run("pages", &cases);
}
