/*     headers: where does it end? for which host is it? does this caller ask too often?
 *     body
 *     route: who may? was the form made by a page of ours?
 *     answer, at once or by a thread for what takes long */
#include "bridge/admin/request.h"
#include "base/clock.h"
#include "base/own.h"
#include "bridge/admin/response.h"
#include "web/framing.h"
#include "web/host.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FORWARDED_MOST 2048 /* bytes of X-Forwarded-For that are looked at */
#define FORM_TYPE      "application/x-www-form-urlencoded"

struct admin_exchange {
	struct worker_job job; /* first: how the worker knows it */
	struct admin_service *service;
	struct web_connection *watched;
	struct MHD_Connection *connection;
	struct web_address peer, client;
	char *path, *query_words; /* owned */
	struct web_form query, form;
	struct text body;
	const struct admin_route *route;
	struct access_right right;
	int login_wait_s;
	char form_token[SESSION_ID_SIZE];
	bool begun, is_post, from_here, over_tls, answered;
	int64_t asked_ms; /* steady; since when it stands in a row */
	struct admin_answer answer;
};

/* ---- what is known of it ---- */

static const char *header(const struct admin_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result add_forwarded(void *context, enum MHD_ValueKind kind, const char *name,
				     const char *value)
{
	struct text *all = context;

	(void)kind;
	if (!value || strcasecmp(name, "X-Forwarded-For") != 0)
		return MHD_YES;
	if (all->length > 0)
		text_add(all, ",");
	text_add(all, value);
	return MHD_YES;
}

static void find_client(struct admin_exchange *exchange)
{
	const struct web_networks *proxies = &exchange->service->proxies;
	struct text forwarded = {.ceiling = FORWARDED_MOST};
	const char *scheme = header(exchange, "X-Forwarded-Proto");

	bool by_proxy = web_networks_hold(proxies, &exchange->peer);
	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, add_forwarded, &forwarded);
	exchange->client = web_address_of_client(&exchange->peer,
						 forwarded.full ? NULL : text_or_empty(&forwarded), proxies);
	text_done(&forwarded);
	exchange->over_tls = by_proxy && scheme && strcasecmp(scheme, "https") == 0;
	exchange->from_here = web_address_is_loopback(&exchange->peer) &&
			      !header(exchange, "X-Forwarded-For") && !header(exchange, "Forwarded") &&
			      !header(exchange, "X-Real-IP");
}

/* ---- answers ---- */

static enum MHD_Result give(struct admin_exchange *exchange)
{
	unsigned status = (unsigned)exchange->answer.status;
	uint64_t bytes = exchange->answer.file ? exchange->answer.file_length : exchange->answer.body.length;
	struct MHD_Response *response = admin_response(&exchange->answer);
	web_connection_answered(exchange->service->connections, exchange->watched, bytes);
	enum MHD_Result result = MHD_queue_response(exchange->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct admin_exchange *exchange, int status, const char *words)
{
	admin_answer_words(&exchange->answer, status, words);
	return give(exchange);
}

/* ---- the headers ---- */

/* NULL: nothing. Before its body was read, so libmicrohttpd closes the connection behind the answer. */
static const char *body_complaint(struct admin_exchange *exchange, int *status_out)
{
	const char *length = header(exchange, "Content-Length");
	const char *type = header(exchange, "Content-Type");

	*status_out = 411;
	if (header(exchange, "Transfer-Encoding") || !length)
		return "A form says how long it is.";
	*status_out = 413;
	if (strlen(length) > 6 || strtoul(length, NULL, 10) > ADMIN_BODY_MOST)
		return "This is more than a form of these pages has.";
	*status_out = 415;
	if (!type || strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) != 0)
		return "Only forms are taken: " FORM_TYPE ".";
	return NULL;
}

/* Also whether it may be asked for at all. NULL: yes. */
static const char *method_complaint(struct admin_exchange *exchange, const char *method,
				    enum web_framing framing, int *status_out)
{
	exchange->is_post = strcmp(method, "POST") == 0;
	if (exchange->is_post)
		return body_complaint(exchange, status_out);
	*status_out = 405;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return "Only GET, HEAD and POST are answered here.";
	*status_out = 413;
	return framing == WEB_FRAMING_BODY ? "This request has no body here." : NULL;
}

static enum MHD_Result begin(struct admin_exchange *exchange, const char *method)
{
	struct admin_service *service = exchange->service;
	enum web_framing framing = web_framing_of(exchange->connection);
	int status = 0, wait_s = 0;

