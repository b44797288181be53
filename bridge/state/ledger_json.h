/* Entries as JSON. Only what is there is written: most entries are a record id, a hash and a value a field. */
#pragma once
#include "bridge/state/ledger.h"

/* The JSON form, for tests and the store; the _id that it has there. */
struct json_object *ledger_entry_to_json(const struct ledger *ledger, const struct ledger_entry *entry);
must_use bool ledger_entry_from_json(const struct ledger *ledger, struct json_object *json,
				     struct ledger_entry *entry_out, struct error *error);
char *ledger_entry_document_id(const struct ledger *ledger, enum table table, const char *id);
