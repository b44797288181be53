/* The connections that are open: how many there may be, and how long each may take.
 *
 * libmicrohttpd notices only silence: a client that sends a header's byte every second, or reads one, would stay for ever. So each
 * connection has a moment by which its present step must be done, and one thread shuts down the sockets of those that are late.
 *
 * With more connections than there may be, the one that has waited longest for a request is shut down, so that a crowd of
 * silent clients keeps nobody out. From any thread. */
#pragma once
#include "web/address.h"
#include <stdint.h>

struct web_connections;
struct web_connection;

struct web_connections_limits {
	unsigned connections;             /* in all */
	unsigned connections_per_address; /* 0: no such limit */
	int64_t header_ms;   /* from a connection's or request's first byte to the end of its headers */
	int64_t idle_ms;     /* without a request */
	int64_t answer_ms;   /* for an answer, and … */
	int64_t bytes_per_s; /* … so much longer for each of its bytes */
};
/* What a limit that is 0 stands for; connections: as the process's limit on open files allows. */
#define WEB_HEADER_MS   10000
#define WEB_IDLE_MS     30000
#define WEB_ANSWER_MS   30000
#define WEB_BYTES_PER_S 16384

struct web_connections *web_connections_open(const struct web_connections_limits *limits);
unsigned web_connections_most(const struct web_connections *connections); /* connections in all */
/* Every connection must have left. */
void web_connections_close(struct web_connections **connections);

/* A connection came. Its caller is not counted when 'counted' is false (a proxy). NULL: it may not stay, shut it down. The socket is
 * the caller's; it must stay open until web_connection_leaves(). */
struct web_connection *web_connection_comes(struct web_connections *connections, int socket,
					    const struct web_address *caller, bool counted);
void web_connection_leaves(struct web_connections *connections, struct web_connection **connection);

/* Its present step: a request's first line is there; it waits for us; it is sent an answer of so many bytes; it may ask again. */
void web_connection_asks(struct web_connections *connections, struct web_connection *connection);
void web_connection_waits(struct web_connection *connection);
void web_connection_answered(struct web_connections *connections, struct web_connection *connection,
			     uint64_t bytes);
void web_connection_rests(struct web_connections *connections, struct web_connection *connection);

struct web_connections_counts {
	unsigned open;
	uint64_t late;    /* shut down since their time was over */
	uint64_t crowded; /* shut down, or not let in, since there were too many */
};
struct web_connections_counts web_connections_count(struct web_connections *connections);
/* Looks at once; its own thread does so every WEB_CONNECTIONS_LOOK_MS. */
#define WEB_CONNECTIONS_LOOK_MS 500
void web_connections_look(struct web_connections *connections);
