/* What the program says of its settings as it reads them. */
#include "base/log.h"
#include "base/own.h"
#include "bridge/settings.h"
#include "bridge/settings_message.h"
#include "tests/fakes/log_lines.h"
#include "tests/unit/cases.h"

#include <string.h>

static void set_variable(const char *name, const char *value)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread */
	assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* "A=b\nC=d" is added to the environment, or taken out of it. */
static void set_variables(const char *lines, bool there)
{
	while (lines && *lines) {
		size_t length = strcspn(lines, "\n");
		scoped_text line = own_copy_bytes(lines, length);
		char *value = strchr(line, '=');
		assert_non_null(value);
		*value++ = '\0';
		set_variable(line, there ? value : NULL);
		lines += length + (lines[length] == '\n');
	}
}

/* What nearly every case begins with. */
static void set_usual(bool there)
{
	set_variables("COUCHDB_URL=http://127.0.0.1:5984\nCOUCHDB_USER=bridge\nCOUCHDB_PASSWORD=secret-1\n"
		      "AIRTABLE_TOKEN=patAll.secret-2",
		      there);
}

struct settings_case {
	const char *sentence;
	const char *variables; /* besides the usual ones */
	const char *said;      /* part of it, or NULL: nothing */
};

/* ---- what is refused ---- */

#define HASH                                                                                                 \
	"$argon2id$v=19$m=19456,t=2,p=1$1Ht1v6dvjLV9cjAD3D5fzQ$Pytydg+yJpmtIKWpj6AWF9OJ+WbvU8I/CJjho30+MVc"
