/* Settings: where a value may come from, which wins, and what is refused with which words. */
#include "base/log.h"
#include "base/settings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* after what it wants declared */
#include <cmocka.h>

struct settings {
	char *server, *user, *password, *listen, *databases;
	int poll_s, calls;
	char *token;
	struct settings_family tokens;
	char *key;
};

static const struct setting table[] = {
	{"TEST_URL", SETTING_URL, offsetof(struct settings, server), "http://localhost:5984", 0, 0,
	 "the server"},
	{"TEST_USER", SETTING_TEXT, offsetof(struct settings, user), NULL, 0, 0, "who we are"},
	{"TEST_PASSWORD", SETTING_SECRET, offsetof(struct settings, password), NULL, 0, 0, "how we prove it"},
	{"TEST_LISTEN", SETTING_LISTEN, offsetof(struct settings, listen), "127.0.0.1:8791", 0, 0,
	 "where we listen"},
	{"TEST_DATABASES", SETTING_LIST, offsetof(struct settings, databases), NULL, 0, 0, "which databases"},
	{"TEST_POLL_SECONDS", SETTING_SECONDS, offsetof(struct settings, poll_s), "30", 1, 3600,
	 "between looks"},
	{"TEST_CALLS", SETTING_COUNT, offsetof(struct settings, calls), NULL, 0, 0, "calls a month"},
	{"TEST_TOKEN", SETTING_SECRET, offsetof(struct settings, token), NULL, 0, 0, "the token"},
	{"TEST_TOKEN_*", SETTING_SECRET, offsetof(struct settings, tokens), NULL, 0, 0, "a base's own token"},
	{"KEY_FOR_HEADERS", SETTING_TOKEN, offsetof(struct settings, key), NULL, 0, 0, "the key"},
};

static char folder[] = "/tmp/davenport-settings-XXXXXX";

static void set_variable(const char *name, const char *value)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	assert_int_equal(setenv(name, value, 1), 0);
}

static void unset_variable(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	assert_int_equal(unsetenv(name), 0);
}

