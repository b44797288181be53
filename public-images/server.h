/* An HTTP server for pictures, by links that carry their own permission (link.h).
 *
 *     GET, HEAD /<db>/images/<image id>.<jpg|png>?d=…&e=…&k=…&s=…
 *     GET, HEAD /<db>/images/<image id>.<jpg|png>      only for databases that is_unsigned() names
 *     GET, HEAD /<db>                                  200 and a line of text where is_served() says so
 *     GET, HEAD /robots.txt
 *
 * All else, and whatever is missing, wrong or expired, is one and the same 404. A signature is checked before anything is looked up.
 * Made to face the internet: headers, answers and silence have deadlines; connections and requests have limits, in all and for each
 * address; the memory that a request takes does not depend on its picture. */
#pragma once
#include "public-images/cache.h"
#include "public-images/keys.h"
#include "public-images/source.h"
#include "web/connections.h"

struct image_server;

struct image_server_options {
	const char *listen; /* "0.0.0.0:8790", "[::]:8790"; port 0: any */
	unsigned threads;   /* that answer; 0: one for each processor, at most IMAGE_THREADS_MOST */
	struct web_connections_limits limits; /* 0s: see connections.h */
	double requests_per_second;           /* of one address, in the long run; 0: no limit */
	double requests_at_once;              /* that it may have in hand for that */
	const char *proxies; /* networks whose X-Forwarded-For is believed ("127.0.0.1, 10.0.0.0/8"), or "" */
	bool access_log;
	struct image_source source;
	struct image_databases databases;
	struct image_cache *cache; /* borrowed until the close */
};
/* For a server that faces the internet; the fetchers of a large service ask from few addresses. */
#define IMAGE_USUAL_CONNECTIONS_PER_ADDRESS 64
#define IMAGE_USUAL_REQUESTS_PER_SECOND     50
#define IMAGE_USUAL_REQUESTS_AT_ONCE        500
#define IMAGE_THREADS_MOST                  8
#define IMAGE_HEADERS_BYTES                 ((size_t)16 * 1024) /* of one request; what is longer is refused */

/* ERROR_FATAL: it cannot listen there, or an option is none. */
must_use bool image_server_open(const struct image_server_options *options, const struct image_keys *keys,
				struct image_server **server_out, struct error *error);
/* Ends every connection. */
void image_server_close(struct image_server **server);

int image_server_port(const struct image_server *server);
/* From now on these keys count. Their secrets are masked in the log. From any thread. */
void image_server_set_keys(struct image_server *server, const struct image_keys *keys);

struct image_server_counts {
	uint64_t answers[6];   /* by the hundreds of their status: [2]: 200-299 */
	uint64_t finds, reads; /* calls of the source */
	struct web_connections_counts connections;
};
struct image_server_counts image_server_count(struct image_server *server);
/* Looks for connections whose time is over, as it does by itself twice a second. */
void image_server_look(struct image_server *server);
