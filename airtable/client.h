/* Airtable's Web API for one base: token, request slots, errors. */
#pragma once
#include "airtable/limiter.h"
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
#define AIRTABLE_READ_TRIES  6

/* Both limiters are borrowed and may be shared by threads; the token's may be NULL. */
struct airtable_client *airtable_client_open(struct http *http, const struct airtable_address *address,
					     struct airtable_limiter *base_limiter,
					     struct airtable_limiter *token_limiter);
void airtable_client_close(struct airtable_client **airtable);

/* The server's clock as last heard (Date header) plus the steady time since; 0 before the first answer. */
int64_t airtable_client_now_ms(const struct airtable_client *airtable);
int64_t airtable_client_calls(const struct airtable_client *airtable); /* requests that left, since open */

/* One request. path is what follows the endpoint ("/v0/appX/tblY/listRecords"). Reads ('read': GETs and
 * list POSTs) are tried again on ERROR_RETRY with full jitter, AIRTABLE_READ_TRIES in all. A write is
 * sent again only after a 429 of the rate kind: the server refused it unseen. Anything else that
 * leaves its fate open (timeout, cut, 5xx) is ERROR_RETRY and never repeated here.
 *
 * Kinds: 401 and 403 ERROR_FATAL; 404 ERROR_LOST; 422 and other 4xx ERROR_REFUSED; LIST_RECORDS_ITERATOR_NOT_AVAILABLE ERROR_LOST;
 * 429 PUBLIC_API_BILLING_LIMIT_EXCEEDED ERROR_FATAL; 5xx and network ERROR_RETRY. error->code is Airtable's type, or
 * "" when the body had none of the four shapes. The sentence says method, path, status, type, message. */
struct airtable_call {
	const char *method;
	const char *path;
	struct json_object *body; /* borrowed, or NULL */
	bool read;
	int64_t leave_by_ms; /* steady time: not sent after it (ERROR_STOPPED); 0: whenever its slot comes */
};
must_use bool airtable_request(struct airtable_client *airtable, const struct airtable_call *call,
			       struct json_object **answer_out, int64_t *date_ms_out, struct error *error);
