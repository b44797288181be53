#include "bridge/memory/bound_columns.h"

#include "bridge/columns/columns_bind.h"
#include "bridge/columns/columns_flaws.h"
#include "bridge/columns/columns_json.h"

#include <string.h>

static const char *schema_document_id(const struct sync *sync, struct text *id)
{
	text_format(id, "schema-%s", sync->config->id);
	return text_or_empty(id);
}

/* Whose pairs they are must be known before anything else. */
static bool is_of_this_base(const struct sync *sync, struct json_object *document, struct error *error)
{
	const char *base_id = json_text_or(document, "base", "");

	if (!*base_id || strcmp(base_id, sync->config->base_id) == 0)
		return true;
	return error_set(
		error, ERROR_FATAL,
		"this integration was synced with base %s and now names base %s; its pairs belong to the "
		"former: set it back, or delete the database's state document schema-%s and all pair-%s-… "
		"to begin anew",
		base_id, sync->config->base_id, sync->config->id, sync->config->id);
}

/* All of them or none. */
static bool read_columns(struct sync *sync, struct json_object *document, struct error *error)
{
	struct json_object *tables = json_child(document, "tables", json_type_array);
	struct columns columns[TABLE_COUNT] = {0};
	bool ok = json_int_or(document, "v", 0) == LEDGER_VERSION ||
		  error_set(error, ERROR_REFUSED,
			    "it was written by another version of Davenport (v is not %d)", LEDGER_VERSION);

	for (size_t table = 0; ok && table < TABLE_COUNT; table++)
		ok = columns_from_json(json_at(tables, table), &columns[table], error);
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		columns_done(&sync->columns[table]);
		if (ok)
			sync->columns[table] = columns[table];
		else
			columns_done(&columns[table]);
	}
	return ok;
}

/* What cannot be read counts as absent: the columns are bound anew, and all rows compared. */
bool sync_load_columns(struct sync *sync, bool *found_out, struct error *error)
{
	struct text id = {0};
	const char *ids[] = {schema_document_id(sync, &id)};
	scoped(json_object) document = NULL;
	struct store *store = &sync->ledger.store;
	struct error why = {0};

	bool ok = store->ops->read(store->self, ids, 1, &document, error);
	text_done(&id);
	*found_out = false;
	if (ok && !document)
		json_object_close(
			&sync->schema_stored); /* the state database was lost, or put back from a backup */
	if (!ok || !document)
		return ok || error_wrap(error, "reading the schema as it was bound");
	if (!is_of_this_base(sync, document, error))
		return false;
	json_object_close(&sync->schema_seen);
	*found_out = read_columns(sync, document, &why);
	if (!*found_out)
		ledger_report_unreadable(&sync->ledger, json_text_or(document, "_id", ""), &why);
	sync->unlisted = !*found_out || json_bool_or(document, "unlisted", false);
	sync->unstored = !*found_out;
	json_release(sync->schema_stored);
	sync->schema_stored = take(document);
	return true;
}

static struct json_object *tables_to_json(const struct sync *sync)
{
	struct json_object *tables = json_new_array();

	for (size_t table = 0; table < TABLE_COUNT; table++)
		json_append(tables, columns_to_json(&sync->columns[table]));
	return tables;
}

/* The document to be stored. 'tables' is taken. */
static struct json_object *schema_document(const struct sync *sync, struct json_object *tables)
{
	struct json_object *document = json_new_object();
	struct text id = {0};

	json_put_text(document, "_id", schema_document_id(sync, &id));
	text_done(&id);
	json_put_text(document, "_rev", json_text_or(sync->schema_stored, "_rev", NULL));
	json_put(document, "v", json_new_int(LEDGER_VERSION));
	json_put_text(document, "base", sync->config->base_id);
	json_put(document, "tables", tables);
	if (sync->unlisted)
		json_put(document, "unlisted", json_new_bool(true));
	return document;
}

/* After a write without an answer: what is stored by now. */
static bool find_revision(struct sync *sync, struct json_object *document, struct error *error)
{
	const char *ids[] = {json_text_or(document, "_id", "")};
	scoped(json_object) stored = NULL;
	struct store *store = &sync->ledger.store;

	if (!sync->schema_unsure)
		return true;
	if (!store->ops->read(store->self, ids, 1, &stored, error))
		return false;
	json_remove(document, "_rev");
	json_put_text(document, "_rev", json_text_or(stored, "_rev", NULL));
	sync->schema_unsure = false;
	return true;
}

