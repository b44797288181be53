/* What waits in the server: exchanges for their moment, writes that are to be applied late, connections for
 * their next complete request. One thread looks after all of them. */
#pragma once
#include "base/own.h"
#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;
struct sandbox_waiting;

#define SANDBOX_IDLE_US 75000000 /* for a next request */
#define SANDBOX_REQUEST_US                                                                                   \
	30000000 /* from its first line to its end; and for the first line of a new connection */
#define SANDBOX_CROWD                                                                                        \
	800 /* connections; with each one more the one that has waited longest for a request is ended */

/* One suspended exchange; part of it, so it needs no room of its own. */
struct sandbox_wait {
	struct sandbox_wait *next;
	struct MHD_Connection *connection;
	int64_t due_us;      /* INT64_MAX: no end of its own */
	int socket;          /* watched, when the client's leaving ends the wait; else -1 */
	bool until_released; /* sandbox_waiting_release() ends it */
};

/* A connection's socket and its deadline; INT64_MAX while a request is being answered. */
struct sandbox_patience {
	struct sandbox_patience *next, **place;
	int socket;
	int64_t deadline_us;
};

/* 'late' applies what sandbox_waiting_later() was given, 'tick' is called about once a second. */
struct sandbox_waiting *sandbox_waiting_open(void (*late)(void *context, void *job), void (*drop)(void *job),
					     void (*tick)(void *context), void *context);
/* All waits end before this returns, and no new one begins. */
void sandbox_waiting_stop(struct sandbox_waiting *waiting);
void sandbox_waiting_close(struct sandbox_waiting **waiting);

/* Suspends the connection until the wait is over; false when there is no waiting any more. */
must_use bool sandbox_wait_start(struct sandbox_waiting *waiting, struct sandbox_wait *wait);
void sandbox_waiting_later(struct sandbox_waiting *waiting, int64_t due_us, void *job);
void sandbox_waiting_release(struct sandbox_waiting *waiting);

struct sandbox_patience *sandbox_patience_open(struct sandbox_waiting *waiting, int socket);
void sandbox_patience_set(struct sandbox_waiting *waiting, struct sandbox_patience *patience,
			  int64_t deadline_us);
void sandbox_patience_end(struct sandbox_waiting *waiting, struct sandbox_patience *patience);
