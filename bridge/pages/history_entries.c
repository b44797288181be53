#include "bridge/pages/history_entries.h"

#include "base/clock.h"
#include "base/own.h"
#include "bridge/pages/layout.h"
#include "inventory/document.h"

#include <stdlib.h>
#include <string.h>

#define SIGNATURE   "integration-"
#define VALUE_BYTES 2000 /* of a value; what is beyond is not shown */

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

static void add_value(struct text *text, struct json_object *field, const char *which)
{
	scoped_text words = history_message_value(field, which);
	size_t length = strlen(words), shown = text_utf8_prefix(words, length, VALUE_BYTES);

	words[shown] = '\0';
	html_format(text, "<bdi>%s</bdi>", words);
	text_add(text, shown < length ? "…" : "");
}

static void add_field(struct text *text, struct json_object *field)
{
	html_format(text, "<tr><th scope=\"row\">%s</th><td class=\"was\" data-name=\"was\">",
		    json_text_or(field, "name", "?"));
	add_value(text, field, "was");
	text_add(text, "</td><td class=\"new\" data-name=\"new\">");
	add_value(text, field, "new");
	text_add(text, "</td></tr>\n");
}

static void add_fields(struct text *text, struct json_object *fields)
{
	if (json_length(fields) == 0)
		return;
	text_add(text, "<table class=\"stacks\"><thead><tr><th scope=\"col\">Field</th><th "
		       "scope=\"col\">Was</th><th "
		       "scope=\"col\">New</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < json_length(fields); i++)
		add_field(text, json_at(fields, i));
	text_add(text, "</tbody></table>\n");
}

static void add_title(struct text *text, const char *database, struct json_object *entry)
{
	const char *type = json_text_or(entry, "type", "document"), *id = json_text_or(entry, "data_id", "?");
	const char *name = json_text_or(entry, "name", NULL);
	scoped_text full_id = own_format("%s-%s", type, id);

	text_add(text, "<h3><a href=\"");
	layout_add_address(text, "/history", "database", database, "document", full_id, NULL);
	html_format(text, "\"><bdi>%s</bdi></a> <span class=\"faint\">%s</span></h3>\n", name ? name : id,
		    type);
}

static void add_entry(struct text *text, const struct fleet_view *fleet, const char *database,
		      struct json_object *entry)
{
	int64_t at_ms = 0;

	text_add(text, "<section class=\"card\">");
	add_title(text, database, entry);
	html_format(text, "<p>%s ", json_text_or(entry, "what", "changed"));
	(void)clock_from_iso(json_text_or(entry, "at", ""), &at_ms);
	layout_add_time(text, at_ms, "at no known time");
	text_add(text, " by ");
	history_author_add(text, fleet, json_text_or(entry, "created_by", NULL));
	text_add(text, "</p>\n");
	add_fields(text, json_child(entry, "fields", json_type_array));
	text_add(text, "</section>\n");
}

void history_entries_add(struct text *text, const struct fleet_view *fleet, const char *database,
			 struct json_object *entries)
{
	if (json_length(entries) == 0)
		text_add(text, "<p>Nothing is recorded.</p>\n");
	for (size_t i = 0; i < json_length(entries); i++)
		add_entry(text, fleet, database, json_at(entries, i));
}
