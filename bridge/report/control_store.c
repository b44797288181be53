#include "bridge/report/control_store.h"

#include "base/clock.h"
#include "couch/documents.h"

bool control_fetch(struct couch_client *state, const char *integration_id, struct control *control_out,
		   int64_t *took_ms_out, struct error *error)
{
	scoped_text id = control_document_id(integration_id);
	scoped(json_object) json = NULL;
	struct error failure = {0};
	int64_t began_ms = clock_steady_ms();

	if (!couch_document_read(state, id, &json, &failure) && failure.kind != ERROR_LOST) {
		*error = failure;
		return error_wrap(error, "reading what is asked of this integration");
	}
	if (took_ms_out)
		*took_ms_out = clock_steady_ms() - began_ms;
	control_read(json, control_out);
	return true;
}

bool control_change(struct couch_client *state, const char *integration_id,
		    void (*change)(struct control *control, const void *wish), const void *wish,
		    struct error *error)
{
	scoped_text id = control_document_id(integration_id);

	for (int try = 1;; try++) {
		struct control control;
		if (!control_fetch(state, integration_id, &control, NULL, error))
			return false;
		change(&control, wish);
		scoped(json_object) json = control_json(&control, integration_id);
		if (couch_document_write(state, id, json, NULL, error))
			return true;
		if (error->kind != ERROR_CONFLICT || try == CONTROL_TRIES)
			return error_wrap(error, "writing what is asked of this integration");
	}
}
