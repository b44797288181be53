/* libmicrohttpd's side: its threads, the connections, the requests on them. What becomes of a request is in request.c. */
#include "public-images/server.h"
#include "base/log.h"
#include "base/settings.h"
#include "public-images/request.h"
#include <arpa/inet.h>
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
	struct image_office office;
	struct image_source source;
	struct MHD_Daemon *daemon;
	int port;
};

/* One connection. */
struct guest {
	struct image_visit *visit; /* NULL: it may not stay */
	struct image_request *request;
	struct image_address address;
};

static struct guest *guest_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void *on_line(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct image_server *server = context;
	struct guest *guest = guest_of(connection);

	image_request_close(&guest->request);
	guest->request = image_request_open(&server->office, guest->visit, &guest->address, uri);
	return guest->request;
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
	struct guest *guest = guest_of(connection);

	(void)context;
	if (!*request_place)
		return;
	image_request_ended(*request_place, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	*request_place = NULL;
	image_request_close(&guest->request);
}

static void guest_comes(struct image_server *server, struct MHD_Connection *connection, void **guest_place)
{
	int socket_ = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	const struct sockaddr *peer =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	struct guest *guest = own_alloc(sizeof(*guest));

	*guest_place = guest;
	if (image_address_of_socket(peer, &guest->address)) {
		struct image_address caller = image_address_caller(&guest->address);
		bool counted = !image_networks_hold(&server->office.proxies, &guest->address);
		guest->visit = image_visit_comes(server->office.visits, socket_, &caller, counted);
	}
	if (!guest->visit)
		shutdown(socket_, SHUT_RDWR);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **guest_place,
			  enum MHD_ConnectionNotificationCode what)
{
	struct image_server *server = context;
	struct guest *guest = *guest_place;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		guest_comes(server, connection, guest_place);
		return;
	}
	image_request_close(&guest->request);
	image_visit_leaves(server->office.visits, &guest->visit);
	free(guest);
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
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)address_out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address_out;
	char host[64];
	int port;

	if (!settings_listen(listen, host, sizeof(host), &port, error))
		return false;
	const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
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
	return error_set(error, ERROR_FATAL, "\"%s\" is no address to listen on: give one in digits", host);
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
	unsigned connections = (image_visits_most(server->office.visits) + SPARE_CONNECTIONS) * threads;

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

static void open_office(struct image_server *server, const struct image_server_options *options)
{
	struct image_office *office = &server->office;

	pthread_rwlock_init(&office->keys_lock, NULL);
	office->databases = options->databases;
	office->fetch = image_fetch_open(&server->source, options->cache);
	office->streams = image_streams_open(&server->source);
	office->visits = image_visits_open(&options->limits);
	if (options->requests_per_second > 0)
		office->rate = image_rate_open(options->requests_per_second, options->requests_at_once);
	office->access = image_access_open(options->access_log);
	image_answers_init(&office->answers);
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
	struct image_networks proxies;

	if (sodium_init() < 0)
		return error_set(error, ERROR_FATAL, "libsodium cannot be used on this machine");
	if (!read_address(options->listen, &address, error) ||
	    !image_networks_read(options->proxies ? options->proxies : "", &proxies, error))
		return false;
	struct image_server *server = own_alloc(sizeof(*server));
	server->source = options->source;
	server->office.proxies = proxies;
	open_office(server, options);
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
	image_fetch_stop(gone->office.fetch);
	image_streams_stop(gone->office.streams);
	if (gone->daemon)
		MHD_stop_daemon(gone->daemon);
	image_streams_close(&gone->office.streams);
	image_fetch_close(&gone->office.fetch);
	image_visits_close(&gone->office.visits);
	image_rate_close(&gone->office.rate);
	image_access_close(&gone->office.access);
	image_answers_done(&gone->office.answers);
	image_keys_done(&gone->office.keys);
	pthread_rwlock_destroy(&gone->office.keys_lock);
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
	pthread_rwlock_wrlock(&server->office.keys_lock);
	server->office.keys = *keys;
	pthread_rwlock_unlock(&server->office.keys_lock);
}

struct image_server_counts image_server_count(struct image_server *server)
{
	struct image_fetch_counts fetched = image_fetch_count(server->office.fetch);
	struct image_server_counts counts = {.finds = fetched.finds, .reads = fetched.reads};

	for (size_t i = 0; i < countof(counts.answers); i++)
		counts.answers[i] = atomic_load(&server->office.by_class[i]);
	counts.visits = image_visits_count(server->office.visits);
	return counts;
}

void image_server_look(struct image_server *server)
{
	image_visits_look(server->office.visits);
}