#define KEY "k1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct settings_case refusal_cases[] = {
	{"the usual settings are good", "", NULL},
	{"a password without its user", "COUCHDB_USER=",
	 "COUCHDB_USER is empty, and COUCHDB_PASSWORD is set: name the user whose password it is"},
	{"a user without a password", "COUCHDB_PASSWORD=",
	 "COUCHDB_PASSWORD is empty, and COUCHDB_USER is 'bridge': give this user's password, or its file in "
	 "COUCHDB_PASSWORD_FILE"},
	{"nobody at all", "COUCHDB_USER=\nCOUCHDB_PASSWORD=", NULL},
	{"a user with a ':'", "COUCHDB_USER=bridge:secret",
	 "COUCHDB_USER is 'bridge:secret': a user with a ':' in the name"},
	{"no CouchDB", "COUCHDB_URL=",
	 "COUCHDB_URL is not set; give the address of the CouchDB server, as http://couchdb:5984"},
	{"CouchDB's page for people", "COUCHDB_URL=http://couchdb:5984/_utils/",
	 "COUCHDB_URL is http://couchdb:5984/_utils: leave out \"/_utils\", which is the page for people"},
	{"a CouchDB behind a path", "COUCHDB_URL=https://example.org/couchdb", NULL},
	{"Airtable with its version", "AIRTABLE_ENDPOINT_URL=https://api.airtable.com/v0/",
	 "AIRTABLE_ENDPOINT_URL is https://api.airtable.com/v0: leave out \"/v0\", which is put behind it "
	 "anyway"},
	{"Airtable with a base", "AIRTABLE_ENDPOINT_URL=https://api.airtable.com/v0/appAbCdEfGhIjKlMn",
	 "leave out \"/v0/appAbCdEfGhIjKlMn\""},
	{"a host that is called v0", "AIRTABLE_ENDPOINT_URL=https://v0/api", NULL},
	{"a path that begins like the version", "AIRTABLE_ENDPOINT_URL=https://proxy.example/v01", NULL},
	{"a token of two lines", "AIRTABLE_TOKEN=patAll\rsecret",
	 "environment: AIRTABLE_TOKEN has a line break in it"},
	{"a public address with a key", "PUBLIC_URL=https://pictures.example\nIMAGE_KEYS=" KEY, NULL},
	{"a public address without a key", "PUBLIC_URL=https://pictures.example",
	 "IMAGE_KEYS has no key, and PUBLIC_URL is set: name a file in IMAGE_KEYS_FILE, and make its first "
	 "key with "
	 "'davenport keys make'"},
	{"a public address with keys that are only a comment",
	 "PUBLIC_URL=https://pictures.example\nIMAGE_KEYS=#k1", "IMAGE_KEYS has no key"},
	{"a key that is none", "IMAGE_KEYS=k1 secret-key",
	 "IMAGE_KEYS: line 1 is no key: write \"<key id> <64 hex"},
	{"a key without a public address", "IMAGE_KEYS=" KEY, NULL},
	{"proxies", "PUBLIC_PROXIES=127.0.0.1, 10.0.0.0/8", NULL},
	{"a proxy that is a name", "PUBLIC_PROXIES=nginx", "PUBLIC_PROXIES: \"nginx\" is no network"},
	{"databases without signatures", "PUBLIC_UNSIGNED=tools,toys", NULL},
	{"a database that cannot be", "PUBLIC_UNSIGNED=tools,My Tools",
	 "PUBLIC_UNSIGNED names 'My Tools', and no database can have that name"},
	{"an admin port for all addresses without a password", "ADMIN_LISTEN=0.0.0.0:8791",
	 "ADMIN_LISTEN is 0.0.0.0:8791, and ADMIN_PASSWORD_HASH is empty: anybody could use the admin pages; "
	 "make a password with 'davenport password', or listen on 127.0.0.1"},
	{"an admin port for all IPv6 addresses without a password", "ADMIN_LISTEN=[::]:8791",
	 "ADMIN_LISTEN is [::]:8791, and ADMIN_PASSWORD_HASH is empty"},
	{"an admin port on this machine needs none", "ADMIN_LISTEN=127.0.0.9:8791", NULL},
	{"nor by its other address", "ADMIN_LISTEN=[::1]:8791", NULL},
	{"nor by its name", "ADMIN_LISTEN=localhost:8791", NULL},
	{"an admin port for all addresses with a password",
	 "ADMIN_LISTEN=0.0.0.0:8791\nADMIN_PASSWORD_HASH=" HASH, NULL},
	{"a password in place of its hash", "ADMIN_PASSWORD_HASH=correct horse battery",
	 "ADMIN_PASSWORD_HASH is no hash of a password"},
	{"a proxy before an open admin port", "ADMIN_PROXIES=127.0.0.1",
	 "ADMIN_HOSTS or ADMIN_PROXIES is set, and ADMIN_PASSWORD_HASH is empty"},
	{"a name for an open admin port", "ADMIN_HOSTS=davenport.example",
	 "ADMIN_HOSTS or ADMIN_PROXIES is set, and ADMIN_PASSWORD_HASH is empty"},
	{"a proxy before an admin port with a password",
	 "ADMIN_HOSTS=davenport.example\nADMIN_PROXIES=127.0.0.1\nADMIN_PASSWORD_HASH=" HASH, NULL},
	{"a proxy of the admin port that is a name", "ADMIN_PROXIES=nginx\nADMIN_PASSWORD_HASH=" HASH,
	 "ADMIN_PROXIES: \"nginx\" is no network"},
	{"a token that could be guessed", "ADMIN_TOKEN=123456789012345",
	 "ADMIN_TOKEN has fewer than 16 characters: it could be guessed"},
	{"a token that could not", "ADMIN_TOKEN=1234567890123456", NULL},
	{"a cache that is too small", "PUBLIC_CACHE_MIB=1", "PUBLIC_CACHE_MIB must be from 16 to 1048576"},
	{"a level that is none", "LOG_LEVEL=loud",
	 "LOG_LEVEL is \"loud\"; it may be debug, info, warn or error"},
};

static void check_refusal(void **state)
{
	const struct settings_case *row = *state;
	struct bridge_settings settings = {0};
	struct error error = {0};

	set_usual(true);
	set_variables(row->variables, true);
	bool good = bridge_settings_load(&settings, &error);
	bridge_settings_done(&settings);
	set_variables(row->variables, false);
	set_usual(false);
	if (good != !row->said || (row->said && !strstr(error.text, row->said)))
		fail_msg("it says '%s'", error.text);
	assert_null(strstr(error.text, "secret-"));
}

/* ---- what is warned of ---- */

#define OPEN "whoever is on the way there can read the token and the rows; use https://"

