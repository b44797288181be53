/* Which databases of the CouchDB server are ours to look at. */
#pragma once
#include "base/error.h"
#include "base/own.h"

struct http;
struct bridge_settings;
struct json_object;

/* The names that COUCHDB_DATABASES gives, or all that the server has; without those that hold states, and the server's own. An array
 * of texts; the caller frees. ERROR_FATAL: this user may not list them, or what answers is no CouchDB server. */
must_use bool databases_meant(const struct bridge_settings *settings, struct http *http,
			      struct json_object **names_out, struct error *error);
