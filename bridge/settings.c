#include "bridge/settings.h"

#include "base/http_request.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "base/settings_compare.h"
#include "bridge/base_id.h"
#include "public-images/keys.h"
#include "public-images/target.h"
#include "web/address.h"
#include "web/password.h"

#include <stddef.h>
#include <string.h>

static const struct setting table[] = {
	{"COUCHDB_URL", SETTING_URL, offsetof(struct bridge_settings, couchdb_url), NULL, 0, 0,
	 "the CouchDB server, without a database: http://couchdb:5984"},
	{"COUCHDB_USER", SETTING_TEXT, offsetof(struct bridge_settings, couchdb_user), NULL, 0, 0,
	 "who to be there; a member of the databases and of their state databases is enough"},
	{"COUCHDB_PASSWORD", SETTING_SECRET, offsetof(struct bridge_settings, couchdb_password), NULL, 0, 0,
	 "their password"},
	{"COUCHDB_DATABASES", SETTING_LIST, offsetof(struct bridge_settings, couchdb_databases), NULL, 0, 0,
	 "databases, with commas between; empty: each that holds an Airtable integration"},
	{"AIRTABLE_TOKEN", SETTING_TOKEN, offsetof(struct bridge_settings, airtable_token), NULL, 0, 0,
	 "a personal access token, for every base without one of its own"},
	{"AIRTABLE_TOKEN_*", SETTING_TOKEN, offsetof(struct bridge_settings, airtable_tokens), NULL, 0, 0,
	 "the token for one base: AIRTABLE_TOKEN_appXXXXXXXXXXXXXX"},
	{"AIRTABLE_ENDPOINT_URL", SETTING_URL, offsetof(struct bridge_settings, airtable_endpoint_url),
	 "https://api.airtable.com", 0, 0, "where Airtable's API is"},
	{"AIRTABLE_POLL_SECONDS", SETTING_SECONDS, offsetof(struct bridge_settings, airtable_poll_s), "30", 1,
	 86400, "seconds between polls of what changed in Airtable, while something happens"},
	{"PUBLIC_URL", SETTING_URL, offsetof(struct bridge_settings, public_url), NULL, 0, 0,
	 "where Airtable reaches this machine, to fetch pictures; empty: pictures are uploaded"},
	{"PUBLIC_LISTEN", SETTING_LISTEN, offsetof(struct bridge_settings, public_listen), "0.0.0.0:8790", 0,
	 0, "address and port on which pictures are served"},
	{"PUBLIC_PROXIES", SETTING_LIST, offsetof(struct bridge_settings, public_proxies), NULL, 0, 0,
	 "networks of the proxies whose X-Forwarded-For is believed: 127.0.0.1,10.0.0.0/8"},
	{"PUBLIC_UNSIGNED", SETTING_LIST, offsetof(struct bridge_settings, public_unsigned), NULL, 0, 0,
	 "databases whose pictures anybody may fetch, without a signature"},
	{"PUBLIC_CACHE_MIB", SETTING_COUNT, offsetof(struct bridge_settings, public_cache_mib), "1024", 16,
	 1048576, "MiB of disk that pictures may take in DATA_DIR"},
	{"IMAGE_KEYS", SETTING_SECRET, offsetof(struct bridge_settings, image_keys), NULL, 0, 0,
	 "keys that sign links to pictures; 'davenport keys make' makes the file"},
	{"ADMIN_LISTEN", SETTING_LISTEN, offsetof(struct bridge_settings, admin_listen), "127.0.0.1:8791", 0,
	 0, "address and port of the admin pages"},
	{"ADMIN_PASSWORD_HASH", SETTING_SECRET, offsetof(struct bridge_settings, admin_password_hash), NULL,
	 0, 0,
	 "their password, as 'davenport password' makes a hash of it; empty: this machine alone sees them"},
	{"ADMIN_TOKEN", SETTING_TOKEN, offsetof(struct bridge_settings, admin_token), NULL, 0, 0,
	 "what scripts send as a bearer in place of the password"},
	{"ADMIN_HOSTS", SETTING_LIST, offsetof(struct bridge_settings, admin_hosts), NULL, 0, 0,
	 "names under which a proxy serves the admin pages: davenport.example"},
	{"ADMIN_PROXIES", SETTING_LIST, offsetof(struct bridge_settings, admin_proxies), NULL, 0, 0,
	 "networks of these proxies, whose X-Forwarded-For and -Proto are believed: 127.0.0.1"},
	{"DATA_DIR", SETTING_TEXT, offsetof(struct bridge_settings, data_dir), "/var/lib/davenport", 0, 0,
	 "folder for pictures that are served; all in it may be lost"},
	{"NOTIFY_URL", SETTING_URL, offsetof(struct bridge_settings, notify_url), NULL, 0, 0,
	 "where to POST a sentence when an integration needs attention and when it has recovered"},
	{"NOTIFY_FORMAT", SETTING_TEXT, offsetof(struct bridge_settings, notify_format), "text", 0, 0,
	 "text, with the headers that ntfy knows, or json"},
	{"LOG_LEVEL", SETTING_TEXT, offsetof(struct bridge_settings, log_level), "info", 0, 0,
	 "debug, info, warn or error"},
};

