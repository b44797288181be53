#include "bridge/admin/worker.h"
#include "base/own.h"
#include <pthread.h>
#include <stdlib.h>

struct worker {
	pthread_t thread;
	bool joined;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t news;
	bool stopping;
	unsigned waiting;
	struct worker_job *first, **end;
};

static struct worker_job *next_job(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	while (!worker->first && !worker->stopping)
		pthread_cond_wait(&worker->news, &worker->lock);
	struct worker_job *job = worker->first;
	if (job) {
		worker->first = job->next;
		worker->waiting--;
		if (!worker->first)
			worker->end = &worker->first;
	}
	pthread_mutex_unlock(&worker->lock);
	return job;
}

static void *work(void *context)
{
	struct worker_job *job;

	while ((job = next_job(context)))
		job->run(job);
	return NULL;
}

struct worker *worker_open(void)
{
	struct worker *worker = own_alloc(sizeof *worker);

	worker->end = &worker->first;
	if (pthread_mutex_init(&worker->lock, NULL) != 0 || pthread_cond_init(&worker->news, NULL) != 0)
		abort();
	if (pthread_create(&worker->thread, NULL, work, worker) != 0)
		own_out_of_memory();
	return worker;
}

bool worker_take(struct worker *worker, struct worker_job *job)
{
	pthread_mutex_lock(&worker->lock);
	bool fits = !worker->stopping && worker->waiting < WORKER_ROW_MOST;
	if (fits) {
		job->next = NULL;
		*worker->end = job;
		worker->end = &job->next;
		worker->waiting++;
		pthread_cond_signal(&worker->news);
	}
	pthread_mutex_unlock(&worker->lock);
	return fits;
}

void worker_stop(struct worker *worker)
{
	if (worker->joined)
		return;
	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	pthread_cond_signal(&worker->news);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	worker->joined = true;
}

void worker_close(struct worker **worker)
{
	struct worker *gone = take(*worker);

	if (!gone)
		return;
	worker_stop(gone);
	pthread_mutex_destroy(&gone->lock);
	pthread_cond_destroy(&gone->news);
	free(gone);
}
