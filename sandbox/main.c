/* airtable-sandbox: puts everything together, waits for its end. */
#include "sandbox/options.h"
#include "sandbox/save.h"
#include "sandbox/server.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static int complain(const struct error *error, int code)
{
	fprintf(stderr, "airtable-sandbox: %s\n", error->text);
	return code;
}

static int help(void)
{
	struct text text = {0};

	sandbox_options_help(&text);
	fputs(text_or_empty(&text), stdout);
	text_done(&text);
	return EXIT_DONE;
}

static int run(struct sandbox *sandbox, const sigset_t *ends)
{
	struct sandbox_server *server = NULL;
	struct error error = {0};
	const char *address = sandbox->options.listen ? sandbox->options.listen : "127.0.0.1";
	int signal_number = 0;

	if (!sandbox_server_open(sandbox, &server, &error))
		return complain(&error, EXIT_FAILED);
	printf(strchr(address, ':') ? "listening http://[%s]:%d\n" : "listening http://%s:%d\n", address,
	       sandbox_server_port(server));
	fflush(stdout);
	sigwait(ends, &signal_number);
	sandbox_server_close(&server);
	if (sandbox->options.save_file &&
	    !sandbox_store_save(sandbox->store, sandbox->options.save_file, &error))
		return complain(&error, EXIT_FAILED);
	return EXIT_DONE;
}

int main(int count, char **words)
{
	struct sandbox sandbox;
	struct error error = {0};
	enum sandbox_command command = COMMAND_RUN;
	sigset_t ends;
	int code;

	/* Blocked before there are threads: only sigwait() hears of them. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	sandbox_init(&sandbox);
	if (!sandbox_options_read(&sandbox, count, words, &command, &error))
		code = complain(&error, EXIT_USAGE);
	else
		code = command == COMMAND_HELP ? help() : run(&sandbox, &ends);
	sandbox_done(&sandbox);
	return code;
}
