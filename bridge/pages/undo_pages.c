#include "bridge/pages/undo_pages.h"

#include "base/json.h"
#include "bridge/pages/history_entries.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/undo_request.h"
#include "bridge/review/history_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DOCUMENTS_BYTES 120000 /* of a page that are about documents; those that do not fit are counted */

/* ---- one document ---- */

struct columns {
	const char *head, *first, *second; /* of markup; names of values (history_message.h) */
	const char *first_name, *second_name;
	bool goes_back; /* the fields that it is about */
};
static const struct columns would_change = {
	.head = "<th scope=\"col\">Field</th><th scope=\"col\">Now</th><th scope=\"col\">Then</th>",
	.first = "now",
	.second = "was",
	.first_name = "now",
	.second_name = "then",
	.goes_back = true,
};
static const struct columns has_changed = {
	.head = "<th scope=\"col\">Field</th><th scope=\"col\">Was</th><th scope=\"col\">Is again</th>",
	.first = "now",
	.second = "was",
	.first_name = "was",
	.second_name = "is again",
	.goes_back = true,
};
static const struct columns left_alone = {
	.head = "<th scope=\"col\">Edited since, left alone</th><th scope=\"col\">Before all that</th><th "
		"scope=\"col\">Stays</th>",
	.first = "was",
	.second = "now",
	.first_name = "before all that",
	.second_name = "stays",
	.goes_back = false,
};

static void add_row(struct text *text, struct json_object *field, const struct columns *columns)
{
	html_format(text, "<tr><th scope=\"row\">%s</th><td class=\"was\" data-name=\"%s\">",
		    json_text_or(field, "name", "?"), columns->first_name);
	history_value_add(text, field, columns->first);
	html_format(text, "</td><td class=\"new\" data-name=\"%s\">", columns->second_name);
	history_value_add(text, field, columns->second);
	text_add(text, "</td></tr>\n");
}

static void add_fields(struct text *text, struct json_object *fields, const struct columns *columns)
{
	size_t count = 0;

	for (size_t i = 0; i < json_length(fields); i++) {
		struct json_object *field = json_at(fields, i);
		if (json_bool_or(field, "goes_back", false) != columns->goes_back)
			continue;
		if (count++ == 0) {
			text_add(text, "<table class=\"stacks\"><thead><tr>");
			text_add(text, columns->head);
			text_add(text, "</tr></thead><tbody>\n");
		}
		add_row(text, field, columns);
	}
	text_add(text, count ? "</tbody></table>\n" : "");
}

static void add_document(struct text *text, struct json_object *document, bool dry_run)
{
	struct json_object *fields = json_child(document, "fields", json_type_array);
	const char *name = json_text_or(document, "name", NULL), *why = json_text_or(document, "why", NULL);
	bool undone = json_bool_or(document, "undone", false);

	html_format(text,
		    "<section class=\"card\"><h3><bdi>%s</bdi> <span class=\"faint\">%s</span></h3>\n<p>",
		    name ? name : json_text_or(document, "data_id", "?"),
		    json_text_or(document, "type", "document"));
	if (undone)
		html_format(text, "%s%s", dry_run ? "would be " : "", json_text_or(document, "what", ""));
	else
		text_add(text, dry_run ? "stays as it is" : "was left as it is");
	text_add(text, why ? ": " : "");
	html_add(text, why);
	text_add(text, "</p>\n");
	if (undone)
		add_fields(text, fields, dry_run ? &would_change : &has_changed);
	add_fields(text, fields, &left_alone);
	text_add(text, "</section>\n");
}

static void add_documents(struct text *text, const struct couch_revert_result *result, bool dry_run)
{
	size_t room = text->length + DOCUMENTS_BYTES, left = 0;

	text_add(text, "<h2>Documents</h2>\n");
	for (size_t i = 0; i < result->count; i++) {
		scoped(json_object) document = history_message_undone(&result->list[i]);
		if (result->list[i].state == UNDONE_NOTHING)
			continue;
		if (text->length < room)
			add_document(text, document, dry_run);
		else
			left++;
	}
	if (left)
		html_format(text, "<p>%zu more are not shown here.</p>\n", left);
}

/* ---- the sum ---- */

static void add_sum(struct text *text, const struct undo_request *undo)
{
	text_add(text, "<p role=\"status\">");
	text_add_count(text, (int64_t)undo->outcome.undone, "document", "documents");
	text_add(text, undo->wish.dry_run ? " would be undone" : " undone");
	if (undo->outcome.asks)
		html_format(text, "; %zu left alone in part or as a whole, since they were edited since",
			    undo->outcome.asks);
	if (undo->outcome.refused)
		html_format(text, "; %zu refused", undo->outcome.refused);
	text_add(text, ".</p>\n");
	if (undo->found.conflicts)
		html_format(text,
			    "<p>%zu of the changes gave way in a conflict: their values are put back one by "
			    "one, from the change itself.</p>\n",
			    undo->found.conflicts);
	if (undo->found.others)
		html_format(text, "<p>%zu of the changes are none of a document, and are not undone.</p>\n",
			    undo->found.others);
}

