#include "bridge/endpoints/airtable_writes.h"

#include "base/clock.h"

#include <stdlib.h>

/* Moves what the record holds. */
struct endpoint_record airtable_row_take(enum table table, struct airtable_record *record)
{
	return (struct endpoint_record){
		.table = table,
		.presence = RECORD_THERE,
		.id = own_copy(record->id),
		.body = take(record->fields),
		.read_at_ms = clock_steady_ms(),
		.created_ms = record->created_ms,
	};
}

struct portion {
	struct airtable_batch *batch;
	size_t count;
	struct airtable_write *writes; /* owned */
	struct endpoint_write **of;    /* owned; whose each is */
};

enum { PORTIONS = TABLE_COUNT * 3 };

struct endpoint_ticket {
	struct portion portions[PORTIONS];
};

static const enum airtable_write_kind write_kinds[] = {
	[WRITE_CREATE] = AIRTABLE_UPSERT,
	[WRITE_UPDATE] = AIRTABLE_UPDATE,
	[WRITE_DELETE] = AIRTABLE_DELETE,
};

static void start_portion(struct airtable_client *airtable, const struct columns *columns,
			  struct portion *portion, enum table table, enum endpoint_write_kind kind,
			  struct endpoint_write *writes, size_t count)
{
	portion->writes = own_alloc((count + 1) * sizeof *portion->writes);
	portion->of = own_alloc((count + 1) * sizeof *portion->of);
	for (size_t i = 0; i < count; i++) {
		if (writes[i].table != table || writes[i].kind != kind)
			continue;
		portion->of[portion->count] = &writes[i];
		portion->writes[portion->count++] = (struct airtable_write){
			.record_id = writes[i].id,
			.fields = writes[i].body,
			.leave_by_ms = writes[i].leave_by_ms,
		};
	}
	if (portion->count)
		portion->batch = airtable_batch_start(airtable, columns->table_id, write_kinds[kind],
						      columns->of[FIELD_ID].id, false, portion->writes,
						      portion->count);
}

struct endpoint_ticket *airtable_writes_start(struct airtable_client *airtable, const struct columns *columns,
					      struct endpoint_write *writes, size_t count)
{
	struct endpoint_ticket *ticket = own_alloc(sizeof *ticket);
	static const enum endpoint_write_kind kinds[] = {WRITE_CREATE, WRITE_UPDATE, WRITE_DELETE};

	for (size_t i = 0; i < PORTIONS; i++)
		start_portion(airtable, &columns[i % TABLE_COUNT], &ticket->portions[i],
			      (enum table)(i % TABLE_COUNT), kinds[i / TABLE_COUNT], writes, count);
	return ticket;
}

static void take_written(struct endpoint_write *write, struct airtable_write *written)
{
	write->result = written->kind;
	write->error = written->error;
	write->met_existing = written->updated_existing;
	write->row_missing = written->row_missing;
	write->of_table = written->of_table;
	write->date_ms = written->date_ms;
	if (written->kind == ERROR_NONE && written->answer.fields)
		write->answer = airtable_row_take(write->table, &written->answer);
}

static bool finish_portion(struct portion *portion, struct error *error)
{
	bool ok = !portion->batch || airtable_batch_finish(&portion->batch, error);

	for (size_t i = 0; i < portion->count; i++)
		take_written(portion->of[i], &portion->writes[i]);
	airtable_writes_done(portion->writes, portion->count);
	free(portion->writes);
	free(portion->of);
	return ok;
}

bool airtable_writes_finish(struct endpoint_ticket **ticket, struct error *error)
{
	struct endpoint_ticket *done = take(*ticket);
	bool ok = true;

	for (size_t i = 0; i < PORTIONS; i++) {
		struct error failure = {0};
		if (!finish_portion(&done->portions[i], &failure) && ok) {
			ok = false;
			*error = failure;
		}
	}
	free(done);
	return ok;
}
