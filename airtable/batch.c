/* Writing in tens, several in flight.
 *
 *     next_first ──> flying ──> settled          a range of writes, ten or fewer
 *                      │ ▲
 *       refused: halves│ │429: the same            (a field that may not be written: those without it)
 *                      ▼ │
 *                    returned
 *
 * A range flies at most once without an answer: only what the server refused unseen (429) or refused as a
 * whole (422, 413, 400, 403: batches are all or nothing) flies again. Everything else ends the story of its
 * writes. Ranges are started as earlier ones end, so that no more than AHEAD bodies are kept. */
#include "airtable/answer.h"
#include "airtable/flight.h"
#include "airtable/records.h"
#include "airtable/row.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	AHEAD = 50,            /* ranges handed to http: ten seconds' worth of slots */
	AHEAD_BYTES = 4 << 20, /* and what their bodies may hold together, before the last of them */
	RATE_TRIES = 6,        /* of one range, each a penalty apart */
	OUTAGE = 5,            /* ranges in a row that got no usable answer: the server is not there for us */
	TURN_MS = 1000,
	FORBIDDEN_ALONE =
		3, /* records refused one by one for want of a right, and none taken: it is the table */
};

struct range {
	size_t first, count;
	int tries;
	struct airtable_flight *flight; /* owned; while flying */
	size_t body_bytes;
};

struct airtable_batch {
	struct airtable_client *airtable; /* borrowed */
	enum airtable_write_kind kind;
	bool typecast;
	char *table_id, *merge_field_id; /* owned */
	struct airtable_write *writes;   /* borrowed */
	size_t count, next_first;
	struct range flying[AHEAD];
	size_t flying_count, flying_bytes;
	struct range *returned; /* owned; to fly again, the last first */
	size_t returned_count;
	int failures_in_a_row;
	bool probes;            /* something was not permitted, and it was not said what */
	int forbidden_alone;    /* records; -1: one of the kind was taken */
	struct error forbidden; /* ERROR_NONE, or why none of the kind is taken: what is left is not sent */
	struct error end;       /* ERROR_NONE, or why nothing more is started */
};

static const char *const methods[] = {
	[AIRTABLE_UPSERT] = "PATCH",
	[AIRTABLE_UPDATE] = "PATCH",
	[AIRTABLE_DELETE] = "DELETE",
};

static const enum airtable_purpose purposes[] = {
	[AIRTABLE_UPSERT] = AIRTABLE_FOR_CREATE,
	[AIRTABLE_UPDATE] = AIRTABLE_FOR_UPDATE,
	[AIRTABLE_DELETE] = AIRTABLE_FOR_DELETE,
};

/* --- what is sent --- */

static char *path_of(const struct airtable_batch *batch, const struct range *range)
{
	struct text path = {0};
	text_add(&path, "/v0/");
	text_add_url(&path, airtable_client_base(batch->airtable));
	text_add(&path, "/");
	text_add_url(&path, batch->table_id);
	for (size_t i = 0; batch->kind == AIRTABLE_DELETE && i < range->count; i++) {
		text_add(&path, i == 0 ? "?records%5B%5D=" : "&records%5B%5D=");
		text_add_url(&path, batch->writes[range->first + i].record_id);
	}
	return text_take(&path);
}

static struct json_object *body_of(const struct airtable_batch *batch, const struct range *range)
{
	if (batch->kind == AIRTABLE_DELETE)
		return NULL;
	struct json_object *body = json_new_object();
	if (batch->kind == AIRTABLE_UPSERT) {
		struct json_object *upsert = json_new_object(), *merge_on = json_new_array();
		json_append(merge_on, json_new_text(batch->merge_field_id));
		json_put(upsert, "fieldsToMergeOn", merge_on);
		json_put(body, "performUpsert", upsert);
	}
	struct json_object *records = json_new_array();
	for (size_t i = 0; i < range->count; i++) {
		const struct airtable_write *write = &batch->writes[range->first + i];
		struct json_object *record = json_new_object();
		if (batch->kind == AIRTABLE_UPDATE)
			json_put_text(record, "id", write->record_id);
		json_put(record, "fields", json_share(write->fields));
		json_append(records, record);
	}
	json_put(body, "records", records);
	json_put(body, "typecast", json_new_bool(batch->typecast));
	json_put(body, "returnFieldsByFieldId", json_new_bool(true));
	return body;
}

static int64_t leave_by_ms(const struct airtable_batch *batch, const struct range *range)
{
	int64_t earliest_ms = 0;
	for (size_t i = 0; i < range->count; i++) {
		int64_t one_ms = batch->writes[range->first + i].leave_by_ms;
		if (one_ms && (!earliest_ms || one_ms < earliest_ms))
			earliest_ms = one_ms;
	}
	return earliest_ms;
}

