/* Airtable in memory: the two tables of the app's template, with what the real one does to those who write to it. */
#include "tests/worlds/world.h"

#include "base/clock.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_schema.h"
#include "tests/worlds/world_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COST_MS      60
#define SLOW_MS      (SYNC_FRESH_MS + 2000)
#define BATCH        10
#define NEWS_BACK_MS 60000     /* the overlap of two looks */
#define REFUSED_TEXT "refused" /* a text that begins so is refused by its column */

/* ---- rows ---- */

static struct world *of(void *self)
{
	return self;
}

struct world_row *world_row(struct world *world, const char *id)
{
	for (size_t i = 0; i < world->row_count; i++)
		if (strcmp(world->rows[i].id, id) == 0)
			return &world->rows[i];
	return NULL;
}

const char *world_cell_text(const struct world_row *row, enum field field)
{
	struct json_object *cell = row->now.cells[field];

	return json_object_is_type(cell, json_type_string) ? json_object_get_string(cell) : "";
}

struct world_row *world_row_of(struct world *world, enum table table, const char *document_id)
{
	struct world_row *copy = NULL;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		if (row->table != table || !row->now.there ||
		    strcmp(world_cell_text(row, FIELD_ID), document_id) != 0)
			continue;
		if (!row->copied)
			return row;
		copy = copy ? copy : row;
	}
	return copy;
}

struct json_object *world_link(const char *record_id)
{
	struct json_object *list;

	if (!record_id || !*record_id)
		return NULL;
	list = json_object_new_array();
	json_object_array_add(list, json_object_new_string(record_id));
	return list;
}

const char *world_linked(const struct world_row *row, enum field field)
{
	struct json_object *list = row->now.cells[field];

	return json_object_is_type(list, json_type_array) && json_object_array_length(list)
		       ? json_object_get_string(json_object_array_get_idx(list, 0))
		       : "";
}

static void picture_done(struct world_picture *picture)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		json_object_close(&picture->cells[field]);
	json_object_close(&picture->shelf);
	*picture = (struct world_picture){0};
}

static void keep_picture(struct world *world, struct world_row *row)
{
	picture_done(&row->former);
	row->former = row->now;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		json_object_get(row->former.cells[field]);
	json_object_get(row->former.shelf);
	row->stale_until_ms = world->steady_ms + WORLD_STALE_MS;
}

/* What a reader is shown at this moment. */
static const struct world_picture *shown(const struct world *world, const struct world_row *row)
{
	return world->steady_ms < row->stale_until_ms ? &row->former : &row->now;
}

/* Whoever writes next: readers may be shown what was before, for a while. */
static void before_change(struct world *world, struct world_row *row)
{
	if (world_fault(world, FAULT_AIRTABLE_STALE))
		keep_picture(world, row);
}

static bool is_empty(struct json_object *value)
{
	return !value || (json_object_is_type(value, json_type_boolean) && !json_object_get_boolean(value)) ||
	       (json_object_is_type(value, json_type_string) && json_object_get_string_len(value) == 0) ||
	       (json_object_is_type(value, json_type_array) && json_object_array_length(value) == 0);
}

/* The inverse of a link to a collection is a cell of the collection's row, which is modified with it. A link to another item
 * has no inverse. */
static void touch_linked(struct world *world, enum field field, struct json_object *links)
{
	for (size_t i = 0; field == FIELD_COLLECTION && links && i < json_object_array_length(links); i++) {
		struct world_row *target =
			world_row(world, json_object_get_string(json_object_array_get_idx(links, i)));
		if (target)
			target->now.last_ms = world_base_now_ms(world);
	}
}

/* A time is shown to the millisecond, in UTC, however it was written. Takes 'value'. */
static struct json_object *as_shown(enum field field, struct json_object *value)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t time_ms;

	if (field_rule(field)->kind != KIND_TIME || !json_object_is_type(value, json_type_string) ||
	    !clock_from_iso(json_object_get_string(value), &time_ms) || !clock_iso(time_ms, iso) ||
	    strcmp(iso, json_object_get_string(value)) == 0)
		return value;
	json_object_put(value);
	return json_object_new_string(iso);
}

