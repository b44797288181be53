/* The program's settings: one table, from which reading, --help and the README's list follow. */
#pragma once
#include "base/settings.h"

struct bridge_settings {
	char *couchdb_url, *couchdb_user, *couchdb_password, *couchdb_databases;
	char *airtable_token;
	struct settings_family airtable_tokens; /* by base id */
	char *airtable_endpoint_url;
	int airtable_poll_s;
	char *public_url; /* "": pictures are not served */
	char *public_listen, *public_proxies, *public_unsigned;
	int public_cache_mib;
	char *image_keys;
	char *admin_listen, *admin_password_hash, *admin_token, *admin_hosts, *admin_proxies;
	char *data_dir;
	char *notify_url; /* "": nobody is notified */
	char *notify_format;
	char *log_level;
};

/* The settings that count now, where SIGHUP may make others count: read from any thread. Those that counted once live as long as all who
 * read them. */
struct settings_now {
	const struct bridge_settings *_Atomic settings;
};

#define ADMIN_TOKEN_LEAST 16 /* characters of it, if there is one */

#define SETTINGS_FILE_VARIABLE "DAVENPORT_CONFIG"

/* From the environment and the file that DAVENPORT_CONFIG names; sets the log's level as well. */
must_use bool bridge_settings_load(struct bridge_settings *settings_out, struct error *error);
/* What count now, against a fresh reading. What only a start can change stays in 'fresh' as it is now, and is named in later_out; the
 * others that differ in taken_out: "COUCHDB_PASSWORD, AIRTABLE_TOKEN". True: some of these are for the integrations, which are to begin anew. */
bool bridge_settings_take(const struct bridge_settings *now, struct bridge_settings *fresh,
			  struct text *taken_out, struct text *later_out);
/* Whether pictures are to be served. Then there is a key at least. */
bool bridge_settings_serve_pictures(const struct bridge_settings *settings);
/* Whether notices are JSON, and not a sentence. */
bool bridge_settings_notify_json(const struct bridge_settings *settings);
/* Tells the log what is set and is probably not what was meant. */
void bridge_settings_warn(const struct bridge_settings *settings);
void bridge_settings_done(struct bridge_settings *settings);
/* What --help prints of them. */
void bridge_settings_help(struct text *text);
/* The token for a base: its own, or the common one; NULL when there is neither. */
const char *bridge_settings_token(const struct bridge_settings *settings, const char *base_id);
/* The setting that it comes from; the common one when there is none. The caller frees. */
char *bridge_settings_token_name(const struct bridge_settings *settings, const char *base_id);
