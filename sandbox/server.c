#include "sandbox/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "sandbox/api.h"
#include "sandbox/control.h"
#include "sandbox/edit.h"
#include "sandbox/page.h"
#include "sandbox/refusal.h"
#include "sandbox/save.h"
#include "sandbox/waiting.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTION_LIMIT   1000
#define HEADER_MEMORY      (256 * 1024) /* for the lines of one request */
#define CONTROL_BODY_LIMIT ((size_t)512 << 20)
#define DISCARD_LIMIT      ((uint64_t)16 << 20) /* of a body that is too big, before it is cut off */
#define SILENCE_S          75                   /* without a byte */

struct sandbox_server {
	struct sandbox *sandbox;
	struct MHD_Daemon *daemon;
	struct sandbox_waiting *waiting;
	pthread_mutex_t lock; /* around everything in the sandbox */
	struct log log;
	int port;
	atomic_bool stopping;
};

enum stage {
	STAGE_READING,
	STAGE_ARRIVED, /* the latency passes */
	STAGE_APPLIED, /* held back between doing and answering */
	STAGE_ANSWERED,
};

/* A client's connection. Its exchange is here as well, since libmicrohttpd forgets one whose request breaks off early. */
struct visit {
	struct sandbox_patience *patience;
	struct exchange *exchange; /* owned; or NULL */
};

/* One request and its answer. */
struct exchange {
	struct sandbox_server *server;
	struct MHD_Connection *connection;
	struct visit *visit; /* borrowed */
	char *uri;           /* owned; raw */
	char method[16];
	struct sandbox_target target;
	enum stage stage;
	bool begun, local, too_big, drop;
	size_t body_limit;
	struct text body;
	struct sandbox_call call;
	bool is_call, refused;
	struct error refusal;
	struct sandbox_fault *fault; /* owned; or NULL */
	struct sandbox_wait wait;
};

