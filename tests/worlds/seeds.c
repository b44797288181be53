#include "tests/worlds/seeds.h"

#include "base/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS_MOST 64

/* What a child tells; in memory that both see. */
struct report {
	volatile size_t begun; /* seeds, the one that it is at among them */
	volatile size_t failed;
	struct seed_failure failures[SEEDS_TOLD];
};

struct worker {
	pid_t child; /* 0: none */
	size_t batch;
	struct report *report;
};

struct run {
	uint64_t first;
	size_t count, batch_size, batch_count;
	seed_play *play;
	size_t worker_count;
	struct worker workers[WORKERS_MOST];
	struct report **finished; /* owned, one a batch; NULL: not yet */
};

static struct seed_batch batch_at(const struct run *run, size_t batch)
{
	size_t before = batch * run->batch_size, left = run->count - before;

	return (struct seed_batch){.first = run->first + before,
				   .count = left < run->batch_size ? left : run->batch_size};
}

static void note_failure(struct report *report, uint64_t seed, const char *words)
{
	size_t place = report->failed++;

	if (place >= SEEDS_TOLD)
		return;
	report->failures[place].seed = seed;
	snprintf(report->failures[place].words, sizeof report->failures[place].words, "%s", words);
}

static void play_batch(const struct run *run, const struct seed_batch *batch, struct report *report)
{
	while (report->begun < batch->count) {
		uint64_t seed = batch->first + report->begun++;
		char broken[400] = "";
		if (!run->play(seed, broken))
			note_failure(report, seed, broken);
	}
}

static void start(struct run *run, struct worker *worker)
{
	struct seed_batch batch = batch_at(run, worker->batch);

	fflush(stdout);
	worker->child = fork();
	if (worker->child < 0) {
		perror("fork");
		abort();
	}
	if (worker->child > 0)
		return;
	play_batch(run, &batch, worker->report);
	exit(EXIT_SUCCESS); /* not at once: a sanitizer looks for what was not freed */
}

/* Why a child ended before its batch did. */
static void note_death(const struct run *run, struct worker *worker, int status)
{
	struct seed_batch batch = batch_at(run, worker->batch);
	char words[100];

	if (WIFSIGNALED(status))
		snprintf(words, sizeof words, "the process died of signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(words, sizeof words, "the process ended with status %d, at this seed or behind it",
			 WEXITSTATUS(status));
	size_t at = worker->report->begun;
	note_failure(worker->report, batch.first + (at ? at - 1 : 0), words);
}

static void wait_for_one(struct run *run)
{
	int status = 0;
	pid_t ended = wait(&status);

	for (size_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		if (worker->child != ended)
			continue;
		worker->child = 0;
		bool well = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
		if (!well)
			note_death(run, worker, status);
		if (!well && worker->report->begun < batch_at(run, worker->batch).count) {
			start(run, worker);
		} else {
			run->finished[worker->batch] = worker->report;
			worker->report = NULL;
		}
		return;
	}
}

static struct report *new_report(void)
{
	const int seen_by_both = MAP_SHARED | MAP_ANONYMOUS;
	/* cppcheck-suppress invalidFunctionArg ; -1 is what belongs to memory without a file */
	void *memory = mmap(NULL, sizeof(struct report), PROT_READ | PROT_WRITE, seen_by_both, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		abort();
	}
	return memory;
}

/* A batch for each worker that has none; false: nothing is left to wait for. */
static bool keep_busy(struct run *run, size_t *next)
{
	bool busy = false;

	for (size_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		if (!worker->child && *next < run->batch_count) {
			worker->batch = (*next)++;
			worker->report = new_report();
			start(run, worker);
		}
		busy = busy || worker->child;
	}
	return busy;
}

static size_t tell(struct run *run, size_t batch, seed_batch_done *done, void *context)
{
	struct report *report = run->finished[batch];
	struct seed_batch told = batch_at(run, batch);

	told.failed = report->failed;
	told.failures = report->failures;
	done(context, &told);
	munmap(report, sizeof *report);
	return told.failed;
}

size_t seeds_run(uint64_t first, size_t count, size_t batch_size, seed_play *play, seed_batch_done *done,
		 void *context)
{
	struct run run = {.first = first, .count = count, .batch_size = batch_size, .play = play};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t next = 0, told = 0, failed = 0;

	run.worker_count = cores < 1 ? 1 : cores < WORKERS_MOST ? (size_t)cores : WORKERS_MOST;
	run.batch_count = (count + batch_size - 1) / batch_size;
	run.finished = own_alloc((run.batch_count + 1) * sizeof(struct report *));
	while (keep_busy(&run, &next)) {
		wait_for_one(&run);
		for (; told < run.batch_count && run.finished[told]; told++)
			failed += tell(&run, told, done, context);
	}
	free(run.finished);
	return failed;
}
