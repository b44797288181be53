#include "couch/newest_ids.h"
#include "base/text.h"
#include "couch/documents.h"
#include "couch/wire.h"
#include <string.h>

static void add_id(struct text *path, const char *name, const char *id)
{
	scoped(json_object) text = json_new_text(id);
	scoped_text quoted = json_write(text);

	text_format(path, "&%s=", name);
	text_add_url(path, quoted);
}

/* Also 'behind' comes, if there is such a document. */
static bool ask(struct couch_client *couch, const char *first, const char *behind, size_t limit,
		struct json_object **answer_out, struct error *error)
{
	struct text path = {0};

	text_format(&path, "_all_docs?descending=true&limit=%zu", limit);
	add_id(&path, "startkey", behind);
	add_id(&path, "endkey", first);
	scoped_text words = text_take(&path);
	struct couch_ask ask = {
		.path = words, .read = true, .ceiling = COUCH_ANSWER_CEILING, .documents = limit};
	return couch_ask_patiently(couch, &ask, answer_out, NULL, NULL, error);
}

bool couch_newest_ids(struct couch_client *couch, const char *first, const char *behind, size_t most,
		      struct json_object **ids_out, bool *more_out, struct error *error)
{
	scoped(json_object) answer = NULL;
	struct json_object *ids = NULL;

	if (!ask(couch, first, behind, most + 2, &answer, error))
		return false;
	struct json_object *rows = couch_answer_rows(answer, "rows", "_all_docs", error);
	if (!rows)
		return false;
	ids = json_new_array();
	for (size_t i = 0; i < json_length(rows); i++) {
		const char *id = json_text_or(json_at(rows, i), "id", NULL);
		if (id && strcmp(id, behind) < 0 && strcmp(id, first) >= 0)
			json_append(ids, json_new_text(id));
	}
	size_t count = json_length(ids);
	*more_out = count > most;
	if (count > most)
		json_remove_at(ids, most, count - most);
	*ids_out = ids;
	return true;
}
