#include "bridge/admin/access.h"
#include "web/cookie.h"
#include "web/password.h"
#include "web/rate.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COOKIE_NAME "davenport_session"
#define BEARER      "Bearer "

struct access {
	struct sessions *sessions;
	struct web_rate *tries, *all_tries;
	pthread_mutex_t hashing;     /* held while a hash is computed */
	pthread_mutex_t lock;        /* guards what follows */
	char *password_hash, *token; /* owned; never NULL */
};

struct access *access_open(const struct access_secrets *secrets)
{
	struct access *access = own_alloc(sizeof *access);

	access->sessions = sessions_open();
	access->tries = web_rate_open(LOGIN_TRIES_PER_S, LOGIN_TRIES_AT_ONCE);
	access->all_tries = web_rate_open(LOGIN_TRIES_PER_S_ALL, LOGIN_TRIES_AT_ONCE_ALL);
	if (pthread_mutex_init(&access->lock, NULL) != 0 || pthread_mutex_init(&access->hashing, NULL) != 0)
		abort();
	access->password_hash = own_copy(secrets->password_hash);
	access->token = own_copy(secrets->token);
	return access;
}

void access_close(struct access **access)
{
	struct access *gone = take(*access);

	if (!gone)
		return;
	sessions_close(&gone->sessions);
	web_rate_close(&gone->tries);
	web_rate_close(&gone->all_tries);
	pthread_mutex_destroy(&gone->lock);
	pthread_mutex_destroy(&gone->hashing);
	free(gone->password_hash);
	free(gone->token);
	free(gone);
}

void access_take(struct access *access, const struct access_secrets *secrets)
{
	pthread_mutex_lock(&access->lock);
	if (strcmp(access->password_hash, secrets->password_hash) != 0)
		sessions_end_all(access->sessions);
	free(access->password_hash);
	free(access->token);
	access->password_hash = own_copy(secrets->password_hash);
	access->token = own_copy(secrets->token);
	pthread_mutex_unlock(&access->lock);
}

bool access_has_password(struct access *access)
{
	pthread_mutex_lock(&access->lock);
	bool has_one = access->password_hash[0] != '\0';
	pthread_mutex_unlock(&access->lock);
	return has_one;
}

/* ---- the owner ---- */

/* In the same time whatever they are. */
static bool is_same(const char *a, const char *b)
{
	uint8_t hash_a[crypto_generichash_BYTES], hash_b[crypto_generichash_BYTES];

	crypto_generichash(hash_a, sizeof hash_a, (const uint8_t *)a, strlen(a), NULL, 0);
	crypto_generichash(hash_b, sizeof hash_b, (const uint8_t *)b, strlen(b), NULL, 0);
	return sodium_memcmp(hash_a, hash_b, sizeof hash_a) == 0;
}

static bool has_token(struct access *access, const char *authorization)
{
	if (!authorization || strncasecmp(authorization, BEARER, strlen(BEARER)) != 0)
		return false;
	pthread_mutex_lock(&access->lock);
	bool fits = access->token[0] && is_same(authorization + strlen(BEARER), access->token);
	pthread_mutex_unlock(&access->lock);
	return fits;
}

struct access_right access_of(struct access *access, const struct access_claim *claim, int64_t now_ms)
{
	struct access_right right = {0};

	if (has_token(access, claim->authorization))
		return (struct access_right){.is_owner = true, .by_token = true};
	if (!access_has_password(access)) {
		right.is_owner = claim->from_here;
		return right;
	}
	if (web_cookie_find(claim->cookie, COOKIE_NAME, right.session, sizeof right.session) &&
	    sessions_use(access->sessions, right.session, now_ms))
		right.is_owner = true;
	else
		right.session[0] = '\0';
	return right;
}

void access_form_token(struct access *access, const struct access_right *right,
		       char token_out[SESSION_ID_SIZE])
{
	sessions_form_token(access->sessions, right->session, token_out);
}

bool access_form_token_fits(struct access *access, const struct access_right *right, const char *token)
{
	return token && sessions_form_token_fits(access->sessions, right->session, token);
}

/* ---- logging in and out ---- */

static char *present_hash(struct access *access)
{
	pthread_mutex_lock(&access->lock);
	char *hash = own_copy(access->password_hash);
	pthread_mutex_unlock(&access->lock);
	return hash;
}

/* The password may have become another one meanwhile, which ended all sessions: then none begins. */
static bool begin_session(struct access *access, const char *hash, int64_t now_ms,
			  char session_out[SESSION_ID_SIZE])
{
	pthread_mutex_lock(&access->lock);
	bool same = strcmp(hash, access->password_hash) == 0;
	if (same)
		sessions_begin(access->sessions, now_ms, session_out);
	pthread_mutex_unlock(&access->lock);
	return same;
}

static bool password_is_right(struct access *access, const char *password, const char *hash)
{
	pthread_mutex_lock(&access->hashing);
	bool fits = hash[0] && password_fits(password, hash);
	pthread_mutex_unlock(&access->hashing);
	return fits;
}

/* Of its own first: who tries too often takes nothing from the others. */
bool access_may_try(struct access *access, const struct web_address *caller, int64_t now_ms, int *wait_s_out)
{
	static const struct web_address everybody;
	struct web_address one = web_address_caller(caller);

	return web_rate_take(access->tries, &one, now_ms, wait_s_out) &&
	       web_rate_take(access->all_tries, &everybody, now_ms, wait_s_out);
}

bool access_login(struct access *access, const char *password, int64_t now_ms,
		  char session_out[SESSION_ID_SIZE])
{
	scoped_text hash = present_hash(access);

	return password_is_right(access, password, hash) && begin_session(access, hash, now_ms, session_out);
}

void access_logout(struct access *access, const struct access_right *right)
{
	sessions_end(access->sessions, right->session);
}

char *access_cookie(const char *session, bool over_tls)
{
	return own_format(COOKIE_NAME "=%s; Path=/; HttpOnly; SameSite=Strict%s%s", session,
			  over_tls ? "; Secure" : "", *session ? "" : "; Max-Age=0");
}