static char *write_file(const char *name, const char *bytes, size_t length)
{
	char *path = own_format("%s/%s", folder, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return path;
}

extern char **environ;

/* All that begin as the settings of these tests do, whoever set them. */
static void clear_environment(void)
{
	static const char *const prefixes[] = {"TEST_", "TSET_", "TESTURL", "KEY_FOR_HEADERS"};

	for (char **variable = environ; *variable;) {
		bool ours = false;
		for (size_t i = 0; i < countof(prefixes); i++)
			ours = ours || strncmp(*variable, prefixes[i], strlen(prefixes[i])) == 0;
		if (!ours) {
			variable++;
			continue;
		}
		scoped_text name = own_copy_bytes(*variable, strcspn(*variable, "="));
		unset_variable(name); /* the others move up */
	}
}

/* "A=b\nC=d" into the environment; '@' in a value stands for the folder. */
static void set_environment(const char *lines)
{
	while (lines && *lines) {
		size_t length = strcspn(lines, "\n");
		scoped_text line = own_copy_bytes(lines, length);
		char *value = strchr(line, '=');
		assert_non_null(value);
		*value++ = '\0';
		scoped_text whole = *value == '@' ? own_format("%s%s", folder, value + 1) : own_copy(value);
		set_variable(line, whole);
		lines += length + (lines[length] == '\n');
	}
}

struct row {
	const char *name;
	const char *environment; /* lines */
	const char *file;        /* its content, or NULL: none */
	const char *setting;     /* what is looked at, or NULL: it must fail */
	const char *value;       /* of it, or words of the error */
};

static const struct row rows[] = {
	{"nothing given: the fallback", "", NULL, "TEST_URL", "http://localhost:5984"},
	{"nothing given and no fallback: an empty text", "", NULL, "TEST_USER", ""},
	{"nothing given: a number's fallback", "", NULL, "TEST_POLL_SECONDS", "30"},
	{"nothing given and no fallback: 0", "", NULL, "TEST_CALLS", "0"},
	{"the environment gives a text", "TEST_USER=me", NULL, "TEST_USER", "me"},
	{"the environment gives a secret", "TEST_PASSWORD=pass word", NULL, "TEST_PASSWORD", "pass word"},
	{"a secret from a file, its line ends cut", "TEST_PASSWORD_FILE=@/secret", NULL, "TEST_PASSWORD",
	 "from file"},
	{"a secret of several lines from a file", "TEST_PASSWORD_FILE=@/lines", NULL, "TEST_PASSWORD",
	 "k1 aa\nk2 bb"},
	{"the file gives a text", "", "TEST_USER=me\n", "TEST_USER", "me"},
	{"the file's last line needs no line end", "", "TEST_USER=me", "TEST_USER", "me"},
	{"the environment wins over the file", "TEST_USER=env", "TEST_USER=file\n", "TEST_USER", "env"},
	{"an empty variable is none", "TEST_USER=", "TEST_USER=file\n", "TEST_USER", "file"},
	{"an empty number in the file is the fallback", "", "TEST_POLL_SECONDS=\n", "TEST_POLL_SECONDS",
	 "30"},
	{"an empty text in the file is empty", "", "TEST_USER=\n", "TEST_USER", ""},
	{"the environment's NAME_FILE wins over the file's NAME", "TEST_PASSWORD_FILE=@/secret",
	 "TEST_PASSWORD=x\n", "TEST_PASSWORD", "from file"},
	{"the environment's NAME wins over the file's NAME_FILE", "TEST_PASSWORD=x",
	 "TEST_PASSWORD_FILE=/nowhere\n", "TEST_PASSWORD", "x"},
	{"comments, empty lines, spaces and CRLF", "",
	 "\xEF\xBB\xBF# one\r\n\r\n  # two\n  TEST_USER =  me too \r\n", "TEST_USER", "me too"},
	{"a '#' within a value belongs to it", "", "TEST_PASSWORD=ab#cd # ef\n", "TEST_PASSWORD",
	 "ab#cd # ef"},
	{"a '=' within a value belongs to it", "", "TEST_PASSWORD=a=b==\n", "TEST_PASSWORD", "a=b=="},
	{"double quotes with escapes", "", "TEST_USER=\" a\\n\\t\\\"\\\\b \"\n", "TEST_USER", " a\n\t\"\\b "},
	{"single quotes without escapes", "", "TEST_USER=' a\\n\"b '\n", "TEST_USER", " a\\n\"b "},
	{"a URL loses its slashes at the end", "TEST_URL=https://couch.example.org/base//", NULL, "TEST_URL",
	 "https://couch.example.org/base"},
	{"a list loses its spaces around commas", "TEST_DATABASES= a b ,c,  d ", NULL, "TEST_DATABASES",
	 "a b,c,d"},
	{"an address to listen at", "TEST_LISTEN=[::1]:80", NULL, "TEST_LISTEN", "[::1]:80"},
	{"the least number", "TEST_POLL_SECONDS=1", NULL, "TEST_POLL_SECONDS", "1"},
	{"the most", "TEST_POLL_SECONDS=3600", NULL, "TEST_POLL_SECONDS", "3600"},
	{"the largest number of all", "TEST_CALLS=2147483647", NULL, "TEST_CALLS", "2147483647"},
	{"a member of a family from the environment", "TEST_TOKEN_app1=t1", NULL, "app1", "t1"},
	{"a member of a family from a file named in the environment", "TEST_TOKEN_app1_FILE=@/secret", NULL,
	 "app1", "from file"},
	{"a member of a family from the file", "", "TEST_TOKEN_app1=t1\n", "app1", "t1"},
	{"several members from several places", "TEST_TOKEN_app1=t1",
	 "TEST_TOKEN_app1=x\nTEST_TOKEN_app2=t2\n", "app2", "t2"},
	{"the environment's member wins", "TEST_TOKEN_app1=t1", "TEST_TOKEN_app1=x\nTEST_TOKEN_app2=t2\n",
	 "app1", "t1"},
	{"NAME_FILE is the setting's, not a member called FILE", "TEST_TOKEN_FILE=@/secret", NULL,
	 "TEST_TOKEN", "from file"},
	{"the same in the file", "", "TEST_TOKEN_FILE=/dev/null/x\n", NULL,
	 "settings.conf:1: TEST_TOKEN_FILE: the file"},

	{"an unknown key is named with its line and the nearest", "", "# x\nTEST_ULR=http://x\n", NULL,
	 "settings.conf:2: there is no setting TEST_ULR, the nearest is TEST_URL"},
	{"NAME_FILE of what is no secret is unknown", "", "TEST_USER_FILE=/x\n", NULL,
	 "there is no setting TEST_USER_FILE"},
	{"a family's name without its end is unknown", "", "TEST_TOKEN_=x\n", NULL,
	 "there is no setting TEST_TOKEN_"},
	{"a key that comes twice", "", "TEST_USER=a\nTEST_USER=b\n", NULL,
	 "settings.conf:2: this key was set further up"},
	{"a line without '='", "", "TEST_USER\n", NULL, "settings.conf:1: a line is KEY=value"},
	{"a key with other letters", "", "TEST USER=x\n", NULL, "settings.conf:1: a key has letters"},
	{"no key", "", "=x\n", NULL, "settings.conf:1: a key has letters"},
	{"a quote that is not closed", "", "TEST_USER=\"abc\n", NULL,
	 "settings.conf:1: the closing quote is missing"},
	{"something behind a quote", "", "TEST_USER='abc' # x\n", NULL,
	 "settings.conf:1: something stands behind"},
	{"an unknown escape", "", "TEST_USER=\"a\\x\"\n", NULL, "settings.conf:1: only \\n"},
	{"no UTF-8 in the file", "", "TEST_USER=\xff\n", NULL, "is no text in UTF-8"},
	{"no UTF-8 in the environment", "TEST_USER=\xff", NULL, NULL, "environment: TEST_USER is no UTF-8"},
	{"the file is missing", "TEST_CONFIG=@/nothing", NULL, NULL, "TEST_CONFIG: the settings file"},
	{"the file is a folder", "TEST_CONFIG=@/", NULL, NULL, "is no regular file"},
	{"the file is a FIFO", "TEST_CONFIG=@/fifo", NULL, NULL, "is no regular file"},
	{"a secret's file is missing", "TEST_PASSWORD_FILE=@/nothing", NULL, NULL,
	 "environment: TEST_PASSWORD_FILE: the file "},
	{"a secret's file is too large", "TEST_PASSWORD_FILE=@/large", NULL, NULL,
	 "is larger than 65536 bytes"},
	{"a secret's file has NUL in it", "TEST_PASSWORD_FILE=@/nul", NULL, NULL, "is no text in UTF-8"},
	{"NAME and NAME_FILE together in the environment", "TEST_PASSWORD=a\nTEST_PASSWORD_FILE=@/secret",
	 NULL, NULL, "environment: TEST_PASSWORD is given together with TEST_PASSWORD_FILE: remove one"},
	{"NAME and NAME_FILE together in the file", "", "TEST_PASSWORD_FILE=/x\nTEST_PASSWORD=a\n", NULL,
	 "settings.conf:2: TEST_PASSWORD is given together with TEST_PASSWORD_FILE"},
	{"a member and its _FILE together", "TEST_TOKEN_app1=a\nTEST_TOKEN_app1_FILE=@/secret", NULL, NULL,
	 "TEST_TOKEN_app1 is given together with TEST_TOKEN_app1_FILE"},
	{"a member without a value", "", "TEST_TOKEN_app1=\n", NULL,
	 "settings.conf:1: TEST_TOKEN_app1 has no value"},
	{"a secret's file that is empty", "TEST_PASSWORD_FILE=@/empty", NULL, NULL,
	 "is empty: put the value into it"},
	{"a secret's file of blanks", "TEST_PASSWORD_FILE=@/blank", NULL, NULL,
	 "is empty: put the value into it"},
	{"a comment behind a text", "TEST_USER=me # it is I", NULL, NULL,
	 "environment: TEST_USER has a comment behind it, which belongs to the value: put the comment on a "
	 "line of its "
	 "own, it is \"me # it is I\" (who we are)"},
	{"a comment behind a text in the file", "", "TEST_USER=me\t# it is I\n", NULL,
	 "settings.conf:1: TEST_USER has a comment behind it"},
	{"a comment behind a URL", "TEST_URL=http://x # here", NULL, NULL,
	 "TEST_URL has a comment behind it"},
	{"a comment behind a number", "TEST_CALLS=5 # or so", NULL, NULL,
	 "TEST_CALLS has a comment behind it"},
	{"a comment behind a list", "TEST_DATABASES=a,b # two", NULL, NULL,
	 "TEST_DATABASES has a comment behind it"},
	{"a comment behind an address", "TEST_LISTEN=127.0.0.1:1 # here", NULL, NULL,
	 "TEST_LISTEN has a comment behind it"},
	{"a '#' in a text is no comment", "TEST_USER=me#1", NULL, "TEST_USER", "me#1"},
	{"quotes around a text", "TEST_USER=\"me\"", NULL, NULL,
	 "TEST_USER has quotes around it, which belong to the value: leave them out, it is \"\"me\"\""},
	{"quotes around a URL", "TEST_URL='http://x'", NULL, NULL, "TEST_URL has quotes around it"},
	{"quotes around a number", "TEST_CALLS=\"5\"", NULL, NULL, "TEST_CALLS has quotes around it"},
	{"quotes in a text are its own", "TEST_USER=me \"the\" one", NULL, "TEST_USER", "me \"the\" one"},
	{"a password may look like one in quotes", "TEST_PASSWORD=\"a b\"", NULL, "TEST_PASSWORD", "\"a b\""},
	{"a token", "KEY_FOR_HEADERS=patAbC12.0-_~+/==", NULL, "KEY_FOR_HEADERS", "patAbC12.0-_~+/=="},
	{"a token from a file, its line ends cut", "KEY_FOR_HEADERS_FILE=@/key", NULL, "KEY_FOR_HEADERS",
	 "patOfAFile.1"},
	{"a token of two lines", "KEY_FOR_HEADERS_FILE=@/lines", NULL, NULL,
	 "environment: KEY_FOR_HEADERS_FILE has a space in it, which no token has: give the token alone (the "
	 "key)"},
	{"a token with a line break", "KEY_FOR_HEADERS_FILE=@/broken", NULL, NULL,
	 "KEY_FOR_HEADERS_FILE has a line break in it: a token is one line (the key)"},
	{"a token with a space behind it", "KEY_FOR_HEADERS=patAbC12.0 ", NULL, NULL, "has a space in it"},
	{"a token with the word before it", "KEY_FOR_HEADERS=Bearer patAbC12.0", NULL, NULL,
	 "has a space in it"},
	{"a token with a comment", "KEY_FOR_HEADERS=patAbC12.0 # mine", NULL, NULL,
	 "environment: KEY_FOR_HEADERS has a comment behind it, which belongs to the value: put the comment "
	 "on a line of "
	 "its own (the key)"},
	{"a token in quotes", "KEY_FOR_HEADERS='patAbC12.0'", NULL, NULL,
	 "KEY_FOR_HEADERS has quotes around it"},
	{"a token with a letter that none has", "KEY_FOR_HEADERS=pat\xC3\xA4", NULL, NULL,
	 "has a character in it that no token has: letters, digits and . - _ ~ + / = are all (the key)"},
	{"a URL of another scheme", "TEST_URL=ftp://x", NULL, NULL,
	 "environment: TEST_URL must begin with http:// or https://, it is \"ftp://x\" (the server)"},
	{"a URL without host", "TEST_URL=http:///x", NULL, NULL, "names no host"},
	{"a URL of slashes", "TEST_URL=http://///", NULL, NULL, "names no host"},
	{"a URL with a port only", "TEST_URL=http://:80", NULL, NULL, "names no host"},
	{"a URL with a query", "TEST_URL=http://x/?a", NULL, NULL, "must have no '?'"},
	{"a URL with a space", "TEST_URL=http://x y", NULL, NULL, "has a space"},
	{"a URL with credentials", "", "TEST_URL=http://a:b@x\n", NULL,
	 "settings.conf:1: TEST_URL must hold no user"},
	{"a number that is none", "TEST_CALLS=ten", NULL, NULL,
	 "environment: TEST_CALLS must be a whole number, it is \"ten\" (calls a month)"},
	{"a negative number", "TEST_CALLS=-1", NULL, NULL, "must be a whole number"},
	{"a number with a space", "TEST_CALLS=1 ", NULL, NULL, "must be a whole number"},
	{"a number too large for an int", "TEST_CALLS=2147483648", NULL, NULL, "must be a whole number"},
	{"a number below the least", "TEST_POLL_SECONDS=0", NULL, NULL, "must be from 1 to 3600"},
	{"a number above the most", "TEST_POLL_SECONDS=3601", NULL, NULL, "must be from 1 to 3600"},
	{"an address without port", "TEST_LISTEN=127.0.0.1", NULL, NULL, "must be address:port"},
	{"a list with an empty place", "TEST_DATABASES=a,,b", NULL, NULL, "empty place"},
	{"a list that ends with a comma", "TEST_DATABASES=a, ", NULL, NULL, "ends with a comma"},
};

static char *value_of(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < countof(table); i++) {
		const char *at = (const char *)settings + table[i].offset;
		if (strcmp(table[i].name, name) != 0)
			continue;
		if (table[i].type == SETTING_SECONDS || table[i].type == SETTING_COUNT)
			return own_format("%d", *(const int *)(const void *)at);
		return own_copy(*(char *const *)(const void *)at);
	}
	return own_copy(settings_family_get(&settings->tokens, name));
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct settings settings = {0};
	const struct settings zeroed = {0};
	struct error error = {0};

	clear_environment();
	scoped_text path = row->file ? write_file("settings.conf", row->file, strlen(row->file)) : NULL;
	if (path)
		set_variable("TEST_CONFIG", path);
	set_environment(row->environment);
	bool good = settings_load(table, countof(table), "TEST_CONFIG", &settings, &error);
	if (!row->setting) {
		assert_false(good);
		assert_int_equal(error.kind, ERROR_FATAL);
		if (!strstr(error.text, row->value))
			fail_msg("\"%s\" does not contain \"%s\"", error.text, row->value);
		assert_memory_equal(&settings, &zeroed, sizeof(settings));
		return;
	}
	if (!good)
		fail_msg("%s", error.text);
	scoped_text value = value_of(&settings, row->setting);
	assert_non_null(value);
	assert_string_equal(value, row->value);
	settings_done(table, countof(table), &settings);
	assert_memory_equal(&settings, &zeroed, sizeof(settings));
}

