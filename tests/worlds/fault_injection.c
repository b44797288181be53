#include "tests/worlds/fault_injection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FEED_WAIT_MS 50 /* for what is known to come */

static bool reach(struct injection *injection, struct injection_point point)
{
	if (!injection->dead && injection->reach && !injection->reach(injection->context, &point))
		injection->dead = true;
	return !injection->dead;
}

static bool enter(struct injection *injection, enum injection_call call, struct error *error)
{
	struct injection_point point = {
		.call = call, .number = ++injection->numbers[call], .when = INJECTION_BEFORE};

	return reach(injection, point) || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

/* What was read is read: a bridge that dies now finds out at its next call. No call but a write begins while another is
 * under way. */
static bool leave(struct injection *injection, enum injection_call call)
{
	reach(injection, (struct injection_point){
				 .call = call, .number = injection->numbers[call], .when = INJECTION_AFTER});
	return true;
}

/* ---- the database ---- */

static int64_t couch_now_ms(void *self)
{
	struct injection *injection = self;

	return injection->couch.ops->now_ms(injection->couch.self);
}

struct showing {
	struct injection *injection;
	endpoint_visit *visit;
	void *context;
};

static bool show(void *context, struct endpoint_records *page, struct error *error)
{
	struct showing *showing = context;

	if (showing->injection->shown)
		showing->injection->shown(showing->injection->context, page);
	return showing->visit(showing->context, page, error);
}

static bool couch_news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		       void *context, struct endpoint_news *news_out, struct error *error)
{
	struct injection *injection = self;
	struct showing showing = {injection, visit, context};
	bool expects = injection->expects && injection->expects(injection->context);

	if (!enter(injection, INJECTION_COUCH_NEWS, error) ||
	    !injection->couch.ops->news(injection->couch.self, cursor, expects ? FEED_WAIT_MS : wait_ms, show,
					&showing, news_out, error))
		return false;
	news_out->more = news_out->more || (injection->expects && injection->expects(injection->context));
	return leave(injection, INJECTION_COUCH_NEWS);
}

static bool couch_list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		       void *context, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_LIST, error) &&
	       injection->couch.ops->list(injection->couch.self, table, pick, visit, context, error) &&
	       leave(injection, INJECTION_COUCH_LIST);
}

static bool couch_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_POSITION, error) &&
	       injection->couch.ops->position(injection->couch.self, cursor_out, error) &&
	       leave(injection, INJECTION_COUCH_POSITION);
}

typedef bool read_op(void *self, const struct endpoint_key *keys, size_t count,
		     struct endpoint_records *records_out, struct error *error);

static bool read_from(struct injection *injection, enum injection_call call, read_op *read,
		      const struct endpoint_key *keys, size_t count, struct endpoint_records *records_out,
		      struct error *error)
{
	void *self = call == INJECTION_COUCH_READ ? injection->couch.self : injection->rows.self;
	struct endpoint_records records = {0};

	if (!enter(injection, call, error) || !read(self, keys, count, &records, error))
		return false;
	*records_out = records;
	return leave(injection, call);
}

static bool couch_read(void *self, const struct endpoint_key *keys, size_t count,
		       struct endpoint_records *records_out, struct error *error)
{
	struct injection *injection = self;

	return read_from(injection, INJECTION_COUCH_READ, injection->couch.ops->read, keys, count,
			 records_out, error);
}

