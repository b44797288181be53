/* Entries as JSON, and their store. Only what is there is written: most entries are a record id, a hash and a value a field. */
#include "bridge/ledger.h"

#include "bridge/pairs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ledger_init(struct ledger *ledger, struct store store, const char *integration_id, const char *base_id,
		 const struct columns *columns)
{
	*ledger = (struct ledger){
		.store = store,
		.integration_id = own_copy(integration_id),
		.base_id = own_copy(base_id),
		.columns = columns,
	};
}

void ledger_done(struct ledger *ledger)
{
	own_free_text(&ledger->integration_id);
	own_free_text(&ledger->base_id);
	*ledger = (struct ledger){0};
}

/* ---- writing ---- */

static const char *const state_names[] = {
	[ENTRY_NONE] = "waiting",        [ENTRY_PAIR] = "pair",           [ENTRY_GRAVE] = "grave",
	[ENTRY_FORGOTTEN] = "forgotten", [ENTRY_DISCARDED] = "discarded",
};
static const char *const sent_names[] = {
	[SENT_CREATE] = "create",
	[SENT_UPDATE] = "update",
	[SENT_DELETE] = "delete",
};

static char *entry_id(const struct ledger *ledger, enum table table, const char *id)
{
	return own_format("pair-%s-%s-%s", ledger->integration_id,
			  document_type_name(table_document_type(table)), id);
}

/* The cell that both showed; where there is more to say {"c": as the document showed it, "a": as the row did,
 * "d": whether that is shown differently, "x": whether it is contested}. */
static struct json_object *field_to_json(const struct ledger_field *agreed)
{
	bool same = cell_same(&agreed->couch, &agreed->airtable);

	if (same && !agreed->shown_differently && !agreed->contested)
		return cell_to_json(&agreed->couch);
	struct json_object *json = json_object_new_object();
	json_put(json, "c", cell_to_json(&agreed->couch));
	if (!same)
		json_put(json, "a", cell_to_json(&agreed->airtable));
	if (agreed->shown_differently)
		json_put(json, "d", json_object_new_boolean(true));
	if (agreed->contested)
		json_put(json, "x", json_object_new_boolean(true));
	return json;
}

static struct json_object *fields_to_json(const struct columns *columns, const struct ledger_entry *entry)
{
	struct json_object *json = json_object_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (entry->fields[field].known && columns->of[field].id)
			json_put(json, columns_key(columns, (enum field)field),
				 field_to_json(&entry->fields[field]));
	return json;
}

static struct json_object *sent_to_json(const struct columns *columns, const struct ledger_sent *sent)
{
	struct json_object *json = json_object_new_object();
	struct json_object *fields = json_object_new_object();

	json_put_text(json, "kind", sent_names[sent->kind]);
	json_put(json, "at", json_object_new_int64(sent->at_ms));
	json_put_text(json, "epoch", sent->epoch);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const struct ledger_sent_field *one = &sent->fields[field];
		if (!one->sent || !columns->of[field].id)
			continue;
		struct json_object *values = json_object_new_object();
		json_put(values, "pre", cell_to_json(&one->pre));
		json_put(values, "post", cell_to_json(&one->post));
		json_put(fields, columns_key(columns, (enum field)field), values);
	}
	json_put(json, "fields", fields);
	return json;
}

static struct json_object *replaced_to_json(const struct columns *columns, const struct ledger_entry *entry)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < entry->replaced_count; i++) {
		const struct ledger_replaced *one = &entry->replaced[i];
		if (!columns->of[one->field].id)
			continue;
		struct json_object *json = json_object_new_object();
		json_put_text(json, "field", columns_key(columns, one->field));
		json_put(json, "at", json_object_new_int64(one->at_ms));
		json_put(json, "was", cell_to_json(&one->cell));
		json_object_array_add(list, json);
	}
	return list;
}

static struct json_object *taken_to_json(const struct columns *columns, const struct ledger_entry *entry)
{
	struct json_object *json = json_object_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (entry->taken[field].taken && columns->of[field].id)
			json_put(json, columns_key(columns, (enum field)field),
				 cell_to_json(&entry->taken[field].cell));
	return json;
}

static void put_time(struct json_object *json, const char *key, int64_t time_ms)
{
	if (time_ms)
		json_put(json, key, json_object_new_int64(time_ms));
}

static void put_truth(struct json_object *json, const char *key, bool truth)
{
	if (truth)
		json_put(json, key, json_object_new_boolean(true));
}

struct json_object *ledger_entry_to_json(const struct ledger *ledger, const struct ledger_entry *entry)
{
	const struct columns *columns = &ledger->columns[entry->table];
	struct json_object *json = json_object_new_object();
	scoped_text full_id = entry_id(ledger, entry->table, entry->id);