	exchange->begun = true;
	if (framing == WEB_FRAMING_UNCLEAR)
		return refuse(exchange, 400, "It is not clear where this request ends.");
	find_client(exchange);
	struct web_address caller = web_address_caller(&exchange->client);
	if (!web_rate_take(service->rate, &caller, clock_steady_ms(), &wait_s)) {
		exchange->answer.retry_after_s = wait_s;
		return refuse(exchange, 429, "Too many requests.");
	}
	if (!web_host_is_ours(header(exchange, "Host"), service->hosts))
		return refuse(exchange, 421,
			      "These pages are not of that host. If a proxy hands it on, name the host in "
			      "ADMIN_HOSTS.");
	const char *complaint = method_complaint(exchange, method, framing, &status);
	return complaint ? refuse(exchange, status, complaint) : MHD_YES;
}

/* ---- the route ---- */

static const struct admin_route *find_route(const struct admin_exchange *exchange, bool *path_known_out)
{
	*path_known_out = false;
	for (const struct admin_route *route = exchange->service->routes.list; route->path; route++) {
		if (strcmp(route->path, exchange->path) != 0)
			continue;
		*path_known_out = true;
		if ((strcmp(route->method, "POST") == 0) == exchange->is_post)
			return route;
	}
	return NULL;
}

static bool may_ask(const struct admin_exchange *exchange)
{
	switch (exchange->route->right) {
	case ADMIN_ANYBODY:
		return true;
	case ADMIN_HERE:
		return exchange->from_here || exchange->right.is_owner;
	case ADMIN_OWNER:
		break;
	}
	return exchange->right.is_owner;
}

/* A browser says where a form comes from. One that says nothing is no browser of these years, and has to have the token. */
static bool comes_from_here(const struct admin_exchange *exchange)
{
	const char *site = header(exchange, "Sec-Fetch-Site");
	const char *origin = header(exchange, "Origin"), *host = header(exchange, "Host");

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	if (!origin)
		return true;
	const char *rest = strstr(origin, "://");
	return rest && strcasecmp(rest + 3, host ? host : "") == 0;
}

static bool is_ours(const struct admin_exchange *exchange)
{
	if (exchange->right.by_token)
		return true;
	return comes_from_here(exchange) &&
	       (exchange->route->is_login ||
		access_form_token_fits(exchange->service->access, &exchange->right,
				       web_form_value(&exchange->form, "form_token")));
}

static void run(struct admin_exchange *exchange)
{
	const struct admin_request request = {
		.path = exchange->path,
		.query = &exchange->query,
		.form = &exchange->form,
		.right = &exchange->right,
		.access = exchange->service->access,
		.client = exchange->client,
		.from_here = exchange->from_here,
		.over_tls = exchange->over_tls,
		.form_token = exchange->form_token,
		.login_wait_s = exchange->login_wait_s,
	};

	exchange->answer.status = 200;
	exchange->answer.type = ADMIN_TYPE_HTML;
	exchange->route->run(exchange->service->routes.context, &request, &exchange->answer);
}

static void run_slowly(struct admin_exchange *exchange)
{
	const struct admin_routes *routes = &exchange->service->routes;

	if (routes->slow_begins)
		routes->slow_begins(routes->context, clock_steady_ms() - exchange->asked_ms);
	run(exchange);
	if (routes->slow_ends)
		routes->slow_ends(routes->context, &exchange->answer);
}

static void run_job(struct worker_job *job)
{
	struct admin_exchange *exchange = (struct admin_exchange *)(void *)job; /* its first member */

	if (exchange->route->slow)
		run_slowly(exchange);
	else
		run(exchange);
	exchange->answered = true;
	MHD_resume_connection(exchange->connection);
}

static enum MHD_Result run_later(struct admin_exchange *exchange, struct worker *worker)
{
	web_connection_waits(exchange->watched);
	exchange->job.run = run_job;
	exchange->asked_ms = clock_steady_ms();
	MHD_suspend_connection(exchange->connection);
	if (worker_take(worker, &exchange->job))
		return MHD_YES;
	admin_answer_words(&exchange->answer, 503, "Too much is asked at once. Try again in a moment.");
	exchange->answer.retry_after_s = 5;
	exchange->answered = true;
	MHD_resume_connection(exchange->connection);
	return MHD_YES;
}

static enum MHD_Result stream(struct admin_exchange *exchange)
{
	struct MHD_Response *response =
		events_stream(exchange->service->events, exchange->connection, exchange->right.session);

