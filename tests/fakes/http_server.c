/* See the header: one thread accepts, one more for each connection. */
#include "tests/fakes/http_server.h"
#include "base/clock.h"
#include "base/own.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MOST_S = 10 };

struct connection {
	struct fake_server *server;
	struct connection *next;
	pthread_t thread;
	int number, socket;
	struct text input;
};

struct fake_server {
	fake_script *script;
	void *context;
	char *url;
	int socket;
	int read_pause_ms;
	size_t read_slowly; /* bytes */
	pthread_t thread;
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t moved;
	bool closing;
	int requests, connections;
	struct connection *list;
};

static bool is_closing(struct fake_server *server)
{
	pthread_mutex_lock(&server->lock);
	bool closing = server->closing;
	pthread_mutex_unlock(&server->lock);
	return closing;
}

static size_t body_length_of(const struct fake_request *request)
{
	scoped_text value = fake_header(request, "Content-Length");

	return value ? strtoul(value, NULL, 10) : 0;
}

static bool read_more(struct connection *connection)
{
	char bytes[16384];
	if (connection->input.length < connection->server->read_slowly)
		clock_sleep_ms(connection->server->read_pause_ms);
	ssize_t got = recv(connection->socket, bytes, sizeof(bytes), 0);

	if (got > 0)
		text_add_bytes(&connection->input, bytes, (size_t)got);
	return got > 0;
}

/* Until the head and the body that it announces are there; false when the client hung up. */
static bool read_request(struct connection *connection, size_t *head_out, size_t *body_out)
{
	const char *end;

	while (!(end = strstr(text_or_empty(&connection->input), "\r\n\r\n")))
		if (!read_more(connection))
			return false;
	size_t head = (size_t)(end - connection->input.bytes) + 4;
	scoped_text words = own_copy_bytes(connection->input.bytes, head);
	size_t body = body_length_of(&(struct fake_request){.head = words});
	while (connection->input.length < head + body)
		if (!read_more(connection))
			return false;
	*head_out = head;
	*body_out = body;
	return true;
}

static bool serve(struct connection *connection, int on_connection)
{
	struct fake_server *server = connection->server;
	size_t head_length, body_length;

	if (!read_request(connection, &head_length, &body_length))
		return false;
	scoped_text head = own_copy_bytes(connection->input.bytes, head_length);
	scoped_text body = own_copy_bytes(connection->input.bytes + head_length, body_length);
	scoped_text rest = own_copy_bytes(connection->input.bytes + head_length + body_length,
					  connection->input.length - head_length - body_length);
	size_t rest_length = connection->input.length - head_length - body_length;
	text_clear(&connection->input);
	text_add_bytes(&connection->input, rest, rest_length);
	size_t method_length = strcspn(head, " ");
	scoped_text method = own_copy_bytes(head, method_length);
	const char *after = head + method_length + 1;
	scoped_text target = own_copy_bytes(after, strcspn(after, " "));
	pthread_mutex_lock(&server->lock);
	struct fake_request request = {
		.server = server,
		.number = ++server->requests,
		.connection = connection->number,
		.on_connection = on_connection,
		.head = head,
		.method = method,
		.target = target,
		.body = body,
		.body_length = body_length,
		.socket = connection->socket,
	};
	pthread_cond_broadcast(&server->moved);
	pthread_mutex_unlock(&server->lock);
	server->script(server->context, &request);
	return !request.close;
}

static void *run_connection(void *context)
{
	struct connection *connection = context;

	for (int i = 1; !is_closing(connection->server) && serve(connection, i); i++)
		continue;
	shutdown(connection->socket, SHUT_RDWR);
	return NULL;
}

static void *run_server(void *context)
{
	struct fake_server *server = context;
	int client;

	while ((client = accept(server->socket, NULL, NULL)) >= 0) {
		struct connection *connection = own_alloc(sizeof(*connection));
		*connection = (struct connection){.server = server, .socket = client};
		pthread_mutex_lock(&server->lock);
		connection->number = ++server->connections;
		connection->next = server->list;
		server->list = connection;
		bool started = pthread_create(&connection->thread, NULL, run_connection, connection) == 0;
		pthread_mutex_unlock(&server->lock);
		if (!started)
			abort();
	}
	return NULL;
}

