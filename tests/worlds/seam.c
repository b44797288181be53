#include "tests/worlds/seam.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FEED_WAIT_MS 50 /* for what is known to come */

static bool reach(struct seam *seam, struct seam_point point)
{
	if (!seam->dead && seam->reach && !seam->reach(seam->context, &point))
		seam->dead = true;
	return !seam->dead;
}

static bool enter(struct seam *seam, enum seam_call call, struct error *error)
{
	struct seam_point point = {.call = call, .number = ++seam->numbers[call], .when = SEAM_BEFORE};

	return reach(seam, point) || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

/* What was read is read: a bridge that dies now finds out at its next call. No call but a write begins while another is
 * under way. */
static bool leave(struct seam *seam, enum seam_call call)
{
	reach(seam, (struct seam_point){.call = call, .number = seam->numbers[call], .when = SEAM_AFTER});
	return true;
}

/* ---- the database ---- */

static int64_t couch_now_ms(void *self)
{
	struct seam *seam = self;

	return seam->couch.ops->now_ms(seam->couch.self);
}

struct showing {
	struct seam *seam;
	endpoint_visit *visit;
	void *context;
};

static bool show(void *context, struct endpoint_records *page, struct error *error)
{
	struct showing *showing = context;

	if (showing->seam->shown)
		showing->seam->shown(showing->seam->context, page);
	return showing->visit(showing->context, page, error);
}

static bool couch_news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		       void *context, struct endpoint_news *news_out, struct error *error)
{
	struct seam *seam = self;
	struct showing showing = {seam, visit, context};
	bool expects = seam->expects && seam->expects(seam->context);

	if (!enter(seam, SEAM_COUCH_NEWS, error) ||
	    !seam->couch.ops->news(seam->couch.self, cursor, expects ? FEED_WAIT_MS : wait_ms, show, &showing,
				   news_out, error))
		return false;
	news_out->more = news_out->more || (seam->expects && seam->expects(seam->context));
	return leave(seam, SEAM_COUCH_NEWS);
}

static bool couch_list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		       void *context, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_LIST, error) &&
	       seam->couch.ops->list(seam->couch.self, table, pick, visit, context, error) &&
	       leave(seam, SEAM_COUCH_LIST);
}

static bool couch_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_POSITION, error) &&
	       seam->couch.ops->position(seam->couch.self, cursor_out, error) &&
	       leave(seam, SEAM_COUCH_POSITION);
}

typedef bool read_op(void *self, const struct endpoint_key *keys, size_t count,
		     struct endpoint_records *records_out, struct error *error);

static bool read_from(struct seam *seam, enum seam_call call, read_op *read, const struct endpoint_key *keys,
		      size_t count, struct endpoint_records *records_out, struct error *error)
{
	void *self = call == SEAM_COUCH_READ ? seam->couch.self : seam->rows.self;
	struct endpoint_records records = {0};

	if (!enter(seam, call, error) || !read(self, keys, count, &records, error))
		return false;
	*records_out = records;
	return leave(seam, call);
}

static bool couch_read(void *self, const struct endpoint_key *keys, size_t count,
		       struct endpoint_records *records_out, struct error *error)
{
	struct seam *seam = self;

	return read_from(seam, SEAM_COUCH_READ, seam->couch.ops->read, keys, count, records_out, error);
}

static bool couch_read_extras(void *self, const char *const *full_ids, size_t count,
			      struct json_object **bodies_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_EXTRA, error) &&
	       seam->couch.ops->read_extras(seam->couch.self, full_ids, count, bodies_out, error) &&
	       leave(seam, SEAM_COUCH_EXTRA);
}

static bool couch_read_beginning(void *self, const char *prefix, size_t most, struct json_object *into,
				 struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_EXTRA, error) &&
	       seam->couch.ops->read_beginning(seam->couch.self, prefix, most, into, error) &&
	       leave(seam, SEAM_COUCH_EXTRA);
}

static bool couch_known_revisions(void *self, struct endpoint_known *asked, size_t count, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_EXTRA, error) &&
	       seam->couch.ops->known_revisions(seam->couch.self, asked, count, error) &&
	       leave(seam, SEAM_COUCH_EXTRA);
}

static bool couch_read_revisions(void *self, struct endpoint_revision *revisions, size_t count,
				 struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_EXTRA, error) &&
	       seam->couch.ops->read_revisions(seam->couch.self, revisions, count, error) &&
	       leave(seam, SEAM_COUCH_EXTRA);
}

static bool couch_read_attachment(void *self, const struct endpoint_revision *revision, const char *name,
				  struct json_object **attachment_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_EXTRA, error) &&
	       seam->couch.ops->read_attachment(seam->couch.self, revision, name, attachment_out, error) &&
	       leave(seam, SEAM_COUCH_EXTRA);
}

