/*     ?database=…                      the newest batches
 *     ?database=…&batch=…&by=…         the changes of one
 *     ?database=…&item=…               items of that ID, or with these words in their name
 *     ?database=…&document=item-…      the changes of one document */
#include "bridge/pages/history.h"

#include "bridge/pages/asked_database.h"
#include "bridge/pages/history_entries.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/named_items.h"
#include "bridge/review/history_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCHES_SHOWN 50
#define ENTRIES_SHOWN 200

struct history_view {
	const struct admin_request *request;
	const struct fleet_view *fleet;
	const char *database;
	struct couch_client *couch;
	struct text *text;
	struct history_place place;
};

static const char *query(const struct history_view *view, const char *name)
{
	const char *value = web_form_value(view->request->query, name);

	return value && *value ? value : NULL;
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

static void add_databases(const struct history_view *view)
{
	text_add(view->text,
		 "<div><label for=\"database\">Database</label><select id=\"database\" name=\"database\">");
	for (size_t i = 0; i < view->fleet->count; i++) {
		const char *name = view->fleet->list[i].database;
		if (!is_first(view->fleet, i))
			continue;
		text_add(view->text, "<option");
		text_add(view->text, strcmp(name, view->database) == 0 ? " selected>" : ">");
		html_format(view->text, "%s</option>", name);
	}
	text_add(view->text, "</select></div>\n");
}

static void add_search(const struct history_view *view)
{
	text_add(view->text, "<form class=\"search\" method=\"get\" action=\"/history\" role=\"search\">\n");
	add_databases(view);
	html_format(view->text,
		    "<div><label for=\"item\">Item</label><input id=\"item\" name=\"item\" type=\"search\" "
		    "value=\"%s\" "
		    "placeholder=\"name or ID\"></div>\n<button>Search</button>\n</form>\n",
		    query(view, "item"));
}

/* ---- batches ---- */

static void add_batch(const struct history_view *view, const struct history_read_batch *batch)
{
	char number[24];

	snprintf(number, sizeof number, "%" PRId64, batch->batch);
	text_add(view->text, "<li><a href=\"");
	layout_add_address(view->text, "/history", "database", view->database, "batch", number, "by",
			   batch->created_by ? batch->created_by : "", NULL);
	text_add(view->text, "\">");
	layout_add_time(view->text, batch->batch, "at no known time");
	text_add(view->text, "</a> ");
	text_add_count(view->text, (int64_t)batch->entries, "change", "changes");
	text_add(view->text, " by ");
	history_author_add(view->text, view->fleet, batch->created_by);
	text_add(view->text, "</li>\n");
}

static bool show_batches(const struct history_view *view, struct error *error)
{
	struct history_batches batches = {0};

	if (!history_list_batches(view->couch, NULL, BATCHES_SHOWN, &batches, error))
		return false;
	text_add(view->text, "<section class=\"card\"><h2>Newest batches</h2>\n");
	if (batches.count == 0)
		text_add(view->text, "<p>Nothing is recorded.</p>\n");
	else
		text_add(view->text, "<ul class=\"plain\">\n");
	for (size_t i = 0; i < batches.count; i++)
		add_batch(view, &batches.list[i]);
	text_add(view->text, batches.count ? "</ul></section>\n" : "</section>\n");
	history_batches_done(&batches);
	return true;
}

/* ---- the changes of one batch, or of one document ---- */

static bool keep_entry(void *context, struct json_object *history, struct error *error)
{
	(void)error;
	json_append(context, history_message_entry(history));
	return true;
}

static void add_undo(const struct history_view *view, const char *number, const char *created_by,
		     size_t entries)
{
	if (entries == 0)
		return;
	text_add(view->text, "<p><a class=\"undo\" href=\"");
	layout_add_address(view->text, "/history/undo", "database", view->database, "batch", number, "by",
			   created_by ? created_by : "", NULL);
	text_add(view->text, "\">Undo all of this batch…</a></p>\n");
}

static bool show_batch(const struct history_view *view, const char *number, struct error *error)
{
	scoped(json_object) entries = json_new_array();
	const struct history_wish wish = {
		.created_by = query(view, "by"), .batch = strtoll(number, NULL, 10), .most = ENTRIES_SHOWN};
	bool more = false;

	if (!history_read_batch(view->couch, &wish, keep_entry, entries, &more, error) ||
	    !history_read_names(view->couch, entries, error))
		return false;
	text_add(view->text, "<h2>Batch of ");
	layout_add_time(view->text, wish.batch, "no known time");
	text_add(view->text, "</h2>\n");
	add_undo(view, number, wish.created_by, json_length(entries));
	history_entries_add(&view->place, entries);
	if (more)
		html_format(view->text, "<p>There are more; the first %d are shown.</p>\n", ENTRIES_SHOWN);
	return true;
}

static bool show_document(const struct history_view *view, const char *full_id, struct error *error)
{
	scoped(json_object) found = NULL;
	scoped(json_object) entries = json_new_array();

	if (!history_of_one(view->couch, NULL, full_id, ENTRIES_SHOWN, &found, error))
		return false;
	for (size_t i = 0; i < json_length(found); i++)
		json_append(entries, history_message_entry(json_at(found, i)));
	if (!history_read_names(view->couch, entries, error))
		return false;
	html_format(view->text, "<h2>Changes of <bdi>%s</bdi></h2>\n", full_id);
	history_entries_add(&view->place, entries);
	return true;
}

/* ---- items by their name ---- */

static bool show_items(const struct history_view *view, const char *words, struct error *error)
{
	struct named_items items = {0};

	if (!named_items_find(view->couch, words, &items, error))
		return false;
	html_format(view->text, "<section class=\"card\"><h2>Items with “<bdi>%s</bdi>”</h2>\n", words);
	text_add(view->text, items.count ? "<ul class=\"plain\">\n" : "<p>There is none.</p>\n");
	for (size_t i = 0; i < items.count; i++) {
		text_add(view->text, "<li><a href=\"");
		layout_add_address(view->text, "/history", "database", view->database, "document",
				   items.list[i].full_id, NULL);
		html_format(
			view->text, "\"><bdi>%s</bdi></a> <span class=\"faint\"><bdi>%s</bdi></span></li>\n",
			items.list[i].name[0] ? items.list[i].name : "without a name", items.list[i].full_id);
	}
	text_add(view->text, items.count ? "</ul>\n" : "");
	if (items.more)
		html_format(view->text, "<p>There are more than these %zu: give more of the name.</p>\n",
			    items.count);
	text_add(view->text, "</section>\n");
	named_items_done(&items);
	return true;
}

/* ---- the page ---- */

static bool show(const struct history_view *view, struct error *error)
{
	const char *batch = query(view, "batch"), *item = query(view, "item"),
		   *document = query(view, "document");

	if (batch)
		return show_batch(view, batch, error);
	if (document)
		return show_document(view, document, error);
	return item ? show_items(view, item, error) : show_batches(view, error);
}

static void show_database(struct history_view *view, struct admin_answer *answer)
{
	struct error error = {0};

	add_search(view);
	if (show(view, &error))
		return;
	answer->status = 502;
	html_format(view->text,
		    "<div class=\"card\"><p class=\"reason\" role=\"alert\">CouchDB did not give it: "
		    "%s</p></div>\n",
		    error.text);
}

void history_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	struct asked_database asked;

	asked_database_open(context, request->query, &asked);
	struct history_view view = {
		.request = request,
		.fleet = &asked.fleet,
		.database = asked.name,
		.couch = asked.couch,
		.text = &answer->body,
		.place = {&answer->body, &asked.fleet, asked.name},
	};
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
