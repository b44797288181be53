/* When most notes must be old ones, all are made anew. */
#include "sandbox/matches.h"

#include "base/text.h"
#include "sandbox/cells.h"
#include "sandbox/match_notes.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ (hash >> 29);
}

/* Cells that are equal have the same. */
static uint64_t hash_of(const struct sandbox_cell *cell)
{
	double number = cell->kind == CELL_NUMBER ? cell->number + 0.0 : 0; /* -0 is 0 */
	uint64_t hash = mix(0, cell->kind), bits = 0;

	switch (cell->kind) {
	case CELL_TEXT:
	case CELL_RAW:
		return mix(hash, text_hash(cell->text));
	case CELL_NUMBER:
		memcpy(&bits, &number, sizeof bits);
		return mix(hash, bits);
	case CELL_TIME:
		return mix(hash, (uint64_t)cell->time_ms);
	case CELL_CHOICES:
		for (uint32_t i = 0; i < cell->count; i++)
			hash = mix(hash, (uintptr_t)cell->choices[i]);
		return hash;
	case CELL_EMPTY:
	case CELL_TRUE:
	case CELL_LINKS:
	case CELL_FILES:
		break;
	}
	return hash;
}

static const struct sandbox_cell *cell_of(const struct sandbox_field *field,
					  const struct sandbox_record *record)
{
	return &record->slots[field->slot].cell;
}

static void add(struct sandbox_match_notes *notes, const struct sandbox_cell *cell,
		struct sandbox_record *record)
{
	if (cell->kind != CELL_EMPTY)
		sandbox_match_notes_add(notes, hash_of(cell), record);
}

/* With twice the room that the rows of now need, those of the trash included, since they may come back. */
static void make(struct sandbox_field *field)
{
	const struct sandbox_table *table = field->table;
	struct sandbox_match_notes *notes =
		sandbox_match_notes_open(table->record_count + table->trash_count);

	for (size_t i = 0; i < table->record_count; i++)
		add(notes, cell_of(field, table->records[i]), table->records[i]);
	for (size_t i = 0; i < table->trash_count; i++)
		add(notes, cell_of(field, table->trash[i]), table->trash[i]);
	field->matches = notes;
}

void sandbox_matches_drop(struct sandbox_field *field)
{
	sandbox_match_notes_close(&field->matches);
}

void sandbox_matches_note(struct sandbox_field *field, struct sandbox_record *record)
{
	if (!field->matches)
		return;
	if (sandbox_match_notes_full(field->matches))
		sandbox_matches_drop(field); /* made anew when it is asked for */
	else
		add(field->matches, cell_of(field, record), record);
}

struct sandbox_match_walk sandbox_matches_of(struct sandbox_field *field, const struct sandbox_cell *cell)
{
	uint64_t hash = hash_of(cell);

	if (!field->matches)
		make(field);
	return (struct sandbox_match_walk){field, cell, hash,
					   sandbox_match_notes_first(field->matches, hash)};
}

struct sandbox_record *sandbox_matches_next(struct sandbox_match_walk *walk)
{
	struct sandbox_record *record;

	while ((record = sandbox_match_notes_next(walk->field->matches, walk->hash, &walk->next)))
		if (!record->deleted && sandbox_cell_equal(walk->cell, cell_of(walk->field, record)))
			return record;
	return NULL;
}
