/* Requests behind the slots of base and token.
 *
 * All requests of a client share one gate, and http lets them leave in the order of their start. A slot that the gate
 * hands out is used up when its request leaves, and given back when the request ends without that. */
#include "airtable/client.h"
#include "airtable/answer.h"
#include "base/clock.h"
#include "base/log.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_HEARD INT64_MIN

struct airtable_client {
	struct http *http;                                     /* borrowed */
	struct airtable_limiter *base_limiter, *token_limiter; /* borrowed; the second may be NULL */
	char *endpoint, *token, *base_id;                      /* owned */
	int deadline_ms;
	struct http_gate gate;
	const struct http_permit *permit; /* borrowed; or NULL */
	atomic_int_fast64_t calls_for[AIRTABLE_PURPOSES];
	atomic_int_fast64_t server_ahead_ms; /* server's clock - steady clock, or NEVER_HEARD */
	int64_t gate_asked_ms,
		gate_told_ms; /* steady, and how long it was to wait then; the http's thread's */
	atomic_int_fast64_t waits, waited_ms, refusals;
};

/* No more than was to be waited: nobody may have asked since. */
static void count_wait(struct airtable_client *airtable, int64_t wait_ms)
{
	int64_t now_ms = clock_steady_ms(), passed_ms = now_ms - airtable->gate_asked_ms;

	if (airtable->gate_told_ms > 0)
		atomic_fetch_add(&airtable->waited_ms,
				 passed_ms < airtable->gate_told_ms ? passed_ms : airtable->gate_told_ms);
	else if (wait_ms > 0)
		atomic_fetch_add(&airtable->waits, 1);
	airtable->gate_asked_ms = now_ms;
	airtable->gate_told_ms = wait_ms;
}

static int64_t gate_wait_ms(void *context)
{
	struct airtable_client *airtable = context;
	int64_t wait_ms = airtable_limiter_take_both(airtable->base_limiter, airtable->token_limiter);

	count_wait(airtable, wait_ms);
	return wait_ms;
}

static void gate_left(void *context)
{
	struct airtable_client *airtable = context;
	airtable_limiter_left(airtable->base_limiter);
	if (airtable->token_limiter)
		airtable_limiter_left(airtable->token_limiter);
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
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		atomic_init(&airtable->calls_for[purpose], 0);
	atomic_init(&airtable->server_ahead_ms, NEVER_HEARD);
	atomic_init(&airtable->waits, 0);
	atomic_init(&airtable->waited_ms, 0);
	atomic_init(&airtable->refusals, 0);
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
	int64_t calls = 0;
	for (int purpose = 0; purpose < AIRTABLE_PURPOSES; purpose++)
		calls += atomic_load(&airtable->calls_for[purpose]);
	return calls;
}

int64_t airtable_client_calls_for(const struct airtable_client *airtable, enum airtable_purpose purpose)
{
	return atomic_load(&airtable->calls_for[purpose]);
}

struct airtable_rate_counts airtable_client_rate(const struct airtable_client *airtable)
{
	return (struct airtable_rate_counts){
		.waits = atomic_load(&airtable->waits),
		.waited_ms = atomic_load(&airtable->waited_ms),
		.refusals = atomic_load(&airtable->refusals),
	};
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

const char *airtable_content_endpoint(const char *endpoint)
{
	return strcmp(endpoint, "https://api.airtable.com") == 0 ? "https://content.airtable.com" : endpoint;
}

struct http_call *airtable_client_start(struct airtable_client *airtable, const struct airtable_call *call,
					size_t *body_bytes_out)
{
	const char *endpoint =
		call->of_content ? airtable_content_endpoint(airtable->endpoint) : airtable->endpoint;
	scoped_text url = own_format("%s%s", endpoint, call->path);
	scoped_text body = call->body ? json_write(call->body) : NULL;

	*body_bytes_out = body ? strlen(body) : 0;
	/* Not even a read is 'repeatable': a repetition inside libcurl would leave without a slot. */
	struct http_request request = {
		.method = call->method,
		.url = url,
		.bearer = airtable->token,
		.body = body,
		.body_length = *body_bytes_out,
		.total_ms = call->deadline_ms > 0 ? call->deadline_ms : airtable->deadline_ms,
		.only_reads = call->read,
		.leave_by_ms = call->leave_by_ms,
		.gate = &airtable->gate,
		.left_count = &airtable->calls_for[call->purpose],
		.permit = call->read ? NULL : airtable->permit,
	};
	return http_start(airtable->http, &request);
}

bool airtable_client_judge(struct airtable_client *airtable, const char *what, const struct http_reply *reply,
			   struct json_object **answer_out, int64_t *date_ms_out, struct error *error)
{
	if (reply->date_ms > 0)
		atomic_store(&airtable->server_ahead_ms, reply->date_ms - clock_steady_ms());
	struct json_object *answer = NULL;
	if (!airtable_answer_read(reply, what, &answer, error)) {
		/* Of the two limits the base's is the one that is met; a token's would be met again at once. */
		if (airtable_answer_is_rate(error)) {
			atomic_fetch_add(&airtable->refusals, 1);
			airtable_limiter_penalty(airtable->base_limiter);
		}
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
