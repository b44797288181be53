/* History documents: what the app records of a change, so that its review and revert screens list ours too.
 * Pure.
 *
 * _id: zzd-history-<created by>-<batch>-<data type>-<data id>-<event>-<timestamp>-<4 digits> and at top
 * level data_type, data_id, timestamp, created_by, batch, event_name, original_data, new_data, type
 * "_history" in the app's key order (recorded in the app's own documents). */
#pragma once
#include "base/json.h"
#include "inventory/document.h"

struct history_entry {
	enum document_type data_type;
	const char *data_id;
	const char *created_by; /* "integration-<id>", or NULL (prints as "undefined" in the id) */
	int64_t batch;          /* ms; 0: none */
	const char *event_name; /* "sync", "sync_conflict", "sync_row_deleted"; or NULL */
	int64_t timestamp_ms;
	struct json_object *original_data; /* borrowed; copied in */
	struct json_object *new_data;      /* borrowed; copied in */
};
/* The four digits follow from everything the entry holds (and 'attempt', for the next number when an id is
 * taken by another body), so that the same change recorded twice has the same _id. The caller puts the
 * object. */
struct json_object *history_document(const struct history_entry *entry, int attempt);
/* The same with four digits of the caller's. */
struct json_object *history_document_ending(const struct history_entry *entry, unsigned four_digits);

/* Gives it the next number: its _id is that of another change. */
void history_next_number(struct json_object *body);

/* What an entry holds, as the app has it: of a document that is new, of one that changed (only what changed, and what
 * is absent on a side is missing there), of one that goes. App links (integrations) are kept only of what
 * goes. The caller frees both. */
struct datum;
void history_of_create(const struct datum *after, struct json_object **original_out,
		       struct json_object **new_out);
void history_of_update(const struct datum *before, const struct datum *after,
		       struct json_object **original_out, struct json_object **new_out);
void history_of_delete(const struct datum *before, struct json_object **original_out,
		       struct json_object **new_out);
