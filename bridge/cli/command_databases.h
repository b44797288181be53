/* The databases that a command looks into: those of the Airtable integrations, each once. */
#pragma once
#include "bridge/daemon/discovery.h"

struct command_databases {
	struct http *http;                  /* owned */
	struct integration_configs configs; /* owned */
	char *created_by;                   /* owned; by whom only, or NULL: by anybody */
	size_t count;
	const char **databases; /* owned; the names are the configs' */
};
/* With --integration: only that one's database, and only the changes that it made itself. ERROR_RETRY: a server cannot be
 * reached. */
must_use bool command_databases_find(const struct bridge_settings *settings, const char *integration,
				     struct command_databases *places_out, struct error *error);
void command_databases_done(struct command_databases *places);
/* Returns false, with a sentence that no integration has this ID. */
bool command_no_integration(const struct integration_configs *configs, const char *integration,
			    struct error *error);
/* The name of the integration that signs so, or NULL. Borrowed. */
const char *command_databases_name(const struct command_databases *places, const char *created_by);

/* Adds what to do to an error that says that CouchDB does not answer. */
void command_explain(struct error *error);
/* The exit status for this failure. EXIT_UNREACHABLE: the server did not answer, which may pass by itself. */
int command_status(const struct error *error);
/* Logs the error, puts it into the answer, and says how to end. */
int command_fails(struct error *error, struct json_object *answer);
void command_prints(struct json_object *answer);
