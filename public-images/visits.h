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

struct image_visits;
struct image_visit;

struct image_visits_limits {
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

struct image_visits *image_visits_open(const struct image_visits_limits *limits);
unsigned image_visits_most(const struct image_visits *visits); /* connections in all */
/* Every visit must have left. */
void image_visits_close(struct image_visits **visits);

/* A connection came. Its caller is not counted when 'counted' is false (a proxy). NULL: it may not stay, shut it down. The socket is
 * the caller's; it must stay open until image_visit_leaves(). */
struct image_visit *image_visit_comes(struct image_visits *visits, int socket,
				      const struct image_address *caller, bool counted);
void image_visit_leaves(struct image_visits *visits, struct image_visit **visit);

/* Its present step: a request's first line is there; it waits for us; it is sent an answer of so many bytes; it may ask again. */
void image_visit_asks(struct image_visits *visits, struct image_visit *visit);
void image_visit_waits(struct image_visit *visit);
void image_visit_answered(struct image_visits *visits, struct image_visit *visit, uint64_t bytes);
void image_visit_rests(struct image_visits *visits, struct image_visit *visit);

struct image_visits_counts {
	unsigned open;
	uint64_t late;    /* shut down since their time was over */
	uint64_t crowded; /* shut down, or not let in, since there were too many */
};
struct image_visits_counts image_visits_count(struct image_visits *visits);
/* Looks at once; its own thread does so every IMAGE_VISITS_LOOK_MS. */
#define IMAGE_VISITS_LOOK_MS 500
void image_visits_look(struct image_visits *visits);
