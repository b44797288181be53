#include "sandbox/store.h"
#include "base/clock.h"
#include "base/text.h"
#include "sandbox/formula.h"
#include "sandbox/listings.h"
#include "sandbox/match_notes.h"
#include <stdlib.h>
#include <string.h>

/* Room for one more in an array that doubles. */
#define GROW(array, count, capacity)                                                                         \
	do {                                                                                                 \
		if ((count) == (capacity)) {                                                                 \
			(capacity) = (capacity) ? (capacity)*2 : 16;                                         \
			(array) = own_resize((array), (capacity), sizeof(*(array)));                         \
		}                                                                                            \
	} while (0)

struct sandbox_store *sandbox_store_open(void)
{
	return own_alloc(sizeof(struct sandbox_store));
}

void sandbox_cell_done(struct sandbox_cell *cell)
{
	if (cell->kind == CELL_FILES) {
		for (uint32_t i = 0; i < cell->count; i++)
			sandbox_file_close(&cell->files[i]);
	}
	switch (cell->kind) {
	case CELL_TEXT:
	case CELL_RAW:
		free(cell->text);
		break;
	case CELL_CHOICES:
		free(cell->choices);
		break;
	case CELL_LINKS:
		free(cell->links);
		break;
	case CELL_FILES:
		free(cell->files);
		break;
	case CELL_EMPTY:
	case CELL_NUMBER:
	case CELL_TRUE:
	case CELL_TIME:
		break;
	}
	*cell = (struct sandbox_cell){0};
}

void sandbox_cell_add_file(struct sandbox_cell *cell, struct sandbox_file *file)
{
	cell->files = own_resize(cell->kind == CELL_FILES ? cell->files : NULL, cell->count + 1,
				 sizeof(struct sandbox_file *));
	cell->files[cell->count++] = file;
	cell->kind = CELL_FILES;
}

static void record_free(struct sandbox_record *record)
{
	if (record->slots) {
		for (size_t i = 0; i < record->table->field_count; i++)
			sandbox_cell_done(&record->slots[i].cell);
	}
	free(record->slots);
	free(record->incoming);
	free(record->id);
	free(record);
}

static void choice_free(struct sandbox_choice *choice)
{
	free(choice->id);
	free(choice->name);
	free(choice->color);
	free(choice);
}

static void field_free(struct sandbox_field *field)
{
	for (size_t i = 0; i < field->choice_count; i++)
		choice_free(field->choices[i]);
	free(field->choices);
	formula_close(&field->formula);
	sandbox_match_notes_close(&field->matches);
	json_release(field->options);
	free(field->id);
	free(field->name);
	free(field->description);
	free(field->type_name);
	free(field);
}

static void table_free(struct sandbox_table *table)
{
	for (size_t i = 0; i < table->field_count; i++)
		field_free(table->fields[i]);
	for (size_t i = 0; i < table->gone_count; i++)
		field_free(table->gone[i]);
	free(table->fields);
	free(table->gone);
	free(table->records);
	free(table->trash);
	free(table->id);
	free(table->name);
	free(table->description);
	free(table->view_id);
	free(table);
}

static void base_free(struct sandbox_base *base)
{
	for (size_t i = 0; i < base->map_capacity; i++) {
		if (base->map[i])
			record_free(base->map[i]);
	}
	for (size_t i = 0; i < base->table_count; i++)
		table_free(base->tables[i]);
	free(base->map);
	free(base->tables);
	free(base->id);
	free(base->name);
	free(base);
}

void sandbox_store_close(struct sandbox_store **store)
{
	if (!*store)
		return;
	sandbox_listings_drop(&(*store)->listings);
	sandbox_fetch_queue_done(&(*store)->fetches);
	sandbox_files_done(&(*store)->files);
	for (size_t i = 0; i < (*store)->base_count; i++)
		base_free((*store)->bases[i]);
	free((*store)->bases);
	free(*store);
	*store = NULL;
}

void sandbox_store_seed(struct sandbox_store *store, uint64_t seed)
{
	store->seeded = true;
	store->seed = seed;
}

/* splitmix64: small, and the same everywhere. */
static uint64_t next_random(struct sandbox_store *store)
{
	uint64_t value;

	if (!store->seeded) {
		random_bytes(&value, sizeof(value));
		return value;
	}
	store->seed += 0x9e3779b97f4a7c15u;
	value = store->seed;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
	return value ^ (value >> 31);
}

