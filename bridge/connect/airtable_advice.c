#include "bridge/connect/airtable_advice.h"

#include "airtable/client.h"
#include "bridge/settings.h"

#include <string.h>

/* It is asked for nothing else. */
#define ALL_SCOPES "data.records:read, data.records:write and schema.bases:read"

static void advise_of_token(const struct bridge_settings *settings, const char *base_id, struct error *error)
{
	scoped_text name = bridge_settings_token_name(settings, base_id);

	(void)error_wrap(error, "Airtable does not know the token: set %s to a valid one", name);
}

static void advise_of_rights(const struct bridge_settings *settings, const char *base_id, const char *scopes,
			     struct error *error)
{
	scoped_text name = bridge_settings_token_name(settings, base_id);

	(void)error_wrap(error, "%s may not do this: the token needs %s, and access to base %s", name,
			 scopes ? scopes : ALL_SCOPES, base_id);
}

/* What answers says nothing that Airtable says, or nothing of the kind where the API is. */
static void advise_of_address(const struct bridge_settings *settings, struct error *error)
{
	(void)error_wrap(error, "what answers at %s is not Airtable's API: see AIRTABLE_ENDPOINT_URL",
			 settings->airtable_endpoint_url);
}

static void advise_of_silence(const struct bridge_settings *settings, struct error *error)
{
	if (error->kind == ERROR_FATAL)
		(void)error_wrap(error, "AIRTABLE_ENDPOINT_URL");
	else
		(void)error_wrap(error,
				 "Airtable does not answer: see that this machine reaches %s "
				 "(AIRTABLE_ENDPOINT_URL)",
				 settings->airtable_endpoint_url);
}

/* No word of Airtable's, which are in capitals, and a status that its edge does not answer with when it is busy or a request too large. */
static bool is_other_server(const struct error *error)
{
	int status = error->status;

	return (error->code[0] < 'A' || error->code[0] > 'Z') &&
	       (status < 400 || status == 401 || status == 403 || status == 404 || status == 405);
}

void airtable_advise(const struct bridge_settings *settings, const char *base_id, const char *scopes,
		     struct error *error)
{
	bool is_stop = error->kind == ERROR_STOPPED || error->kind == ERROR_NONE;

	if (is_stop || !error->server || strcmp(error->server, AIRTABLE_SERVER) != 0)
		return;
	if (error->status == 0)
		advise_of_silence(settings, error);
	else if (is_other_server(error))
		advise_of_address(settings, error);
	else if (error->status == 401)
		advise_of_token(settings, base_id, error);
	else if (error->status == 403)
		advise_of_rights(settings, base_id, scopes, error);
}
