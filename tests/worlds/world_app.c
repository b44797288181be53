#include "tests/worlds/world_app.h"
#include "bridge/columns/columns_bind.h"
#include "bridge/mapping/mapping_from.h"
#include "inventory/document.h"
#include "tests/fakes/cell_into.h"

#include "base/clock.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_airtable.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_settings.h"

#include <stdio.h>
#include <string.h>

#define SYNC_MS 1537 /* before it and after: nobody edits in the very second in which it writes */
#define ROOM    4    /* rows and documents that are left to others */

struct app_sync {
	struct world *world;
	struct columns columns[TABLE_COUNT];
	struct mapping_links links;
	int64_t pulled_ms, pushed_ms; /* of the last one, 0: none */
	bool pulled[WORLD_DOCUMENTS];
};

/* ---- marks ---- */

static const char *mark_of(const struct world *world, const struct world_document *document)
{
	struct json_object *body = world_body(document);

	return body ? document_app_link(body, world->config.id) : NULL;
}

static struct world_document *marked(struct world *world, const char *record_id)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const char *mark = mark_of(world, &world->documents[i]);
		if (mark && strcmp(mark, record_id) == 0)
			return &world->documents[i];
	}
	return NULL;
}

static const char *record_of(void *context, enum table table, const char *document_id)
{
	const struct app_sync *sync = context;
	const struct world_document *document = world_document(sync->world, table, document_id);

	return document ? mark_of(sync->world, document) : NULL;
}

static const char *document_of(void *context, enum table table, const char *record_id)
{
	const struct app_sync *sync = context;
	const struct world_document *document = marked(sync->world, record_id);

	return document && document->table == table ? document->id : NULL;
}

static const char *collection_of(void *context, const char *item_id)
{
	const struct app_sync *sync = context;
	struct json_object *body = world_body(world_document(sync->world, TABLE_ITEMS, item_id));

	return body ? json_text_or(document_data(body), "collection_id", NULL) : NULL;
}

static int64_t shown_ms(const struct world_row *row)
{
	return (row->now.last_ms + 500) / 1000 * 1000;
}

static void mark(struct app_sync *sync, struct world_document *document, const struct world_row *row,
		 int64_t modified_ms)
{
	struct json_object *body = json_copy(world_body(document));

	document_set_app_link(table_document_type(document->table), body, sync->world->config.id, row->id,
			      modified_ms);
	world_phone_puts(sync->world, document->table, document->id, body);
}

/* ---- documents into rows ---- */

static void cells_done(struct cell cells[FIELD_COUNT])
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		cell_done(&cells[field]);
}

static bool is_written(enum field field, enum table table)
{
	return field_in_table(field, table) && field != FIELD_ERROR && field != FIELD_DELETE;
}

struct filling {
	bool writes[FIELD_COUNT];
	struct json_object *values[FIELD_COUNT]; /* owned */
};

/* What the app writes into a row of the document. False: Airtable does not take it, and the whole request with it. */
static bool fill(struct app_sync *sync, const struct world_document *document, struct filling *filling)
{
	struct world *world = sync->world;
	enum table table = document->table;
	struct cell cells[FIELD_COUNT] = {0};
	bool taken = true;

	mapping_from_document(table, document->id, world_body(document), cells);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object **value = &filling->values[field];
		struct error ignored;
		filling->writes[field] = is_written((enum field)field, table) &&
					 world_column_flows(world, table, (enum field)field) &&
					 mapping_to_row(table, &sync->columns[table], (enum field)field,
							&cells[field], &sync->links, value, &ignored);
		taken = taken && (!filling->writes[field] ||
				  world_takes_cell(world, table, (enum field)field, *value));
	}
	cells_done(cells);
	return taken;
}

static void filling_done(struct filling *filling)
{
	for (size_t field = 0; field < FIELD_COUNT; field++)
		json_object_close(&filling->values[field]);
}

/* The whole record; what stood there is overwritten. */
static void write_row(struct world *world, const struct world_document *document, struct world_row *row,
		      struct filling *filling)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		char was[48], is[48];
		if (!filling->writes[field])
			continue;
		observer_cell_words((enum field)field, row->now.cells[field], was);
		observer_cell_words((enum field)field, filling->values[field], is);
		if (observer_key((enum field)field, row->table) && strcmp(was, is) != 0)
			observer_carried(world, document, (enum field)field, was, is);
		world_set_cell(world, row, (enum field)field, take(filling->values[field]));
	}
	world_app_writes_pictures(world, document->id, row);
}

static const char *ledgers_row(const struct world *world, const struct world_document *document)
{
	scoped_text end =
		own_format("-%s-%s", document_type_name(table_document_type(document->table)), document->id);
	struct json_object *entry = world_state_body(world, end);

	return entry && strcmp(json_text_or(entry, "state", ""), "pair") == 0 ? json_text_or(entry, "rec", "")
									      : "";
}

