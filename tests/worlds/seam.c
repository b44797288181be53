#include "tests/worlds/seam.h"

#include <stdlib.h>

#define FEED_WAIT_MS 50 /* for what is known to come */

static bool pass_on(struct seam *seam, const char *call, enum seam_when when, struct error *error)
{
	if (!seam->dead && seam->reach && !seam->reach(seam->context, call, when))
		seam->dead = true;
	return !seam->dead || error_set(error, ERROR_STOPPED, "the bridge is dead");
}

static bool enter(struct seam *seam, const char *call, struct error *error)
{
	return pass_on(seam, call, SEAM_BEFORE, error);
}

static bool leave(struct seam *seam, const char *call, struct error *error)
{
	return pass_on(seam, call, SEAM_AFTER, error);
}

/* ---- the database ---- */

static int64_t couch_now_ms(void *self)
{
	struct seam *seam = self;

	return seam->couch.ops->now_ms(seam->couch.self);
}

struct showing {
	struct seam *seam;
	side_visit *visit;
	void *context;
};

static bool show(void *context, struct side_records *page, struct error *error)
{
	struct showing *showing = context;

	if (showing->seam->shown)
		showing->seam->shown(showing->seam->context, page);
	return showing->visit(showing->context, page, error);
}

static bool couch_news(void *self, struct json_object *cursor, int64_t wait_ms, side_visit *visit,
		       void *context, struct side_news *news_out, struct error *error)
{
	struct seam *seam = self;
	struct showing showing = {seam, visit, context};
	bool expects = seam->expects && seam->expects(seam->context);

	if (!enter(seam, "couch news", error) ||
	    !seam->couch.ops->news(seam->couch.self, cursor, expects ? FEED_WAIT_MS : wait_ms, show, &showing,
				   news_out, error))
		return false;
	news_out->more = news_out->more || (seam->expects && seam->expects(seam->context));
	return leave(seam, "couch news", error);
}

static bool couch_list(void *self, enum table table, side_visit *visit, void *context, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "couch list", error) &&
	       seam->couch.ops->list(seam->couch.self, table, visit, context, error) &&
	       leave(seam, "couch list", error);
}

static bool couch_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "couch position", error) &&
	       seam->couch.ops->position(seam->couch.self, cursor_out, error);
}

static bool read_from(struct seam *seam, const struct side *side, const char *call,
		      const struct side_key *keys, size_t count, struct side_records *records_out,
		      struct error *error)
{
	struct side_records records = {0};

	if (!enter(seam, call, error) || !side->ops->read(side->self, keys, count, &records, error))
		return false;
	if (!leave(seam, call, error)) {
		side_records_done(&records);
		return false;
	}
	*records_out = records;
	return true;
}

static bool couch_read(void *self, const struct side_key *keys, size_t count,
		       struct side_records *records_out, struct error *error)
{
	struct seam *seam = self;

	return read_from(seam, &seam->couch, "couch read", keys, count, records_out, error);
}

static bool couch_read_extra(void *self, const char *full_id, struct json_object **body_out,
			     struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "couch extra", error) &&
	       seam->couch.ops->read_extra(seam->couch.self, full_id, body_out, error);
}

/* ---- writing, on either side ---- */

struct side_ticket {
	struct side_ticket *inner; /* NULL: it never began */
	struct side_write *writes;
	size_t count;
};

static void stop_writes(struct side_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		side_record_done(&writes[i].answer);
		writes[i].result = ERROR_STOPPED;
		error_set(&writes[i].error, ERROR_STOPPED, "the bridge is dead");
	}
}

static struct side_ticket *start_on(struct seam *seam, const struct side *side, const char *call,
				    struct side_write *writes, size_t count)
{
	struct side_ticket *ticket = own_alloc(sizeof *ticket);
	struct error ignored;

	*ticket = (struct side_ticket){.writes = writes, .count = count};
	if (enter(seam, call, &ignored))
		ticket->inner = side->ops->write_start(side->self, writes, count);
	else
		stop_writes(writes, count);
	return ticket;
}

static bool finish_on(struct seam *seam, const struct side *side, const char *call,
		      struct side_ticket **ticket, struct error *error)
{
	struct side_ticket done = **ticket;

	free(take(*ticket));
	if (!done.inner)
		return error_set(error, ERROR_STOPPED, "the bridge is dead");
	bool ok = side->ops->write_finish(side->self, &done.inner, error);
	if (leave(seam, call, error))
		return ok;
	stop_writes(done.writes, done.count);
	return false;
}

static struct side_ticket *couch_write_start(void *self, struct side_write *writes, size_t count)
{
	struct seam *seam = self;

	return start_on(seam, &seam->couch, "couch write", writes, count);
}