static void fly(struct airtable_batch *batch, struct range range)
{
	scoped_text path = path_of(batch, &range);
	scoped(json_object) body = body_of(batch, &range);
	struct airtable_call call = {methods[batch->kind], path, body, purposes[batch->kind],
				     .leave_by_ms = leave_by_ms(batch, &range)};
	range.flight = airtable_flight_start(batch->airtable, &call);
	range.body_bytes = airtable_flight_body_bytes(range.flight);
	batch->flying_bytes += range.body_bytes;
	batch->flying[batch->flying_count++] = range;
}

static void fly_again(struct airtable_batch *batch, struct range range)
{
	batch->returned = own_resize(batch->returned, batch->returned_count + 1, sizeof(*batch->returned));
	batch->returned[batch->returned_count++] = range;
}

/* --- what came back --- */

static void settle(struct airtable_batch *batch, const struct range *range, const struct error *why)
{
	for (size_t i = 0; i < range->count; i++) {
		struct airtable_write *write = &batch->writes[range->first + i];
		write->kind = why->kind;
		write->error = *why;
	}
}

/* Nothing more is started. The first reason stays, unless a person has to hear of the second. */
static void end_all(struct airtable_batch *batch, const struct error *why)
{
	if (batch->end.kind == ERROR_NONE || (batch->end.kind != ERROR_FATAL && why->kind == ERROR_FATAL))
		batch->end = *why;
}

/* In doubt. With nobody there each further range would wait out its deadline, one after the other. */
static void settle_in_doubt(struct airtable_batch *batch, const struct range *range, const struct error *why)
{
	settle(batch, range, why);
	if (++batch->failures_in_a_row >= OUTAGE)
		end_all(batch, why);
}

static bool array_has(struct json_object *array, const char *id)
{
	for (size_t i = 0; i < json_length(array); i++) {
		struct json_object *entry = json_at(array, i);
		if (json_is(entry, json_type_string) && strcmp(json_text_of(entry), id) == 0)
			return true;
	}
	return false;
}

static bool check_deleted(struct json_object *json, const struct airtable_write *write, struct error *error)
{
	if (strcmp(json_text_or(json, "id", ""), write->record_id) != 0 ||
	    !json_bool_or(json, "deleted", false))
		return error_set(error, ERROR_RETRY, "it does not say that %s was deleted", write->record_id);
	return true;
}

/* Whether it is new is told by two lists of ids. */
static bool check_upserted(struct json_object *answer, const struct airtable_record *record,
			   bool *updated_existing_out, struct error *error)
{
	struct json_object *created = json_child(answer, "createdRecords", json_type_array);
	struct json_object *updated = json_child(answer, "updatedRecords", json_type_array);
	bool is_new = created && array_has(created, record->id);
	bool is_old = updated && array_has(updated, record->id);
	if (is_new == is_old)
		return error_set(error, ERROR_RETRY, "it does not say whether %s was created or updated",
				 record->id);
	*updated_existing_out = is_old;
	return true;
}

/* A single line shows a space for a tab. */
static bool is_shown_as_sent(struct json_object *sent, struct json_object *shown)
{
	const char *a = json_text_of(sent), *b = json_text_of(shown);

	if (!a || !b)
		return json_equal(sent, shown);
	while (*a && (*a == *b || (*a == '\t' && *b == ' '))) {
		a++;
		b++;
	}
	return !*a && !*b;
}

/* The only sign that this answer belongs to this write, and that the fields come by their ids. */
static bool check_merged(const struct airtable_batch *batch, const struct airtable_write *write,
			 struct error *error)
{
	struct json_object *sent = NULL, *shown = NULL;
	json_find(write->fields, batch->merge_field_id, &sent);
	if (!json_find(write->answer.fields, batch->merge_field_id, &shown))
		return error_set(error, ERROR_RETRY, "%s is shown without %s", write->answer.id,
				 batch->merge_field_id);
	if (!is_shown_as_sent(sent, shown))
		return error_set(error, ERROR_RETRY, "%s is shown with another %s than was sent",
				 write->answer.id, batch->merge_field_id);
	return true;
}

static bool read_written(const struct airtable_batch *batch, struct json_object *answer,
			 struct json_object *json, struct airtable_write *write, struct error *error)
{
	if (batch->kind == AIRTABLE_DELETE)
		return check_deleted(json, write, error);
	if (!airtable_record_read(json, &write->answer, error))
		return false;
	if (batch->kind == AIRTABLE_UPSERT)
		return check_upserted(answer, &write->answer, &write->updated_existing, error) &&
		       check_merged(batch, write, error);
	if (strcmp(write->answer.id, write->record_id) != 0)
		return error_set(error, ERROR_RETRY, "it shows %s where %s was written", write->answer.id,
				 write->record_id);
	return true;
}

