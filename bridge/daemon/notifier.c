#include "bridge/daemon/notifier.h"

#include "base/clock.h"
#include "bridge/daemon/notice_message.h"
#include "bridge/settings.h"

#include <stdlib.h>
#include <string.h>

void notifier_begin(struct notifier *notifier, struct http *http, const struct bridge_settings *settings,
		    const struct integration_config *config, struct notices *notices, const struct log *log)
{
	*notifier = (struct notifier){.http = http,
				      .url = settings->notify_url,
				      .as_json = bridge_settings_notify_json(settings),
				      .config = config,
				      .notices = notices,
				      .log = log_context(log, "%s", "")};
}

/* A failure is told once, until one has arrived. Its sentence does not name the URL, which may be a permission. */
static void collect(struct notifier *notifier)
{
	struct http_reply reply = {0};
	struct error error = {0};

	if (!notifier->call || !http_is_over(notifier->call))
		return;
	bool answered = http_wait(notifier->http, notifier->call, &reply, &error);
	bool ok = answered && reply.status >= 200 && reply.status < 300;
	if (answered && !ok)
		error_set(&error, ERROR_REFUSED, "HTTP %d", reply.status);
	if (!ok && !notifier->failed)
		log_warn(&notifier->log, "nobody could be notified at NOTIFY_URL: %s", error.text);
	notifier->failed = !ok;
	http_call_close(&notifier->call);
}

void notifier_done(struct notifier *notifier)
{
	collect(notifier);
	http_call_close(&notifier->call);
}

static void post(struct notifier *notifier, enum notice notice, const char *attention)
{
	static const char *const headers[NOTICES][4] = {
		[NOTICE_ATTENTION] = {"Title: Davenport needs attention", "Tags: warning", "Priority: high"},
		[NOTICE_RECOVERED] = {"Title: Davenport has recovered", "Tags: white_check_mark"},
	};
	scoped_text body = notifier->as_json
				   ? notice_json(notice, notifier->config, attention, clock_now_ms())
				   : notice_message(notice, notifier->config, attention);
	const struct http_request request = {
		.method = "POST",
		.url = notifier->url,
		.name = "POST",
		.content_type = notifier->as_json ? "application/json" : "text/plain; charset=utf-8",
		.headers = notifier->as_json ? NULL : headers[notice],
		.body = body,
		.body_length = strlen(body),
		.total_ms = NOTIFIER_TOTAL_MS,
	};
	http_call_close(&notifier->call);
	notifier->call = http_start(notifier->http, &request);
}

void notifier_note(struct notifier *notifier, const char *attention)
{
	if (!notifier->url || !notifier->url[0])
		return;
	collect(notifier);
	enum notice notice = notices_next(notifier->notices, attention != NULL, clock_steady_ms());
	if (notice != NOTICE_NONE)
		post(notifier, notice, attention);
}