static bool couch_read_extras(void *self, const char *const *full_ids, size_t count,
			      struct json_object **bodies_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->read_extras(injection->couch.self, full_ids, count, bodies_out, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_read_beginning(void *self, const char *prefix, size_t most, struct json_object *into,
				 struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->read_beginning(injection->couch.self, prefix, most, into, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_picture_digests(void *self, struct json_object *into, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->picture_digests(injection->couch.self, into, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_known_revisions(void *self, struct endpoint_known *asked, size_t count, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->known_revisions(injection->couch.self, asked, count, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_read_revisions(void *self, struct endpoint_revision *revisions, size_t count,
				 struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->read_revisions(injection->couch.self, revisions, count, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_read_attachment(void *self, const struct endpoint_revision *revision, const char *name,
				  struct json_object **attachment_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->read_attachment(injection->couch.self, revision, name, attachment_out,
						     error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_read_file(void *self, const char *full_id, const char *name, size_t most, char **bytes_out,
			    size_t *size_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->read_file(injection->couch.self, full_id, name, most, bytes_out,
					       size_out, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

static bool couch_left_behind(void *self, struct json_object **list_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_COUCH_EXTRA, error) &&
	       injection->couch.ops->app_leftovers(injection->couch.self, list_out, error) &&
	       leave(injection, INJECTION_COUCH_EXTRA);
}

/* ---- writing, on either side ---- */

struct endpoint_ticket {
	struct endpoint_ticket *inner; /* NULL: it never began */
	struct endpoint_write *writes;
	size_t count;
	struct injection_point point;
};

static void stop_writes(struct endpoint_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		endpoint_record_done(&writes[i].answer);
		writes[i].result = ERROR_STOPPED;
		error_set(&writes[i].error, ERROR_STOPPED, "the bridge is dead");
	}
}

static struct endpoint_ticket *start_on(struct injection *injection, const struct endpoint *side,
					enum injection_call call, struct endpoint_write *writes, size_t count)
{
	struct endpoint_ticket *ticket = own_alloc(sizeof *ticket);

	*ticket = (struct endpoint_ticket){.writes = writes, .count = count};
	ticket->point = (struct injection_point){call, ++injection->numbers[call], INJECTION_BEFORE, count};
	if (reach(injection, ticket->point)) {
		ticket->inner = side->ops->write_start(side->self, writes, count);
		ticket->point.when = INJECTION_STARTED;
		reach(injection, ticket->point);
	} else {
		stop_writes(writes, count);
	}
	return ticket;
}

static bool finish_on(struct injection *injection, const struct endpoint *side,
		      struct endpoint_ticket **ticket, struct error *error)
{
	struct endpoint_ticket done = **ticket;

	free(take(*ticket));
	if (!done.inner)
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	done.point.when = INJECTION_WAITS;
	reach(injection, done.point);
	bool ok = side->ops->write_finish(side->self, &done.inner, error);
	done.point.when = INJECTION_AFTER;
	if (reach(injection, done.point))
		return ok;
	stop_writes(done.writes, done.count);
	return error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static struct endpoint_ticket *couch_write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct injection *injection = self;

	return start_on(injection, &injection->couch, INJECTION_COUCH_WRITE, writes, count);
}

static bool couch_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	struct injection *injection = self;

	return finish_on(injection, &injection->couch, ticket, error);
}

static struct endpoint_ticket *rows_write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct injection *injection = self;

	return start_on(injection, &injection->rows, INJECTION_ROWS_WRITE, writes, count);
}

static bool rows_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	struct injection *injection = self;

	return finish_on(injection, &injection->rows, ticket, error);
}

static void rows_upload(void *self, struct endpoint_upload *upload)
{
	struct injection *injection = self;
	struct injection_point point = {INJECTION_ROWS_UPLOAD, ++injection->numbers[INJECTION_ROWS_UPLOAD],
					INJECTION_BEFORE, 1};
	bool reached = reach(injection, point);

	if (reached)
		injection->rows.ops->upload(injection->rows.self, upload);
	point.when = INJECTION_AFTER;
	if (reached && reach(injection, point))
		return;
	endpoint_record_done(&upload->answer);
	upload->result = ERROR_STOPPED;
	error_set(&upload->error, ERROR_STOPPED, "the bridge is dead");
}

/* ---- the base ---- */

static int64_t rows_now_ms(void *self)
{
	struct injection *injection = self;

	return injection->rows.ops->now_ms(injection->rows.self);
}

static bool rows_news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		      void *context, struct endpoint_news *news_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_ROWS_NEWS, error) &&
	       injection->rows.ops->news(injection->rows.self, cursor, wait_ms, visit, context, news_out,
					 error) &&
	       leave(injection, INJECTION_ROWS_NEWS);
}

static bool rows_list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		      void *context, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_ROWS_LIST, error) &&
	       injection->rows.ops->list(injection->rows.self, table, pick, visit, context, error) &&
	       leave(injection, INJECTION_ROWS_LIST);
}

static bool rows_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct injection *injection = self;

	return injection->rows.ops->position(injection->rows.self, cursor_out, error);
}

static bool rows_read(void *self, const struct endpoint_key *keys, size_t count,
		      struct endpoint_records *records_out, struct error *error)
{
	struct injection *injection = self;

	return read_from(injection, INJECTION_ROWS_READ, injection->rows.ops->read, keys, count, records_out,
			 error);
}

static bool rows_read_whole(void *self, const struct endpoint_key *keys, size_t count,
			    struct endpoint_records *records_out, struct error *error)
{
	struct injection *injection = self;

	return read_from(injection, INJECTION_ROWS_READ, injection->rows.ops->read_whole, keys, count,
			 records_out, error);
}

static bool rows_present(void *self, endpoint_present_visit *visit, void *context, int64_t *calls_out,
			 struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_ROWS_PRESENT, error) &&
	       injection->rows.ops->present(injection->rows.self, visit, context, calls_out, error) &&
	       leave(injection, INJECTION_ROWS_PRESENT);
}

static bool rows_find(void *self, enum table table, const char *const *ids, size_t count,
		      struct endpoint_records *records_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_ROWS_FIND, error) &&
	       injection->rows.ops->find(injection->rows.self, table, ids, count, records_out, error) &&
	       leave(injection, INJECTION_ROWS_FIND);
}

static bool rows_edited_after(void *self, struct endpoint_time_question *questions, size_t count,
			      struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_ROWS_EDITED, error) &&
	       injection->rows.ops->edited_after(injection->rows.self, questions, count, error) &&
	       leave(injection, INJECTION_ROWS_EDITED);
}

static bool rows_schema(void *self, struct json_object **tables_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_ROWS_SCHEMA, error) &&
	       injection->rows.ops->schema(injection->rows.self, tables_out, error) &&
	       leave(injection, INJECTION_ROWS_SCHEMA);
}

