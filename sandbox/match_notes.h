/* Rows by a hash: which may have it. Notes are only added. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox_match_notes;
struct sandbox_record;

/* With room for twice as many notes as 'rows'. */
struct sandbox_match_notes *sandbox_match_notes_open(size_t rows);
void sandbox_match_notes_close(struct sandbox_match_notes **notes); /* NULL is as good */
bool sandbox_match_notes_full(const struct sandbox_match_notes *notes);
/* Not when it is full. */
void sandbox_match_notes_add(struct sandbox_match_notes *notes, uint64_t hash, struct sandbox_record *record);

/* The notes of a hash, the newest first. Nothing may be added between the first and the last. */
size_t sandbox_match_notes_first(const struct sandbox_match_notes *notes, uint64_t hash);
/* Moves 'next' on, which the above gave; NULL after the last. */
struct sandbox_record *sandbox_match_notes_next(const struct sandbox_match_notes *notes, uint64_t hash,
						size_t *next);
