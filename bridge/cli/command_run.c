#include "bridge/cli/command_run.h"

#include "base/log.h"
#include "bridge/cli/settings_again.h"
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
	struct settings_again settings;
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

/* The keys first: they may be wrong. Whoever borrows the settings comes last. */
static bool take_settings(struct running *running, const struct settings_news *news, struct error *error)
{
	if (running->pictures && (!picture_signing_take_keys(news->settings, error) ||
				  !picture_server_take(running->pictures, news->settings, error)))
		return false;
	admin_port_take(running->admin, news->settings);
	if (news->for_integrations)
		fleet_take(running->fleet, news->settings);
	return true;
}

/* A mistake in the settings stops nothing. */
static void read_settings_again(struct running *running)
{
	struct settings_news news = {0};
	struct error error = {0};

	bool good = settings_again_read(&running->settings, &news, &error) &&
		    (!news.any || take_settings(running, &news, &error));
	if (good)
		log_info(&no_place, "SIGHUP: the settings were read again%s", news.words);
	else
		log_error(&no_place, "SIGHUP: what was read before stays: %s", error.text);
	if (good && news.any)
		settings_again_count(&running->settings, &news);
	settings_news_done(&news);
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
	settings_again_done(&running->settings);
	return EXIT_DONE;
}

static bool start(struct running *running, struct error *error)
{
	if (bridge_settings_serve_pictures(running->settings.now)) {
		running->pictures = picture_server_open(running->settings.now, error);
		if (!running->pictures)
			return false;
	}
	running->admin = admin_port_open(running->settings.now, running->fleet, running->pictures);
	return fleet_start(running->fleet, error);
}

/* This thread waits for signals and for nothing else: no server keeps it. */
int run_command(const struct bridge_settings *settings, const struct command_options *options)
{
	struct running running = {.settings = {.now = settings}, .fleet = fleet_open(settings)};
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