void sandbox_mint(struct sandbox_store *store, const char *prefix, char id_out[SANDBOX_ID_SIZE])
{
	size_t length = 0;

	for (; length < 3; length++)
		id_out[length] = prefix[length];
	while (length < SANDBOX_ID_SIZE - 1) {
		uint64_t bits = next_random(store);
		for (int i = 0; i < 7; i++, bits /= 62)
			id_out[length++] = sandbox_id_letters[bits % 62];
	}
	id_out[length] = '\0';
}

struct sandbox_base *sandbox_find_base(struct sandbox_store *store, const char *id)
{
	for (size_t i = 0; i < store->base_count; i++) {
		if (strcmp(store->bases[i]->id, id) == 0)
			return store->bases[i];
	}
	return NULL;
}

struct sandbox_table *sandbox_find_table(struct sandbox_base *base, const char *key)
{
	for (size_t i = 0; i < base->table_count; i++) {
		if (!base->tables[i]->deleted && strcmp(base->tables[i]->id, key) == 0)
			return base->tables[i];
	}
	for (size_t i = 0; i < base->table_count; i++) {
		if (!base->tables[i]->deleted && strcmp(base->tables[i]->name, key) == 0)
			return base->tables[i];
	}
	return NULL;
}

struct sandbox_field *sandbox_find_field(struct sandbox_table *table, const char *key)
{
	for (size_t i = 0; i < table->field_count; i++) {
		if (strcmp(table->fields[i]->id, key) == 0)
			return table->fields[i];
	}
	for (size_t i = 0; i < table->field_count; i++) {
		if (strcmp(table->fields[i]->name, key) == 0)
			return table->fields[i];
	}
	return NULL;
}

struct sandbox_choice *sandbox_find_choice(struct sandbox_field *field, const char *key)
{
	for (size_t i = 0; i < field->choice_count; i++) {
		struct sandbox_choice *choice = field->choices[i];
		if (!choice->deleted && (strcmp(choice->name, key) == 0 || strcmp(choice->id, key) == 0))
			return choice;
	}
	return NULL;
}

/* Linear probing; rows never leave the map. */
static size_t map_place(const struct sandbox_base *base, const char *id)
{
	size_t place = (size_t)text_hash(id) & (base->map_capacity - 1);

	while (base->map[place] && strcmp(base->map[place]->id, id) != 0)
		place = (place + 1) & (base->map_capacity - 1);
	return place;
}

static void map_add(struct sandbox_base *base, struct sandbox_record *record)
{
	if (base->map_count * 2 >= base->map_capacity) {
		struct sandbox_record **old = base->map;
		size_t old_capacity = base->map_capacity;

		base->map_capacity = old_capacity ? old_capacity * 2 : 64;
		base->map = own_alloc(base->map_capacity * sizeof(struct sandbox_record *));
		for (size_t i = 0; i < old_capacity; i++) {
			if (old[i])
				base->map[map_place(base, old[i]->id)] = old[i];
		}
		free(old);
	}
	base->map[map_place(base, record->id)] = record;
	base->map_count++;
}

static struct sandbox_record *map_get(const struct sandbox_base *base, const char *id)
{
	return base->map_capacity ? base->map[map_place(base, id)] : NULL;
}

struct sandbox_record *sandbox_find_record(struct sandbox_base *base, const char *id)
{
	struct sandbox_record *record = map_get(base, id);

	return record && !record->deleted && !record->table->deleted ? record : NULL;
}

struct sandbox_record *sandbox_find_trashed(struct sandbox_base *base, const char *id)
{
	struct sandbox_record *record = map_get(base, id);

	return record && record->deleted && !record->stripped && !record->table->deleted ? record : NULL;
}

void sandbox_touch_base(struct sandbox_base *base)
{
	base->version++;
	base->store->version++;
}

static char *id_or_new(struct sandbox_store *store, const char *id, const char *prefix)
{
	char minted[SANDBOX_ID_SIZE];

	if (id)
		return own_copy(id);
	sandbox_mint(store, prefix, minted);
	return own_copy(minted);
}

