#include "bridge/pictures/picture_server.h"

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "bridge/connect/connection.h"
#include "bridge/pictures/couch_pictures.h"
#include "bridge/pictures/served_databases.h"
#include "public-images/server.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define CACHE_FOLDER "pictures" /* in DATA_DIR */

enum {
	OPEN_AGAIN_MS = 5000,
	LOOK_MS = 60000, /* between looks at the databases and the cache */
	TOLD_AGAIN_MS = 3600000,
	CACHE_AGE_S = 30 * 24 * 60 * 60, /* a picture that nobody wanted for so long leaves the cache */
};
#define MIB ((uint64_t)1 << 20)

/* What keeps something from working, told at once and hourly. */
struct trouble {
	char words[ERROR_TEXT_SIZE]; /* "": none */
	int64_t told_steady_ms;
};

struct picture_server {
	struct settings_now now;
	struct log log;
	struct http *http; /* owned; the thread's, for the databases */
	pthread_t thread;
	struct served_databases *databases; /* owned */
	struct trouble opening, looking;    /* the thread's */

	pthread_mutex_t lock; /* guards what follows */
	struct image_keys keys;
	struct image_cache *cache;   /* owned; NULL: not open yet */
	struct image_server *server; /* owned; NULL: it does not listen yet */
};

/* ---- troubles ---- */

static void tell_trouble(struct picture_server *server, struct trouble *trouble, const char *what,
			 const struct error *error)
{
	int64_t now_ms = clock_steady_ms();

	if (strcmp(trouble->words, error->text) == 0 && now_ms - trouble->told_steady_ms < TOLD_AGAIN_MS)
		return;
	snprintf(trouble->words, sizeof trouble->words, "%s", error->text);
	trouble->told_steady_ms = now_ms;
	log_error(&server->log, "%s: %s", what, error->text);
}

static void end_trouble(struct trouble *trouble)
{
	trouble->words[0] = '\0';
}

/* ---- opening ---- */

static bool make_folder(const char *path, struct error *error)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ||
	       error_set(error, ERROR_FATAL,
			 "DATA_DIR: the folder %s cannot be made (%s): make it, and let this "
			 "process's user write into it, or name another one",
			 path, strerror(errno));
}

static bool open_cache(struct picture_server *server, struct error *error)
{
	const char *data = server->now.settings->data_dir;
	scoped_text folder = own_format("%s/" CACHE_FOLDER, data);
	const struct image_cache_limits limits = {
		.bytes = (uint64_t)server->now.settings->public_cache_mib * MIB,
		.age_s = CACHE_AGE_S,
	};

	return server->cache ||
	       (make_folder(data, error) &&
		(image_cache_open(folder, &limits, &server->cache, error) || error_wrap(error, "DATA_DIR")));
}

/* Each may need two files. At least half of those that the process may open are left to the integrations. */
static unsigned connections_most(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
		return 0;
	return files.rlim_cur < 8 ? 1 : (unsigned)(files.rlim_cur / 4);
}

static bool open_server(struct picture_server *server, struct error *error)
{
	const struct image_server_options options = {
		.listen = server->now.settings->public_listen,
		.limits = {.connections = connections_most(),
			   .connections_per_address = IMAGE_USUAL_CONNECTIONS_PER_ADDRESS},
		.requests_per_second = IMAGE_USUAL_REQUESTS_PER_SECOND,
		.requests_at_once = IMAGE_USUAL_REQUESTS_AT_ONCE,
		.proxies = server->now.settings->public_proxies,
		.access_log = true,
		.source = couch_pictures_source(&server->now),
		.databases = served_databases_interface(server->databases),
		.cache = server->cache,
	};

	return image_server_open(&options, &server->keys, &server->server, error) ||
	       error_wrap(error, "PUBLIC_LISTEN");
}

/* Whether it listens. Under the lock, so that it begins with the newest keys. */
static bool open_all(struct picture_server *server)
{
	struct error error = {0};

	pthread_mutex_lock(&server->lock);
	bool fresh = !server->server;
	bool open = !fresh || (open_cache(server, &error) && open_server(server, &error));
	int port = open ? image_server_port(server->server) : 0;
	pthread_mutex_unlock(&server->lock);
	if (!open) {
		tell_trouble(server, &server->opening, "pictures are not served", &error);
		return false;
	}
	end_trouble(&server->opening);
	if (fresh)
		log_info(&server->log, "pictures are served on %s (port %d) as %s",
			 server->now.settings->public_listen, port, server->now.settings->public_url);
	return true;
}

/* ---- its thread ---- */

