/* The routes that write rows, and the one that gets a single row.
 *
 * A batch is looked at as a whole before anything of it is written. Two records of an upsert that
 * would make a row with the same key make two: what is matched is what was there before. */
#include "sandbox/records.h"
#include "base/text.h"
#include "sandbox/cells.h"
#include "sandbox/fetches.h"
#include "sandbox/matches.h"
#include "sandbox/refusal.h"
#include "sandbox/rights.h"
#include "sandbox/rows.h"
#include <string.h>

#define BATCH_LIMIT  10
#define MERGE_LIMIT  3
#define RECORD_LIMIT 1000000 /* rows of a base that ever were */

struct write {
	struct json_object *fields;    /* borrowed from the body */
	struct sandbox_record *record; /* NULL: to be made */
	bool created;
};

struct batch {
	size_t count;
	struct write writes[BATCH_LIMIT];
	bool typecast, by_id, replace, upsert, alone;
};

/* The keys that a body's root may have. */
static const struct {
	const char *key;
	enum json_type type;
} root_keys[] = {
	{"records", json_type_array},        {"fields", json_type_object},
	{"typecast", json_type_boolean},     {"returnFieldsByFieldId", json_type_boolean},
	{"performUpsert", json_type_object},
};

static bool root_key_fits(const char *key, struct json_object *value)
{
	for (size_t i = 0; i < countof(root_keys); i++) {
		if (strcmp(root_keys[i].key, key) == 0) /* a wrong "records" has words of its own */
			return strcmp(key, "records") == 0 || json_is(value, root_keys[i].type);
	}
	return false;
}

static bool read_root(struct sandbox_call *call, struct batch *batch, struct error *error)
{
	json_each (call->json, key, value) {
		if (!root_key_fits(key, value))
			return sandbox_refuse_request(error);
	}
	batch->typecast = json_bool_or(call->json, "typecast", false);
	batch->by_id = json_bool_or(call->json, "returnFieldsByFieldId", false);
	batch->replace = strcmp(call->method, "PUT") == 0;
	batch->upsert = call->kind == KIND_UPSERT;
	return true;
}

static bool refuse_missing_fields(struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_REQUEST_MISSING_FIELDS",
			      "Could not find field \"fields\" in the request body");
}

static bool refuse_updates(struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_RECORDS",
			      "You must provide an array of up to 10 record objects, each with an \"id\" ID "
			      "field and a \"fields\" object for cell values.");
}

static bool refuse_deletes(struct error *error)
{
	return sandbox_refuse(error, 422, "INVALID_RECORDS",
			      "You must provide an array of up to 10 record IDs to delete.");
}

static bool refuse_creates(size_t count, struct error *error)
{
	if (count > BATCH_LIMIT)
		return sandbox_refuse(error, 422, "INVALID_RECORDS",
				      "A maximum of 10 records can be created per request but you have "
				      "provided %zu.",
				      count);
	return sandbox_refuse(error, 422, "INVALID_RECORDS",
			      "You must provide an array of up to 10 record objects, each with a \"fields\" "
			      "object for cell values.");
}

/* The "records", each an object of "fields" and, where it may be, "id". */
static bool read_records(struct json_object *json, bool creates, struct json_object **records_out,
			 struct error *error)
{
	struct json_object *records = NULL;

	if (!json_find(json, "records", &records))
		return refuse_missing_fields(error);
	size_t count = json_is(records, json_type_array) ? json_length(records) : 0;
	bool good = count > 0 && count <= BATCH_LIMIT;
	for (size_t i = 0; good && i < count; i++) {
		struct json_object *record = json_at(records, i);
		good = json_child(record, "fields", json_type_object) != NULL;
		bool has_id = !creates && json_text_or(record, "id", NULL);
		if (good && json_key_count(record) > (has_id ? 2U : 1U))
			return sandbox_refuse_request(error);
	}
	if (!good)
		return creates ? refuse_creates(count, error) : refuse_updates(error);
	*records_out = records;
	return true;
}

static bool check_cells(const struct batch *batch, struct sandbox_table *table, struct error *error)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct write *write = &batch->writes[i];
		struct sandbox_table *of = write->record ? write->record->table : table;
		if (!sandbox_rights_write(of, write->record, write->fields, error) ||
		    !sandbox_fields_check(of, write->record, write->fields, batch->typecast, error))
			return false;
	}
	if (table->base->map_count + batch->count > RECORD_LIMIT)
		return sandbox_refuse(error, 422, "INVALID_RECORDS", "The base is full: %d records.",
				      RECORD_LIMIT);
	return true;
}

