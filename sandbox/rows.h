/* Changes of rows: cells with the other end of links, deletion, the trash.
 *
 * A link's inverse field is kept in step; both rows count as modified. A deleted row is taken out of
 * every cell that links to it. */
#pragma once
#include "sandbox/store.h"

/* Takes the cell over. An equal value leaves the modified time alone, unless the store says otherwise. */
void sandbox_row_set(struct sandbox_record *record, struct sandbox_field *field, struct sandbox_cell *cell);
/* The same without the other end and without the clock: for loading and for changes of the schema. */
void sandbox_row_put(struct sandbox_record *record, struct sandbox_field *field, struct sandbox_cell *cell);
/* The cell counts as changed now. */
void sandbox_row_touch(struct sandbox_record *record, const struct sandbox_field *field);

/* All of one base. They can be brought back until SANDBOX_TRASH_LIMIT others followed. */
void sandbox_rows_delete(struct sandbox_record **records, size_t count);
/* Out of the trash, with its links and those that pointed at it. */
void sandbox_row_restore(struct sandbox_record *record);

/* {"Name": value, …} by names or ids of fields: whether all would be taken, and taking it.
 * 'record' NULL: for a new row. */
must_use bool sandbox_fields_check(struct sandbox_table *table, const struct sandbox_record *record,
				   struct json_object *fields, bool typecast, struct error *error);
/* What check said yes to. 'replace' clears what can be written and is not named. */
void sandbox_fields_write(struct sandbox_record *record, struct json_object *fields, bool typecast,
			  bool replace);
/* As if it had never been modified: a new row, for those who want it so. */
void sandbox_row_unmodify(struct sandbox_record *record);
/* The other end of each link of the cell has this row, without counting as a change. */
void sandbox_row_mirror(struct sandbox_record *record, struct sandbox_field *field);
