/* libmicrohttpd's side: its threads, the connections, the requests on them. What becomes of a request is in request.c. */
#include "bridge/admin/server.h"
#include "base/listen_address.h"
#include "base/setting_value.h"
#include "bridge/admin/request.h"
#include "bridge/admin/worker.h"
#include <microhttpd.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define THREADS           2
#define SPARE_CONNECTIONS 64  /* that libmicrohttpd may have beside ours: those that are being closed */
#define SILENCE_S         120 /* without a byte: behind all deadlines of ours */

struct admin_server {
	struct admin_service service;
	struct MHD_Daemon *daemon;
	int port;
};

/* One connection. */
struct client {
	struct web_connection *watched; /* NULL: it may not stay */
	struct admin_exchange *exchange;
	struct web_address address;
};

static void *on_line(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct admin_server *server = context;
	struct client *client =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

	admin_exchange_close(&client->exchange);
	client->exchange = admin_exchange_open(&server->service, client->watched, &client->address, uri);
	return client->exchange;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *body,
				  size_t *body_length, void **exchange_place)
{
	(void)context;
	(void)url;
	(void)version;
	return admin_exchange_go_on(*exchange_place, connection, method, body, body_length);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange_place,
			 enum MHD_RequestTerminationCode how)
{
	struct client *client =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

	(void)context;
	(void)how;
	if (!*exchange_place)
		return;
	admin_exchange_ended(*exchange_place);
	*exchange_place = NULL;
	admin_exchange_close(&client->exchange);
}

static void client_comes(struct admin_server *server, struct MHD_Connection *connection, void **client_place)
{
	int socket_ = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const struct sockaddr *peer =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	struct client *client = own_alloc(sizeof *client);

	*client_place = client;
	if (web_address_of_socket(peer, &client->address)) {
		struct web_address caller = web_address_caller(&client->address);
		bool counted = !web_networks_hold(&server->service.proxies, &client->address) &&
			       !web_address_is_loopback(&client->address);
		client->watched =
			web_connection_comes(server->service.connections, socket_, &caller, counted);
	}
	if (!client->watched)
		shutdown(socket_, SHUT_RDWR);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **client_place,
			  enum MHD_ConnectionNotificationCode what)
{
	struct admin_server *server = context;
	struct client *client = *client_place;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		client_comes(server, connection, client_place);
		return;
	}
	admin_exchange_close(&client->exchange);
	web_connection_leaves(server->service.connections, &client->watched);
	free(client);
}

/* Paths and forms are decoded by ours. */
static size_t leave_as_is(void *context, struct MHD_Connection *connection, char *words)
{
	(void)context;
	(void)connection;
	return strlen(words);
}

static struct MHD_Daemon *start(struct admin_server *server, const struct sockaddr_storage *address)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
	unsigned connections =
		(web_connections_most(server->service.connections) + SPARE_CONNECTIONS) * THREADS;

	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_DUAL_STACK;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, address,
				MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_URI_LOG_CALLBACK,
				on_line, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
				MHD_OPTION_UNESCAPE_CALLBACK, leave_as_is, NULL, MHD_OPTION_CONNECTION_LIMIT,
				connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, ADMIN_HEADERS_BYTES, MHD_OPTION_END);
}

static void open_service(struct admin_server *server, const struct admin_server_options *options)
{
	const struct web_connections_limits limits = {
		.connections = ADMIN_CONNECTIONS, .connections_per_address = ADMIN_CONNECTIONS_PER_ADDRESS};
	struct admin_service *service = &server->service;

	service->routes = options->routes;
	service->hosts = options->hosts;
	service->access = access_open(&options->secrets);
	service->connections = web_connections_open(&limits);
	service->rate = web_rate_open(ADMIN_REQUESTS_PER_S, ADMIN_REQUESTS_AT_ONCE);
	service->slow = worker_open();
	service->events = events_open(options->routes.version, options->routes.context);
	service->logins = worker_open();
}

static bool listen_there(struct admin_server *server, const char *listen,
			 const struct sockaddr_storage *address, struct error *error)
{
	server->daemon = start(server, address);
	const union MHD_DaemonInfo *info =
		server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info)
		return error_set(error, ERROR_FATAL,
				 "nobody can listen on %s: the address is taken, or not of this machine",
				 listen);
	server->port = info->port;
	return true;
}

bool admin_server_open(const struct admin_server_options *options, struct admin_server **server_out,
		       struct error *error)
{
	struct sockaddr_storage address;
	struct web_networks proxies;
	char host[64];
	int port;

	if (sodium_init() < 0)
		return error_set(error, ERROR_FATAL, "libsodium cannot be used on this machine");
	if (!setting_value_listen(options->listen, host, sizeof host, &port, error) ||
	    !listen_address_read(host, port, &address, error) ||
	    !web_networks_read(options->proxies, &proxies, error))
		return false;
	struct admin_server *server = own_alloc(sizeof *server);
	server->service.proxies = proxies;
	open_service(server, options);
	if (!listen_there(server, options->listen, &address, error)) {
		admin_server_close(&server);
		return false;
	}
	*server_out = server;
	return true;
}

void admin_server_close(struct admin_server **server)
{
	struct admin_server *gone = take(*server);

	if (!gone)
		return;
	/* libmicrohttpd must not be stopped over suspended connections: nobody waits any more. */
	worker_stop(gone->service.slow);
	worker_stop(gone->service.logins);
	events_stop(gone->service.events);
	if (gone->daemon)
		MHD_stop_daemon(gone->daemon);
	worker_close(&gone->service.slow);
	worker_close(&gone->service.logins);
	events_close(&gone->service.events);
	web_connections_close(&gone->service.connections);
	web_rate_close(&gone->service.rate);
	access_close(&gone->service.access);
	free(gone);
}

int admin_server_port(const struct admin_server *server)
{
	return server->port;
}

void admin_server_take(struct admin_server *server, const struct access_secrets *secrets)
{
	access_take(server->service.access, secrets);
}
