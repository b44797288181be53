/* What is put in front of a failure of Airtable's. */
#include "airtable/client.h"
#include "bridge/connect/airtable_advice.h"
#include "bridge/settings.h"
#include "tests/unit/cases.h"

#include <string.h>

#define BASE "appAbCdEfGhIjKlMn"

static const struct advice_case {
	const char *sentence;
	struct error error;
	const char *scopes; /* or NULL */
	bool own_token;     /* the base has one of its own */
	const char *words;
} advice_cases[] = {
	{"an unknown token",
	 {.kind = ERROR_FATAL,
	  .status = 401,
	  .server = AIRTABLE_SERVER,
	  .code = "AUTHENTICATION_REQUIRED",
	  .text = "x"},
	 NULL,
	 false,
	 "Airtable does not know the token: set AIRTABLE_TOKEN to a valid one: x"},
	{"an unknown token of the base",
	 {.kind = ERROR_FATAL,
	  .status = 401,
	  .server = AIRTABLE_SERVER,
	  .code = "AUTHENTICATION_REQUIRED",
	  .text = "x"},
	 NULL,
	 true,
	 "Airtable does not know the token: set AIRTABLE_TOKEN_" BASE " to a valid one: x"},
	{"a token without the right",
	 {.kind = ERROR_FATAL,
	  .status = 403,
	  .server = AIRTABLE_SERVER,
	  .code = "INVALID_PERMISSIONS",
	  .text = "x"},
	 NULL,
	 false,
	 "AIRTABLE_TOKEN may not do this: the token needs data.records:read, data.records:write and "
	 "schema.bases:read, "
	 "and access to base " BASE ": x"},
	{"a token without one right",
	 {.kind = ERROR_FATAL,
	  .status = 403,
	  .server = AIRTABLE_SERVER,
	  .code = "INVALID_PERMISSIONS",
	  .text = "x"},
	 "schema.bases:read",
	 false,
	 "AIRTABLE_TOKEN may not do this: the token needs schema.bases:read, and access to base " BASE ": x"},
	{"silence has nothing to do with the token",
	 {.kind = ERROR_RETRY, .server = AIRTABLE_SERVER, .unreached = true, .text = "x"},
	 NULL,
	 false,
	 "Airtable does not answer: see that this machine reaches http://airtable.example "
	 "(AIRTABLE_ENDPOINT_URL): x"},
	{"an address that can never work",
	 {.kind = ERROR_FATAL, .server = AIRTABLE_SERVER, .text = "x"},
	 NULL,
	 false,
	 "AIRTABLE_ENDPOINT_URL: x"},
	{"a page",
	 {.kind = ERROR_RETRY, .status = 200, .server = AIRTABLE_SERVER, .text = "x"},
	 NULL,
	 false,
	 "what answers at http://airtable.example is not Airtable's API: see AIRTABLE_ENDPOINT_URL: x"},
	{"a page that is not there",
	 {.kind = ERROR_LOST, .status = 404, .server = AIRTABLE_SERVER, .text = "x"},
	 NULL,
	 false,
	 "what answers at http://airtable.example is not Airtable's API: see AIRTABLE_ENDPOINT_URL: x"},
	{"a refusal of CouchDB in its place",
	 {.kind = ERROR_FATAL, .status = 401, .server = AIRTABLE_SERVER, .code = "unauthorized", .text = "x"},
	 NULL,
	 false,
	 "what answers at http://airtable.example is not Airtable's API: see AIRTABLE_ENDPOINT_URL: x"},
	{"an edge that is busy speaks for itself",
	 {.kind = ERROR_RETRY, .status = 503, .server = AIRTABLE_SERVER, .text = "x"},
	 NULL,
	 false,
	 "x"},
	{"a row that is too large speaks for itself",
	 {.kind = ERROR_REFUSED, .status = 413, .server = AIRTABLE_SERVER, .text = "x"},
	 NULL,
	 false,
	 "x"},
	{"a value that is refused speaks for itself",
	 {.kind = ERROR_REFUSED,
	  .status = 422,
	  .server = AIRTABLE_SERVER,
	  .code = "INVALID_VALUE_FOR_COLUMN",
	  .text = "x"},
	 NULL,
	 false,
	 "x"},
	{"a refusal of CouchDB's is none of Airtable's",
	 {.kind = ERROR_FATAL, .status = 401, .code = "unauthorized", .text = "x"},
	 NULL,
	 false,
	 "x"},
	{"CouchDB's silence is none of Airtable's",
	 {.kind = ERROR_RETRY, .server = "CouchDB", .unreached = true, .text = "x"},
	 NULL,
	 false,
	 "x"},
	{"a stop is no failure",
	 {.kind = ERROR_STOPPED, .server = AIRTABLE_SERVER, .text = "x"},
	 NULL,
	 false,
	 "x"},
};

static void check_advice(void **state)
{
	const struct advice_case *row = *state;
	struct settings_member own = {(char *)(uintptr_t)BASE, (char *)(uintptr_t) "patOwn.x"};
	const struct bridge_settings settings = {
		.airtable_token = (char *)(uintptr_t) "patAll.x",
		.airtable_endpoint_url = (char *)(uintptr_t) "http://airtable.example",
		.airtable_tokens = {row->own_token ? 1 : 0, &own},
	};
	struct error error = row->error;

	airtable_advise(&settings, BASE, row->scopes, &error);
	assert_string_equal(error.text, row->words);
	assert_int_equal(error.kind, row->error.kind);
	assert_int_equal(error.unreached, row->error.unreached);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, advice_cases, check_advice);
	return cases_run("airtable_advice", &cases);
}