static void forget_answer(struct airtable_write *write)
{
	json_release(write->answer.fields);
	write->answer = (struct airtable_record){0};
	write->updated_existing = false;
}

/* The answers are in the order of the writes. One that does not fit puts the whole range in doubt: who
 * knows whose the others are. */
static bool read_all_written(struct airtable_batch *batch, const struct range *range,
			     struct json_object *answer, struct error *error)
{
	struct json_object *records = json_child(answer, "records", json_type_array);
	size_t count = records ? json_length(records) : 0;
	if (count != range->count)
		return error_set(error, ERROR_RETRY, "it shows %zu %s where %zu should be", count,
				 count == 1 ? "record" : "records", range->count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *json = json_at(records, i);
		if (!read_written(batch, answer, json, &batch->writes[range->first + i], error))
			return false;
	}
	return true;
}

static void settle_answered(struct airtable_batch *batch, const struct range *range,
			    struct json_object *answer, int64_t date_ms)
{
	struct error why = {0};
	bool good = read_all_written(batch, range, answer, &why);
	for (size_t i = 0; i < range->count; i++) {
		struct airtable_write *write = &batch->writes[range->first + i];
		write->date_ms = date_ms;
		if (!good)
			forget_answer(write);
	}
	if (good) {
		batch->failures_in_a_row = 0;
		batch->forbidden_alone = -1;
		settle(batch, range, &why);
	} else {
		error_wrap(&why, "%s %s: the answer is not to be trusted", methods[batch->kind],
			   batch->table_id);
		settle_in_doubt(batch, range, &why);
	}
}

/* A delete says NOT_FOUND where an update says ROW_DOES_NOT_EXIST. */
static bool says_row_missing(const struct error *why)
{
	static const char *const codes[] = {"ROW_DOES_NOT_EXIST", "NOT_FOUND", "MODEL_ID_NOT_FOUND"};
	for (size_t i = 0; i < countof(codes); i++) {
		if (strcmp(why->code, codes[i]) == 0)
			return true;
	}
	return false;
}

/* Refusals that one record can bring on the others. */
static bool is_refused_as_a_whole(const struct airtable_batch *batch, const struct error *why)
{
	if (why->kind == ERROR_REFUSED)
		return why->status == 400 || why->status == 413 || why->status == 422;
	return batch->kind == AIRTABLE_DELETE && says_row_missing(why);
}

/* It is also said of the target of a link; the message names the row that it means. */
static bool is_row_missing(const struct airtable_batch *batch, const struct airtable_write *write,
			   const struct error *why)
{
	if (!says_row_missing(why) || batch->kind == AIRTABLE_UPSERT)
		return false;
	return batch->kind == AIRTABLE_DELETE || strstr(why->text, write->record_id);
}

/* Whether the record has a cell of a field that the refusal names by its id. */
static bool has_named_field(const struct airtable_write *write, const char *said)
{
	json_each (write->fields, field, value) {
		(void)value;
		if (strstr(said, field))
			return true;
	}
	return false;
}

static void settle_of_table(struct airtable_batch *batch, const struct range *range, const struct error *why)
{
	settle(batch, range, why);
	for (size_t i = 0; i < range->count; i++)
		batch->writes[range->first + i].of_table = true;
}

/* Where it is not said what is not permitted, one range at a time finds out: it may be all of them. */
static size_t ranges_ahead(const struct airtable_batch *batch)
{
	return batch->probes && batch->forbidden_alone >= 0 ? 1 : AHEAD;
}

static void forbid(struct airtable_batch *batch, const struct error *why)
{
	batch->forbidden = *why;
	batch->forbidden.kind = ERROR_REFUSED;
}

static void settle_alone(struct airtable_batch *batch, const struct range *range, struct error *why)
{
	why->kind = ERROR_REFUSED;
	settle(batch, range, why);
	struct airtable_write *write = &batch->writes[range->first];
	write->row_missing = is_row_missing(batch, write, why);
	if (!airtable_answer_is_forbidden(why) || batch->forbidden_alone < 0)
		return;
	if (!has_named_field(write, airtable_answer_said(why)) && ++batch->forbidden_alone == FORBIDDEN_ALONE)
		forbid(batch, why);
}

