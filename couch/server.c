#include "couch/server.h"
#include "couch/wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_OF_SECONDS = 10 };

bool couch_request(struct couch_client *couch, const struct couch_call *call, struct json_object **answer_out,
		   struct json_flaws *flaws, struct error *error)
{
	struct couch_ask ask = {
		.method = call->method, .path = call->path, .body = call->body, .read = call->read};

	if (call->read)
		return couch_ask_patiently(couch, &ask, answer_out, flaws, call->status_out, error);
	return couch_ask(couch, &ask, answer_out, flaws, call->status_out, error);
}

/* ---- the server ---- */

/* It has a path: perhaps that of a database. */
static const char *path_of(const char *server)
{
	const char *host = strstr(server, "://");

	return host ? strchr(host + strlen("://"), '/') : NULL;
}

/* It answered, and not as a CouchDB server does. */
static bool refuse_server(struct couch_client *couch, const struct error *failure, struct error *error)
{
	const char *server = couch_client_server(couch), *path = path_of(server);

	return error_set(error, ERROR_FATAL, "what answers at %s is no CouchDB server%s%s%s (%s)", server,
			 path ? ": if \"" : "", path ? path : "",
			 path ? "\" is a database, leave it out" : "", failure->text);
}

static bool refuse_database(struct couch_client *couch, const char *name, struct error *error)
{
	return error_set(error, ERROR_FATAL,
			 "%s is the database '%.100s', and not the server as a whole: leave the database out",
			 couch_client_server(couch), name);
}

/* Answered, with a status or with what is no JSON: nothing that passes by itself. */
static bool is_other_server(const struct error *failure)
{
	bool silent = failure->server != NULL;

	if (failure->kind == ERROR_STOPPED || failure->status == 401 || failure->status == 403 || silent)
		return false;
	return failure->status == 0 || failure->kind != ERROR_RETRY;
}

static bool ask_server(struct couch_client *couch, struct json_object **answer_out, struct error *error)
{
	struct couch_ask ask = {.path = "", .server = true, .read = true};
	struct error failure = {0};

	if (couch_ask_patiently(couch, &ask, answer_out, NULL, NULL, &failure))
		return true;
	if (is_other_server(&failure))
		return refuse_server(couch, &failure, error);
	if (error)
		*error = failure;
	return false;
}

bool couch_server_check(struct couch_client *couch, char version_out[32], struct error *error)
{
	static const char *const marks[] = {"couchdb", "express-pouchdb", "vendor"};
	scoped(json_object) answer = NULL;
	bool known = false;

	if (!ask_server(couch, &answer, error))
		return false;
	for (size_t i = 0; i < countof(marks); i++)
		known = known || json_find(answer, marks[i], NULL);
	const char *database = json_text_or(answer, "db_name", NULL);
	if (!known && database)
		return refuse_database(couch, database, error);
	if (!known)
		return refuse_server(couch, &(struct error){.text = "JSON that CouchDB does not send"},
				     error);
	const char *version = json_text_or(answer, "version", "?");
	size_t kept = text_utf8_prefix(version, strlen(version), 31);
	memcpy(version_out, version, kept);
	version_out[kept] = '\0';
	return true;
}

bool couch_database_list(struct couch_client *couch, struct json_object **names_out, struct error *error)
{
	struct couch_ask ask = {.path = "_all_dbs", .server = true, .read = true};
	scoped(json_object) answer = NULL;

	if (!couch_ask_patiently(couch, &ask, &answer, NULL, NULL, error))
		return false;
	bool good = json_is(answer, json_type_array);
	for (size_t i = 0; good && i < json_length(answer); i++)
		good = json_is(json_at(answer, i), json_type_string);
	if (!good)
		return error_set(error, ERROR_RETRY, "GET /_all_dbs: the answer is no list of names");
	*names_out = take(answer);
	return true;
}

/* ---- the database ---- */

static bool is_empty_list(struct json_object *object, const char *key)
{
	struct json_object *list = json_child(object, key, json_type_array);

	return !list || json_length(list) == 0;
}

