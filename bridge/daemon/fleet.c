#include "bridge/daemon/fleet.h"

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "bridge/connect/connection.h"
#include "bridge/connect/token_limits.h"
#include "bridge/daemon/discovery.h"
#include "bridge/daemon/integration.h"
#include "bridge/daemon/notices.h"
#include "bridge/daemon/outage.h"
#include "bridge/daemon/reminders.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum fleet_limits {
	SEARCH_MS = 30000,      /* between looks for integrations that came or went, at most: */
	SEARCH_TIMES = 20,      /* as many times as long as the last look took, */
	SEARCH_LEAST_MS = 3000, /* and no less */
	SEARCH_SOON_MS = 2000,  /* while none runs: the server was perhaps not there yet */
	LOOK_AROUND_MS = 1000,  /* whether an integration has ended by itself, and is to begin anew */
	WAIT_STEP_MS = 10,
};

static const struct log no_place;

struct fleet {
	const struct bridge_settings *settings; /* borrowed; the search's own */
	struct http *http;                      /* owned; the search's own */
	struct outage *outage;                  /* owned; shared with the integrations */
	struct token_limits limits;             /* the search's own */
	struct reminders reported;              /* the search's own */
	size_t notified_count;
	struct notified {
		char *database, *id; /* owned; of an integration that ran once in this process */
		struct notices notices;
	} * *notified; /* owned; the search's own */
	bool has_thread;
	pthread_t thread;
	atomic_bool over; /* the search has ended */

	pthread_mutex_t lock; /* guards what follows; never held while anything is waited for */
	bool stopping;
	const struct bridge_settings *fresh; /* borrowed; what is to count from the next search on; or NULL */
	size_t count;
	struct integration **list;     /* owned */
	bool searched;                 /* the last search went well */
	char trouble[ERROR_TEXT_SIZE]; /* why it did not, or "" */
};

struct fleet *fleet_open(const struct bridge_settings *settings)
{
	struct fleet *fleet = own_alloc(sizeof *fleet);

	fleet->settings = settings;
	fleet->http = http_open(CONNECTION_AGENT);
	fleet->outage = outage_open();
	if (pthread_mutex_init(&fleet->lock, NULL) != 0)
		abort();
	return fleet;
}

static void lock(struct fleet *fleet)
{
	if (pthread_mutex_lock(&fleet->lock) != 0)
		abort();
}

static void unlock(struct fleet *fleet)
{
	if (pthread_mutex_unlock(&fleet->lock) != 0)
		abort();
}

/* ---- who runs ---- */

static bool same_integration(const struct integration_config *a, const struct integration_config *b)
{
	return strcmp(a->database, b->database) == 0 && strcmp(a->id, b->id) == 0;
}

/* Out of the list first: then it is waited for without the lock. */
static void close_at(struct fleet *fleet, size_t place)
{
	lock(fleet);
	struct integration *gone = fleet->list[place];
	fleet->list[place] = fleet->list[--fleet->count];
	unlock(fleet);
	integration_close(&gone);
}

/* Of what somebody was notified stays known while the process runs: an integration begins anew when its document is corrected. */
static struct notices *notices_of(struct fleet *fleet, const struct integration_config *config)
{
	for (size_t i = 0; i < fleet->notified_count; i++)
		if (strcmp(fleet->notified[i]->database, config->database) == 0 &&
		    strcmp(fleet->notified[i]->id, config->id) == 0)
			return &fleet->notified[i]->notices;
	struct notified *notified = own_alloc(sizeof *notified);
	notified->database = own_copy(config->database);
	notified->id = own_copy(config->id);
	fleet->notified = own_resize(fleet->notified, fleet->notified_count + 1, sizeof(struct notified *));
	fleet->notified[fleet->notified_count++] = notified;
	return &notified->notices;
}

static void start_new(struct fleet *fleet, struct integration_config *config)
{
	const char *token = bridge_settings_token(fleet->settings, config->base_id);
	struct notices *notices = notices_of(fleet, config);
	struct integration *integration =
		integration_open(fleet->settings, config, token_limits_of(&fleet->limits, token), "run");

	lock(fleet);
	bool stopping = fleet->stopping;
	if (!stopping) {
		fleet->list = own_resize(fleet->list, fleet->count + 1, sizeof(struct integration *));
		fleet->list[fleet->count++] = integration;
		integration_start(integration, fleet->outage, notices);
	}
	unlock(fleet);
	if (stopping)
		integration_close(&integration);
}

