/* libmicrohttpd's side: its threads, the connections, the requests on them. What becomes of a request is in request.c. */
#include "public-images/server.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "base/setting_value.h"
#include "public-images/request.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPARE_CONNECTIONS 256 /* that libmicrohttpd may have beside ours: those that are being closed */
#define SILENCE_S         120 /* without a byte: behind all deadlines of ours */

struct image_server {
	struct image_service service;
	struct image_source source;
	struct MHD_Daemon *daemon;
	int port;
};

/* One connection. */
struct client {
	struct web_connection *watched; /* NULL: it may not stay */
	struct image_request *request;
	struct web_address address;
};

static struct client *client_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void *on_line(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct image_server *server = context;
	struct client *client = client_of(connection);

	image_request_close(&client->request);
	client->request = image_request_open(&server->service, client->watched, &client->address, uri);
	return client->request;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *body,
				  size_t *body_length, void **request_place)
{
	(void)context;
	(void)url;
	(void)version;
	(void)body;
	return image_request_go_on(*request_place, connection, method, *body_length);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_place,
			 enum MHD_RequestTerminationCode how)
{
	struct client *client = client_of(connection);

	(void)context;
	if (!*request_place)
		return;
	image_request_ended(*request_place, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	*request_place = NULL;
	image_request_close(&client->request);
}

static void client_comes(struct image_server *server, struct MHD_Connection *connection, void **client_place)
{
	int socket_ = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const struct sockaddr *peer =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	struct client *client = own_alloc(sizeof(*client));

	*client_place = client;
	if (web_address_of_socket(peer, &client->address)) {
		struct web_address caller = web_address_caller(&client->address);
		bool counted = !web_networks_hold(&server->service.proxies, &client->address);
		client->watched =
			web_connection_comes(server->service.connections, socket_, &caller, counted);
	}
	if (!client->watched)
		shutdown(socket_, SHUT_RDWR);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **client_place,
			  enum MHD_ConnectionNotificationCode what)
{
	struct image_server *server = context;
	struct client *client = *client_place;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		client_comes(server, connection, client_place);
		return;
	}
	image_request_close(&client->request);
	web_connection_leaves(server->service.connections, &client->watched);
	free(client);
}

/* Paths are decoded by target.c, after they were split. */
static size_t leave_as_is(void *context, struct MHD_Connection *connection, char *words)
{
	(void)context;
	(void)connection;
	return strlen(words);
}

static bool read_address(const char *listen, struct sockaddr_storage *address_out, struct error *error)
{
	char host[64];
	int port;

	return setting_value_listen(listen, host, sizeof(host), &port, error) &&
	       listen_address_read(host, port, address_out, error);
}

static unsigned choose_threads(unsigned wanted)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned threads = wanted > 0 ? wanted : processors > 0 ? (unsigned)processors : 1;

	threads = threads < 2 ? 2 : threads;
	return threads < IMAGE_THREADS_MOST ? threads : IMAGE_THREADS_MOST;
}

/* libmicrohttpd divides the connections among its threads, and one thread may get more than its part. */
static struct MHD_Daemon *start(struct image_server *server, const struct image_server_options *options,
				const struct sockaddr_storage *address)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
	unsigned threads = choose_threads(options->threads);
	unsigned connections =
		(web_connections_most(server->service.connections) + SPARE_CONNECTIONS) * threads;

	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_DUAL_STACK;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, address,
				MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_URI_LOG_CALLBACK, on_line,
				server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
				MHD_OPTION_UNESCAPE_CALLBACK, leave_as_is, NULL, MHD_OPTION_CONNECTION_LIMIT,
				connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, IMAGE_HEADERS_BYTES, MHD_OPTION_END);
}

static void open_service(struct image_server *server, const struct image_server_options *options)
{
	struct image_service *service = &server->service;

	pthread_rwlock_init(&service->keys_lock, NULL);
	service->databases = options->databases;
	service->fetch = image_fetch_open(&server->source, options->cache);
	service->streams = image_streams_open(&server->source);
	service->connections = web_connections_open(&options->limits);
	if (options->requests_per_second > 0)
		service->rate = web_rate_open(options->requests_per_second, options->requests_at_once);
	service->access = image_access_open(options->access_log);
	image_answers_init(&service->answers);
}

static bool listen_there(struct image_server *server, const struct image_server_options *options,
			 const struct sockaddr_storage *address, struct error *error)
{
	server->daemon = start(server, options, address);
	const union MHD_DaemonInfo *info =
		server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info)
		return error_set(error, ERROR_FATAL,
				 "pictures cannot be served on %s: the address is taken, or not of "
				 "this machine",
				 options->listen);
	server->port = info->port;
	return true;
}

bool image_server_open(const struct image_server_options *options, const struct image_keys *keys,
		       struct image_server **server_out, struct error *error)
{
	struct sockaddr_storage address;
	struct web_networks proxies;

	if (sodium_init() < 0)
		return error_set(error, ERROR_FATAL, "libsodium cannot be used on this machine");
	if (!read_address(options->listen, &address, error) ||
	    !web_networks_read(options->proxies ? options->proxies : "", &proxies, error))
		return false;
	struct image_server *server = own_alloc(sizeof(*server));
	server->source = options->source;
	server->service.proxies = proxies;
	open_service(server, options);
	image_server_set_keys(server, keys);
	if (!listen_there(server, options, &address, error)) {
		image_server_close(&server);
		return false;
	}
	*server_out = server;
	return true;
}

void image_server_close(struct image_server **server)
{
	struct image_server *gone = take(*server);

	if (!gone)
		return;
	/* libmicrohttpd must not be stopped over suspended connections: nobody waits any more. */
	image_fetch_stop(gone->service.fetch);
	image_streams_stop(gone->service.streams);
	if (gone->daemon)
		MHD_stop_daemon(gone->daemon);
	image_streams_close(&gone->service.streams);
	image_fetch_close(&gone->service.fetch);
	web_connections_close(&gone->service.connections);
	web_rate_close(&gone->service.rate);
	image_access_close(&gone->service.access);
	image_answers_done(&gone->service.answers);
	image_keys_done(&gone->service.keys);
	pthread_rwlock_destroy(&gone->service.keys_lock);
	free(gone);
}

int image_server_port(const struct image_server *server)
{
	return server->port;
}

static void make_known(const struct image_keys *keys)
{
	char hex[IMAGE_KEY_SECRET_SIZE * 2 + 1];

	for (size_t i = 0; i < keys->count; i++) {
		sodium_bin2hex(hex, sizeof(hex), keys->list[i].secret, IMAGE_KEY_SECRET_SIZE);
		log_secret(hex);
	}
	sodium_memzero(hex, sizeof(hex));
}

void image_server_set_keys(struct image_server *server, const struct image_keys *keys)
{
	make_known(keys);
	pthread_rwlock_wrlock(&server->service.keys_lock);
	server->service.keys = *keys;
	pthread_rwlock_unlock(&server->service.keys_lock);
}

struct image_server_counts image_server_count(struct image_server *server)
{
	struct image_fetch_counts fetched = image_fetch_count(server->service.fetch);
	struct image_server_counts counts = {.finds = fetched.finds, .reads = fetched.reads};

	for (size_t i = 0; i < countof(counts.answers); i++)
		counts.answers[i] = atomic_load(&server->service.by_class[i]);
	counts.connections = web_connections_count(server->service.connections);
	return counts;
}

void image_server_look(struct image_server *server)
{
	web_connections_look(server->service.connections);
}
