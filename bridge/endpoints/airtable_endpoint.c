/* The real Airtable behind the table of functions that a cycle knows. */
#include "bridge/endpoints/airtable_endpoint.h"

#include "airtable/attachments.h"
#include "airtable/records.h"
#include "airtable/schema.h"
#include "base/clock.h"
#include "bridge/endpoints/airtable_poll.h"
#include "bridge/endpoints/airtable_present.h"
#include "bridge/endpoints/airtable_writes.h"

#include <stdlib.h>
#include <string.h>

struct airtable_endpoint {
	struct airtable_client *airtable;
	const struct columns *columns; /* of both tables; borrowed */
	int64_t list_began_ms[TABLE_COUNT];
	struct airtable_present *present; /* owned */
};

struct airtable_endpoint *airtable_endpoint_open(struct airtable_client *airtable)
{
	struct airtable_endpoint *endpoint = own_alloc(sizeof *endpoint);

	endpoint->airtable = airtable;
	endpoint->present = airtable_present_open(airtable);
	return endpoint;
}

void airtable_endpoint_close(struct airtable_endpoint **endpoint)
{
	if (!*endpoint)
		return;
	airtable_present_close(&(*endpoint)->present);
	free(take(*endpoint));
}

void airtable_endpoint_set_columns(struct airtable_endpoint *endpoint, const struct columns *columns)
{
	endpoint->columns = columns;
}

static int64_t now_ms(void *self)
{
	const struct airtable_endpoint *endpoint = self;
	int64_t heard_ms = airtable_client_now_ms(endpoint->airtable);

	return heard_ms ? heard_ms : clock_now_ms();
}

/* ---- reading ---- */

static struct endpoint_records take_records(enum table table, struct airtable_records *page)
{
	struct endpoint_records records = {.list = own_alloc((page->count + 1) * sizeof *records.list)};

	for (size_t i = 0; i < page->count; i++)
		records.list[records.count++] = airtable_row_take(table, &page->list[i]);
	return records;
}

struct visiting {
	enum table table;
	endpoint_visit *visit;
	void *context;
	struct json_object *seen_ids; /* or NULL */
};

static bool visit_page(void *context, struct airtable_records *page, struct error *error)
{
	struct visiting *visiting = context;

	for (size_t i = 0; visiting->seen_ids && i < page->count; i++)
		json_append(visiting->seen_ids, json_new_text(page->list[i].id));
	struct endpoint_records records = take_records(visiting->table, page);
	bool ok = visiting->visit(visiting->context, &records, error);
	endpoint_records_done(&records);
	return ok;
}

static bool list_by(struct airtable_endpoint *endpoint, const char *formula, enum airtable_purpose purpose,
		    struct visiting *visiting, int64_t *began_ms_out, struct error *error)
{
	const struct columns *columns = &endpoint->columns[visiting->table];
	struct airtable_list list = {.table_id = columns->table_id, .formula = formula, .purpose = purpose};

	list.field_ids = columns_ids(columns, &list.field_count);
	bool ok = airtable_records_list(endpoint->airtable, &list, visit_page, visiting, began_ms_out, error);
	free((void *)list.field_ids);
	if (ok && *began_ms_out == 0)
		*began_ms_out = now_ms(endpoint);
	return ok;
}

static bool list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		 void *context, struct error *error)
{
	(void)pick;
	struct airtable_endpoint *endpoint = self;
	struct visiting visiting = {.table = table, .visit = visit, .context = context};

	return list_by(endpoint, NULL, AIRTABLE_FOR_LIST, &visiting, &endpoint->list_began_ms[table], error);
}

static const char *const position_keys[TABLE_COUNT] = {
	[TABLE_COLLECTIONS] = "collections",
	[TABLE_ITEMS] = "items",
};

static bool position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct airtable_endpoint *endpoint = self;
	struct json_object *cursor = json_new_object();

	(void)error;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		int64_t began_ms =
			endpoint->list_began_ms[table] ? endpoint->list_began_ms[table] : now_ms(endpoint);
		json_put(cursor, position_keys[table], poll_position_new(began_ms));
	}
	*cursor_out = cursor;
	return true;
}

static bool look_for_news(struct airtable_endpoint *endpoint, struct visiting *visiting,
			  struct json_object *position_before, struct json_object **position_out,
			  struct error *error)
{
	struct text formula = {0};
	int64_t began_ms = 0;

	visiting->seen_ids = json_new_array();
	poll_formula(position_before, &formula);
	bool ok = list_by(endpoint, text_or_empty(&formula), AIRTABLE_FOR_NEWS, visiting, &began_ms, error);
	if (ok)
		*position_out = poll_position_next(position_before, began_ms, visiting->seen_ids);
	json_release(take(visiting->seen_ids));
	text_done(&formula);
	return ok;
}