/* ---- the state ---- */

static bool store_read(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		       struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_STATE_READ, error) &&
	       injection->store.ops->read(injection->store.self, ids, count, documents_out, error) &&
	       leave(injection, INJECTION_STATE_READ);
}

static bool store_write(void *self, struct json_object *const *documents, size_t count,
			struct store_result *results_out, struct error *error)
{
	struct injection *injection = self;
	struct injection_point point = {INJECTION_STATE_WRITE, ++injection->numbers[INJECTION_STATE_WRITE],
					INJECTION_BEFORE, count};
	bool reached = reach(injection, point);
	bool ok = reached &&
		  injection->store.ops->write(injection->store.self, documents, count, results_out, error);

	point.when = INJECTION_AFTER;
	if (reached && reach(injection, point))
		return ok;
	for (size_t i = 0; i < count; i++)
		results_out[i] = (struct store_result){.kind = ERROR_STOPPED};
	return error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static bool store_walk(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
		       void *context, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_STATE_WALK, error) &&
	       injection->store.ops->walk(injection->store.self, prefix, pick, visit, context, error) &&
	       leave(injection, INJECTION_STATE_WALK);
}

static bool checkpoint_read(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_CHECKPOINT_READ, error) &&
	       injection->store.ops->checkpoint_read(injection->store.self, checkpoint_out, error) &&
	       leave(injection, INJECTION_CHECKPOINT_READ);
}

static bool checkpoint_read_state(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_CHECKPOINT_READ, error) &&
	       injection->store.ops->checkpoint_read_state(injection->store.self, checkpoint_out, error) &&
	       leave(injection, INJECTION_CHECKPOINT_READ);
}

