#include "bridge/lease/lease_document.h"

#include "base/clock.h"
#include "base/own.h"

#define VERSION 1

char *lease_document_id(const char *integration_id)
{
	return own_format("lease-%s", integration_id);
}

static int64_t time_of(struct json_object *json, const char *key, int64_t usual_ms)
{
	int64_t ms = json_int_or(json, key, usual_ms);

	return ms > 0 && ms <= LEASE_TIME_MOST_MS ? ms : usual_ms;
}

void lease_document_read(struct json_object *json, struct lease_document *document_out)
{
	struct lease_document document = {
		.is_free = json_bool_or(json, "free", false),
		.process.pid = json_int_or(json, "pid", 0),
		.process.started = json_int_or(json, "started", 0),
		.since_ms = json_int_or(json, "since", 0),
		.renewed_ms = json_int_or(json, "renewed", 0),
		.renewals = json_int_or(json, "renewals", 0),
		.lasts_ms = time_of(json, "lasts_ms", LEASE_LASTS_MS),
		.write_ms = time_of(json, "write_ms", LEASE_WRITE_MS),
	};

	json_text_into(json, "token", document.token, sizeof document.token);
	json_text_into(json, "host", document.process.host, sizeof document.process.host);
	json_text_into(json, "place", document.process.place, sizeof document.process.place);
	json_text_into(json, "command", document.command, sizeof document.command);
	json_text_into(json, "_rev", document.revision, sizeof document.revision);
	document.is_readable =
		json_int_or(json, "v", 0) == VERSION && document.token[0] && document.process.pid > 0;
	*document_out = document;
}

struct json_object *lease_document_write(const struct lease_document *document, const char *integration_id)
{
	struct json_object *json = json_new_object();
	scoped_text id = lease_document_id(integration_id);

	json_put_text(json, "_id", id);
	if (document->revision[0])
		json_put_text(json, "_rev", document->revision);
	json_put(json, "v", json_new_int(VERSION));
	if (document->is_free)
		json_put(json, "free", json_new_bool(true));
	json_put_text(json, "token", document->token);
	json_put_text(json, "host", document->process.host);
	json_put_text(json, "place", document->process.place);
	json_put(json, "pid", json_new_int(document->process.pid));
	json_put(json, "started", json_new_int(document->process.started));
	json_put_text(json, "command", document->command);
	json_put(json, "since", json_new_int(document->since_ms));
	json_put(json, "renewed", json_new_int(document->renewed_ms));
	json_put(json, "renewals", json_new_int(document->renewals));
	json_put(json, "lasts_ms", json_new_int(document->lasts_ms));
	json_put(json, "write_ms", json_new_int(document->write_ms));
	return json;
}

char *lease_document_message(const struct lease_document *document)
{
	char since[CLOCK_ISO_SIZE] = "an unknown time";

	if (!document->is_readable)
		return own_copy("a process that this version cannot name");
	clock_iso(document->since_ms, since);
	return own_format("process %lld on %s (davenport %s, since %s)", (long long)document->process.pid,
			  document->process.host, document->command, since);
}

int64_t lease_document_ends_ms(const struct lease_document *document)
{
	return document->lasts_ms + document->write_ms;
}