static void halve(struct airtable_batch *batch, const struct range *range)
{
	size_t half = range->count / 2;
	fly_again(batch, (struct range){.first = range->first + half, .count = range->count - half});
	fly_again(batch, (struct range){.first = range->first, .count = half});
}

/* A field that may not be written: every record with a cell of it is refused, the others fly again. False: no record
 * has it. */
static bool part_by_field(struct airtable_batch *batch, const struct range *range, struct error *why)
{
	const char *said = airtable_answer_said(why);
	struct range without = {.first = range->first};
	size_t named = 0;
	for (size_t i = 0; i < range->count; i++)
		named += has_named_field(&batch->writes[range->first + i], said);
	if (named == 0)
		return false;
	why->kind = ERROR_REFUSED;
	for (size_t i = 0; i < range->count; i++) {
		size_t place = range->first + i;
		if (!has_named_field(&batch->writes[place], said)) {
			without.count++;
			continue;
		}
		settle(batch, &(struct range){.first = place, .count = 1}, why);
		if (without.count > 0)
			fly_again(batch, without);
		without = (struct range){.first = place + 1};
	}
	if (without.count > 0)
		fly_again(batch, without);
	return true;
}

/* For want of a right: of a field, of this kind of write in the table, or of something that is not named. */
static void settle_forbidden(struct airtable_batch *batch, const struct range *range, struct error *why)
{
	if (part_by_field(batch, range, why))
		return;
	why->kind = ERROR_REFUSED;
	if (strstr(airtable_answer_said(why), batch->table_id))
		forbid(batch, why);
	if (batch->forbidden.kind != ERROR_NONE)
		settle_of_table(batch, range, &batch->forbidden);
	else if (range->count > 1)
		halve(batch, range);
	else
		settle_alone(batch, range, why);
	batch->probes = true;
}

static void settle_for_all(struct airtable_batch *batch, const struct range *range, struct error *why)
{
	bool too_late = why->kind == ERROR_STOPPED && !http_stopped(airtable_client_http(batch->airtable));
	if (why->kind != ERROR_STOPPED)
		why->kind = ERROR_FATAL; /* a 404, too: it is the table that is not there */
	settle(batch, range, why);
	if (!too_late)
		end_all(batch, why);
}

static void settle_failed(struct airtable_batch *batch, struct range *range, struct error *why)
{
	if (why->kind != ERROR_RETRY)
		batch->failures_in_a_row = 0;
	if (airtable_answer_is_rate(why) && ++range->tries < RATE_TRIES)
		fly_again(batch, *range);
	else if (airtable_answer_is_forbidden(why))
		settle_forbidden(batch, range, why);
	else if (is_refused_as_a_whole(batch, why) && range->count > 1)
		halve(batch, range);
	else if (is_refused_as_a_whole(batch, why))
		settle_alone(batch, range, why);
	else if (why->kind == ERROR_REFUSED)
		settle(batch, range, why);
	else if (why->kind == ERROR_RETRY)
		settle_in_doubt(batch, range, why);
	else
		settle_for_all(batch, range, why);
}

static void land(struct airtable_batch *batch, struct range range)
{
	scoped(json_object) answer = NULL;
	int64_t date_ms = 0;
	struct error why;
	if (!airtable_flight_land(&range.flight, &answer, &date_ms, &why))
		settle_failed(batch, &range, &why);
	else
		settle_answered(batch, &range, answer, date_ms);
}

/* --- the turns --- */

static struct range take_flying(struct airtable_batch *batch, size_t place)
{
	struct range range = batch->flying[place];
	batch->flying_count--;
	batch->flying_bytes -= range.body_bytes;
	memmove(&batch->flying[place], &batch->flying[place + 1],
		(batch->flying_count - place) * sizeof(batch->flying[0]));
	return range;
}

static void land_those_over(struct airtable_batch *batch)
{
	bool stopped = http_stopped(airtable_client_http(batch->airtable));
	size_t place = 0;
	while (place < batch->flying_count) {
		if (stopped || airtable_flight_is_over(batch->flying[place].flight))
			land(batch, take_flying(batch, place));
		else
			place++;
	}
}

static void settle_unsent(struct airtable_batch *batch, const struct range *range)
{
	if (batch->end.kind == ERROR_NONE) {
		settle_of_table(batch, range, &batch->forbidden);
		return;
	}
	struct error why = batch->end;
	why.kind = ERROR_STOPPED;
	if (batch->end.kind != ERROR_STOPPED)
		error_wrap(&why, "not sent, as another write failed");
	settle(batch, range, &why);
}