	json_put_text(json, "_id", full_id);
	if (entry->revision[0])
		json_put_text(json, "_rev", entry->revision);
	json_put(json, "v", json_object_new_int(LEDGER_VERSION));
	json_put_text(json, "state", state_names[entry->state]);
	json_put_text(json, "base", ledger->base_id);
	json_put_text(json, "table", columns->table_id);
	if (entry->record_id[0])
		json_put_text(json, "rec", entry->record_id);
	if (entry->handled) {
		char hash[17];
		snprintf(hash, sizeof hash, "%016" PRIx64, entry->handled);
		json_put_text(json, "handled", hash);
	}
	put_time(json, "seen", entry->seen_ms);
	put_truth(json, "marked", entry->marked);
	json_put_text(json, "shows", entry->shows);
	put_truth(json, "born_as_row", entry->born_as_row);
	put_time(json, "waits", entry->waits);
	put_time(json, "unsure_since", entry->unsure_since_ms);
	if (entry->collection_row[0])
		json_put_text(json, "collection_row", entry->collection_row);
	if (entry->container_row[0])
		json_put_text(json, "container_row", entry->container_row);
	if (entry->state == ENTRY_PAIR)
		json_put(json, "fields", fields_to_json(columns, entry));
	if (entry->sent.kind != SENT_NOTHING)
		json_put(json, "sent", sent_to_json(columns, &entry->sent));
	if (entry->replaced_count)
		json_put(json, "replaced", replaced_to_json(columns, entry));
	if (ledger_entry_has_taken(entry)) {
		json_put(json, "taken", taken_to_json(columns, entry));
		json_put_text(json, "taken_on", entry->taken_on);
	}
	if (entry->saving)
		json_put(json, "saving", json_copy(entry->saving));
	json_put_text(json, "problem", entry->problem);
	if (entry->causes)
		json_put(json, "causes", json_copy(entry->causes));
	put_time(json, "failures", entry->failures);
	put_time(json, "next_try", entry->next_try_ms);
	if (entry->grave_reason) {
		json_put_text(json, "reason", entry->grave_reason);
		json_put_text(json, "tombstone", entry->grave_revision);
		put_time(json, "at", entry->grave_ms);
	}
	if (entry->grave_cells)
		json_put(json, "cells", json_copy(entry->grave_cells));
	return json;
}

/* ---- reading ---- */

static bool field_from_json(struct json_object *json, struct ledger_field *agreed, struct error *error)
{
	struct json_object *couch, *airtable;

	if (json_object_is_type(json, json_type_object) && json_object_object_get_ex(json, "c", &couch)) {
		agreed->shown_differently = json_bool_or(json, "d", false);
		agreed->contested = json_bool_or(json, "x", false);
		if (!json_object_object_get_ex(json, "a", &airtable))
			airtable = couch;
	} else {
		airtable = couch = json;
	}
	agreed->known = true;
	return cell_from_json(couch, &agreed->couch, error) &&
	       cell_from_json(airtable, &agreed->airtable, error);
}

/* The column's field. They are stored in the order of the fields: it is sought from the one behind the former on. */
static enum field field_stored(const struct columns *columns, const char *column_id, enum field *next)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		enum field field = (enum field)((*next + i) % FIELD_COUNT);
		if (columns->of[field].id && strcmp(columns_key(columns, field), column_id) == 0) {
			*next = (enum field)(field + 1);
			return field;
		}
	}
	return FIELD_COUNT;
}

static bool fields_from_json(const struct columns *columns, struct json_object *json,
			     struct ledger_entry *entry, struct error *error)
{
	enum field next = FIELD_NAME;

	if (!json)
		return true;
	json_object_object_foreach (json, column_id, value) {
		enum field field = field_stored(columns, column_id, &next);
		if (field == FIELD_COUNT)
			continue; /* a column that is gone: whatever comes in its place starts without agreement */
		if (!field_from_json(value, &entry->fields[field], error))
			return error_wrap(error, "field %s", column_id);
	}
	return true;
}

static bool sent_from_json(const struct columns *columns, struct json_object *json, struct ledger_sent *sent,
			   struct error *error)
{
	const char *kind = json_text_or(json, "kind", "");

	for (size_t i = 1; i < countof(sent_names); i++)
		if (strcmp(kind, sent_names[i]) == 0)
			sent->kind = (enum sent_kind)i;
	if (sent->kind == SENT_NOTHING)
		return error_set(error, ERROR_REFUSED, "unknown kind \"%s\" in \"sent\"", kind);
	sent->at_ms = json_int_or(json, "at", 0);
	snprintf(sent->epoch, sizeof sent->epoch, "%s", json_text_or(json, "epoch", ""));

