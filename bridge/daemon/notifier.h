/* Posts to NOTIFY_URL what notices.h decides: a sentence as text, with the headers Title, Tags and Priority that ntfy knows, or one JSON
 * object, as NOTIFY_FORMAT says (notice_message.h). The request runs beside the cycles, and nobody waits for its answer. */
#pragma once
#include "base/http.h"
#include "base/log.h"
#include "bridge/daemon/notices.h"

struct bridge_settings;
struct integration_config;

enum notifier_limits { NOTIFIER_TOTAL_MS = 20000 /* of one request */ };

struct notifier {
	struct http *http; /* borrowed */
	const char *url;   /* borrowed; "" or NULL: nobody is notified */
	bool as_json;
	const struct integration_config *config; /* borrowed */
	struct log log;
	struct notices *notices; /* borrowed: it outlives a thread that begins anew */
	struct http_call *call;  /* owned; under way, or NULL */
	bool failed;             /* the last one did, and the log says so */
};
/* All of them are borrowed until notifier_done(). */
void notifier_begin(struct notifier *notifier, struct http *http, const struct bridge_settings *settings,
		    const struct integration_config *config, struct notices *notices, const struct log *log);
void notifier_done(struct notifier *notifier);
/* To be called after each cycle. attention: why a person is needed, or NULL. */
void notifier_note(struct notifier *notifier, const char *attention);
