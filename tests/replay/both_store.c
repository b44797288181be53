/* What a sync asks of the state. */
#include "tests/replay/both_answers.h"

#include <string.h>

static struct json_object *stored(struct both *both, int which, const char *id)
{
	const struct store *store = &both_injection(both, which)->store;
	struct json_object *document = NULL;
	struct error error = {0};

	return store->ops->read(store->self, &id, 1, &document, &error) ? document : both_error(&error);
}

void both_store_read(struct both *both, const char *id)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		scoped(json_object) document = stored(both, i, id);
		answers[i] =
			document ? json_copy(document) : NULL; /* what goes over the wire is not changed */
		if (document)
			json_remove(answers[i], "_rev");
	}
	both_judge(both, "a document of the state", answers);
}

/* The revision is the present one when 'with_revision'. */
void both_store_write(struct both *both, const char *id, const char *words, bool with_revision, bool deletes)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct store *store = &both_injection(both, i)->store;
		scoped(json_object) present = stored(both, i, id);
		struct json_object *document = json_new_object();
		struct store_result result = {0};
		struct error error = {0};
		json_put_text(document, "_id", id);
		json_put_text(document, "words", words);
		json_put_text(document, "_rev", with_revision ? json_text_or(present, "_rev", NULL) : NULL);
		if (deletes)
			json_put(document, "_deleted", json_new_bool(true));
		bool ok = store->ops->write(store->self, &document, 1, &result, &error);
		answers[i] = ok ? json_new_text(error_kind_name(result.kind)) : both_error(&error);
		json_release(document);
	}
	both_judge(both, "writing a document of the state", answers);
}

/* Written, and read by a bridge that begins anew. */
void both_checkpoint(struct both *both, const char *words)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct store *store = &both_injection(both, i)->store;
		scoped(json_object) checkpoint = json_new_object();
		scoped(json_object) source = NULL;
		scoped(json_object) state = NULL;
		const struct checkpoint_over over = {0};
		struct error error = {0};
		json_put_text(checkpoint, "words", words);
		if (store->ops->checkpoint_write(store->self, checkpoint, &over, &error) &&
		    store->ops->checkpoint_read(store->self, &source, &error) &&
		    store->ops->checkpoint_read_state(store->self, &state, &error))
			answers[i] = json_new_text(strcmp(json_text_or(source, "words", ""),
							  json_text_or(state, "words", "")) == 0
							   ? json_text_or(source, "words", "")
							   : "two");
		else
			answers[i] = both_error(&error);
	}
	both_judge(both, "the checkpoint", answers);
}

static bool collect_id(void *context, struct json_object *document, struct error *error)
{
	(void)error;
	json_append(context, json_new_text(json_text_or(document, "_id", "")));
	return true;
}

void both_store_walk(struct both *both, const char *prefix)
{
	struct json_object *answers[2];

	for (int i = 0; i < 2; i++) {
		const struct store *store = &both_injection(both, i)->store;
		struct json_object *list = json_new_array();
		struct error error = {0};
		if (!store->ops->walk(store->self, prefix, NULL, collect_id, list, &error))
			json_append(list, both_error(&error));
		answers[i] = both_sorted(both, i, list);
	}
	both_judge(both, "the state's documents with a prefix", answers);
}