/* 'value' is taken. */
static void set_cell(struct world *world, struct world_row *row, enum field field, struct json_object *value)
{
	value = as_shown(field, value);
	if (is_empty(value)) {
		json_object_put(value);
		value = NULL;
	}
	if (!json_equal(row->now.cells[field], value) || world->bump_equal) {
		row->now.modified_ms[field] = world_base_now_ms(world);
		row->now.last_ms = world_base_now_ms(world);
		touch_linked(world, field, row->now.cells[field]);
		touch_linked(world, field, value);
	}
	json_object_put(row->now.cells[field]);
	row->now.cells[field] = value;
}

static struct world_row *new_row(struct world *world, enum table table)
{
	if (world->row_count == WORLD_ROWS) {
		world_broken(world, "there are more rows than anybody made");
		return &world->rows[0];
	}
	struct world_row *row = &world->rows[world->row_count++];
	*row = (struct world_row){.table = table, .created_ms = world_base_now_ms(world)};
	/* In the order of their making or not: nothing may follow from it. */
	snprintf(row->id, sizeof row->id, "rec%010u%04zu", world_chance(world, 1000000000), world->row_count);
	row->now.there = true;
	row->now.last_ms = world_base_now_ms(world);
	return row;
}

/* ---- people ---- */

struct world_row *world_person_adds(struct world *world, enum table table)
{
	struct world_row *row = new_row(world, table);

	world_note(world, "person: adds row %s to %s", row->id, table_name(table));
	transcript_row(world, ACT_ADDS, row);
	world->moment++;
	return row;
}

void world_person_types(struct world *world, struct world_row *row, enum field field,
			struct json_object *value)
{
	char was[48], is[48];

	if (!row->now.there) {
		json_object_put(value);
		return;
	}
	transcript_cell(world, row, field, value);
	before_change(world, row);
	observer_cell_words(field, row->now.cells[field], was);
	observer_cell_words(field, value, is);
	world_note(world, "person: %s %s: \"%s\" -> \"%s\"", row->id, field_rule(field)->name, was, is);
	world->moment++;
	if (observer_key(field, row->table) && strcmp(was, is) != 0)
		observer_left(world, true, row->id, field, was, is);
	set_cell(world, row, field, value);
	row->copied = row->copied && field != FIELD_ID;
	struct world_document *document = world_document_of(world, row);
	if (field == FIELD_DELETE)
		row->delete_wanted = true;
	if (field == FIELD_DELETE && document)
		document->delete_wanted = true;
}

void world_person_shelves(struct world *world, struct world_row *row, const char *words)
{
	struct json_object *action = transcript_action(world, "update", row->table);
	if (action) {
		struct json_object *fields = json_object_new_object();
		json_put_text(action, "record", row->id);
		json_put_text(fields, "Shelf", words);
		json_put(action, "fields", fields);
	}
	transcript_edit(world, action);
	world_note(world, "person: %s Shelf: \"%s\"", row->id, words);
	world->moment++;
	json_object_put(row->now.shelf);
	row->now.shelf = json_object_new_string(words);
	row->now.last_ms = world_base_now_ms(world);
}

static bool links_to(struct json_object *cell, const char *record_id)
{
	for (size_t i = 0; cell && i < json_object_array_length(cell); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(cell, i)), record_id) == 0)
			return true;
	return false;
}

static struct json_object *links_but(struct json_object *cell, const char *record_id)
{
	struct json_object *rest = json_object_new_array();

	for (size_t i = 0; cell && i < json_object_array_length(cell); i++) {
		struct json_object *id = json_object_array_get_idx(cell, i);
		if (strcmp(json_object_get_string(id), record_id) != 0)
			json_object_array_add(rest, json_object_get(id));
	}
	return rest;
}

