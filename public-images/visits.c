#include "public-images/visits.h"
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
	char name[IMAGE_ADDRESS_TEXT_SIZE];
	unsigned visits;
};

struct image_visit {
	struct image_visit *next, **place;
	struct caller *caller; /* NULL: not counted */
	int socket;
	bool ended;                     /* shut down; its connection is not closed yet */
	_Atomic int64_t deadline_ms;    /* steady; INT64_MAX: none */
	_Atomic int64_t waits_since_ms; /* for a request; INT64_MAX: it has one */
};

struct image_visits {
	struct image_visits_limits limits;
	pthread_mutex_t lock;
	pthread_cond_t news;
	pthread_t thread;
	bool closing;
	struct image_visit *first;
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
	if (files.rlim_cur < 2 * FILES_OF_ITS_OWN)
		return FILES_OF_ITS_OWN / 2;
	uint64_t fit = (files.rlim_cur - FILES_OF_ITS_OWN) / 2;
	return fit < CONNECTIONS_MOST ? (unsigned)fit : CONNECTIONS_MOST;
}

static void fill_in(struct image_visits_limits *limits)
{
	unsigned fit = connections_that_fit();

	if (limits->connections == 0 || limits->connections > fit)
		limits->connections = fit;
	limits->header_ms = limits->header_ms ? limits->header_ms : IMAGE_HEADER_MS;
	limits->idle_ms = limits->idle_ms ? limits->idle_ms : IMAGE_IDLE_MS;
	limits->answer_ms = limits->answer_ms ? limits->answer_ms : IMAGE_ANSWER_MS;
	limits->bytes_per_s = limits->bytes_per_s ? limits->bytes_per_s : IMAGE_BYTES_PER_S;
}

/* Its connection is closed by libmicrohttpd, which notices. What a slow reader has not taken yet is given up with it, or the system
 * would keep it for as long as the reader likes. */
static void end(struct image_visits *visits, struct image_visit *visit)
{
	const struct linger give_up = {.l_onoff = 1, .l_linger = 0};

	if (atomic_load(&visit->waits_since_ms) == INT64_MAX)
		setsockopt(visit->socket, SOL_SOCKET, SO_LINGER, &give_up, sizeof(give_up));
	visit->ended = true;
	visits->open--;
	shutdown(visit->socket, SHUT_RDWR);
}

static void look(struct image_visits *visits)
{
	int64_t now_ms = clock_steady_ms();

	for (struct image_visit *visit = visits->first; visit; visit = visit->next)
		if (!visit->ended && atomic_load(&visit->deadline_ms) <= now_ms) {
			end(visits, visit);
			visits->late++;
		}
}

void image_visits_look(struct image_visits *visits)
{
	pthread_mutex_lock(&visits->lock);
	look(visits);
	pthread_mutex_unlock(&visits->lock);
}

static void *watch(void *context)
{
	struct image_visits *visits = context;

	pthread_mutex_lock(&visits->lock);
	while (!visits->closing) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += (long)IMAGE_VISITS_LOOK_MS * 1000000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&visits->news, &visits->lock, &until);
		look(visits);
	}
	pthread_mutex_unlock(&visits->lock);
	return NULL;
}

struct image_visits *image_visits_open(const struct image_visits_limits *limits)
{
	struct image_visits *visits = own_alloc(sizeof(*visits));
	pthread_condattr_t monotonic;

	visits->limits = *limits;
	fill_in(&visits->limits);
	pthread_mutex_init(&visits->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&visits->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&visits->thread, NULL, watch, visits) != 0)
		own_out_of_memory();
	return visits;
}

unsigned image_visits_most(const struct image_visits *visits)
{
	return visits->limits.connections;
}

void image_visits_close(struct image_visits **visits)
{
	if (!*visits)
		return;
	pthread_mutex_lock(&(*visits)->lock);
	(*visits)->closing = true;
	pthread_cond_signal(&(*visits)->news);
	pthread_mutex_unlock(&(*visits)->lock);
	pthread_join((*visits)->thread, NULL);
	pthread_cond_destroy(&(*visits)->news);
	pthread_mutex_destroy(&(*visits)->lock);
	index_done(&(*visits)->callers);
	free(*visits);
	*visits = NULL;
}

static struct caller *find_caller(struct image_visits *visits, const struct image_address *address)
{
	char name[IMAGE_ADDRESS_TEXT_SIZE];