	if (!response) {
		exchange->answer.retry_after_s = EVENTS_LAST_MS / 1000;
		return refuse(exchange, 503, "Too many pages are followed at once.");
	}
	web_connection_waits(exchange->watched);
	exchange->answer.type = "text/event-stream";
	admin_response_add_headers(response, &exchange->answer);
	enum MHD_Result result = MHD_queue_response(exchange->connection, 200, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse_stranger(struct admin_exchange *exchange)
{
	bool is_page = exchange->route->right == ADMIN_OWNER && strncmp(exchange->path, "/api/", 5) != 0 &&
		       !exchange->is_post;

	if (!is_page)
		return refuse(exchange, 401, "Log in, or send the token of ADMIN_TOKEN as a bearer.");
	admin_answer_see_other(&exchange->answer, "/login");
	return give(exchange);
}

static bool read_words(struct admin_exchange *exchange)
{
	const char *body = text_or_empty(&exchange->body);

	return web_form_read(exchange->query_words, strlen(exchange->query_words), &exchange->query) &&
	       web_form_read(body, exchange->body.length, &exchange->form);
}

static void find_right(struct admin_exchange *exchange)
{
	struct access *access = exchange->service->access;
	const struct access_claim claim = {
		.cookie = header(exchange, "Cookie"),
		.authorization = header(exchange, "Authorization"),
		.from_here = exchange->from_here,
	};

	exchange->right = access_of(access, &claim, clock_steady_ms());
	access_form_token(access, &exchange->right, exchange->form_token);
}

/* Before it waits in a row: guesses would fill that, and keep the owner out. */
static bool may_try(struct admin_exchange *exchange)
{
	return access_may_try(exchange->service->access, &exchange->client, clock_steady_ms(),
			      &exchange->login_wait_s);
}

static enum MHD_Result decide(struct admin_exchange *exchange)
{
	bool path_known;

	exchange->route = find_route(exchange, &path_known);
	if (!exchange->route && path_known)
		return refuse(exchange, 405, "That is not done here.");
	if (!exchange->route)
		return refuse(exchange, 404, "There is nothing here.");
	if (!read_words(exchange))
		return refuse(exchange, 400, "The end of the address, or the form, cannot be read.");
	find_right(exchange);
	if (!may_ask(exchange))
		return refuse_stranger(exchange);
	if (exchange->is_post && !is_ours(exchange))
		return refuse(exchange, 403,
			      "This form was not made by a page of this session: go back, load the page "
			      "again, and send it once more.");
	if (exchange->route->is_stream)
		return stream(exchange);
	if (exchange->route->is_login && may_try(exchange))
		return run_later(exchange, exchange->service->logins);
	if (exchange->route->slow)
		return run_later(exchange, exchange->service->slow);
	run(exchange);
	return give(exchange);
}

/* ---- libmicrohttpd's side ---- */

static enum MHD_Result take_body(struct admin_exchange *exchange, const char *body, size_t *length)
{
	if (!exchange->is_post || exchange->body.length + *length > ADMIN_BODY_MOST)
		return MHD_NO;
	text_add_bytes(&exchange->body, body, *length);
	*length = 0;
	return MHD_YES;
}

enum MHD_Result admin_exchange_go_on(struct admin_exchange *exchange, struct MHD_Connection *connection,
				     const char *method, const char *body, size_t *body_length)
{
	if (!exchange || !exchange->watched)
		return MHD_NO;
	exchange->connection = connection;
	if (!exchange->begun)
		return begin(exchange, method);
	if (*body_length > 0)
		return take_body(exchange, body, body_length);
	return exchange->answered ? give(exchange) : decide(exchange);
}

struct admin_exchange *admin_exchange_open(struct admin_service *service, struct web_connection *watched,
					   const struct web_address *peer, const char *uri)
{
	struct admin_exchange *exchange = own_alloc(sizeof *exchange);
	size_t length = strcspn(uri, "?");

	exchange->service = service;
	exchange->watched = watched;
	exchange->peer = exchange->client = *peer;
	exchange->path = own_copy_bytes(uri, length);
	exchange->query_words = own_copy(uri[length] ? uri + length + 1 : "");
	if (watched)
		web_connection_asks(service->connections, watched);
	return exchange;
}

void admin_exchange_close(struct admin_exchange **exchange)
{
	struct admin_exchange *gone = take(*exchange);

	if (!gone)
		return;
	admin_answer_done(&gone->answer);
	web_form_done(&gone->query);
	web_form_done(&gone->form);
	/* A password may have been in it. */
	if (gone->body.bytes)
		explicit_bzero(gone->body.bytes, gone->body.length);
	text_done(&gone->body);
	free(gone->path);
	free(gone->query_words);
	free(gone);
}

void admin_exchange_ended(struct admin_exchange *exchange)
{
	if (exchange->watched)
		web_connection_rests(exchange->service->connections, exchange->watched);
}
