#include "bridge/rows/dispatch.h"

#include "base/clock.h"
#include "bridge/job/job_cells.h"
#include "bridge/limits.h"

#include <stdlib.h>

/* Whether a cell of ours differs; what stands in the error cell is our own word. */
static bool shows_otherwise(const struct group *group, const struct look *look, const struct side_record *row)
{
	const struct columns *columns = &group->sync->columns[look->pair->table];

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *before = NULL, *now = NULL;
		if (field == FIELD_ERROR || !look_has_column(group, look, (enum field)field))
			continue;
		json_find(look->row.body, columns->of[field].id, &before);
		json_find(row->body, columns->of[field].id, &now);
		if (!json_equal(before, now))
			return true;
	}
	return false;
}

/* The row as it is right before its deletion. Edited meanwhile: it is planned anew. */
static void take_last_cells(struct group *group, struct look *look, struct side_record *row)
{
	if (row->presence != SIDE_THERE) {
		/* Gone already; what was read before is what is left of it. */
		json_release(look->entry.grave_cells);
		look->entry.grave_cells = look->row.body ? json_copy(look->row.body) : NULL;
		return;
	}
	if (shows_otherwise(group, look, row)) {
		look->row_work = ROW_WORK_NONE;
		look->again = true;
		return;
	}
	side_record_done(&look->row);
	look->row = *row;
	*row = (struct side_record){0};
	json_release(look->entry.grave_cells);
	look->entry.grave_cells = json_copy(look->row.body);
}

/* A row is read once more before it is deleted, with all its cells, for the gravestone (sync-rules 10). They are
 * noted with what is sent: after a crash nobody can read them any more. */
bool group_read_last_cells(struct group *group, struct error *error)
{
	struct side_key *keys = own_alloc((group->count + 1) * sizeof *keys);
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	struct side_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->row_work != ROW_WORK_DELETE || look->finished)
			continue;
		keys[count] = (struct side_key){look->pair->table, look->row.id};
		looks[count++] = look;
	}
	bool ok = count == 0 ||
		  group->sync->rows.ops->read_whole(group->sync->rows.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		take_last_cells(group, looks[i], &records.list[i]);
	side_records_done(&records);
	free(looks);
	free(keys);
	return ok || error_wrap(error, "reading rows before their deletion");
}

static enum side_write_kind row_write_kind(const struct look *look)
{
	static const enum side_write_kind kinds[] = {
		[ROW_WORK_CREATE] = SIDE_CREATE,
		[ROW_WORK_UPDATE] = SIDE_UPDATE,
		[ROW_WORK_DELETE] = SIDE_DELETE,
	};

	return kinds[look->row_work];
}

/* Sync-rules 6.2: a write is decided on what was read at most SYNC_FRESH_MS ago. */
static int64_t leave_by_ms(const struct look *look)
{
	return (look->row_work == ROW_WORK_CREATE ? clock_steady_ms() : look->row.read_at_ms) + SYNC_FRESH_MS;
}

void group_start_rows(struct group *group)
{
	struct side *rows = &group->sync->rows;

	group->writes = own_alloc((group->count + 1) * sizeof *group->writes);
	for (size_t i = 0; i < group->count; i++) {
		struct look *look = &group->looks[i];
		if (look->row_work == ROW_WORK_NONE || look->finished)
			continue;
		look->pair->unsent_ms = 0;
		look->row_write = &group->writes[group->write_count++];
		*look->row_write = (struct side_write){
			.kind = row_write_kind(look),
			.table = look->pair->table,
			.id = look->row_work == ROW_WORK_CREATE ? NULL : look->row.id,
			.body = look->row_body,
			.leave_by_ms = leave_by_ms(look),
		};
	}
	if (group->write_count)
		group->ticket = rows->ops->write_start(rows->self, group->writes, group->write_count);
}
