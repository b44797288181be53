#include "bridge/settings.h"

#include "base/http.h"
#include "base/log.h"

#include <stddef.h>

static const struct setting table[] = {
	{"COUCHDB_URL", SETTING_URL, offsetof(struct bridge_settings, couchdb_url), NULL, 0, 0,
	 "the CouchDB server, without a database: http://couchdb:5984"},
	{"COUCHDB_USER", SETTING_TEXT, offsetof(struct bridge_settings, couchdb_user), NULL, 0, 0,
	 "who to be there; a member of the databases and of their state databases is enough"},
	{"COUCHDB_PASSWORD", SETTING_SECRET, offsetof(struct bridge_settings, couchdb_password), NULL, 0, 0,
	 "their password"},
	{"COUCHDB_DATABASES", SETTING_LIST, offsetof(struct bridge_settings, couchdb_databases), NULL, 0, 0,
	 "databases, with commas between; empty: each that holds an Airtable integration"},
	{"AIRTABLE_TOKEN", SETTING_SECRET, offsetof(struct bridge_settings, airtable_token), NULL, 0, 0,
	 "a personal access token, for every base without one of its own"},
	{"AIRTABLE_TOKEN_*", SETTING_SECRET, offsetof(struct bridge_settings, airtable_tokens), NULL, 0, 0,
	 "the token for one base: AIRTABLE_TOKEN_appXXXXXXXXXXXXXX"},
	{"AIRTABLE_ENDPOINT_URL", SETTING_URL, offsetof(struct bridge_settings, airtable_endpoint_url),
	 "https://api.airtable.com", 0, 0, "where Airtable's API is"},
	{"AIRTABLE_POLL_SECONDS", SETTING_SECONDS, offsetof(struct bridge_settings, airtable_poll_s), "30", 1,
	 86400, "seconds between looks at what changed in Airtable, while something happens"},
	{"LOG_LEVEL", SETTING_TEXT, offsetof(struct bridge_settings, log_level), "info", 0, 0,
	 "debug, info, warn or error"},
};

static bool check(const struct bridge_settings *settings, struct error *error)
{
	enum log_level level;

	if (!log_level_from_name(settings->log_level, &level))
		return error_set(error, ERROR_FATAL,
				 "LOG_LEVEL is \"%.40s\"; it may be debug, info, warn or error",
				 settings->log_level);
	if (!settings->couchdb_url || !settings->couchdb_url[0])
		return error_set(error, ERROR_FATAL,
				 "COUCHDB_URL is not set; give the address of the CouchDB server, as "
				 "http://couchdb:5984");
	log_set_level(level);
	return true;
}

/* The one server that gets a token, and is asked through whatever is in between. */
static void warn_of_open_endpoint(const struct bridge_settings *settings)
{
	static const struct log no_place;

	if (http_url_is_open(settings->airtable_endpoint_url))
		log_warn(&no_place,
			 "AIRTABLE_ENDPOINT_URL is %s: whoever is on the way there can read the token and "
			 "the rows; "
			 "use https://",
			 settings->airtable_endpoint_url);
}

bool bridge_settings_load(struct bridge_settings *settings_out, struct error *error)
{
	struct bridge_settings settings = {0};

	if (!settings_load(table, countof(table), "DAVENPORT_CONFIG", &settings, error))
		return false;
	if (!check(&settings, error)) {
		bridge_settings_done(&settings);
		return false;
	}
	warn_of_open_endpoint(&settings);
	*settings_out = settings;
	return true;
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
