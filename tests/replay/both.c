#include "tests/replay/both.h"

#include "bridge/couch_side.h"

#include "tests/worlds/ending.h"
#include "tests/worlds/named.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE 400

/* ---- the two of them ---- */

static struct seam *seam_of(struct both *both, int which)
{
	return which == 0 ? &both->transcript.seam : &both->replay->seam;
}

static const struct columns *columns_of(struct both *both, enum table table)
{
	return &stage_sync(both->stage)->columns[table];
}

/* What was done to the world is done to the servers. */
static bool follow(struct both *both)
{
	struct error error = {0};

	if (replay_follow(both->replay, &error))
		return true;
	both->differences++;
	text_format(&both->words, "\n#   the servers cannot follow: %s", error.text);
	return false;
}

bool both_open(struct stage *stage, struct both *both, struct error *error)
{
	*both = (struct both){.stage = stage};
	transcript_begin(&both->transcript);
	both->world = world_open(1);
	both->world->answers_at_finish = false;
	named_set_scene(both->world);
	return replay_open(stage, &both->transcript, &both->words, &both->replay, error) &&
	       replay_follow(both->replay, error);
}

void both_close(struct both *both)
{
	replay_close(&both->replay);
	world_close(&both->world);
	transcript_done(&both->transcript);
	for (int i = 0; i < 2; i++)
		json_object_put(both->cursors[i]);
	text_done(&both->words);
}

/* Both answers are taken. */
static void judge(struct both *both, const char *question, struct json_object *answers[2])
{
	scoped(json_object) server = names_to_world(&both->replay->names, answers[1]);
	scoped_text expected = ending_words(answers[0]);
	scoped_text found = ending_words(server);

	both->asked++;
	if (strcmp(expected, found) != 0) {
		both->differences++;
		text_format(&both->words, "\n#   %u. %s\n#      memory:  %.*s\n#      servers: %.*s",
			    both->asked, question, LINE, expected, LINE, found);
	}
	json_object_put(answers[0]);
	json_object_put(answers[1]);
}

/* ---- people and phones ---- */

void both_phone_puts(struct both *both, const char *id, const char *key, const char *value)
{
	struct json_object *present = world_body(world_document(both->world, TABLE_ITEMS, id));
	struct json_object *body = present ? json_copy(present) : named_new_item(both->world, "of a phone");

	json_put_text(document_data(body), key, value);
	json_put(body, "updated_at", json_object_new_int64(world_base_now_ms(both->world)));
	world_phone_puts(both->world, TABLE_ITEMS, id, body);
	follow(both);
}

void both_phone_deletes(struct both *both, const char *id)
{
	world_phone_deletes(both->world, world_document(both->world, TABLE_ITEMS, id));
	follow(both);
}

struct world_row *both_person_adds(struct both *both, const char *name)
{
	struct world_row *row = world_person_adds(both->world, TABLE_ITEMS);

	world_person_types(both->world, row, FIELD_NAME, json_object_new_string(name));
	follow(both);
	return row;
}

void both_person_types(struct both *both, struct world_row *row, enum field field, struct json_object *value)
{
	world_person_types(both->world, row, field, value);
	follow(both);
}

void both_person_deletes(struct both *both, struct world_row *row)
{
	world_person_deletes(both->world, row);
	follow(both);
}

void both_person_restores(struct both *both, struct world_row *row)
{
	world_person_restores(both->world, row);
	follow(both);
}

void both_time_passes(struct both *both, int64_t ms)
{
	world_advance(both->world, ms);
	stage_move_clock(both->stage, ms);
}

/* ---- answers as JSON ---- */

static struct json_object *error_json(const struct error *error)
{
	struct json_object *json = json_object_new_object();

	json_put_text(json, "error", error_kind_name(error->kind));
	return json;
}

static void leave_out_moments(struct json_object *body)
{
	static const char *const keys[] = {"_rev", "created_at", "updated_at"};

	for (size_t i = 0; i < countof(keys); i++)
		json_object_object_del(body, keys[i]);
	if (document_data(body))
		json_object_object_del(document_data(body), "integrations");
}

