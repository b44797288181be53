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
/* Of --integration only that one's database, and what it made itself. ERROR_RETRY: a server cannot be reached. */
must_use bool command_databases_find(const struct bridge_settings *settings, const char *integration,
				     struct command_databases *places_out, struct error *error);
void command_databases_done(struct command_databases *places);
/* False, with a sentence about the ID that none of them has. */
bool command_no_integration(const struct integration_configs *configs, const char *integration,
			    struct error *error);
/* The name of the integration that signs so, or NULL. Borrowed. */
const char *command_databases_name(const struct command_databases *places, const char *created_by);

/* Puts in front of CouchDB's silence what to do. */
void command_explain(struct error *error);
/* What a command ends with for this failure. EXIT_UNREACHABLE: nothing of the server's answered, which may pass by itself. */
int command_status(const struct error *error);
/* Logs the error, puts it into the answer, and says how to end. */
int command_fails(struct error *error, struct json_object *answer);
void command_prints(struct json_object *answer);
