#define _GNU_SOURCE /* POLLRDHUP */
#include "sandbox/waiting.h"
#include "sandbox/world.h"
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define WATCH_US 20000 /* between looks at whether a client has left */
#define TICK_US  1000000

struct job {
	struct job *next;
	int64_t due_us;
	void *job;
};

struct sandbox_waiting {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news, calm;
	struct sandbox_wait *waits;
	struct job *jobs;
	struct sandbox_patience *patience;
	size_t patience_count;
	int64_t tick_us;
	bool stopping, closing, busy;
	void (*late)(void *context, void *job);
	void (*drop)(void *job);
	void (*tick)(void *context);
	void *context;
};

static bool client_left(int socket)
{
	struct pollfd look = {.fd = socket, .events = POLLRDHUP};

	return socket >= 0 && poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* What is over, taken out of the list. */
static struct sandbox_wait *take_over(struct sandbox_waiting *waiting, int64_t now_us, int64_t *next_us)
{
	struct sandbox_wait *over = NULL, **place = &waiting->waits;

	while (*place) {
		struct sandbox_wait *wait = *place;
		if (waiting->stopping || now_us >= wait->due_us || client_left(wait->socket)) {
			*place = wait->next;
			wait->next = over;
			over = wait;
			continue;
		}
		if (wait->due_us < *next_us)
			*next_us = wait->due_us;
		if (wait->socket >= 0 && now_us + WATCH_US < *next_us)
			*next_us = now_us + WATCH_US;
		place = &wait->next;
	}
	return over;
}

static struct job *take_jobs(struct sandbox_waiting *waiting, int64_t now_us, int64_t *next_us)
{
	struct job *due = NULL, **place = &waiting->jobs;

	while (*place) {
		struct job *job = *place;
		if (now_us >= job->due_us) {
			*place = job->next;
			job->next = due;
			due = job;
			continue;
		}
		if (job->due_us < *next_us)
			*next_us = job->due_us;
		place = &job->next;
	}
	return due;
}

/* The socket is only shut down here: its owner sees the end and closes it. */
static void end_impatient(struct sandbox_waiting *waiting, int64_t now_us)
{
	for (struct sandbox_patience *one = waiting->patience; one; one = one->next) {
		if (now_us >= one->deadline_us) {
			shutdown(one->socket, SHUT_RDWR);
			one->deadline_us = INT64_MAX;
		}
	}
}

static void run_jobs(struct sandbox_waiting *waiting, struct job *jobs)
{
	while (jobs) {
		struct job *job = jobs;
		jobs = job->next;
		waiting->late(waiting->context, job->job);
		free(job);
	}
}

/* Outside of the lock: resuming takes libmicrohttpd's. The wait may be gone as soon as it is resumed. */
static void resume_all(struct sandbox_wait *over)
{
	while (over) {
		struct MHD_Connection *connection = over->connection;
		over = over->next;
		MHD_resume_connection(connection);
	}
}

static void sleep_until(struct sandbox_waiting *waiting, int64_t until_us)
{
	struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};

	pthread_cond_timedwait(&waiting->news, &waiting->lock, &until);
}

static void *run(void *context)
{
	struct sandbox_waiting *waiting = context;

	pthread_mutex_lock(&waiting->lock);
	while (!waiting->closing) {
		int64_t now_us = sandbox_steady_us();
		bool tick = now_us >= waiting->tick_us;
		if (tick)
			waiting->tick_us = now_us + TICK_US;
		int64_t next_us = waiting->tick_us;
		struct sandbox_wait *over = take_over(waiting, now_us, &next_us);
		struct job *jobs = take_jobs(waiting, now_us, &next_us);
		end_impatient(waiting, now_us);
		if (!over && !jobs && !tick) {
			sleep_until(waiting, next_us);
			continue;
		}
		waiting->busy = true;
		pthread_mutex_unlock(&waiting->lock);
		resume_all(over);
		run_jobs(waiting, jobs);
		if (tick)
			waiting->tick(waiting->context);
		pthread_mutex_lock(&waiting->lock);
		waiting->busy = false;
		pthread_cond_signal(&waiting->calm);
	}
	pthread_mutex_unlock(&waiting->lock);
	return NULL;
}

struct sandbox_waiting *sandbox_waiting_open(void (*late)(void *context, void *job), void (*drop)(void *job),
					     void (*tick)(void *context), void *context)
{
	struct sandbox_waiting *waiting = own_alloc(sizeof(*waiting));
	pthread_condattr_t monotonic;

	waiting->late = late;
	waiting->drop = drop;
	waiting->tick = tick;
	waiting->context = context;
	pthread_mutex_init(&waiting->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&waiting->news, &monotonic);
	pthread_cond_init(&waiting->calm, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&waiting->thread, NULL, run, waiting) != 0)
		abort();
	return waiting;
}

