#include "bridge/daemon/notice_message.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/endpoints/integration_config.h"

enum { PRIORITY_USUAL = 3, PRIORITY_HIGH = 4 }; /* as ntfy numbers them */

static const struct {
	const char *title, *state, *tag;
	int priority;
} notices[NOTICES] = {
	[NOTICE_ATTENTION] = {"Davenport needs attention", "needs_attention", "warning", PRIORITY_HIGH},
	[NOTICE_RECOVERED] = {"Davenport has recovered", "recovered", "white_check_mark", PRIORITY_USUAL},
};

char *notice_message(enum notice notice, const struct integration_config *config, const char *attention)
{
	char *words = notice == NOTICE_ATTENTION
			      ? own_format("integration '%s' needs attention: %s", config->name, attention)
			      : own_format("integration '%s' has recovered", config->name);

	log_mask(words);
	return words;
}

char *notice_json(enum notice notice, const struct integration_config *config, const char *attention,
		  int64_t now_wall_ms)
{
	scoped(json_object) json = json_new_object();
	struct json_object *tags = json_new_array();
	scoped_text message = notice_message(notice, config, attention);
	scoped_text text = own_format("%s: %s", notices[notice].title, message);
	char iso[CLOCK_ISO_SIZE] = "";

	(void)clock_iso(now_wall_ms, iso);
	json_put_text(json, "title", notices[notice].title);
	json_put_text(json, "message", message);
	json_put_text(json, "text", text);
	json_put_text(json, "state", notices[notice].state);
	json_put_text(json, "integration", config->id);
	json_put_text(json, "name", config->name);
	json_put_text(json, "database", config->database);
	json_put_text(json, "base", config->base_id);
	json_put_text(json, "at", iso);
	json_put(json, "priority", json_new_int(notices[notice].priority));
	json_append(tags, json_new_text(notices[notice].tag));
	json_put(json, "tags", tags);
	return json_write(json);
}