static const struct log no_place;

/* ---- what fits no server ---- */

static bool is_set(const char *text)
{
	return text && text[0];
}

/* Both or neither: without the other one it is a slip. */
static bool check_user(const struct bridge_settings *settings, struct error *error)
{
	if (is_set(settings->couchdb_password) && !is_set(settings->couchdb_user))
		return error_set(error, ERROR_FATAL,
				 "COUCHDB_USER is empty, and COUCHDB_PASSWORD is set: name the user whose "
				 "password it is");
	if (is_set(settings->couchdb_user) && !is_set(settings->couchdb_password))
		return error_set(error, ERROR_FATAL,
				 "COUCHDB_PASSWORD is empty, and COUCHDB_USER is '%.100s': give this user's "
				 "password, or its file in COUCHDB_PASSWORD_FILE",
				 settings->couchdb_user);
	if (settings->couchdb_user && strchr(settings->couchdb_user, ':'))
		return error_set(
			error, ERROR_FATAL,
			"COUCHDB_USER is '%.100s': a user with a ':' in the name cannot log in with a "
			"password; give the name alone",
			settings->couchdb_user);
	return true;
}

/* Where the path of an address has this piece: "/v0" in "http://x/v0" and "http://x/v0/y", not in "http://x/v01". */
static const char *find_piece(const char *url, const char *piece)
{
	const char *host = strstr(url, "://") + strlen("://"); /* as every SETTING_URL has */

	for (const char *at = strstr(host, piece); at; at = strstr(at + 1, piece))
		if (at[strlen(piece)] == '\0' || at[strlen(piece)] == '/')
			return at;
	return NULL;
}

static bool check_address(const char *name, const char *url, const char *piece, const char *why,
			  struct error *error)
{
	const char *at = find_piece(url, piece);

	return !at ||
	       error_set(error, ERROR_FATAL, "%s is %.200s: leave out \"%.100s\", %s", name, url, at, why);
}

/* ---- what serves no pictures ---- */

static bool check_keys(const struct bridge_settings *settings, struct error *error)
{
	struct image_keys keys = {0};

	if (!image_keys_read(settings->image_keys, &keys, error))
		return error_wrap(error, "IMAGE_KEYS");
	size_t count = keys.count;
	image_keys_done(&keys);
	return count > 0 || !bridge_settings_serve_pictures(settings) ||
	       error_set(error, ERROR_FATAL,
			 "IMAGE_KEYS has no key, and PUBLIC_URL is set: name a file in IMAGE_KEYS_FILE, and "
			 "make "
			 "its first key with 'davenport keys make'");
}

static bool check_unsigned(const char *list, struct error *error)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		scoped_text name = own_copy_bytes(list, length);
		if (!image_database_is_good(name))
			return error_set(error, ERROR_FATAL,
					 "PUBLIC_UNSIGNED names '%.100s', and no database can have that name",
					 name);
		list += length + (list[length] == ',');
	}
	return true;
}

static bool check_public(const struct bridge_settings *settings, struct error *error)
{
	struct web_networks proxies;

	if (!web_networks_read(settings->public_proxies, &proxies, error))
		return error_wrap(error, "PUBLIC_PROXIES");
	return check_unsigned(settings->public_unsigned, error) && check_keys(settings, error);
}

