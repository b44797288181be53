/* What people ask of the process that keeps an integration in step: the document `control-<integration>` of the state database.
 *
 * Commands write it, from whatever machine; the holder of the lease reads it every few seconds and never writes it. That a pause
 * is over, or a wish worked off, it says in its own document (figures.h). */
#pragma once
#include "base/json.h"

struct control {
	bool is_there;
	bool paused;
	int64_t changed_ms; /* wall clock of the machine where the command ran: since when it is paused or not; 0: never was */
	char by[160]; /* who paused or resumed it: "anna on nas" */
	/* The last wish for a cycle; "": there is none. */
	char wish_id[37];
	bool full, remove_twins;
	char held[16]; /* "documents", "rows" or "" */
	char revision[80];
};

char *control_document_id(const char *integration_id);
/* NULL, and what cannot be read, is no control: nothing is paused or wished. */
void control_read(struct json_object *json, struct control *control_out);
/* With its _id and, unless it is new, its _rev. The caller puts. */
struct json_object *control_json(const struct control *control, const char *integration_id);