bool couch_security_is_public(struct json_object *security)
{
	struct json_object *members = json_child(security, "members", json_type_object);

	return is_empty_list(members, "names") && is_empty_list(members, "roles");
}

static struct json_object *only_admins(void)
{
	static const char *const sections[] = {"admins", "members"};
	struct json_object *security = json_new_object();

	for (size_t i = 0; i < countof(sections); i++) {
		struct json_object *section = json_new_object(), *roles = json_new_array();
		json_append(roles, json_new_text("_admin"));
		json_put(section, "names", json_new_array());
		json_put(section, "roles", roles);
		json_put(security, sections[i], section);
	}
	return security;
}

bool couch_database_make_private(struct couch_client *couch, struct error *error)
{
	struct couch_ask read = {.path = "_security", .read = true};
	scoped(json_object) security = NULL;
	scoped(json_object) answer = NULL;

	if (!couch_ask_patiently(couch, &read, &security, NULL, NULL, error))
		return false;
	if (!couch_security_is_public(security))
		return true;
	scoped(json_object) wanted = only_admins();
	struct couch_ask write = {.method = "PUT", .path = "_security", .body = wanted};
	return couch_ask(couch, &write, &answer, NULL, NULL, error);
}

bool couch_database_create(struct couch_client *couch, bool private_, struct error *error)
{
	struct couch_ask ask = {.method = "PUT", .path = ""};
	scoped(json_object) answer = NULL;
	struct error failure;

	assert(*couch_client_database(couch));
	if (!couch_ask(couch, &ask, &answer, NULL, NULL, &failure) && failure.status != 412) {
		if (error)
			*error = failure;
		return false;
	}
	if (private_ && !couch_database_make_private(couch, error))
		return error_wrap(error, "making the database '%s' private", couch_client_database(couch));
	return true;
}

bool couch_database_delete(struct couch_client *couch, struct error *error)
{
	struct couch_ask ask = {.method = "DELETE", .path = ""};
	scoped(json_object) answer = NULL;

	assert(*couch_client_database(couch));
	return couch_ask(couch, &ask, &answer, NULL, NULL, error);
}

/* ---- identity ---- */

void couch_identity_done(struct couch_identity *identity)
{
	own_free_text(&identity->update_seq);
	own_free_text(&identity->purge_seq);
	*identity = (struct couch_identity){0};
}

/* Seconds since 1970; a time of opening is in milliseconds or microseconds. */
const char *couch_identity_born(const struct couch_identity *identity)
{
	const char *words = identity->instance_start_time;

	return strlen(words) == DIGITS_OF_SECONDS && strspn(words, "0123456789") == DIGITS_OF_SECONDS ? words
												      : NULL;
}

/* Opaque JSON (couchdb-rules 1): its text is kept, whatever it is. */
static char *opaque_text(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_find(object, key, &value) && value ? json_write(value) : NULL;
}

bool couch_database_identity(struct couch_client *couch, struct couch_identity *identity_out,
			     struct error *error)
{
	struct couch_ask ask = {.path = "", .read = true};
	scoped(json_object) answer = NULL;
	scoped_text update_seq = NULL;

	assert(*couch_client_database(couch));
	if (!couch_ask_patiently(couch, &ask, &answer, NULL, NULL, error))
		return false;
	update_seq = opaque_text(answer, "update_seq");
	if (!update_seq)
		return error_set(error, ERROR_RETRY, "GET %s: the answer has no update_seq",
				 couch_client_database(couch));
	struct couch_identity identity = {
		.update_seq = take(update_seq),
		.purge_seq = opaque_text(answer, "purge_seq"),
		.document_count = json_int_or(answer, "doc_count", 0),
	};
	const char *start = json_text_or(answer, "instance_start_time", "");
	size_t kept = text_utf8_prefix(start, strlen(start), sizeof(identity.instance_start_time) - 1);
	memcpy(identity.instance_start_time, start, kept);
	*identity_out = identity;
	return true;
}
