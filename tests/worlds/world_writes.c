/* What is written to an Airtable in memory: what the real one refuses, requests whose answers are lost, and those that come
 * late. */
#include "tests/worlds/world_airtable.h"

#include "base/clock.h"
#include "tests/worlds/former_state.h"
#include "tests/worlds/observer.h"
#include "tests/worlds/transcript.h"
#include "tests/worlds/world_columns.h"
#include "tests/worlds/world_gone.h"
#include "tests/worlds/world_pictures.h"
#include "tests/worlds/world_rights.h"
#include "tests/worlds/world_schema.h"
#include "tests/worlds/world_second.h"
#include "tests/worlds/world_settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH        10
#define REFUSED_TEXT "refused" /* a text that begins so is refused by its column */

/* ---- one record ---- */

static enum field field_of_column(const struct world *world, enum table table, const char *id)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		const char *column = world_column_id(world, table, (enum field)field);
		if (column && strcmp(column, id) == 0)
			return (enum field)field;
	}
	return FIELD_COUNT;
}

static bool refuse(struct endpoint_write *write, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool refuse(struct endpoint_write *write, const char *code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	write->result = ERROR_REFUSED;
	error_set(&write->error, ERROR_REFUSED, "HTTP 422 %s: %s", code, words);
	write->error.status = 422;
	snprintf(write->error.code, sizeof write->error.code, "%s", code);
	return false;
}

/* A text that its column does not take: in each of the words that Airtable was seen to have for it, which depends on the text. */
static bool refuse_text(struct endpoint_write *write, enum field field, const char *text)
{
	static const char bad[] = "INVALID_VALUE_FOR_COLUMN";
	const char *name = field_rule(field)->name;

	switch ((unsigned char)text[strlen(text) - 1] % 6) {
	case 0:
		return refuse(write, bad, "Field \"%s\" cannot accept the provided value", name);
	case 1:
		return refuse(write, bad, "Cannot parse value \"%s\" for field %s", text, name);
	case 2:
		return refuse(write, bad, "Value is not an array of record IDs.");
	case 3:
		return refuse(write, "INVALID_ATTACHMENT_OBJECT",
			      "Invalid attachment object for field %s: {\"url\": \"Name\"}", name);
	case 4:
		return refuse(write, bad, "Field %s can not accept value %s", name, text);
	default:
		return refuse(write, "INVALID_REQUEST_UNKNOWN",
			      "Invalid request: parameter validation failed. Check your request data.");
	}
}

static bool takes_links(struct world *world, struct endpoint_write *write, struct json_object *value)
{
	for (size_t i = 0; json_is(value, json_type_array) && i < json_length(value); i++) {
		const char *target = json_object_get_string(json_at(value, i));
		const struct world_row *row = world_row(world, target);
		if (!row || !row->now.there)
			return refuse(write, "ROW_DOES_NOT_EXIST",
				      "Record ID %s does not exist in this table", target);
	}
	return true;
}

static void note_refused(struct world *world, const struct endpoint_write *write)
{
	struct text names = {0};

	if (!world->verbose)
		return;
	json_each (write->body, column, value) {
		enum field field = field_of_column(world, write->table, column);
		(void)value;
		text_format(&names, "%s%s", names.length ? ", " : "",
			    field == FIELD_COUNT ? column : field_rule(field)->name);
	}
	world_note(world, "        Airtable refuses %s of %s: %s", text_or_empty(&names),
		   write->id ? write->id : "a new row", write->error.text);
	text_done(&names);
}

static bool takes_cell(struct world *world, struct endpoint_write *write, enum field field,
		       struct json_object *value)
{
	const char *text = json_is(value, json_type_string) ? json_object_get_string(value) : "";

	if (strncmp(text, REFUSED_TEXT, strlen(REFUSED_TEXT)) == 0)
		return refuse_text(write, field, text);
	if (!world_column_takes(world, write->table, field, value))
		return world_column_flows(world, write->table, field)
			       ? refuse(write, "INVALID_MULTIPLE_CHOICE_OPTIONS",
					"Insufficient permissions to create new select option "
					"\"\\\"%s\\\"\"",
					text)
			       : refuse(write, "INVALID_VALUE_FOR_COLUMN",
					"Field \"%s\" cannot accept the provided value",
					field_rule(field)->name);
	return takes_links(world, write, value);
}

/* The real one refuses a request as a whole, and airtable/batch.c splits it until the offender stands alone. A world is what lies
 * behind that: each record is refused or applied by itself. */
static bool accepts(struct world *world, struct endpoint_write *write, const struct world_row *row)
{
	json_each (write->body, column, value) {
		enum field field = field_of_column(world, write->table, column);
		if (strcmp(column, WORLD_SHELF_COLUMN) == 0)
			continue;
		if (world_is_picture_column(world, column)) {
			scoped_text objection = world_objects_to_images(world, row, column, value);
			if (objection)
				return refuse(write, "INVALID_ATTACHMENT_OBJECT", "%s", objection);
			continue;
		}
		if (field == FIELD_COUNT)
			return refuse(write, "UNKNOWN_FIELD_NAME", "Unknown field name: \"%s\"", column);
		if (!takes_cell(world, write, field, value))
			return false;
	}
	return true;
}

bool world_takes_cell(struct world *world, enum table table, enum field field, struct json_object *value)
{
	struct endpoint_write write = {.table = table};

	return takes_cell(world, &write, field, value);
}

/* The row that an upsert means: 1 found, 0 none, -1 several. */
static int matched(struct world *world, const struct endpoint_write *write, struct world_row **row_out)
{
	const char *id = json_text_or(write->body, world_column_id(world, write->table, FIELD_ID), "");
	int count = 0;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[i];
		if (row->table == write->table && row->now.there &&
		    strcmp(world_cell_text(row, FIELD_ID), id) == 0) {
			*row_out = row;
			count++;
		}
	}
	return count > 1 ? -1 : count;
}