static const struct settings_case warning_cases[] = {
	{"Airtable itself is no reason to warn", "", NULL},
	{"https is no reason to warn", "AIRTABLE_ENDPOINT_URL=https://airtable.example", NULL},
	{"http on this machine is no reason to warn", "AIRTABLE_ENDPOINT_URL=http://127.0.0.1:8790", NULL},
	{"http by this machine's name is no reason to warn", "AIRTABLE_ENDPOINT_URL=http://localhost:8790",
	 NULL},
	{"http to another machine is warned of", "AIRTABLE_ENDPOINT_URL=http://airtable.example",
	 "level=warn msg=\"AIRTABLE_ENDPOINT_URL is http://airtable.example: " OPEN "\"\n"},
	{"http to another address is warned of", "AIRTABLE_ENDPOINT_URL=http://10.0.0.3:8080",
	 "AIRTABLE_ENDPOINT_URL is http://10.0.0.3:8080: " OPEN},
	{"a name that is not quite one of ours", "COUCHDB_DATABASE=inventory",
	 "level=warn msg=\"COUCHDB_DATABASE is set in the environment, and there is no such setting: did you "
	 "mean "
	 "COUCHDB_DATABASES?\"\n"},
	{"a name that begins like ours", "AIRTABLE_BASE_URL=http://x",
	 "AIRTABLE_BASE_URL is set in the environment"},
	{"the file's name, misspelt", "DAVENPORT_CONF=/x", "did you mean DAVENPORT_CONFIG?"},
	{"pictures over https are no reason to warn", "PUBLIC_URL=https://pictures.example\nIMAGE_KEYS=" KEY,
	 NULL},
	{"pictures over http are warned of", "PUBLIC_URL=http://pictures.example\nIMAGE_KEYS=" KEY,
	 "PUBLIC_URL is http://pictures.example: whoever is on the way there can read the links to pictures, "
	 "and use "
	 "them until they expire; use https://"},
	{"a token for no base", "AIRTABLE_TOKEN_x=patOther.secret-3",
	 "level=warn msg=\"AIRTABLE_TOKEN_x is for no base: behind AIRTABLE_TOKEN_ stands a base's id, "
	 "appXXXXXXXXXXXXXX; the token for all bases is AIRTABLE_TOKEN\"\n"},
	{"a token for a base is no reason to warn", "AIRTABLE_TOKEN_appAbCdEfGhIjKlMn=patOther.secret-3",
	 NULL},
	{"what a container manager sets is no reason to warn", "COUCHDB_PORT_5984_TCP=tcp://10.0.0.3:5984",
	 NULL},
};

static void check_warning(void **state)
{
	const struct settings_case *row = *state;
	struct bridge_settings settings = {0};
	struct error error = {0};

	set_usual(true);
	set_variables(row->variables, true);
	if (!bridge_settings_load(&settings, &error))
		fail_msg("%s", error.text);
	struct log_lines *lines = log_lines_keep();
	bridge_settings_warn(&settings);
	scoped_text said = log_lines_take(&lines);
	bridge_settings_done(&settings);
	set_variables(row->variables, false);
	set_usual(false);
	if (row->said ? !strstr(said, row->said) : said[0] != '\0')
		fail_msg("it says '%s'", said);
	assert_null(strstr(said, "secret-"));
}

/* ---- the first line ---- */

static const struct settings_case first_line_cases[] = {
	{"what matters is told", "",
	 "CouchDB at http://127.0.0.1:5984 as user 'bridge', every database with an Airtable integration; "
	 "Airtable at https://api.airtable.com with the token AIRTABLE_TOKEN, polled every 30 s"},
	{"databases and tokens are named",
	 "COUCHDB_DATABASES=a, "
	 "b\nAIRTABLE_TOKEN_appAbCdEfGhIjKlMn=patOther.secret-3\nAIRTABLE_POLL_SECONDS=5",
	 "CouchDB at http://127.0.0.1:5984 as user 'bridge', databases a,b; Airtable at "
	 "https://api.airtable.com "
	 "with the token AIRTABLE_TOKEN, AIRTABLE_TOKEN_appAbCdEfGhIjKlMn, polled every 5 s"},
	{"what is missing is told", "COUCHDB_USER=\nCOUCHDB_PASSWORD=\nAIRTABLE_TOKEN=",
	 "CouchDB at http://127.0.0.1:5984 as nobody (COUCHDB_USER is empty), every database with an "
	 "Airtable "
	 "integration; Airtable at https://api.airtable.com with no token, polled every 30 s"},
	{"where pictures are served is told, their keys are not",
	 "PUBLIC_URL=https://pictures.example\nIMAGE_KEYS=" KEY,
	 ", polled every 30 s; pictures at https://pictures.example"},
	{"a base's own token alone", "AIRTABLE_TOKEN=\nAIRTABLE_TOKEN_appAbCdEfGhIjKlMn=patOther.secret-3",
	 "with the token AIRTABLE_TOKEN_appAbCdEfGhIjKlMn, polled"},
};

