#include "sandbox/rows.h"
#include "sandbox/cells.h"
#include "sandbox/matches.h"
#include "sandbox/refusal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void sandbox_row_touch(struct sandbox_record *record, const struct sandbox_field *field)
{
	const struct sandbox_store *store = record->table->base->store;
	int64_t now_ms = sandbox_times_modified(store->times, store->now_ms);

	record->slots[field->slot].modified_ms = now_ms;
	record->modified_ms = now_ms;
	sandbox_touch_base(record->table->base);
}

static struct sandbox_cell *cell_of(struct sandbox_record *record, const struct sandbox_field *field)
{
	return &record->slots[field->slot].cell;
}

static bool links_to(const struct sandbox_cell *cell, const struct sandbox_record *target)
{
	for (uint32_t i = 0; cell->kind == CELL_LINKS && i < cell->count; i++) {
		if (cell->links[i] == target)
			return true;
	}
	return false;
}

static bool link_add(struct sandbox_record *record, struct sandbox_field *field,
		     struct sandbox_record *target)
{
	struct sandbox_cell *cell = cell_of(record, field);

	if (links_to(cell, target))
		return false;
	cell->links = own_resize(cell->kind == CELL_LINKS ? cell->links : NULL, cell->count + 1,
				 sizeof(struct sandbox_record *));
	cell->links[cell->count++] = target;
	cell->kind = CELL_LINKS;
	sandbox_row_touch(record, field);
	return true;
}

static bool link_remove(struct sandbox_record *record, struct sandbox_field *field,
			struct sandbox_record *target)
{
	struct sandbox_cell *cell = cell_of(record, field);
	uint32_t kept = 0;

	if (!links_to(cell, target))
		return false;
	for (uint32_t i = 0; i < cell->count; i++) {
		if (cell->links[i] != target)
			cell->links[kept++] = cell->links[i];
	}
	cell->count = kept;
	if (kept == 0)
		sandbox_cell_done(cell);
	sandbox_row_touch(record, field);
	return true;
}

/* The other ends of what went and of what came. */
static void mirror(struct sandbox_record *record, struct sandbox_field *inverse,
		   const struct sandbox_cell *old, const struct sandbox_cell *new)
{
	for (uint32_t i = 0; old->kind == CELL_LINKS && i < old->count; i++) {
		if (!links_to(new, old->links[i]))
			link_remove(old->links[i], inverse, record);
	}
	for (uint32_t i = 0; new->kind == CELL_LINKS &&i < new->count; i++) {
		if (!links_to(old, new->links[i]))
			link_add(new->links[i], inverse, record);
	}
}

void sandbox_row_put(struct sandbox_record *record, struct sandbox_field *field, struct sandbox_cell *cell)
{
	sandbox_cell_done(cell_of(record, field));
	*cell_of(record, field) = *cell;
	*cell = (struct sandbox_cell){0};
	sandbox_matches_note(field, record);
}

void sandbox_row_set(struct sandbox_record *record, struct sandbox_field *field, struct sandbox_cell *cell)
{
	bool equal = sandbox_cell_equal(cell_of(record, field), cell);
	/* Taken out first: a row that links to itself through a two-way field changes under our hands. */
	struct sandbox_cell old = *cell_of(record, field);

	*cell_of(record, field) = *cell;
	*cell = (struct sandbox_cell){0};
	if (field->inverse && !equal) {
		struct sandbox_cell new = *cell_of(record, field);
		mirror(record, field->inverse, &old, &new);
	}
	sandbox_cell_done(&old);
	if (!equal)
		sandbox_matches_note(field, record);
	if (!equal || record->table->base->store->bump_equal)
		sandbox_row_touch(record, field);
}

static void remember_incoming(struct sandbox_record *target, struct sandbox_record *from,
			      struct sandbox_field *field)
{
	target->incoming =
		own_resize(target->incoming, target->incoming_count + 1, sizeof(struct sandbox_incoming));
	target->incoming[target->incoming_count++] =
		(struct sandbox_incoming){from, field, from->slots[field->slot].modified_ms};
}

/* A one-way link has no list of who points at a row, so all rows of its table are looked at, once a batch. */
static void unlink_one_way(struct sandbox_field *field)
{
	struct sandbox_table *table = field->table;

	for (size_t i = 0; i < table->record_count; i++) {
		struct sandbox_record *record = table->records[i];
		for (uint32_t j = record->deleted ? 0 : cell_of(record, field)->count; j-- > 0;) {
			struct sandbox_record *target = cell_of(record, field)->links[j];
			if (target->deleted && link_remove(record, field, target))
				remember_incoming(target, record, field);
		}
	}
}

