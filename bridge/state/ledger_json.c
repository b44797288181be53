#include "bridge/state/ledger_json.h"

#include "bridge/fields/cell_json.h"
#include "bridge/state/ledger_intents.h"
#include "bridge/state/ledger_texts.h"

#include <stdlib.h>
#include <string.h>

#define FAILURES_MOST 1000 /* that are counted */

/* ---- writing ---- */

static const char *const state_names[] = {
	[ENTRY_NONE] = "waiting",        [ENTRY_PAIR] = "pair",           [ENTRY_RETIRED] = "grave",
	[ENTRY_FORGOTTEN] = "forgotten", [ENTRY_DISCARDED] = "discarded",
};
char *ledger_entry_document_id(const struct ledger *ledger, enum table table, const char *id)
{
	return own_format("pair-%s-%s-%s", ledger->integration_id,
			  document_type_name(table_document_type(table)), id);
}

/* The cell that both showed; where there is more to say {"c": as the document showed it, "a": as the row did,
 * "d": whether that is shown differently, "x": whether its base is uncertain, "h": whether both are held apart}. */
static struct json_object *field_to_json(const struct ledger_field *agreed)
{
	bool same = cell_same(&agreed->couch, &agreed->airtable);

	if (same && !agreed->shown_differently && !agreed->base_uncertain && !agreed->held)
		return cell_to_json(&agreed->couch);
	struct json_object *json = json_new_object();
	json_put(json, "c", cell_to_json(&agreed->couch));
	if (!same)
		json_put(json, "a", cell_to_json(&agreed->airtable));
	if (agreed->shown_differently)
		json_put(json, "d", json_new_bool(true));
	if (agreed->base_uncertain)
		json_put(json, "x", json_new_bool(true));
	if (agreed->held)
		json_put(json, "h", json_new_bool(true));
	return json;
}

static struct json_object *fields_to_json(const struct columns *columns, const struct ledger_entry *entry)
{
	struct json_object *json = json_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (entry->fields[field].known && columns->of[field].id)
			json_put(json, columns_key(columns, (enum field)field),
				 field_to_json(&entry->fields[field]));
	return json;
}

static void put_text(struct json_object *json, const char *key, const char *text)
{
	if (text[0])
		json_put_text(json, key, text);
}

static void put_truth(struct json_object *json, const char *key, bool truth)
{
	if (truth)
		json_put(json, key, json_new_bool(true));
}

static bool is_apart(const struct ledger_entry *entry)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (entry->fields[field].known && entry->fields[field].held)
			return entry->state == ENTRY_PAIR;
	return false;
}

static void put_state(struct json_object *json, const struct ledger_entry *entry)
{
	put_text(json, "rec", entry->record_id);
	put_text(json, "document", entry->document);
	ledger_put_hash(json, "handled", entry->synced);
	ledger_put_hash(json, "ended", entry->ended);
	if (entry->notice) {
		json_put_text(json, "notice", entry->notice);
		ledger_put_hash(json, "notice_leaves", entry->notice_leaves_hash);
		ledger_put_number(json, "notice_at", entry->notice_ms);
	}
	if (entry->revisions && entry->state == ENTRY_PAIR)
		json_put(json, "leaves", json_copy(entry->revisions));
	ledger_put_number(json, "seen", entry->seen_ms);
	put_truth(json, "marked", entry->has_app_link);
	put_truth(json, "apart", is_apart(entry));
	json_put_text(json, "shows", entry->shows);
	json_put_text(json, "twin_of", entry->twin_of);
	put_truth(json, "born_as_row", entry->created_from_row);
	ledger_put_number(json, "waits", entry->waits);
	ledger_put_number(json, "typed", entry->typed_ms);
	ledger_put_number(json, "unsure_since", entry->unsure_since_ms);
	put_text(json, "collection_row", entry->collection_row);
	put_text(json, "container_row", entry->container_row);
}

/* What is agreed on, and what is under way. */
static void put_cells(struct json_object *json, const struct columns *columns,
		      const struct ledger_entry *entry)
{
	struct json_object *intents = intents_to_json(columns, &entry->intents);
	struct json_object *pictures = ledger_pictures_to_json(&entry->pictures);

	if (entry->state == ENTRY_PAIR)
		json_put(json, "fields", fields_to_json(columns, entry));
	if (intents)
		json_put(json, "intents", intents);
	if (pictures)
		json_put(json, "pictures", pictures);
	if (entry->cascade)
		json_put(json, "wake", json_copy(entry->cascade));
	if (entry->orphaned_histories)
		json_put(json, "orphans", json_copy(entry->orphaned_histories));
	if (entry->histories)
		json_put(json, "histories", json_copy(entry->histories));
	json_put_text(json, "mark_refused", entry->app_link_refused);
}