/* Only columns that are ours, and no times of documents. */
static void leave_out_others(const struct columns *columns, struct json_object *body)
{
	struct json_object *all = json_copy(body);

	json_object_object_foreach (all, column, ignored) {
		bool ours = false;
		(void)ignored;
		for (size_t field = 0; field < FIELD_COUNT; field++)
			ours = ours ||
			       (columns->of[field].id && field != FIELD_UPDATED_AT &&
				field != FIELD_CREATED_AT && strcmp(columns->of[field].id, column) == 0);
		if (!ours)
			json_object_object_del(body, column);
	}
	json_object_put(all);
}

/* Without what is of the moment: revisions, times. */
static struct json_object *record_json(struct both *both, const struct side_record *record)
{
	static const char *const presences[] = {"missing", "tombstone", "there"};
	struct json_object *json = json_object_new_object();
	struct json_object *body = record->body ? json_copy(record->body) : NULL;
	struct json_object *data = body ? document_data(body) : NULL;
	const struct columns *columns = columns_of(both, record->table);

	json_put_text(json, "presence", presences[record->presence]);
	json_put_text(json, "id", record->id);
	json_put(json, "has revision", json_object_new_boolean(record->revision != NULL));
	json_put_text(json, "flaw", record->flaw);
	if (data)
		leave_out_moments(body);
	else if (body)
		leave_out_others(columns, body);
	json_put(json, "body", body);
	return json;
}

struct collecting {
	struct both *both;
	struct json_object *list;
};

static bool collect(void *context, struct side_records *page, struct error *error)
{
	struct collecting *collecting = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++)
		json_object_array_add(collecting->list, record_json(collecting->both, &page->list[i]));
	return true;
}

/* Several in no promised order: sorted by what is the same on both. */
static int by_words(const void *left, const void *right)
{
	scoped_text a = ending_words(*(struct json_object *const *)left);
	scoped_text b = ending_words(*(struct json_object *const *)right);

	return strcmp(a, b);
}

static struct json_object *sorted(struct both *both, int which, struct json_object *list)
{
	struct json_object *named =
		which == 0 ? json_object_get(list) : names_to_world(&both->replay->names, list);

	json_object_array_sort(named, by_words);
	json_object_put(list);
	return named;
}

static struct json_object *records_json(struct both *both, struct side_records *records)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < records->count; i++)
		json_object_array_add(list, record_json(both, &records->list[i]));
	side_records_done(records);
	return list;
}

static const char *row_name(struct both *both, int which, const char *row)
{
	const char *server = row ? names_server_row(&both->replay->names, row) : NULL;

	return which == 0 || !server ? row : server;
}

/* ---- the database ---- */

void both_couch_read(struct both *both, const char *id)
{
	struct json_object *answers[2];
	struct side_key key = {TABLE_ITEMS, id};
	scoped_text question = own_format("the document of %s", id);

	for (int i = 0; i < 2; i++) {
		const struct side *couch = &seam_of(both, i)->couch;
		struct side_records records = {0};
		struct error error = {0};
		answers[i] = couch->ops->read(couch->self, &key, 1, &records, &error)
				     ? records_json(both, &records)
				     : error_json(&error);
	}
	judge(both, question, answers);
}

void both_couch_list(struct both *both, enum table table)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct side *couch = &seam_of(both, i)->couch;
		struct collecting collecting = {both, json_object_new_array()};
		struct error error = {0};
		bool ok = couch->ops->list(couch->self, table, collect, &collecting, &error);
		answers[i] = sorted(both, i, collecting.list);
		if (!ok)
			json_object_array_add(answers[i], error_json(&error));
	}
	judge(both, "all documents of a table", answers);
}

void both_couch_extra(struct both *both, const char *full_id)
{
	struct json_object *answers[2];
	scoped_text question = own_format("the document %s", full_id);

	for (int i = 0; i < 2; i++) {
		const struct side *couch = &seam_of(both, i)->couch;
		struct error error = {0};
		scoped(json_object) body = NULL;
		if (!couch->ops->read_extras(couch->self, &full_id, 1, &body, &error)) {
			answers[i] = error_json(&error);
			continue;
		}
		answers[i] = body ? json_copy(body) : NULL;
		if (body)
			leave_out_moments(answers[i]);
	}
	judge(both, question, answers);
}

void both_couch_position(struct both *both)
{
	for (int i = 0; i < 2; i++) {
		const struct side *couch = &seam_of(both, i)->couch;
		struct error error = {0};
		json_object_close(&both->cursors[i]);
		if (!couch->ops->position(couch->self, &both->cursors[i], &error)) {
			both->differences++;
			text_format(&both->words, "\n#   the position: %s", error.text);
		}
	}
}