static void unlink_all_one_way(struct sandbox_base *base, const struct sandbox_table *linked)
{
	for (size_t i = 0; i < base->table_count; i++) {
		struct sandbox_table *table = base->tables[i];
		for (size_t j = 0; !table->deleted && j < table->field_count; j++) {
			if (table->fields[j]->linked == linked && !table->fields[j]->inverse)
				unlink_one_way(table->fields[j]);
		}
	}
}

/* The row keeps its own links for the day it comes back; the other ends lose it. */
static void unlink_two_way(struct sandbox_record *record)
{
	for (size_t i = 0; i < record->table->field_count; i++) {
		struct sandbox_field *field = record->table->fields[i];
		const struct sandbox_cell *cell = cell_of(record, field);
		for (uint32_t j = 0; field->inverse && cell->kind == CELL_LINKS && j < cell->count; j++) {
			link_remove(cell->links[j], field->inverse, record);
		}
	}
}

static void strip(struct sandbox_record *record)
{
	for (size_t i = 0; i < record->table->field_count; i++)
		sandbox_cell_done(&record->slots[i].cell);
	free(record->slots);
	free(record->incoming);
	record->slots = NULL;
	record->incoming = NULL;
	record->incoming_count = 0;
	record->stripped = true;
}

static void trash_add(struct sandbox_table *table, struct sandbox_record *record)
{
	if (table->trash_count == SANDBOX_TRASH_LIMIT) {
		strip(table->trash[0]);
		memmove(table->trash, table->trash + 1,
			--table->trash_count * sizeof(struct sandbox_record *));
	}
	if (table->trash_count == table->trash_capacity) {
		table->trash_capacity = table->trash_capacity ? table->trash_capacity * 2 : 16;
		table->trash =
			own_resize(table->trash, table->trash_capacity, sizeof(struct sandbox_record *));
	}
	table->trash[table->trash_count++] = record;
}

static void drop_deleted(struct sandbox_table *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->record_count; i++) {
		if (table->records[i]->deleted)
			trash_add(table, table->records[i]);
		else
			table->records[kept++] = table->records[i];
	}
	table->record_count = kept;
}

void sandbox_rows_delete(struct sandbox_record **records, size_t count)
{
	for (size_t i = 0; i < count; i++)
		records[i]->deleted = true;
	for (size_t i = 0; i < count; i++)
		unlink_two_way(records[i]);
	for (size_t i = 0; i < count; i++) {
		struct sandbox_table *table = records[i]->table;
		if (i > 0 && records[i - 1]->table == table)
			continue;
		unlink_all_one_way(table->base, table);
		drop_deleted(table);
		sandbox_touch_base(table->base);
	}
}

static void trash_remove(struct sandbox_table *table, const struct sandbox_record *record)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->trash_count; i++) {
		if (table->trash[i] != record)
			table->trash[kept++] = table->trash[i];
	}
	table->trash_count = kept;
}

/* Back to its place in the order the rows were made. */
static void records_insert(struct sandbox_table *table, struct sandbox_record *record)
{
	size_t place = table->record_count;

	if (table->record_count == table->record_capacity) {
		table->record_capacity *= 2;
		table->records =
			own_resize(table->records, table->record_capacity, sizeof(struct sandbox_record *));
	}
	while (place > 0 && table->records[place - 1]->number > record->number)
		place--;
	memmove(table->records + place + 1, table->records + place,
		(table->record_count - place) * sizeof(struct sandbox_record *));
	table->records[place] = record;
	table->record_count++;
}

/* Links to rows that went meanwhile wait there; the others get their other end again. */
static void relink(struct sandbox_record *record, struct sandbox_field *field)
{
	struct sandbox_cell *cell = cell_of(record, field);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < cell->count; i++) {
		struct sandbox_record *target = cell->links[i];
		if (!target->deleted && !target->table->deleted)
			cell->links[kept++] = target;
		else if (!target->stripped)
			remember_incoming(target, record, field);
	}
	cell->count = kept;
	for (uint32_t i = 0; field->inverse && i < kept; i++)
		link_add(cell->links[i], field->inverse, record);
	if (kept == 0)
		sandbox_cell_done(cell);
}