static void write_cells(struct sandbox_call *call, struct batch *batch)
{
	struct sandbox_store *store = call->sandbox->store;

	for (size_t i = 0; i < batch->count; i++) {
		struct write *write = &batch->writes[i];
		write->created = !write->record;
		if (write->created)
			write->record = sandbox_add_record(call->table, NULL);
		sandbox_fields_write(write->record, write->fields, batch->typecast, batch->replace);
		if (write->created && store->fresh_unmodified)
			sandbox_row_unmodify(write->record);
		if (write->created)
			call->sandbox->counts.records_created++;
		else
			call->sandbox->counts.records_updated++;
	}
}

static struct json_object *show(const struct write *write, bool by_id)
{
	const struct sandbox_table *table = write->record->table;

	return sandbox_record_show(write->record, table->fields, table->field_count, by_id);
}

static struct json_object *ids_of(const struct batch *batch, bool created)
{
	struct json_object *ids = json_new_array();

	for (size_t i = 0; i < batch->count; i++) {
		if (batch->writes[i].created == created)
			json_append(ids, json_new_text(batch->writes[i].record->id));
	}
	return ids;
}

/* A file that was dropped at once: the rest of the write is done. */
static void put_details(struct json_object *json, const char *reason)
{
	struct json_object *details = json_new_object(), *reasons = json_new_array();

	json_append(reasons, json_new_text(reason));
	json_put_text(details, "message", "partialSuccess");
	json_put(details, "reasons", reasons);
	json_put(json, "details", details);
}

static void answer(struct sandbox_call *call, const struct batch *batch)
{
	scoped_text reason = sandbox_fetches_begin(call->sandbox, call->now_us);
	scoped(json_object) json = NULL;

	if (batch->alone) {
		json = show(&batch->writes[0], batch->by_id);
	} else {
		struct json_object *records = json_new_array();
		for (size_t i = 0; i < batch->count; i++)
			json_append(records, show(&batch->writes[i], batch->by_id));
		json = json_new_object();
		json_put(json, "records", records);
		if (batch->upsert) {
			json_put(json, "updatedRecords", ids_of(batch, false));
			json_put(json, "createdRecords", ids_of(batch, true));
		}
	}
	if (reason)
		put_details(json, reason);
	sandbox_answer_json(&call->answer, json);
}

static bool finish(struct sandbox_call *call, struct batch *batch, struct error *error)
{
	if (!check_cells(batch, call->table, error))
		return false;
	write_cells(call, batch);
	answer(call, batch);
	return true;
}

bool sandbox_records_create(struct sandbox_call *call, struct error *error)
{
	struct batch batch = {0};
	struct json_object *records = NULL;
	struct json_object *alone = json_child(call->json, "fields", json_type_object);

	if (!read_root(call, &batch, error))
		return false;
	if (alone && json_find(call->json, "records", NULL))
		return sandbox_refuse_request(error);
	if (alone) {
		batch.alone = true;
		batch.writes[batch.count++].fields = alone;
		return finish(call, &batch, error);
	}
	if (!read_records(call->json, true, &records, error))
		return false;
	for (size_t i = 0; i < json_length(records); i++)
		batch.writes[batch.count++].fields =
			json_child(json_at(records, i), "fields", json_type_object);
	return finish(call, &batch, error);
}

/* In this table, and not twice. */
static bool find_row(const struct sandbox_call *call, struct batch *batch, const char *id,
		     struct write *write, struct error *error)
{
	struct sandbox_record *record = sandbox_find_record(call->base, id);

	if (!record && !sandbox_id_shaped(id, "rec"))
		return refuse_updates(error);
	if (!record || record->table != call->table)
		return sandbox_refuse(error, 422, "ROW_DOES_NOT_EXIST",
				      "Record ID %s does not exist in this table", id);
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->writes[i].record == record)
			return sandbox_refuse(error, 422, "INVALID_RECORDS",
					      "You cannot update the same record multiple times in a single "
					      "request.");
	}
	write->record = record;
	return true;
}

struct merge {
	size_t count;
	struct sandbox_field *fields[MERGE_LIMIT];
};

