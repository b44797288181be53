/* A hash table with chains in one array. Notes are only added; when most of them must be old ones, all are made anew. */
#include "sandbox/matches.h"

#include "base/text.h"
#include "sandbox/cells.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_PLACES 1024
#define NO_NOTE      SIZE_MAX

struct note {
	uint64_t hash;
	struct sandbox_record *record;
	size_t next; /* of the same place */
};

struct sandbox_matches {
	size_t places; /* a power of two; as many notes fit in */
	size_t *first; /* owned; the newest note of each place */
	size_t count;
	struct note *notes; /* owned */
};

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

static void add(struct sandbox_matches *matches, const struct sandbox_cell *cell,
		struct sandbox_record *record)
{
	if (cell->kind == CELL_EMPTY)
		return;
	uint64_t hash = hash_of(cell);
	size_t *first = &matches->first[hash & (matches->places - 1)];

	matches->notes[matches->count] = (struct note){hash, record, *first};
	*first = matches->count++;
}

/* With twice the room that the rows of now need, those of the trash included, since they may come back. */
static void make(struct sandbox_field *field)
{
	const struct sandbox_table *table = field->table;
	struct sandbox_matches *matches = own_alloc(sizeof *matches);

	matches->places = LEAST_PLACES;
	while (matches->places < 2 * (table->record_count + table->trash_count))
		matches->places *= 2;
	matches->first = own_alloc(matches->places * sizeof *matches->first);
	matches->notes = own_alloc(matches->places * sizeof *matches->notes);
	for (size_t i = 0; i < matches->places; i++)
		matches->first[i] = NO_NOTE;
	for (size_t i = 0; i < table->record_count; i++)
		add(matches, cell_of(field, table->records[i]), table->records[i]);
	for (size_t i = 0; i < table->trash_count; i++)
		add(matches, cell_of(field, table->trash[i]), table->trash[i]);
	field->matches = matches;
}

void sandbox_matches_drop(struct sandbox_field *field)
{
	struct sandbox_matches *matches = take(field->matches);

	if (!matches)
		return;
	free(matches->first);
	free(matches->notes);
	free(matches);
}

void sandbox_matches_note(struct sandbox_field *field, struct sandbox_record *record)
{
	if (!field->matches)
		return;
	if (field->matches->count == field->matches->places)
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
					   field->matches->first[hash & (field->matches->places - 1)]};
}

struct sandbox_record *sandbox_matches_next(struct sandbox_match_walk *walk)
{
	const struct sandbox_matches *matches = walk->field->matches;

	while (walk->next != NO_NOTE) {
		const struct note *note = &matches->notes[walk->next];
		walk->next = note->next;
		if (note->hash == walk->hash && !note->record->deleted &&
		    sandbox_cell_equal(walk->cell, cell_of(walk->field, note->record)))
			return note->record;
	}
	return NULL;
}
