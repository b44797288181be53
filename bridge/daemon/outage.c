#include "bridge/daemon/outage.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/own.h"
#include "bridge/daemon/reminders.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const struct log no_place;

struct outage {
	pthread_mutex_t lock;
	bool away;
	int64_t since_ms, reported_ms; /* steady */
};

struct outage *outage_open(void)
{
	struct outage *outage = own_alloc(sizeof *outage);

	if (pthread_mutex_init(&outage->lock, NULL) != 0)
		abort();
	return outage;
}

void outage_close(struct outage **outage)
{
	if (!*outage)
		return;
	pthread_mutex_destroy(&(*outage)->lock);
	free(take(*outage));
}

static void lock(struct outage *outage)
{
	if (pthread_mutex_lock(&outage->lock) != 0)
		abort();
}

static void unlock(struct outage *outage)
{
	if (pthread_mutex_unlock(&outage->lock) != 0)
		abort();
}

bool outage_is(struct outage *outage, const struct error *error)
{
	int64_t now_ms = clock_steady_ms();

	if (!outage || !error->unreached || !error->server || strcmp(error->server, "CouchDB") != 0)
		return false;
	lock(outage);
	bool report = !outage->away || now_ms - outage->reported_ms >= REMINDERS_AGAIN_MS;
	if (!outage->away)
		outage->since_ms = now_ms;
	outage->away = true;
	if (report)
		outage->reported_ms = now_ms;
	unlock(outage);
	if (report)
		log_warn(&no_place, "CouchDB is away, retrying every few seconds: edits wait meanwhile (%s)",
			 error->text);
	return true;
}

void outage_ends(struct outage *outage)
{
	int64_t now_ms = clock_steady_ms();

	if (!outage)
		return;
	lock(outage);
	bool ended = outage->away;
	int64_t since_ms = outage->since_ms;
	outage->away = false;
	unlock(outage);
	if (ended)
		log_info(&no_place, "CouchDB is back, after %lld s", (long long)((now_ms - since_ms) / 1000));
}