static bool has_room(const struct world *world)
{
	return world->row_count + ROOM < WORLD_ROWS && world->document_count + ROOM < WORLD_DOCUMENTS &&
	       world->version_count + 16 < WORLD_VERSIONS;
}

static void create_row(struct app_sync *sync, struct world_document *document)
{
	struct world *world = sync->world;
	struct world_row *other = world_row_of(world, document->table, document->id);
	struct filling filling = {0};

	if (!fill(sync, document, &filling)) {
		filling_done(&filling);
		return;
	}
	struct world_row *row = world_new_row(world, document->table);
	world_note(world, "app: makes row %s of %s", row->id, document->full_id);
	world->moment++;
	row->apps = true;
	write_row(world, document, row, &filling);
	/* Of two rows with one ID nobody can tell which is the bridge's, before that knows. */
	const struct world_row *own = world_row(world, ledgers_row(world, document));
	row->copied = other || (own && own->now.there);
	row->instead = own && !own->now.there;
	if (other && !observer_is_paired(world, other))
		other->copied = true;
	observer_row_copied(world, row);
	mark(sync, document, row, world_base_now_ms(world));
}

static bool is_valid(const struct world_document *document)
{
	struct json_object *body = world_body(document);
	struct error ignored;

	return body && document_check(table_document_type(document->table), body, &ignored);
}

static void create_rows(struct app_sync *sync, enum table table)
{
	struct world *world = sync->world;

	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[i];
		if (document->table == table && is_valid(document) && !mark_of(world, document) &&
		    world_settings_hold(world, document) && has_room(world))
			create_row(sync, document);
	}
}

/* ---- rows into documents ---- */

static void put_cells(enum table table, const struct cell cells[FIELD_COUNT], bool only_filled,
		      struct json_object *body)
{
	struct error ignored;

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		bool takes = field_in_table((enum field)field, table) &&
			     field_rule((enum field)field)->direction == DIRECTION_BOTH &&
			     (!only_filled || cells[field].kind != CELL_EMPTY);
		if (takes && !cell_into(table, (enum field)field, &cells[field], body, &ignored))
			continue;
	}
}

static void show_times(struct world *world, struct world_row *row, struct json_object *body)
{
	char iso[CLOCK_ISO_SIZE];

	if (row->table != TABLE_ITEMS)
		return;
	if (clock_iso(document_updated_at(body), iso))
		world_set_cell(world, row, FIELD_UPDATED_AT, json_new_text(iso));
	if (clock_iso(document_created_at(body), iso))
		world_set_cell(world, row, FIELD_CREATED_AT, json_new_text(iso));
}

static bool is_complete(enum table table, struct json_object *body)
{
	struct json_object *data = document_data(body);

	return *json_text_or(data, "name", "") &&
	       *json_text_or(data, table == TABLE_ITEMS ? "collection_id" : "collection_reference_number",
			     "");
}

/* Whosever the row is: no mark names it. */
static void import_row(struct app_sync *sync, struct world_row *row, const struct cell cells[FIELD_COUNT])
{
	struct world *world = sync->world;
	char id[16];
	snprintf(id, sizeof id, "app%lld", (long long)++world->last_unique);
	struct json_object *body = document_new(table_document_type(row->table), id);

	put_cells(row->table, cells, true, body);
	json_put_text(document_data(body), "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_put(body, "created_at", json_new_int(world_base_now_ms(world)));
	json_put(body, "updated_at", json_new_int(world_base_now_ms(world)));
	if (!is_complete(row->table, body) || row->now.cells[FIELD_DELETE]) {
		json_release(body);
		return;
	}
	world_note(world, "app: takes row %s in as %s", row->id, id);
	document_set_app_link(table_document_type(row->table), body, world->config.id, row->id,
			      shown_ms(row));
	struct world_document *document = world_phone_puts(world, row->table, id, body);
	snprintf(document->made_of, sizeof document->made_of, "%s", row->id);
	observer_row_copied(world, row);
	row->copied = false;
	world_set_cell(world, row, FIELD_ID, json_new_text(id));
	show_times(world, row, world_body(document));
}

static bool same_data(struct json_object *a, struct json_object *b)
{
	return json_equal(document_data(a), document_data(b));
}

/* The row is a copy, which is told and left alone; or it is paired with another document, and this one is a twin of that. */
static bool is_one_of_two(struct world *world, const struct world_row *row,
			  const struct world_document *document)
{
	const char *own = ledgers_row(world, document);
	const struct world_document *paired = observer_document_of(world, row);

	return (*own && strcmp(own, row->id) != 0) || (paired && paired != document);
}

/* The newer whole record overwrites the other. */
static void pull_row(struct app_sync *sync, struct world_row *row, struct world_document *document,
		     const struct cell cells[FIELD_COUNT])
{
	struct world *world = sync->world;
	struct json_object *body = world_body(document);

	if (!is_valid(document) || document_updated_at(body) > shown_ms(row) || row->now.cells[FIELD_DELETE])
		return;
	struct json_object *pulled = json_copy(body);
	put_cells(row->table, cells, false, pulled);
	sync->pulled[document - world->documents] = true;
	if (same_data(pulled, body) || !is_complete(row->table, pulled)) {
		json_release(pulled);
		return;
	}
	world_note(world, "app: takes row %s over into %s", row->id, document->full_id);
	if (is_one_of_two(world, row, document))
		observer_row_copied(world, row);
	json_put(pulled, "updated_at", json_new_int(world_base_now_ms(world)));
	document_set_app_link(table_document_type(row->table), pulled, world->config.id, row->id,
			      shown_ms(row));
	world_phone_puts(world, row->table, document->id, pulled);
	world_set_cell(world, row, FIELD_ID, json_new_text(document->id));
	show_times(world, row, world_body(document));
}

/* What a phone deleted has left the record behind: the app does not take that in again. */
static bool was_deleted(const struct world *world, const struct world_row *row)
{
	for (size_t i = 0; i < world->document_count; i++)
		if (!world_body(&world->documents[i]) && strcmp(world->documents[i].row, row->id) == 0)
			return true;
	return false;
}

static void pull_rows(struct app_sync *sync, enum table table)
{
	struct world *world = sync->world;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		struct cell cells[FIELD_COUNT] = {0};
		bool ignored = false;
		if (row->table != table || !row->now.there || !has_room(world) ||
		    (shown_ms(row) <= sync->pulled_ms && !row->now.cells[FIELD_ERROR]))
			continue;
		scoped(json_object) body = world_row_body(world, row, &row->now);
		mapping_from_row(table, &sync->columns[table], body, &sync->links, cells, &ignored);
		struct world_document *document = marked(world, row->id);
		if (document)
			pull_row(sync, row, document, cells);
		else if (!was_deleted(world, row))
			import_row(sync, row, cells);
		cells_done(cells);
	}
}