/* All pages; the cursor moves. */
static struct json_object *news_of(struct both *both, int which, const struct side *side, int64_t wait_ms)
{
	struct collecting collecting = {both, json_object_new_array()};
	struct side_news news = {0};
	struct error error = {0};
	bool ok;

	do {
		side_news_done(&news);
		ok = side->ops->news(side->self, both->cursors[which], wait_ms, collect, &collecting, &news,
				     &error);
		if (ok && news.cursor) {
			json_object_put(both->cursors[which]);
			both->cursors[which] = take(news.cursor);
		}
	} while (ok && news.more);
	side_news_done(&news);
	struct json_object *answer = sorted(both, which, collecting.list);
	if (!ok)
		json_object_array_add(answer, error_json(&error));
	return answer;
}

/* The feed is opened anew from the cursors, so that all of it is there at once. */
void both_couch_news(struct both *both)
{
	struct json_object *answers[2];

	struct couch_client *client = both->replay->couch.client;
	struct couch_side *fresh = couch_side_open(client, client, REPLAY_INTEGRATION);
	struct side server = couch_side_as_side(fresh);

	for (int i = 0; i < 2; i++)
		answers[i] = news_of(both, i, i == 0 ? &seam_of(both, i)->couch : &server, 0);
	couch_side_close(&fresh);
	judge(both, "what is new in the database", answers);
}

void both_keep_revision(struct both *both, const char *id)
{
	struct side_key key = {TABLE_ITEMS, id};

	for (int i = 0; i < 2; i++) {
		const struct side *couch = &seam_of(both, i)->couch;
		struct side_records records = {0};
		struct error error = {0};
		both->revisions[i][0] = '\0';
		if (couch->ops->read(couch->self, &key, 1, &records, &error) && records.list[0].revision)
			snprintf(both->revisions[i], sizeof both->revisions[i], "%s",
				 records.list[0].revision);
		side_records_done(&records);
	}
}

static struct json_object *written_json(struct both *both, const struct side_write *write)
{
	struct json_object *json = json_object_new_object();

	json_put_text(json, "result", error_kind_name(write->result));
	json_put(json, "has revision", json_object_new_boolean(write->revision_out[0] != '\0'));
	json_put(json, "row missing", json_object_new_boolean(write->row_missing));
	json_put(json, "met existing", json_object_new_boolean(write->met_existing));
	json_put_text(json, "code", write->result == ERROR_REFUSED ? write->error.code : "");
	if (write->answer.body)
		json_put(json, "answer", record_json(both, &write->answer));
	return json;
}

static struct json_object *write_to(struct both *both, const struct side *side, struct side_write *writes,
				    size_t count)
{
	struct json_object *list = json_object_new_array();
	struct error error = {0};
	struct side_ticket *ticket = side->ops->write_start(side->self, writes, count);

	if (!side->ops->write_finish(side->self, &ticket, &error))
		json_object_array_add(list, error_json(&error));
	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, written_json(both, &writes[i]));
	side_writes_done(writes, count);
	return list;
}

static struct json_object *document_with(const char *id, struct json_object *data)
{
	struct json_object *body = document_new(DOCUMENT_ITEM, id), *own = document_data(body);

	json_put_text(own, "collection_id", "c0");
	json_put_text(own, "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_object_object_foreach (data, key, value) {
		json_put(own, key, json_object_get(value));
	}
	return body;
}

void both_couch_write(struct both *both, enum side_write_kind kind, const char *id, bool with_revision,
		      struct json_object *data)
{
	struct json_object *answers[2];
	scoped_text question = own_format("writing the document of %s", id);

	for (int i = 0; i < 2; i++) {
		scoped(json_object) body = data ? document_with(id, data) : NULL;
		const char *revision = with_revision ? both->revisions[i] : NULL;
		if (!body) {
			body = json_object_new_object();
			scoped_text full_id = document_full_id(DOCUMENT_ITEM, id);
			json_put_text(body, "_id", full_id);
			json_put(body, "_deleted", json_object_new_boolean(true));
		}
		json_put_text(body, "_rev", revision);
		struct side_write write = {
			.kind = kind, .table = TABLE_ITEMS, .id = id, .revision = revision, .body = body};
		answers[i] = write_to(both, &seam_of(both, i)->couch, &write, 1);
	}
	json_object_put(data);
	judge(both, question, answers);
}

