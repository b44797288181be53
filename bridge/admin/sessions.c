#include "bridge/admin/sessions.h"
#include "base/clock.h"
#include "base/own.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_SIZE 32

struct session {
	bool lives;
	uint8_t hash[SECRET_SIZE];
	int64_t began_ms, used_ms;
};

struct sessions {
	pthread_mutex_t lock;
	uint8_t form_key[SECRET_SIZE];
	struct session list[SESSIONS_MOST];
};

static void write_out(const uint8_t bytes[SECRET_SIZE], char out[SESSION_ID_SIZE])
{
	sodium_bin2base64(out, SESSION_ID_SIZE, bytes, SECRET_SIZE, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* key: NULL for a plain hash */
static void hash_words(const char *words, const uint8_t *key, uint8_t hash_out[SECRET_SIZE])
{
	crypto_generichash(hash_out, SECRET_SIZE, (const uint8_t *)words, strlen(words), key,
			   key ? SECRET_SIZE : 0);
}

struct sessions *sessions_open(void)
{
	struct sessions *sessions = own_alloc(sizeof *sessions);

	if (sodium_init() < 0 || pthread_mutex_init(&sessions->lock, NULL) != 0)
		abort();
	random_bytes(sessions->form_key, sizeof sessions->form_key);
	return sessions;
}

void sessions_close(struct sessions **sessions)
{
	struct sessions *gone = take(*sessions);

	if (!gone)
		return;
	pthread_mutex_destroy(&gone->lock);
	sodium_memzero(gone, sizeof *gone);
	free(gone);
}

static bool is_alive(struct session *session, int64_t now_ms)
{
	if (now_ms - session->began_ms >= SESSION_LASTS_MS || now_ms - session->used_ms >= SESSION_IDLE_MS)
		session->lives = false;
	return session->lives;
}

static struct session *place_for_one(struct sessions *sessions, int64_t now_ms)
{
	struct session *oldest = &sessions->list[0];

	for (size_t i = 0; i < SESSIONS_MOST; i++) {
		if (!is_alive(&sessions->list[i], now_ms))
			return &sessions->list[i];
		if (sessions->list[i].used_ms < oldest->used_ms)
			oldest = &sessions->list[i];
	}
	return oldest;
}

void sessions_begin(struct sessions *sessions, int64_t now_ms, char id_out[SESSION_ID_SIZE])
{
	uint8_t secret[SECRET_SIZE];

	random_bytes(secret, sizeof secret);
	write_out(secret, id_out);
	sodium_memzero(secret, sizeof secret);
	pthread_mutex_lock(&sessions->lock);
	struct session *session = place_for_one(sessions, now_ms);
	*session = (struct session){.lives = true, .began_ms = now_ms, .used_ms = now_ms};
	hash_words(id_out, NULL, session->hash);
	pthread_mutex_unlock(&sessions->lock);
}

/* Under the lock. NULL: none has this id. */
static struct session *find(struct sessions *sessions, const char *id)
{
	uint8_t hash[SECRET_SIZE];

	hash_words(id, NULL, hash);
	for (size_t i = 0; i < SESSIONS_MOST; i++)
		if (sessions->list[i].lives && sodium_memcmp(sessions->list[i].hash, hash, sizeof hash) == 0)
			return &sessions->list[i];
	return NULL;
}

bool sessions_use(struct sessions *sessions, const char *id, int64_t now_ms)
{
	if (strlen(id) != SESSION_ID_SIZE - 1)
		return false;
	pthread_mutex_lock(&sessions->lock);
	struct session *session = find(sessions, id);
	bool lives = session && is_alive(session, now_ms);
	if (lives)
		session->used_ms = now_ms;
	pthread_mutex_unlock(&sessions->lock);
	return lives;
}

void sessions_end(struct sessions *sessions, const char *id)
{
	pthread_mutex_lock(&sessions->lock);
	struct session *session = find(sessions, id);
	if (session)
		session->lives = false;
	pthread_mutex_unlock(&sessions->lock);
}

void sessions_end_all(struct sessions *sessions)
{
	pthread_mutex_lock(&sessions->lock);
	memset(sessions->list, 0, sizeof sessions->list);
	pthread_mutex_unlock(&sessions->lock);
}

void sessions_form_token(const struct sessions *sessions, const char *id, char token_out[SESSION_ID_SIZE])
{
	uint8_t hash[SECRET_SIZE];

	hash_words(id, sessions->form_key, hash);
	write_out(hash, token_out);
}

bool sessions_form_token_fits(const struct sessions *sessions, const char *id, const char *token)
{
	char wanted[SESSION_ID_SIZE];

	sessions_form_token(sessions, id, wanted);
	return strlen(token) == sizeof wanted - 1 && sodium_memcmp(token, wanted, sizeof wanted - 1) == 0;
}
