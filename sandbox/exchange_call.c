/* A call of the API: it arrives, is held back as the fault plan says, is applied and answered. */
#include "sandbox/edit.h"
#include "sandbox/exchange.h"
#include "sandbox/refusal.h"
#include "sandbox/save.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void do_kill(struct exchange *exchange)
{
	if (kill((pid_t)exchange->fault->pid, SIGKILL) != 0)
		log_warn(&exchange->server->log, "cannot kill %lld", (long long)exchange->fault->pid);
}

static bool has_fault(const struct exchange *exchange, enum sandbox_fault_kind kind)
{
	return exchange->fault && exchange->fault->kind == kind;
}

static void do_edit(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->server->sandbox;
	struct error error = {0};

	sandbox->store->now_ms = sandbox_clock_now(&sandbox->clock);
	if (!sandbox_edit_by_rule(sandbox->store, exchange->fault->json, &error))
		log_error(&exchange->server->log, "the edit of a fault: %s", error.text);
}

static void take_limit(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->server->sandbox;
	const struct sandbox_call *call = &exchange->call;
	enum sandbox_limited limited = sandbox_limits_take(
		&sandbox->limits, call->base ? call->base->id : NULL, sandbox_call_token(call), call->now_us);

	if (limited == LIMIT_ACCEPTED)
		return;
	sandbox->counts.refused_429++;
	if (limited == LIMIT_PENALTY_BEGINS)
		sandbox->counts.penalties++;
	exchange->refused = true;
	sandbox_refuse(&exchange->refusal, 429, "RATE_LIMIT_REACHED",
		       "Rate limit exceeded. Please try again later");
}

void exchange_check_sizes(struct exchange *exchange)
{
	exchange->refused = true;
	if (strlen(exchange->uri) > SANDBOX_URL_LIMIT)
		sandbox_refuse(&exchange->refusal, EXCHANGE_URL_TOO_LONG, "", "%s", "");
	else if (exchange->too_big)
		sandbox_refuse(&exchange->refusal, 413, "REQUEST_TOO_LARGE",
			       "The request body is larger than %zu bytes.", exchange->body_limit);
	else
		exchange->refused = false;
}

static void next_fault(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->server->sandbox;
	struct sandbox_fault_request request = {sandbox->requests, exchange->call.kind, exchange->method,
						exchange->uri};

	exchange->fault = sandbox_faults_next(&sandbox->faults, &request);
	if (!exchange->fault)
		return;
	if (has_fault(exchange, FAULT_EDIT))
		do_edit(exchange);
	if (has_fault(exchange, FAULT_STALE))
		sandbox->stale_next_us = exchange->fault->ms * 1000;
	if (has_fault(exchange, FAULT_SKIP_ROW))
		exchange->call.skip_row = exchange->fault->row > 0 ? (size_t)exchange->fault->row : 1;
	if (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_BEFORE) {
		do_kill(exchange);
		exchange->drop = true;
	}
}

static void fill_call(struct exchange *exchange)
{
	exchange->call.sandbox = exchange->server->sandbox;
	exchange->call.method = exchange->method;
	exchange->call.target = &exchange->target;
	exchange->call.authorization = exchange_header(exchange, "Authorization");
	exchange->call.content_type = exchange_header(exchange, "Content-Type");
	exchange->call.body = text_or_empty(&exchange->body);
	exchange->call.body_length = exchange->body.length;
	exchange->call.now_us = sandbox_steady_us();
	sandbox_call_read(&exchange->call);
}

/* Everything that happens as a request comes in. */
static void arrive(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->server->sandbox;
	struct sandbox_call *call = &exchange->call;

	fill_call(exchange);
	sandbox->requests++;
	exchange_check_sizes(exchange);
	if (!exchange->refused && !sandbox_call_check(call, &exchange->refusal))
		exchange->refused = true;
	sandbox_counts_arrived(&sandbox->counts, call->kind,
			       exchange->refused || !call->base ? NULL : call->base->id, call->now_us);
	if (!exchange->refused)
		take_limit(exchange);
	next_fault(exchange);
}

