/* Streams of server-sent events: who looks at a page is told when what pages show has changed, and asks for it anew.
 *
 * No stream has a thread. libmicrohttpd puts its connection aside until the one thread of all streams wakes it: that thread looks every
 * EVENTS_LOOK_MS, as long as there is any stream, at a number that stands for what is shown, and goes to sleep when there is none. So a
 * stream costs a connection and some bytes, and a change one small write for each.
 *
 *     retry: 5000          at the beginning
 *     data: changed        the number is another one than the stream was told of last
 *     : alive              when nothing was said for EVENTS_ALIVE_MS, so that a connection that is gone is noticed
 *
 * A stream tells nothing but that something has changed. It ends after EVENTS_LAST_MS: who goes on asks again, and shows its right to. */
#pragma once
#include "base/own.h"
#include <microhttpd.h>
#include <stdint.h>

#define EVENTS_MOST             24 /* streams in all, ... */
#define EVENTS_MOST_PER_SESSION 8  /* ... of one session; those without a session count as one */
#define EVENTS_LOOK_MS          1000
#define EVENTS_ALIVE_MS         15000
#define EVENTS_LAST_MS          600000

struct events;

/* 'version' is called by the thread alone; another number: something has changed. 'context' is borrowed. */
struct events *events_open(uint64_t (*version)(void *context), void *context);
/* Ends every stream. Before libmicrohttpd is stopped, which must not be over connections that are put aside. */
void events_stop(struct events *events);
/* Every connection must be closed. */
void events_close(struct events **events);

/* A stream for this connection, which begins as it is queued; the caller destroys it. NULL: there are too many. */
struct MHD_Response *events_stream(struct events *events, struct MHD_Connection *connection,
				   const char *session);
