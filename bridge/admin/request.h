/* One request to the admin port: what is decided about it before its route runs, and how it is answered. */
#pragma once
#include "bridge/admin/events.h"
#include "bridge/admin/exchange.h"
#include "bridge/admin/worker.h"
#include "web/connections.h"
#include "web/rate.h"
#include <microhttpd.h>

#define ADMIN_BODY_MOST ((size_t)64 * 1024)

/* What all requests share. */
struct admin_service {
	struct admin_routes routes;
	struct access *access;
	struct web_connections *connections;
	struct web_rate *rate;
	struct web_networks proxies;
	const char *hosts;            /* names under which a proxy is asked, with commas between */
	struct worker *slow, *logins; /* what asks servers; what computes a hash */
	struct events *events;
};

struct admin_exchange;

/* The line of a request came. */
struct admin_exchange *admin_exchange_open(struct admin_service *service, struct web_connection *watched,
					   const struct web_address *peer, const char *uri);
void admin_exchange_close(struct admin_exchange **exchange);
/* libmicrohttpd's turn: with the headers, with pieces of the body, without any more of it, and when it may go on. */
enum MHD_Result admin_exchange_go_on(struct admin_exchange *exchange, struct MHD_Connection *connection,
				     const char *method, const char *body, size_t *body_length);
/* It was answered, or broke off. */
void admin_exchange_ended(struct admin_exchange *exchange);