static void relink_incoming(struct sandbox_record *record)
{
	for (size_t i = 0; i < record->incoming_count; i++) {
		const struct sandbox_incoming *incoming = &record->incoming[i];
		struct sandbox_field *field = incoming->field;
		if (incoming->from->deleted || field->deleted || field->linked != record->table ||
		    incoming->from->slots[field->slot].modified_ms != incoming->modified_ms)
			continue;
		link_add(incoming->from, field, record);
		if (field->inverse)
			link_add(record, field->inverse, incoming->from);
	}
	free(record->incoming);
	record->incoming = NULL;
	record->incoming_count = 0;
}

void sandbox_row_restore(struct sandbox_record *record)
{
	struct sandbox_table *table = record->table;

	assert(record->deleted && !record->stripped);
	record->deleted = false;
	trash_remove(table, record);
	records_insert(table, record);
	for (size_t i = 0; i < table->field_count; i++) {
		if (cell_of(record, table->fields[i])->kind == CELL_LINKS)
			relink(record, table->fields[i]);
	}
	relink_incoming(record);
	sandbox_touch_base(table->base);
}

bool sandbox_fields_check(struct sandbox_table *table, const struct sandbox_record *record,
			  struct json_object *fields, bool typecast, struct error *error)
{
	bool named[SANDBOX_FIELD_LIMIT] = {false};

	json_each (fields, key, value) {
		struct sandbox_field *field = sandbox_find_field(table, key);
		struct sandbox_cell cell = {0};
		if (!field)
			return sandbox_refuse_field_name(error, key);
		if (named[field->slot]) /* once by name and once by id */
			return sandbox_refuse_request(error);
		named[field->slot] = true;
		struct sandbox_reading reading = {field, record, typecast, true};
		if (!sandbox_cell_read(&reading, value, &cell, error))
			return false;
		sandbox_cell_done(&cell);
	}
	return true;
}

static void clear_others(struct sandbox_record *record, struct json_object *fields)
{
	for (size_t i = 0; i < record->table->field_count; i++) {
		struct sandbox_field *field = record->table->fields[i];
		struct sandbox_cell empty = {0};
		if (!sandbox_field_computed(field) && cell_of(record, field)->kind != CELL_EMPTY &&
		    !json_find(fields, field->id, NULL) && !json_find(fields, field->name, NULL))
			sandbox_row_set(record, field, &empty);
	}
}

/* Files that are new here are known from now on, and are to be fetched if they were given by their URL. */
static void note_files(struct sandbox_record *record, struct sandbox_field *field)
{
	const struct sandbox_cell *cell = cell_of(record, field);
	struct sandbox_store *store = record->table->base->store;

	for (uint32_t i = 0; cell->kind == CELL_FILES && i < cell->count; i++) {
		struct sandbox_file *file = cell->files[i];
		if (file->listed)
			continue;
		sandbox_files_add(&store->files, file);
		if (file->state == FILE_GIVEN)
			sandbox_fetch_queue_add(&store->fetches, record, field, file);
	}
}

void sandbox_fields_write(struct sandbox_record *record, struct json_object *fields, bool typecast,
			  bool replace)
{
	if (replace)
		clear_others(record, fields);
	json_each (fields, key, value) {
		struct sandbox_field *field = sandbox_find_field(record->table, key);
		struct sandbox_reading reading = {field, record, typecast, false};
		struct sandbox_cell cell = {0};
		bool taken = sandbox_cell_read(&reading, value, &cell, NULL);
		assert(taken);
		(void)taken;
		sandbox_row_set(record, field, &cell);
		note_files(record, field);
	}
}

void sandbox_row_unmodify(struct sandbox_record *record)
{
	for (size_t i = 0; i < record->table->field_count; i++)
		record->slots[i].modified_ms = 0;
	record->modified_ms = 0;
}

void sandbox_row_mirror(struct sandbox_record *record, struct sandbox_field *field)
{
	const struct sandbox_cell *cell = cell_of(record, field);

	for (uint32_t i = 0; field->inverse && cell->kind == CELL_LINKS && i < cell->count; i++) {
		struct sandbox_record *target = cell->links[i];
		struct sandbox_slot *slot = &target->slots[field->inverse->slot];
		int64_t slot_ms = slot->modified_ms, row_ms = target->modified_ms;
		if (link_add(target, field->inverse, record)) {
			slot->modified_ms = slot_ms ? slot_ms : target->created_ms;
			target->modified_ms = row_ms > slot->modified_ms ? row_ms : slot->modified_ms;
		}
	}
}
