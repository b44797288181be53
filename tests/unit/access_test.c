/* Who may use the admin port: sessions, the password, the token. The clock is the test's. */
#include "bridge/admin/access.h"
#include "tests/unit/cases.h"
#include "web/password.h"

#include <stdio.h>
#include <string.h>

#define PASSWORD "correct horse battery"
#define TOKEN    "0123456789abcdefTOKEN"
#define NOW_MS   INT64_C(5000000)

enum login_outcome { LOGIN_DONE, LOGIN_WRONG, LOGIN_TOO_OFTEN };

static char hash[PASSWORD_HASH_SIZE], other_hash[PASSWORD_HASH_SIZE];

/* ---- passwords ---- */

static void check_hash(void **state)
{
	char again[PASSWORD_HASH_SIZE], longest[PASSWORD_MOST + 2];
	struct error error = {0};

	(void)state;
	assert_true(password_hash_is_good(hash));
	assert_non_null(strstr(hash, "$m=19456,t=2,"));
	assert_true(password_fits(PASSWORD, hash));
	assert_false(password_fits(PASSWORD " ", hash));
	assert_false(password_fits("", hash));
	assert_true(password_hash(PASSWORD, again, &error));
	assert_string_not_equal(again, hash); /* each has a salt of its own */
	assert_false(password_hash("short", again, &error));
	memset(longest, 'x', sizeof longest);
	longest[PASSWORD_MOST + 1] = '\0';
	assert_false(password_hash(longest, again, &error));
	longest[PASSWORD_MOST] = '\0';
	assert_true(password_hash(longest, again, &error));
	assert_true(password_fits(longest, again));
}

