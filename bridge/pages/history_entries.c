#include "bridge/pages/history_entries.h"

#include "base/clock.h"
#include "base/own.h"
#include "bridge/pages/layout.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

#define SIGNATURE     "integration-"
#define VALUE_BYTES   2000   /* of a value; what is beyond is not shown */
#define ENTRIES_BYTES 120000 /* of a page that are about changes */

void history_author_add(struct text *text, const struct fleet_view *fleet, const char *created_by)
{
	const struct fleet_view_integration *integration = NULL;

	if (created_by && strncmp(created_by, SIGNATURE, strlen(SIGNATURE)) == 0)
		integration = fleet_view_find(fleet, created_by + strlen(SIGNATURE));
	if (integration)
		html_format(text, "integration <bdi>%s</bdi>", integration->name);
	else
		html_format(text, "<bdi>%s</bdi>", created_by ? created_by : "nobody named");
}

void history_value_add(struct text *text, struct json_object *field, const char *which)
{
	scoped_text words = history_message_value(field, which);
	size_t length = strlen(words), shown = text_utf8_prefix(words, length, VALUE_BYTES);

	words[shown] = '\0';
	html_format(text, "<bdi>%s</bdi>", words);
	text_add(text, shown < length ? "…" : "");
}

/* 'field' NULL: all of it. */
static void add_undo(const struct history_place *place, const char *entry, const char *field,
		     const char *words)
{
	text_add(place->text, "<a class=\"undo\" href=\"");
	layout_add_address(place->text, "/history/undo", "database", place->database, "entry", entry,
			   field ? "field" : NULL, field, NULL);
	html_format(place->text, "\">%s</a>", words);
}

static bool can_be_undone(struct json_object *entry)
{
	return json_bool_or(entry, "can_be_undone", false) && json_text_or(entry, "id", NULL);
}

static void add_field(const struct history_place *place, struct json_object *entry, struct json_object *field)
{
	struct text *text = place->text;
	bool conflict = json_bool_or(entry, "conflict", false);

	html_format(text, "<tr><th scope=\"row\">%s</th><td class=\"was\" data-name=\"%s\">",
		    json_text_or(field, "name", "?"), conflict ? "gave way" : "was");
	history_value_add(text, field, "was");
	if (conflict && can_be_undone(entry)) {
		text_add(text, "<br>");
		add_undo(place, json_text_or(entry, "id", ""), json_text_or(field, "key", ""),
			 "Use this value…");
	}
	html_format(text, "</td><td class=\"new\" data-name=\"%s\">", conflict ? "won" : "new");
	history_value_add(text, field, "new");
	text_add(text, "</td></tr>\n");
}

static void add_fields(const struct history_place *place, struct json_object *entry)
{
	struct json_object *fields = json_child(entry, "fields", json_type_array);
	bool conflict = json_bool_or(entry, "conflict", false);

	if (json_length(fields) == 0)
		return;
	html_format(
		place->text,
		"<table class=\"stacks\"><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">%s</th><th "
		"scope=\"col\">%s</th></tr></thead><tbody>\n",
		conflict ? "Gave way" : "Was", conflict ? "Won" : "New");
	for (size_t i = 0; i < json_length(fields); i++)
		add_field(place, entry, json_at(fields, i));
	text_add(place->text, "</tbody></table>\n");
}

static void add_title(const struct history_place *place, struct json_object *entry)
{
	const char *type = json_text_or(entry, "type", "document"), *id = json_text_or(entry, "data_id", "?");
	const char *name = json_text_or(entry, "name", NULL);
	scoped_text full_id = own_format("%s-%s", type, id);

	text_add(place->text, "<h3><a href=\"");
	layout_add_address(place->text, "/history", "database", place->database, "document", full_id, NULL);
	html_format(place->text, "\"><bdi>%s</bdi></a> <span class=\"faint\">%s</span></h3>\n",
		    name ? name : id, type);
}

static void add_entry(const struct history_place *place, struct json_object *entry)
{
	bool conflict = json_bool_or(entry, "conflict", false);
	struct text *text = place->text;
	int64_t at_ms = 0;

	text_add(text, "<section class=\"card\">");
	add_title(place, entry);
	html_format(text, "<p>%s ", conflict ? "conflict" : json_text_or(entry, "what", "changed"));
	(void)clock_from_iso(json_text_or(entry, "at", ""), &at_ms);
	layout_add_time(text, at_ms, "at no known time");
	text_add(text, " by ");
	history_author_add(text, place->fleet, json_text_or(entry, "created_by", NULL));
	text_add(text, "</p>\n");
	add_fields(place, entry);
	if (!conflict && can_be_undone(entry)) {
		text_add(text, "<p>");
		add_undo(place, json_text_or(entry, "id", ""), NULL, "Undo this change…");
		text_add(text, "</p>\n");
	}
	text_add(text, "</section>\n");
}

void history_entries_add(const struct history_place *place, struct json_object *entries)
{
	size_t room = place->text->length + ENTRIES_BYTES, count = json_length(entries), shown = 0;

	if (count == 0)
		text_add(place->text, "<p>Nothing is recorded.</p>\n");
	for (; shown < count && place->text->length < room; shown++)
		add_entry(place, json_at(entries, shown));
	if (shown < count)
		html_format(place->text, "<p>%zu more are too long for this page.</p>\n", count - shown);
}