/* Airtable itself empties the links that point there (sync-rules 1). */
static void empty_links_to(struct world *world, const char *record_id)
{
	static const enum field links[] = {FIELD_COLLECTION, FIELD_CONTAINER};

	for (size_t i = 0; i < world->row_count; i++)
		for (size_t link = 0; link < countof(links); link++) {
			struct json_object *cell = world->rows[i].now.cells[links[link]];
			if (links_to(cell, record_id))
				set_cell(world, &world->rows[i], links[link], links_but(cell, record_id));
		}
}

void world_person_links_back(struct world *world, struct world_row *collection, struct world_row *item)
{
	struct json_object *cell = item->now.cells[FIELD_COLLECTION];

	if (!collection->now.there || !item->now.there || links_to(cell, collection->id))
		return;
	before_change(world, item);
	world_note(world, "person: %s is put into %s, too", item->id, collection->id);
	transcript_spoil(world, "a link by its inverse");
	world->moment++;
	struct json_object *both = links_but(cell, "");
	json_object_array_add(both, json_object_new_string(collection->id));
	set_cell(world, item, FIELD_COLLECTION, both);
}

void world_person_deletes(struct world *world, struct world_row *row)
{
	if (!row->now.there)
		return;
	transcript_row(world, ACT_DELETES, row);
	before_change(world, row);
	world_note(world, "person: deletes row %s", row->id);
	world->moment++;
	observer_row_deleted(world, row);
	row->now.there = false;
	empty_links_to(world, row->id);
	struct world_document *document = world_document_of(world, row);
	if (world->config.on_row_deleted == ROW_DELETED_DELETE) {
		row->delete_wanted = true;
		if (document)
			document->delete_wanted = true;
	}
}

void world_person_restores(struct world *world, struct world_row *row)
{
	if (row->now.there)
		return;
	transcript_row(world, ACT_RESTORES, row);
	before_change(world, row);
	world_note(world, "person: brings row %s back from the trash", row->id);
	world->moment++;
	/* Of two rows with one ID the pair's own is the original, whichever came back first. */
	struct world_row *twin = world_row_of(world, row->table, world_cell_text(row, FIELD_ID));
	bool original = observer_is_paired(world, row);
	row->copied = twin && !original;
	if (twin && original)
		twin->copied = true;
	if (twin)
		observer_row_copied(world, row);
	row->now.there = true;
	/* Whether this counts as a modification is not known: it does half of the time. */
	if (world_chance(world, 2))
		row->now.last_ms = world_base_now_ms(world);
}

struct world_row *world_person_duplicates(struct world *world, const struct world_row *row, bool with_id)
{
	struct world_row *copy = new_row(world, row->table);

	world_note(world, "person: duplicates row %s as %s", row->id, copy->id);
	transcript_copy(world, row, copy, with_id);
	world->moment++;
	for (size_t field = 0; field < FIELD_COUNT; field++)
		if (row->now.cells[field] && (with_id || field != FIELD_ID))
			set_cell(world, copy, (enum field)field, json_object_get(row->now.cells[field]));
	copy->now.shelf = json_object_get(row->now.shelf);
	copy->copied = with_id;
	copy->delete_wanted = row->now.cells[FIELD_DELETE] != NULL;
	observer_row_copied(world, row);
	return copy;
}

/* ---- reading ---- */

static struct json_object *body_of(const struct world *world, const struct world_row *row,
				   const struct world_picture *picture)
{
	struct json_object *body = json_object_new_object();

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *column =
			picture->cells[field] ? world_column_id(world, row->table, (enum field)field) : NULL;
		if (column)
			json_put(body, column, json_object_get(picture->cells[field]));
	}
	return body;
}

static struct side_record record_of(struct world *world, struct world_row *row)
{
	const struct world_picture *picture = shown(world, row);

	row->shown_ms = world->steady_ms;
	if (picture == &row->now)
		row->shown = world->moment;
	return (struct side_record){
		.table = row->table,
		.presence = SIDE_THERE,
		.id = own_copy(row->id),
		.body = body_of(world, row, picture),
		.read_at_ms = clock_steady_ms(),
	};
}

static void hear_clock(struct world *world)
{
	/* The Date header counts whole seconds. */
	int64_t date_ms = world_base_now_ms(world) / 1000 * 1000;

	world->base_heard_ms = date_ms - world->steady_ms;
}

