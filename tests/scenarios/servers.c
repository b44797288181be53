#include "tests/scenarios/servers.h"

#include "base/http.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the sandbox ---- */

static void become_sandbox(const char *program, const char *rate, int out, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of us, it does not stay */
	if (getppid() != parent)
		_exit(1);
	dup2(out, STDOUT_FILENO);
	execl(program, program, "--port", "0", "--rate", rate, "--seed", "7", (char *)NULL);
	_exit(127);
}

static void read_line(int from, char *line, size_t size)
{
	size_t length = 0;

	line[0] = '\0';
	while (length + 1 < size && !strchr(line, '\n')) {
		ssize_t got = read(from, line + length, size - 1 - length);
		if (got <= 0)
			break;
		length += (size_t)got;
		line[length] = '\0';
	}
	line[strcspn(line, "\n")] = '\0';
}

bool sandbox_program_start(struct sandbox_program *sandbox_out, const char *rate, struct error *error)
{
	const char *program = getenv("AIRTABLE_SANDBOX"), *begins = "listening ";
	struct sandbox_program sandbox = {0};
	pid_t parent = getpid();
	char line[128];
	int pipes[2];

	if (!program)
		return error_set(error, ERROR_FATAL, "AIRTABLE_SANDBOX names no program: make sets it");
	if (pipe(pipes) != 0 || (sandbox.pid = fork()) < 0)
		return error_set(error, ERROR_FATAL, "%s cannot be started", program);
	if (sandbox.pid == 0)
		become_sandbox(program, rate, pipes[1], parent);
	close(pipes[1]);
	read_line(pipes[0], line, sizeof line);
	close(pipes[0]);
	if (strncmp(line, begins, strlen(begins)) != 0) {
		sandbox_program_end(&sandbox);
		return error_set(error, ERROR_FATAL, "%s does not say where it listens: '%s'", program, line);
	}
	snprintf(sandbox.url, sizeof sandbox.url, "%s", line + strlen(begins));
	*sandbox_out = sandbox;
	return true;
}

bool sandbox_program_end(struct sandbox_program *sandbox)
{
	pid_t pid = sandbox->pid;
	int status = 0;

	sandbox->pid = 0;
	return pid > 0 && kill(pid, SIGTERM) == 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

bool sandbox_program_control(const struct sandbox_program *sandbox, struct http *http, const char *method,
			     const char *path, const char *body, struct json_object **answer_out,
			     struct error *error)
{
	scoped_text url = own_format("%s/_sandbox/%s", sandbox->url, path);
	struct http_request request = {
		.method = method,
		.url = url,
		.body = body,
		.body_length = body ? strlen(body) : 0,
	};
	scoped(http_call) call = NULL;
	scoped(json_object) answer = NULL;
	struct http_reply reply;

	if (!http_fetch(http, &request, &call, &reply, error))
		return false;
	if (reply.status != 200)
		return error_set(error, ERROR_FATAL, "%s %s: HTTP %d: %.300s", method, path, reply.status,
				 reply.body);
	if (reply.body_length > 0 && !json_read(reply.body, reply.body_length, &answer, NULL, error))
		return error_wrap(error, "%s %s", method, path);
	if (answer_out)
		*answer_out = take(answer);
	return true;
}

/* ---- CouchDB ---- */

static char *decoded(const char *from, const char *end)
{
	struct text text = {0};

	for (; from < end; from++) {
		const char digits[3] = {from[0] == '%' && end - from > 2 ? from[1] : '\0', from[1], '\0'};
		char *rest = NULL;
		char byte = (char)strtoul(digits, &rest, 16);
		bool encoded = rest == digits + 2;
		text_add_bytes(&text, encoded ? &byte : from, 1);
		from += encoded ? 2 : 0;
	}
	return text_take(&text);
}

bool couch_server_read(struct couch_server *server_out, struct error *error)
{
	const char *url = getenv("TEST_COUCHDB_URL"), *scheme = url ? strstr(url, "://") : NULL;
	const char *at = url ? strrchr(url, '@') : NULL, *colon = scheme ? strchr(scheme + 3, ':') : NULL;

	if (!at || !colon || colon > at)
		return error_set(error, ERROR_FATAL,
				 "TEST_COUCHDB_URL must be http://user:password@host:port; "
				 "tests/with-couch sets it");
	*server_out = (struct couch_server){
		.url = own_format("%.*s%s", (int)(scheme + 3 - url), url, at + 1),
		.user = decoded(scheme + 3, colon),
		.password = decoded(colon + 1, at),
	};
	return true;
}

void couch_server_done(struct couch_server *server)
{
	own_free_text(&server->url);
	own_free_text(&server->user);
	own_free_text(&server->password);
}