static bool read_merge(struct sandbox_call *call, struct merge *merge, struct error *error)
{
	struct json_object *upsert = json_child(call->json, "performUpsert", json_type_object);
	struct json_object *names = json_child(upsert, "fieldsToMergeOn", json_type_array);
	size_t count = names ? json_length(names) : 0;

	if (count < 1 || count > MERGE_LIMIT || json_key_count(upsert) != 1)
		return sandbox_refuse_request(error);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_text_of(json_at(names, i));
		struct sandbox_field *field = sandbox_find_field(call->table, name ? name : "");
		if (!field)
			return sandbox_refuse_field_name(error, name ? name : "");
		if (!(field->type->flags & TYPE_MERGES))
			return sandbox_refuse_request(error);
		merge->fields[merge->count++] = field;
	}
	return true;
}

/* The keys' cells; a select's choice that is yet to be made matches nothing, as an empty key does. */
static bool read_keys(const struct merge *merge, struct json_object *fields, bool typecast,
		      struct sandbox_cell *keys, struct error *error)
{
	for (size_t i = 0; i < merge->count; i++) {
		struct sandbox_field *field = merge->fields[i];
		struct sandbox_reading reading = {field, NULL, typecast, true};
		struct json_object *value = NULL;
		if (!json_find(fields, field->name, &value) && !json_find(fields, field->id, &value))
			return sandbox_refuse(error, 422, "INVALID_RECORDS",
					      "Record must include columns to merge on");
		if (!sandbox_cell_read(&reading, value, &keys[i], error))
			return false;
	}
	return true;
}

static bool keys_match(const struct merge *merge, const struct sandbox_cell *keys,
		       const struct sandbox_record *record)
{
	for (size_t i = 0; i < merge->count; i++) {
		if (keys[i].kind == CELL_EMPTY ||
		    !sandbox_cell_equal(&keys[i], &record->slots[merge->fields[i]->slot].cell))
			return false;
	}
	return true;
}

static bool match_keys(const struct sandbox_call *call, const struct merge *merge,
		       const struct sandbox_cell *keys, struct batch *batch, struct write *write,
		       struct error *error)
{
	struct sandbox_match_walk walk = sandbox_matches_of(merge->fields[0], &keys[0]);
	struct sandbox_record *record, *match = NULL;

	while ((record = sandbox_matches_next(&walk))) {
		if (!keys_match(merge, keys, record) || record == match)
			continue;
		if (match)
			return sandbox_refuse(error, 422, "INVALID_RECORDS",
					      "Cannot update more than one record: several rows match the "
					      "fields in fieldsToMergeOn.");
		match = record;
	}
	return !match || find_row(call, batch, match->id, write, error);
}

static bool match_row(const struct sandbox_call *call, const struct merge *merge, struct batch *batch,
		      struct write *write, struct error *error)
{
	struct sandbox_cell keys[MERGE_LIMIT] = {0};
	bool matched = read_keys(merge, write->fields, batch->typecast, keys, error) &&
		       match_keys(call, merge, keys, batch, write, error);

	for (size_t i = 0; i < merge->count; i++)
		sandbox_cell_done(&keys[i]);
	return matched;
}

bool sandbox_records_update(struct sandbox_call *call, struct error *error)
{
	struct batch batch = {0};
	struct merge merge = {0};
	struct json_object *records = NULL;

	if (!read_root(call, &batch, error) || (batch.upsert && !read_merge(call, &merge, error)) ||
	    !read_records(call->json, false, &records, error))
		return false;
	for (size_t i = 0; i < json_length(records); i++) {
		struct json_object *record = json_at(records, i);
		const char *id = json_text_or(record, "id", NULL);
		struct write write = {.fields = json_child(record, "fields", json_type_object)};
		if (!id && !batch.upsert)
			return refuse_updates(error);
		if (id ? !find_row(call, &batch, id, &write, error)
		       : !match_row(call, &merge, &batch, &write, error))
			return false;
		batch.writes[batch.count++] = write;
	}
	return finish(call, &batch, error);
}

/* The single forms do not look whether the row is in the table. */
static bool find_anywhere(const struct sandbox_call *call, struct sandbox_record **record_out,
			  struct error *error)
{
	struct sandbox_record *record = sandbox_find_record(call->base, call->record_id);

	if (!record)
		return sandbox_refuse(error, 404, "MODEL_ID_NOT_FOUND", "Record not found");
	*record_out = record;
	return true;
}

