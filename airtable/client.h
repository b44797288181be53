/* Airtable's Web API for one base: token, request slots, errors. */
#pragma once
#include "airtable/limiter.h"
#include "airtable/purpose.h"
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"

struct airtable_client;

struct airtable_address {
	const char *endpoint; /* "https://api.airtable.com", no trailing slash */
	const char *token;
	const char *base_id;
	int request_deadline_ms;          /* total time of one request; 0: AIRTABLE_DEADLINE_MS */
	const struct http_permit *permit; /* of what writes; borrowed until the close; or NULL */
};
#define AIRTABLE_DEADLINE_MS 60000
#define AIRTABLE_SERVER      "Airtable" /* error->server of all that its answers, or their absence, came to */

/* Both limiters are borrowed and may be shared by threads; the token's may be NULL. */
struct airtable_client *airtable_client_open(struct http *http, const struct airtable_address *address,
					     struct airtable_limiter *base_limiter,
					     struct airtable_limiter *token_limiter);
void airtable_client_close(struct airtable_client **airtable);

/* How often and how long requests of this client stood before the rate limits, and how often the server said 429 all the same: since
 * open, from any thread. */
struct airtable_rate_counts {
	int64_t waits, waited_ms, refusals;
};
struct airtable_rate_counts airtable_client_rate(const struct airtable_client *airtable);

/* The server's clock as last heard (Date header) plus the steady time since; 0 before the first answer. */
int64_t airtable_client_now_ms(const struct airtable_client *airtable);
int64_t airtable_client_calls(const struct airtable_client *airtable); /* requests that left, since open */
int64_t airtable_client_calls_for(const struct airtable_client *airtable, enum airtable_purpose purpose);
struct http *airtable_client_http(const struct airtable_client *airtable);
const char *airtable_client_base(const struct airtable_client *airtable);
const char *airtable_client_endpoint(const struct airtable_client *airtable);

/* Where files are sent to, for an API at this endpoint: Airtable takes them at a host of its own, whatever else at the same one. */
const char *airtable_content_endpoint(const char *endpoint);

/* path is what follows the endpoint ("/v0/appX/tblY/listRecords"). */
struct airtable_call {
	const char *method;
	const char *path;
	struct json_object *body; /* borrowed, or NULL */
	enum airtable_purpose purpose;
	bool read;
	int64_t leave_by_ms; /* steady time: not sent after it (ERROR_STOPPED); 0: whenever its slot comes */
	bool of_content;     /* sent to the host that takes files */
	int deadline_ms;     /* total time; 0: the client's */
};
/* Queues the request behind the slots; nothing of 'call' is needed afterwards. */
struct http_call *airtable_client_start(struct airtable_client *airtable, const struct airtable_call *call,
					size_t *body_bytes_out);
/* An answer is there: what it says of the clock and of our pace counts, whatever else it says. 'what' names the request. */
must_use bool airtable_client_judge(struct airtable_client *airtable, const char *what,
				    const struct http_reply *reply, struct json_object **answer_out,
				    int64_t *date_ms_out, struct error *error);