static bool write_schema(struct sync *sync, struct json_object *document, struct error *error)
{
	struct store *store = &sync->ledger.store;
	struct store_result result = {0};

	if (!find_revision(sync, document, error))
		return false;
	bool ok = store->ops->write(store->self, &document, 1, &result, error);
	if (ok && result.kind != ERROR_NONE)
		ok = error_set(error, result.kind, "%s", result.text);
	if (ok)
		json_put_text(document, "_rev", result.rev);
	sync->schema_unsure = !ok && error->kind != ERROR_REFUSED;
	return ok;
}

bool sync_is_whole_failure(const struct error *error)
{
	return error->kind == ERROR_STOPPED || error->kind == ERROR_LOST ||
	       strcmp(error->code, STATE_LOST) == 0 || strcmp(error->code, SOURCE_REPLACED) == 0;
}

/* What is bound is used in any case: where it is not stored a restart binds anew, to what the base is like then, and compares all
 * rows. 'tables' is taken. */
static bool store_columns(struct sync *sync, struct json_object *tables, struct error *error)
{
	struct json_object *document = schema_document(sync, tables);
	struct error failure = {0};
	bool ok = write_schema(sync, document, &failure);

	sync->unstored = !ok;
	json_release(sync->schema_stored);
	sync->schema_stored = document;
	if (ok) {
		retry_worked(&sync->schema_retry, &sync->log, "the schema as it was bound");
		return true;
	}
	if (sync_is_whole_failure(&failure)) {
		*error = failure;
		return error_wrap(error, "storing the schema as it was bound");
	}
	retry_failed(&sync->schema_retry, &sync->log, "the schema as it was bound", &failure,
		     "Everything else goes on; a restart would compare all rows.");
	return true;
}

bool sync_keep_columns(struct sync *sync, struct error *error)
{
	if (!sync->unstored || !sync->schema_stored || !retry_is_due(&sync->schema_retry))
		return true;
	return store_columns(sync, json_share(json_child(sync->schema_stored, "tables", json_type_array)),
			     error);
}

static void log_flaw(void *context, const char *words)
{
	const struct sync *sync = context;

	log_warn(&sync->log, "%s", words);
}

void sync_report_flaws(struct sync *sync)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_report_flaws(&sync->columns[table], (enum table)table, log_flaw, sync);
	sync->flaws_reported = true;
}

bool sync_bind(struct sync *sync, struct error *error)
{
	scoped(json_object) tables = NULL;
	bool any_changed = false;

	if (!sync->rows.ops->schema(sync->rows.self, &tables, error))
		return error_wrap(error, "reading the base's schema");
	if (sync->schema_seen && json_equal(tables, sync->schema_seen)) {
		sync->schema_stale = false;
		return true;
	}
	if (!columns_bind_all(sync->columns, tables, &any_changed, error))
		return error_wrap(error, "base %s", sync->config->base_id);
	sync->bound = true;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		sync->unlisted = sync->unlisted || sync->columns[table].renewed;
		sync->compared = sync->compared && !sync->columns[table].renewed;
	}
	if (any_changed || !sync->flaws_reported)
		sync_report_flaws(sync);
	sync->unstored = sync->unstored || any_changed || !sync->schema_stored;
	if (sync->unstored && !store_columns(sync, tables_to_json(sync), error))
		return false;
	sync->schema_stale = false;
	json_release(sync->schema_seen);
	sync->schema_seen = take(tables);
	return true;
}

bool sync_doubt_schema(struct sync *sync, bool *changed_out, struct error *error)
{
	scoped(json_object) tables = NULL;

	if (!sync->rows.ops->schema(sync->rows.self, &tables, error))
		return error_wrap(error, "reading the base's schema");
	*changed_out =
		!sync->schema_seen || !(tables == sync->schema_seen || json_equal(tables, sync->schema_seen));
	sync->schema_stale = sync->schema_stale || *changed_out;
	return true;
}

bool sync_wants_list(const struct sync *sync)
{
	return sync->unlisted && !sync->compared;
}

/* What was listed for the columns' sake was looked at, too. */
bool sync_note_compared(struct sync *sync, struct error *error)
{
	if (!sync->unlisted || !sync->compared)
		return true;
	sync->unlisted = false;
	return store_columns(sync, json_share(json_child(sync->schema_stored, "tables", json_type_array)),
			     error);
}
