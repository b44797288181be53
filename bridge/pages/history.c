#include "bridge/pages/history.h"

#include "base/clock.h"
#include "bridge/pages/history_entries.h"
#include "bridge/pages/history_request.h"
#include "bridge/pages/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct history_view {
	const struct web_form *words; /* what was asked */
	const struct asked_database *asked;
	struct json_object *found; /* history_request.h */
	struct text *text;
};

static const char *word(const struct history_view *view, const char *name)
{
	const char *value = history_request_word(view->words, name);

	return value ? value : "";
}

/* ---- the search ---- */

/* Of the integrations of its database. */
static bool is_first(const struct fleet_view *fleet, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (strcmp(fleet->list[i].database, fleet->list[place].database) == 0)
			return false;
	return true;
}

static void add_option(struct text *text, const char *value, const char *words, bool selected)
{
	html_format(text, "<option value=\"%s\"", value);
	text_add(text, selected ? " selected>" : ">");
	html_format(text, "%s</option>", words);
}

static void add_databases(const struct history_view *view)
{
	const struct fleet_view *fleet = &view->asked->fleet;

	text_add(view->text,
		 "<div><label for=\"database\">Database</label><select id=\"database\" name=\"database\">");
	for (size_t i = 0; i < fleet->count; i++) {
		const char *name = fleet->list[i].database;
		if (is_first(fleet, i))
			add_option(view->text, name, name, strcmp(name, view->asked->name) == 0);
	}
	text_add(view->text, "</select></div>\n");
}

static void add_side(const struct history_view *view)
{
	bool others = strcmp(word(view, "side"), "others") == 0;

	text_add(view->text, "<div><label for=\"side\">Made by</label><select id=\"side\" name=\"side\">");
	add_option(view->text, "", "Davenport", !others);
	add_option(view->text, "others", "the app, others", others);
	text_add(view->text, "</select></div>\n");
}

static void add_search(const struct history_view *view)
{
	text_add(view->text, "<form class=\"search\" method=\"get\" action=\"/history\" role=\"search\">\n");
	add_databases(view);
	add_side(view);
	html_format(view->text,
		    "<div><label for=\"from\">From day (UTC)</label><input id=\"from\" name=\"from\" "
		    "type=\"date\" value=\"%s\"></div>\n"
		    "<div><label for=\"to\">To day</label><input id=\"to\" name=\"to\" type=\"date\" "
		    "value=\"%s\"></div>\n"
		    "<div><label for=\"item\">Item</label><input id=\"item\" name=\"item\" type=\"search\" "
		    "value=\"%s\" placeholder=\"name or ID\"></div>\n<button>Search</button>\n</form>\n",
		    word(view, "from"), word(view, "to"), word(view, "item"));
}

/* ---- batches ---- */

static void add_batch(const struct history_view *view, struct json_object *batch)
{
	const char *by = json_text_or(batch, "created_by", NULL);
	int64_t number = json_int_or(batch, "batch", 0);
	char digits[24];

	snprintf(digits, sizeof digits, "%" PRId64, number);
	text_add(view->text, "<li><a href=\"");
	layout_add_address(view->text, "/history", "database", view->asked->name, "batch", digits, "by",
			   by ? by : "undefined", NULL);
	text_add(view->text, "\">");
	layout_add_time(view->text, number, "at no known time");
	text_add(view->text, "</a> ");
	text_add_count(view->text, json_int_or(batch, "entries", 0), "change", "changes");
	text_add(view->text, json_bool_or(batch, "cut", false) ? " or more by " : " by ");
	history_author_add(view->text, &view->asked->fleet, by);
	text_add(view->text, "</li>\n");
}

/* What others made is in no order of time, so there is no way to older ones. */
static void add_older(const struct history_view *view, struct json_object *batches)
{
	struct json_object *last = json_at(batches, json_length(batches) - 1);
	char digits[24];

	if (!json_bool_or(view->found, "more", false))
		return;
	if (strcmp(word(view, "side"), "others") == 0 || !last) {
		text_add(view->text, "<p>There are more than are looked through here: <code>davenport "
				     "history</code> lists all.</p>\n");
		return;
	}
	snprintf(digits, sizeof digits, "%" PRId64, json_int_or(last, "batch", 0));
	text_add(view->text, "<p><a href=\"");
	layout_add_address(view->text, "/history", "database", view->asked->name, "from", word(view, "from"),
			   "before", digits, NULL);
	text_add(view->text, "\">Older ones</a></p>\n");
}

static void show_batches(const struct history_view *view, struct json_object *batches)
{
	text_add(view->text, "<section class=\"card\"><h2>Newest batches</h2>\n");
	if (json_length(batches) == 0)
		text_add(view->text, "<p>Nothing is recorded.</p>\n");
	else
		text_add(view->text, "<ul class=\"plain\">\n");
	for (size_t i = 0; i < json_length(batches); i++)
		add_batch(view, json_at(batches, i));
	text_add(view->text, json_length(batches) ? "</ul>\n" : "");
	add_older(view, batches);
	text_add(view->text, "</section>\n");
}