static bool couch_left_behind(void *self, struct json_object **list_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_COUCH_EXTRA, error) &&
	       seam->couch.ops->app_leftovers(seam->couch.self, list_out, error) &&
	       leave(seam, SEAM_COUCH_EXTRA);
}

/* ---- writing, on either side ---- */

struct endpoint_ticket {
	struct endpoint_ticket *inner; /* NULL: it never began */
	struct endpoint_write *writes;
	size_t count;
	struct seam_point point;
};

static void stop_writes(struct endpoint_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		endpoint_record_done(&writes[i].answer);
		writes[i].result = ERROR_STOPPED;
		error_set(&writes[i].error, ERROR_STOPPED, "the bridge is dead");
	}
}

static struct endpoint_ticket *start_on(struct seam *seam, const struct endpoint *side, enum seam_call call,
					struct endpoint_write *writes, size_t count)
{
	struct endpoint_ticket *ticket = own_alloc(sizeof *ticket);

	*ticket = (struct endpoint_ticket){.writes = writes, .count = count};
	ticket->point = (struct seam_point){call, ++seam->numbers[call], SEAM_BEFORE, count};
	if (reach(seam, ticket->point)) {
		ticket->inner = side->ops->write_start(side->self, writes, count);
		ticket->point.when = SEAM_STARTED;
		reach(seam, ticket->point);
	} else {
		stop_writes(writes, count);
	}
	return ticket;
}

static bool finish_on(struct seam *seam, const struct endpoint *side, struct endpoint_ticket **ticket,
		      struct error *error)
{
	struct endpoint_ticket done = **ticket;

	free(take(*ticket));
	if (!done.inner)
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	done.point.when = SEAM_WAITS;
	reach(seam, done.point);
	bool ok = side->ops->write_finish(side->self, &done.inner, error);
	done.point.when = SEAM_AFTER;
	if (reach(seam, done.point))
		return ok;
	stop_writes(done.writes, done.count);
	return error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static struct endpoint_ticket *couch_write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct seam *seam = self;

	return start_on(seam, &seam->couch, SEAM_COUCH_WRITE, writes, count);
}

static bool couch_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	struct seam *seam = self;

	return finish_on(seam, &seam->couch, ticket, error);
}

static struct endpoint_ticket *rows_write_start(void *self, struct endpoint_write *writes, size_t count)
{
	struct seam *seam = self;

	return start_on(seam, &seam->rows, SEAM_ROWS_WRITE, writes, count);
}

static bool rows_write_finish(void *self, struct endpoint_ticket **ticket, struct error *error)
{
	struct seam *seam = self;

	return finish_on(seam, &seam->rows, ticket, error);
}

/* ---- the base ---- */

static int64_t rows_now_ms(void *self)
{
	struct seam *seam = self;

	return seam->rows.ops->now_ms(seam->rows.self);
}

static bool rows_news(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		      void *context, struct endpoint_news *news_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_ROWS_NEWS, error) &&
	       seam->rows.ops->news(seam->rows.self, cursor, wait_ms, visit, context, news_out, error) &&
	       leave(seam, SEAM_ROWS_NEWS);
}

static bool rows_list(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		      void *context, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_ROWS_LIST, error) &&
	       seam->rows.ops->list(seam->rows.self, table, pick, visit, context, error) &&
	       leave(seam, SEAM_ROWS_LIST);
}

static bool rows_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct seam *seam = self;

	return seam->rows.ops->position(seam->rows.self, cursor_out, error);
}

static bool rows_read(void *self, const struct endpoint_key *keys, size_t count,
		      struct endpoint_records *records_out, struct error *error)
{
	struct seam *seam = self;

	return read_from(seam, SEAM_ROWS_READ, seam->rows.ops->read, keys, count, records_out, error);
}

static bool rows_read_whole(void *self, const struct endpoint_key *keys, size_t count,
			    struct endpoint_records *records_out, struct error *error)
{
	struct seam *seam = self;

	return read_from(seam, SEAM_ROWS_READ, seam->rows.ops->read_whole, keys, count, records_out, error);
}

static bool rows_present(void *self, endpoint_present_visit *visit, void *context, int64_t *calls_out,
			 struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_ROWS_PRESENT, error) &&
	       seam->rows.ops->present(seam->rows.self, visit, context, calls_out, error) &&
	       leave(seam, SEAM_ROWS_PRESENT);
}

static bool rows_find(void *self, enum table table, const char *const *ids, size_t count,
		      struct endpoint_records *records_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_ROWS_FIND, error) &&
	       seam->rows.ops->find(seam->rows.self, table, ids, count, records_out, error) &&
	       leave(seam, SEAM_ROWS_FIND);
}

static bool rows_edited_after(void *self, struct endpoint_time_question *questions, size_t count,
			      struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_ROWS_EDITED, error) &&
	       seam->rows.ops->edited_after(seam->rows.self, questions, count, error) &&
	       leave(seam, SEAM_ROWS_EDITED);
}