static void put_retired(struct json_object *json, const struct ledger_entry *entry)
{
	if (entry->retired_reason) {
		json_put_text(json, "reason", entry->retired_reason);
		ledger_put_number(json, "at", entry->retired_ms);
	}
	if (entry->retired_cells)
		json_put(json, "cells", json_copy(entry->retired_cells));
}

struct json_object *ledger_entry_to_json(const struct ledger *ledger, const struct ledger_entry *entry)
{
	const struct columns *columns = &ledger->columns[entry->table];
	struct json_object *json = json_new_object();
	scoped_text full_id = ledger_entry_document_id(ledger, entry->table, entry->id);

	json_put_text(json, "_id", full_id);
	put_text(json, "_rev", entry->revision);
	json_put(json, "v", json_new_int(LEDGER_VERSION));
	json_put_text(json, "state", state_names[entry->state]);
	json_put_text(json, "base", ledger->base_id);
	json_put_text(json, "table", columns->table_id);
	put_state(json, entry);
	put_cells(json, columns, entry);
	if (entry->blocked_by)
		json_put(json, "causes", json_copy(entry->blocked_by));
	if (entry->grounds)
		json_put(json, "grounds", json_copy(entry->grounds));
	ledger_put_number(json, "failures", entry->failures);
	ledger_put_number(json, "next_try", entry->next_try_ms);
	put_retired(json, entry);
	bool packed = ledger_pack_texts(json);
	if (json_find(json, "intents", NULL))
		json_put(json, "v", json_new_int(LEDGER_VERSION_INTENTS));
	else if (packed)
		json_put(json, "v", json_new_int(LEDGER_VERSION_PACKED));
	json_put_text(json, "problem", entry->problem); /* as it is: people read it there */
	ledger_put_number(json, "problem_at", entry->problem_ms);
	put_truth(json, "past", ledger_entry_only_reports(entry));
	return json;
}

/* ---- reading ---- */

