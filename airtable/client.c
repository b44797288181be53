/* Requests behind the slots of base and token.
 *
 * All requests of a client share one gate, and http lets them leave in the order of their start. A slot that the gate
 * hands out is used up when its request leaves, and given back when the request ends without that. */
#include "airtable/client.h"
#include "airtable/answer.h"
#include "airtable/flight.h"
#include "base/clock.h"
#include "base/log.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	BACKOFF_FIRST_MS = 500,
	BACKOFF_CAP_MS = 30000,
	PATIENCE_MS = 45000, /* a server that asks for more is left to the caller's own schedule */
	LOOK_UP_MS = 250,    /* while waiting: the clock may have been moved */
	SHOWN_PATH = 120,
};
#define NEVER_HEARD INT64_MIN

struct airtable_flight {
	struct airtable_client *airtable; /* borrowed */
	struct http_call *call;           /* owned */
	bool read;
	size_t body_bytes;
	char *what; /* owned; "PATCH /v0/appX/tblY" */
};

struct airtable_client {
	struct http *http;                                     /* borrowed */
	struct airtable_limiter *base_limiter, *token_limiter; /* borrowed; the second may be NULL */
	char *endpoint, *token, *base_id;                      /* owned */
	int deadline_ms;
	struct http_gate gate;
	const struct http_permit *permit; /* borrowed; or NULL */
	atomic_int_fast64_t calls;
	atomic_int_fast64_t server_ahead_ms; /* server's clock - steady clock, or NEVER_HEARD */
};

static int64_t gate_wait_ms(void *context)
{
	struct airtable_client *airtable = context;
	return airtable_limiter_take_both(airtable->base_limiter, airtable->token_limiter);
}

static void gate_left(void *context)
{
	struct airtable_client *airtable = context;
	airtable_limiter_left(airtable->base_limiter);
	if (airtable->token_limiter)
		airtable_limiter_left(airtable->token_limiter);
	atomic_fetch_add(&airtable->calls, 1);
}

static void gate_over(void *context)
{
	struct airtable_client *airtable = context;
	airtable_limiter_answered(airtable->base_limiter);
	if (airtable->token_limiter)
		airtable_limiter_answered(airtable->token_limiter);
}

static void gate_given_back(void *context)
{
	struct airtable_client *airtable = context;
	airtable_limiter_give_back(airtable->base_limiter);
	if (airtable->token_limiter)
		airtable_limiter_give_back(airtable->token_limiter);
}

struct airtable_client *airtable_client_open(struct http *http, const struct airtable_address *address,
					     struct airtable_limiter *base_limiter,
					     struct airtable_limiter *token_limiter)
{
	struct airtable_client *airtable = own_alloc(sizeof(*airtable));
	airtable->http = http;
	airtable->base_limiter = base_limiter;
	airtable->token_limiter = token_limiter;
	airtable->endpoint = own_copy(address->endpoint);
	airtable->token = own_copy(address->token);
	airtable->base_id = own_copy(address->base_id);
	airtable->deadline_ms =
		address->request_deadline_ms > 0 ? address->request_deadline_ms : AIRTABLE_DEADLINE_MS;
	airtable->gate = (struct http_gate){.wait_ms = gate_wait_ms,
					    .left = gate_left,
					    .given_back = gate_given_back,
					    .over = gate_over,
					    .context = airtable};
	airtable->permit = address->permit;
	atomic_init(&airtable->calls, 0);
	atomic_init(&airtable->server_ahead_ms, NEVER_HEARD);
	log_secret(address->token);
	return airtable;
}

void airtable_client_close(struct airtable_client **airtable)
{
	struct airtable_client *closing = take(*airtable);
	if (!closing)
		return;
	free(closing->endpoint);
	free(closing->token);
	free(closing->base_id);
	free(closing);
}

int64_t airtable_client_now_ms(const struct airtable_client *airtable)
{
	int64_t ahead_ms = atomic_load(&airtable->server_ahead_ms);
	return ahead_ms == NEVER_HEARD ? 0 : clock_steady_ms() + ahead_ms;
}

int64_t airtable_client_calls(const struct airtable_client *airtable)
{
	return atomic_load(&airtable->calls);
}

struct http *airtable_client_http(const struct airtable_client *airtable)
{
	return airtable->http;
}

const char *airtable_client_base(const struct airtable_client *airtable)
{
	return airtable->base_id;
}

