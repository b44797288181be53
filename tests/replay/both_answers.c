/* Answers as JSON, without what is of the moment, and whether both are the same. */
#include "tests/replay/both_answers.h"
#include "inventory/document.h"

#include "tests/worlds/ending.h"

#include <string.h>

#define LINE 400

struct injection *both_injection(struct both *both, int which)
{
	return which == 0 ? &both->transcript.injection : &both->replay->injection;
}

const struct columns *both_columns(struct both *both, enum table table)
{
	return &stage_sync(both->stage)->columns[table];
}

void both_judge(struct both *both, const char *question, struct json_object *answers[2])
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
	json_release(answers[0]);
	json_release(answers[1]);
}

/* ---- answers as JSON ---- */

struct json_object *both_error(const struct error *error)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "error", error_kind_name(error->kind));
	return json;
}

void both_leave_out_moments(struct json_object *body)
{
	static const char *const keys[] = {"_rev", "created_at", "updated_at"};

	for (size_t i = 0; i < countof(keys); i++)
		json_remove(body, keys[i]);
	if (document_data(body))
		json_remove(document_data(body), "integrations");
}

/* Only columns that are ours, and no times of documents. */
static void leave_out_others(const struct columns *columns, struct json_object *body)
{
	struct json_object *all = json_copy(body);

	json_each (all, column, ignored) {
		bool ours = false;
		(void)ignored;
		for (size_t field = 0; field < FIELD_COUNT; field++)
			ours = ours ||
			       (columns->of[field].id && field != FIELD_UPDATED_AT &&
				field != FIELD_CREATED_AT && strcmp(columns->of[field].id, column) == 0);
		if (!ours)
			json_remove(body, column);
	}
	json_release(all);
}

static struct json_object *both_record(struct both *both, const struct endpoint_record *record)
{
	static const char *const presences[] = {"missing", "tombstone", "there"};
	struct json_object *json = json_new_object();
	struct json_object *body = record->body ? json_copy(record->body) : NULL;
	struct json_object *data = body ? document_data(body) : NULL;
	const struct columns *columns = both_columns(both, record->table);

	json_put_text(json, "presence", presences[record->presence]);
	json_put_text(json, "id", record->id);
	json_put(json, "has revision", json_new_bool(record->revision != NULL));
	json_put_text(json, "flaw", record->flaw);
	if (data)
		both_leave_out_moments(body);
	else if (body)
		leave_out_others(columns, body);
	json_put(json, "body", body);
	return json;
}

bool both_collect(void *context, struct endpoint_records *page, struct error *error)
{
	struct both_collecting *collecting = context;

	(void)error;
	for (size_t i = 0; i < page->count; i++)
		json_append(collecting->list, both_record(collecting->both, &page->list[i]));
	return true;
}

static int by_words(const void *left, const void *right)
{
	scoped_text a = ending_words(*(struct json_object *const *)left);
	scoped_text b = ending_words(*(struct json_object *const *)right);

	return strcmp(a, b);
}

struct json_object *both_sorted(struct both *both, int which, struct json_object *list)
{
	struct json_object *named =
		which == 0 ? json_share(list) : names_to_world(&both->replay->names, list);

	json_sort(named, by_words);
	json_release(list);
	return named;
}

struct json_object *both_records(struct both *both, struct endpoint_records *records)
{
	struct json_object *list = json_new_array();

	for (size_t i = 0; i < records->count; i++)
		json_append(list, both_record(both, &records->list[i]));
	endpoint_records_done(records);
	return list;
}

const char *both_row_name(struct both *both, int which, const char *row)
{
	const char *server = row ? names_server_row(&both->replay->names, row) : NULL;

	return which == 0 || !server ? row : server;
}

/* ---- of a side ---- */

struct json_object *both_news(struct both *both, int which, const struct endpoint *side, int64_t wait_ms)
{
	struct both_collecting collecting = {both, json_new_array()};
	struct endpoint_news news = {0};
	struct error error = {0};
	bool ok;

	do {
		endpoint_news_done(&news);
		ok = side->ops->news(side->self, both->cursors[which], wait_ms, both_collect, &collecting,
				     &news, &error);
		if (ok && news.cursor) {
			json_release(both->cursors[which]);
			both->cursors[which] = take(news.cursor);
		}
	} while (ok && news.more);
	endpoint_news_done(&news);
	struct json_object *answer = both_sorted(both, which, collecting.list);
	if (!ok)
		json_append(answer, both_error(&error));
	return answer;
}

static struct json_object *written_json(struct both *both, const struct endpoint_write *write)
{
	struct json_object *json = json_new_object();

	json_put_text(json, "result", error_kind_name(write->result));
	json_put(json, "has revision", json_new_bool(write->revision_out[0] != '\0'));
	json_put(json, "row missing", json_new_bool(write->row_missing));
	json_put(json, "met existing", json_new_bool(write->met_existing));
	json_put_text(json, "code", write->result == ERROR_REFUSED ? write->error.code : "");
	if (write->answer.body)
		json_put(json, "answer", both_record(both, &write->answer));
	return json;
}

struct json_object *both_write(struct both *both, const struct endpoint *side, struct endpoint_write *writes,
			       size_t count)
{
	struct json_object *list = json_new_array();
	struct error error = {0};
	struct endpoint_ticket *ticket = side->ops->write_start(side->self, writes, count);

	if (!side->ops->write_finish(side->self, &ticket, &error))
		json_append(list, both_error(&error));
	for (size_t i = 0; i < count; i++)
		json_append(list, written_json(both, &writes[i]));
	endpoint_writes_done(writes, count);
	return list;
}