static bool rows_schema(void *self, struct json_object **tables_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_ROWS_SCHEMA, error) &&
	       seam->rows.ops->schema(seam->rows.self, tables_out, error) && leave(seam, SEAM_ROWS_SCHEMA);
}

/* ---- the state ---- */

static bool store_read(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		       struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_STATE_READ, error) &&
	       seam->store.ops->read(seam->store.self, ids, count, documents_out, error) &&
	       leave(seam, SEAM_STATE_READ);
}

static bool store_write(void *self, struct json_object *const *documents, size_t count,
			struct store_result *results_out, struct error *error)
{
	struct seam *seam = self;
	struct seam_point point = {SEAM_STATE_WRITE, ++seam->numbers[SEAM_STATE_WRITE], SEAM_BEFORE, count};
	bool reached = reach(seam, point);
	bool ok = reached && seam->store.ops->write(seam->store.self, documents, count, results_out, error);

	point.when = SEAM_AFTER;
	if (reached && reach(seam, point))
		return ok;
	for (size_t i = 0; i < count; i++)
		results_out[i] = (struct store_result){.kind = ERROR_STOPPED};
	return error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static bool store_walk(void *self, const char *prefix, const struct json_pick *pick, store_visit *visit,
		       void *context, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_STATE_WALK, error) &&
	       seam->store.ops->walk(seam->store.self, prefix, pick, visit, context, error) &&
	       leave(seam, SEAM_STATE_WALK);
}

static bool checkpoint_read(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_CHECKPOINT_READ, error) &&
	       seam->store.ops->checkpoint_read(seam->store.self, checkpoint_out, error) &&
	       leave(seam, SEAM_CHECKPOINT_READ);
}

static bool checkpoint_read_state(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_CHECKPOINT_READ, error) &&
	       seam->store.ops->checkpoint_read_state(seam->store.self, checkpoint_out, error) &&
	       leave(seam, SEAM_CHECKPOINT_READ);
}

static bool checkpoint_write(void *self, struct json_object *checkpoint, const struct checkpoint_over *over,
			     struct error *error)
{
	struct seam *seam = self;

	return enter(seam, SEAM_CHECKPOINT_WRITE, error) &&
	       seam->store.ops->checkpoint_write(seam->store.self, checkpoint, over, error) &&
	       leave(seam, SEAM_CHECKPOINT_WRITE);
}

/* ---- the place ---- */

void seam_begin_pass(struct seam *seam)
{
	memset(seam->numbers, 0, sizeof seam->numbers);
}

const char *seam_call_name(enum seam_call call)
{
	static const char *const names[SEAM_CALLS] = {
		[SEAM_COUCH_NEWS] = "couch news",
		[SEAM_COUCH_LIST] = "couch list",
		[SEAM_COUCH_POSITION] = "couch position",
		[SEAM_COUCH_READ] = "couch read",
		[SEAM_COUCH_EXTRA] = "couch extra",
		[SEAM_COUCH_WRITE] = "couch write",
		[SEAM_ROWS_NEWS] = "rows news",
		[SEAM_ROWS_LIST] = "rows list",
		[SEAM_ROWS_READ] = "rows read",
		[SEAM_ROWS_PRESENT] = "rows present",
		[SEAM_ROWS_FIND] = "rows find",
		[SEAM_ROWS_EDITED] = "rows edited after",
		[SEAM_ROWS_SCHEMA] = "rows schema",
		[SEAM_ROWS_WRITE] = "rows write",
		[SEAM_STATE_READ] = "state read",
		[SEAM_STATE_WRITE] = "state write",
		[SEAM_STATE_WALK] = "state walk",
		[SEAM_CHECKPOINT_READ] = "checkpoint read",
		[SEAM_CHECKPOINT_WRITE] = "checkpoint write",
	};

	return names[call];
}

/* What a side can do, the seam must hand on. */
static_assert(sizeof(struct endpoint_ops) == 18 * sizeof(void (*)(void)), "a new call of a side");
static_assert(sizeof(struct store_ops) == 6 * sizeof(void (*)(void)), "a new call of the store");

void seam_place(struct seam *seam, struct sync_setup *setup)
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
		.app_leftovers = couch_left_behind,
		.read_extras = couch_read_extras,
		.read_beginning = couch_read_beginning,
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
	};
	static const struct store_ops store_ops = {
		.read = store_read,
		.write = store_write,
		.walk = store_walk,
		.checkpoint_read = checkpoint_read,
		.checkpoint_read_state = checkpoint_read_state,
		.checkpoint_write = checkpoint_write,
	};

	seam->couch = setup->couch;
	seam->rows = setup->rows;
	seam->store = setup->store;
	seam->dead = false;
	setup->couch = (struct endpoint){&couch_ops, seam};
	setup->rows = (struct endpoint){&rows_ops, seam};
	setup->store = (struct store){&store_ops, seam};
}
