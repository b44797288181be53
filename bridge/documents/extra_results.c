#include "bridge/documents/extra_results.h"

static bool is_beside(const struct endpoint_write *write)
{
	return write->kind == WRITE_EXTRA || write->kind == WRITE_EXTRA_DELETE ||
	       write->kind == WRITE_EXTRA_UPDATE;
}

static bool was_applied(const struct endpoint_write *write, struct json_object *stored)
{
	bool gone = write->kind == WRITE_EXTRA_DELETE || json_bool_or(write->body, "_deleted", false);

	if (gone || !stored)
		return gone && !stored;
	scoped(json_object) wanted = json_copy(write->body);
	scoped(json_object) found = json_copy(stored);
	json_remove(wanted, "_rev");
	json_remove(found, "_rev");
	return json_equal(wanted, found);
}

void batch_find_unanswered(struct batch *batch, struct endpoint_write *writes, size_t count)
{
	struct endpoint *couch = &batch->sync->couch;

	for (size_t i = 0; i < count; i++) {
		const char *ids[] = {json_text_or(writes[i].body, "_id", "")};
		scoped(json_object) stored = NULL;
		struct error ignored;
		if (writes[i].result != ERROR_RETRY || !is_beside(&writes[i]))
			continue;
		if (couch->ops->read_extras(couch->self, ids, 1, &stored, &ignored) &&
		    was_applied(&writes[i], stored))
			writes[i].result = ERROR_NONE;
	}
}

bool batch_write_extras(struct batch *batch, struct endpoint_write *writes, size_t count, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;

	if (!count)
		return true;
	struct endpoint_ticket *ticket = couch->ops->write_start(couch->self, writes, count);
	if (!couch->ops->write_finish(couch->self, &ticket, error))
		return false;
	batch_find_unanswered(batch, writes, count);
	return true;
}
