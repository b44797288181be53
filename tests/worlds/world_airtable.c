/* Airtable in memory: the two tables of the app's template, as the real one shows them to those who read. */
#include "tests/worlds/world_airtable.h"

#include "base/clock.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_gone.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEWS_BACK_MS 60000 /* the overlap of two looks */

static struct world *of(void *self)
{
	return self;
}

/* Airtable shows and compares times that are rounded to the nearest second. */
static int64_t shown_time(int64_t moment_ms)
{
	return (moment_ms + 500) / 1000 * 1000;
}

static struct endpoint_record record_of(struct world *world, struct world_row *row)
{
	const struct world_picture *picture = world_shown(world, row);

	if (picture == &row->now)
		row->shown = world->moment;
	row->readings[row->reading_count++ % WORLD_READINGS] =
		(struct world_reading){world->steady_ms, row->shown};
	return (struct endpoint_record){
		.table = row->table,
		.presence = RECORD_THERE,
		.id = own_copy(row->id),
		.body = world_row_body(world, row, picture),
		.read_at_ms = clock_steady_ms(),
		.created_ms = shown_time(row->created_ms),
	};
}

void world_hear_clock(struct world *world)
{
	/* The Date header counts whole seconds. */
	int64_t date_ms = world_base_now_ms(world) / 1000 * 1000;

	world->base_heard = true;
	world->base_heard_ms = date_ms - world->steady_ms;
}

/* Each call names the columns that it wants: one that is no more is an error, never an empty cell. */
static bool has_columns(const struct world *world, enum table table, struct error *error)
{
	const struct columns *bound = &world->sync->columns[table];

	if (!world_table_is_there(world, table, error))
		return false;
	for (size_t field = 0; world->columns && field < FIELD_COUNT; field++) {
		const char *id = world_column_id(world, table, (enum field)field);
		if (!columns_flow(bound, (enum field)field) || (id && strcmp(bound->of[field].id, id) == 0))
			continue;
		error_set(error, ERROR_REFUSED, "HTTP 422 UNKNOWN_FIELD_NAME: Unknown field name: \"%s\"",
			  bound->of[field].id);
		snprintf(error->code, sizeof error->code, "UNKNOWN_FIELD_NAME");
		error->status = 422;
		return false;
	}
	return true;
}

static bool begin_call(struct world *world, struct error *error)
{
	bool slow = !world->dead && world_fault(world, FAULT_AIRTABLE_SLOW);

	if (!world_reach(world, slow ? AIRTABLE_SLOW_MS : AIRTABLE_COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	world->calls++;
	world_hear_clock(world);
	return !world_fault(world, FAULT_AIRTABLE_READ) ||
	       error_set(error, ERROR_RETRY, "a fault of the test");
}

static bool end_call(struct world *world, struct error *error)
{
	return world_reach(world, AIRTABLE_COST_MS) || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static int64_t base_now_ms(void *self)
{
	struct world *world = of(self);

	return world->base_heard ? world->steady_ms + world->base_heard_ms : clock_now_ms();
}

struct choice {
	enum table table;
	int64_t after_ms;       /* changed after; 0: all */
	const char *const *ids; /* of documents, or NULL */
	size_t id_count;
};

static bool chosen(const struct world *world, const struct world_row *row, const struct choice *choice)
{
	const struct world_picture *picture = world_shown(world, row);

	if (row->table != choice->table || !picture->there)
		return false;
	if (choice->after_ms && shown_time(row->created_ms) <= choice->after_ms &&
	    shown_time(picture->last_ms) <= choice->after_ms)
		return false;
	if (!choice->ids)
		return true;
	struct json_object *cell = picture->cells[FIELD_ID];
	for (size_t i = 0; i < choice->id_count; i++)
		if (cell && strcmp(json_object_get_string(cell), choice->ids[i]) == 0)
			return true;
	return false;
}

/* A page is what its rows show when it is asked for; between two pages things happen. */
static bool walk(struct world *world, const struct choice *choice, endpoint_visit *visit, void *context,
		 int64_t *began_ms_out, struct error *error)
{
	size_t at = 0;
	bool first = true;

	while (first || at < world->row_count) {
		struct endpoint_record list[WORLD_PAGE];
		size_t count = 0;
		if (!begin_call(world, error) || !has_columns(world, choice->table, error))
			return false;
		if (first)
			*began_ms_out = world_base_now_ms(world) / 1000 * 1000;
		for (first = false; at < world->row_count && count < WORLD_PAGE; at++) {
			if (!chosen(world, &world->rows[at], choice))
				continue;
			if (!choice->ids && !choice->after_ms && world_fault(world, FAULT_AIRTABLE_SKIPS))
				continue;
			list[count++] = record_of(world, &world->rows[at]);
		}
		struct endpoint_records records = {count, list};
		bool ok = end_call(world, error) && (count == 0 || visit(context, &records, error));
		for (size_t i = 0; i < count; i++)
			endpoint_record_done(&list[i]);
		if (!ok)
			return false;
	}
	return true;
}

static const char *const position_keys[TABLE_COUNT] = {
	[TABLE_COLLECTIONS] = "collections",
	[TABLE_ITEMS] = "items",
};

static bool airtable_news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
			  void *context, struct endpoint_news *news_out, struct error *error)
{
	struct world *world = of(self);
	scoped(json_object) next = json_new_object();

	(void)wait_ms;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		int64_t began_ms = 0, last_ms = json_int_or(cursor, position_keys[table], 0);
		struct choice choice = {.table = (enum table)table, .after_ms = last_ms - NEWS_BACK_MS};
		if (!walk(world, &choice, visit, context, &began_ms, error))
			return false;
		json_put(next, position_keys[table], json_new_int(began_ms));
	}
	*news_out = (struct endpoint_news){.cursor = take(next)};
	return true;
}

static bool airtable_list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
			  void *context, struct error *error)
{
	(void)pick;
	struct world *world = of(self);
	struct choice choice = {.table = table};

	return walk(world, &choice, visit, context, &world->list_began_ms[table], error);
}