static bool couch_write_finish(void *self, struct side_ticket **ticket, struct error *error)
{
	struct seam *seam = self;

	return finish_on(seam, &seam->couch, "couch write", ticket, error);
}

static struct side_ticket *rows_write_start(void *self, struct side_write *writes, size_t count)
{
	struct seam *seam = self;

	return start_on(seam, &seam->rows, "rows write", writes, count);
}

static bool rows_write_finish(void *self, struct side_ticket **ticket, struct error *error)
{
	struct seam *seam = self;

	return finish_on(seam, &seam->rows, "rows write", ticket, error);
}

/* ---- the base ---- */

static int64_t rows_now_ms(void *self)
{
	struct seam *seam = self;

	return seam->rows.ops->now_ms(seam->rows.self);
}

static bool rows_news(void *self, struct json_object *cursor, int64_t wait_ms, side_visit *visit,
		      void *context, struct side_news *news_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "rows news", error) &&
	       seam->rows.ops->news(seam->rows.self, cursor, wait_ms, visit, context, news_out, error);
}

static bool rows_list(void *self, enum table table, side_visit *visit, void *context, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "rows list", error) &&
	       seam->rows.ops->list(seam->rows.self, table, visit, context, error) &&
	       leave(seam, "rows list", error);
}

static bool rows_position(void *self, struct json_object **cursor_out, struct error *error)
{
	struct seam *seam = self;

	return seam->rows.ops->position(seam->rows.self, cursor_out, error);
}

static bool rows_read(void *self, const struct side_key *keys, size_t count, struct side_records *records_out,
		      struct error *error)
{
	struct seam *seam = self;

	return read_from(seam, &seam->rows, "rows read", keys, count, records_out, error);
}

static bool rows_find(void *self, enum table table, const char *const *ids, size_t count,
		      struct side_records *records_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "rows find", error) &&
	       seam->rows.ops->find(seam->rows.self, table, ids, count, records_out, error);
}

static bool rows_edited_after(void *self, struct side_time_question *questions, size_t count,
			      struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "rows edited after", error) &&
	       seam->rows.ops->edited_after(seam->rows.self, questions, count, error);
}

static bool rows_schema(void *self, struct json_object **tables_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "rows schema", error) &&
	       seam->rows.ops->schema(seam->rows.self, tables_out, error);
}

/* ---- the state ---- */

static bool store_read(void *self, const char *const *ids, size_t count, struct json_object **documents_out,
		       struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "state read", error) &&
	       seam->store.ops->read(seam->store.self, ids, count, documents_out, error);
}

static bool store_write(void *self, struct json_object *const *documents, size_t count,
			struct store_result *results_out, struct error *error)
{
	struct seam *seam = self;

	for (size_t i = 0; i < count; i++)
		results_out[i] = (struct store_result){.kind = ERROR_STOPPED};
	if (!enter(seam, "state write", error))
		return false;
	bool ok = seam->store.ops->write(seam->store.self, documents, count, results_out, error);
	if (leave(seam, "state write", error))
		return ok;
	for (size_t i = 0; i < count; i++)
		results_out[i] = (struct store_result){.kind = ERROR_STOPPED};
	return false;
}

static bool store_walk(void *self, const char *prefix, store_visit *visit, void *context, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "state walk", error) &&
	       seam->store.ops->walk(seam->store.self, prefix, visit, context, error);
}

static bool checkpoint_read(void *self, struct json_object **checkpoint_out, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "checkpoint read", error) &&
	       seam->store.ops->checkpoint_read(seam->store.self, checkpoint_out, error);
}

static bool checkpoint_write(void *self, struct json_object *checkpoint, struct error *error)
{
	struct seam *seam = self;

	return enter(seam, "checkpoint write", error) &&
	       seam->store.ops->checkpoint_write(seam->store.self, checkpoint, error) &&
	       leave(seam, "checkpoint write", error);
}

/* ---- the place ---- */

void seam_place(struct seam *seam, struct sync_setup *setup)
{
	static const struct side_ops couch_ops = {
		.now_ms = couch_now_ms,
		.news = couch_news,
		.list = couch_list,
		.position = couch_position,
		.read = couch_read,
		.read_extra = couch_read_extra,
		.write_start = couch_write_start,
		.write_finish = couch_write_finish,
	};
	static const struct side_ops rows_ops = {
		.now_ms = rows_now_ms,
		.news = rows_news,
		.list = rows_list,
		.position = rows_position,
		.read = rows_read,
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
		.checkpoint_write = checkpoint_write,
	};

	seam->couch = setup->couch;
	seam->rows = setup->rows;
	seam->store = setup->store;
	seam->dead = false;
	setup->couch = (struct side){&couch_ops, seam};
	setup->rows = (struct side){&rows_ops, seam};
	setup->store = (struct store){&store_ops, seam};
}