static const char *header(struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* ---- the answer ---- */

struct cut_body {
	struct text body;
	size_t until;
};

static ssize_t cut_read(void *context, uint64_t place, char *buffer, size_t room)
{
	const struct cut_body *cut = context;

	if (place >= cut->until)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t length = cut->until - (size_t)place < room ? cut->until - (size_t)place : room;
	memcpy(buffer, cut->body.bytes + place, length);
	return (ssize_t)length;
}

static void cut_done(void *context)
{
	struct cut_body *cut = context;

	text_done(&cut->body);
	free(cut);
}

static struct MHD_Response *response_of(struct sandbox_answer *answer, bool cut)
{
	size_t length = answer->body.length;

	if (!cut)
		return MHD_create_response_from_buffer(length, text_take(&answer->body),
						       MHD_RESPMEM_MUST_FREE);
	if (length == 0)
		text_add(&answer->body, "{\"records\":[{\"id\":\"rec");
	struct cut_body *half = own_alloc(sizeof(*half));
	half->body = answer->body;
	answer->body = (struct text){0};
	half->until = half->body.length / 2;
	return MHD_create_response_from_callback(half->body.length, 4096, cut_read, half, cut_done);
}

/* The sandbox's own clock, not the machine's. */
static void add_date(struct sandbox_server *server, struct MHD_Response *response)
{
	time_t now = (time_t)(sandbox_clock_now(&server->sandbox->clock) / 1000);
	struct tm parts;
	char date[40];

	if (gmtime_r(&now, &parts) && strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0)
		MHD_add_response_header(response, "Date", date);
}

/* So that pages from elsewhere can use the API, though not the control paths. */
static void add_cors(struct MHD_Response *response)
{
	MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
	MHD_add_response_header(response, "Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE");
	MHD_add_response_header(response, "Access-Control-Allow-Headers",
				"authorization, content-type, x-airtable-application-id, x-api-version, "
				"x-airtable-user-agent");
	MHD_add_response_header(response, "Access-Control-Max-Age", "600");
}

static enum MHD_Result send_answer(struct exchange *exchange, struct sandbox_answer *answer, bool cut)
{
	const char *type = answer->content_type ? answer->content_type : "application/json; charset=utf-8";
	struct MHD_Response *response = response_of(answer, cut);
	char seconds[16];

	exchange->stage = STAGE_ANSWERED;
	MHD_add_response_header(response, "Content-Type", type);
	add_date(exchange->server, response);
	if (exchange->is_call)
		add_cors(response);
	else
		MHD_add_response_header(response, "Cache-Control", "no-store");
	if (answer->retry_after_s) {
		snprintf(seconds, sizeof(seconds), "%d", answer->retry_after_s);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	enum MHD_Result queued =
		MHD_queue_response(exchange->connection, (unsigned int)answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result send_refusal(struct exchange *exchange, const struct error *refusal)
{
	struct sandbox_answer answer = {0};

	sandbox_answer_refusal(&answer, refusal);
	enum MHD_Result queued = send_answer(exchange, &answer, false);
	sandbox_answer_done(&answer);
	return queued;
}

/* ---- a call of the API ---- */

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

static void check_sizes(struct exchange *exchange)
{
	exchange->refused = true;
	if (strlen(exchange->uri) > SANDBOX_URL_LIMIT)
		sandbox_refuse(&exchange->refusal, 414, "URI_TOO_LONG",
			       "The URL is longer than %d characters.", SANDBOX_URL_LIMIT);
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
	exchange->call.authorization = header(exchange, "Authorization");
	exchange->call.content_type = header(exchange, "Content-Type");
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
	check_sizes(exchange);
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

static void late_drop(void *context)
{
	struct late *late = context;

	free(late->uri);
	free(late->method);
	free(late->authorization);
	free(late->content_type);
	free(late->body);
	free(late);
}

static void late_run(void *context, void *job)
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
	sandbox_target_done(&target);
	late_drop(late);
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
		sandbox_answer_refusal(&call->answer, &exchange->refusal);
	} else if (has_fault(exchange, FAULT_STATUS)) {
		answer_status_fault(exchange);
	} else if (has_fault(exchange, FAULT_CUT) && !exchange->fault->applied) {
		call->answer.status = 200;
	} else {
		keep_before(exchange);
		sandbox_call_run(call);
	}
}

static enum MHD_Result answer_call(struct exchange *exchange)
{
	bool unanswered = has_fault(exchange, FAULT_UNANSWERED) ||
			  (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_APPLIED);

	if (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_APPLIED)
		do_kill(exchange);
	log_debug(&exchange->server->log, "%s %s: %d%s", exchange->method, exchange->uri,
		  exchange->call.answer.status, unanswered ? ", unanswered" : "");
	if (unanswered)
		return MHD_NO;
	return send_answer(exchange, &exchange->call.answer, has_fault(exchange, FAULT_CUT));
}

static enum MHD_Result finish_call(struct exchange *exchange)
{
	struct sandbox_server *server = exchange->server;

	if (has_fault(exchange, FAULT_TIMEOUT))
		return MHD_NO;
	pthread_mutex_lock(&server->lock);
	apply(exchange);
	pthread_mutex_unlock(&server->lock);
	exchange->stage = STAGE_APPLIED;
	if (has_fault(exchange, FAULT_HOLD) && exchange->fault->point == POINT_APPLIED)
		return hold(exchange);
	return answer_call(exchange);
}

static enum MHD_Result begin_call(struct exchange *exchange)
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
		return finish_call(exchange);
	return wait_until(exchange, exchange->call.now_us + latency_us, false, false);
}

static enum MHD_Result answer_preflight(struct exchange *exchange)
{
	struct sandbox_answer answer = {.status = 200};

	return send_answer(exchange, &answer, false);
}

/* ---- control and page: for this machine only ---- */

static bool is_path_of(const struct exchange *exchange, const char *first)
{
	return exchange->target.count > 0 && strcmp(exchange->target.segments[0], first) == 0;
}

static bool is_local_path(const struct exchange *exchange)
{
	return is_path_of(exchange, "_sandbox") ||
	       (exchange->target.count == 0 && !exchange->target.bad_path);
}

static bool peer_is_local(struct exchange *exchange)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info ? info->client_addr : NULL;

	if (address && address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 ==
		       127;
	if (address && address->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	return false;
}

/* A foreign name that resolves to this machine is a page's way in. */
static bool host_is_local(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; host && i < countof(names); i++) {
		size_t length = strlen(names[i]);
		if (strncmp(host, names[i], length) == 0 && (host[length] == '\0' || host[length] == ':'))
			return true;
	}
	return false;
}

/* A browser says where a page comes from; other pages have no business here. */
static bool origin_is_own(struct exchange *exchange)
{
	const char *origin = header(exchange, "Origin"), *host = header(exchange, "Host");

	return !origin || (strncmp(origin, "http://", 7) == 0 && host && strcmp(origin + 7, host) == 0);
}

static bool is_local(struct exchange *exchange)
{
	return peer_is_local(exchange) && host_is_local(header(exchange, "Host")) && origin_is_own(exchange);
}

/* JSON only: a form of another page's cannot send that without asking first. */
static bool check_local(struct exchange *exchange, struct error *error)
{
	const char *type = header(exchange, "Content-Type");

	if (!exchange->local)
		return sandbox_refuse(error, 403, "SANDBOX_LOCAL_ONLY",
				      "This path is for pages and programs of this machine only.");
	if (strcmp(exchange->method, "POST") == 0 && (!type || strncmp(type, "application/json", 16) != 0))
		return sandbox_refuse(error, 415, "SANDBOX_JSON_ONLY",
				      "Content-Type must be application/json.");
	if (exchange->too_big)
		return sandbox_refuse(error, 413, "REQUEST_TOO_LARGE",
				      "The request body is larger than %zu bytes.", exchange->body_limit);
	return true;
}

static void run_control(struct exchange *exchange, struct sandbox_answer *answer)
{
	struct sandbox_server *server = exchange->server;
	struct sandbox_control_request request = {exchange->method, &exchange->target,
						  text_or_empty(&exchange->body), exchange->body.length,
						  sandbox_steady_us()};

	pthread_mutex_lock(&server->lock);
	uint64_t releases = server->sandbox->releases;
	sandbox_control(server->sandbox, &request, answer);
	bool released = releases != server->sandbox->releases;
	pthread_mutex_unlock(&server->lock);
	if (released)
		sandbox_waiting_release(server->waiting);
}

static enum MHD_Result answer_local(struct exchange *exchange)
{
	struct sandbox_answer answer = {0};
	struct error error = {0};
	bool page = exchange->target.count == 0;

	if (!is_local_path(exchange) || (page && strcmp(exchange->method, "GET") != 0)) {
		sandbox_refuse_route(&error);
		return send_refusal(exchange, &error);
	}
	if (!check_local(exchange, &error))
		return send_refusal(exchange, &error);
	if (page) {
		answer.status = 200;
		answer.content_type = "text/html; charset=utf-8";
		text_add(&answer.body, sandbox_page_html());
	} else {
		run_control(exchange, &answer);
	}
	enum MHD_Result queued = send_answer(exchange, &answer, false);
	sandbox_answer_done(&answer);
	return queued;
}

/* ---- libmicrohttpd's side ---- */

/* The headers are there. */
static void begin(struct exchange *exchange, struct MHD_Connection *connection, const char *method)
{
	exchange->begun = true;
	exchange->connection = connection;
	snprintf(exchange->method, sizeof(exchange->method), "%s", method);
	exchange->is_call = is_path_of(exchange, "v0");
	exchange->local = is_local(exchange);
	exchange->body_limit = exchange->is_call ? exchange->server->sandbox->options.body_limit
			       : exchange->local ? CONTROL_BODY_LIMIT
						 : 0;
	exchange->body.ceiling = exchange->body_limit + 1;
}

/* A body of that size is not waited for. */
static bool is_hopeless(struct exchange *exchange)
{
	const char *length = header(exchange, "Content-Length");

	return length && strtoull(length, NULL, 10) > exchange->body_limit + DISCARD_LIMIT;
}

static void add_body(struct exchange *exchange, const char *bytes, size_t length)
{
	if (exchange->too_big || exchange->body.length + length > exchange->body_limit) {
		exchange->too_big = true;
		text_clear(&exchange->body);
	} else {
		text_add_bytes(&exchange->body, bytes, length);
	}
}

static enum MHD_Result complete(struct exchange *exchange)
{
	sandbox_patience_set(exchange->server->waiting, exchange->visit->patience, INT64_MAX);
	if (!exchange->is_call)
		return answer_local(exchange);
	if (strcmp(exchange->method, "OPTIONS") == 0)
		return answer_preflight(exchange);
	return begin_call(exchange);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *body,
				  size_t *body_length, void **exchange_place)
{
	struct exchange *exchange = *exchange_place;

	(void)context;
	(void)url;
	(void)version;
	if (exchange->server->stopping)
		return MHD_NO;
	if (!exchange->begun) {
		begin(exchange, connection, method);
		if (!is_hopeless(exchange))
			return MHD_YES;
		exchange->too_big = true;
		check_sizes(exchange);
		return send_refusal(exchange, &exchange->refusal);
	}
	if (*body_length > 0) {
		add_body(exchange, body, *body_length);
		*body_length = 0;
		return MHD_YES;
	}
	switch (exchange->stage) {
	case STAGE_READING:
		return complete(exchange);
	case STAGE_ARRIVED:
		return finish_call(exchange);
	case STAGE_APPLIED:
		return answer_call(exchange);
	case STAGE_ANSWERED:
		break;
	}
	return MHD_NO;
}

static void exchange_close(struct exchange **place)
{
	struct exchange *exchange = *place;

	if (!exchange)
		return;
	sandbox_call_done(&exchange->call);
	sandbox_target_done(&exchange->target);
	sandbox_fault_close(&exchange->fault);
	text_done(&exchange->body);
	free(exchange->uri);
	free(exchange);
	*place = NULL;
}

static void *on_line(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct sandbox_server *server = context;
	struct exchange *exchange = own_alloc(sizeof(*exchange));
	struct visit *visit =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

	exchange_close(&visit->exchange);
	visit->exchange = exchange;
	exchange->visit = visit;
	exchange->server = server;
	exchange->uri = own_copy(uri);
	sandbox_target_read(uri, &exchange->target);
	sandbox_patience_set(server->waiting, visit->patience, sandbox_steady_us() + SANDBOX_REQUEST_US);
	return exchange;
}

static void note_answered(struct exchange *exchange)
{
	struct sandbox_server *server = exchange->server;

	pthread_mutex_lock(&server->lock);
	sandbox_counts_answered(&server->sandbox->counts, exchange->call.kind, sandbox_steady_us());
	pthread_mutex_unlock(&server->lock);
	if (has_fault(exchange, FAULT_KILL) && exchange->fault->point == POINT_AFTER)
		do_kill(exchange);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange_place,
			 enum MHD_RequestTerminationCode how)
{
	struct sandbox_server *server = context;
	struct exchange *exchange = *exchange_place;

	(void)connection;
	if (!exchange)
		return;
	*exchange_place = NULL;
	sandbox_patience_set(server->waiting, exchange->visit->patience,
			     sandbox_steady_us() + SANDBOX_IDLE_US);
	if (how == MHD_REQUEST_TERMINATED_COMPLETED_OK && exchange->is_call)
		note_answered(exchange);
	exchange_close(&exchange->visit->exchange);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **visit_place,
			  enum MHD_ConnectionNotificationCode what)
{
	struct sandbox_server *server = context;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct visit *visit = *visit_place;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		visit = own_alloc(sizeof(*visit));
		visit->patience = sandbox_patience_open(server->waiting, info->connect_fd);
		*visit_place = visit;
		return;
	}
	sandbox_patience_end(server->waiting, visit->patience);
	exchange_close(&visit->exchange);
	free(visit);
}

/* Paths are decoded here, after they were split. */
static size_t leave_as_is(void *context, struct MHD_Connection *connection, char *words)
{
	(void)context;
	(void)connection;
	return strlen(words);
}

static void save_if_asked(void *context)
{
	struct sandbox_server *server = context;
	struct sandbox *sandbox = server->sandbox;
	struct error error = {0};

	if (!sandbox->options.save_always)
		return;
	pthread_mutex_lock(&server->lock);
	if (sandbox->store->version != sandbox->saved_version) {
		sandbox->saved_version = sandbox->store->version;
		if (!sandbox_store_save(sandbox->store, sandbox->options.save_file, &error))
			log_error(&server->log, "%s", error.text);
	}
	pthread_mutex_unlock(&server->lock);
}

static bool read_address(const char *listen, int port, struct sockaddr_storage *address_out,
			 struct error *error)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)address_out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address_out;
	const char *name = !listen || strcmp(listen, "localhost") == 0 ? "127.0.0.1" : listen;

	*address_out = (struct sockaddr_storage){0};
	if (inet_pton(AF_INET, name, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return true;
	}
	if (inet_pton(AF_INET6, name, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		return true;
	}
	return error_set(error, ERROR_FATAL, "\"%s\" is no address to listen on", name);
}

static struct MHD_Daemon *start(struct sandbox_server *server, const struct sockaddr_storage *address)
{
	unsigned int flags =
		MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, address,
				MHD_OPTION_URI_LOG_CALLBACK, on_line, server, MHD_OPTION_NOTIFY_COMPLETED,
				on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
				MHD_OPTION_UNESCAPE_CALLBACK, leave_as_is, NULL, MHD_OPTION_CONNECTION_LIMIT,
				(unsigned int)CONNECTION_LIMIT, MHD_OPTION_CONNECTION_TIMEOUT,
				(unsigned int)SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				(size_t)HEADER_MEMORY, MHD_OPTION_END);
}

