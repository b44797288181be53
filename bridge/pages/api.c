#include "bridge/pages/api.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/own.h"
#include "bridge/pages/pages.h"
#include "bridge/pages/problems.h"
#include "bridge/pages/state_badge.h"
#include "bridge/version.h"

#include <string.h>

static void answer_json(struct admin_answer *answer, struct json_object *json)
{
	answer->type = ADMIN_TYPE_JSON;
	text_clear(&answer->body);
	json_add_to(&answer->body, json);
}

static struct json_object *names_json(const struct fleet_view_integration *integration)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "id", integration->id);
	json_put_text(json, "name", integration->name);
	json_put_text(json, "database", integration->database);
	json_put_text(json, "base", integration->base_id);
	return json;
}

/* ---- /api/status ---- */

static bool is_ready(const struct fleet_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		if (!state_is_ready(view->list[i].figures.state))
			return false;
	return view->searched;
}

void api_status(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	scoped(json_object) json = json_new_object();
	struct json_object *integrations = json_new_array();
	struct fleet_view view = {0};

	(void)request;
	pages->look(pages->look_context, &view);
	json_put_text(json, "version", DAVENPORT_VERSION);
	json_put(json, "began", json_new_int(pages->began_wall_ms));
	json_put(json, "ready", json_new_bool(is_ready(&view)));
	json_put_text(json, "trouble", view.trouble[0] ? view.trouble : NULL);
	for (size_t i = 0; i < view.count; i++) {
		struct json_object *one = names_json(&view.list[i]);
		json_put(one, "figures", figures_json(&view.list[i].figures));
		json_append(integrations, one);
	}
	json_put(json, "integrations", integrations);
	answer_json(answer, json);
	fleet_view_done(&view);
}

/* ---- /api/problems ---- */

static struct json_object *problem_json(const struct problem *problem)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "document", problem->full_id);
	json_put_text(json, "name", problem->name);
	json_put_text(json, "row", problem->row);
	json_put_text(json, "words", problem->words);
	json_put(json, "past", json_new_bool(problem->past));
	if (problem->since_ms)
		json_put(json, "since", json_new_int(problem->since_ms));
	if (problem->next_try_ms)
		json_put(json, "next_try", json_new_int(problem->next_try_ms));
	return json;
}

static bool add_problems(const struct pages *pages, const struct fleet_view_integration *integration,
			 struct json_object *integrations, struct error *error)
{
	struct problem_list problems = {0};
	struct json_object *one = names_json(integration), *list = json_new_array();

	bool ok = problems_read(pages, integration, &problems, error);
	for (size_t i = 0; i < problems.count; i++)
		json_append(list, problem_json(&problems.list[i]));
	json_put(one, "problems", list);
	json_append(integrations, one);
	problem_list_done(&problems);
	return ok;
}

void api_problems(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const struct pages *pages = context;
	scoped(json_object) json = json_new_object();
	struct json_object *integrations = json_new_array();
	struct fleet_view view = {0};
	struct error error = {0};
	bool ok = true;

	(void)request;
	pages->look(pages->look_context, &view);
	for (size_t i = 0; ok && i < view.count; i++)
		ok = add_problems(pages, &view.list[i], integrations, &error);
	json_put(json, "integrations", integrations);
	json_put_text(json, "error", ok ? NULL : error.text);
	answer->status = ok ? 200 : 502;
	answer_json(answer, json);
	fleet_view_done(&view);
}