/* ---- the changes of one batch, or of one document ---- */

static void add_undo(const struct history_view *view)
{
	text_add(view->text, "<p><a class=\"undo\" href=\"");
	layout_add_address(view->text, "/history/undo", "database", view->asked->name, "batch",
			   word(view, "batch"), "by", word(view, "by"), NULL);
	text_add(view->text, "\">Undo all of this batch…</a></p>\n");
}

static void show_entries(const struct history_view *view, struct json_object *entries)
{
	const struct history_place place = {view->text, &view->asked->fleet, view->asked->name};
	const char *batch = word(view, "batch");

	if (*batch) {
		text_add(view->text, "<h2>Batch of ");
		layout_add_time(view->text, strtoll(batch, NULL, 10), "no known time");
		text_add(view->text, "</h2>\n");
		if (json_length(entries))
			add_undo(view);
	} else {
		html_format(view->text, "<h2>Changes of <bdi>%s</bdi></h2>\n", word(view, "document"));
	}
	history_entries_add(&place, entries);
	if (json_bool_or(view->found, "more", false))
		html_format(view->text, "<p>There are more; the first %zu are shown.</p>\n",
			    json_length(entries));
}

/* ---- items by their name ---- */

static void show_items(const struct history_view *view, struct json_object *items)
{
	size_t count = json_length(items);

	html_format(view->text, "<section class=\"card\"><h2>Items with “<bdi>%s</bdi>”</h2>\n",
		    word(view, "item"));
	text_add(view->text, count ? "<ul class=\"plain\">\n" : "<p>There is none.</p>\n");
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_at(items, i);
		const char *full_id = json_text_or(item, "document", ""),
			   *name = json_text_or(item, "name", "");
		text_add(view->text, "<li><a href=\"");
		layout_add_address(view->text, "/history", "database", view->asked->name, "document", full_id,
				   NULL);
		html_format(view->text,
			    "\"><bdi>%s</bdi></a> <span class=\"faint\"><bdi>%s</bdi></span></li>\n",
			    name[0] ? name : "without a name", full_id);
	}
	text_add(view->text, count ? "</ul>\n" : "");
	if (json_bool_or(view->found, "more", false))
		html_format(view->text, "<p>There are more than these %zu: give more of the name.</p>\n",
			    count);
	text_add(view->text, "</section>\n");
}

/* ---- the page ---- */

static void show(const struct history_view *view)
{
	struct json_object *entries = json_child(view->found, "entries", json_type_array);
	struct json_object *items = json_child(view->found, "items", json_type_array);

	if (entries)
		show_entries(view, entries);
	else if (items)
		show_items(view, items);
	else
		show_batches(view, json_child(view->found, "batches", json_type_array));
}

static void show_database(struct history_view *view, struct admin_answer *answer)
{
	struct error error = {0};

	add_search(view);
	view->found = history_request_read(view->asked, view->words, &error);
	if (view->found) {
		show(view);
		json_release(view->found);
		return;
	}
	answer->status = 502;
	html_format(view->text,
		    "<div class=\"card\"><p class=\"reason\" role=\"alert\">CouchDB did not give it: "
		    "%s</p></div>\n",
		    error.text);
}

void history_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	struct asked_database asked;
	struct history_view view = {.words = request->query, .asked = &asked, .text = &answer->body};

	asked_database_open(context, request->query, &asked);
	layout_begin(&(struct layout){.title = "History", .place = "/history"}, request, &answer->body);
	if (!asked.name) {
		text_add(&answer->body, "<p>There is no integration yet.</p>\n");
	} else if (!asked.couch) {
		answer->status = 404;
		text_add(&answer->body, "<p>No integration has a database of that name.</p>\n");
	} else {
		show_database(&view, answer);
	}
	layout_end(&answer->body);
	asked_database_close(&asked);
}

/* ---- for programs ---- */

void api_history(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	scoped(json_object) json = NULL;
	struct asked_database asked;
	struct error error = {0};

	asked_database_open(context, request->query, &asked);
	answer->status = asked.couch ? 200 : 404;
	if (asked.couch)
		json = history_request_read(&asked, request->query, &error);
	else
		(void)error_set(&error, ERROR_REFUSED, "No integration has a database of that name.");
	if (!json) {
		answer->status = asked.couch ? 502 : 404;
		json = json_new_object();
		json_put_text(json, "error", error.text);
	}
	json_put_text(json, "database", asked.couch ? asked.name : NULL);
	answer->type = ADMIN_TYPE_JSON;
	json_add_to(&answer->body, json);
	asked_database_close(&asked);
}
