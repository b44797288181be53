#include "bridge/state/ledger_io.h"

#include "bridge/state/ledger_json.h"

#include <stdio.h>
#include <stdlib.h>

/* The revision is what it takes to write over a document that cannot be read. */
static void read_entry(struct ledger *ledger, const struct ledger_key *key, struct json_object *document,
		       struct ledger_entry *entry)
{
	struct error why = {0};

	if (document && ledger_entry_from_json(ledger, document, entry, &why))
		return;
	*entry = (struct ledger_entry){.table = key->table, .id = own_copy(key->id)};
	if (!document)
		return;
	json_text_into(document, "_rev", entry->revision, sizeof entry->revision);
	ledger_report_unreadable(ledger, json_text_or(document, "_id", ""), &why);
}

static bool read_batch(struct ledger *ledger, const struct ledger_key *keys, size_t count,
		       struct ledger_entry *entries, struct error *error)
{
	char *ids[LEDGER_BATCH];
	struct json_object *documents[LEDGER_BATCH] = {NULL};

	for (size_t i = 0; i < count; i++)
		ids[i] = ledger_entry_document_id(ledger, keys[i].table, keys[i].id);
	bool ok = ledger->store.ops->read(ledger->store.self, (const char *const *)ids, count, documents,
					  error);
	for (size_t i = 0; i < count; i++) {
		if (ok)
			read_entry(ledger, &keys[i], documents[i], &entries[i]);
		json_release(documents[i]);
		free(ids[i]);
	}
	return ok;
}

bool ledger_read(struct ledger *ledger, const struct ledger_key *keys, size_t count,
		 struct ledger_entry *entries_out, struct error *error)
{
	for (size_t from = 0; from < count; from += LEDGER_BATCH) {
		size_t batch = count - from < LEDGER_BATCH ? count - from : LEDGER_BATCH;
		if (!read_batch(ledger, keys + from, batch, entries_out + from, error)) {
			for (size_t i = 0; i < from; i++)
				ledger_entry_done(&entries_out[i]);
			return error_wrap(error, "reading the ledger");
		}
	}
	return true;
}

/* Whether the entry still says anything that another start would need. */
static bool holds_nothing(const struct ledger_entry *entry)
{
	return entry->state == ENTRY_NONE && !intents_are_open(&entry->intents) && !entry->problem &&
	       !entry->next_try_ms && !entry->record_id[0] && !entry->cascade && !entry->orphaned_histories &&
	       !entry->histories;
}

static struct json_object *document_to_store(const struct ledger *ledger, const struct ledger_entry *entry)
{
	struct json_object *json = ledger_entry_to_json(ledger, entry);

	if (!holds_nothing(entry))
		return json;
	if (!entry->revision[0]) {
		json_release(json);
		return NULL;
	}
	json_put(json, "_deleted", json_new_bool(true));
	return json;
}

static void take_result(struct ledger_entry *entry, struct json_object *document,
			const struct store_result *result)
{
	if (result->kind != ERROR_NONE)
		return;
	bool removed = json_bool_or(document, "_deleted", false);
	snprintf(entry->revision, sizeof entry->revision, "%s", removed ? "" : result->rev);
	json_object_close(&entry->stored);
	if (removed)
		return;
	json_put_text(document, "_rev", result->rev);
	entry->stored = json_share(document);
}

/* The same but for the revision. */
static bool is_stored(struct json_object *document, struct json_object *stored)
{
	scoped(json_object) wanted = json_copy(document);

	json_remove(wanted, "_rev");
	json_put_text(wanted, "_rev", json_text_or(stored, "_rev", NULL));
	return stored && json_equal(wanted, stored);
}

/* A write without an answer may have been applied: what is there now tells, and the work can go on. */
static void look_for_unanswered(struct ledger *ledger, struct json_object *document,
				struct store_result *result)
{
	const char *ids[] = {json_text_or(document, "_id", "")};
	scoped(json_object) stored = NULL;
	struct error ignored;

	if (result->kind != ERROR_RETRY ||
	    !ledger->store.ops->read(ledger->store.self, ids, 1, &stored, &ignored))
		return;
	if (!is_stored(document, stored))
		return;
	*result = (struct store_result){.kind = ERROR_NONE};
	json_text_into(stored, "_rev", result->rev, sizeof result->rev);
}