static bool find_target(struct world *world, struct endpoint_write *write, struct world_row **row_out)
{
	if (write->kind == WRITE_CREATE) {
		int found = matched(world, write, row_out);
		if (found < 0)
			return refuse(write, "INVALID_RECORDS", "Cannot update more than one record");
		write->met_existing = found == 1;
		return true;
	}
	*row_out = world_row(world, write->id);
	if (*row_out && (*row_out)->now.there)
		return true;
	write->row_missing = true;
	return refuse(write, write->kind == WRITE_DELETE ? "NOT_FOUND" : "ROW_DOES_NOT_EXIST",
		      "Record ID %s does not exist in this table", write->id);
}

/* As the column has it. */
static struct json_object *taken_in(const struct world *world, enum field field, struct json_object *value)
{
	if (field == FIELD_NOTES && world->notes_most && json_is(value, json_type_string) &&
	    json_text_length(value) > world->notes_most)
		return json_new_text_bytes(json_object_get_string(value), (size_t)world->notes_most);
	return json_share(value);
}

/* The bridge has written the row's place: from now on the row shows where its document stands. */
static void place_is_written(struct world *world, const struct world_row *row)
{
	struct world_document *document = observer_document_of(world, row);

	if (document)
		document->moved_from[0] = '\0';
}

static void write_cells(struct world *world, struct world_row *row, struct json_object *body, int64_t decided)
{
	json_each (body, column, value) {
		enum field field = field_of_column(world, row->table, column);
		char was[48], is[48];
		if (world_is_picture_column(world, column)) {
			world_write_images(world, row, column, value, decided);
			continue;
		}
		if (field == FIELD_COUNT) {
			world_note(world, "        bridge: %s Shelf: \"%s\"", row->id,
				   json_object_get_string(value));
			json_release(row->now.shelf);
			row->now.shelf = json_share(value);
			continue;
		}
		observer_cell_words(field, row->now.cells[field], was);
		observer_cell_words(field, value, is);
		world_note(world, "        bridge: %s %s: \"%s\" -> \"%s\"", row->id, field_rule(field)->name,
			   was, is);
		if (observer_key(field, row->table) && strcmp(was, is) != 0)
			observer_overwritten(world, row, field, was, is, decided);
		world_set_cell(world, row, field, taken_in(world, field, value));
		if (field == FIELD_COLLECTION)
			place_is_written(world, row);
	}
}

/* By the ledger; where that was just lost, by the process: the app may have written the ID of another into the row. */
static const struct world_document *whose_row(struct world *world, const struct world_row *row)
{
	const struct world_document *ledgers = observer_document_of(world, row);
	const struct pair *pair = world->state_lost ? pairs_by_record(&world->sync->pairs, row->id) : NULL;

	if (!ledgers && pair && pair->state == ENTRY_PAIR)
		ledgers = world_document(world, pair->table, pair->id);
	return ledgers ? ledgers : world_document_of(world, row);
}