static bool news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		 void *context, struct endpoint_news *news_out, struct error *error)
{
	struct airtable_endpoint *endpoint = self;
	struct endpoint_news found = {.cursor = json_new_object()};

	(void)wait_ms;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		struct visiting visiting = {.table = (enum table)table, .visit = visit, .context = context};
		struct json_object *before = json_child(cursor, position_keys[table], json_type_object),
				   *after = NULL;
		if (!look_for_news(endpoint, &visiting, before, &after, error)) {
			endpoint_news_done(&found);
			return false;
		}
		json_put(found.cursor, position_keys[table], after);
	}
	*news_out = found;
	return true;
}

static void place_record(const struct endpoint_key *keys, size_t count, enum table table,
			 struct airtable_record *record, struct endpoint_records *records)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i].table == table && records->list[i].presence == RECORD_MISSING &&
		    strcmp(keys[i].id, record->id) == 0) {
			endpoint_record_done(&records->list[i]);
			records->list[i] = airtable_row_take(table, record);
			return;
		}
}

static bool read_table(struct airtable_endpoint *endpoint, enum table table, bool whole,
		       const struct endpoint_key *keys, size_t count, struct endpoint_records *records,
		       struct error *error)
{
	const char **ids = own_alloc((count + 1) * sizeof *ids);
	const struct columns *columns = &endpoint->columns[table];
	struct airtable_records found = {0};
	size_t field_count, wanted = 0;
	const char **field_ids = columns_ids(columns, &field_count);

	for (size_t i = 0; i < count; i++)
		if (keys[i].table == table)
			ids[wanted++] = keys[i].id;
	bool ok = wanted == 0 ||
		  airtable_records_read(endpoint->airtable, columns->table_id, whole ? NULL : field_ids,
					whole ? 0 : field_count, ids, wanted, &found, error);
	for (size_t i = 0; ok && i < found.count; i++)
		place_record(keys, count, table, &found.list[i], records);
	airtable_records_done(&found);
	free((void *)field_ids);
	free((void *)ids);
	return ok;
}

static bool read_by_id(struct airtable_endpoint *endpoint, bool whole, const struct endpoint_key *keys,
		       size_t count, struct endpoint_records *records_out, struct error *error)
{
	struct endpoint_records records = {.count = count,
					   .list = own_alloc((count + 1) * sizeof *records.list)};
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		records.list[i] = (struct endpoint_record){
			.table = keys[i].table,
			.presence = RECORD_MISSING,
			.id = own_copy(keys[i].id),
			.read_at_ms = clock_steady_ms(),
		};
	for (size_t table = 0; ok && table < TABLE_COUNT; table++)
		ok = read_table(endpoint, (enum table)table, whole, keys, count, &records, error);
	if (ok)
		*records_out = records;
	else
		endpoint_records_done(&records);
	return ok;
}

static bool read_rows(void *self, const struct endpoint_key *keys, size_t count,
		      struct endpoint_records *records_out, struct error *error)
{
	return read_by_id(self, false, keys, count, records_out, error);
}

static bool read_whole_rows(void *self, const struct endpoint_key *keys, size_t count,
			    struct endpoint_records *records_out, struct error *error)
{
	return read_by_id(self, true, keys, count, records_out, error);
}

static bool collect(void *context, struct endpoint_records *page, struct error *error)
{
	struct endpoint_records *all = context;

	(void)error;
	all->list = own_resize(all->list, all->count + page->count + 1, sizeof *all->list);
	for (size_t i = 0; i < page->count; i++) {
		all->list[all->count++] = page->list[i];
		page->list[i] = (struct endpoint_record){0};
	}
	return true;
}

static bool present(void *self, endpoint_present_visit *visit, void *context, int64_t *calls_out,
		    struct error *error)
{
	struct airtable_endpoint *endpoint = self;

	return airtable_present_walk(endpoint->present, endpoint->columns, visit, context, calls_out, error);
}

static bool find(void *self, enum table table, const char *const *ids, size_t count,
		 struct endpoint_records *records_out, struct error *error)
{
	struct airtable_endpoint *endpoint = self;
	const char *column = endpoint->columns[table].of[FIELD_ID].id;
	struct endpoint_records found = {0};
	struct visiting visiting = {.table = table, .visit = collect, .context = &found};
	struct text formula = {0};
	int64_t ignored_ms;

