#include "bridge/diff/untouched.h"

#include "bridge/job/job_outcome.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define MODIFIED_COLUMN "Modified At"

/* The column that shows when a row of the table was modified, or NULL. */
static struct json_object *modified_column(struct json_object *tables, const struct sync *sync,
					   enum table table)
{
	for (size_t t = 0; t < json_length(tables); t++) {
		struct json_object *one = json_at(tables, t);
		struct json_object *fields = json_child(one, "fields", json_type_array);
		if (strcmp(json_text_or(one, "id", ""), sync->columns[table].table_id) != 0)
			continue;
		for (size_t i = 0; i < json_length(fields); i++) {
			struct json_object *field = json_at(fields, i);
			if (strcmp(json_text_or(field, "name", ""), MODIFIED_COLUMN) == 0 &&
			    strcmp(json_text_or(field, "type", ""), "lastModifiedTime") == 0)
				return field;
		}
	}
	return NULL;
}

/* A column of that type may watch some fields alone; it watches all where it names none. */
static bool watches(struct json_object *modified, const char *column_id)
{
	struct json_object *options = json_child(modified, "options", json_type_object);
	struct json_object *ids = json_child(options, "referencedFieldIds", json_type_array);

	for (size_t i = 0; i < json_length(ids); i++) {
		const char *id = json_text_of(json_at(ids, i));
		if (id && strcmp(id, column_id) == 0)
			return true;
	}
	return json_length(ids) == 0;
}

static bool flows(const struct job *job, enum field field)
{
	const unsigned either_way = ACTION_TO_COUCH | ACTION_TO_AIRTABLE | ACTION_ASK_TIME;

	return field_rule(field)->direction == DIRECTION_BOTH &&
	       job->plan->decisions[field].action & either_way;
}

static bool any_flows(const struct job *job)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (flows(job, (enum field)field))
			return true;
	return false;
}

static int64_t app_link_ms(const struct batch *batch, const struct job *job)
{
	const char *integration_id = batch->sync->config->id;
	const char *app_link = document_app_link(job->document.body, integration_id);

	return app_link && strcmp(app_link, job->row.id) == 0
		       ? document_app_link_time(job->document.body, integration_id)
		       : 0;
}

/* Times are whole seconds: a cell may have been edited in the one in which the app synced. So it is the row that differs where the document
 * was not edited since. What a phone brought that was offline has an older time, and is an edit all the same. */
static bool was_edited_since(const struct batch *batch, const struct job *job)
{
	return job->pair->ended || document_updated_at(job->document.body) > app_link_ms(batch, job);
}

static bool is_asked(const struct batch *batch, const struct job *job)
{
	return !job_has_ended(job) && !job->needs_no_row && job->plan->existence.action == EXIST_ADOPT &&
	       any_flows(job) && app_link_ms(batch, job) && was_edited_since(batch, job);
}

/* It is what was read before, or has been modified since, and shows that. */
static bool take_row(struct batch *batch, struct job *job, struct plan *plan,
		     const struct endpoint_record *row, struct json_object *tables)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];
	struct json_object *modified = modified_column(tables, batch->sync, job->pair->table);
	const char *shown = modified ? json_text_or(row->body, json_text_or(modified, "id", ""), "") : "";
	int64_t shown_ms = 0;

	if (row->presence != RECORD_THERE || !clock_from_iso(shown, &shown_ms) ||
	    shown_ms != app_link_ms(batch, job))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (flows(job, (enum field)field) && watches(modified, columns->of[field].id)) {
			ledger_entry_agree(&job->entry, (enum field)field, &job->airtable[field],
					   &job->airtable[field]);
			plan->bases[field] = BASE_OF_ROW;
		}
	return true;
}

/* The columns are bound by what was stored of them: then the schema was not read in this process. */
static bool want_schema(struct batch *batch, struct json_object **tables_out, struct error *error)
{
	const struct endpoint *rows = &batch->sync->rows;

	*tables_out = json_share(batch->sync->schema_seen);
	return *tables_out || rows->ops->schema(rows->self, tables_out, error);
}

static bool read_rows(struct batch *batch, struct job *const *jobs, size_t count, bool *changed_out,
		      struct error *error)
{
	const struct endpoint *rows = &batch->sync->rows;
	struct endpoint_key *keys = own_alloc((count + 1) * sizeof *keys);
	struct endpoint_records records = {0};
	scoped(json_object) tables = NULL;

	for (size_t i = 0; i < count; i++)
		keys[i] = (struct endpoint_key){jobs[i]->pair->table, jobs[i]->row.id};
	bool ok = want_schema(batch, &tables, error) &&
		  rows->ops->read_whole(rows->self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		changed_out[jobs[i] - batch->jobs] =
			take_row(batch, jobs[i], batch_plan_of(batch, jobs[i]), &records.list[i], tables);
	endpoint_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "asking which rows were modified since the app synced them");
}

bool batch_find_untouched(struct batch *batch, bool *changed_out, struct error *error)
{
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		changed_out[i] = false;
		if (is_asked(batch, &batch->jobs[i]))
			jobs[count++] = &batch->jobs[i];
	}
	bool ok = count == 0 || read_rows(batch, jobs, count, changed_out, error);
	free(jobs);
	return ok;
}
