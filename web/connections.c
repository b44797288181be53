#include "web/connections.h"
#include "base/clock.h"
#include "base/index.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define FILES_OF_ITS_OWN 64U /* that the process needs beside the connections */
#define CONNECTIONS_MOST 4096

struct caller {
	char name[WEB_ADDRESS_TEXT_SIZE];
	unsigned connections;
};

struct web_connection {
	struct web_connection *next, **place;
	struct caller *caller; /* NULL: not counted */
	int socket;
	bool ended;                     /* shut down; its connection is not closed yet */
	_Atomic int64_t deadline_ms;    /* steady; INT64_MAX: none */
	_Atomic int64_t waits_since_ms; /* for a request; INT64_MAX: it has one */
};

struct web_connections {
	struct web_connections_limits limits;
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	bool closing;
	struct web_connection *first;
	struct index callers;
	unsigned open; /* without those that were ended */
	uint64_t late, crowded;
};

/* An answer needs a file beside its socket. */
static unsigned connections_that_fit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
		return CONNECTIONS_MOST;
	if (files.rlim_cur / 2 < FILES_OF_ITS_OWN)
		return FILES_OF_ITS_OWN / 2;
	uint64_t fit = (files.rlim_cur - FILES_OF_ITS_OWN) / 2;
	return fit < CONNECTIONS_MOST ? (unsigned)fit : CONNECTIONS_MOST;
}

static void fill_in(struct web_connections_limits *limits)
{
	unsigned fit = connections_that_fit();

	if (limits->connections == 0 || limits->connections > fit)
		limits->connections = fit;
	limits->header_ms = limits->header_ms ? limits->header_ms : WEB_HEADER_MS;
	limits->idle_ms = limits->idle_ms ? limits->idle_ms : WEB_IDLE_MS;
	limits->answer_ms = limits->answer_ms ? limits->answer_ms : WEB_ANSWER_MS;
	limits->bytes_per_s = limits->bytes_per_s ? limits->bytes_per_s : WEB_BYTES_PER_S;
}

/* Its connection is closed by libmicrohttpd, which notices. What a slow reader has not taken yet is given up with it, or the system
 * would keep it for as long as the reader likes. */
static void end(struct web_connections *connections, struct web_connection *connection)
{
	const struct linger give_up = {.l_onoff = 1, .l_linger = 0};

	if (atomic_load(&connection->waits_since_ms) == INT64_MAX)
		setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &give_up, sizeof(give_up));
	connection->ended = true;
	connections->open--;
	shutdown(connection->socket, SHUT_RDWR);
}

static void look(struct web_connections *connections)
{
	int64_t now_ms = clock_steady_ms();

	for (struct web_connection *connection = connections->first; connection;
	     connection = connection->next)
		if (!connection->ended && atomic_load(&connection->deadline_ms) <= now_ms) {
			end(connections, connection);
			connections->late++;
		}
}

void web_connections_look(struct web_connections *connections)
{
	pthread_mutex_lock(&connections->lock);
	look(connections);
	pthread_mutex_unlock(&connections->lock);
}

static void *watch(void *context)
{
	struct web_connections *connections = context;

	pthread_mutex_lock(&connections->lock);
	while (!connections->closing) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += (long)WEB_CONNECTIONS_LOOK_MS * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&connections->news, &connections->lock, &until);
		look(connections);
	}
	pthread_mutex_unlock(&connections->lock);
	return NULL;
}

struct web_connections *web_connections_open(const struct web_connections_limits *limits)
{
	struct web_connections *connections = own_alloc(sizeof(*connections));
	pthread_condattr_t monotonic;

	connections->limits = *limits;
	fill_in(&connections->limits);
	pthread_mutex_init(&connections->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&connections->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&connections->thread, NULL, watch, connections) != 0)
		own_out_of_memory();
	return connections;
}

unsigned web_connections_most(const struct web_connections *connections)
{
	return connections->limits.connections;
}

void web_connections_close(struct web_connections **connections)
{
	if (!*connections)
		return;
	pthread_mutex_lock(&(*connections)->lock);
	(*connections)->closing = true;
	pthread_cond_signal(&(*connections)->news);
	pthread_mutex_unlock(&(*connections)->lock);
	pthread_join((*connections)->thread, NULL);
	pthread_cond_destroy(&(*connections)->news);
	pthread_mutex_destroy(&(*connections)->lock);
	index_done(&(*connections)->callers);
	free(*connections);
	*connections = NULL;
}

static struct caller *find_caller(struct web_connections *connections, const struct web_address *address)
{
	char name[WEB_ADDRESS_TEXT_SIZE];