/* Each call names the columns that it wants: one that is no more is an error, never an empty cell. */
static bool has_columns(const struct world *world, enum table table, struct error *error)
{
	const struct columns *bound = &world->sync->columns[table];

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

	if (!world_reach(world, slow ? SLOW_MS : COST_MS))
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	world->calls++;
	hear_clock(world);
	return !world_fault(world, FAULT_AIRTABLE_READ) ||
	       error_set(error, ERROR_RETRY, "a fault of the test");
}

static bool end_call(struct world *world, struct error *error)
{
	return world_reach(world, COST_MS) || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static int64_t base_now_ms(void *self)
{
	struct world *world = of(self);

	return world->base_heard_ms ? world->steady_ms + world->base_heard_ms : clock_now_ms();
}

struct choice {
	enum table table;
	int64_t after_ms;       /* changed after; 0: all */
	const char *const *ids; /* of documents, or NULL */
	size_t id_count;
};

static bool chosen(const struct world *world, const struct world_row *row, const struct choice *choice)
{
	const struct world_picture *picture = shown(world, row);

	if (row->table != choice->table || !picture->there)
		return false;
	if (choice->after_ms && row->created_ms <= choice->after_ms && picture->last_ms <= choice->after_ms)
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
static bool walk(struct world *world, const struct choice *choice, side_visit *visit, void *context,
		 int64_t *began_ms_out, struct error *error)
{
	size_t at = 0;
	bool first = true;

	while (first || at < world->row_count) {
		struct side_record list[WORLD_PAGE];
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
		struct side_records records = {count, list};
		bool ok = end_call(world, error) && (count == 0 || visit(context, &records, error));
		for (size_t i = 0; i < count; i++)
			side_record_done(&list[i]);
		if (!ok)
			return false;
	}
	return true;
}

static const char *const position_keys[TABLE_COUNT] = {
	[TABLE_COLLECTIONS] = "collections",
	[TABLE_ITEMS] = "items",
};

static bool airtable_news(void *self, struct json_object *cursor, int64_t wait_ms, side_visit *visit,
			  void *context, struct side_news *news_out, struct error *error)
{
	struct world *world = of(self);
	scoped(json_object) next = json_object_new_object();

	(void)wait_ms;
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		int64_t began_ms = 0, last_ms = json_int_or(cursor, position_keys[table], 0);
		struct choice choice = {.table = (enum table)table, .after_ms = last_ms - NEWS_BACK_MS};
		if (!walk(world, &choice, visit, context, &began_ms, error))
			return false;
		json_put(next, position_keys[table], json_object_new_int64(began_ms));
	}
	*news_out = (struct side_news){.cursor = take(next)};
	return true;
}

static bool airtable_list(void *self, enum table table, side_visit *visit, void *context, struct error *error)
{
	struct world *world = of(self);
	struct choice choice = {.table = table};

	return walk(world, &choice, visit, context, &world->list_began_ms[table], error);
}

static bool airtable_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct world *world = of(self);

	(void)error;
	*cursor_out = json_object_new_object();
	for (size_t table = 0; table < TABLE_COUNT; table++)
		json_put(*cursor_out, position_keys[table],
			 json_object_new_int64(world->list_began_ms[table]));
	return true;
}

static bool airtable_read(void *self, const struct side_key *keys, size_t count,
			  struct side_records *records_out, struct error *error)
{
	struct world *world = of(self);
	struct side_records records = {count, own_alloc((count + 1) * sizeof *records.list)};

	bool ok = begin_call(world, error);
	for (size_t i = 0; ok && i < count; i++)
		ok = has_columns(world, keys[i].table, error);
	if (!ok) {
		free(records.list);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct world_row *row = world_row(world, keys[i].id);
		if (row && row->table == keys[i].table && shown(world, row)->there)
			records.list[i] = record_of(world, row);
		else
			records.list[i] = (struct side_record){
				.table = keys[i].table,
				.id = own_copy(keys[i].id),
				.read_at_ms = clock_steady_ms(),
			};
	}
	if (!end_call(world, error)) {
		side_records_done(&records);
		return false;
	}
	*records_out = records;
	return true;
}

