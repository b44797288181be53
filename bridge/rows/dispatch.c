#include "bridge/rows/dispatch.h"

#include "base/clock.h"
#include "bridge/job/job_cells.h"
#include "bridge/job/job_outcome.h"
#include "bridge/limits.h"

#include <stdlib.h>

/* Whether a cell of ours differs; what stands in the error cell is our own word. */
static bool shows_otherwise(const struct batch *batch, const struct job *job,
			    const struct endpoint_record *row)
{
	const struct columns *columns = &batch->sync->columns[job->pair->table];

	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct json_object *before = NULL, *now = NULL;
		if (field == FIELD_ERROR || !job_has_column(batch, job, (enum field)field))
			continue;
		json_find(job->row.body, columns->of[field].id, &before);
		json_find(row->body, columns->of[field].id, &now);
		if (!json_equal(before, now))
			return true;
	}
	return false;
}

/* The row as it is right before its deletion. Edited meanwhile: it is planned anew. */
static void take_last_cells(struct batch *batch, struct job *job, struct endpoint_record *row)
{
	if (row->presence != RECORD_THERE) {
		/* Gone already; what was read before is what is left of it. */
		json_release(job->entry.retired_cells);
		job->entry.retired_cells = job->row.body ? json_copy(job->row.body) : NULL;
		return;
	}
	if (shows_otherwise(batch, job, row)) {
		job->row_write.work = ROW_WORK_NONE;
		job_comes_again(job);
		return;
	}
	endpoint_record_done(&job->row);
	job->row = *row;
	*row = (struct endpoint_record){0};
	json_release(job->entry.retired_cells);
	job->entry.retired_cells = json_copy(job->row.body);
}

/* A row is read once more before it is deleted, with all its cells, for the retired entry (sync-rules 10). They are
 * noted with what is sent: after a crash nobody can read them any more. */
bool batch_read_last_cells(struct batch *batch, struct error *error)
{
	struct endpoint_key *keys = own_alloc((batch->count + 1) * sizeof *keys);
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	struct endpoint_records records = {0};
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->row_write.work != ROW_WORK_DELETE || job_has_ended(job))
			continue;
		keys[count] = (struct endpoint_key){job->pair->table, job->row.id};
		jobs[count++] = job;
	}
	bool ok = count == 0 ||
		  batch->sync->rows.ops->read_whole(batch->sync->rows.self, keys, count, &records, error);
	for (size_t i = 0; ok && i < count; i++)
		take_last_cells(batch, jobs[i], &records.list[i]);
	endpoint_records_done(&records);
	free(jobs);
	free(keys);
	return ok || error_wrap(error, "reading rows before their deletion");
}

static enum endpoint_write_kind row_write_kind(const struct job *job)
{
	static const enum endpoint_write_kind kinds[] = {
		[ROW_WORK_CREATE] = WRITE_CREATE,
		[ROW_WORK_UPDATE] = WRITE_UPDATE,
		[ROW_WORK_DELETE] = WRITE_DELETE,
	};

	return kinds[job->row_write.work];
}

/* Sync-rules 6.2: a write is decided on what was read at most SYNC_FRESH_MS ago. */
static int64_t leave_by_ms(const struct job *job)
{
	return (job->row_write.work == ROW_WORK_CREATE ? clock_steady_ms() : job->row.read_at_ms) +
	       SYNC_FRESH_MS;
}

void batch_start_rows(struct batch *batch)
{
	struct endpoint *rows = &batch->sync->rows;

	batch->writes = own_alloc((batch->count + 1) * sizeof *batch->writes);
	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (job->row_write.work == ROW_WORK_NONE || job_has_ended(job))
			continue;
		job->pair->unsent_ms = 0;
		job->row_write.request = &batch->writes[batch->write_count++];
		*job->row_write.request = (struct endpoint_write){
			.kind = row_write_kind(job),
			.table = job->pair->table,
			.id = job->row_write.work == ROW_WORK_CREATE ? NULL : job->row.id,
			.body = job->row_write.body,
			.leave_by_ms = leave_by_ms(job),
		};
	}
	if (batch->write_count)
		batch->ticket = rows->ops->write_start(rows->self, batch->writes, batch->write_count);
}
