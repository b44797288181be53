/* The admin port: an HTTP server on libmicrohttpd for the owner of an installation, by a table of routes.
 *
 * It has two threads of libmicrohttpd's own, and three more: for routes that ask a server, for passwords, one at a time, and for all
 * streams of events (events.h). So what
 * waits for a server that hangs keeps neither another page nor a health check. Limits: web/connections.h, ADMIN_…. */
#pragma once
#include "bridge/admin/access.h"
#include "bridge/admin/exchange.h"

#define ADMIN_CONNECTIONS             64
#define ADMIN_CONNECTIONS_PER_ADDRESS 32 /* of others than this machine */
#define ADMIN_REQUESTS_PER_S          20 /* of one address, in the long run; */
#define ADMIN_REQUESTS_AT_ONCE        200
#define ADMIN_HEADERS_BYTES           ((size_t)16 * 1024)

struct admin_server;

struct admin_server_options {
	const char *listen; /* "127.0.0.1:8791", "[::1]:8791"; port 0: any */
	const char *hosts; /* names under which a proxy is asked, "a.example,b.example" (web/host.h); or "" */
	const char *proxies; /* networks whose X-Forwarded-For and -Proto are believed, or "" */
	struct access_secrets secrets;
	struct admin_routes routes;
};

/* The options are borrowed until the close. ERROR_FATAL: it cannot listen there, or an option is none. */
must_use bool admin_server_open(const struct admin_server_options *options, struct admin_server **server_out,
				struct error *error);
/* Waits for the routes that run; what they wait for must have been ended. Ends every connection. */
void admin_server_close(struct admin_server **server);
int admin_server_port(const struct admin_server *server);
/* From now on these count. From any thread. */
void admin_server_take(struct admin_server *server, const struct access_secrets *secrets);
