/* The CouchDB server as a whole: whether it is one, whether it answers, and who we are to it. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "couch/session.h"

struct http;
struct bridge_settings;

/* Whether a CouchDB server answers at COUCHDB_URL; version_out at least 32 bytes. ERROR_FATAL, with what to write instead, when something
 * else does. */
must_use bool couch_access_check(const struct bridge_settings *settings, struct http *http,
				 char version_out[32], struct error *error);
/* What a refusal of CouchDB (401, 403) says: false with ERROR_FATAL when it is not this user's right that is missing but the
 * user or the password that is wrong; otherwise who we are. */
must_use bool couch_access_session(const struct bridge_settings *settings, struct http *http,
				   struct couch_session *session_out, struct error *error);
/* "CouchDB user 'bridge'", for sentences. The caller frees. */
char *couch_access_user_words(const struct couch_session *session);

/* The server itself did not answer (or we are to stop): no other database will do better. */
bool couch_access_is_silence(const struct error *error);
/* Whether a failure comes of another server, or another address, than CouchDB's: then 'error' says so instead. */
bool couch_access_is_other_server(const struct bridge_settings *settings, struct http *http,
				  struct error *error);
/* Puts the setting in front of a silence that will last. Returns false. */
bool couch_access_explain(struct error *error);
