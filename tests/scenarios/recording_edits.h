/* What people did in a recording, field by field, on either side. */
#pragma once
#include "bridge/fields/field.h"
#include "tests/scenarios/recording.h"

enum edit_kind {
	EDIT_VALUE,   /* a field got this value */
	EDIT_CREATE,  /* a document or a row was made; its values follow as edits of their own */
	EDIT_DELETE,  /* a document was deleted, or the Delete box of a row ticked */
	EDIT_REMOVE,  /* a row was deleted by hand */
	EDIT_RESTORE, /* a batch of history was restored, this document with it */
};

struct person_edit {
	enum edit_kind kind;
	bool in_base;
	char *subject;   /* owned; "item-<id>", or the record id of a row without a document */
	char *record_id; /* owned; NULL in the app */
	enum table table;
	enum field field;          /* EDIT_VALUE */
	struct json_object *value; /* owned; as a cell shows it, links as ids of documents; NULL: empty */
	int64_t at_ms;
	size_t phase;
	bool meanwhile;       /* during a sync */
	int64_t told_time_ms; /* the document's updated_at, when the app wrote it raw; else 0 */
};
struct person_edits {
	size_t count;
	struct person_edit *list; /* owned */
};
struct person_edits recording_edits(const struct recording *recording);
void person_edits_done(struct person_edits *edits);

/* A document's value as its cell shows it, links as a list of ids of documents; NULL: empty. The caller puts. */
struct json_object *cell_of_document(struct json_object *data, enum table table, enum field field);
/* What a row, or a document's row, is called: the "item-<id>" of its ID cell, or its record id. The caller frees. */
char *subject_of_row(enum table table, const char *record_id, struct json_object *cells);
bool table_of_name(const char *name, enum table *table_out);
