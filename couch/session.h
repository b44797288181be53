/* Who we are to a CouchDB server. */
#pragma once
#include "couch/client.h"

struct couch_session {
	char *user;                /* owned; NULL: nobody, no credentials were given */
	bool is_administrator;     /* of the server: may list and make databases */
	struct json_object *roles; /* owned; array of texts */
};
void couch_session_done(struct couch_session *session);
/* By a client of the server or of any of its databases. Status 401: the user or the password is wrong. */
must_use bool couch_session_read(struct couch_client *couch, struct couch_session *session_out,
				 struct error *error);
/* Whether the _security of the client's database names this user, or one of the roles, among its members or administrators, or
 * admits everybody. Reading it may be refused as such. */
must_use bool couch_session_is_member(struct couch_client *couch, const struct couch_session *session,
				      bool *member_out, struct error *error);