/* What a write that comes late needs to be a call again. */
struct late {
	char *uri, *method, *authorization, *content_type, *body;
	size_t body_length;
};

void exchange_drop_late(void *context)
{
	struct late *late = context;

	free(late->uri);
	free(late->method);
	free(late->authorization);
	free(late->content_type);
	free(late->body);
	free(late);
}

void exchange_run_late(void *context, void *job)
{
	struct sandbox_server *server = context;
	struct late *late = job;
	struct sandbox_target target = {0};
	struct sandbox_call call = {
		.sandbox = server->sandbox,
		.method = late->method,
		.target = &target,
		.authorization = late->authorization,
		.content_type = late->content_type,
		.body = late->body,
		.body_length = late->body_length,
		.now_us = sandbox_steady_us(),
	};

	sandbox_target_read(late->uri, &target);
	pthread_mutex_lock(&server->lock);
	sandbox_call_read(&call);
	sandbox_call_run(&call);
	log_debug(&server->log, "%s %s applied late: %d", late->method, late->uri, call.answer.status);
	sandbox_call_done(&call);
	pthread_mutex_unlock(&server->lock);
	sandbox_fetcher_wake(server->fetcher);
	sandbox_target_done(&target);
	exchange_drop_late(late);
}

static void apply_late(struct exchange *exchange)
{
	struct late *late = own_alloc(sizeof(*late));

	late->uri = own_copy(exchange->uri);
	late->method = own_copy(exchange->method);
	late->authorization = own_copy(exchange->call.authorization);
	late->content_type = own_copy(exchange->call.content_type);
	late->body = own_copy_bytes(exchange->call.body, exchange->call.body_length);
	late->body_length = exchange->call.body_length;
	sandbox_waiting_later(exchange->server->waiting, exchange->call.now_us + exchange->fault->ms * 1000,
			      late);
	exchange->drop = true;
}

static enum MHD_Result wait_until(struct exchange *exchange, int64_t due_us, bool until_left,
				  bool until_released)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	exchange->wait = (struct sandbox_wait){.connection = exchange->connection,
					       .due_us = due_us,
					       .socket = until_left && info ? info->connect_fd : -1,
					       .until_released = until_released};
	return sandbox_wait_start(exchange->server->waiting, &exchange->wait) ? MHD_YES : MHD_NO;
}

/* A hold without a time lasts until it is released or the client leaves. */
static enum MHD_Result hold(struct exchange *exchange)
{
	int64_t ms = exchange->fault->ms;

	return wait_until(exchange, ms ? sandbox_steady_us() + ms * 1000 : INT64_MAX, true, true);
}

static void answer_status_fault(struct exchange *exchange)
{
	static const char page[] = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
				   "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
	static const struct {
		int status;
		const char *type, *message;
	} known[] = {
		{429, "RATE_LIMIT_REACHED", "Rate limit exceeded. Please try again later"},
		{503, "RETRIABLE_ERROR",
		 "Server encountered an error while processing your request, and it is safe to retry the "
		 "request"},
		{0, "SERVER_ERROR", "Server error"},
	};
	struct sandbox *sandbox = exchange->server->sandbox;
	struct json_object *rule = exchange->fault->json;
	struct sandbox_answer *answer = &exchange->call.answer;
	int status = exchange->fault->status;
	int64_t penalty_ms = json_int_or(rule, "penalty_ms", 0);
	size_t i = 0;

	while (known[i].status && known[i].status != status)
		i++;
	struct error refusal = {0};
	sandbox_refuse(&refusal, status, json_text_or(rule, "type", known[i].type), "%s",
		       json_text_or(rule, "message", known[i].message));
	sandbox_answer_refusal(answer, &refusal);
	answer->retry_after_s = (int)json_int_or(rule, "retryAfter", 0);
	if (status == 502) {
		text_clear(&answer->body);
		text_add(&answer->body, page);
		answer->content_type = "text/html";
	}
	if (status == 429)
		sandbox->counts.refused_429++;
	if (status == 429 && penalty_ms > 0 && exchange->call.base)
		sandbox_limits_punish(&sandbox->limits, exchange->call.base->id,
				      sandbox_steady_us() + penalty_ms * 1000, sandbox_steady_us());
}

