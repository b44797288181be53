/* Control and page. Whoever asks must be of this machine, and no page from elsewhere. */
#include "sandbox/control.h"
#include "sandbox/exchange.h"
#include "sandbox/page.h"
#include "sandbox/refusal.h"
#include <arpa/inet.h>
#include <string.h>

static bool is_local_path(const struct exchange *exchange)
{
	return exchange_is_path_of(exchange, "_sandbox") ||
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
	const char *origin = exchange_header(exchange, "Origin"), *host = exchange_header(exchange, "Host");

	return !origin || (strncmp(origin, "http://", 7) == 0 && host && strcmp(origin + 7, host) == 0);
}

bool exchange_is_local(struct exchange *exchange)
{
	bool published = exchange->server->sandbox->options.published;

	return (published || peer_is_local(exchange)) && host_is_local(exchange_header(exchange, "Host")) &&
	       origin_is_own(exchange);
}

/* JSON only: a form of another page's cannot send that without asking first. */
static bool check_local(struct exchange *exchange, struct error *error)
{
	const char *type = exchange_header(exchange, "Content-Type");

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
	exchange_note_address(exchange);
	sandbox_control(server->sandbox, &request, answer);
	bool released = releases != server->sandbox->releases;
	pthread_mutex_unlock(&server->lock);
	sandbox_fetcher_wake(server->fetcher);
	if (released)
		sandbox_waiting_release(server->waiting);
}

/* /_sandbox/file/att… */
static bool is_file(const struct exchange *exchange)
{
	return exchange->target.count == 3 && !exchange->target.bad_path &&
	       strcmp(exchange->target.segments[1], "file") == 0 && strcmp(exchange->method, "GET") == 0;
}

enum MHD_Result exchange_answer_local(struct exchange *exchange)
{
	struct sandbox_answer answer = {0};
	struct error error = {0};
	bool page = exchange->target.count == 0;

	if (!is_local_path(exchange) || (page && strcmp(exchange->method, "GET") != 0)) {
		sandbox_refuse_route(&error);
		return exchange_refuse(exchange, &error);
	}
	if (!check_local(exchange, &error))
		return exchange_refuse(exchange, &error);
	if (page) {
		answer.status = 200;
		answer.content_type = "text/html; charset=utf-8";
		text_add(&answer.body, sandbox_page_html());
	} else if (is_file(exchange)) {
		exchange_fill_file(exchange, exchange->target.segments[2], &answer);
	} else {
		run_control(exchange, &answer);
	}
	enum MHD_Result queued = exchange_send(exchange, &answer, false);
	sandbox_answer_done(&answer);
	return queued;
}