static void add_hidden(struct text *text, const char *name, const char *value)
{
	if (value && *value)
		html_format(text, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);
}

/* All that tells what is meant, as a form has it. */
static void add_wish(struct text *text, const struct undo_request *undo, bool all)
{
	char number[24] = "";

	if (undo->wish.batch)
		snprintf(number, sizeof number, "%" PRId64, undo->wish.batch);
	add_hidden(text, "database", undo->asked.name);
	add_hidden(text, "entry", undo->wish.entry);
	add_hidden(text, "field", undo->wish.field);
	add_hidden(text, "batch", number);
	add_hidden(text, "by", undo->wish.created_by);
	add_hidden(text, "all", all ? "1" : NULL);
}

static void add_buttons(struct text *text, const struct admin_request *request,
			const struct undo_request *undo)
{
	text_add(text, "<div class=\"actions\">\n");
	if (undo->outcome.undone) {
		text_add(text, "<form method=\"post\" action=\"/history/undo\">");
		add_hidden(text, "form_token", request->form_token);
		add_wish(text, undo, undo->wish.agreed.all);
		html_format(text, "<button>%s</button></form>\n",
			    undo->wish.field ? "Use this value" : "Undo it");
	}
	if (undo->outcome.asks && !undo->wish.agreed.all) {
		text_add(text, "<form method=\"get\" action=\"/history/undo\">");
		add_wish(text, undo, true);
		text_add(text,
			 "<button class=\"quiet\">Preview with what was edited since</button></form>\n");
	}
	text_add(text, "</div>\n");
}

/* An undoing is a batch of its own. */
static void add_undo_of_it(struct text *text, const struct undo_request *undo)
{
	char number[24];

	if (!undo->outcome.undone)
		return;
	snprintf(number, sizeof number, "%" PRId64, undo->outcome.result.batch);
	text_add(text, "<p>It is in the history like any other edit: <a href=\"");
	layout_add_address(text, "/history", "database", undo->asked.name, "batch", number, "by",
			   UNDO_CREATED_BY, NULL);
	text_add(text, "\">see it, or undo it</a>.</p>\n");
}

/* ---- the pages ---- */

static void add_failure(struct text *text, const struct undo_request *undo)
{
	text_add(text, "<div class=\"card\"><p class=\"reason\" role=\"alert\">");
	if (undo->outcome.undone && !undo->wish.dry_run)
		html_format(text, "It came to %zu documents, and can be done again. ", undo->outcome.undone);
	html_add(text, undo->error.text);
	text_add(text, "</p></div>\n");
}

static void answer_page(const struct pages *pages, const struct admin_request *request,
			const struct web_form *words, bool dry_run, struct admin_answer *answer)
{
	struct undo_request undo;
	struct text *text = &answer->body;

	undo_request_run(pages, words, dry_run, &undo);
	layout_begin(&(struct layout){.title = dry_run ? "What undoing does" : "Undone", .place = "/history"},
		     request, text);
	answer->status = undo.status;
	if (undo.status != 200)
		add_failure(text, &undo);
	if (undo.found.entries) {
		add_sum(text, &undo);
		if (dry_run && undo.status == 200)
			add_buttons(text, request, &undo);
		if (!dry_run)
			add_undo_of_it(text, &undo);
		add_documents(text, &undo.outcome.result, dry_run);
	}
	layout_end(text);
	undo_request_done(&undo);
}

void undo_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	answer_page(context, request, request->query, true, answer);
}

void undo_form(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	answer_page(context, request, request->form, false, answer);
}

/* ---- for programs ---- */

static void answer_json(const struct pages *pages, const struct web_form *words, bool dry_run,
			struct admin_answer *answer)
{
	scoped(json_object) json = json_new_object();
	struct undo_request undo;

	undo_request_run(pages, words, dry_run, &undo);
	json_put_text(json, "database", undo.asked.couch ? undo.asked.name : NULL);
	undo_put(json, &undo.wish, &undo.found, &undo.outcome);
	json_put_text(json, "error", undo.status == 200 ? NULL : undo.error.text);
	answer->status = undo.status;
	answer->type = ADMIN_TYPE_JSON;
	json_add_to(&answer->body, json);
	undo_request_done(&undo);
}

void api_undo_preview(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	answer_json(context, request->query, true, answer);
}

void api_undo(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	answer_json(context, request->form, false, answer);
}