static void delete_row(struct world *world, struct world_row *row, int64_t decided)
{
	const struct world_document *document = whose_row(world, row);

	world_note(world, "        bridge: deletes row %s", row->id);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		char was[48];
		if (!observer_key((enum field)field, row->table))
			continue;
		observer_cell_words((enum field)field, row->now.cells[field], was);
		observer_overwritten(world, row, (enum field)field, was, "", decided);
	}
	observer_emptied_unseen(world, row, decided);
	bool left =
		document && world_body(document) && world_settings_take_row(world, document, row, decided);
	if (!row->delete_wanted && !left && (!document || !document->delete_wanted))
		world_broken(world, "row %s (%s) was deleted, and nobody asked for it", row->id,
			     world_cell_text(row, FIELD_ID));
	row->now.there = false;
	world_empty_links_to(world, row->id);
}

static bool is_error_cell_alone(const struct world *world, enum table table, struct json_object *body)
{
	const char *column = world_column_id(world, table, FIELD_ERROR);

	return column && body && json_key_count(body) == 1 && json_find(body, column, NULL);
}

/* A row that was to be made, and that the app has made meanwhile: what was shown of it, unless it was sent before that ('sent'; 0: just
 * now). */
static int64_t known_when_made(const struct world_row *row, int64_t sent)
{
	return sent && sent < row->shown ? sent : row->shown;
}

/* One record of a request that reached the base. */
static void apply(struct world *world, struct endpoint_write *write, int64_t decided)
{
	struct world_row *row = NULL;

	write->result = ERROR_NONE;
	if (!find_target(world, write, &row) || !world_permits(world, write, row))
		return;
	if (write->kind != WRITE_DELETE && !accepts(world, write, row)) {
		note_refused(world, write);
		return;
	}
	world->row_writes++;
	if (!row) {
		row = world_new_row(world, write->table);
		world_note(world, "        bridge: makes row %s", row->id);
		row->bridges = true;
		if (world_fault(world, FAULT_AIRTABLE_STALE))
			row->stale_until_ms = world->steady_ms + WORLD_STALE_MS;
	} else {
		world_before_change(world, row);
	}
	world->moment++;
	if (write->kind == WRITE_DELETE) {
		delete_row(world, row, decided);
		return;
	}
	world->word_writes += is_error_cell_alone(world, write->table, write->body);
	if (world->knows_vain && world_pictures_are_vain(world, write->body)) {
		world->vain_writes++;
		world->vain_ms = world->steady_ms;
	}
	write_cells(world, row, write->body, write->id ? decided : known_when_made(row, decided));
	write->answer = (struct endpoint_record){
		.table = row->table,
		.presence = RECORD_THERE,
		.id = own_copy(row->id),
		.body = world_row_body(world, row, &row->now),
		.read_at_ms = clock_steady_ms(),
	};
}

/* ---- a request ---- */

struct endpoint_ticket {
	struct endpoint_write *writes;
	size_t count;
	struct world_reading decided[128]; /* what each write was decided on; 0: nothing */
};

/* A row may have been read once more since, for another's sake. A write that may leave at any time is held to the last reading. */
static struct world_reading decided_on(struct world *world, const struct endpoint_write *write)
{
	const struct world_row *row = write->id ? world_row(world, write->id) : NULL;
	size_t first = row && row->reading_count > WORLD_READINGS ? row->reading_count - WORLD_READINGS : 0;

	for (size_t i = row ? row->reading_count : 0; i-- > first;) {
		const struct world_reading *reading = &row->readings[i % WORLD_READINGS];
		if (!write->leave_by_ms || reading->at_ms <= write->leave_by_ms - SYNC_FRESH_MS)
			return *reading;
	}
	return (struct world_reading){0};
}

/* Rows are written on what was read a short while ago (sync-rules 6.2). */
static void check_freshness(struct world *world, const struct endpoint_write *write,
			    const struct world_reading *decided)
{
	int64_t age_ms = world->steady_ms - decided->at_ms;

	if (decided->at_ms && age_ms > SYNC_FRESH_MS + AIRTABLE_COST_MS)
		world_broken(world, "row %s is written on what was read %lld ms ago", write->id,
			     (long long)age_ms);
}

static void send_late(struct world *world, struct endpoint_write *write, int64_t decided)
{
	for (size_t i = 0; i < WORLD_LATE; i++) {
		struct world_late *late = &world->late[i];
		if (late->at_ms)
			continue;
		*late = (struct world_late){
			.at_ms = world->steady_ms + 1 + world_chance(world, WORLD_DEADLINE_MS - 100),
			.kind = write->kind,
			.table = write->table,
			.decided = write->id ? decided : world->moment,
			.sent_ms = world_base_now_ms(world),
			.settings_read = world->settings_read,
			.body = write->body ? json_copy(write->body) : NULL,
		};
		if (write->id)
			snprintf(late->id, sizeof late->id, "%s", write->id);
		return;
	}
}

