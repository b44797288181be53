/* A hash table with chains in one array. */
#include "sandbox/match_notes.h"

#include "base/own.h"

#include <stdlib.h>

#define LEAST_PLACES 1024
#define NO_NOTE      SIZE_MAX

struct note {
	uint64_t hash;
	struct sandbox_record *record;
	size_t next; /* of the same place */
};

struct sandbox_match_notes {
	size_t places; /* a power of two; as many notes fit in */
	size_t *first; /* owned; the newest note of each place */
	size_t count;
	struct note *notes; /* owned */
};

struct sandbox_match_notes *sandbox_match_notes_open(size_t rows)
{
	struct sandbox_match_notes *notes = own_alloc(sizeof *notes);

	notes->places = LEAST_PLACES;
	while (notes->places < 2 * rows)
		notes->places *= 2;
	notes->first = own_alloc(notes->places * sizeof *notes->first);
	notes->notes = own_alloc(notes->places * sizeof *notes->notes);
	for (size_t i = 0; i < notes->places; i++)
		notes->first[i] = NO_NOTE;
	return notes;
}

void sandbox_match_notes_close(struct sandbox_match_notes **notes)
{
	struct sandbox_match_notes *closing = take(*notes);

	if (!closing)
		return;
	free(closing->first);
	free(closing->notes);
	free(closing);
}

bool sandbox_match_notes_full(const struct sandbox_match_notes *notes)
{
	return notes->count == notes->places;
}

void sandbox_match_notes_add(struct sandbox_match_notes *notes, uint64_t hash, struct sandbox_record *record)
{
	size_t *first = &notes->first[hash & (notes->places - 1)];

	notes->notes[notes->count] = (struct note){hash, record, *first};
	*first = notes->count++;
}

size_t sandbox_match_notes_first(const struct sandbox_match_notes *notes, uint64_t hash)
{
	return notes->first[hash & (notes->places - 1)];
}

struct sandbox_record *sandbox_match_notes_next(const struct sandbox_match_notes *notes, uint64_t hash,
						size_t *next)
{
	while (*next != NO_NOTE) {
		const struct note *note = &notes->notes[*next];
		*next = note->next;
		if (note->hash == hash)
			return note->record;
	}
	return NULL;
}
