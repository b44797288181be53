#include "tests/worlds/world_rights.h"

#include "tests/worlds/transcript.h"
#include "tests/worlds/world_airtable.h"
#include "tests/worlds/world_columns.h"

#include <stdio.h>
#include <string.h>

#define NO      "HTTP 403 INVALID_PERMISSIONS: You are not permitted to "
#define BECAUSE NO "perform this operation because the "
#define LIMITED " has been configured to limit who can perform this operation"

static const char *const words_named[] = {"lifted", "named", "quoted", "bare"};

void world_person_limits_field(struct world *world, enum table table, enum field field,
			       enum world_words words)
{
	transcript_spoil(world, "a right");
	world->limited_fields[table][field] = words;
	world_note(world, "    person: limits the column %s of %s (%s)", field_rule(field)->name,
		   table_name(table), words_named[words]);
}

void world_person_limits_rows(struct world *world, enum table table, enum world_row_work work,
			      enum world_words words)
{
	static const char *const works[] = {"making", "writing", "deleting"};

	transcript_spoil(world, "a right");
	world->limited_rows[table][work] = words;
	world_note(world, "    person: limits %s of rows of %s (%s)", works[work], table_name(table),
		   words_named[words]);
}

void world_person_limits_row(struct world *world, struct world_row *row, bool limited)
{
	transcript_spoil(world, "a right");
	row->limited = limited;
	world_note(world, "    person: limits row %s (%s)", row->id, limited ? "bare" : "lifted");
}

bool world_person_permits_all(struct world *world)
{
	bool any = false;

	for (size_t table = 0; table < TABLE_COUNT; table++) {
		for (size_t field = 0; field < FIELD_COUNT; field++)
			any = any || world->limited_fields[table][field];
		for (size_t work = 0; work <= ROWS_DELETED; work++)
			any = any || world->limited_rows[table][work];
	}
	for (size_t i = 0; i < world->row_count; i++) {
		any = any || world->rows[i].limited;
		world->rows[i].limited = false;
	}
	memset(world->limited_fields, 0, sizeof world->limited_fields);
	memset(world->limited_rows, 0, sizeof world->limited_rows);
	if (any)
		world_note(world, "    person: permits everything");
	return any;
}

bool world_field_is_limited(const struct world *world, enum table table, enum field field)
{
	return world->limited_fields[table][field] != WORDS_NONE;
}

static void forbid(struct world *world, struct endpoint_write *write)
{
	write->result = ERROR_REFUSED;
	write->error.kind = ERROR_REFUSED;
	write->error.status = 403;
	snprintf(write->error.code, sizeof write->error.code, "INVALID_PERMISSIONS");
	world->forbidden++;
	world_note(world, "        Airtable: %s", write->error.text);
}

static bool forbid_rows(struct world *world, struct endpoint_write *write, enum world_words words)
{
	static const char *const works[] = {
		[WRITE_CREATE] = "create", [WRITE_UPDATE] = "update", [WRITE_DELETE] = "delete"};
	const char *name = table_name(write->table);

	if (words == WORDS_BARE)
		error_set(&write->error, ERROR_REFUSED, NO "perform this operation");
	else if (words == WORDS_QUOTED)
		error_set(&write->error, ERROR_REFUSED, BECAUSE "table \"%s\" (tbl%s)" LIMITED, name, name);
	else
		error_set(&write->error, ERROR_REFUSED, NO "%s records in table %s (tbl%s)",
			  works[write->kind], name, name);
	write->of_table = words != WORDS_BARE; /* as batch.c reads it: it names the table */
	forbid(world, write);
	return false;
}

static bool forbid_field(struct world *world, struct endpoint_write *write, enum field field)
{
	const char *name = field_rule(field)->name, *id = world_column_id(world, write->table, field);

	switch (world->limited_fields[write->table][field]) {
	case WORDS_NAMED:
		error_set(&write->error, ERROR_REFUSED, NO "write cell values in field %s (%s)", name, id);
		break;
	case WORDS_QUOTED:
		error_set(&write->error, ERROR_REFUSED, BECAUSE "field \"%s\" (%s)" LIMITED, name, id);
		break;
	default:
		error_set(&write->error, ERROR_REFUSED, BECAUSE "field or table" LIMITED);
	}
	forbid(world, write);
	return false;
}

static enum world_row_work work_of(const struct endpoint_write *write, const struct world_row *row)
{
	return write->kind == WRITE_DELETE ? ROWS_DELETED : row ? ROWS_WRITTEN : ROWS_MADE;
}

bool world_permits(struct world *world, struct endpoint_write *write, const struct world_row *row)
{
	enum world_words words = world->limited_rows[write->table][work_of(write, row)];

	if (words)
		return forbid_rows(world, write, words);
	if (row && row->limited)
		return forbid_rows(world, write, WORDS_BARE);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *id = world_column_id(world, write->table, (enum field)field);
		if (world->limited_fields[write->table][field] && id && write->body &&
		    json_find(write->body, id, NULL))
			return forbid_field(world, write, (enum field)field);
	}
	return true;
}
