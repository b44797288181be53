/* The observer: it knows every value that a person left, and judges a quiet world by what must always hold, with a field
 * table of its own.
 *
 *     observer_fields.c    the table, and values in words
 *     observer_left.c      what people left, and what has replaced it
 *     observer_values.c    whether each of these values is where it belongs
 *     observer_history.c   whether the history tells what the bridge did
 *     observer.c           documents and rows, and the judgement */
#pragma once
#include "tests/worlds/world.h"

/* A value as the observer compares it: of a cell, of the document's data. */
void observer_cell_words(enum field field, struct json_object *value, char words_out[48]);
void observer_data_words(enum field field, enum table table, struct json_object *data, char words_out[48]);
const char *observer_key(enum field field, enum table table); /* of data; NULL: not watched */
/* The document that its ID names has a pair, and it is that pair's row, as the ledger says. */
bool observer_has_pair(const struct world *world, const struct world_row *row);
bool observer_is_paired(const struct world *world, const struct world_row *row);
/* The document that the ledger pairs with the row, whatever stands in its ID cell; or NULL. */
struct world_document *observer_document_of(struct world *world, const struct world_row *row);
/* A person put 'value' where 'before' stood. */
void observer_left(struct world *world, bool in_airtable, const char *row, enum field field,
		   const char *before, const char *value);
/* The app's own sync put 'value' of the one side over 'before' on the other: that is nobody's edit. What it overwrites is lost by its doing. */
void observer_carried(struct world *world, const struct world_document *document, enum field field,
		      const char *before, const char *value);
/* The bridge overwrote 'before', by what it had decided on what it saw at 'decided'. */
void observer_overwritten(struct world *world, const struct world_row *row, enum field field,
			  const char *before, const char *value, int64_t decided);
/* A write that nobody has a note of any more comes late: it is an edit as any other. */
void observer_came_unknown(struct world *world, enum field field, const char *before, const char *value);
void observer_emptied_unseen(struct world *world, const struct world_row *row, int64_t decided);
/* A cell is about to lose what it shows with its column or its choice. */
void observer_cell_lost(struct world *world, const struct world_row *row, enum field field, bool by_schema);
/* A person makes a copy of the row: its values stand in two of them. */
void observer_row_copied(struct world *world, const struct world_row *row);
void observer_row_deleted(struct world *world, const struct world_row *row);
/* The same for what a phone had of it. */
void observer_body_deleted(struct world *world, enum table table, struct json_object *body);
void observer_document_deleted(struct world *world, const struct world_document *document);
/* The database was put back from a backup, or made anew: what only it had is lost, and nobody can have it. */
void observer_went_back(struct world *world);
/* The database is about to be put back or made anew: all of its history is lost, except what a backup has of it. */
void observer_history_lost(struct world *world);
/* The state database is about to be lost, or to be put back from a backup. */
void observer_state_lost(struct world *world);
/* The bridge wrote a document; bodies, NULL of none. */
void observer_changed(struct world *world, const struct world_document *document, const char *revision,
		      struct json_object *before, struct json_object *after);
void observer_check_histories(struct world *world);
void observer_histories_done(struct world *world);
/* Checks the invariants of a quiet world. */
void observer_check(struct world *world);
/* Where nothing is limited (any more) nobody is told of it. */
void observer_check_permitted(struct world *world);

/* ---- among its files ---- */

enum observer_shape { TEXT, NUMBER, MILLI, TIME, BOX, TYPE, LINK };
struct observer_field {
	enum field field;
	enum observer_shape shape;
	const char *of_items, *of_collections; /* keys of data; NULL: not there */
	bool watched;                          /* its values are unique */
};
#define OBSERVER_FIELDS 11
extern const struct observer_field observer_fields[OBSERVER_FIELDS];

const char *observer_field_key(const struct observer_field *known, enum table table);
/* The last version of this value that a person left, or NULL. */
struct world_version *observer_version(struct world *world, enum field field, const char *value);
bool observer_shown_by_rows(const struct world *world, enum field field, const char *value);
bool observer_shown_by_documents(const struct world *world, enum field field, const char *value);
/* A person is told of the document, in the row or in the ledger; its pair was let go; one of the row's links points to a row that is
 * told that it is a copy, or held: what it says of its place waits. */
bool observer_has_problem(const struct world *world, const struct world_document *document);
/* It has a problem that the ledger does not take. */
bool observer_has_unstored_problem(const struct world *world, const struct world_document *document);
/* Whether a person reads of a problem in the row, or, where that may not be written, in the ledger. */
bool observer_is_told(struct world *world, const struct world_row *row);
bool observer_is_forgotten(const struct world *world, const struct world_document *document);
/* The state was lost while the row showed the ID of what the app had made of it. Its document got another row, and it says so. */
bool observer_lost_its_document(struct world *world, const struct world_row *row);
bool observer_points_to_told(struct world *world, const struct world_row *row, enum field field);
void observer_check_values(struct world *world);