/* ---- what leaves the admin pages open ---- */

static bool listens_here_alone(const char *listen)
{
	struct sockaddr_storage socket_address;
	struct web_address address;
	char host[64];
	int port;

	return setting_value_listen(listen, host, sizeof(host), &port, NULL) &&
	       listen_address_read(host, port, &socket_address, NULL) &&
	       web_address_of_socket((const struct sockaddr *)&socket_address, &address) &&
	       web_address_is_loopback(&address);
}

static bool check_open_admin(const struct bridge_settings *settings, struct error *error)
{
	if (is_set(settings->admin_password_hash))
		return true;
	if (!listens_here_alone(settings->admin_listen))
		return error_set(
			error, ERROR_FATAL,
			"ADMIN_LISTEN is %s, and ADMIN_PASSWORD_HASH is empty: anybody could use the "
			"admin pages; make a password with 'davenport password', or listen on "
			"127.0.0.1",
			settings->admin_listen);
	if (is_set(settings->admin_hosts) || is_set(settings->admin_proxies))
		return error_set(error, ERROR_FATAL,
				 "ADMIN_HOSTS or ADMIN_PROXIES is set, and ADMIN_PASSWORD_HASH is empty: "
				 "anybody could use the admin pages through the proxy; make a password with "
				 "'davenport password'");
	return true;
}

static bool check_admin(const struct bridge_settings *settings, struct error *error)
{
	struct web_networks proxies;

	if (!web_networks_read(settings->admin_proxies, &proxies, error))
		return error_wrap(error, "ADMIN_PROXIES");
	if (is_set(settings->admin_password_hash) && !password_hash_is_good(settings->admin_password_hash))
		return error_set(error, ERROR_FATAL,
				 "ADMIN_PASSWORD_HASH is no hash of a password: it is a line that 'davenport "
				 "password' prints, $argon2id$…; a shell or a compose file may have taken "
				 "its '$' away, which ADMIN_PASSWORD_HASH_FILE keeps");
	if (is_set(settings->admin_token) && strlen(settings->admin_token) < ADMIN_TOKEN_LEAST)
		return error_set(error, ERROR_FATAL,
				 "ADMIN_TOKEN has fewer than %d characters: it could be guessed",
				 ADMIN_TOKEN_LEAST);
	return check_open_admin(settings, error);
}

static bool check(const struct bridge_settings *settings, struct error *error)
{
	enum log_level level;

	if (!log_level_from_name(settings->log_level, &level))
		return error_set(error, ERROR_FATAL,
				 "LOG_LEVEL is \"%.40s\"; it may be debug, info, warn or error",
				 settings->log_level);
	if (strcmp(settings->notify_format, "text") != 0 && !bridge_settings_notify_json(settings))
		return error_set(error, ERROR_FATAL, "NOTIFY_FORMAT is \"%.40s\"; it may be text or json",
				 settings->notify_format);
	if (!is_set(settings->couchdb_url))
		return error_set(error, ERROR_FATAL,
				 "COUCHDB_URL is not set; give the address of the CouchDB server, as "
				 "http://couchdb:5984");
	log_set_level(level);
	return check_user(settings, error) &&
	       check_address("COUCHDB_URL", settings->couchdb_url, "/_utils",
			     "which is the page for people: the server's address is needed", error) &&
	       check_address("AIRTABLE_ENDPOINT_URL", settings->airtable_endpoint_url, "/v0",
			     "which is put behind it anyway", error) &&
	       check_public(settings, error) && check_admin(settings, error);
}

bool bridge_settings_load(struct bridge_settings *settings_out, struct error *error)
{
	struct bridge_settings settings = {0};

	if (!settings_load(table, countof(table), SETTINGS_FILE_VARIABLE, &settings, error))
		return false;
	if (!check(&settings, error)) {
		bridge_settings_done(&settings);
		return false;
	}
	*settings_out = settings;
	return true;
}

/* ---- what is read again ---- */

struct taking {
	const struct bridge_settings *now;
	struct bridge_settings *fresh;
	struct text *taken, *later;
	bool for_integrations;
};

/* What is opened once: sockets, the cache. */
static const char *const at_start[] = {"PUBLIC_URL",   "PUBLIC_LISTEN", "PUBLIC_PROXIES", "PUBLIC_CACHE_MIB",
				       "ADMIN_LISTEN", "ADMIN_HOSTS",   "ADMIN_PROXIES",  "DATA_DIR"};