	struct json_object *fields = json_child(json, "fields", json_type_object);
	if (!fields)
		return true;
	json_object_object_foreach (fields, column_id, value) {
		enum field field = columns_field_by_key(columns, column_id);
		if (field == FIELD_COUNT)
			continue;
		struct ledger_sent_field *one = &sent->fields[field];
		struct json_object *pre = NULL, *post = NULL;
		json_object_object_get_ex(value, "pre", &pre);
		json_object_object_get_ex(value, "post", &post);
		if (!cell_from_json(pre, &one->pre, error) || !cell_from_json(post, &one->post, error))
			return error_wrap(error, "sent field %s", column_id);
		one->sent = true;
	}
	return true;
}

static bool replaced_from_json(const struct columns *columns, struct json_object *list,
			       struct ledger_entry *entry, struct error *error)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *json = json_object_array_get_idx(list, i), *was = NULL;
		enum field field = columns_field_by_key(columns, json_text_or(json, "field", ""));
		struct cell cell = {0};
		if (field == FIELD_COUNT)
			continue;
		json_object_object_get_ex(json, "was", &was);
		if (!cell_from_json(was, &cell, error))
			return error_wrap(error, "replaced field %s", columns->of[field].id);
		ledger_entry_replace(entry, field, &cell, json_int_or(json, "at", 0));
		cell_done(&cell);
	}
	return true;
}

static bool taken_from_json(const struct columns *columns, struct json_object *json,
			    struct ledger_entry *entry, struct error *error)
{
	if (!json)
		return true;
	json_object_object_foreach (json, column_id, value) {
		enum field field = columns_field_by_key(columns, column_id);
		if (field == FIELD_COUNT)
			continue;
		if (!cell_from_json(value, &entry->taken[field].cell, error))
			return error_wrap(error, "taken field %s", column_id);
		entry->taken[field].taken = true;
	}
	return true;
}

static bool state_from_json(struct json_object *json, enum entry_state *state_out, struct error *error)
{
	const char *name = json_text_or(json, "state", "");

	for (size_t i = 0; i < countof(state_names); i++)
		if (strcmp(name, state_names[i]) == 0) {
			*state_out = (enum entry_state)i;
			return true;
		}
	return error_set(error, ERROR_REFUSED, "unknown state \"%s\"", name);
}

/* pair-<integration>-<type>-<id> */
static bool key_from_id(const struct ledger *ledger, const char *full_id, struct ledger_entry *entry)
{
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		scoped_text prefix = entry_id(ledger, (enum table)table, "");
		size_t length = strlen(prefix);
		if (strncmp(full_id, prefix, length) == 0 && full_id[length]) {
			entry->table = (enum table)table;
			entry->id = own_copy(full_id + length);
			return true;
		}
	}
	return false;
}

static bool read_entry(const struct ledger *ledger, struct json_object *json, struct ledger_entry *entry,
		       struct error *error)
{
	const char *full_id = json_text_or(json, "_id", "");

	if (!key_from_id(ledger, full_id, entry))
		return error_set(error, ERROR_REFUSED, "\"%s\" is not the id of a ledger entry", full_id);
	if (json_int_or(json, "v", 0) != LEDGER_VERSION)
		return error_set(error, ERROR_FATAL,
				 "%s was written by another version of Davenport (v is not %d)", full_id,
				 LEDGER_VERSION);
	const struct columns *columns = &ledger->columns[entry->table];
	const char *handled = json_text_or(json, "handled", "0");
	entry->handled = strtoull(handled, NULL, 16);
	snprintf(entry->revision, sizeof entry->revision, "%s", json_text_or(json, "_rev", ""));
	snprintf(entry->record_id, sizeof entry->record_id, "%s", json_text_or(json, "rec", ""));
	entry->seen_ms = json_int_or(json, "seen", 0);
	entry->marked = json_bool_or(json, "marked", false);
	entry->born_as_row = json_bool_or(json, "born_as_row", false);
	entry->waits = (unsigned)json_int_or(json, "waits", 0) & (WAITS_FOR_ROW | WAITS_FOR_DOCUMENT);
	entry->unsure_since_ms = json_int_or(json, "unsure_since", 0);
	snprintf(entry->collection_row, sizeof entry->collection_row, "%s",
		 json_text_or(json, "collection_row", ""));
	snprintf(entry->container_row, sizeof entry->container_row, "%s",
		 json_text_or(json, "container_row", ""));
	entry->taken_on = own_copy(json_text_or(json, "taken_on", NULL));
	entry->shows = own_copy(json_text_or(json, "shows", NULL));
	entry->saving = json_object_get(json_child(json, "saving", json_type_object));
	entry->problem = own_copy(json_text_or(json, "problem", NULL));
	entry->causes = json_object_get(json_child(json, "causes", json_type_array));
	entry->failures = (int)json_int_or(json, "failures", 0);
	entry->next_try_ms = json_int_or(json, "next_try", 0);
	entry->grave_reason = own_copy(json_text_or(json, "reason", NULL));
	entry->grave_revision = own_copy(json_text_or(json, "tombstone", NULL));
	entry->grave_ms = json_int_or(json, "at", 0);
	struct json_object *cells = json_child(json, "cells", json_type_object);
	entry->grave_cells = cells ? json_copy(cells) : NULL;
	struct json_object *sent = json_child(json, "sent", json_type_object);
	if (!state_from_json(json, &entry->state, error) ||
	    !fields_from_json(columns, json_child(json, "fields", json_type_object), entry, error) ||
	    !replaced_from_json(columns, json_child(json, "replaced", json_type_array), entry, error) ||
	    !taken_from_json(columns, json_child(json, "taken", json_type_object), entry, error) ||
	    (sent && !sent_from_json(columns, sent, &entry->sent, error)))
		return error_wrap(error, "state document %s", full_id);
	return true;
}

