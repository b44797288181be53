#include "airtable/flight.h"
#include "base/log.h"
#include <stdlib.h>
#include <string.h>

enum { SHOWN_PATH = 120 };

struct airtable_flight {
	struct airtable_client *airtable; /* borrowed */
	struct http_call *call;           /* owned */
	bool read;
	size_t body_bytes;
	char *what; /* owned; "PATCH /v0/appX/tblY" */
};

/* Method and path for the sentence, without the query: that is long, and holds people's data. */
static char *name_request(const struct airtable_call *call)
{
	scoped_text path = own_copy_bytes(call->path, strcspn(call->path, "?"));
	scoped_text shown = log_quote(path, SHOWN_PATH);

	return own_format("%s %s", call->method, shown);
}

struct airtable_flight *airtable_flight_start(struct airtable_client *airtable,
					      const struct airtable_call *call)
{
	struct airtable_flight *flight = own_alloc(sizeof(*flight));
	flight->airtable = airtable;
	flight->read = call->read;
	flight->what = name_request(call);
	flight->call = airtable_client_start(airtable, call, &flight->body_bytes);
	return flight;
}

bool airtable_flight_is_over(const struct airtable_flight *flight)
{
	return http_is_over(flight->call);
}

bool airtable_flight_left(const struct airtable_flight *flight)
{
	return http_may_have_left(flight->call);
}

void airtable_flight_close(struct airtable_flight **flight)
{
	struct airtable_flight *closing = take(*flight);
	if (!closing)
		return;
	http_call_close(&closing->call);
	free(closing->what);
	free(closing);
}

size_t airtable_flight_body_bytes(const struct airtable_flight *flight)
{
	return flight->body_bytes;
}

static bool no_answer(const struct airtable_flight *flight, struct error *error)
{
	bool left = http_may_have_left(flight->call);
	if (left && !flight->read)
		error->kind = ERROR_RETRY; /* whatever went wrong, it may have been done */
	return left || flight->read ? false : error_wrap(error, "not sent");
}

bool airtable_flight_land(struct airtable_flight **flight, struct json_object **answer_out,
			  int64_t *date_ms_out, struct error *error)
{
	struct error why;
	struct http_reply reply;
	bool good = http_wait(airtable_client_http((*flight)->airtable), (*flight)->call, &reply, &why)
			    ? airtable_client_judge((*flight)->airtable, (*flight)->what, &reply, answer_out,
						    date_ms_out, &why)
			    : no_answer(*flight, &why);
	airtable_flight_close(flight);
	if (good || !error)
		return good;
	*error = why;
	error->server = AIRTABLE_SERVER;
	return false;
}
