/* A server on 127.0.0.1 that does what a script says, byte by byte: for clients that must stand anything.
 *
 * Each connection has a thread of its own, which reads a request and hands it to the script; the script sends what
 * it likes, may wait for other requests, and may close. All counting is done as a request is complete. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct fake_server;

struct fake_request {
	struct fake_server *server;
	int number;         /* over all connections, from 1 */
	int connection;     /* from 1 */
	int on_connection;  /* the how-manieth there, from 1 */
	const char *head;   /* "GET /x HTTP/1.1\r\n...\r\n\r\n" */
	const char *method; /* "GET" */
	const char *target; /* "/x" */
	const char *body;
	size_t body_length;
	int socket;
	bool close; /* set by fake_hang_up() */
};
/* Called in the connection's thread; what it points to ends with it. */
typedef void fake_script(void *context, struct fake_request *request);

struct fake_server *fake_server_open(fake_script *script, void *context);
/* Ends all connections and threads; a script that waits is woken. */
void fake_server_close(struct fake_server **server);

/* Pauses before each 16 KiB, at the most, of the first so many bytes of a request; set before the first connection. */
void fake_server_read_slowly(struct fake_server *server, size_t bytes, int pause_ms);

const char *fake_server_url(const struct fake_server *server); /* "http://127.0.0.1:40001" */
int fake_server_requests(struct fake_server *server);
int fake_server_connections(struct fake_server *server);

void fake_send(struct fake_request *request, const void *bytes, size_t length);
void fake_say(struct fake_request *request, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A whole answer with Content-Length. 'headers': further lines, each with its \r\n, or "". */
void fake_answer(struct fake_request *request, int status, const char *headers, const char *body);
/* The connection is closed when the script returns. */
void fake_hang_up(struct fake_request *request);
/* Until so many requests have come in all. False: the server is being closed, or 10 s went by. */
bool fake_wait_requests(struct fake_request *request, int count);
/* False: the server is being closed, or the client hung up. */
bool fake_pause_ms(struct fake_request *request, int wait_ms);
/* The value of a header, or NULL; the caller frees. */
char *fake_header(const struct fake_request *request, const char *name);