static void check_first_line(void **state)
{
	const struct settings_case *row = *state;
	struct bridge_settings settings = {0};
	struct error error = {0};

	set_usual(true);
	set_variables(row->variables, true);
	if (!bridge_settings_load(&settings, &error))
		fail_msg("%s", error.text);
	scoped_text said = bridge_settings_message(&settings);
	bridge_settings_done(&settings);
	set_variables(row->variables, false);
	set_usual(false);
	if (!strstr(said, row->said))
		fail_msg("it says '%s'", said);
	assert_null(strstr(said, "secret-"));
}

/* ---- what is read again ---- */

static const struct again_case {
	const char *sentence, *before, *after; /* besides the usual ones */
	const char *taken, *later;
	bool for_integrations;
} again_cases[] = {
	{"nothing differs", "", "", "", "", false},
	{"CouchDB's password", "", "COUCHDB_PASSWORD=secret-3", "COUCHDB_PASSWORD", "", true},
	{"the token of all bases, and the polls", "",
	 "AIRTABLE_TOKEN=patNew.secret-4\nAIRTABLE_POLL_SECONDS=7", "AIRTABLE_TOKEN, AIRTABLE_POLL_SECONDS",
	 "", true},
	{"a token for one base comes", "", "AIRTABLE_TOKEN_appX=patX.secret-5", "AIRTABLE_TOKEN_*", "", true},
	{"a token for one base changes", "AIRTABLE_TOKEN_appX=patX.secret-5",
	 "AIRTABLE_TOKEN_appX=patX.secret-6", "AIRTABLE_TOKEN_*", "", true},
	{"a token for one base stays", "AIRTABLE_TOKEN_appX=patX.secret-5",
	 "AIRTABLE_TOKEN_appX=patX.secret-5", "", "", false},
	{"the log's level is not for the integrations", "", "LOG_LEVEL=warn", "LOG_LEVEL", "", false},
	{"nor is the admin's token", "", "ADMIN_TOKEN=0123456789abcdef", "ADMIN_TOKEN", "", false},
	{"a port is for the next start", "", "ADMIN_LISTEN=127.0.0.1:9999", "", "ADMIN_LISTEN", false},
	{"so is the cache, and what else differs counts", "",
	 "PUBLIC_CACHE_MIB=77\nNOTIFY_URL=http://n.example", "NOTIFY_URL", "PUBLIC_CACHE_MIB", true},
};

static void check_again(void **state)
{
	const struct again_case *row = *state;
	struct bridge_settings now = {0}, fresh = {0};
	struct text taken = {0}, later = {0};

	set_usual(true);
	set_variables(row->before, true);
	assert_true(bridge_settings_load(&now, NULL));
	set_variables(row->before, false);
	set_usual(true);
	set_variables(row->after, true);
	assert_true(bridge_settings_load(&fresh, NULL));
	assert_int_equal(bridge_settings_take(&now, &fresh, &taken, &later), row->for_integrations);
	assert_string_equal(text_or_empty(&taken), row->taken);
	assert_string_equal(text_or_empty(&later), row->later);
	/* What only a start changes is as it was. */
	assert_string_equal(fresh.admin_listen, now.admin_listen);
	assert_int_equal(fresh.public_cache_mib, now.public_cache_mib);
	text_done(&taken);
	text_done(&later);
	bridge_settings_done(&now);
	bridge_settings_done(&fresh);
	set_variables(row->after, false);
	set_usual(false);
	log_set_level(LOG_INFO);
}

int main(void)
{
	struct cases cases = {0};

	/* What the tests' own programs are told by. */
	set_variables("DAVENPORT_CONFIG=\nLOG_LEVEL=\nAIRTABLE_SANDBOX=", false);
	cases_add_table(&cases, refusal_cases, check_refusal);
	cases_add_table(&cases, warning_cases, check_warning);
	cases_add_table(&cases, first_line_cases, check_first_line);
	cases_add_table(&cases, again_cases, check_again);
	return cases_run("bridge_settings", &cases);
}
