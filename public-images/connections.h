/* The connections that are open: how many there may be, and how long each may take.
 *
 * libmicrohttpd notices only silence: a client that sends a header's byte every second, or reads one, would stay for ever. So each
 * connection has a moment by which its present step must be done, and one thread shuts down the sockets of those that are late.
 *
 * With more connections than there may be, the one that has waited longest for a request is shut down, so that a crowd of
 * silent clients keeps nobody out. From any thread. */
#pragma once
#include "public-images/address.h"
#include <stdint.h>

struct image_connections;
struct image_connection;

struct image_connections_limits {
	unsigned connections;             /* in all */
	unsigned connections_per_address; /* 0: no such limit */
	int64_t header_ms;   /* from a connection's or request's first byte to the end of its headers */
	int64_t idle_ms;     /* without a request */
	int64_t answer_ms;   /* for an answer, and … */
	int64_t bytes_per_s; /* … so much longer for each of its bytes */
};
/* What a limit that is 0 stands for; connections: as the process's limit on open files allows. */
#define IMAGE_HEADER_MS   10000
#define IMAGE_IDLE_MS     30000
#define IMAGE_ANSWER_MS   30000
#define IMAGE_BYTES_PER_S 16384

struct image_connections *image_connections_open(const struct image_connections_limits *limits);
unsigned image_connections_most(const struct image_connections *connections); /* connections in all */
/* Every connection must have left. */
void image_connections_close(struct image_connections **connections);

/* A connection came. Its caller is not counted when 'counted' is false (a proxy). NULL: it may not stay, shut it down. The socket is
 * the caller's; it must stay open until image_connection_leaves(). */
struct image_connection *image_connection_comes(struct image_connections *connections, int socket,
						const struct image_address *caller, bool counted);
void image_connection_leaves(struct image_connections *connections, struct image_connection **connection);

/* Its present step: a request's first line is there; it waits for us; it is sent an answer of so many bytes; it may ask again. */
void image_connection_asks(struct image_connections *connections, struct image_connection *connection);
void image_connection_waits(struct image_connection *connection);
void image_connection_answered(struct image_connections *connections, struct image_connection *connection,
			       uint64_t bytes);
void image_connection_rests(struct image_connections *connections, struct image_connection *connection);

struct image_connections_counts {
	unsigned open;
	uint64_t late;    /* shut down since their time was over */
	uint64_t crowded; /* shut down, or not let in, since there were too many */
};
struct image_connections_counts image_connections_count(struct image_connections *connections);
/* Looks at once; its own thread does so every IMAGE_CONNECTIONS_LOOK_MS. */
#define IMAGE_CONNECTIONS_LOOK_MS 500
void image_connections_look(struct image_connections *connections);