struct fake_server *fake_server_open(fake_script *script, void *context)
{
	struct fake_server *server = own_alloc(sizeof(*server));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	server->script = script;
	server->context = context;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->moved, NULL);
	server->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->socket < 0 || bind(server->socket, (struct sockaddr *)&address, size) != 0 ||
	    listen(server->socket, 256) != 0 ||
	    getsockname(server->socket, (struct sockaddr *)&address, &size) != 0 ||
	    pthread_create(&server->thread, NULL, run_server, server) != 0)
		abort();
	server->url = own_format("http://127.0.0.1:%d", ntohs(address.sin_port));
	return server;
}

static void join_connections(struct fake_server *server)
{
	for (struct connection *connection = server->list; connection; connection = connection->next)
		shutdown(connection->socket, SHUT_RDWR);
	for (struct connection *connection = server->list, *next; connection; connection = next) {
		next = connection->next;
		pthread_join(connection->thread, NULL);
		close(connection->socket);
		text_done(&connection->input);
		free(connection);
	}
}

void fake_server_close(struct fake_server **pointer)
{
	struct fake_server *server = take(*pointer);

	if (!server)
		return;
	pthread_mutex_lock(&server->lock);
	server->closing = true;
	pthread_cond_broadcast(&server->moved);
	pthread_mutex_unlock(&server->lock);
	shutdown(server->socket, SHUT_RDWR); /* ends accept() */
	pthread_join(server->thread, NULL);
	join_connections(server);
	close(server->socket);
	pthread_cond_destroy(&server->moved);
	pthread_mutex_destroy(&server->lock);
	free(server->url);
	free(server);
}

void fake_server_read_slowly(struct fake_server *server, size_t bytes, int pause_ms)
{
	/* Else the systems of both ends take megabytes that nobody has read yet: what a sender is let to have on its way are
	 * so many segments, and here they would be of 64 KB. */
	int buffer = 64 << 10, segment = 1400;

	setsockopt(server->socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	setsockopt(server->socket, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment));
	server->read_slowly = bytes;
	server->read_pause_ms = pause_ms;
}

const char *fake_server_url(const struct fake_server *server)
{
	return server->url;
}

int fake_server_requests(struct fake_server *server)
{
	pthread_mutex_lock(&server->lock);
	int requests = server->requests;
	pthread_mutex_unlock(&server->lock);
	return requests;
}

int fake_server_connections(struct fake_server *server)
{
	pthread_mutex_lock(&server->lock);
	int connections = server->connections;
	pthread_mutex_unlock(&server->lock);
	return connections;
}

void fake_send(struct fake_request *request, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t sent = send(request->socket, at, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* the client hung up: its business */
		at += sent;
		length -= (size_t)sent;
	}
}

void fake_say(struct fake_request *request, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	scoped_text words = own_format_list(format, arguments);
	va_end(arguments);
	fake_send(request, words, strlen(words));
}

void fake_answer(struct fake_request *request, int status, const char *headers, const char *body)
{
	fake_say(request, "HTTP/1.1 %d Whatever\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
		 strlen(body), body);
}

void fake_hang_up(struct fake_request *request)
{
	request->close = true;
}

bool fake_wait_requests(struct fake_request *request, int count)
{
	struct fake_server *server = request->server;
	struct timespec until;
	int result = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_MOST_S;
	pthread_mutex_lock(&server->lock);
	while (server->requests < count && !server->closing && result == 0)
		result = pthread_cond_timedwait(&server->moved, &server->lock, &until);
	bool there = server->requests >= count;
	pthread_mutex_unlock(&server->lock);
	return there;
}

bool fake_pause_ms(struct fake_request *request, int wait_ms)
{
	struct pollfd client = {.fd = request->socket, .events = POLLIN};

	/* Closing the server shuts the socket down, which ends the wait, and so does the client's leaving. */
	return poll(&client, 1, wait_ms) == 0;
}

char *fake_header(const struct fake_request *request, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strstr(request->head, "\r\n"); line; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, length) != 0 || line[length] != ':')
			continue;
		const char *value = line + length + 1;
		value += strspn(value, " ");
		return own_copy_bytes(value, strcspn(value, "\r"));
	}
	return NULL;
}
