#include "bridge/connect/databases.h"

#include "base/json.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/couch_access.h"
#include "couch/server.h"

#include <string.h>

static bool holds_data(const char *name)
{
	size_t length = strlen(name), suffix = strlen(STATE_SUFFIX);

	return name[0] != '_' && (length <= suffix || strcmp(name + length - suffix, STATE_SUFFIX) != 0);
}

static bool list_all(const struct bridge_settings *settings, struct http *http,
		     struct json_object **names_out, struct error *error)
{
	scoped(couch_client) server = connection_open_couch(settings, http, NULL);
	struct couch_session session = {0};
	struct error failure = {0};

	if (couch_database_list(server, names_out, &failure))
		return true;
	*error = failure;
	if (failure.status != 401 && failure.status != 403) {
		if (couch_access_is_silence(error))
			return couch_access_explain(error);
		(void)couch_access_is_other_server(settings, http, error); /* says it better */
		return false;
	}
	if (!couch_access_session(settings, http, &session, error))
		return false;
	scoped_text user = couch_access_user_words(&session);
	couch_session_done(&session);
	return error_set(
		error, ERROR_FATAL,
		"the %s may not list the server's databases, which only its administrators may: name "
		"the databases in COUCHDB_DATABASES (HTTP %d)",
		user, failure.status);
}

static struct json_object *split_list(const char *list)
{
	struct json_object *names = json_new_array();

	while (*list) {
		size_t length = strcspn(list, ",");
		if (length)
			json_append(names, json_new_text_bytes(list, length));
		list += length + (list[length] == ',');
	}
	return names;
}

bool databases_meant(const struct bridge_settings *settings, struct http *http,
		     struct json_object **names_out, struct error *error)
{
	const char *list = settings->couchdb_databases;
	scoped(json_object) all = NULL;

	if (list && list[0])
		all = split_list(list);
	else if (!list_all(settings, http, &all, error))
		return false;
	*names_out = json_new_array();
	for (size_t i = 0; i < json_length(all); i++)
		if (holds_data(json_text_of(json_at(all, i))))
			json_append(*names_out, json_share(json_at(all, i)));
	return true;
}