void both_couch_write_extra(struct both *both, struct json_object *body)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		scoped(json_object) copy = json_copy(body);
		struct side_write write = {.kind = SIDE_EXTRA, .body = copy};
		struct side *couch = &seam_of(both, i)->couch;
		struct json_object *list = write_to(both, couch, &write, 1);
		json_object_object_del(json_object_array_get_idx(list, 0), "has revision");
		answers[i] = list;
	}
	json_object_put(body);
	judge(both, "writing a history document", answers);
}

/* ---- the base ---- */

static void rows_read(struct both *both, enum table table, const char *row, bool whole)
{
	struct json_object *answers[2];
	scoped_text question = own_format("row %s", row);

	for (int i = 0; i < 2; i++) {
		const struct side *rows = &seam_of(both, i)->rows;
		struct side_key key = {table, row_name(both, i, row)};
		struct side_records records = {0};
		struct error error = {0};
		bool ok = (whole ? rows->ops->read_whole : rows->ops->read)(rows->self, &key, 1, &records,
									    &error);
		answers[i] = ok ? records_json(both, &records) : error_json(&error);
	}
	judge(both, question, answers);
}

void both_rows_read(struct both *both, enum table table, const char *row)
{
	rows_read(both, table, row, false);
	rows_read(both, table, row, true);
}

void both_rows_list(struct both *both, enum table table)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct side *rows = &seam_of(both, i)->rows;
		struct collecting collecting = {both, json_object_new_array()};
		struct error error = {0};
		bool ok = rows->ops->list(rows->self, table, collect, &collecting, &error);
		answers[i] = sorted(both, i, collecting.list);
		if (!ok)
			json_object_array_add(answers[i], error_json(&error));
	}
	judge(both, "all rows of a table", answers);
}

void both_rows_find(struct both *both, const char *const *ids, size_t count)
{
	struct json_object *answers[2];
	scoped_text question = own_format("rows with the ID %s", ids[0]);

	for (int i = 0; i < 2; i++) {
		const struct side *rows = &seam_of(both, i)->rows;
		struct side_records records = {0};
		struct error error = {0};
		answers[i] = rows->ops->find(rows->self, TABLE_ITEMS, ids, count, &records, &error)
				     ? sorted(both, i, records_json(both, &records))
				     : error_json(&error);
	}
	judge(both, question, answers);
}

void both_rows_news(struct both *both)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++)
		answers[i] = news_of(both, i, &seam_of(both, i)->rows, 0);
	judge(both, "what is new in the base", answers);
}

/* Of a list, as a sync asks for it. */
void both_rows_position(struct both *both)
{
	for (size_t table = 0; table < TABLE_COUNT; table++)
		both_rows_list(both, (enum table)table);
	for (int i = 0; i < 2; i++) {
		const struct side *rows = &seam_of(both, i)->rows;
		struct error error = {0};
		json_object_close(&both->cursors[i]);
		if (!rows->ops->position(rows->self, &both->cursors[i], &error)) {
			both->differences++;
			text_format(&both->words, "\n#   the position: %s", error.text);
		}
	}
}

void both_rows_edited(struct both *both, const struct world_row *row, enum field field, int64_t ago_ms)
{
	struct json_object *answers[2];
	int64_t now_ms[] = {world_base_now_ms(both->world), stage_now_ms(both->stage)};
	scoped_text question = own_format("whether %s of %s was edited", field_rule(field)->name, row->id);

	for (int i = 0; i < 2; i++) {
		const struct side *rows = &seam_of(both, i)->rows;
		struct side_time_question asked = {row->table, row_name(both, i, row->id), field,
						   now_ms[i] - ago_ms, false};
		struct error error = {0};
		answers[i] = rows->ops->edited_after(rows->self, &asked, 1, &error)
				     ? json_object_new_boolean(asked.is_after)
				     : error_json(&error);
	}
	judge(both, question, answers);
}

/* By column ids, and with the rows' names there. */
static struct json_object *cells_for(struct both *both, int which, struct json_object *cells)
{
	const struct columns *columns = columns_of(both, TABLE_ITEMS);
	scoped(json_object) by_id = json_object_new_object();

	json_object_object_foreach (cells, name, value) {
		enum field field = field_by_name(TABLE_ITEMS, name);
		json_put(by_id, field == FIELD_COUNT ? name : columns->of[field].id, json_object_get(value));
	}
	return which == 0 ? json_copy(by_id) : names_to_server(&both->replay->names, by_id);
}

