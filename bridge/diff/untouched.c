#include "bridge/diff/untouched.h"

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

static bool flows(const struct look *look, enum field field)
{
	const unsigned either_way = ACTION_TO_COUCH | ACTION_TO_AIRTABLE | ACTION_ASK_TIME;

	return field_rule(field)->direction == DIRECTION_BOTH && look->decisions[field].action & either_way;
}

static bool any_flows(const struct look *look)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (flows(look, (enum field)field))
			return true;
	return false;
}

static int64_t marked_ms(const struct group *group, const struct look *look)
{
	const char *integration_id = group->sync->config->id;
	const char *mark = document_mark(look->document.body, integration_id);

	return mark && strcmp(mark, look->row.id) == 0
		       ? document_mark_time(look->document.body, integration_id)
		       : 0;
}

/* Times are whole seconds: a cell may have been edited in the one in which the app synced. So it is the row that differs where the document
 * was not edited since. What a phone brought that was offline has an older time, and is an edit all the same. */
static bool was_edited_since(const struct group *group, const struct look *look)
{
	return look->pair->ended || document_updated_at(look->document.body) > marked_ms(group, look);
}

static bool is_asked(const struct group *group, const struct look *look)
{
	return !look->finished && !look->needs_no_row && look->existence.action == EXIST_ADOPT &&
	       any_flows(look) && marked_ms(group, look) && was_edited_since(group, look);
}

/* It is what was read before, or has been modified since, and shows that. */
static bool take_row(struct group *group, struct look *look, const struct side_record *row,
		     struct json_object *tables)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];
	struct json_object *modified = modified_column(tables, group->sync, look->pair->table);
	const char *shown = modified ? json_text_or(row->body, json_text_or(modified, "id", ""), "") : "";
	int64_t shown_ms = 0;

	if (row->presence != SIDE_THERE || !clock_from_iso(shown, &shown_ms) ||
	    shown_ms != marked_ms(group, look))
		return false;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (flows(look, (enum field)field) && watches(modified, columns->of[field].id))
			ledger_entry_agree(&look->entry, (enum field)field, &look->airtable[field],
					   &look->airtable[field]);
	return true;
}

/* The columns are bound by what was stored of them: then the schema was not read in this process. */
static bool want_schema(struct group *group, struct json_object **tables_out, struct error *error)
{
	const struct side *rows = &group->sync->rows;

	*tables_out = json_share(group->sync->schema_seen);
	return *tables_out || rows->ops->schema(rows->self, tables_out, error);
}

static bool read_rows(struct group *group, struct look *const *looks, size_t count, bool *changed_out,
		      struct error *error)
{
	const struct side *rows = &group->sync->rows;
	struct side_key *keys = own_alloc((count + 1) * sizeof *keys);
	struct side_records records = {0};
	scoped(json_object) tables = NULL;

	for (size_t i = 0; i < count; i++)
		keys[i] = (struct side_key){looks[i]->pair->table, looks[i]->row.id};
	bool ok = want_schema(group, &tables, error) &&
		  rows->ops->read_whole(rows->self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		changed_out[looks[i] - group->looks] = take_row(group, looks[i], &records.list[i], tables);
	side_records_done(&records);
	free(keys);
	return ok || error_wrap(error, "asking which rows were modified since the app synced them");
}

bool group_find_untouched(struct group *group, bool *changed_out, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		changed_out[i] = false;
		if (is_asked(group, &group->looks[i]))
			looks[count++] = &group->looks[i];
	}
	bool ok = count == 0 || read_rows(group, looks, count, changed_out, error);
	free(looks);
	return ok;
}
