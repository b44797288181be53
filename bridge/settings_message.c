#include "bridge/settings_message.h"

static bool is_set(const char *text)
{
	return text && text[0];
}

static void add_tokens(const struct bridge_settings *settings, struct text *text)
{
	const struct settings_family *family = &settings->airtable_tokens;
	bool common = is_set(settings->airtable_token);

	text_add(text, common ? "the token AIRTABLE_TOKEN" : family->count ? "" : "no token");
	for (size_t i = 0; i < family->count; i++)
		text_format(text, "%sAIRTABLE_TOKEN_%s", common || i ? ", " : "the token ",
			    family->members[i].name);
}

char *bridge_settings_message(const struct bridge_settings *settings)
{
	struct text text = {0};

	text_format(&text, "CouchDB at %s as ", settings->couchdb_url);
	if (is_set(settings->couchdb_user))
		text_format(&text, "user '%s', ", settings->couchdb_user);
	else
		text_add(&text, "nobody (COUCHDB_USER is empty), ");
	if (is_set(settings->couchdb_databases))
		text_format(&text, "databases %s", settings->couchdb_databases);
	else
		text_add(&text, "every database with an Airtable integration");
	text_format(&text, "; Airtable at %s with ", settings->airtable_endpoint_url);
	add_tokens(settings, &text);
	text_format(&text, ", polled every %d s", settings->airtable_poll_s);
	if (bridge_settings_serve_pictures(settings))
		text_format(&text, "; pictures at %s", settings->public_url);
	return text_take(&text);
}