	text_add(&formula, "OR(");
	for (size_t i = 0; i < count; i++) {
		text_format(&formula, "%s{%s}=", i ? "," : "", column);
		airtable_formula_text(&formula, ids[i]);
	}
	text_add(&formula, ")");
	bool ok =
		list_by(endpoint, text_or_empty(&formula), AIRTABLE_FOR_ROWS, &visiting, &ignored_ms, error);
	text_done(&formula);
	if (ok)
		*records_out = found;
	else
		endpoint_records_done(&found);
	return ok;
}

/* ---- when a field was edited ---- */

/* One call for each field that is asked about: a formula answers yes or no for a row as a whole. */
static bool ask_field(struct airtable_endpoint *endpoint, enum table table, enum field field,
		      struct endpoint_time_question *questions, size_t count, struct error *error)
{
	const char *column = endpoint->columns[table].of[field].id;
	struct endpoint_records found = {0};
	struct visiting visiting = {.table = table, .visit = collect, .context = &found};
	struct text formula = {0};
	int64_t ignored_ms;
	size_t asked = 0;

	text_add(&formula, "OR(");
	for (size_t i = 0; i < count; i++) {
		char iso[CLOCK_ISO_SIZE];
		if (questions[i].table != table || questions[i].field != field ||
		    !clock_iso(questions[i].after_ms > 0 ? questions[i].after_ms : 0, iso))
			continue;
		text_format(&formula, "%sAND(RECORD_ID()=", asked++ ? "," : "");
		airtable_formula_text(&formula, questions[i].id);
		text_format(&formula, ",IS_AFTER(LAST_MODIFIED_TIME({%s}),DATETIME_PARSE('%s')))", column,
			    iso);
	}
	text_add(&formula, ")");
	bool ok = asked == 0 || list_by(endpoint, text_or_empty(&formula), AIRTABLE_FOR_TIMES, &visiting,
					&ignored_ms, error);
	for (size_t i = 0; ok && i < count; i++)
		for (size_t row = 0; row < found.count; row++)
			if (questions[i].table == table && questions[i].field == field &&
			    strcmp(questions[i].id, found.list[row].id) == 0)
				questions[i].is_after = true;
	endpoint_records_done(&found);
	text_done(&formula);
	return ok;
}

static bool edited_after(void *self, struct endpoint_time_question *questions, size_t count,
			 struct error *error)
{
	bool asked[TABLE_COUNT][FIELD_COUNT] = {0};

	for (size_t i = 0; i < count; i++) {
		bool *done = &asked[questions[i].table][questions[i].field];
		if (!*done &&
		    !ask_field(self, questions[i].table, questions[i].field, questions, count, error))
			return false;
		*done = true;
	}
	return true;
}

static bool schema(void *self, struct json_object **tables_out, struct error *error)
{
	struct airtable_endpoint *endpoint = self;

	return airtable_schema_tables(endpoint->airtable, tables_out, error);
}

static struct endpoint_ticket *write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct airtable_endpoint *endpoint = self;

	return airtable_writes_start(endpoint->airtable, endpoint->columns, writes, count);
}

static bool write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	(void)self;
	return airtable_writes_finish(ticket, error);
}

/* Airtable says of a row that is not there, or not for us, one and the same. */
static bool may_be_missing(const struct error *error)
{
	return error->kind == ERROR_LOST ||
	       strcmp(error->code, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND") == 0;
}

static void upload(void *self, struct endpoint_upload *upload)
{
	struct airtable_endpoint *endpoint = self;
	const struct airtable_upload file = {
		.record_id = upload->record_id,
		.field_id = endpoint->columns[upload->table].images.id,
		.filename = upload->filename,
		.content_type = upload->content_type,
		.bytes = upload->bytes,
		.size = upload->size,
		.leave_by_ms = upload->leave_by_ms,
	};
	struct airtable_record record = {0};

	upload->result = ERROR_NONE;
	if (airtable_attachment_upload(endpoint->airtable, &file, &record, &upload->date_ms,
				       &upload->error)) {
		upload->answer = airtable_row_take(upload->table, &record);
		return;
	}
	upload->row_missing = may_be_missing(&upload->error);
	upload->result = upload->row_missing ? ERROR_REFUSED : upload->error.kind;
}

struct endpoint airtable_endpoint_interface(struct airtable_endpoint *endpoint)
{
	static const struct endpoint_ops ops = {
		.now_ms = now_ms,
		.news = news,
		.list = list,
		.position = position,
		.read = read_rows,
		.read_whole = read_whole_rows,
		.present = present,
		.find = find,
		.edited_after = edited_after,
		.schema = schema,
		.write_start = write_start,
		.write_finish = write_finish,
		.upload = upload,
	};

	return (struct endpoint){&ops, endpoint};
}
