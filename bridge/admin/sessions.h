/* Who has logged in. A session is 256 bits of chance that its browser keeps in a cookie; here only a hash of them is kept, so that
 * nothing that could be used stands in our memory.
 *
 * It ends SESSION_LASTS_MS after it began, or when it was not used for SESSION_IDLE_MS, or when it is ended. There are at most SESSIONS_MOST:
 * a further one ends the one that was not used for longest. None survives the process. From any thread; the steady clock is
 * given. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define SESSION_LASTS_MS INT64_C(43200000) /* 12 hours */
#define SESSION_IDLE_MS  INT64_C(7200000)
#define SESSIONS_MOST    32
#define SESSION_ID_SIZE  44 /* base64url of 32 bytes, with the NUL */

struct sessions;

struct sessions *sessions_open(void);
void sessions_close(struct sessions **sessions);

/* A new one. */
void sessions_begin(struct sessions *sessions, int64_t now_ms, char id_out[SESSION_ID_SIZE]);
/* Whether it lives, which is a use of it. */
bool sessions_use(struct sessions *sessions, const char *id, int64_t now_ms);
void sessions_end(struct sessions *sessions, const char *id);
void sessions_end_all(struct sessions *sessions);

/* What a form of this session has to bring along, so that no page of a stranger's can make one: it follows from the session and from
 * a secret of this process. An empty id is that of those who need no session. */
void sessions_form_token(const struct sessions *sessions, const char *id, char token_out[SESSION_ID_SIZE]);
bool sessions_form_token_fits(const struct sessions *sessions, const char *id, const char *token);