static bool is_wanted(const struct integration_configs *configs, const struct integration_config *running)
{
	if (integration_configs_unread(configs, running->database))
		return true; /* nobody knows: what runs goes on */
	for (size_t i = 0; i < configs->count; i++)
		if (same_integration(running, &configs->list[i]))
			return true;
	return false;
}

static bool runs(const struct fleet *fleet, const struct integration_config *config)
{
	for (size_t i = 0; i < fleet->count; i++)
		if (same_integration(integration_config(fleet->list[i]), config))
			return true;
	return false;
}

/* Ends those whose document is gone or whose thread ended, and starts those that are new. Only this thread changes the list. */
static void match_fleet(struct fleet *fleet, struct integration_configs *configs)
{
	for (size_t i = fleet->count; i-- > 0;)
		if (!is_wanted(configs, integration_config(fleet->list[i])) ||
		    integration_is_over(fleet->list[i]))
			close_at(fleet, i);
	for (size_t i = 0; i < configs->count; i++)
		if (!runs(fleet, &configs->list[i]))
			start_new(fleet, &configs->list[i]);
}

/* ---- other settings ---- */

void fleet_take(struct fleet *fleet, const struct bridge_settings *settings)
{
	lock(fleet);
	fleet->fresh = settings;
	unlock(fleet);
	http_wake(fleet->http);
}

static bool has_fresh_settings(struct fleet *fleet)
{
	lock(fleet);
	bool fresh = fleet->fresh != NULL;
	unlock(fleet);
	return fresh;
}

/* All are asked to end before the first one is waited for. */
static void take_fresh_settings(struct fleet *fleet)
{
	lock(fleet);
	const struct bridge_settings *fresh = take(fleet->fresh);
	for (size_t i = 0; fresh && i < fleet->count; i++)
		integration_stop(fleet->list[i]);
	unlock(fleet);
	if (!fresh)
		return;
	while (fleet->count)
		close_at(fleet, fleet->count - 1);
	fleet->settings = fresh;
}

/* ---- the search ---- */

static void report(struct fleet *fleet, const char *words)
{
	if (reminders_due(&fleet->reported, words, clock_steady_ms()))
		log_error(&no_place, "%s", words);
}

static void report_finding(void *context, enum finding_kind kind, const char *words)
{
	if (kind == FINDING_PROBLEM)
		report(context, words);
}

/* Only the search's thread changes the list, so it needs no lock here. */
static const struct integration_config *holder(void *context, const char *base_id)
{
	struct fleet *fleet = context;

	for (size_t i = 0; i < fleet->count; i++)
		if (strcmp(integration_config(fleet->list[i])->base_id, base_id) == 0)
			return integration_config(fleet->list[i]);
	return NULL;
}

/* trouble: NULL, or why it failed. */
static void note_search(struct fleet *fleet, const char *trouble)
{
	lock(fleet);
	fleet->searched = !trouble;
	snprintf(fleet->trouble, sizeof fleet->trouble, "%s", trouble ? trouble : "");
	unlock(fleet);
}

/* False: it is not known which integrations there are. */
static bool search(struct fleet *fleet)
{
	struct integration_search search = {
		.settings = fleet->settings,
		.http = fleet->http,
		.report = report_finding,
		.holder = holder,
		.context = fleet,
	};
	struct integration_configs configs = {0};
	struct error error = {0};

	if (!integrations_find(&search, &configs, &error)) {
		if (error.kind == ERROR_STOPPED)
			return false;
		note_search(fleet, error.text);
		if (!outage_is(fleet->outage, &error))
			report(fleet, error.text);
		(void)reminders_end_round(&fleet->reported);
		return false;
	}
	outage_ends(fleet->outage);
	if (configs.count == 0 && configs.problems == 0)
		report(fleet,
		       "no database holds an Airtable integration yet: make one in the app, and let the "
		       "phone replicate it");
	if (reminders_end_round(&fleet->reported) && configs.problems == 0)
		log_info(&no_place, "the search for integrations finds no problem any more");
	match_fleet(fleet, &configs);
	note_search(fleet, NULL);
	integration_configs_done(&configs);
	return true;
}

