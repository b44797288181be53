/* The servers that scenarios run against: a sandbox of their own, and the CouchDB of TEST_COUCHDB_URL. */
#pragma once
#include "base/error.h"
#include "base/json.h"
#include "base/own.h"

#include <sys/types.h>

struct http;

struct sandbox_program {
	pid_t pid; /* 0: it does not run */
	char url[64];
};

/* The program that AIRTABLE_SANDBOX names, until sandbox_program_end() or our own end. 'rate' as its option --rate. */
must_use bool sandbox_program_start(struct sandbox_program *sandbox_out, const char *rate,
				    struct error *error);
/* By SIGTERM; false when it does not end as it should. */
bool sandbox_program_end(struct sandbox_program *sandbox);
/* A control path (sandbox/control.h). 'body' may be NULL; answer_out gets NULL where there is no answer, or may be NULL. */
must_use bool sandbox_program_control(const struct sandbox_program *sandbox, struct http *http,
				      const char *method, const char *path, const char *body,
				      struct json_object **answer_out, struct error *error);

struct couch_server {
	char *url, *user, *password; /* owned; the url without the two */
};
must_use bool couch_server_read(struct couch_server *server_out, struct error *error);
void couch_server_done(struct couch_server *server);