/* ---- what is not a row ---- */

static void test_secrets_are_not_shown(void **state)
{
	struct settings settings = {0};
	struct error error = {0};

	(void)state;
	clear_environment();
	set_environment("TEST_PASSWORD=hush\xff-hush\nTEST_URL=http://me:hush@x");
	assert_false(settings_load(table, countof(table), NULL, &settings, &error));
	assert_null(strstr(error.text, "hush"));
	unset_variable("TEST_URL");
	assert_false(settings_load(table, countof(table), NULL, &settings, &error));
	assert_non_null(strstr(error.text, "TEST_PASSWORD is no UTF-8"));
	assert_null(strstr(error.text, "hush"));
}

static void test_secrets_are_masked_from_then_on(void **state)
{
	static const char key[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	struct settings settings = {0};
	char words[256];

	(void)state;
	clear_environment();
	set_environment("TEST_TOKEN_app2=member-token-value");
	scoped_text path =
		write_file("keys",
			   "k1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\nk2 "
			   "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n",
			   136);
	set_variable("TEST_PASSWORD_FILE", path);
	assert_true(settings_load(table, countof(table), NULL, &settings, NULL));
	settings_done(table, countof(table), &settings);
	snprintf(words, sizeof(words), "a %s b member-token-value c k1", key);
	log_mask(words);
	assert_string_equal(words, "a *** b *** c k1");
}

/* ---- where the file of a secret is ---- */

static const struct path_row {
	const char *name;
	const char *environment, *file; /* as in a row above */
	const char *path;               /* its end; or NULL: there is none, */
	const char *refusal;            /* or this is said */
} path_rows[] = {
	{"no path is set", "", NULL, NULL, NULL},
	{"a path in the environment, of a file that is not there", "TEST_PASSWORD_FILE=/nowhere/keys", NULL,
	 "/nowhere/keys", NULL},
	{"a path in the file", "", "TEST_PASSWORD_FILE=/nowhere/keys\n", "/nowhere/keys", NULL},
	{"the environment's path wins", "TEST_PASSWORD_FILE=/first", "TEST_PASSWORD_FILE=/second\n", "/first",
	 NULL},
	{"the secret itself in the environment", "TEST_PASSWORD=hush", NULL, NULL,
	 "TEST_PASSWORD is given in the environment itself, and not as TEST_PASSWORD_FILE"},
	{"the secret itself in the file", "", "TEST_PASSWORD=hush\n", NULL,
	 "TEST_PASSWORD is given in the settings' file itself"},
	{"a file of settings that is none", "", "TEST_PASSWORD\n", NULL, "TEST_CONFIG: "},
};

static void test_path(void **state)
{
	const struct path_row *row = *state;
	struct error error = {0};
	char *found = NULL;

	clear_environment();
	scoped_text config = row->file ? write_file("settings.conf", row->file, strlen(row->file)) : NULL;
	if (config)
		set_variable("TEST_CONFIG", config);
	set_environment(row->environment);
	bool good = settings_file_path("TEST_PASSWORD", "TEST_CONFIG", &found, &error);
	scoped_text path = found;
	assert_int_equal(good, !row->refusal);
	if (row->refusal && !strstr(error.text, row->refusal))
		fail_msg("\"%s\" does not contain \"%s\"", error.text, row->refusal);
	assert_null(strstr(error.text, "hush"));
	if (!path != !row->path || (path && strcmp(path, row->path) != 0))
		fail_msg("the path is %s", path ? path : "none");
}

static void test_no_file_variable(void **state)
{
	struct settings settings = {0};

	(void)state;
	clear_environment();
	set_variable("TEST_CONFIG", "/nowhere");
	assert_true(settings_load(table, countof(table), NULL, &settings, NULL));
	assert_int_equal(settings.tokens.count, 0);
	assert_null(settings_family_get(&settings.tokens, "app1"));
	settings_done(table, countof(table), &settings);
}

static void test_help(void **state)
{
	struct text text = {0};

	(void)state;
	settings_help(table, countof(table), &text);
	for (size_t i = 0; i < countof(table); i++) {
		assert_non_null(strstr(text.bytes, table[i].name));
		assert_non_null(strstr(text.bytes, table[i].words));
	}
	assert_non_null(strstr(text.bytes, "[http://localhost:5984]"));
	text_done(&text);
}

struct listen_row {
	const char *name; /* the text itself */
	const char *host; /* NULL: refused */
	int port;
};

static const struct listen_row listens[] = {
	{"127.0.0.1:8791", "127.0.0.1", 8791},
	{"0.0.0.0:0", "0.0.0.0", 0},
	{"localhost:65535", "localhost", 65535},
	{"[::1]:80", "::1", 80},
	{"[::]:80", "::", 80},
	{"127.0.0.1", NULL, 0},
	{"127.0.0.1:", NULL, 0},
	{":80", NULL, 0},
	{"127.0.0.1:65536", NULL, 0},
	{"127.0.0.1:-1", NULL, 0},
	{"127.0.0.1:8o", NULL, 0},
	{"::1:80", NULL, 0},
	{"[::1]", NULL, 0},
	{"[]:80", NULL, 0},
	{"[zz]:80", NULL, 0},
	{"[127.0.0.1]:80", NULL, 0},
	{"[::1:80", NULL, 0},
	{"a b:80", NULL, 0},
	{"http://x:80", NULL, 0},
	{"a-host-name-that-is-far-too-long-for-anything-that-a-person-would-want-to-type:80", NULL, 0},
};

static void test_listen(void **state)
{
	const struct listen_row *row = *state;
	char host[64] = "untouched";
	int port = -5;
	struct error error = {0};

	bool good = setting_value_listen(row->name, host, sizeof(host), &port, &error);
	assert_int_equal(good, row->host != NULL);
	assert_string_equal(host, row->host ? row->host : "untouched");
	assert_int_equal(port, row->host ? row->port : -5);
	assert_int_equal(error.kind, row->host ? ERROR_NONE : ERROR_FATAL);
}

/* ---- strangers ---- */

struct stranger_row {
	const char *name;    /* the variable */
	const char *nearest; /* or NULL: nothing is said */
};

static const struct stranger_row strangers[] = {
	{"TEST_USERNAME", "TEST_USER"},
	{"TEST_DATABASE", "TEST_DATABASES"},
	{"TEST_PASS", "TEST_PASSWORD"},
	{"TEST_PASSWORD_FIEL", "TEST_PASSWORD"},
	{"TEST_USER_FILE", "TEST_USER"},
	{"TSET_URL", "TEST_URL"},
	{"TESTURL", "TEST_URL"},
	{"TEST_CONFIGURATION", "TEST_CONFIG"},
	{"KEY_FOR_HEADER", "KEY_FOR_HEADERS"},
	{"TEST_TOKEN_app1", NULL},
	{"TEST_TOKEN_app1_FILE", NULL},
	{"TEST_PASSWORD_FILE", NULL},
	{"TEST_PORT_5984_TCP", NULL},
	{"TEST_SERVICE_HOST", NULL},
	{"KEY_OF_ANOTHER_PROGRAM", NULL},
	{"TESTED", NULL},
	{"ANYTHING", NULL},
};

struct strangers_told {
	const char *name;
	char *nearest; /* owned; or NULL */
	size_t others;
};

static void note_stranger(void *context, const char *name, const char *nearest)
{
	struct strangers_told *told = context;

	if (strcmp(name, told->name) == 0 && !told->nearest)
		told->nearest = own_copy(nearest);
	else
		told->others++;
}

static void test_stranger(void **state)
{
	const struct stranger_row *row = *state;
	struct strangers_told told = {row->name, NULL, 0};

	clear_environment();
	set_variable("TEST_USER", "me");
	set_variable(row->name, "x");
	settings_strangers(table, countof(table), "TEST_CONFIG", note_stranger, &told);
	unset_variable(row->name);
	scoped_text nearest = told.nearest;
	assert_int_equal(told.others, 0);
	if (!nearest != !row->nearest || (nearest && strcmp(nearest, row->nearest) != 0))
		fail_msg("%s: %s", row->name, nearest ? nearest : "nothing is said");
}

static int make_folder(void **state)
{
	static char large[(64 << 10) + 1];

	(void)state;
	assert_non_null(mkdtemp(folder));
	memset(large, 'x', sizeof(large));
	free(write_file("secret", "from file\r\n\n", 12));
	free(write_file("lines", "k1 aa\nk2 bb\n", 12));
	free(write_file("key", "patOfAFile.1\r\n", 14));
	free(write_file("broken", "pat\n1\n", 6));
	free(write_file("empty", "", 0));
	free(write_file("blank", " \t\n\n", 4));
	free(write_file("nul", "a\0b", 3));
	free(write_file("large", large, sizeof(large)));
	scoped_text fifo = own_format("%s/fifo", folder);
	return mkfifo(fifo, 0600);
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"secret", "lines", "nul",    "large", "fifo", "settings.conf",
					    "keys",   "key",   "broken", "empty", "blank"};

	(void)state;
	for (size_t i = 0; i < countof(names); i++) {
		scoped_text path = own_format("%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	static struct CMUnitTest
		tests[countof(rows) + countof(listens) + countof(strangers) + countof(path_rows) + 4] = {
			{"a secret's value is in no sentence", test_secrets_are_not_shown, NULL, NULL, NULL},
			{"loaded secrets are masked, several in one too",
			 test_secrets_are_masked_from_then_on, NULL, NULL, NULL},
			{"without a file variable no file is read", test_no_file_variable, NULL, NULL, NULL},
			{"the help names every setting, its words and fallback", test_help, NULL, NULL, NULL},
		};
	size_t count = 4;

	for (size_t i = 0; i < countof(rows); i++)
		tests[count++] =
			(struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	for (size_t i = 0; i < countof(listens); i++)
		tests[count++] = (struct CMUnitTest){listens[i].name, test_listen, NULL, NULL,
						     (void *)(uintptr_t)&listens[i]};
	for (size_t i = 0; i < countof(strangers); i++)
		tests[count++] = (struct CMUnitTest){strangers[i].name, test_stranger, NULL, NULL,
						     (void *)(uintptr_t)&strangers[i]};
	for (size_t i = 0; i < countof(path_rows); i++)
		tests[count++] = (struct CMUnitTest){path_rows[i].name, test_path, NULL, NULL,
						     (void *)(uintptr_t)&path_rows[i]};
	return cmocka_run_group_tests_name("settings", tests, make_folder, remove_folder);
}