bool ledger_write(struct ledger *ledger, struct ledger_entry *const *entries, size_t count,
		  struct store_result *results, struct error *error)
{
	struct json_object **documents = own_alloc((count + 1) * sizeof *documents);
	size_t *places = own_alloc((count + 1) * sizeof *places);
	struct store_result *stored = own_alloc((count + 1) * sizeof *stored);
	size_t writes = 0;

	for (size_t i = 0; i < count; i++) {
		results[i] = (struct store_result){.kind = ERROR_NONE};
		ledger_entry_assert(entries[i]);
		struct json_object *document = document_to_store(ledger, entries[i]);
		if (!document || (entries[i]->stored && json_equal(document, entries[i]->stored))) {
			json_release(document);
			continue;
		}
		places[writes] = i;
		documents[writes++] = document;
	}
	bool ok =
		writes == 0 || ledger->store.ops->write(ledger->store.self, documents, writes, stored, error);
	for (size_t i = 0; i < writes; i++) {
		if (ok)
			look_for_unanswered(ledger, documents[i], &stored[i]);
		results[places[i]] = stored[i];
		take_result(entries[places[i]], documents[i], &stored[i]);
		json_release(documents[i]);
	}
	free(documents);
	free(places);
	free(stored);
	return ok || error_wrap(error, "writing the ledger");
}

void ledger_entry_restore(const struct ledger *ledger, struct ledger_entry *entry)
{
	struct ledger_entry former = {0};
	struct error ignored;

	if (!entry->stored || !ledger_entry_from_json(ledger, entry->stored, &former, &ignored)) {
		former = (struct ledger_entry){.table = entry->table, .id = own_copy(entry->id)};
		snprintf(former.revision, sizeof former.revision, "%s", entry->revision);
	}
	ledger_entry_done(entry);
	*entry = former;
}

struct walk {
	struct ledger *ledger;
	ledger_visit *visit;
	void *context;
};

static bool visit_document(void *context, struct json_object *document, struct error *error)
{
	struct walk *walk = context;
	struct ledger_entry entry = {0};
	struct error why = {0};

	if (!ledger_entry_from_json(walk->ledger, document, &entry, &why)) {
		ledger_report_unreadable(walk->ledger, json_text_or(document, "_id", ""), &why);
		return true;
	}
	bool ok = walk->visit(walk->context, &entry, error);
	ledger_entry_done(&entry);
	return ok;
}

static bool walk_table(struct walk *walk, enum table table, struct error *error)
{
	static const enum field links[] = {FIELD_COLLECTION, FIELD_CONTAINER};
	const struct ledger *ledger = walk->ledger;
	const struct columns *columns = &ledger->columns[table];
	struct json_pick_key in_fields[countof(links)];
	struct json_pick fields = {.keys = in_fields};
	const struct json_pick_key in_intents[] = {{.name = "replaced", .dropped = true}};
	const struct json_pick intents = {in_intents, countof(in_intents), true};
	const struct json_pick_key in_entry[] = {
		{.name = "fields", .below = &fields},        {.name = "intents", .below = &intents},
		{.name = "replaced", .dropped = true}, /* of the former form */
		{.name = "cells", .dropped = true},          {.name = "base", .dropped = true},
		{.name = "table", .dropped = true},          {.name = "document", .dropped = true},
		{.name = "collection_row", .dropped = true}, {.name = "container_row", .dropped = true},
		{.name = "leaves", .dropped = true},
	};
	const struct json_pick entry = {in_entry, countof(in_entry), true};
	scoped_text prefix = ledger_entry_document_id(ledger, table, "");

	for (size_t i = 0; i < countof(links); i++)
		if (columns->of[links[i]].id)
			in_fields[fields.count++] =
				(struct json_pick_key){.name = columns_key(columns, links[i])};
	return ledger->store.ops->walk(ledger->store.self, prefix, &entry, visit_document, walk, error);
}

bool ledger_walk(struct ledger *ledger, ledger_visit *visit, void *context, struct error *error)
{
	struct walk walk = {ledger, visit, context};

	for (size_t table = 0; table < TABLE_COUNT; table++)
		if (!walk_table(&walk, (enum table)table, error))
			return error_wrap(error, "reading the ledger");
	return true;
}