/* What reads shall see for a while is what there was before this write. */
static void keep_before(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->server->sandbox;

	if (sandbox->stale_next_us == 0 || !sandbox_kind_writes(exchange->call.kind))
		return;
	sandbox_store_close(&sandbox->before);
	sandbox->before = sandbox_store_copy(sandbox->store);
	if (!sandbox->before)
		log_error(&exchange->server->log, "too much to be kept for a stale read");
	sandbox->stale_until_us = sandbox_steady_us() + sandbox->stale_next_us;
	sandbox->stale_next_us = 0;
}

static void apply(struct exchange *exchange)
{
	struct sandbox_call *call = &exchange->call;

	call->now_us = sandbox_steady_us();
	if (exchange->refused) {
		exchange_fill_refusal(&call->answer, &exchange->refusal);
	} else if (has_fault(exchange, FAULT_STATUS)) {
		answer_status_fault(exchange);
	} else if (has_fault(exchange, FAULT_CUT) && !exchange->fault->applied) {
		call->answer.status = 200;
	} else {
		keep_before(exchange);
		exchange_note_address(exchange);
		sandbox_call_run(call);
	}
}

enum MHD_Result exchange_answer_call(struct exchange *exchange)
{
	bool unanswered = has_fault(exchange, FAULT_UNANSWERED) ||
			  (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_APPLIED);

	if (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_APPLIED)
		do_kill(exchange);
	log_debug(&exchange->server->log, "%s %s: %d%s", exchange->method, exchange->uri,
		  exchange->call.answer.status, unanswered ? ", unanswered" : "");
	if (unanswered)
		return MHD_NO;
	return exchange_send(exchange, &exchange->call.answer, has_fault(exchange, FAULT_CUT));
}

enum MHD_Result exchange_finish_call(struct exchange *exchange)
{
	struct sandbox_server *server = exchange->server;

	if (has_fault(exchange, FAULT_TIMEOUT))
		return MHD_NO;
	pthread_mutex_lock(&server->lock);
	apply(exchange);
	pthread_mutex_unlock(&server->lock);
	if (sandbox_kind_writes(exchange->call.kind))
		sandbox_fetcher_wake(server->fetcher);
	exchange->stage = STAGE_APPLIED;
	if (has_fault(exchange, FAULT_HOLD) && exchange->fault->point == POINT_APPLIED)
		return hold(exchange);
	return exchange_answer_call(exchange);
}

enum MHD_Result exchange_begin_call(struct exchange *exchange)
{
	struct sandbox *sandbox = exchange->server->sandbox;

	pthread_mutex_lock(&exchange->server->lock);
	arrive(exchange);
	int64_t latency_us = sandbox->options.latency_ms * 1000;
	pthread_mutex_unlock(&exchange->server->lock);
	exchange->stage = STAGE_ARRIVED;
	if (has_fault(exchange, FAULT_LATE))
		apply_late(exchange);
	if (exchange->drop)
		return MHD_NO;
	if (has_fault(exchange, FAULT_TIMEOUT))
		return wait_until(exchange, INT64_MAX, true, false);
	if (has_fault(exchange, FAULT_HOLD) && exchange->fault->point == POINT_BEFORE)
		return hold(exchange);
	if (latency_us == 0)
		return exchange_finish_call(exchange);
	return wait_until(exchange, exchange->call.now_us + latency_us, false, false);
}

void exchange_note_answered(struct exchange *exchange)
{
	struct sandbox_server *server = exchange->server;

	pthread_mutex_lock(&server->lock);
	sandbox_counts_answered(&server->sandbox->counts, exchange->call.kind, sandbox_steady_us());
	pthread_mutex_unlock(&server->lock);
	if (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_AFTER)
		do_kill(exchange);
}
