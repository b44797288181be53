#include "bridge/report/control.h"

#include "base/own.h"

#define VERSION 1

char *control_document_id(const char *integration_id)
{
	return own_format("control-%s", integration_id);
}

void control_read(struct json_object *json, struct control *control_out)
{
	struct json_object *wish = json_child(json, "wish", json_type_object);
	struct control control = {.is_there = json != NULL};

	json_text_into(json, "_rev", control.revision, sizeof control.revision);
	if (json_int_or(json, "v", 0) >= 1) {
		control.paused = json_bool_or(json, "paused", false);
		control.changed_ms = json_int_or(json, "changed", 0);
		json_text_into(json, "by", control.by, sizeof control.by);
		json_text_into(wish, "id", control.wish_id, sizeof control.wish_id);
		control.full = json_bool_or(wish, "full", false);
		control.remove_twins = json_bool_or(wish, "remove_twins", false);
		json_text_into(wish, "held", control.held, sizeof control.held);
	}
	*control_out = control;
}

static struct json_object *wish_json(const struct control *control)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "id", control->wish_id);
	json_put(json, "full", json_new_bool(control->full));
	json_put(json, "remove_twins", json_new_bool(control->remove_twins));
	if (control->held[0])
		json_put_text(json, "held", control->held);
	return json;
}

struct json_object *control_json(const struct control *control, const char *integration_id)
{
	struct json_object *json = json_new_object();
	scoped_text id = control_document_id(integration_id);

	json_put_text(json, "_id", id);
	if (control->revision[0])
		json_put_text(json, "_rev", control->revision);
	json_put(json, "v", json_new_int(VERSION));
	json_put(json, "paused", json_new_bool(control->paused));
	if (control->changed_ms)
		json_put(json, "changed", json_new_int(control->changed_ms));
	if (control->by[0])
		json_put_text(json, "by", control->by);
	if (control->wish_id[0])
		json_put(json, "wish", wish_json(control));
	return json;
}