void sandbox_waiting_stop(struct sandbox_waiting *waiting)
{
	pthread_mutex_lock(&waiting->lock);
	waiting->stopping = true;
	pthread_cond_signal(&waiting->news);
	while (waiting->waits || waiting->busy)
		pthread_cond_wait(&waiting->calm, &waiting->lock);
	pthread_mutex_unlock(&waiting->lock);
}

void sandbox_waiting_close(struct sandbox_waiting **waiting)
{
	if (!*waiting)
		return;
	pthread_mutex_lock(&(*waiting)->lock);
	(*waiting)->closing = true;
	pthread_cond_signal(&(*waiting)->news);
	pthread_mutex_unlock(&(*waiting)->lock);
	pthread_join((*waiting)->thread, NULL);
	while ((*waiting)->jobs) {
		struct job *job = (*waiting)->jobs;
		(*waiting)->jobs = job->next;
		(*waiting)->drop(job->job);
		free(job);
	}
	pthread_cond_destroy(&(*waiting)->news);
	pthread_cond_destroy(&(*waiting)->calm);
	pthread_mutex_destroy(&(*waiting)->lock);
	free(*waiting);
	*waiting = NULL;
}

/* Suspended under the lock: whoever finds it in the list may resume it. */
bool sandbox_wait_start(struct sandbox_waiting *waiting, struct sandbox_wait *wait)
{
	pthread_mutex_lock(&waiting->lock);
	bool waits = !waiting->stopping;
	if (waits) {
		MHD_suspend_connection(wait->connection);
		wait->next = waiting->waits;
		waiting->waits = wait;
		pthread_cond_signal(&waiting->news);
	}
	pthread_mutex_unlock(&waiting->lock);
	return waits;
}

void sandbox_waiting_later(struct sandbox_waiting *waiting, int64_t due_us, void *job)
{
	struct job *later = own_alloc(sizeof(*later));

	*later = (struct job){.due_us = due_us, .job = job};
	pthread_mutex_lock(&waiting->lock);
	later->next = waiting->jobs;
	waiting->jobs = later;
	pthread_cond_signal(&waiting->news);
	pthread_mutex_unlock(&waiting->lock);
}

void sandbox_waiting_release(struct sandbox_waiting *waiting)
{
	pthread_mutex_lock(&waiting->lock);
	for (struct sandbox_wait *wait = waiting->waits; wait; wait = wait->next) {
		if (wait->until_released)
			wait->due_us = 0;
	}
	pthread_cond_signal(&waiting->news);
	pthread_mutex_unlock(&waiting->lock);
}

/* Of those that keep us waiting the one whose time ends first goes now, so that there is room for whoever has something to ask. */
static void hurry_one(struct sandbox_waiting *waiting)
{
	struct sandbox_patience *first = NULL;

	for (struct sandbox_patience *one = waiting->patience; one; one = one->next)
		if (one->deadline_us > 0 && one->deadline_us < INT64_MAX &&
		    (!first || one->deadline_us < first->deadline_us))
			first = one;
	if (first)
		first->deadline_us = 0;
	pthread_cond_signal(&waiting->news);
}

struct sandbox_patience *sandbox_patience_open(struct sandbox_waiting *waiting, int socket)
{
	struct sandbox_patience *patience = own_alloc(sizeof(*patience));

	patience->socket = socket;
	patience->deadline_us = sandbox_steady_us() + SANDBOX_REQUEST_US;
	pthread_mutex_lock(&waiting->lock);
	patience->next = waiting->patience;
	patience->place = &waiting->patience;
	if (patience->next)
		patience->next->place = &patience->next;
	waiting->patience = patience;
	if (++waiting->patience_count > SANDBOX_CROWD)
		hurry_one(waiting);
	pthread_mutex_unlock(&waiting->lock);
	return patience;
}

void sandbox_patience_set(struct sandbox_waiting *waiting, struct sandbox_patience *patience,
			  int64_t deadline_us)
{
	pthread_mutex_lock(&waiting->lock);
	patience->deadline_us = deadline_us;
	pthread_mutex_unlock(&waiting->lock);
}

void sandbox_patience_end(struct sandbox_waiting *waiting, struct sandbox_patience *patience)
{
	pthread_mutex_lock(&waiting->lock);
	waiting->patience_count--;
	*patience->place = patience->next;
	if (patience->next)
		patience->next->place = patience->place;
	pthread_mutex_unlock(&waiting->lock);
	free(patience);
}