	image_address_text(address, name);
	struct caller *caller = index_find(&visits->callers, name);
	if (caller)
		return caller;
	caller = own_alloc(sizeof(*caller));
	image_address_text(address, caller->name);
	index_put(&visits->callers, caller->name, caller);
	return caller;
}

static void forget_caller(struct image_visits *visits, struct caller *caller)
{
	if (caller->visits > 0)
		return;
	index_remove(&visits->callers, caller->name);
	free(caller);
}

/* False: all are being answered. */
static bool make_room(struct image_visits *visits)
{
	struct image_visit *longest = NULL;
	int64_t since_ms = INT64_MAX;

	for (struct image_visit *visit = visits->first; visit; visit = visit->next) {
		int64_t waits_since_ms = atomic_load(&visit->waits_since_ms);
		/* The later ones stand first: of equals the one that came first goes. */
		if (!visit->ended && waits_since_ms != INT64_MAX && waits_since_ms <= since_ms) {
			longest = visit;
			since_ms = waits_since_ms;
		}
	}
	if (longest)
		end(visits, longest);
	visits->crowded++;
	return longest;
}

static struct image_visit *add(struct image_visits *visits, int socket, struct caller *caller)
{
	struct image_visit *visit = own_alloc(sizeof(*visit));
	int64_t now_ms = clock_steady_ms();

	visit->socket = socket;
	visit->caller = caller;
	atomic_init(&visit->deadline_ms, now_ms + visits->limits.header_ms);
	atomic_init(&visit->waits_since_ms, now_ms);
	visit->next = visits->first;
	visit->place = &visits->first;
	if (visit->next)
		visit->next->place = &visit->next;
	visits->first = visit;
	visits->open++;
	return visit;
}

static struct image_visit *admit(struct image_visits *visits, int socket, struct caller *caller)
{
	unsigned most = visits->limits.connections_per_address;

	if (caller && most > 0 && caller->visits >= most) {
		visits->crowded++;
		return NULL;
	}
	if (visits->open >= visits->limits.connections && !make_room(visits))
		return NULL;
	if (caller)
		caller->visits++;
	return add(visits, socket, caller);
}

struct image_visit *image_visit_comes(struct image_visits *visits, int socket,
				      const struct image_address *caller, bool counted)
{
	pthread_mutex_lock(&visits->lock);
	struct caller *who = counted ? find_caller(visits, caller) : NULL;
	struct image_visit *visit = admit(visits, socket, who);
	if (who)
		forget_caller(visits, who);
	pthread_mutex_unlock(&visits->lock);
	return visit;
}

void image_visit_leaves(struct image_visits *visits, struct image_visit **visit)
{
	struct image_visit *gone = take(*visit);

	if (!gone)
		return;
	pthread_mutex_lock(&visits->lock);
	*gone->place = gone->next;
	if (gone->next)
		gone->next->place = gone->place;
	if (!gone->ended)
		visits->open--;
	if (gone->caller) {
		gone->caller->visits--;
		forget_caller(visits, gone->caller);
	}
	pthread_mutex_unlock(&visits->lock);
	free(gone);
}

void image_visit_asks(struct image_visits *visits, struct image_visit *visit)
{
	atomic_store(&visit->deadline_ms, clock_steady_ms() + visits->limits.header_ms);
}

void image_visit_waits(struct image_visit *visit)
{
	atomic_store(&visit->waits_since_ms, INT64_MAX);
	atomic_store(&visit->deadline_ms, INT64_MAX);
}

void image_visit_answered(struct image_visits *visits, struct image_visit *visit, uint64_t bytes)
{
	int64_t more_ms = (int64_t)(bytes / (uint64_t)visits->limits.bytes_per_s) * 1000;

	atomic_store(&visit->waits_since_ms, INT64_MAX);
	atomic_store(&visit->deadline_ms, clock_steady_ms() + visits->limits.answer_ms + more_ms);
}

void image_visit_rests(struct image_visits *visits, struct image_visit *visit)
{
	int64_t now_ms = clock_steady_ms();

	atomic_store(&visit->deadline_ms, now_ms + visits->limits.idle_ms);
	atomic_store(&visit->waits_since_ms, now_ms);
}

struct image_visits_counts image_visits_count(struct image_visits *visits)
{
	pthread_mutex_lock(&visits->lock);
	struct image_visits_counts counts = {
		.open = visits->open, .late = visits->late, .crowded = visits->crowded};
	pthread_mutex_unlock(&visits->lock);
	return counts;
}
