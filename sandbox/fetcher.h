/* A thread that fetches files from the addresses that they were given with, by GET, several at a time. It follows three redirects;
 * what fails, and why, is a line of the log. What is to be fetched, and what its end means, is in fetches.h. */
#pragma once
#include "sandbox/world.h"
#include <pthread.h>

#define SANDBOX_FETCH_REDIRECTS 3

struct sandbox_fetcher;

/* 'lock' is around everything in the sandbox; both are borrowed. */
struct sandbox_fetcher *sandbox_fetcher_open(struct sandbox *sandbox, pthread_mutex_t *lock);
/* There may be something new. From any thread. */
void sandbox_fetcher_wake(struct sandbox_fetcher *fetcher);
/* Nothing is fetched any more; what was under way is given up. */
void sandbox_fetcher_stop(struct sandbox_fetcher *fetcher);
void sandbox_fetcher_close(struct sandbox_fetcher **fetcher);
