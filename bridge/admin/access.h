/* Who may see and do what on the admin port.
 *
 *     a stranger      whoever is none of the others
 *     the owner       with a session (they know the password), or with the bearer token; without a password, everybody who
 *                     asks from this machine: the port does not listen elsewhere then
 *
 * A try of the password costs a token of its address's bucket and one of a bucket for all, before anything is computed: guessing goes at
 * LOGIN_TRIES_PER_S, from however many addresses. Who has a session is asked for neither. From any thread. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include "bridge/admin/sessions.h"
#include "web/address.h"

#define LOGIN_TRIES_PER_S       0.1 /* of one address, in the long run; */
#define LOGIN_TRIES_AT_ONCE     5   /* that it may have in hand */
#define LOGIN_TRIES_PER_S_ALL   0.5
#define LOGIN_TRIES_AT_ONCE_ALL 20

struct access;

struct access_secrets {
	const char *password_hash, *token; /* "": there is none */
};

struct access *access_open(const struct access_secrets *secrets);
void access_close(struct access **access);
/* From now on these count. Another password, or none, ends all sessions. */
void access_take(struct access *access, const struct access_secrets *secrets);

bool access_has_password(struct access *access);

/* What a request brings along. */
struct access_claim {
	const char *cookie;        /* the Cookie header, or NULL */
	const char *authorization; /* the Authorization header, or NULL */
	bool from_here;            /* it comes from this machine, through no proxy */
};
struct access_right {
	bool is_owner;
	bool by_token;                 /* a script: no page can make a browser send this */
	char session[SESSION_ID_SIZE]; /* ""; or the session by which it is the owner */
};
struct access_right access_of(struct access *access, const struct access_claim *claim, int64_t now_ms);
/* What a form of theirs has to bring along; and whether it did. */
void access_form_token(struct access *access, const struct access_right *right,
		       char token_out[SESSION_ID_SIZE]);
bool access_form_token_fits(struct access *access, const struct access_right *right, const char *token);

/* Whether this caller may try the password now, which costs them a try; else *wait_s_out says when to try again. Quick. */
bool access_may_try(struct access *access, const struct web_address *caller, int64_t now_ms, int *wait_s_out);
/* A session for who knows the password; false: this is not it. Takes as long and as much memory as a hash: one at a time. */
bool access_login(struct access *access, const char *password, int64_t now_ms,
		  char session_out[SESSION_ID_SIZE]);
void access_logout(struct access *access, const struct access_right *right);

/* The cookie that keeps a session (""; ends it); the caller frees. 'over_tls': the browser speaks HTTPS with whoever is before us. */
char *access_cookie(const char *session, bool over_tls);