static bool any_over(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		if (integration_is_over(fleet->list[i]))
			return true;
	return false;
}

/* What is added in the app is to run within seconds; a server with many databases is not to be kept busy by that. */
static int64_t search_pause_ms(int64_t took_ms)
{
	int64_t pause_ms = SEARCH_TIMES * took_ms;

	if (pause_ms < SEARCH_LEAST_MS)
		return SEARCH_LEAST_MS;
	return pause_ms < SEARCH_MS ? pause_ms : SEARCH_MS;
}

/* A thread that has ended is started again by the next search, at once; but not while searches fail, which would be asked for without a
 * pause. */
static void wait_for_next_search(struct fleet *fleet, bool found, int64_t took_ms)
{
	int64_t until_ms =
		clock_steady_ms() +
		(fleet->count && (found || !any_over(fleet)) ? search_pause_ms(took_ms) : SEARCH_SOON_MS);

	while (!http_stopped(fleet->http) && clock_steady_ms() < until_ms && !(found && any_over(fleet)) &&
	       !has_fresh_settings(fleet))
		http_run(fleet->http, LOOK_AROUND_MS);
}

static void *run(void *context)
{
	struct fleet *fleet = context;

	while (!http_stopped(fleet->http)) {
		take_fresh_settings(fleet);
		int64_t began_ms = clock_steady_ms();
		bool found = search(fleet);
		wait_for_next_search(fleet, found, clock_steady_ms() - began_ms);
	}
	atomic_store(&fleet->over, true);
	return NULL;
}

bool fleet_start(struct fleet *fleet, struct error *error)
{
	fleet->has_thread = pthread_create(&fleet->thread, NULL, run, fleet) == 0;
	return fleet->has_thread ||
	       error_set(error, ERROR_FATAL, "no thread can be started for the search for integrations");
}

/* ---- what others see ---- */

void fleet_look(void *context, struct fleet_view *view_out)
{
	struct fleet *fleet = context;

	lock(fleet);
	view_out->searched = fleet->searched;
	snprintf(view_out->trouble, sizeof view_out->trouble, "%s", fleet->trouble);
	for (size_t i = 0; i < fleet->count; i++) {
		const struct integration_config *config = integration_config(fleet->list[i]);
		struct figures figures;
		integration_copy_figures(fleet->list[i], &figures);
		fleet_view_add(view_out, config->id, config->name, config->database, config->base_id,
			       &figures);
	}
	unlock(fleet);
	fleet_view_sort(view_out);
}

/* ---- the end ---- */

void fleet_stop(struct fleet *fleet)
{
	http_stop(fleet->http, 0);
	lock(fleet);
	fleet->stopping = true;
	for (size_t i = 0; i < fleet->count; i++)
		integration_stop(fleet->list[i]);
	unlock(fleet);
}

static bool is_over(struct fleet *fleet)
{
	if (fleet->has_thread && !atomic_load(&fleet->over))
		return false;
	lock(fleet);
	bool over = true;
	for (size_t i = 0; i < fleet->count; i++)
		over = over && integration_is_over(fleet->list[i]);
	unlock(fleet);
	return over;
}

bool fleet_wait(struct fleet *fleet, int64_t wait_ms)
{
	int64_t until_ms = clock_steady_ms() + wait_ms;

	while (!is_over(fleet)) {
		if (clock_steady_ms() >= until_ms)
			return false;
		clock_sleep_ms(WAIT_STEP_MS);
	}
	return true;
}

void fleet_close(struct fleet **fleet)
{
	if (!*fleet)
		return;
	struct fleet *gone = take(*fleet);
	fleet_stop(gone);
	if (gone->has_thread)
		pthread_join(gone->thread, NULL);
	while (gone->count)
		close_at(gone, gone->count - 1);
	free(gone->list);
	for (size_t i = 0; i < gone->notified_count; i++) {
		free(gone->notified[i]->database);
		free(gone->notified[i]->id);
		free(gone->notified[i]);
	}
	free(gone->notified);
	reminders_done(&gone->reported);
	token_limits_done(&gone->limits);
	outage_close(&gone->outage);
	http_close(&gone->http);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}