bool sandbox_server_open(struct sandbox *sandbox, struct sandbox_server **server_out, struct error *error)
{
	struct sockaddr_storage address;

	if (!read_address(sandbox->options.listen, sandbox->options.port, &address, error))
		return false;
	struct sandbox_server *server = own_alloc(sizeof(*server));
	server->sandbox = sandbox;
	server->log = log_context(NULL, "sandbox");
	pthread_mutex_init(&server->lock, NULL);
	server->waiting = sandbox_waiting_open(late_run, late_drop, save_if_asked, server);
	server->daemon = start(server, &address);
	const union MHD_DaemonInfo *info =
		server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info) {
		sandbox_server_close(&server);
		return error_set(error, ERROR_FATAL, "cannot listen on %s port %d",
				 sandbox->options.listen ? sandbox->options.listen : "127.0.0.1",
				 sandbox->options.port);
	}
	server->port = info->port;
	*server_out = server;
	return true;
}

int sandbox_server_port(const struct sandbox_server *server)
{
	return server->port;
}

void sandbox_server_close(struct sandbox_server **server)
{
	if (!*server)
		return;
	/* libmicrohttpd must not be stopped over suspended connections: they end first. */
	(*server)->stopping = true;
	sandbox_waiting_stop((*server)->waiting);
	if ((*server)->daemon)
		MHD_stop_daemon((*server)->daemon);
	sandbox_waiting_close(&(*server)->waiting);
	pthread_mutex_destroy(&(*server)->lock);
	free(*server);
	*server = NULL;
}
