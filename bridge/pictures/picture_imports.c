#include "bridge/pictures/picture_imports.h"

#include "base/clock.h"
#include "bridge/connect/connection.h"
#include "bridge/pictures/import_work.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define TURN_MS                                                                                              \
	200 /* between two looks of the thread while something is under way: another integration's child tells nobody */
#define IDLE_MS 60000 /* while nothing is */

struct import {
	char *attachment_id, *url, *name, *item_id; /* owned */
	struct import_work *work;                   /* owned; NULL: it waits */
	bool has_child, over, told, forgotten;
	int64_t over_ms; /* steady */
	struct import *next;
};
struct picture_imports {
	struct picture_imports_setup setup;
	struct picture_importer importer;
	struct http *http; /* of the thread */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	bool stopping;        /* under the lock, as all below */
	struct import *first; /* owned; in the order in which they were ordered */
	size_t count;
};

/* ---- one ---- */

static atomic_int children; /* of all integrations */

static bool takes_child(struct import *import)
{
	import->has_child = atomic_fetch_add(&children, 1) < IMPORTS_CHILDREN_MOST;
	if (!import->has_child)
		atomic_fetch_sub(&children, 1);
	return import->has_child;
}

static void gives_child_back(struct import *import)
{
	if (import->has_child)
		atomic_fetch_sub(&children, 1);
	import->has_child = false;
}

static struct import *import_new(const struct picture_order *order)
{
	struct import *import = own_alloc(sizeof *import);

	import->attachment_id = own_copy(order->attachment_id);
	import->url = own_copy(order->url);
	import->name = own_copy(order->name);
	import->item_id = own_copy(order->item_id);
	return import;
}

static void import_free(struct import *import)
{
	gives_child_back(import);
	import_work_close(&import->work);
	free(import->attachment_id);
	free(import->url);
	free(import->name);
	free(import->item_id);
	free(import);
}

static struct import *find(const struct picture_imports *imports, const char *attachment_id)
{
	for (struct import *one = imports->first; one; one = one->next)
		if (!one->forgotten && strcmp(one->attachment_id, attachment_id) == 0)
			return one;
	return NULL;
}

/* ---- the thread's turn, under the lock ---- */

static bool is_unwanted(const struct import *import)
{
	return import->forgotten || (import->over && clock_steady_ms() - import->over_ms > IMPORTS_KEPT_MS);
}

static void drop_unwanted(struct picture_imports *imports)
{
	struct import **at = &imports->first;

	while (*at) {
		struct import *one = *at;
		if (!is_unwanted(one)) {
			at = &one->next;
			continue;
		}
		*at = one->next;
		imports->count--;
		import_free(one);
	}
}

/* Whether it is over only now. */
static bool advance(struct import *import)
{
	if (!import->work || import->over)
		return false;
	enum import_step step = import_work_step(import->work);
	if (step == IMPORT_IS_FETCHED && takes_child(import))
		import_work_decode(import->work);
	if (step != IMPORT_IS_OVER)
		return false;
	gives_child_back(import);
	import->over = true;
	import->over_ms = clock_steady_ms();
	return true;
}

static void start(struct picture_imports *imports, struct import *import)
{
	const struct import_setup setup = {imports->http, imports->setup.own_airtable,
					   imports->setup.program};
	const struct picture_order order = {import->attachment_id, import->url, import->name,
					    import->item_id};

	import->work = import_work_start(&setup, &order);
}

static void start_some(struct picture_imports *imports)
{
	size_t busy = 0, ready = 0;

	for (const struct import *one = imports->first; one; one = one->next) {
		struct picture_import told = {0};
		busy += one->work && !one->over;
		if (one->over)
			import_work_told(one->work, &told);
		ready += (size_t)told.size;
	}
	for (struct import *one = imports->first; one; one = one->next)
		if (!one->work && !one->forgotten && busy < IMPORTS_AT_ONCE && ready < IMPORTS_READY_BYTES) {
			start(imports, one);
			busy++;
		}
}

static bool take_turn(struct picture_imports *imports, int64_t *wait_ms_out)
{
	bool any_over = false;

	drop_unwanted(imports);
	for (struct import *one = imports->first; one; one = one->next)
		any_over = advance(one) || any_over;
	start_some(imports);
	*wait_ms_out = imports->first ? TURN_MS : IDLE_MS;
	return any_over;
}

