#include "bridge/app/deleted_by_app.h"

#include <stdlib.h>
#include <string.h>

static bool is_asked(const struct look *look)
{
	return !look->finished && !look->needs_no_row && look->document.presence == SIDE_TOMBSTONE &&
	       look->entry.state == ENTRY_NONE && look->row.presence == SIDE_THERE;
}

bool left_behind_names(struct json_object *left_behind, const struct pair *pair, const char *integration_id,
		       const char *record_id)
{
	struct json_object *data = document_data(left_behind);
	const char *type = document_type_name(table_document_type(pair->table));

	return strcmp(json_text_or(data, "type", ""), type) == 0 &&
	       strcmp(json_text_or(data, "id", ""), pair->id) == 0 &&
	       strcmp(json_text_or(data, "integration_id", ""), integration_id) == 0 &&
	       strcmp(json_text_or(json_child(data, "data", json_type_object), "id", ""), record_id) == 0;
}

static char *left_behind_id(const struct group *group, const struct look *look)
{
	return own_format("%s%s-%s-%s", document_prefix(DOCUMENT_DELETED_DATA),
			  document_type_name(table_document_type(look->pair->table)), look->pair->id,
			  group->sync->config->id);
}

static bool read_left_behind(struct group *group, struct look *const *looks, size_t count,
			     struct error *error)
{
	const struct side *couch = &group->sync->couch;
	char **ids = own_alloc((count + 1) * sizeof(char *));
	struct json_object **bodies = own_alloc((count + 1) * sizeof(struct json_object *));

	for (size_t i = 0; i < count; i++)
		ids[i] = left_behind_id(group, looks[i]);
	bool ok = couch->ops->read_extras(couch->self, (const char *const *)ids, count, bodies, error);
	for (size_t i = 0; i < count; i++) {
		looks[i]->app_deleted = ok && left_behind_names(bodies[i], looks[i]->pair,
								group->sync->config->id, looks[i]->row.id);
		json_release(bodies[i]);
		free(ids[i]);
	}
	free(bodies);
	free(ids);
	return ok || error_wrap(error, "reading what the app left behind of deleted documents");
}

bool group_find_deleted_by_app(struct group *group, struct error *error)
{
	struct look **looks = own_alloc((group->count + 1) * sizeof *looks);
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++)
		if (is_asked(&group->looks[i]))
			looks[count++] = &group->looks[i];
	bool ok = count == 0 || read_left_behind(group, looks, count, error);
	free(looks);
	return ok;
}
