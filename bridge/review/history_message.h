/* Changes as people read them: an entry of the history, an undone document; as JSON and as lines. */
#pragma once
#include "base/json.h"

struct revert_field;

/* {"id", "at", "created_by", "batch", "event", "type", "data_id", "name", "what": "made" | "changed" | "deleted", "conflict":
 * values that gave way to others, "can_be_undone", "fields": [{"key", "name", "was", "new"}]}; what is absent is left out. The caller frees. */
struct json_object *history_message_entry(struct json_object *history);
/* Who made a change, by name where it is an integration's: "integration 'Demo' (d3a0f1c2-…)". Both may be NULL. */
void history_words_add_author(struct text *text, const char *created_by, const char *integration);
/* A field's value as people read it, whole: 'which' is "was", "new" or "now". The caller frees. */
char *history_message_value(struct json_object *field, const char *which);
/* The same as lines. "integration" is the name of the integration that made the change, if the caller has put it in. */
void history_message_add(struct text *text, struct json_object *entry);

/* {"type", "data_id", "name", "state": "undone" | "asks" | "refused" | "nothing", "what": "changed back" | "brought back" | "deleted
 * again" | "nothing", "undone": whether any of it was (or would be), "why", "fields": [{"key", "name", "was", "new", "now", "moved",
 * "goes_back"}]}. The caller frees. */
struct undone;
struct json_object *history_message_undone(const struct undone *undone);
/* The same as lines; none for a document to which nothing was to be done. */
void history_message_add_undone(struct text *text, struct json_object *undone, bool dry_run);

/* The key that people mean by the name of a column ("Notes"), or by the key itself. */
const char *history_message_key(const char *words);