static void *run(void *context)
{
	struct picture_imports *imports = context;
	int64_t wait_ms = 0;

	for (;;) {
		pthread_mutex_lock(&imports->lock);
		bool stopping = imports->stopping;
		bool any_over = !stopping && take_turn(imports, &wait_ms);
		pthread_mutex_unlock(&imports->lock);
		if (stopping)
			return NULL;
		if (any_over && imports->setup.over)
			imports->setup.over(imports->setup.context);
		http_run(imports->http, wait_ms);
	}
}

/* Signals are for the program's other threads. */
static bool start_thread(struct picture_imports *imports)
{
	sigset_t all, before;

	if (imports->has_thread)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	imports->has_thread = pthread_create(&imports->thread, NULL, run, imports) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return imports->has_thread;
}

/* ---- the integration's thread ---- */

static bool order(void *self, const struct picture_order *order)
{
	struct picture_imports *imports = self;

	if (!start_thread(imports))
		return false;
	pthread_mutex_lock(&imports->lock);
	bool known = find(imports, order->attachment_id) != NULL;
	bool full = !known && imports->count >= IMPORTS_ORDERED_MOST;
	if (!known && !full) {
		struct import **end = &imports->first;
		while (*end)
			end = &(*end)->next;
		*end = import_new(order);
		imports->count++;
	}
	pthread_mutex_unlock(&imports->lock);
	http_wake(imports->http);
	return !full;
}

/* What is over is touched by this thread alone, until it is forgotten or nobody has asked for long. */
static void look(void *self, const char *attachment_id, struct picture_import *import_out)
{
	struct picture_imports *imports = self;

	*import_out = (struct picture_import){.end = IMPORT_UNKNOWN, .words = ""};
	pthread_mutex_lock(&imports->lock);
	struct import *one = find(imports, attachment_id);
	if (one && one->over) {
		one->over_ms = clock_steady_ms();
		import_work_told(one->work, import_out);
	} else if (one) {
		import_out->end = IMPORT_UNDER_WAY;
	}
	pthread_mutex_unlock(&imports->lock);
}

static struct json_object *renditions(void *self, const char *attachment_id)
{
	struct picture_imports *imports = self;
	struct picture_import told = {0};
	struct json_object *both = NULL;

	pthread_mutex_lock(&imports->lock);
	const struct import *one = find(imports, attachment_id);
	if (one && one->over)
		import_work_told(one->work, &told);
	if (told.end == IMPORT_READY)
		both = import_work_renditions(one->work);
	pthread_mutex_unlock(&imports->lock);
	return both;
}

static void forget(void *self, const char *attachment_id)
{
	struct picture_imports *imports = self;

	pthread_mutex_lock(&imports->lock);
	struct import *one = find(imports, attachment_id);
	if (one)
		one->forgotten = true;
	pthread_mutex_unlock(&imports->lock);
	if (one)
		http_wake(imports->http);
}

static char *next_over(void *self)
{
	struct picture_imports *imports = self;
	char *item_id = NULL;

	pthread_mutex_lock(&imports->lock);
	for (struct import *one = imports->first; one && !item_id; one = one->next) {
		if (!one->over || one->told || one->forgotten)
			continue;
		one->told = true;
		item_id = own_copy(one->item_id);
	}
	pthread_mutex_unlock(&imports->lock);
	return item_id;
}

bool picture_imports_are_under_way(struct picture_imports *imports)
{
	bool any = false;

	pthread_mutex_lock(&imports->lock);
	for (const struct import *one = imports->first; one; one = one->next)
		any = any || (!one->over && !one->forgotten);
	pthread_mutex_unlock(&imports->lock);
	return any;
}

/* ---- beginning and end ---- */

struct picture_imports *picture_imports_open(const struct picture_imports_setup *setup)
{
	struct picture_imports *imports = own_alloc(sizeof *imports);

	imports->setup = *setup;
	imports->http = http_open(CONNECTION_AGENT);
	pthread_mutex_init(&imports->lock, NULL);
	imports->importer = (struct picture_importer){order, look, renditions, forget, next_over, imports};
	return imports;
}

const struct picture_importer *picture_imports_interface(const struct picture_imports *imports)
{
	return imports ? &imports->importer : NULL;
}

void picture_imports_close(struct picture_imports **imports)
{
	if (!*imports)
		return;
	struct picture_imports *gone = take(*imports);
	pthread_mutex_lock(&gone->lock);
	gone->stopping = true;
	pthread_mutex_unlock(&gone->lock);
	http_stop(gone->http, 0);
	if (gone->has_thread)
		pthread_join(gone->thread, NULL);
	while (gone->first) {
		struct import *one = gone->first;
		gone->first = one->next;
		import_free(one);
	}
	http_close(&gone->http);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}