/* After the end: what still waits for its slot does not leave any more. */
static void call_back(struct airtable_batch *batch)
{
	for (size_t place = 0; place < batch->flying_count;) {
		struct range *flying = &batch->flying[place];
		if (airtable_flight_left(flying->flight) || airtable_flight_is_over(flying->flight)) {
			place++;
			continue;
		}
		struct range range = take_flying(batch, place);
		airtable_flight_close(&range.flight);
		settle_unsent(batch, &range);
	}
	while (batch->returned_count > 0)
		settle_unsent(batch, &batch->returned[--batch->returned_count]);
	if (batch->next_first < batch->count) {
		struct range rest = {.first = batch->next_first, .count = batch->count - batch->next_first};
		batch->next_first = batch->count;
		settle_unsent(batch, &rest);
	}
}

static bool next_range(struct airtable_batch *batch, struct range *range_out)
{
	if (batch->returned_count > 0) {
		*range_out = batch->returned[--batch->returned_count];
		return true;
	}
	size_t left = batch->count - batch->next_first;
	if (left == 0)
		return false;
	*range_out = (struct range){.first = batch->next_first,
				    .count = left < AIRTABLE_BATCH_LIMIT ? left : AIRTABLE_BATCH_LIMIT};
	batch->next_first += range_out->count;
	return true;
}

static void turn(struct airtable_batch *batch)
{
	struct range range;
	land_those_over(batch);
	if (batch->end.kind != ERROR_NONE || batch->forbidden.kind != ERROR_NONE)
		call_back(batch);
	while (batch->flying_count < ranges_ahead(batch) && batch->flying_bytes < AHEAD_BYTES &&
	       next_range(batch, &range))
		fly(batch, range);
}

struct airtable_batch *airtable_batch_start(struct airtable_client *airtable, const char *table_id,
					    enum airtable_write_kind kind, const char *merge_field_id,
					    bool typecast, struct airtable_write *writes, size_t count)
{
	assert(kind != AIRTABLE_UPSERT || merge_field_id);
	struct airtable_batch *batch = own_alloc(sizeof(*batch));
	batch->airtable = airtable;
	batch->kind = kind;
	batch->typecast = typecast;
	batch->table_id = own_copy(table_id);
	batch->merge_field_id = own_copy(merge_field_id);
	batch->writes = writes;
	batch->count = count;
	for (size_t i = 0; i < count; i++) {
		writes[i].answer = (struct airtable_record){0};
		writes[i].updated_existing = writes[i].row_missing = writes[i].of_table = false;
		writes[i].date_ms = 0;
	}
	turn(batch);
	return batch;
}

bool airtable_batch_is_over(struct airtable_batch *batch)
{
	turn(batch);
	return batch->flying_count == 0;
}

static int by_answer_id(const void *a, const void *b)
{
	const struct airtable_write *const *left = a, *const *right = b;
	return strcmp((*left)->answer.id, (*right)->answer.id);
}

static void doubt_twin(struct airtable_write *write, const char *id)
{
	write->kind = ERROR_RETRY;
	error_set(&write->error, ERROR_RETRY, "two writes of one call were answered with the same record %s",
		  id);
	forget_answer(write);
}

/* Two records that were merged into one row, or an answer that is wrong: whose row it is now, only a look can tell. */
static void doubt_twins(struct airtable_batch *batch)
{
	struct airtable_write **answered = own_alloc((batch->count + 1) * sizeof(struct airtable_write *));
	size_t count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->writes[i].answer.id[0])
			answered[count++] = &batch->writes[i];
	}
	qsort(answered, count, sizeof(*answered), by_answer_id);
	char last_id[sizeof(answered[0]->answer.id)] = "";
	for (size_t i = 0; i < count; i++) {
		bool like_last = i > 0 && strcmp(last_id, answered[i]->answer.id) == 0;
		bool like_next =
			i + 1 < count && strcmp(answered[i]->answer.id, answered[i + 1]->answer.id) == 0;
		memcpy(last_id, answered[i]->answer.id, sizeof(last_id));
		if (like_last || like_next)
			doubt_twin(answered[i], last_id);
	}
	free(answered);
}

bool airtable_batch_finish(struct airtable_batch **batch, struct error *error)
{
	struct airtable_batch *finishing = take(*batch);
	while (!airtable_batch_is_over(finishing))
		http_run(airtable_client_http(finishing->airtable), TURN_MS);
	doubt_twins(finishing);
	bool good = finishing->end.kind == ERROR_NONE;
	if (!good && error)
		*error = finishing->end;
	free(finishing->returned);
	free(finishing->table_id);
	free(finishing->merge_field_id);
	free(finishing);
	return good;
}

void airtable_writes_done(struct airtable_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		forget_answer(&writes[i]);
}
