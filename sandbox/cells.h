/* What each type of field takes and shows.
 *
 * Reading a value has two uses: a rehearsal that only says whether it would be taken, so that a batch
 * is taken as a whole or not at all, and the real thing, which with typecast also makes choices and
 * linked rows. What was rehearsed well does not fail after. Times without a zone count as UTC,
 * whatever zone the field names. */
#pragma once
#include "base/text.h"
#include "sandbox/store.h"

struct sandbox_reading {
	struct sandbox_field *field;
	const struct sandbox_record *record; /* whose attachments may be kept by id; NULL for a new row */
	bool typecast;
	bool rehearsal;
};

enum {
	TYPE_COMPUTED = 1 << 0, /* written by nobody */
	TYPE_MERGES = 1 << 1,   /* upserts may match on it */
	TYPE_OPTIONS = 1 << 2,  /* the schema shows options */
};

struct sandbox_type {
	const char *name;
	unsigned flags;
	bool (*read)(const struct sandbox_reading *reading, struct json_object *value,
		     struct sandbox_cell *cell_out, struct error *error);
	/* Computed types only; NULL: never shown. The answer is NULL for an empty cell. */
	struct json_object *(*compute)(const struct sandbox_record *record, struct sandbox_field *field);
};

/* Never NULL: a type that is unknown is computed and shows nothing. */
const struct sandbox_type *sandbox_type_find(const char *name);
bool sandbox_type_known(const char *name);
bool sandbox_field_computed(const struct sandbox_field *field);

/* 'value' NULL clears. The cell is the caller's. */
must_use bool sandbox_cell_read(const struct sandbox_reading *reading, struct json_object *value,
				struct sandbox_cell *cell_out, struct error *error);
/* As the API shows it; NULL when it is empty. */
struct json_object *sandbox_cell_show(const struct sandbox_record *record, struct sandbox_field *field);
/* As people read it: names joined by ", ". */
void sandbox_cell_text(const struct sandbox_record *record, struct sandbox_field *field, struct text *text);
bool sandbox_cell_equal(const struct sandbox_cell *a, const struct sandbox_cell *b);
/* What a cell is sorted by: empty cells first, selects by the order of their choices, texts without
 * regard to the case of A-Z. */
struct sandbox_sort_key {
	bool filled;
	double number;
	char *text; /* owned; compared when both have one */
};
struct sandbox_sort_key sandbox_cell_sort_key(const struct sandbox_record *record,
					      struct sandbox_field *field);
void sandbox_sort_key_done(struct sandbox_sort_key *key);
int sandbox_sort_key_compare(const struct sandbox_sort_key *a, const struct sandbox_sort_key *b);