static void push_rows(struct app_sync *sync, enum table table)
{
	struct world *world = sync->world;

	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[i];
		const char *record_id = mark_of(world, document);
		struct world_row *row = record_id ? world_row(world, record_id) : NULL;
		if (document->table != table || !row || !row->now.there || sync->pulled[i] ||
		    !is_valid(document) || document_updated_at(world_body(document)) < sync->pushed_ms)
			continue;
		struct filling filling = {0};
		if (fill(sync, document, &filling)) {
			world_note(world, "app: writes %s over row %s", document->full_id, row->id);
			world->moment++;
			write_row(world, document, row, &filling);
			if (is_one_of_two(world, row, document))
				observer_row_copied(world, row);
		}
		filling_done(&filling);
	}
}

/* ---- one sync ---- */

static int64_t noted_ms(const struct world *world, const char *key)
{
	return json_int_or(json_child(document_data(world->settings), "data", json_type_object), key, 0);
}

void world_app_syncs(struct world *world)
{
	struct app_sync sync = {.world = world,
				.pulled_ms = noted_ms(world, "last_pull"),
				.pushed_ms = noted_ms(world, "last_push")};
	struct error error;
	bool changed = false;

	if (world->settings_gone || !has_room(world) ||
	    !columns_bind_all(sync.columns, world_columns_schema(world), &changed, &error))
		return;
	world_note(world, "app: syncs");
	world->app_at_work = true;
	transcript_spoil(world, "a sync of the app");
	world_advance(world, SYNC_MS);
	sync.links = (struct mapping_links){&sync, record_of, document_of, collection_of};
	for (size_t table = 0; table < TABLE_COUNT; table++) {
		create_rows(&sync, (enum table)table);
		pull_rows(&sync, (enum table)table);
		push_rows(&sync, (enum table)table);
	}
	world->app_at_work = false;
	world_app_notes_sync(world);
	world_advance(world, SYNC_MS);
	for (size_t table = 0; table < TABLE_COUNT; table++)
		columns_done(&sync.columns[table]);
}

/* ---- judged ---- */

bool world_app_is_twin(struct world *world, const struct world_document *document)
{
	const char *mark = mark_of(world, document);

	return document->made_of[0] && mark && strcmp(mark, document->made_of) == 0;
}

void world_app_check(struct world *world)
{
	for (size_t i = 0; i < world->document_count; i++) {
		const struct world_document *document = &world->documents[i];
		const struct world_row *of = world_row(world, document->made_of);
		const char *has = ledgers_row(world, document);
		const struct world_row *row = *has ? world_row(world, has) : NULL;
		bool came_after = of && of->restored && observer_is_told(world, of);
		if (of && of->now.there && !came_after && world_app_is_twin(world, document) && row &&
		    row != of && row->bridges)
			world_broken(world, "the app made %s of row %s, and it got row %s besides",
				     document->full_id, of->id, has);
	}
}
