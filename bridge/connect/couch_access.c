#include "bridge/connect/couch_access.h"

#include "bridge/connect/connection.h"
#include "bridge/settings.h"
#include "couch/client.h"
#include "couch/server.h"

#include <string.h>

/* ---- the server ---- */

bool couch_access_is_silence(const struct error *error)
{
	return error->kind == ERROR_STOPPED ||
	       (error->server && (error->kind == ERROR_RETRY || error->kind == ERROR_FATAL));
}

bool couch_access_explain(struct error *error)
{
	return error->kind == ERROR_FATAL ? error_wrap(error, "COUCHDB_URL") : false;
}

bool couch_access_check(const struct bridge_settings *settings, struct http *http, char version_out[32],
			struct error *error)
{
	scoped(couch_client) server = connection_open_couch(settings, http, NULL);

	if (couch_server_check(server, version_out, error))
		return true;
	return couch_access_is_silence(error) ? couch_access_explain(error)
					      : error_wrap(error, "COUCHDB_URL");
}

bool couch_access_is_other_server(const struct bridge_settings *settings, struct http *http,
				  struct error *error)
{
	struct error failure = {0};
	char version[32];

	if (couch_access_check(settings, http, version, &failure) || failure.kind != ERROR_FATAL ||
	    failure.status == 401 || failure.status == 403)
		return false;
	*error = failure;
	return true;
}

/* ---- who we are ---- */

char *couch_access_user_words(const struct couch_session *session)
{
	return session->user ? own_format("CouchDB user '%s'", session->user)
			     : own_copy("anonymous CouchDB user (COUCHDB_USER is empty)");
}

static bool refuse_user(const struct bridge_settings *settings, const struct error *failure,
			struct error *error)
{
	const char *user = settings->couchdb_user, *password = settings->couchdb_password;
	bool comment = password && strstr(password, " #");

	if (!user || !user[0])
		return error_set(
			error, ERROR_FATAL,
			"CouchDB lets nobody in without a user: set COUCHDB_USER and COUCHDB_PASSWORD "
			"(HTTP %d)",
			failure->status);
	return error_set(
		error, ERROR_FATAL,
		"CouchDB refuses the user '%s': check COUCHDB_USER and COUCHDB_PASSWORD%s (HTTP %d, %s)",
		user,
		comment ? "; the password has \" #\" in it: a comment behind a value belongs to the value"
			: "",
		failure->status, failure->code);
}

bool couch_access_session(const struct bridge_settings *settings, struct http *http,
			  struct couch_session *session_out, struct error *error)
{
	scoped(couch_client) server = connection_open_couch(settings, http, NULL);
	struct error failure = {0};

	if (couch_session_read(server, session_out, &failure))
		return true;
	if (failure.status == 401)
		return refuse_user(settings, &failure, error);
	*error = failure;
	return false;
}
