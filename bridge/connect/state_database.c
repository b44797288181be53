#include "bridge/connect/state_database.h"

#include "base/log.h"
#include "couch/server.h"

static bool is_refusal(const struct error *error)
{
	return error->status == 401 || error->status == 403;
}

static void make_private(struct couch_client *state, const struct log *log)
{
	struct error error = {0};

	if (!couch_database_make_private(state, &error) && is_refusal(&error))
		log_warn(log,
			 "the state database %s is open to whoever reaches the CouchDB server, and this user "
			 "may "
			 "not change that: an administrator has to name its members (HTTP %d)",
			 couch_client_database(state), error.status);
}

static bool make(struct couch_client *state, struct error *error)
{
	struct error failure = {0};

	if (couch_database_create(state, true, &failure))
		return true;
	*error = failure;
	if (!is_refusal(&failure))
		return error_wrap(error, "making the state database %s", couch_client_database(state));
	return error_set(
		error, ERROR_FATAL,
		"the state database %s is not there, and COUCHDB_USER may not make it: an administrator "
		"of the CouchDB server has to make it and to add this user to its members (HTTP %d)",
		couch_client_database(state), failure.status);
}

bool state_database_ensure(struct couch_client *state, const struct log *log, struct error *error)
{
	struct couch_identity identity = {0};
	struct error failure = {0};

	if (couch_database_identity(state, &identity, &failure)) {
		couch_identity_done(&identity);
		make_private(state, log);
		return true;
	}
	if (failure.status == 404)
		return make(state, error);
	*error = failure;
	if (!is_refusal(&failure))
		return error_wrap(error, "reading the state database %s", couch_client_database(state));
	return error_set(
		error, ERROR_FATAL,
		"COUCHDB_USER may not read the state database %s: an administrator of the CouchDB server "
		"has to add this user to its members (HTTP %d)",
		couch_client_database(state), failure.status);
}
