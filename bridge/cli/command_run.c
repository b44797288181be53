#include "bridge/cli/command_run.h"

#include "base/log.h"
#include "bridge/daemon/fleet.h"
#include "bridge/daemon/integration.h"
#include "bridge/pages/port.h"
#include "bridge/pictures/picture_server.h"
#include "bridge/pictures/picture_signer.h"

#include <signal.h>
#include <unistd.h>

/* After the signal. What is under way on the servers may finish for INTEGRATION_STOP_MS; beyond this nothing is waited for,
 * so that whoever asked us to end need not kill us. */
enum { RUN_END_MS = 9000 };

static const struct log no_place;

struct running {
	const struct bridge_settings *settings; /* borrowed */
	struct fleet *fleet;
	struct picture_server *pictures; /* NULL: they are not served */
	struct admin_port *admin;
};

static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* What can change while everything runs. A mistake in the settings stops nothing. */
static void read_settings_again(struct running *running)
{
	struct bridge_settings settings = {0};
	struct error error = {0};
	bool good = bridge_settings_load(&settings, &error) &&
		    (!running->pictures || (picture_server_take_keys(running->pictures, &settings, &error) &&
					    picture_signing_take_keys(&settings, &error)));

	if (good)
		admin_port_take(running->admin, &settings);
	bridge_settings_done(&settings);
	if (good)
		log_info(&no_place,
			 "SIGHUP: the log's level, the keys of IMAGE_KEYS, and the password and token of the "
			 "admin pages were read again; what else was changed counts at the next start");
	else
		log_error(&no_place, "SIGHUP: what was read before stays: %s", error.text);
}

/* The signal that ends it. */
static int wait_for_end(struct running *running, const sigset_t *signals)
{
	for (int signal = 0;;) {
		if (sigwait(signals, &signal) != 0)
			continue;
		if (signal != SIGHUP)
			return signal;
		read_settings_again(running);
	}
}

static int end_run(struct running *running)
{
	fleet_stop(running->fleet);
	admin_port_stop(running->admin);
	if (!fleet_wait(running->fleet, RUN_END_MS)) {
		log_error(&no_place, "ends without waiting any longer for what is under way: the next start "
				     "finds out what became of it");
		/* Threads still use what would be freed. */
		_exit(EXIT_PROBLEMS);
	}
	admin_port_close(&running->admin);
	picture_server_close(&running->pictures);
	fleet_close(&running->fleet);
	return EXIT_DONE;
}

static bool start(struct running *running, struct error *error)
{
	if (bridge_settings_serve_pictures(running->settings)) {
		running->pictures = picture_server_open(running->settings, error);
		if (!running->pictures)
			return false;
	}
	running->admin = admin_port_open(running->settings, running->fleet, running->pictures);
	return fleet_start(running->fleet, error);
}

/* This thread waits for signals and for nothing else: no server keeps it. */
int run_command(const struct bridge_settings *settings, const struct command_options *options)
{
	struct running running = {.settings = settings, .fleet = fleet_open(settings)};
	struct error error = {0};
	sigset_t signals;

	(void)options;
	block_signals(&signals); /* before there are other threads, which inherit it */
	if (!start(&running, &error)) {
		log_error(&no_place, "%s", error.text);
		admin_port_close(&running.admin);
		picture_server_close(&running.pictures);
		fleet_close(&running.fleet);
		return EXIT_PROBLEMS;
	}
	log_info(&no_place, "ends: %s was received",
		 wait_for_end(&running, &signals) == SIGTERM ? "SIGTERM" : "SIGINT");
	return end_run(&running);
}