static bool checkpoint_write(void *self, struct json_object *checkpoint, const struct checkpoint_over *over,
			     struct error *error)
{
	struct injection *injection = self;

	return enter(injection, INJECTION_CHECKPOINT_WRITE, error) &&
	       injection->store.ops->checkpoint_write(injection->store.self, checkpoint, over, error) &&
	       leave(injection, INJECTION_CHECKPOINT_WRITE);
}

/* ---- the place ---- */

void injection_begin_pass(struct injection *injection)
{
	memset(injection->numbers, 0, sizeof injection->numbers);
}

const char *injection_call_name(enum injection_call call)
{
	static const char *const names[INJECTION_CALLS] = {
		[INJECTION_COUCH_NEWS] = "couch news",
		[INJECTION_COUCH_LIST] = "couch list",
		[INJECTION_COUCH_POSITION] = "couch position",
		[INJECTION_COUCH_READ] = "couch read",
		[INJECTION_COUCH_EXTRA] = "couch extra",
		[INJECTION_COUCH_WRITE] = "couch write",
		[INJECTION_ROWS_NEWS] = "rows news",
		[INJECTION_ROWS_LIST] = "rows list",
		[INJECTION_ROWS_READ] = "rows read",
		[INJECTION_ROWS_PRESENT] = "rows present",
		[INJECTION_ROWS_FIND] = "rows find",
		[INJECTION_ROWS_EDITED] = "rows edited after",
		[INJECTION_ROWS_SCHEMA] = "rows schema",
		[INJECTION_ROWS_WRITE] = "rows write",
		[INJECTION_ROWS_UPLOAD] = "rows upload",
		[INJECTION_STATE_READ] = "state read",
		[INJECTION_STATE_WRITE] = "state write",
		[INJECTION_STATE_WALK] = "state walk",
		[INJECTION_CHECKPOINT_READ] = "checkpoint read",
		[INJECTION_CHECKPOINT_WRITE] = "checkpoint write",
	};

	return names[call];
}

/* What a side can do, the injection must hand on. */
static_assert(sizeof(struct endpoint_ops) == 21 * sizeof(void (*)(void)), "a new call of a side");
static_assert(sizeof(struct store_ops) == 6 * sizeof(void (*)(void)), "a new call of the store");

void injection_place(struct injection *injection, struct sync_setup *setup)
{
	static const struct endpoint_ops couch_ops = {
		.now_ms = couch_now_ms,
		.news = couch_news,
		.list = couch_list,
		.position = couch_position,
		.read = couch_read,
		.known_revisions = couch_known_revisions,
		.read_revisions = couch_read_revisions,
		.read_attachment = couch_read_attachment,
		.read_file = couch_read_file,
		.app_leftovers = couch_left_behind,
		.read_extras = couch_read_extras,
		.read_beginning = couch_read_beginning,
		.picture_digests = couch_picture_digests,
		.write_start = couch_write_start,
		.write_finish = couch_write_finish,
	};
	static const struct endpoint_ops rows_ops = {
		.now_ms = rows_now_ms,
		.news = rows_news,
		.list = rows_list,
		.position = rows_position,
		.read = rows_read,
		.read_whole = rows_read_whole,
		.present = rows_present,
		.find = rows_find,
		.edited_after = rows_edited_after,
		.schema = rows_schema,
		.write_start = rows_write_start,
		.write_finish = rows_write_finish,
		.upload = rows_upload,
	};
	static const struct store_ops store_ops = {
		.read = store_read,
		.write = store_write,
		.walk = store_walk,
		.checkpoint_read = checkpoint_read,
		.checkpoint_read_state = checkpoint_read_state,
		.checkpoint_write = checkpoint_write,
	};

	injection->couch = setup->couch;
	injection->rows = setup->rows;
	injection->store = setup->store;
	injection->dead = false;
	setup->couch = (struct endpoint){&couch_ops, injection};
	setup->rows = (struct endpoint){&rows_ops, injection};
	setup->store = (struct store){&store_ops, injection};
}