void both_rows_write_many(struct both *both, enum side_write_kind kind, const char *const *rows,
			  struct json_object *const *cells, size_t count)
{
	struct json_object *answers[2];
	struct json_object *made[2] = {NULL, NULL};

	for (int i = 0; i < 2; i++) {
		struct side_write *writes = own_alloc(count * sizeof *writes);
		for (size_t k = 0; k < count; k++)
			writes[k] = (struct side_write){
				.kind = kind,
				.table = TABLE_ITEMS,
				.id = rows ? row_name(both, i, rows[k]) : NULL,
				.body = cells ? cells_for(both, i, cells[k]) : NULL,
			};
		answers[i] = write_to(both, &seam_of(both, i)->rows, writes, count);
		for (size_t k = 0; k < count; k++)
			json_object_put(writes[k].body);
		free(writes);
		/* What was made gets its name. */
		made[i] = json_child(json_object_array_get_idx(answers[i], 0), "answer", json_type_object);
	}
	const char *world = json_text_or(made[0], "id", NULL), *server = json_text_or(made[1], "id", NULL);
	if (world && server && count == 1 && !names_server_row(&both->replay->names, world))
		names_add(&both->replay->names, TABLE_ITEMS, world, server);
	for (size_t k = 0; cells && k < count; k++)
		json_object_put(cells[k]);
	judge(both, "writing rows", answers);
}

void both_rows_write(struct both *both, enum side_write_kind kind, const char *row, struct json_object *cells)
{
	both_rows_write_many(both, kind, row ? &row : NULL, cells ? &cells : NULL, 1);
}

/* ---- the state ---- */

static struct json_object *stored(struct both *both, int which, const char *id)
{
	const struct store *store = &seam_of(both, which)->store;
	struct json_object *document = NULL;
	struct error error = {0};

	return store->ops->read(store->self, &id, 1, &document, &error) ? document : error_json(&error);
}

void both_store_read(struct both *both, const char *id)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		scoped(json_object) document = stored(both, i, id);
		answers[i] =
			document ? json_copy(document) : NULL; /* what goes over the wire is not changed */
		if (document)
			json_object_object_del(answers[i], "_rev");
	}
	judge(both, "a document of the state", answers);
}

/* The revision is the present one when 'with_revision'. */
void both_store_write(struct both *both, const char *id, const char *words, bool with_revision, bool deletes)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct store *store = &seam_of(both, i)->store;
		scoped(json_object) present = stored(both, i, id);
		struct json_object *document = json_object_new_object();
		struct store_result result = {0};
		struct error error = {0};
		json_put_text(document, "_id", id);
		json_put_text(document, "words", words);
		json_put_text(document, "_rev", with_revision ? json_text_or(present, "_rev", NULL) : NULL);
		if (deletes)
			json_put(document, "_deleted", json_object_new_boolean(true));
		bool ok = store->ops->write(store->self, &document, 1, &result, &error);
		answers[i] = ok ? json_object_new_string(error_kind_name(result.kind)) : error_json(&error);
		json_object_put(document);
	}
	judge(both, "writing a document of the state", answers);
}

/* Written, and read by a bridge that begins anew. */
void both_checkpoint(struct both *both, const char *words)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct store *store = &seam_of(both, i)->store;
		scoped(json_object) checkpoint = json_object_new_object();
		scoped(json_object) read = NULL;
		struct error error = {0};
		json_put_text(checkpoint, "words", words);
		if (store->ops->checkpoint_write(store->self, checkpoint, &error) &&
		    store->ops->checkpoint_read(store->self, &read, &error))
			answers[i] = json_object_new_string(json_text_or(read, "words", ""));
		else
			answers[i] = error_json(&error);
	}
	judge(both, "the checkpoint", answers);
}

static bool collect_id(void *context, struct json_object *document, struct error *error)
{
	(void)error;
	json_object_array_add(context, json_object_new_string(json_text_or(document, "_id", "")));
	return true;
}

void both_store_walk(struct both *both, const char *prefix)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct store *store = &seam_of(both, i)->store;
		struct json_object *list = json_object_new_array();
		struct error error = {0};
		if (!store->ops->walk(store->self, prefix, collect_id, list, &error))
			json_object_array_add(list, error_json(&error));
		answers[i] = sorted(both, i, list);
	}
	judge(both, "the state's documents with a prefix", answers);
}