/* The ID that a new row gets. */
static const char *id_of_new(const struct world *world, const struct world_late *late)
{
	const char *column = world_column_id(world, late->table, FIELD_ID);

	return column ? json_text_or(late->body, column, "") : "";
}

/* A note that is newer than the write is of another one. */
static bool is_noted(const struct world *world, const struct world_late *late, struct json_object *entry)
{
	scoped_text end = own_format("-%s-%s", document_type_name(table_document_type(late->table)),
				     id_of_new(world, late));
	const char *full_id = json_text_or(entry, "_id", "");
	size_t length = strlen(full_id), behind = strlen(end);
	bool is_its_own = late->id[0] ? strcmp(json_text_or(entry, "rec", ""), late->id) == 0
				      : length > behind && strcmp(full_id + length - behind, end) == 0;

	struct world_intent intent = world_intent(entry, "row");

	return is_its_own && intent.open && intent.at_ms <= late->sent_ms;
}

/* Its note is lost with the state: it comes as any edit does. */
static bool is_unknown(const struct world *world, const struct world_late *late)
{
	for (size_t i = 0; i < world->state_count; i++)
		if (world->states[i].body && is_noted(world, late, world->states[i].body))
			return false;
	return world->state_lost;
}

static void tell_unknown(struct world *world, const struct world_late *late)
{
	const struct world_row *row = late->id[0] ? world_row(world, late->id)
						  : world_row_of(world, late->table, id_of_new(world, late));

	for (size_t i = 0; row && i < OBSERVER_FIELDS; i++) {
		enum field field = observer_fields[i].field;
		const char *column = world_column_id(world, late->table, field);
		struct json_object *value = NULL;
		char before[48], after[48];
		if (!column || (late->kind != WRITE_DELETE && !json_find(late->body, column, &value)))
			continue;
		observer_cell_words(field, row->now.cells[field], before);
		observer_cell_words(field, value, after);
		observer_came_unknown(world, field, before, after);
	}
}

/* It is judged by the settings that were read before it was sent: what has been read since could not call it back. */
static void apply_late(struct world *world, struct world_late *late)
{
	int64_t settings_read = world->settings_read;
	struct endpoint_write write = {
		.kind = late->kind,
		.table = late->table,
		.id = late->id[0] ? late->id : NULL,
		.body = late->body,
	};

	if (is_unknown(world, late))
		tell_unknown(world, late);
	world->settings_read = late->settings_read;
	world->late_ms = late->at_ms;
	apply(world, &write, late->decided);
	world->late_ms = 0;
	world->settings_read = settings_read;
	endpoint_record_done(&write.answer);
	json_release(late->body);
}

void world_apply_late(struct world *world)
{
	for (size_t i = 0; i < WORLD_LATE; i++) {
		if (!world->late[i].at_ms || world->late[i].at_ms > world->steady_ms)
			continue;
		struct world_late late = world->late[i];
		world->late[i] = (struct world_late){0};
		world_note(world, "        a late write is applied");
		transcript_add(world, (struct act){.kind = ACT_COMES_LATE});
		apply_late(world, &late);
	}
}

/* As batch.c reads a 404: there is no table to write to, for anybody. */
static bool refuse_all_of_gone(const struct world *world, struct endpoint_write *writes, const size_t *places,
			       size_t count)
{
	struct error why = {0};

	if (world_table_is_there(world, writes[places[0]].table, &why))
		return false;
	for (size_t i = 0; i < count; i++) {
		writes[places[i]].result = why.kind = ERROR_FATAL;
		writes[places[i]].error = why;
	}
	return true;
}

/* It was sent before, is in doubt, and is still to be applied. What the error cell says alone replaces nothing of anybody's. */
static bool is_in_doubt(const struct world *world, const struct endpoint_write *write)
{
	const char *id = world_column_id(world, write->table, FIELD_ID);

	for (size_t i = 0; i < WORLD_LATE; i++) {
		const struct world_late *late = &world->late[i];
		if (!late->at_ms || late->table != write->table ||
		    is_error_cell_alone(world, late->table, late->body))
			continue;
		if (write->id ? strcmp(late->id, write->id) == 0
			      : !late->id[0] && strcmp(json_text_or(late->body, id, ""),
						       json_text_or(write->body, id, "")) == 0)
			return true;
	}
	return false;
}

/* Who has lost the notes does not know of any. */
static void check_doubt(struct world *world, const struct endpoint_write *write)
{
	if (!world->state_lost && is_in_doubt(world, write))
		world_broken(world, "row %s is written while a write of it is in doubt",
			     write->id ? write->id : "(new)");
}