bool sandbox_record_update(struct sandbox_call *call, struct error *error)
{
	struct batch batch = {.alone = true};
	struct json_object *fields = json_child(call->json, "fields", json_type_object);

	if (!read_root(call, &batch, error))
		return false;
	if (!fields)
		return refuse_missing_fields(error);
	if (json_find(call->json, "records", NULL) || json_find(call->json, "performUpsert", NULL))
		return sandbox_refuse_request(error);
	batch.writes[batch.count++].fields = fields;
	return find_anywhere(call, &batch.writes[0].record, error) && finish(call, &batch, error);
}

static struct json_object *deleted_of(const struct sandbox_record *record)
{
	struct json_object *json = json_new_object();

	json_put(json, "deleted", json_new_bool(true));
	json_put_text(json, "id", record->id);
	return json;
}

bool sandbox_record_delete(struct sandbox_call *call, struct error *error)
{
	struct sandbox_record *record = NULL;

	if (!find_anywhere(call, &record, error) || !sandbox_rights_delete(record, error))
		return false;
	sandbox_rows_delete(&record, 1);
	call->sandbox->counts.records_deleted++;
	scoped(json_object) json = deleted_of(record);
	sandbox_answer_json(&call->answer, json);
	return true;
}

static bool is_records_key(const char *name)
{
	return strcmp(name, "records") == 0 ||
	       (strncmp(name, "records[", 8) == 0 && name[8 + strspn(name + 8, "0123456789")] == ']');
}

static bool read_deletes(const struct sandbox_call *call, struct batch *batch, struct error *error)
{
	size_t count = call->target->pair_count;

	if (count < 1 || count > BATCH_LIMIT)
		return refuse_deletes(error);
	for (size_t i = 0; i < count; i++) {
		const struct sandbox_pair *pair = &call->target->pairs[i];
		struct sandbox_record *record = sandbox_find_record(call->base, pair->value);
		if (!is_records_key(pair->name) || call->target->bad_query)
			return sandbox_refuse_request(error);
		if (!record && !sandbox_id_shaped(pair->value, "rec"))
			return refuse_deletes(error);
		if (!record || record->table != call->table)
			return sandbox_refuse_bare(error, 404, "NOT_FOUND");
		if (!find_row(call, batch, record->id, &batch->writes[i], error))
			return false;
		batch->count++;
	}
	return true;
}

bool sandbox_records_delete(struct sandbox_call *call, struct error *error)
{
	struct batch batch = {0};
	struct sandbox_record *records[BATCH_LIMIT];
	struct json_object *list = json_new_array();
	scoped(json_object) json = json_new_object();

	json_put(json, "records", list);
	if (!read_deletes(call, &batch, error))
		return false;
	for (size_t i = 0; i < batch.count; i++) {
		if (!sandbox_rights_delete(batch.writes[i].record, error))
			return false;
	}
	for (size_t i = 0; i < batch.count; i++) {
		records[i] = batch.writes[i].record;
		json_append(list, deleted_of(records[i]));
	}
	sandbox_rows_delete(records, batch.count);
	call->sandbox->counts.records_deleted += batch.count;
	sandbox_answer_json(&call->answer, json);
	return true;
}

static bool read_get_query(const struct sandbox_call *call, bool *by_id_out, struct error *error)
{
	static const char *const ignored[] = {"timeZone", "userLocale", "includeDateDependencyMetadata"};

	if (call->target->bad_query)
		return sandbox_refuse_request(error);
	for (size_t i = 0; i < call->target->pair_count; i++) {
		const struct sandbox_pair *pair = &call->target->pairs[i];
		bool known = strcmp(pair->name, "cellFormat") == 0 && strcmp(pair->value, "json") == 0;
		for (size_t j = 0; j < countof(ignored); j++)
			known = known || strcmp(pair->name, ignored[j]) == 0;
		if (strcmp(pair->name, "returnFieldsByFieldId") == 0) {
			if (!sandbox_read_truth(pair->value, by_id_out, error))
				return false;
		} else if (!known) {
			return sandbox_refuse_request(error);
		}
	}
	return true;
}

/* From whichever table of the base it is in. */
bool sandbox_record_get(struct sandbox_call *call, struct error *error)
{
	bool by_id = false;

	if (!read_get_query(call, &by_id, error))
		return false;
	const struct sandbox_record *record = sandbox_find_record(call->base, call->record_id);
	if (!record)
		return sandbox_refuse_model(error);
	scoped(json_object) json =
		sandbox_record_show(record, record->table->fields, record->table->field_count, by_id);
	sandbox_answer_json(&call->answer, json);
	return true;
}
