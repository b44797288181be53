/* What a sync asks of the database. */
#include "tests/replay/both_answers.h"

#include "bridge/endpoints/couch_endpoint.h"
#include "inventory/document.h"

#include <stdio.h>

void both_couch_read(struct both *both, const char *id)
{
	struct json_object *answers[2];
	struct endpoint_key key = {TABLE_ITEMS, id};
	scoped_text question = own_format("the document of %s", id);

	for (int i = 0; i < 2; i++) {
		const struct endpoint *couch = &both_injection(both, i)->couch;
		struct endpoint_records records = {0};
		struct error error = {0};
		answers[i] = couch->ops->read(couch->self, &key, 1, &records, &error)
				     ? both_records(both, &records)
				     : both_error(&error);
	}
	both_judge(both, question, answers);
}

void both_couch_list(struct both *both, enum table table)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct endpoint *couch = &both_injection(both, i)->couch;
		struct both_collecting collecting = {both, json_new_array()};
		struct error error = {0};
		bool ok = couch->ops->list(couch->self, table, NULL, both_collect, &collecting, &error);
		answers[i] = both_sorted(both, i, collecting.list);
		if (!ok)
			json_append(answers[i], both_error(&error));
	}
	both_judge(both, "all documents of a table", answers);
}

void both_couch_extra(struct both *both, const char *full_id)
{
	struct json_object *answers[2];
	scoped_text question = own_format("the document %s", full_id);

	for (int i = 0; i < 2; i++) {
		const struct endpoint *couch = &both_injection(both, i)->couch;
		struct error error = {0};
		scoped(json_object) body = NULL;
		if (!couch->ops->read_extras(couch->self, &full_id, 1, &body, &error)) {
			answers[i] = both_error(&error);
			continue;
		}
		answers[i] = body ? json_copy(body) : NULL;
		if (body)
			both_leave_out_moments(answers[i]);
	}
	both_judge(both, question, answers);
}

void both_couch_position(struct both *both)
{
	for (int i = 0; i < 2; i++) {
		const struct endpoint *couch = &both_injection(both, i)->couch;
		struct error error = {0};
		json_object_close(&both->cursors[i]);
		if (!couch->ops->position(couch->self, &both->cursors[i], &error)) {
			both->differences++;
			text_format(&both->words, "\n#   the position: %s", error.text);
		}
	}
}

/* The feed is opened anew from the cursors, so that all of it is there at once. */
void both_couch_news(struct both *both)
{
	struct json_object *answers[2];

	struct couch_client *client = both->replay->couch.client;
	struct couch_endpoint *fresh = couch_endpoint_open(client, client, REPLAY_INTEGRATION);
	struct endpoint server = couch_endpoint_interface(fresh);

	for (int i = 0; i < 2; i++)
		answers[i] = both_news(both, i, i == 0 ? &both_injection(both, i)->couch : &server, 0);
	couch_endpoint_close(&fresh);
	both_judge(both, "what is new in the database", answers);
}

void both_keep_revision(struct both *both, const char *id)
{
	struct endpoint_key key = {TABLE_ITEMS, id};

	for (int i = 0; i < 2; i++) {
		const struct endpoint *couch = &both_injection(both, i)->couch;
		struct endpoint_records records = {0};
		struct error error = {0};
		both->revisions[i][0] = '\0';
		if (couch->ops->read(couch->self, &key, 1, &records, &error) && records.list[0].revision)
			snprintf(both->revisions[i], sizeof both->revisions[i], "%s",
				 records.list[0].revision);
		endpoint_records_done(&records);
	}
}

/* What there is of it; of what it was made of only how many there are: revisions have other names on either
 * side, and marks have other rows and times. */
static struct json_object *revision_json(const struct endpoint_revision *revision)
{
	struct json_object *json = json_new_object(), *data = document_data(revision->body);

	json_put(json, "data", data ? json_copy(data) : NULL);
	json_remove(json_child(json, "data", json_type_object), "integrations");
	json_put(json, "made of", json_new_int((int64_t)json_length(revision->lineage)));
	json_put_text(json, "merged into", revision->merged_into ? "another" : NULL);
	return json;
}

void both_couch_revisions(struct both *both, const char *id)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct endpoint *couch = &both_injection(both, i)->couch;
		struct endpoint_revision asked[] = {
			{.key = {TABLE_ITEMS, id}, .revision = both->revisions[i]},
			{.key = {TABLE_ITEMS, id}, .revision = "7-0123456789abcdef0123456789abcdef"}};
		struct error error = {0};
		answers[i] = json_new_array();
		if (couch->ops->read_revisions(couch->self, asked, countof(asked), &error))
			for (size_t one = 0; one < countof(asked); one++)
				json_append(answers[i], revision_json(&asked[one]));
		else
			json_append(answers[i], both_error(&error));
		endpoint_revisions_done(asked, countof(asked));
	}
	both_judge(both, "two revisions", answers);
}

static struct json_object *document_with(const char *id, struct json_object *data)
{
	struct json_object *body = document_new(DOCUMENT_ITEM, id), *own = document_data(body);

	json_put_text(own, "collection_id", "c0");
	json_put_text(own, "config_uuid", "7b7c0d5e-2c19-4a51-8f0e-000000000001");
	json_each (data, key, value) {
		json_put(own, key, json_share(value));
	}
	return body;
}

void both_couch_write(struct both *both, enum endpoint_write_kind kind, const char *id, bool with_revision,
		      struct json_object *data)
{
	struct json_object *answers[2];
	scoped_text question = own_format("writing the document of %s", id);

	for (int i = 0; i < 2; i++) {
		scoped(json_object) body = data ? document_with(id, data) : NULL;
		const char *revision = with_revision ? both->revisions[i] : NULL;
		if (!body) {
			body = json_new_object();
			scoped_text full_id = document_full_id(DOCUMENT_ITEM, id);
			json_put_text(body, "_id", full_id);
			json_put(body, "_deleted", json_new_bool(true));
		}
		json_put_text(body, "_rev", revision);
		struct endpoint_write write = {
			.kind = kind, .table = TABLE_ITEMS, .id = id, .revision = revision, .body = body};
		answers[i] = both_write(both, &both_injection(both, i)->couch, &write, 1);
	}
	json_release(data);
	both_judge(both, question, answers);
}

void both_couch_write_extra(struct both *both, struct json_object *body)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		scoped(json_object) copy = json_copy(body);
		struct endpoint_write write = {.kind = WRITE_EXTRA, .body = copy};
		struct endpoint *couch = &both_injection(both, i)->couch;
		struct json_object *list = both_write(both, couch, &write, 1);
		json_remove(json_at(list, 0), "has revision");
		answers[i] = list;
	}
	json_release(body);
	both_judge(both, "writing a history document", answers);
}
