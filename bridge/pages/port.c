#include "bridge/pages/port.h"

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "bridge/admin/server.h"
#include "bridge/connect/connection.h"
#include "bridge/daemon/fleet.h"
#include "bridge/pages/routes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	OPEN_AGAIN_S = 5,
	TOLD_AGAIN_MS = 3600000,
};

struct admin_port {
	const struct bridge_settings *settings; /* borrowed */
	struct pages pages;
	struct log log;
	pthread_t thread;
	int64_t told_steady_ms; /* the thread's; that it cannot listen; 0: never */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t news;
	bool closing;
	char *password_hash, *token; /* owned; those that count */
	struct admin_server *server; /* owned; NULL: it does not listen yet */
};

static void tell_trouble(struct admin_port *port, const struct error *error)
{
	int64_t now_ms = clock_steady_ms();

	if (port->told_steady_ms && now_ms - port->told_steady_ms < TOLD_AGAIN_MS)
		return;
	port->told_steady_ms = now_ms;
	log_warn(&port->log, "there are no admin pages yet: ADMIN_LISTEN: %s", error->text);
}

static struct access_secrets secrets_of(const struct admin_port *port)
{
	return (struct access_secrets){.password_hash = port->password_hash, .token = port->token};
}

/* Under the lock, so that it begins with the newest secrets. */
static bool open_server(struct admin_port *port, struct error *error)
{
	const struct admin_server_options options = {
		.listen = port->settings->admin_listen,
		.hosts = port->settings->admin_hosts,
		.proxies = port->settings->admin_proxies,
		.secrets = secrets_of(port),
		.routes = pages_routes(&port->pages),
	};

	return admin_server_open(&options, &port->server, error);
}

static void tell_open(const struct admin_port *port, int number)
{
	const char *listen = port->settings->admin_listen;
	int host_length = (int)(strrchr(listen, ':') - listen);

	log_info(&port->log, "admin pages at http://%.*s:%d/%s", host_length, listen, number,
		 port->password_hash[0] ? ", with a password"
					: ", for this machine alone, without a password");
}

static void wait_a_while(struct admin_port *port)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += OPEN_AGAIN_S;
	pthread_cond_timedwait(&port->news, &port->lock, &until);
}

static void *run(void *context)
{
	struct admin_port *port = context;
	struct error error = {0};

	pthread_mutex_lock(&port->lock);
	while (!port->closing && !port->server) {
		if (open_server(port, &error)) {
			tell_open(port, admin_server_port(port->server));
			break;
		}
		tell_trouble(port, &error);
		wait_a_while(port);
	}
	pthread_mutex_unlock(&port->lock);
	return NULL;
}

struct admin_port *admin_port_open(const struct bridge_settings *settings, struct fleet *fleet,
				   struct picture_server *pictures)
{
	struct admin_port *port = own_alloc(sizeof *port);

	port->settings = settings;
	port->pages = (struct pages){.settings = settings,
				     .began_wall_ms = clock_now_ms(),
				     .began_steady_ms = clock_steady_ms(),
				     .look = fleet_look,
				     .look_context = fleet,
				     .pictures = pictures,
				     .http = http_open(CONNECTION_AGENT)};
	port->log = log_context(NULL, "admin");
	port->password_hash = own_copy(settings->admin_password_hash);
	port->token = own_copy(settings->admin_token);
	if (pthread_mutex_init(&port->lock, NULL) != 0 || pthread_cond_init(&port->news, NULL) != 0)
		abort();
	if (pthread_create(&port->thread, NULL, run, port) != 0)
		own_out_of_memory();
	return port;
}

void admin_port_take(struct admin_port *port, const struct bridge_settings *settings)
{
	port->pages.settings = settings;
	pthread_mutex_lock(&port->lock);
	free(port->password_hash);
	free(port->token);
	port->password_hash = own_copy(settings->admin_password_hash);
	port->token = own_copy(settings->admin_token);
	if (port->server) {
		struct access_secrets secrets = secrets_of(port);
		admin_server_take(port->server, &secrets);
	}
	pthread_mutex_unlock(&port->lock);
}

void admin_port_stop(struct admin_port *port)
{
	http_stop(port->pages.http, 0);
}

void admin_port_close(struct admin_port **port)
{
	struct admin_port *gone = take(*port);

	if (!gone)
		return;
	admin_port_stop(gone);
	pthread_mutex_lock(&gone->lock);
	gone->closing = true;
	pthread_cond_signal(&gone->news);
	pthread_mutex_unlock(&gone->lock);
	pthread_join(gone->thread, NULL);
	admin_server_close(&gone->server);
	http_close(&gone->pages.http);
	pthread_mutex_destroy(&gone->lock);
	pthread_cond_destroy(&gone->news);
	free(gone->password_hash);
	free(gone->token);
	free(gone);
}