static bool field_from_json(struct json_object *json, struct ledger_field *agreed, struct error *error)
{
	struct json_object *couch, *airtable;

	if (json_is(json, json_type_object) && json_find(json, "c", &couch)) {
		agreed->shown_differently = json_bool_or(json, "d", false);
		agreed->base_uncertain = json_bool_or(json, "x", false);
		agreed->held = json_bool_or(json, "h", false);
		if (!json_find(json, "a", &airtable))
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
	json_each (json, column_id, value) {
		enum field field = field_stored(columns, column_id, &next);
		if (field == FIELD_COUNT)
			continue; /* a column that is gone: whatever comes in its place starts without agreement */
		if (!field_from_json(value, &entry->fields[field], error))
			return error_wrap(error, "field %s", column_id);
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

/* What stands behind the prefix, or NULL. */
static const char *behind(const char *words, const char *prefix)
{
	size_t length = strlen(prefix);

	return words && strncmp(words, prefix, length) == 0 ? words + length : NULL;
}

/* pair-<integration>-<type>-<id> */
static bool key_from_id(const struct ledger *ledger, const char *full_id, struct ledger_entry *entry)
{
	const char *type = behind(behind(behind(full_id, "pair-"), ledger->integration_id), "-");

	for (size_t table = 0; table < TABLE_COUNT; table++) {
		const char *name = document_type_name(table_document_type((enum table)table));
		const char *id = behind(behind(type, name), "-");
		if (id && *id) {
			entry->table = (enum table)table;
			entry->id = own_copy(id);
			return true;
		}
	}
	return false;
}

/* What the pair agreed on, and how both are known. */
static void read_pair(struct json_object *json, struct ledger_entry *entry)
{
	entry->synced = strtoull(json_text_or(json, "handled", "0"), NULL, 16);
	entry->ended = strtoull(json_text_or(json, "ended", "0"), NULL, 16);
	entry->revisions = json_share(json_child(json, "leaves", json_type_object));
	json_text_into(json, "_rev", entry->revision, sizeof entry->revision);
	json_text_into(json, "rec", entry->record_id, sizeof entry->record_id);
	json_text_into(json, "document", entry->document, sizeof entry->document);
	entry->seen_ms = ledger_read_time(json, "seen");
	entry->has_app_link = json_bool_or(json, "marked", false);
	entry->apart = json_bool_or(json, "apart", false);
	entry->created_from_row = json_bool_or(json, "born_as_row", false);
	entry->waits = (unsigned)json_int_or(json, "waits", 0) & (WAITS_FOR_ROW | WAITS_FOR_DOCUMENT);
	entry->typed_ms = ledger_read_time(json, "typed");
	entry->unsure_since_ms = ledger_read_time(json, "unsure_since");
	json_text_into(json, "collection_row", entry->collection_row, sizeof entry->collection_row);
	json_text_into(json, "container_row", entry->container_row, sizeof entry->container_row);
	entry->shows = own_copy(json_text_or(json, "shows", NULL));
	entry->twin_of = own_copy(json_text_or(json, "twin_of", NULL));
}

/* What is still to be told, done or tried again. */
static void read_trouble(struct json_object *json, struct ledger_entry *entry)
{
	int64_t failures = json_int_or(json, "failures", 0);

	entry->notice = own_copy(json_text_or(json, "notice", NULL));
	entry->notice_leaves_hash = strtoull(json_text_or(json, "notice_leaves", "0"), NULL, 16);
	entry->notice_ms = ledger_read_time(json, "notice_at");
	entry->cascade = json_share(json_child(json, "wake", json_type_object));
	entry->orphaned_histories = json_share(json_child(json, "orphans", json_type_array));
	entry->histories = json_share(json_child(json, "histories", json_type_array));
	entry->app_link_refused = own_copy(json_text_or(json, "mark_refused", NULL));
	entry->problem = own_copy(json_text_or(json, "problem", NULL));
	entry->problem_ms = entry->problem ? ledger_read_time(json, "problem_at") : 0;
	entry->blocked_by = json_share(json_child(json, "causes", json_type_array));
	entry->grounds = json_share(json_child(json, "grounds", json_type_object));
	entry->failures = failures < 0 ? 0 : failures > FAILURES_MOST ? FAILURES_MOST : (int)failures;
	entry->next_try_ms = ledger_read_time(json, "next_try");
}

static void read_retired(struct json_object *json, struct ledger_entry *entry)
{
	struct json_object *cells = json_child(json, "cells", json_type_object);

	entry->retired_reason = own_copy(json_text_or(json, "reason", NULL));
	entry->retired_ms = ledger_read_time(json, "at");
	entry->retired_cells = cells ? json_copy(cells) : NULL;
	ledger_pictures_from_json(json_child(json, "pictures", json_type_object), &entry->pictures);
}

static bool read_fields(const struct columns *columns, struct json_object *json, struct ledger_entry *entry,
			struct error *error)
{
	struct json_object *intents = json_child(json, "intents", json_type_object);

	return state_from_json(json, &entry->state, error) &&
	       fields_from_json(columns, json_child(json, "fields", json_type_object), entry, error) &&
	       intents_from_json(columns, intents, &entry->intents, error);
}

static bool read_entry(const struct ledger *ledger, struct json_object *json, struct ledger_entry *entry,
		       struct error *error)
{
	const char *full_id = json_text_or(json, "_id", "");

	if (!key_from_id(ledger, full_id, entry))
		return error_set(error, ERROR_REFUSED, "\"%s\" is not the id of a ledger entry", full_id);
	int64_t version = json_int_or(json, "v", 0);
	if (version < LEDGER_VERSION || version > LEDGER_VERSION_INTENTS)
		return error_set(error, ERROR_REFUSED,
				 "it was written by another version of Davenport (v is none of %d to %d)",
				 LEDGER_VERSION, LEDGER_VERSION_INTENTS);
	read_pair(json, entry);
	read_trouble(json, entry);
	read_retired(json, entry);
	if (!read_fields(&ledger->columns[entry->table], json, entry, error))
		return false;
	const char *flaw = ledger_entry_flaw(entry);
	return !flaw || error_set(error, ERROR_REFUSED, "it contradicts itself: %s", flaw);
}

bool ledger_entry_from_json(const struct ledger *ledger, struct json_object *json,
			    struct ledger_entry *entry_out, struct error *error)
{
	struct ledger_entry entry = {0};
	scoped(json_object) unpacked = ledger_unpack_texts(json);
	scoped(json_object) whole = ledger_intents_upgrade(unpacked);

	if (!read_entry(ledger, whole, &entry, error)) {
		ledger_entry_done(&entry);
		return false;
	}
	entry.stored = json_share(json);
	*entry_out = entry;
	return true;
}
