/* One table of whole numbers, by which they are written and read, so that the two cannot differ. */
#include "bridge/report/figures.h"

#include <stddef.h>
#include <string.h>

#define VERSION 1

/* ---- states ---- */

static const struct {
	const char *name, *words;
} states[STATUS_STATES] = {
	[STATUS_STARTING] = {"starting", "starting"},
	[STATUS_CATCHING_UP] = {"catching_up", "catching up"},
	[STATUS_IN_SYNC] = {"in_sync", "in sync"},
	[STATUS_RETRYING] = {"retrying", "retrying"},
	[STATUS_ATTENTION] = {"needs_attention", "needs attention"},
	[STATUS_PAUSED] = {"paused", "paused"},
	[STATUS_ELSEWHERE] = {"elsewhere", "kept in step by another process"},
};

const char *status_state_words(enum status_state state)
{
	return states[state].words;
}

const char *status_state_name(enum status_state state)
{
	return states[state].name;
}

static bool state_of(const char *name, enum status_state *state_out)
{
	for (int state = 0; state < STATUS_STATES; state++)
		if (strcmp(states[state].name, name) == 0) {
			*state_out = (enum status_state)state;
			return true;
		}
	return false;
}

/* ---- the document ---- */

#define NUMBER(name, member)                                                                                 \
	{                                                                                                    \
		name, offsetof(struct figures, member)                                                       \
	}
static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	NUMBER("since", state_since_ms),
	NUMBER("written", written_ms),
	NUMBER("in_step_since", in_step_since_ms),
	NUMBER("done", done),
	NUMBER("left", left),
	NUMBER("left_ms", left_ms),
	NUMBER("to_airtable_at", to_airtable.at_ms),
	NUMBER("to_airtable_count", to_airtable.count),
	NUMBER("to_couchdb_at", to_couchdb.at_ms),
	NUMBER("to_couchdb_count", to_couchdb.count),
	NUMBER("collections", documents[TABLE_COLLECTIONS]),
	NUMBER("items", documents[TABLE_ITEMS]),
	NUMBER("collection_rows", rows[TABLE_COLLECTIONS]),
	NUMBER("item_rows", rows[TABLE_ITEMS]),
	NUMBER("problems", problems),
	NUMBER("waiting", waiting),
	NUMBER("queued", queued),
	NUMBER("pictures_waiting", pictures_waiting),
	NUMBER("asked", asked_ms),
	NUMBER("poll_ms", poll_ms),
	NUMBER("documents_lag_ms", documents_lag_ms),
	NUMBER("rows_lag_ms", rows_lag_ms),
	NUMBER("couchdb_latency_ms", couch_latency_ms),
	NUMBER("airtable_latency_ms", airtable_latency_ms),
	NUMBER("failures", failures),
	NUMBER("answered_documents", answered_documents),
	NUMBER("answered_created", answered_created),
	NUMBER("answered_updated", answered_updated),
	NUMBER("answered_deleted", answered_deleted),
	NUMBER("answered_conflicts", answered_conflicts),
};

#define TEXT(name, member)                                                                                   \
	{                                                                                                    \
		name, offsetof(struct figures, member), sizeof(((struct figures *)NULL)->member)             \
	}
static const struct {
	const char *name;
	size_t offset, size;
} texts[] = {
	TEXT("reason", reason),
	TEXT("couchdb_version", couch_version),
	TEXT("davenport_version", davenport_version),
	TEXT("answered", answered_id),
	TEXT("answered_error", answered_error),
};

char *figures_document_id(const char *integration_id)
{
	return own_format("status-%s", integration_id);
}

struct json_object *figures_json(const struct figures *figures)
{
	struct json_object *json = json_new_object();
	const char *bytes = (const char *)figures;

	json_put(json, "v", json_new_int(VERSION));
	json_put_text(json, "state", status_state_name(figures->state));
	for (size_t i = 0; i < countof(texts); i++)
		if (bytes[texts[i].offset])
			json_put_text(json, texts[i].name, bytes + texts[i].offset);
	for (size_t i = 0; i < countof(numbers); i++) {
		int64_t number;
		memcpy(&number, bytes + numbers[i].offset, sizeof number);
		json_put(json, numbers[i].name, json_new_int(number));
	}
	json_put(json, "counted", spans_json(&figures->spans));
	return json;
}

bool figures_read(struct json_object *json, struct figures *figures_out)
{
	struct figures figures = {0};
	char *bytes = (char *)&figures;

	if (json_int_or(json, "v", 0) < 1 || !state_of(json_text_or(json, "state", ""), &figures.state))
		return false;
	for (size_t i = 0; i < countof(texts); i++)
		json_text_into(json, texts[i].name, bytes + texts[i].offset, texts[i].size);
	for (size_t i = 0; i < countof(numbers); i++) {
		int64_t number = json_int_or(json, numbers[i].name, 0);
		memcpy(bytes + numbers[i].offset, &number, sizeof number);
	}
	spans_read(json_child(json, "counted", json_type_object), &figures.spans);
	*figures_out = figures;
	return true;
}
