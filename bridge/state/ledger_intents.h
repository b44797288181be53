/* The intent journal as JSON (intents.h has what it means):
 *
 *     {row:      {kind, at, epoch, document, fields: {column: {before, after}}},
 *      document: {kind, at, document, fields: {column: {after}}, history, cascade},
 *      replaced: [{field: column, at, was}]}
 *
 * Entries that an earlier version has stored say the same in other words, which ledger_intents_upgrade() puts into these. */
#pragma once
#include "bridge/columns/columns.h"
#include "bridge/state/intents.h"

/* NULL: nothing is under way. */
struct json_object *intents_to_json(const struct columns *columns, const struct intents *intents);
/* 'json' NULL: nothing is under way. 'intents' has nothing in it yet. False: it is damaged; the caller ends what was read of it. */
must_use bool intents_from_json(const struct columns *columns, struct json_object *json,
				struct intents *intents, struct error *error);
/* The entry with "intents" in place of the members of the former form: the same JSON where it has none of these, else a copy. The
 * caller releases it. */
struct json_object *ledger_intents_upgrade(struct json_object *entry);
/* A moment that there can be; 0: none. */
int64_t ledger_read_time(struct json_object *json, const char *key);
/* Puts it under the key; 0 is left out, as whoever reads takes what is absent for 0. A hash stands in 16 hexadecimal digits. */
void ledger_put_number(struct json_object *json, const char *key, int64_t number);
void ledger_put_hash(struct json_object *json, const char *key, uint64_t hash);
