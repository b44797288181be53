/* One request: what is decided about it, what it waits for, how it is answered. */
#pragma once
#include "public-images/access.h"
#include "public-images/answer.h"
#include "public-images/fetch.h"
#include "public-images/keys.h"
#include "public-images/source.h"
#include "web/connections.h"
#include "web/rate.h"
#include <pthread.h>
#include <stdatomic.h>

#define IMAGE_UNSIGNED_FRESH_S 300 /* so long a cache may keep what was had without a signature */

/* What all requests share. */
struct image_service {
	pthread_rwlock_t keys_lock;
	struct image_keys keys;
	struct image_databases databases;
	struct image_fetch *fetch;
	struct image_streams *streams;
	struct web_connections *connections;
	struct web_rate *rate; /* NULL: no limit */
	struct web_networks proxies;
	struct image_access *access;
	struct image_answers answers;
	_Atomic uint64_t by_class[6]; /* answers by the hundreds of their status */
};

struct image_request;

/* The line of a request came. watched may be NULL: it will not be answered. */
struct image_request *image_request_open(struct image_service *service, struct web_connection *watched,
					 const struct web_address *connection, const char *uri);
void image_request_close(struct image_request **request);

/* libmicrohttpd's turn: first with the headers, then whenever it may go on. */
enum MHD_Result image_request_go_on(struct image_request *request, struct MHD_Connection *connection,
				    const char *method, size_t body_length);
/* It was answered, or broke off. */
void image_request_ended(struct image_request *request, bool whole);
