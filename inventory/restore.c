/* Undoing. */
#include "inventory/restore.h"

#include <string.h>

static bool is_deleted(struct json_object *data)
{
	return json_bool_or(data, "__deleted", false);
}

struct datum *restore_given(struct json_object *history)
{
	const char *data_id = json_text_or(history, "data_id", NULL);
	struct json_object *original = json_child(history, "original_data", json_type_object);
	struct json_object *new = json_child(history, "new_data", json_type_object);
	enum document_type type = document_type_named(json_text_or(history, "data_type", ""));

	if (!data_id || !original || type == DOCUMENT_OTHER)
		return NULL;
	struct datum *given = datum_new(type, data_id);
	given->deleted = is_deleted(original);
	json_each (original, key, value) {
		datum_put(given, key, json_share(value));
	}
	if (given->deleted || !new)
		return given;
	json_each (new, added, ignored) {
		(void)ignored;
		if (!json_find(original, added, NULL))
			datum_unset(given, added);
	}
	return given;
}

/* Of the same time, the _id decides. */
static int compare_newest_first(const void *left, const void *right)
{
	struct json_object *const *a = left, *const *b = right;
	int64_t first = json_int_or(*a, "timestamp", 0), second = json_int_or(*b, "timestamp", 0);

	if (first != second)
		return first > second ? -1 : 1;
	return strcmp(json_text_or(*b, "_id", ""), json_text_or(*a, "_id", ""));
}

void restore_sort(struct json_object *histories)
{
	json_sort(histories, compare_newest_first);
}
