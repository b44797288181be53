#include "bridge/cli/command_health.h"

#include "base/http.h"
#include "base/json.h"
#include "base/setting_value.h"
#include "bridge/cli/command_databases.h"
#include "bridge/connect/connection.h"

#include <stdio.h>
#include <string.h>

enum { HEALTH_MS = 5000 }; /* an answer takes no longer, or it is none */

/* Who listens on every address is asked on this machine's own. */
static const char *host_to_ask(const char *host)
{
	if (strcmp(host, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(host, "::") == 0 ? "::1" : host;
}

static bool make_url(const char *listen, const char *path, char **url_out, struct error *error)
{
	char host[64];
	int port;

	if (!setting_value_listen(listen, host, sizeof host, &port, error))
		return error_wrap(error, "ADMIN_LISTEN");
	const char *name = host_to_ask(host);
	bool six = strchr(name, ':');
	*url_out = own_format("http://%s%s%s:%d%s", six ? "[" : "", name, six ? "]" : "", port, path);
	return true;
}

static bool ask(const char *url, struct error *error)
{
	const struct http_request request = {.url = url, .total_ms = HEALTH_MS, .only_reads = true};
	scoped(http) http = http_open(CONNECTION_AGENT);
	struct http_call *call = NULL;
	struct http_reply reply = {0};

	bool good = http_fetch(http, &request, &call, &reply, error) &&
		    (reply.status == 200 ||
		     error_set(error, ERROR_REFUSED, "%s answers %d: %.100s", url, reply.status, reply.body));
	http_call_close(&call);
	return good;
}

int health_command(const struct bridge_settings *settings, const struct command_options *options)
{
	scoped(json_object) answer = json_new_object();
	scoped_text url = NULL;
	struct error error = {0};
	bool asks_ready = options->word_count > 0;

	if (options->word_count > 1 || (asks_ready && strcmp(options->words[0], "ready") != 0)) {
		fprintf(stderr, "davenport: health takes nothing, or \"ready\"\n");
		return EXIT_USAGE;
	}
	bool good = make_url(settings->admin_listen, asks_ready ? "/readyz" : "/healthz", &url, &error) &&
		    ask(url, &error);
	int status = good ? EXIT_DONE : command_fails(&error, answer);
	json_put(answer, asks_ready ? "ready" : "alive", json_new_bool(good));
	if (options->json)
		command_prints(answer);
	else if (good)
		printf("%s\n", asks_ready ? "ready" : "alive");
	return status;
}