static bool airtable_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct world *world = of(self);

	(void)error;
	*cursor_out = json_new_object();
	for (size_t table = 0; table < TABLE_COUNT; table++)
		json_put(*cursor_out, position_keys[table], json_new_int(world->list_began_ms[table]));
	return true;
}

static bool airtable_read(void *self, const struct endpoint_key *keys, size_t count,
			  struct endpoint_records *records_out, struct error *error)
{
	struct world *world = of(self);
	struct endpoint_records records = {count, own_alloc((count + 1) * sizeof *records.list)};

	bool ok = begin_call(world, error);
	for (size_t i = 0; ok && i < count; i++)
		ok = has_columns(world, keys[i].table, error);
	if (!ok) {
		free(records.list);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct world_row *row = world_row(world, keys[i].id);
		if (row && row->table == keys[i].table && world_shown(world, row)->there)
			records.list[i] = record_of(world, row);
		else
			records.list[i] = (struct endpoint_record){
				.table = keys[i].table,
				.id = own_copy(keys[i].id),
				.read_at_ms = clock_steady_ms(),
			};
	}
	if (!end_call(world, error)) {
		endpoint_records_done(&records);
		return false;
	}
	*records_out = records;
	return true;
}

/* As the column of the template shows it. */
static void put_modified(struct world *world, const struct world_row *row, struct json_object *body)
{
	char iso[CLOCK_ISO_SIZE];

	if (clock_iso(shown_time(world_shown(world, row)->last_ms), iso))
		json_put_text(body, world_modified_column(row->table), iso);
}

/* As it is shown, with the cells that nobody maps. */
static bool airtable_read_whole(void *self, const struct endpoint_key *keys, size_t count,
				struct endpoint_records *records_out, struct error *error)
{
	if (!airtable_read(self, keys, count, records_out, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct world_row *row = world_row(of(self), keys[i].id);
		if (records_out->list[i].presence != RECORD_THERE)
			continue;
		put_modified(of(self), row, records_out->list[i].body);
		if (row->now.shelf)
			json_put(records_out->list[i].body, WORLD_SHELF_COLUMN, json_share(row->now.shelf));
	}
	return true;
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

/* As the real side asks: the collections, and with them the items that link to them; a row that links to none is not shown. */
static bool airtable_present(void *self, endpoint_present_visit *visit, void *context, int64_t *calls_out,
			     struct error *error)
{
	struct world *world = of(self);
	size_t at = 0;

	for (*calls_out = 0; *calls_out == 0 || at < world->row_count; (*calls_out)++) {
		if (!begin_call(world, error) || !world_table_is_there(world, TABLE_COLLECTIONS, error))
			return false;
		for (size_t count = 0; at < world->row_count && count < WORLD_PAGE; at++) {
			struct world_row *row = &world->rows[at];
			const struct world_picture *picture = world_shown(world, row);
			bool linked =
				row->table == TABLE_COLLECTIONS || picture->cells[FIELD_COLLECTION] != NULL;
			if (!picture->there || !linked || world_fault(world, FAULT_AIRTABLE_SKIPS))
				continue;
			visit(context, row->id);
			count++;
		}
		if (!end_call(world, error))
			return false;
	}
	return true;
}

static bool airtable_find(void *self, enum table table, const char *const *ids, size_t count,
			  struct endpoint_records *records_out, struct error *error)
{
	struct choice choice = {.table = table, .ids = ids, .id_count = count};
	struct endpoint_records found = {0};
	int64_t ignored_ms;

	if (!walk(self, &choice, collect, &found, &ignored_ms, error)) {
		endpoint_records_done(&found);
		return false;
	}
	*records_out = found;
	return true;
}

static bool airtable_edited_after(void *self, struct endpoint_time_question *questions, size_t count,
				  struct error *error)
{
	struct world *world = of(self);

	if (!begin_call(world, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!has_columns(world, questions[i].table, error))
			return false;
	for (size_t i = 0; i < count; i++) {
		const struct world_row *row = world_row(world, questions[i].id);
		const struct world_picture *picture = row ? world_shown(world, row) : NULL;
		questions[i].is_after =
			picture && picture->there &&
			shown_time(picture->modified_ms[questions[i].field]) > questions[i].after_ms;
	}
	return end_call(world, error);
}

static bool airtable_schema(void *self, struct json_object **tables_out, struct error *error)
{
	struct world *world = of(self);

	if (!begin_call(world, error))
		return false;
	*tables_out = world_schema_shown(world, error);
	return *tables_out != NULL;
}

struct endpoint world_airtable_side(struct world *world)
{
	static const struct endpoint_ops ops = {
		.now_ms = base_now_ms,
		.news = airtable_news,
		.list = airtable_list,
		.position = airtable_position,
		.read = airtable_read,
		.read_whole = airtable_read_whole,
		.present = airtable_present,
		.find = airtable_find,
		.edited_after = airtable_edited_after,
		.schema = airtable_schema,
		.write_start = world_write_start,
		.write_finish = world_write_finish,
		.upload = world_upload,
	};

	return (struct endpoint){&ops, world};
}
