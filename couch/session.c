#include "couch/session.h"

#include "couch/server.h"
#include "couch/wire.h"

#include <stdlib.h>
#include <string.h>

void couch_session_done(struct couch_session *session)
{
	own_free_text(&session->user);
	json_release(session->roles);
	*session = (struct couch_session){0};
}

static bool lists(struct json_object *list, const char *text)
{
	for (size_t i = 0; text && i < json_length(list); i++) {
		const char *entry = json_text_of(json_at(list, i));
		if (entry && strcmp(entry, text) == 0)
			return true;
	}
	return false;
}

bool couch_session_read(struct couch_client *couch, struct couch_session *session_out, struct error *error)
{
	struct couch_ask ask = {.path = "_session", .server = true, .read = true};
	scoped(json_object) answer = NULL;

	if (!couch_ask_patiently(couch, &ask, &answer, NULL, NULL, error))
		return false;
	struct json_object *context = json_child(answer, "userCtx", json_type_object);
	struct json_object *roles = json_child(context, "roles", json_type_array);
	*session_out = (struct couch_session){
		.user = own_copy(json_text_or(context, "name", NULL)),
		.is_administrator = lists(roles, "_admin"),
		.roles = roles ? json_copy(roles) : json_new_array(),
	};
	return true;
}

static bool section_admits(struct json_object *section, const struct couch_session *session)
{
	struct json_object *roles = json_child(section, "roles", json_type_array);

	if (lists(json_child(section, "names", json_type_array), session->user))
		return true;
	for (size_t i = 0; i < json_length(session->roles); i++)
		if (lists(roles, json_text_of(json_at(session->roles, i))))
			return true;
	return false;
}

bool couch_session_is_member(struct couch_client *couch, const struct couch_session *session,
			     bool *member_out, struct error *error)
{
	struct couch_ask ask = {.path = "_security", .read = true};
	scoped(json_object) security = NULL;

	if (!couch_ask_patiently(couch, &ask, &security, NULL, NULL, error))
		return false;
	struct json_object *members = json_child(security, "members", json_type_object);
	*member_out = session->is_administrator || couch_security_is_public(security) ||
		      section_admits(members, session) ||
		      section_admits(json_child(security, "admins", json_type_object), session);
	return true;
}