	web_address_text(address, name);
	struct caller *caller = index_find(&connections->callers, name);
	if (caller)
		return caller;
	caller = own_alloc(sizeof(*caller));
	web_address_text(address, caller->name);
	index_put(&connections->callers, caller->name, caller);
	return caller;
}

static void forget_caller(struct web_connections *connections, struct caller *caller)
{
	if (caller->connections > 0)
		return;
	index_remove(&connections->callers, caller->name);
	free(caller);
}

/* False: all are being answered. */
static bool make_room(struct web_connections *connections)
{
	struct web_connection *longest = NULL;
	int64_t since_ms = INT64_MAX;

	for (struct web_connection *connection = connections->first; connection;
	     connection = connection->next) {
		int64_t waits_since_ms = atomic_load(&connection->waits_since_ms);
		/* The later ones stand first: of equals the one that came first goes. */
		if (!connection->ended && waits_since_ms != INT64_MAX && waits_since_ms <= since_ms) {
			longest = connection;
			since_ms = waits_since_ms;
		}
	}
	if (longest)
		end(connections, longest);
	connections->crowded++;
	return longest;
}

static struct web_connection *add(struct web_connections *connections, int socket, struct caller *caller)
{
	struct web_connection *connection = own_alloc(sizeof(*connection));
	int64_t now_ms = clock_steady_ms();

	connection->socket = socket;
	connection->caller = caller;
	atomic_init(&connection->deadline_ms, now_ms + connections->limits.header_ms);
	atomic_init(&connection->waits_since_ms, now_ms);
	connection->next = connections->first;
	connection->place = &connections->first;
	if (connection->next)
		connection->next->place = &connection->next;
	connections->first = connection;
	connections->open++;
	return connection;
}

static struct web_connection *admit(struct web_connections *connections, int socket, struct caller *caller)
{
	unsigned most = connections->limits.connections_per_address;

	if (caller && most > 0 && caller->connections >= most) {
		connections->crowded++;
		return NULL;
	}
	if (connections->open >= connections->limits.connections && !make_room(connections))
		return NULL;
	if (caller)
		caller->connections++;
	return add(connections, socket, caller);
}

struct web_connection *web_connection_comes(struct web_connections *connections, int socket,
					    const struct web_address *caller, bool counted)
{
	pthread_mutex_lock(&connections->lock);
	struct caller *who = counted ? find_caller(connections, caller) : NULL;
	struct web_connection *connection = admit(connections, socket, who);
	if (who)
		forget_caller(connections, who);
	pthread_mutex_unlock(&connections->lock);
	return connection;
}

void web_connection_leaves(struct web_connections *connections, struct web_connection **connection)
{
	struct web_connection *gone = take(*connection);

	if (!gone)
		return;
	pthread_mutex_lock(&connections->lock);
	*gone->place = gone->next;
	if (gone->next)
		gone->next->place = gone->place;
	if (!gone->ended)
		connections->open--;
	if (gone->caller) {
		gone->caller->connections--;
		forget_caller(connections, gone->caller);
	}
	pthread_mutex_unlock(&connections->lock);
	free(gone);
}

void web_connection_asks(struct web_connections *connections, struct web_connection *connection)
{
	atomic_store(&connection->deadline_ms, clock_steady_ms() + connections->limits.header_ms);
}

void web_connection_waits(struct web_connection *connection)
{
	atomic_store(&connection->waits_since_ms, INT64_MAX);
	atomic_store(&connection->deadline_ms, INT64_MAX);
}

void web_connection_answered(struct web_connections *connections, struct web_connection *connection,
			     uint64_t bytes)
{
	int64_t more_ms = (int64_t)(bytes / (uint64_t)connections->limits.bytes_per_s) * 1000;

	atomic_store(&connection->waits_since_ms, INT64_MAX);
	atomic_store(&connection->deadline_ms, clock_steady_ms() + connections->limits.answer_ms + more_ms);
}

void web_connection_rests(struct web_connections *connections, struct web_connection *connection)
{
	int64_t now_ms = clock_steady_ms();

	atomic_store(&connection->deadline_ms, now_ms + connections->limits.idle_ms);
	atomic_store(&connection->waits_since_ms, now_ms);
}

struct web_connections_counts web_connections_count(struct web_connections *connections)
{
	pthread_mutex_lock(&connections->lock);
	struct web_connections_counts counts = {
		.open = connections->open, .late = connections->late, .crowded = connections->crowded};
	pthread_mutex_unlock(&connections->lock);
	return counts;
}