/* As it is shown, with the cell that nobody maps. */
static bool airtable_read_whole(void *self, const struct side_key *keys, size_t count,
				struct side_records *records_out, struct error *error)
{
	if (!airtable_read(self, keys, count, records_out, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct world_row *row = world_row(of(self), keys[i].id);
		if (records_out->list[i].presence == SIDE_THERE && row->now.shelf)
			json_put(records_out->list[i].body, WORLD_SHELF_COLUMN,
				 json_object_get(row->now.shelf));
	}
	return true;
}

static bool collect(void *context, struct side_records *page, struct error *error)
{
	struct side_records *all = context;

	(void)error;
	all->list = own_resize(all->list, all->count + page->count + 1, sizeof *all->list);
	for (size_t i = 0; i < page->count; i++) {
		all->list[all->count++] = page->list[i];
		page->list[i] = (struct side_record){0};
	}
	return true;
}

static bool airtable_find(void *self, enum table table, const char *const *ids, size_t count,
			  struct side_records *records_out, struct error *error)
{
	struct choice choice = {.table = table, .ids = ids, .id_count = count};
	struct side_records found = {0};
	int64_t ignored_ms;

	if (!walk(self, &choice, collect, &found, &ignored_ms, error)) {
		side_records_done(&found);
		return false;
	}
	*records_out = found;
	return true;
}

static bool airtable_edited_after(void *self, struct side_time_question *questions, size_t count,
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
		const struct world_picture *picture = row ? shown(world, row) : NULL;
		questions[i].is_after = picture && picture->there &&
					picture->modified_ms[questions[i].field] > questions[i].after_ms;
	}
	return end_call(world, error);
}

static bool airtable_schema(void *self, struct json_object **tables_out, struct error *error)
{
	struct world *world = of(self);

	if (!begin_call(world, error))
		return false;
	*tables_out = json_object_get(world_columns_schema(world));
	return true;
}

/* ---- writing ---- */

static enum field field_of_column(const struct world *world, enum table table, const char *id)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *column = world_column_id(world, table, (enum field)field);
		if (column && strcmp(column, id) == 0)
			return (enum field)field;
	}
	return FIELD_COUNT;
}

static bool refuse(struct side_write *write, const char *code, const char *words, const char *what)
{
	write->result = ERROR_REFUSED;
	error_set(&write->error, ERROR_REFUSED, "HTTP 422 %s: %s: \"%s\"", code, words, what);
	write->error.status = 422;
	snprintf(write->error.code, sizeof write->error.code, "%s", code);
	return false;
}

/* The real one refuses a request as a whole, and airtable/batch.c splits it until the offender stands alone. A world is what lies
 * behind that: each record is refused or applied by itself. */
static bool accepts(struct world *world, struct side_write *write)
{
	json_object_object_foreach (write->body, column, value) {
		enum field field = field_of_column(world, write->table, column);
		if (strcmp(column, WORLD_SHELF_COLUMN) == 0)
			continue;
		if (field == FIELD_COUNT)
			return refuse(write, "UNKNOWN_FIELD_NAME", "Unknown field name", column);
		if (json_object_is_type(value, json_type_string) &&
		    strncmp(json_object_get_string(value), REFUSED_TEXT, strlen(REFUSED_TEXT)) == 0)
			return refuse(write, "INVALID_VALUE_FOR_COLUMN",
				      "A field cannot accept the provided value", field_rule(field)->name);
		if (!world_column_takes(world, write->table, field, value))
			return world_column_flows(world, write->table, field)
				       ? refuse(write, "INVALID_MULTIPLE_CHOICE_OPTIONS",
						"Insufficient permissions to create new select option",
						json_object_get_string(value))
				       : refuse(write, "INVALID_VALUE_FOR_COLUMN",
						"A field cannot accept the provided value",
						field_rule(field)->name);
		for (size_t i = 0;
		     json_object_is_type(value, json_type_array) && i < json_object_array_length(value);
		     i++) {
			const char *target = json_object_get_string(json_object_array_get_idx(value, i));
			const struct world_row *row = world_row(world, target);
			if (!row || !row->now.there)
				return refuse(write, "ROW_DOES_NOT_EXIST", "A record ID does not exist",
					      target);
		}
	}
	return true;
}

