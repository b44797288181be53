#include "bridge/endpoints/couch_writes.h"

#include "couch/bulk.h"
#include "couch/documents.h"
#include "inventory/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_ID_TRIES 20 /* numbers that are tried when an id is taken by another change */

struct endpoint_ticket {
	bool ok;
	struct error error;
};

/* The same change recorded before, by a run that ended early. */
static bool is_recorded(struct couch_client *source, struct json_object *body)
{
	scoped(json_object) stored = NULL;
	struct error ignored;

	if (!couch_document_read(source, json_text_or(body, "_id", ""), &stored, &ignored))
		return false;
	json_remove(stored, "_rev");
	return json_equal(stored, body);
}

static void write_under_next_number(struct couch_client *source, struct endpoint_write *write)
{
	scoped(json_object) body = json_copy(write->body);

	for (int try = 0; write->result == ERROR_CONFLICT && try < HISTORY_ID_TRIES; try++) {
		if (is_recorded(source, body)) {
			write->result = ERROR_NONE;
			return;
		}
		history_next_number(body);
		struct error error = {0};
		bool ok = couch_document_write(source, json_text_or(body, "_id", ""), body,
					       write->revision_out, &error);
		write->result = ok ? ERROR_NONE : error.kind;
		write->error = error;
	}
}

static void take_written(struct couch_client *source, struct endpoint_write *write,
			 const struct couch_written *written)
{
	write->result = written->kind;
	snprintf(write->revision_out, sizeof write->revision_out, "%s", written->rev);
	if (written->kind != ERROR_NONE)
		error_set(&write->error, written->kind, "%s", written->text);
	if (write->kind == WRITE_EXTRA)
		write_under_next_number(source, write);
}

/* The body as it goes out: against the revision that was planned on, whatever it carries itself. */
static struct json_object *body_to_write(const struct endpoint_write *write)
{
	struct json_object *body;

	if (!write->revision || strcmp(json_text_or(write->body, "_rev", ""), write->revision) == 0)
		return json_share(write->body);
	body = json_copy(write->body);
	json_put_text(body, "_rev", write->revision);
	return body;
}

struct endpoint_ticket *couch_write_start(struct couch_client *source, struct endpoint_write *writes,
					  size_t count)
{
	struct endpoint_ticket *ticket = own_alloc(sizeof *ticket);
	struct json_object **bodies = own_alloc((count + 1) * sizeof *bodies);
	struct couch_written *written = own_alloc((count + 1) * sizeof *written);

	for (size_t i = 0; i < count; i++)
		bodies[i] = body_to_write(&writes[i]);
	ticket->ok = couch_documents_write(source, bodies, count, written, &ticket->error);
	for (size_t i = 0; i < count; i++) {
		take_written(source, &writes[i], &written[i]);
		json_release(bodies[i]);
	}
	free(bodies);
	free(written);
	return ticket;
}

bool couch_write_finish(struct endpoint_ticket **ticket, struct error *error)
{
	struct endpoint_ticket *done = take(*ticket);
	bool ok = done->ok || done->error.kind == ERROR_RETRY; /* each write says its own fate */

	if (!ok)
		*error = done->error;
	free(done);
	return ok;
}