const char *airtable_client_endpoint(const struct airtable_client *airtable)
{
	return airtable->endpoint;
}

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

	scoped_text url = own_format("%s%s", airtable->endpoint, call->path);
	scoped_text body = call->body ? json_write(call->body) : NULL;
	flight->body_bytes = body ? strlen(body) : 0;
	/* Not even a read is 'repeatable': a repetition inside libcurl would leave without a slot. */
	struct http_request request = {
		.method = call->method,
		.url = url,
		.bearer = airtable->token,
		.body = body,
		.body_length = flight->body_bytes,
		.total_ms = airtable->deadline_ms,
		.only_reads = call->read,
		.leave_by_ms = call->leave_by_ms,
		.gate = &airtable->gate,
		.permit = call->read ? NULL : airtable->permit,
	};
	flight->call = http_start(airtable->http, &request);
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

/* An answer is there: what it says of the clock and of our pace counts, whatever else it says. */
static bool judge(struct airtable_flight *flight, const struct http_reply *reply,
		  struct json_object **answer_out, int64_t *date_ms_out, struct error *error)
{
	struct airtable_client *airtable = flight->airtable;
	if (reply->date_ms > 0)
		atomic_store(&airtable->server_ahead_ms, reply->date_ms - clock_steady_ms());
	struct json_object *answer = NULL;
	if (!airtable_answer_read(reply, flight->what, &answer, error)) {
		/* Of the two limits the base's is the one that is met; a token's would be met again at once. */
		if (airtable_answer_is_rate(error))
			airtable_limiter_penalty(airtable->base_limiter);
		return false;
	}
	if (answer_out)
		*answer_out = answer;
	else
		json_release(answer);
	if (date_ms_out)
		*date_ms_out = reply->date_ms;
	return true;
}

static bool no_answer(const struct airtable_flight *flight, struct error *error)
{
	bool left = http_may_have_left(flight->call);
	if (left && !flight->read)
		error->kind = ERROR_RETRY; /* whatever went wrong, it may have been done */
	return left ? false : error_wrap(error, "not sent");
}

bool airtable_flight_land(struct airtable_flight **flight, struct json_object **answer_out,
			  int64_t *date_ms_out, struct error *error)
{
	struct error why;
	struct http_reply reply;
	bool good = http_wait((*flight)->airtable->http, (*flight)->call, &reply, &why)
			    ? judge(*flight, &reply, answer_out, date_ms_out, &why)
			    : no_answer(*flight, &why);
	airtable_flight_close(flight);
	if (!good && error)
		*error = why;
	return good;
}

/* Waits without standing still: whatever else is in the air goes on. */
static void pause_ms(struct http *http, int64_t wait_ms)
{
	int64_t end_ms = clock_steady_ms() + wait_ms;
	for (int64_t left_ms = wait_ms; left_ms > 0 && !http_stopped(http);
	     left_ms = end_ms - clock_steady_ms())
		http_run(http, left_ms < LOOK_UP_MS ? left_ms : LOOK_UP_MS);
}

static const struct log log_of_client = {"Airtable"};

/* False: that was the last try. */
static bool wait_for_next_try(struct http *http, bool read, int attempt, const struct error *error)
{
	bool rate = airtable_answer_is_rate(error);
	bool may_repeat = rate || (read && error->kind == ERROR_RETRY);
	if (!may_repeat || attempt + 1 >= AIRTABLE_READ_TRIES || error->retry_after_ms > PATIENCE_MS)
		return false;
	/* After a 429 the penalty is waited out at the gate. */
	int64_t wait_ms = rate ? 0 : random_backoff_ms(attempt, BACKOFF_FIRST_MS, BACKOFF_CAP_MS);
	if (wait_ms < error->retry_after_ms)
		wait_ms = error->retry_after_ms;
	log_debug(&log_of_client, "asked again in %lld ms, after try %d of %d: %s", (long long)wait_ms,
		  attempt + 1, AIRTABLE_READ_TRIES, error->text);
	pause_ms(http, wait_ms);
	return true;
}

bool airtable_request(struct airtable_client *airtable, const struct airtable_call *call,
		      struct json_object **answer_out, int64_t *date_ms_out, struct error *error)
{
	struct error why;
	for (int attempt = 0;; attempt++) {
		struct airtable_flight *flight = airtable_flight_start(airtable, call);
		if (airtable_flight_land(&flight, answer_out, date_ms_out, &why))
			return true;
		if (!wait_for_next_try(airtable->http, call->read, attempt, &why))
			break;
	}
	if (error)
		*error = why;
	return false;
}