/* The row that an upsert means: 1 found, 0 none, -1 several. */
static int matched(struct world *world, const struct side_write *write, struct world_row **row_out)
{
	const char *id = json_text_or(write->body, world_column_id(world, write->table, FIELD_ID), "");
	int count = 0;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		if (row->table == write->table && row->now.there &&
		    strcmp(world_cell_text(row, FIELD_ID), id) == 0) {
			*row_out = row;
			count++;
		}
	}
	return count > 1 ? -1 : count;
}

static bool find_target(struct world *world, struct side_write *write, struct world_row **row_out)
{
	if (write->kind == SIDE_CREATE) {
		int found = matched(world, write, row_out);
		if (found < 0)
			return refuse(write, "INVALID_RECORDS", "Cannot upsert: several records match",
				      json_text_or(write->body,
						   world_column_id(world, write->table, FIELD_ID), ""));
		write->met_existing = found == 1;
		return true;
	}
	*row_out = world_row(world, write->id);
	if (*row_out && (*row_out)->now.there)
		return true;
	write->row_missing = true;
	return refuse(write, write->kind == SIDE_DELETE ? "NOT_FOUND" : "ROW_DOES_NOT_EXIST",
		      "A record ID does not exist", write->id);
}

/* As the column has it. */
static struct json_object *taken_in(const struct world *world, enum field field, struct json_object *value)
{
	if (field == FIELD_NOTES && world->notes_most && json_object_is_type(value, json_type_string) &&
	    (size_t)json_object_get_string_len(value) > world->notes_most)
		return json_object_new_string_len(json_object_get_string(value), (int)world->notes_most);
	return json_object_get(value);
}

static void write_cells(struct world *world, struct world_row *row, struct json_object *body, int64_t decided)
{
	json_object_object_foreach (body, column, value) {
		enum field field = field_of_column(world, row->table, column);
		char was[48], is[48];
		if (field == FIELD_COUNT) {
			world_note(world, "        bridge: %s Shelf: \"%s\"", row->id,
				   json_object_get_string(value));
			json_object_put(row->now.shelf);
			row->now.shelf = json_object_get(value);
			continue;
		}
		observer_cell_words(field, row->now.cells[field], was);
		observer_cell_words(field, value, is);
		world_note(world, "        bridge: %s %s: \"%s\" -> \"%s\"", row->id, field_rule(field)->name,
			   was, is);
		if (observer_key(field, row->table) && strcmp(was, is) != 0)
			observer_overwritten(world, row, field, was, is, decided);
		set_cell(world, row, field, taken_in(world, field, value));
	}
}

static void delete_row(struct world *world, struct world_row *row, int64_t decided)
{
	const struct world_document *document = world_document_of(world, row);

	world_note(world, "        bridge: deletes row %s", row->id);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		char was[48];
		if (!observer_key((enum field)field, row->table))
			continue;
		observer_cell_words((enum field)field, row->now.cells[field], was);
		observer_overwritten(world, row, (enum field)field, was, "", decided);
	}
	bool left =
		document && world_body(document) && world_settings_take_row(world, document, row, decided);
	if (!row->delete_wanted && !left && (!document || !document->delete_wanted))
		world_broken(world, "row %s (%s) was deleted, and nobody asked for it", row->id,
			     world_cell_text(row, FIELD_ID));
	row->now.there = false;
	empty_links_to(world, row->id);
}

static bool writes_error_cell(const struct world *world, const struct side_write *write)
{
	const char *column = world_column_id(world, write->table, FIELD_ERROR);

	return column && json_object_object_get_ex(write->body, column, NULL);
}

