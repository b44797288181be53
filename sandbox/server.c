/* libmicrohttpd's side: connections, the requests on them, the daemon. What becomes of a request is in exchange*.c. */
#include "sandbox/server.h"
#include "base/listen_address.h"
#include "sandbox/exchange.h"
#include "sandbox/save.h"
#include "sandbox/upload.h"
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTION_LIMIT   1000
#define HEADER_MEMORY      (256 * 1024) /* for the lines of one request */
#define CONTROL_BODY_LIMIT ((size_t)512 << 20)
#define DISCARD_LIMIT      ((uint64_t)16 << 20) /* of a body that is too big, before it is cut off */
#define SILENCE_S          75                   /* without a byte */

static enum MHD_Result answer_preflight(struct exchange *exchange)
{
	struct sandbox_answer answer = {.status = 200};

	return exchange_send(exchange, &answer, false);
}

static size_t body_limit_of(const struct exchange *exchange)
{
	size_t limit = exchange->server->sandbox->options.body_limit;

	if (!exchange->is_call)
		return exchange->local ? CONTROL_BODY_LIMIT : 0;
	if (sandbox_target_is_upload(&exchange->target) && limit < SANDBOX_UPLOAD_BODY_LIMIT)
		return SANDBOX_UPLOAD_BODY_LIMIT;
	return limit;
}

/* The headers are there. */
static void begin(struct exchange *exchange, struct MHD_Connection *connection, const char *method)
{
	exchange->begun = true;
	exchange->connection = connection;
	snprintf(exchange->method, sizeof(exchange->method), "%s", method);
	exchange->is_call = exchange_is_path_of(exchange, "v0");
	exchange->local = exchange_is_local(exchange);
	exchange->body_limit = body_limit_of(exchange);
	exchange->body.ceiling = exchange->body_limit + 1;
}

/* A body of that size is not waited for. */
static bool is_hopeless(struct exchange *exchange)
{
	const char *length = exchange_header(exchange, "Content-Length");

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
	if (exchange_is_path_of(exchange, "v3"))
		return exchange_answer_download(exchange);
	if (!exchange->is_call)
		return exchange_answer_local(exchange);
	if (strcmp(exchange->method, "OPTIONS") == 0)
		return answer_preflight(exchange);
	return exchange_begin_call(exchange);
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
		exchange_check_sizes(exchange);
		return exchange_refuse(exchange, &exchange->refusal);
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
		return exchange_finish_call(exchange);
	case STAGE_APPLIED:
		return exchange_answer_call(exchange);
	case STAGE_ANSWERED:
		break;
	}
	return MHD_NO;
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
		exchange_note_answered(exchange);
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

static void look_around(void *context)
{
	struct sandbox_server *server = context;
	struct sandbox *sandbox = server->sandbox;
	struct error error = {0};

	pthread_mutex_lock(&server->lock);
	sandbox_files_sweep(&sandbox->store->files, sandbox_clock_now(&sandbox->clock));
	if (sandbox->options.save_always && sandbox->store->version != sandbox->saved_version) {
		sandbox->saved_version = sandbox->store->version;
		if (!sandbox_store_save(sandbox->store, sandbox->options.save_file, &error))
			log_error(&server->log, "%s", error.text);
	}
	pthread_mutex_unlock(&server->lock);
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

	if (!listen_address_read(sandbox->options.listen ? sandbox->options.listen : "localhost",
				 sandbox->options.port, &address, error))
		return false;
	struct sandbox_server *server = own_alloc(sizeof(*server));
	server->sandbox = sandbox;
	server->log = log_context(NULL, "sandbox");
	pthread_mutex_init(&server->lock, NULL);
	server->waiting = sandbox_waiting_open(exchange_run_late, exchange_drop_late, look_around, server);
	server->fetcher = sandbox_fetcher_open(sandbox, &server->lock);
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
	sandbox_fetcher_stop((*server)->fetcher);
	sandbox_waiting_stop((*server)->waiting);
	if ((*server)->daemon)
		MHD_stop_daemon((*server)->daemon);
	sandbox_waiting_close(&(*server)->waiting);
	sandbox_fetcher_close(&(*server)->fetcher);
	pthread_mutex_destroy(&(*server)->lock);
	free(*server);
	*server = NULL;
}