/* Records of one table and kind, at most ten: one request. */
static void send(struct world *world, struct endpoint_write *writes, const struct world_reading *decided,
		 const size_t *places, size_t count)
{
	enum world_fault doubt = FAULT_COUNT;
	bool slow = !world->dead && world_fault(world, FAULT_AIRTABLE_SLOW);

	if (!world_reach(world, slow ? AIRTABLE_SLOW_MS : AIRTABLE_COST_MS))
		return;
	for (size_t i = 0; i < count; i++)
		if (writes[places[i]].leave_by_ms && world->steady_ms > writes[places[i]].leave_by_ms)
			return; /* too old: none of them leaves */
	if (!world_may_write(world, "rows"))
		return;
	for (size_t i = 0; i < count; i++) {
		check_doubt(world, &writes[places[i]]);
		check_freshness(world, &writes[places[i]], &decided[places[i]]);
	}
	world->calls++;
	world_hear_clock(world);
	if (refuse_all_of_gone(world, writes, places, count))
		return;
	for (enum world_fault fault = FAULT_AIRTABLE_UNSENT;
	     fault <= FAULT_AIRTABLE_LATE && doubt == FAULT_COUNT; fault++)
		if (world_fault(world, fault))
			doubt = fault;
	for (size_t i = 0; i < count; i++) {
		struct endpoint_write *write = &writes[places[i]];
		if (doubt == FAULT_AIRTABLE_LATE)
			send_late(world, write, decided[places[i]].moment);
		else if (doubt != FAULT_AIRTABLE_UNSENT)
			apply(world, write, decided[places[i]].moment);
	}
	bool alive = world_reach(world, AIRTABLE_COST_MS);
	for (size_t i = 0; i < count; i++) {
		struct endpoint_write *write = &writes[places[i]];
		write->date_ms = world_base_now_ms(world) / 1000 * 1000;
		if (alive && doubt == FAULT_COUNT)
			continue;
		endpoint_record_done(&write->answer);
		write->met_existing = write->row_missing = false;
		write->result = alive ? ERROR_RETRY : ERROR_STOPPED;
		error_set(&write->error, write->result, "in doubt (test)");
	}
}

static void send_all(struct world *world, struct endpoint_ticket *ticket)
{
	static const enum endpoint_write_kind kinds[] = {WRITE_CREATE, WRITE_UPDATE, WRITE_DELETE};

	for (size_t kind = 0; kind < countof(kinds); kind++)
		for (size_t table = 0; table < TABLE_COUNT; table++) {
			size_t places[BATCH], count = 0;
			for (size_t i = 0; i < ticket->count; i++) {
				if (ticket->writes[i].kind != kinds[kind] || ticket->writes[i].table != table)
					continue;
				places[count++] = i;
				if (count == BATCH) {
					send(world, ticket->writes, ticket->decided, places, count);
					count = 0;
				}
			}
			if (count)
				send(world, ticket->writes, ticket->decided, places, count);
		}
}

/* At most one write of a row is outstanding, and each is once in a batch (sync-rules 29). */
static void begin_write(struct world *world, const struct endpoint_write *write)
{
	struct world_row *row = write->id ? world_row(world, write->id) : NULL;

	if (row && row->under_way++ > 0)
		world_broken(world, "row %s is written while another write of it is under way", row->id);
}

static void end_write(struct world *world, const struct endpoint_write *write)
{
	struct world_row *row = write->id ? world_row(world, write->id) : NULL;

	if (row && row->under_way > 0)
		row->under_way--;
}

struct endpoint_ticket *world_write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct world *world = self;
	struct endpoint_ticket *ticket = own_alloc(sizeof *ticket);

	ticket->writes = writes;
	ticket->count = count;
	for (size_t i = 0; i < count; i++) {
		writes[i].result = ERROR_STOPPED;
		error_set(&writes[i].error, ERROR_STOPPED, "it never left");
		ticket->decided[i] = decided_on(world, &writes[i]);
		begin_write(world, &writes[i]);
	}
	if (!world->answers_at_finish)
		send_all(world, ticket);
	return ticket;
}

bool world_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	struct world *world = self;

	if (world->answers_at_finish)
		send_all(world, *ticket);
	const struct endpoint_write *fatal = NULL;
	for (size_t i = 0; i < (*ticket)->count; i++) {
		end_write(world, &(*ticket)->writes[i]);
		fatal = (*ticket)->writes[i].result == ERROR_FATAL ? &(*ticket)->writes[i] : fatal;
	}
	if (fatal)
		*error = fatal->error;
	free(take(*ticket));
	if (world->dead)
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	return !fatal;
}