static const struct form_case {
	const char *sentence, *hash;
} form_cases[] = {
	{"no hash at all", ""},
	{"a password is none", "correct horse battery"},
	{"what a shell has left of one", "=19=19456,t=2,p=1"},
	{"another kind", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"},
	{"one that would take 4 GiB", "$argon2id$v=19$m=4194304,t=2,p=1$1Ht1v6dvjLV9cjAD3D5fzQ$Pytydg+"
				      "yJpmtIKWpj6AWF9OJ+WbvU8I/CJjho30+MVc"},
	{"one that is cut", "$argon2id$v=19$m=19456"},
	{"one without a number", "$argon2id$v=19$m=,t=2,p=1$AAAA$AAAA"},
};

static void check_form(void **state)
{
	const struct form_case *row = *state;

	assert_false(password_hash_is_good(row->hash));
}

/* ---- sessions ---- */

static void check_session(void **state)
{
	struct sessions *sessions = sessions_open();
	char id[SESSION_ID_SIZE], other[SESSION_ID_SIZE];

	(void)state;
	sessions_begin(sessions, NOW_MS, id);
	sessions_begin(sessions, NOW_MS, other);
	assert_int_equal(strlen(id), SESSION_ID_SIZE - 1);
	assert_string_not_equal(id, other);
	assert_true(sessions_use(sessions, id, NOW_MS));
	assert_false(sessions_use(sessions, "", NOW_MS));
	assert_false(sessions_use(sessions, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NOW_MS));
	sessions_end(sessions, id);
	assert_false(sessions_use(sessions, id, NOW_MS));
	assert_true(sessions_use(sessions, other, NOW_MS));
	sessions_end_all(sessions);
	assert_false(sessions_use(sessions, other, NOW_MS));
	sessions_close(&sessions);
}

static void check_idle(void **state)
{
	struct sessions *sessions = sessions_open();
	char id[SESSION_ID_SIZE];

	(void)state;
	sessions_begin(sessions, NOW_MS, id);
	assert_true(sessions_use(sessions, id, NOW_MS + SESSION_IDLE_MS - 1));
	assert_true(sessions_use(sessions, id, NOW_MS + 2 * (SESSION_IDLE_MS - 1)));
	assert_false(sessions_use(sessions, id, NOW_MS + 3 * SESSION_IDLE_MS));
	assert_false(sessions_use(sessions, id, NOW_MS + 2 * (SESSION_IDLE_MS - 1)));
	sessions_close(&sessions);
}

static void check_age(void **state)
{
	struct sessions *sessions = sessions_open();
	char id[SESSION_ID_SIZE];
	int64_t now_ms = NOW_MS;

	(void)state;
	sessions_begin(sessions, NOW_MS, id);
	for (; now_ms < NOW_MS + SESSION_LASTS_MS; now_ms += SESSION_IDLE_MS / 2)
		assert_true(sessions_use(sessions, id, now_ms));
	assert_false(sessions_use(sessions, id, now_ms));
	sessions_close(&sessions);
}

static void check_crowd(void **state)
{
	struct sessions *sessions = sessions_open();
	char first[SESSION_ID_SIZE], second[SESSION_ID_SIZE], more[SESSION_ID_SIZE];

	(void)state;
	sessions_begin(sessions, NOW_MS, first);
	sessions_begin(sessions, NOW_MS + 1, second);
	for (int i = 2; i < SESSIONS_MOST; i++)
		sessions_begin(sessions, NOW_MS + i, more);
	assert_true(sessions_use(sessions, first, NOW_MS + 100));
	sessions_begin(sessions, NOW_MS + 101, more);
	assert_true(sessions_use(sessions, first, NOW_MS + 102));
	assert_false(sessions_use(sessions, second, NOW_MS + 102)); /* it was not used for longest */
	assert_true(sessions_use(sessions, more, NOW_MS + 102));
	sessions_close(&sessions);
}

static void check_form_token(void **state)
{
	struct sessions *sessions = sessions_open(), *others = sessions_open();
	char id[SESSION_ID_SIZE], token[SESSION_ID_SIZE];

	(void)state;
	sessions_begin(sessions, NOW_MS, id);
	sessions_form_token(sessions, id, token);
	assert_string_not_equal(token, id);
	assert_true(sessions_form_token_fits(sessions, id, token));
	assert_false(sessions_form_token_fits(sessions, "", token));
	assert_false(sessions_form_token_fits(sessions, id, ""));
	assert_false(sessions_form_token_fits(sessions, id, id));
	assert_false(sessions_form_token_fits(others, id, token)); /* another process */
	sessions_close(&sessions);
	sessions_close(&others);
}

/* ---- who is the owner ---- */

static enum login_outcome try_login(struct access *access, const struct web_address *caller,
				    const char *password, int64_t now_ms, char session_out[SESSION_ID_SIZE],
				    int *wait_s_out)
{
	if (!access_may_try(access, caller, now_ms, wait_s_out))
		return LOGIN_TOO_OFTEN;
	return access_login(access, password, now_ms, session_out) ? LOGIN_DONE : LOGIN_WRONG;
}

static const struct right_case {
	const char *sentence;
	bool has_password, has_token;
	bool brings_session;
	const char *authorization;
	bool from_here;
	bool is_owner, by_token;
} right_cases[] = {
	{"without a password whoever asks from this machine is", false, false, false, NULL, true, true,
	 false},
	{"without a password nobody else is", false, false, false, NULL, false, false, false},
	{"with a password this machine is nobody", true, false, false, NULL, true, false, false},
	{"a session is", true, false, true, NULL, false, true, false},
	{"the token is", true, true, false, "Bearer " TOKEN, false, true, true},
	{"the token is, whatever the case of its word", true, true, false, "bearer " TOKEN, false, true,
	 true},
	{"the token is, without a password too", false, true, false, "Bearer " TOKEN, false, true, true},
	{"another token is not", true, true, false, "Bearer 0123456789abcdefTOKEn", true, false, false},
	{"a part of the token is not", true, true, false, "Bearer 0123456789abcdef", true, false, false},
	{"the token with something behind is not", true, true, false, "Bearer " TOKEN "x", true, false,
	 false},
	{"no token is none of nobody", true, false, false, "Bearer ", true, false, false},
	{"the token without its word is not", true, true, false, TOKEN, true, false, false},
	{"the password as a bearer is not", true, true, false, "Bearer " PASSWORD, true, false, false},
	{"a wrong token leaves a session what it is", true, true, true, "Bearer x", false, true, false},
};

static void check_right(void **state)
{
	const struct right_case *row = *state;
	const struct access_secrets secrets = {row->has_password ? hash : "", row->has_token ? TOKEN : ""};
	struct access *access = access_open(&secrets);
	const struct web_address caller = {.bytes = {1}};
	char session[SESSION_ID_SIZE] = "";
	int wait_s = 0;

	if (row->brings_session)
		assert_int_equal(try_login(access, &caller, PASSWORD, NOW_MS, session, &wait_s), LOGIN_DONE);
	scoped_text cookie = own_format("davenport_session=%s", session);
	const struct access_claim claim = {.cookie = row->brings_session ? cookie : NULL,
					   .authorization = row->authorization,
					   .from_here = row->from_here};
	struct access_right right = access_of(access, &claim, NOW_MS);
	assert_int_equal(right.is_owner, row->is_owner);
	assert_int_equal(right.by_token, row->by_token);
	assert_string_equal(right.session, session);
	access_close(&access);
}

static struct access *open_usual(void)
{
	const struct access_secrets secrets = {hash, TOKEN};

	return access_open(&secrets);
}

static bool is_owner(struct access *access, const char *session)
{
	scoped_text cookie = own_format("davenport_session=%s", session);
	const struct access_claim claim = {.cookie = cookie};

	return access_of(access, &claim, NOW_MS).is_owner;
}

static void check_login(void **state)
{
	struct access *access = open_usual();
	const struct web_address caller = {.bytes = {1}};
	char session[SESSION_ID_SIZE] = "planted", again[SESSION_ID_SIZE];
	int wait_s = 0;

	(void)state;
	assert_int_equal(try_login(access, &caller, "wrong", NOW_MS, session, &wait_s), LOGIN_WRONG);
	assert_string_equal(session, "planted");
	assert_false(is_owner(access, session));
	assert_int_equal(try_login(access, &caller, PASSWORD, NOW_MS, session, &wait_s), LOGIN_DONE);
	assert_true(is_owner(access, session));
	assert_int_equal(try_login(access, &caller, PASSWORD, NOW_MS, again, &wait_s), LOGIN_DONE);
	assert_string_not_equal(again, session);
	access_close(&access);
}

/* A try that is refused computes nothing: the right password is refused like a wrong one. */
static void check_guessing(void **state)
{
	struct access *access = open_usual();
	const struct web_address guesser = {.bytes = {1}}, owner = {.bytes = {2}};
	char session[SESSION_ID_SIZE], other[SESSION_ID_SIZE] = "";
	int wait_s = 0, computed = 0;

	(void)state;
	assert_int_equal(try_login(access, &owner, PASSWORD, NOW_MS, session, &wait_s), LOGIN_DONE);
	for (int i = 0; i < 1000; i++)
		computed += try_login(access, &guesser, "guess", NOW_MS, other, &wait_s) == LOGIN_WRONG;
	assert_int_equal(computed, LOGIN_TRIES_AT_ONCE);
	assert_int_equal(try_login(access, &guesser, PASSWORD, NOW_MS, other, &wait_s), LOGIN_TOO_OFTEN);
	assert_int_equal(wait_s, 10);
	assert_true(is_owner(access, session)); /* who is in stays in; */
	assert_int_equal(try_login(access, &owner, PASSWORD, NOW_MS, other, &wait_s),
			 LOGIN_DONE); /* and may come in elsewhere */
	assert_int_equal(try_login(access, &guesser, "guess", NOW_MS + 10000, other, &wait_s), LOGIN_WRONG);
	access_close(&access);
}

#define GUESSERS 60

static void check_guessing_from_everywhere(void **state)
{
	struct access *access = open_usual();
	char session[SESSION_ID_SIZE], other[SESSION_ID_SIZE] = "";
	const struct web_address owner = {.bytes = {2}};
	int wait_s = 0, computed = 0;

	(void)state;
	assert_int_equal(try_login(access, &owner, PASSWORD, NOW_MS, session, &wait_s), LOGIN_DONE);
	for (int i = 0; i < GUESSERS; i++) {
		const struct web_address guesser = {.bytes = {3, (uint8_t)(i >> 8), (uint8_t)i}};
		computed += try_login(access, &guesser, "guess", NOW_MS, other, &wait_s) == LOGIN_WRONG;
	}
	assert_int_equal(computed, LOGIN_TRIES_AT_ONCE_ALL - 1);
	assert_true(is_owner(access, session));
	access_close(&access);
}

static void check_changes(void **state)
{
	struct access *access = open_usual();
	const struct web_address caller = {.bytes = {1}};
	char session[SESSION_ID_SIZE];
	int wait_s = 0;

	(void)state;
	assert_int_equal(try_login(access, &caller, PASSWORD, NOW_MS, session, &wait_s), LOGIN_DONE);
	access_take(access, &(struct access_secrets){hash, "another token, as long"});
	assert_true(is_owner(access, session));
	access_take(access, &(struct access_secrets){other_hash, TOKEN});
	assert_false(is_owner(access, session));
	assert_int_equal(try_login(access, &caller, PASSWORD, NOW_MS, session, &wait_s), LOGIN_WRONG);
	assert_int_equal(try_login(access, &caller, "another one", NOW_MS, session, &wait_s), LOGIN_DONE);
	access_take(access, &(struct access_secrets){"", TOKEN});
	assert_false(is_owner(access, session));
	assert_int_equal(try_login(access, &caller, "", NOW_MS, session, &wait_s), LOGIN_WRONG);
	access_close(&access);
}

static void check_cookie(void **state)
{
	scoped_text plain = access_cookie("abc", false);
	scoped_text secure = access_cookie("abc", true);
	scoped_text gone = access_cookie("", false);

	(void)state;
	assert_string_equal(plain, "davenport_session=abc; Path=/; HttpOnly; SameSite=Strict");
	assert_string_equal(secure, "davenport_session=abc; Path=/; HttpOnly; SameSite=Strict; Secure");
	assert_string_equal(gone, "davenport_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

int main(void)
{
	struct cases cases = {0};

	if (!password_hash(PASSWORD, hash, NULL) || !password_hash("another one", other_hash, NULL))
		return 1;
	cases_add(&cases, own_copy("a password has a hash"), check_hash, NULL);
	cases_add_table(&cases, form_cases, check_form);
	cases_add(&cases, own_copy("a session lives until it is ended"), check_session, NULL);
	cases_add(&cases, own_copy("a session that is not used ends"), check_idle, NULL);
	cases_add(&cases, own_copy("a session ends, used or not"), check_age, NULL);
	cases_add(&cases, own_copy("of too many sessions the one that was not used for longest ends"),
		  check_crowd, NULL);
	cases_add(&cases, own_copy("a form's token is of its session and its process"), check_form_token,
		  NULL);
	cases_add_table(&cases, right_cases, check_right);
	cases_add(&cases, own_copy("each login begins a session of its own"), check_login, NULL);
	cases_add(&cases, own_copy("a thousand guesses from one address are five"), check_guessing, NULL);
	cases_add(&cases, own_copy("sixty guesses from sixty addresses are twenty"),
		  check_guessing_from_everywhere, NULL);
	cases_add(&cases, own_copy("another password ends all sessions"), check_changes, NULL);
	cases_add(&cases, own_copy("what the cookie says"), check_cookie, NULL);
	return cases_run("access", &cases);
}