static void look(struct picture_server *server)
{
	struct error error = {0};

	image_cache_tidy(server->cache);
	if (served_databases_refresh(server->databases, server->http, &error))
		end_trouble(&server->looking);
	else if (error.kind != ERROR_STOPPED)
		tell_trouble(server, &server->looking,
			     "which databases have pictures is looked up again in a minute", &error);
}

static void wait_for(struct picture_server *server, int64_t wait_ms)
{
	int64_t until_ms = clock_steady_ms() + wait_ms;

	for (int64_t left_ms = wait_ms; left_ms > 0 && !http_stopped(server->http);
	     left_ms = until_ms - clock_steady_ms())
		http_run(server->http, left_ms);
}

static void *run(void *context)
{
	struct picture_server *server = context;

	while (!http_stopped(server->http)) {
		bool open = open_all(server);
		if (open)
			look(server);
		wait_for(server, open ? LOOK_MS : OPEN_AGAIN_MS);
	}
	return NULL;
}

/* ---- beginning and end ---- */

static bool read_keys(const struct bridge_settings *settings, struct image_keys *keys_out,
		      struct error *error)
{
	if (!image_keys_read(settings->image_keys, keys_out, error))
		return error_wrap(error, "IMAGE_KEYS");
	return keys_out->count > 0 || error_set(error, ERROR_FATAL, "IMAGE_KEYS has no key");
}

struct picture_server *picture_server_open(const struct bridge_settings *settings, struct error *error)
{
	struct image_keys keys = {0};

	if (!read_keys(settings, &keys, error))
		return NULL;
	struct picture_server *server = own_alloc(sizeof *server);
	server->now.settings = settings;
	server->log = log_context(NULL, "pictures");
	server->http = http_open(CONNECTION_AGENT);
	server->databases = served_databases_open(&server->now);
	server->keys = keys;
	image_keys_done(&keys);
	if (pthread_mutex_init(&server->lock, NULL) != 0)
		abort();
	if (pthread_create(&server->thread, NULL, run, server) == 0)
		return server;
	error_set(error, ERROR_FATAL, "no thread can be started for the pictures");
	image_keys_done(&server->keys);
	served_databases_close(&server->databases);
	http_close(&server->http);
	pthread_mutex_destroy(&server->lock);
	free(server);
	return NULL;
}

bool picture_server_take(struct picture_server *server, const struct bridge_settings *settings,
			 struct error *error)
{
	struct image_keys keys = {0};

	if (!read_keys(settings, &keys, error))
		return false;
	server->now.settings = settings;
	pthread_mutex_lock(&server->lock);
	server->keys = keys;
	if (server->server)
		image_server_set_keys(server->server, &keys);
	pthread_mutex_unlock(&server->lock);
	log_info(&server->log, "%zu %s from IMAGE_KEYS: %s signs new links", keys.count,
		 keys.count == 1 ? "key" : "keys", image_keys_active(&keys)->id);
	image_keys_done(&keys);
	return true;
}

struct picture_counts picture_server_count(struct picture_server *server)
{
	struct picture_counts counts = {0};

	pthread_mutex_lock(&server->lock);
	counts.is_open = server->server;
	if (server->server) {
		struct image_server_counts served = image_server_count(server->server);
		memcpy(counts.answers, served.answers, sizeof counts.answers);
		counts.late = served.connections.late;
		counts.crowded = served.connections.crowded;
		counts.reads = served.reads;
	}
	if (server->cache) {
		struct image_cache_counts cached = image_cache_count(server->cache);
		counts.cached = cached.pictures;
		counts.cached_bytes = cached.bytes;
		counts.evicted = cached.evicted;
	}
	pthread_mutex_unlock(&server->lock);
	return counts;
}

size_t picture_server_key_ids(struct picture_server *server, char ids_out[IMAGE_KEYS_MOST][IMAGE_KEY_ID_SIZE])
{
	pthread_mutex_lock(&server->lock);
	size_t count = server->keys.count;
	for (size_t i = 0; i < count; i++)
		memcpy(ids_out[i], server->keys.list[i].id, IMAGE_KEY_ID_SIZE);
	pthread_mutex_unlock(&server->lock);
	return count;
}

void picture_server_close(struct picture_server **server)
{
	struct picture_server *gone = take(*server);

	if (!gone)
		return;
	http_stop(gone->http, 0);
	pthread_join(gone->thread, NULL);
	image_server_close(&gone->server);
	image_cache_close(&gone->cache);
	served_databases_close(&gone->databases);
	image_keys_done(&gone->keys);
	http_close(&gone->http);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
}
