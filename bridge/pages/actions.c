#include "bridge/pages/actions.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/own.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/state_database.h"
#include "bridge/pages/layout.h"
#include "bridge/pages/pages.h"
#include "bridge/report/control_store.h"
#include "couch/client.h"

#include <stdio.h>

#define ASKED_BY "the admin page"

static const struct log no_place;

/* ---- buttons ---- */

static void add_button(struct text *text, const struct admin_request *request, const char *integration_id,
		       const char *path, const char *words)
{
	html_format(
		text,
		"<form method=\"post\" action=\"%s\"><input type=\"hidden\" name=\"form_token\" value=\"%s\">"
		"<input type=\"hidden\" name=\"integration\" value=\"%s\"><button "
		"class=\"quiet\">%s</button></form>\n",
		path, request->form_token, integration_id, words);
}

void actions_add(struct text *text, const struct admin_request *request,
		 const struct fleet_view_integration *integration)
{
	text_add(text, "<div class=\"actions\">\n");
	if (integration->figures.state == STATUS_PAUSED) {
		add_button(text, request, integration->id, "/resume", "Resume");
	} else {
		add_button(text, request, integration->id, "/sync", "Sync now");
		add_button(text, request, integration->id, "/sync-full", "Compare everything");
		add_button(text, request, integration->id, "/pause", "Pause");
	}
	text_add(text, "</div>\n");
}

/* ---- what they change ---- */

static void set_paused(struct control *control, bool paused)
{
	if (control->paused == paused)
		return;
	control->paused = paused;
	control->changed_ms = clock_now_ms();
	snprintf(control->by, sizeof control->by, "%s", ASKED_BY);
}

static void begin_pause(struct control *control, const void *wish)
{
	(void)wish;
	set_paused(control, true);
}

static void end_pause(struct control *control, const void *wish)
{
	(void)wish;
	set_paused(control, false);
}

static void wish_sync(struct control *control, const void *full)
{
	random_uuid(control->wish_id);
	control->full = *(const bool *)full;
	control->remove_twins = false;
	control->held[0] = '\0';
}

/* ---- forms ---- */

typedef void change_control(struct control *control, const void *wish);

static bool store(const struct pages *pages, const struct fleet_view_integration *integration,
		  change_control *change, const void *wish, struct error *error)
{
	scoped_text name = own_format("%s" STATE_SUFFIX, integration->database);
	struct couch_client *state = connection_open_couch(pages->settings, pages->http, name);

	bool ok = state_database_ensure(state, &no_place, error) &&
		  control_change(state, integration->id, change, wish, error);
	couch_client_close(&state);
	return ok;
}

static void answer_failure(const struct admin_request *request, struct admin_answer *answer, int status,
			   const char *words)
{
	layout_begin(&(struct layout){.title = "Not done", .place = "/"}, request, &answer->body);
	html_format(&answer->body, "<p class=\"reason\" role=\"alert\">%s</p>\n", words);
	layout_end(&answer->body);
	answer->status = status;
}

static void act(struct pages *pages, const struct admin_request *request, struct admin_answer *answer,
		change_control *change, const void *wish, const char *what)
{
	struct fleet_view view = {0};
	struct error error = {0};

	pages->look(pages->look_context, &view);
	const struct fleet_view_integration *integration =
		fleet_view_find(&view, web_form_value(request->form, "integration"));
	if (!integration) {
		answer_failure(request, answer, 404, "There is no such integration here any more.");
	} else if (!store(pages, integration, change, wish, &error)) {
		answer_failure(request, answer, 502, error.text);
	} else {
		log_info(&no_place, "integration '%s': %s is asked for on the admin page", integration->name,
			 what);
		admin_answer_see_other(answer, "/");
	}
	fleet_view_done(&view);
}

void action_pause(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	act(context, request, answer, begin_pause, NULL, "a pause");
}

void action_resume(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	act(context, request, answer, end_pause, NULL, "the end of its pause");
}

void action_sync(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	static const bool full = false;

	act(context, request, answer, wish_sync, &full, "a sync");
}

void action_sync_full(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	static const bool full = true;

	act(context, request, answer, wish_sync, &full, "a comparison of everything");
}