bool ledger_entry_from_json(const struct ledger *ledger, struct json_object *json,
			    struct ledger_entry *entry_out, struct error *error)
{
	struct ledger_entry entry = {0};

	if (!read_entry(ledger, json, &entry, error)) {
		ledger_entry_done(&entry);
		return false;
	}
	entry.stored = json_object_get(json);
	*entry_out = entry;
	return true;
}

/* ---- the store ---- */

static bool read_batch(struct ledger *ledger, const struct ledger_key *keys, size_t count,
		       struct ledger_entry *entries, struct error *error)
{
	char *ids[LEDGER_BATCH];
	struct json_object *documents[LEDGER_BATCH] = {NULL};

	for (size_t i = 0; i < count; i++)
		ids[i] = entry_id(ledger, keys[i].table, keys[i].id);
	bool ok = ledger->store.ops->read(ledger->store.self, (const char *const *)ids, count, documents,
					  error);
	for (size_t i = 0; i < count; i++) {
		bool there = ok && documents[i];
		if (there)
			ok = ledger_entry_from_json(ledger, documents[i], &entries[i], error);
		if (!there || !ok)
			entries[i] =
				(struct ledger_entry){.table = keys[i].table, .id = own_copy(keys[i].id)};
		json_object_put(documents[i]);
		free(ids[i]);
	}
	if (!ok)
		for (size_t i = 0; i < count; i++)
			ledger_entry_done(&entries[i]);
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
	return entry->state == ENTRY_NONE && entry->sent.kind == SENT_NOTHING && !entry->problem &&
	       !entry->next_try_ms && !entry->record_id[0] && !ledger_entry_has_taken(entry);
}

static struct json_object *document_to_store(const struct ledger *ledger, const struct ledger_entry *entry)
{
	struct json_object *json = ledger_entry_to_json(ledger, entry);

	if (!holds_nothing(entry))
		return json;
	if (!entry->revision[0]) {
		json_object_put(json);
		return NULL;
	}
	json_put(json, "_deleted", json_object_new_boolean(true));
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
	entry->stored = json_object_get(document);
}

bool ledger_write(struct ledger *ledger, struct ledger_entry *const *entries, size_t count,
		  enum error_kind *results, struct error *error)
{
	struct json_object **documents = own_alloc((count + 1) * sizeof *documents);
	size_t *places = own_alloc((count + 1) * sizeof *places);
	struct store_result *stored = own_alloc((count + 1) * sizeof *stored);
	size_t writes = 0;

	for (size_t i = 0; i < count; i++) {
		results[i] = ERROR_NONE;
		struct json_object *document = document_to_store(ledger, entries[i]);
		if (!document || (entries[i]->stored && json_equal(document, entries[i]->stored))) {
			json_object_put(document);
			continue;
		}
		places[writes] = i;
		documents[writes++] = document;
	}
	bool ok =
		writes == 0 || ledger->store.ops->write(ledger->store.self, documents, writes, stored, error);
	for (size_t i = 0; i < writes; i++) {
		results[places[i]] = stored[i].kind;
		take_result(entries[places[i]], documents[i], &stored[i]);
		json_object_put(documents[i]);
	}
	free(documents);
	free(places);
	free(stored);
	return ok || error_wrap(error, "writing the ledger");
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

	if (!ledger_entry_from_json(walk->ledger, document, &entry, error))
		return false;
	bool ok = walk->visit(walk->context, &entry, error);
	ledger_entry_done(&entry);
	return ok;
}

bool ledger_walk(struct ledger *ledger, ledger_visit *visit, void *context, struct error *error)
{
	struct walk walk = {ledger, visit, context};

	for (size_t table = 0; table < TABLE_COUNT; table++) {
		scoped_text prefix = entry_id(ledger, (enum table)table, "");
		if (!ledger->store.ops->walk(ledger->store.self, prefix, visit_document, &walk, error))
			return error_wrap(error, "reading the ledger");
	}
	return true;
}