/* One record of a request that reached the base. */
static void apply(struct world *world, struct side_write *write, int64_t decided)
{
	struct world_row *row = NULL;

	write->result = ERROR_NONE;
	if (!find_target(world, write, &row) || (write->kind != SIDE_DELETE && !accepts(world, write)))
		return;
	world->row_writes++;
	if (!row) {
		row = new_row(world, write->table);
		world_note(world, "        bridge: makes row %s", row->id);
		if (world_fault(world, FAULT_AIRTABLE_STALE)) {
			picture_done(&row->former);
			row->stale_until_ms = world->steady_ms + WORLD_STALE_MS;
		}
	} else {
		before_change(world, row);
	}
	world->moment++;
	if (write->kind == SIDE_DELETE) {
		delete_row(world, row, decided);
		return;
	}
	world->word_writes += json_object_object_length(write->body) == 1 && writes_error_cell(world, write);
	write_cells(world, row, write->body, decided ? decided : row->shown);
	write->answer = (struct side_record){
		.table = row->table,
		.presence = SIDE_THERE,
		.id = own_copy(row->id),
		.body = body_of(world, row, &row->now),
		.read_at_ms = clock_steady_ms(),
	};
}

struct side_ticket {
	struct side_write *writes;
	size_t count;
	struct decided {
		int64_t moment, at_ms; /* of the read; 0: none */
	} decided[128];
};

static struct decided decided_on(struct world *world, const struct side_write *write)
{
	const struct world_row *row = write->id ? world_row(world, write->id) : NULL;

	return row ? (struct decided){row->shown, row->shown_ms} : (struct decided){0};
}

/* Rows are written on what was read a short while ago (sync-rules 6.2). */
static void check_freshness(struct world *world, const struct side_write *write,
			    const struct decided *decided)
{
	int64_t age_ms = world->steady_ms - decided->at_ms;

	if (decided->at_ms && age_ms > SYNC_FRESH_MS + COST_MS)
		world_broken(world, "row %s is written on what was read %lld ms ago", write->id,
			     (long long)age_ms);
}

static void send_late(struct world *world, struct side_write *write, int64_t decided)
{
	for (size_t i = 0; i < WORLD_LATE; i++) {
		struct world_late *late = &world->late[i];
		if (late->at_ms)
			continue;
		*late = (struct world_late){
			.at_ms = world->steady_ms + 1 + world_chance(world, WORLD_DEADLINE_MS - 100),
			.kind = write->kind,
			.table = write->table,
			.decided = decided,
			.body = write->body ? json_copy(write->body) : NULL,
		};
		if (write->id)
			snprintf(late->id, sizeof late->id, "%s", write->id);
		return;
	}
}

void world_apply_late(struct world *world)
{
	for (size_t i = 0; i < WORLD_LATE; i++) {
		struct world_late late = world->late[i];
		if (!late.at_ms || late.at_ms > world->steady_ms)
			continue;
		struct side_write write = {
			.kind = late.kind,
			.table = late.table,
			.id = late.id[0] ? late.id : NULL,
			.body = late.body,
		};
		world->late[i] = (struct world_late){0};
		world_note(world, "        a late write is applied");
		transcript_add(world, (struct act){.kind = ACT_COMES_LATE});
		apply(world, &write, late.decided);
		side_record_done(&write.answer);
		json_object_put(late.body);
	}
}