/* Of the log, of the admin port, of the picture server; the keys are shared by all who sign. */
static const char *const of_others[] = {"LOG_LEVEL", "ADMIN_PASSWORD_HASH", "ADMIN_TOKEN", "IMAGE_KEYS",
					"PUBLIC_UNSIGNED"};

static bool is_among(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void take_one(void *context, const char *name)
{
	struct taking *taking = context;
	bool later = is_among(at_start, countof(at_start), name);
	struct text *list = later ? taking->later : taking->taken;

	text_format(list, "%s%s", list->length ? ", " : "", name);
	if (later)
		settings_copy_one(table, countof(table), name, taking->now, taking->fresh);
	else if (!is_among(of_others, countof(of_others), name))
		taking->for_integrations = true;
}

bool bridge_settings_take(const struct bridge_settings *now, struct bridge_settings *fresh,
			  struct text *taken_out, struct text *later_out)
{
	struct taking taking = {now, fresh, taken_out, later_out, false};

	settings_compare(table, countof(table), now, fresh, take_one, &taking);
	return taking.for_integrations;
}

/* ---- what is told ---- */

/* The one server that gets a token, and is asked through whatever is in between. */
static void warn_of_open_endpoint(const struct bridge_settings *settings)
{
	if (http_url_is_open(settings->airtable_endpoint_url))
		log_warn(&no_place,
			 "AIRTABLE_ENDPOINT_URL is %s: whoever is on the way there can read the token and "
			 "the rows; use https://",
			 settings->airtable_endpoint_url);
}

/* Each link is its own permission. */
static void warn_of_open_public(const struct bridge_settings *settings)
{
	if (bridge_settings_serve_pictures(settings) && http_url_is_open(settings->public_url))
		log_warn(&no_place,
			 "PUBLIC_URL is %s: whoever is on the way there can read the links to pictures, and "
			 "use them until they expire; use https://",
			 settings->public_url);
}

static void warn_of_stranger(void *context, const char *name, const char *nearest)
{
	(void)context;
	log_warn(&no_place,
		 "%.100s is set in the environment, and there is no such setting: did you mean %s?", name,
		 nearest);
}

static void warn_of_other_tokens(const struct bridge_settings *settings)
{
	const struct settings_family *family = &settings->airtable_tokens;

	for (size_t i = 0; i < family->count; i++)
		if (!base_id_fits(family->members[i].name))
			log_warn(&no_place,
				 "AIRTABLE_TOKEN_%.100s is for no base: behind AIRTABLE_TOKEN_ stands a "
				 "base's id, "
				 "appXXXXXXXXXXXXXX; the token for all bases is AIRTABLE_TOKEN",
				 family->members[i].name);
}

void bridge_settings_warn(const struct bridge_settings *settings)
{
	warn_of_open_endpoint(settings);
	warn_of_open_public(settings);
	settings_strangers(table, countof(table), SETTINGS_FILE_VARIABLE, warn_of_stranger, NULL);
	warn_of_other_tokens(settings);
}

bool bridge_settings_notify_json(const struct bridge_settings *settings)
{
	return strcmp(settings->notify_format, "json") == 0;
}

bool bridge_settings_serve_pictures(const struct bridge_settings *settings)
{
	return is_set(settings->public_url);
}

void bridge_settings_done(struct bridge_settings *settings)
{
	settings_done(table, countof(table), settings);
}

void bridge_settings_help(struct text *text)
{
	settings_help(table, countof(table), text);
}

const char *bridge_settings_token(const struct bridge_settings *settings, const char *base_id)
{
	const char *own = settings_family_get(&settings->airtable_tokens, base_id);

	if (own && own[0])
		return own;
	return settings->airtable_token && settings->airtable_token[0] ? settings->airtable_token : NULL;
}

char *bridge_settings_token_name(const struct bridge_settings *settings, const char *base_id)
{
	const char *own = settings_family_get(&settings->airtable_tokens, base_id);

	return is_set(own) ? own_format("AIRTABLE_TOKEN_%s", base_id) : own_copy("AIRTABLE_TOKEN");
}