struct sandbox_base *sandbox_add_base(struct sandbox_store *store, const char *id, const char *name)
{
	struct sandbox_base *base = own_alloc(sizeof(*base));

	base->id = id_or_new(store, id, "app");
	base->name = own_copy(name);
	base->store = store;
	store->bases = own_resize(store->bases, store->base_count + 1, sizeof(struct sandbox_base *));
	store->bases[store->base_count++] = base;
	sandbox_touch_base(base);
	return base;
}

struct sandbox_table *sandbox_add_table(struct sandbox_base *base, const char *id, const char *name)
{
	struct sandbox_table *table = own_alloc(sizeof(*table));

	table->id = id_or_new(base->store, id, "tbl");
	table->name = own_copy(name);
	table->view_id = id_or_new(base->store, NULL, "viw");
	table->base = base;
	base->tables = own_resize(base->tables, base->table_count + 1, sizeof(struct sandbox_table *));
	base->tables[base->table_count++] = table;
	sandbox_touch_base(base);
	return table;
}

static void add_slot(struct sandbox_record **records, size_t count, size_t field_count)
{
	for (size_t i = 0; i < count; i++) {
		if (records[i]->stripped)
			continue;
		records[i]->slots = own_resize(records[i]->slots, field_count, sizeof(struct sandbox_slot));
		records[i]->slots[field_count - 1] = (struct sandbox_slot){0};
	}
}

struct sandbox_field *sandbox_add_field(struct sandbox_table *table, const char *id, const char *name,
					const struct sandbox_type *type, const char *type_name)
{
	struct sandbox_field *field = own_alloc(sizeof(*field));

	field->id = id_or_new(table->base->store, id, "fld");
	field->name = own_copy(name);
	field->type = type;
	field->type_name = own_copy(type_name);
	field->table = table;
	field->slot = table->field_count;
	table->fields = own_resize(table->fields, table->field_count + 1, sizeof(struct sandbox_field *));
	table->fields[table->field_count++] = field;
	if (!table->primary)
		table->primary = field;
	add_slot(table->records, table->record_count, table->field_count);
	add_slot(table->trash, table->trash_count, table->field_count);
	sandbox_forget_formulas(table->base);
	sandbox_touch_base(table->base);
	return field;
}

struct sandbox_choice *sandbox_add_choice(struct sandbox_field *field, const char *id, const char *name)
{
	struct sandbox_choice *choice = own_alloc(sizeof(*choice));

	choice->id = id_or_new(field->table->base->store, id, "sel");
	choice->name = own_copy(name);
	field->choices = own_resize(field->choices, field->choice_count + 1, sizeof(struct sandbox_choice *));
	field->choices[field->choice_count++] = choice;
	sandbox_touch_base(field->table->base);
	return choice;
}

static uint64_t order_of(const char *id)
{
	uint64_t order = 0;
	size_t length = strlen(id);

	for (size_t i = 0; i < sizeof(order); i++)
		order = order << 8 | (i < length ? (unsigned char)id[i] : 0);
	return order;
}

struct sandbox_record *sandbox_add_record(struct sandbox_table *table, const char *id)
{
	struct sandbox_record *record = own_alloc(sizeof(*record));

	record->id = id_or_new(table->base->store, id, "rec");
	while (!id && map_get(table->base, record->id)) { /* a seed that was used before */
		free(record->id);
		record->id = id_or_new(table->base->store, NULL, "rec");
	}
	record->order = order_of(strlen(record->id) > 3 ? record->id + 3 : record->id);
	record->table = table;
	record->created_ms = sandbox_times_created(table->base->store->times, table->base->store->now_ms);
	record->number = ++table->last_number;
	record->slots =
		own_alloc((table->field_count ? table->field_count : 1) * sizeof(struct sandbox_slot));
	map_add(table->base, record);
	GROW(table->records, table->record_count, table->record_capacity);
	table->records[table->record_count++] = record;
	sandbox_touch_base(table->base);
	return record;
}

void sandbox_forget_formulas(struct sandbox_base *base)
{
	for (size_t i = 0; i < base->table_count; i++) {
		for (size_t j = 0; j < base->tables[i]->field_count; j++) {
			struct sandbox_field *field = base->tables[i]->fields[j];
			formula_close(&field->formula);
			field->formula_tried = false;
		}
	}
}