/* Records of one table and kind, at most ten: one request. */
static void send(struct world *world, struct side_write *writes, const struct decided *decided,
		 const size_t *places, size_t count)
{
	enum world_fault doubt = FAULT_COUNT;
	bool slow = !world->dead && world_fault(world, FAULT_AIRTABLE_SLOW);

	if (!world_reach(world, slow ? SLOW_MS : COST_MS))
		return;
	for (size_t i = 0; i < count; i++)
		if (writes[places[i]].leave_by_ms && world->steady_ms > writes[places[i]].leave_by_ms)
			return; /* too old: none of them leaves */
	for (size_t i = 0; i < count; i++)
		check_freshness(world, &writes[places[i]], &decided[places[i]]);
	world->calls++;
	hear_clock(world);
	for (enum world_fault fault = FAULT_AIRTABLE_UNSENT;
	     fault <= FAULT_AIRTABLE_LATE && doubt == FAULT_COUNT; fault++)
		if (world_fault(world, fault))
			doubt = fault;
	for (size_t i = 0; i < count; i++) {
		struct side_write *write = &writes[places[i]];
		if (doubt == FAULT_AIRTABLE_LATE)
			send_late(world, write, decided[places[i]].moment);
		else if (doubt != FAULT_AIRTABLE_UNSENT)
			apply(world, write, decided[places[i]].moment);
	}
	bool alive = world_reach(world, COST_MS);
	for (size_t i = 0; i < count; i++) {
		struct side_write *write = &writes[places[i]];
		write->date_ms = world_base_now_ms(world) / 1000 * 1000;
		if (alive && doubt == FAULT_COUNT)
			continue;
		side_record_done(&write->answer);
		write->met_existing = write->row_missing = false;
		write->result = alive ? ERROR_RETRY : ERROR_STOPPED;
		error_set(&write->error, write->result, "in doubt (test)");
	}
}

static void send_all(struct world *world, struct side_ticket *ticket)
{
	static const enum side_write_kind kinds[] = {SIDE_CREATE, SIDE_UPDATE, SIDE_DELETE};

	for (size_t kind = 0; kind < countof(kinds); kind++)
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			size_t places[BATCH], count = 0;
			for (size_t i = 0; i < ticket->count; i++) {
				if (ticket->writes[i].kind != kinds[kind] || ticket->writes[i].table != table)
					continue;
				places[count++] = i;
				if (count == BATCH) {
					send(world, ticket->writes, ticket->decided, places, count);
					count = 0;
				}
			}
			if (count)
				send(world, ticket->writes, ticket->decided, places, count);
		}
}

/* At most one write of a row is outstanding, and each is once in a batch (sync-rules 29). */
static void begin_write(struct world *world, const struct side_write *write)
{
	struct world_row *row = write->id ? world_row(world, write->id) : NULL;

	if (row && row->under_way++ > 0)
		world_broken(world, "row %s is written while another write of it is under way", row->id);
}

static void end_write(struct world *world, const struct side_write *write)
{
	struct world_row *row = write->id ? world_row(world, write->id) : NULL;

	if (row && row->under_way > 0)
		row->under_way--;
}

static struct side_ticket *airtable_write_start(void *self, struct side_write *writes, size_t count)
{
	struct world *world = of(self);
	struct side_ticket *ticket = own_alloc(sizeof *ticket);

	ticket->writes = writes;
	ticket->count = count;
	for (size_t i = 0; i < count; i++) {
		writes[i].result = ERROR_STOPPED;
		error_set(&writes[i].error, ERROR_STOPPED, "it never left");
		ticket->decided[i] = decided_on(world, &writes[i]);
		begin_write(world, &writes[i]);
	}
	if (!world->answers_at_finish)
		send_all(world, ticket);
	return ticket;
}

static bool airtable_write_finish(void *self, struct side_ticket **ticket, struct error *error)
{
	struct world *world = of(self);

	if (world->answers_at_finish)
		send_all(world, *ticket);
	for (size_t i = 0; i < (*ticket)->count; i++)
		end_write(world, &(*ticket)->writes[i]);
	free(take(*ticket));
	return !world->dead || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

struct side world_airtable_side(struct world *world)
{
	static const struct side_ops ops = {
		.now_ms = base_now_ms,
		.news = airtable_news,
		.list = airtable_list,
		.position = airtable_position,
		.read = airtable_read,
		.read_whole = airtable_read_whole,
		.find = airtable_find,
		.edited_after = airtable_edited_after,
		.schema = airtable_schema,
		.write_start = airtable_write_start,
		.write_finish = airtable_write_finish,
	};

	return (struct side){&ops, world};
}

void world_airtable_done(struct world *world)
{
	for (size_t i = 0; i < world->row_count; i++) {
		picture_done(&world->rows[i].now);
		picture_done(&world->rows[i].former);
	}
	for (size_t i = 0; i < WORLD_LATE; i++)
		json_object_put(world->late[i].body);
	world_columns_done(world);
}
