/* Reads: a request to the admin port: a line "METHOD target", headers, an empty line, a body; in all of it @S is the ID of a session, @F the
 * token of its forms. The first byte tells whether it comes from this machine. libmicrohttpd is played here.
 * Holds: it is answered once, with a status; a route runs for those alone that may, with the host and the form that it has to have. */
#include "base/clock.h"
#include "bridge/admin/request.h"
#include "tests/fuzz/fuzz.h"
#include "web/host.h"
#include "web/password.h"

#include <pthread.h>
#include <sodium.h>
#include <strings.h>
#include <sys/socket.h>

#define TOKEN       "token-of-the-owner"
#define PASSWORD    "correct horse"
#define HEADER_MOST 64

/* ---- libmicrohttpd ---- */

struct MHD_Connection {
	size_t count;
	struct {
		const char *name, *value;
	} headers[HEADER_MOST];
	unsigned status; /* of the answer; 0: none yet */
	bool suspended;  /* guarded by the lock */
};
struct MHD_Response {
	void *to_free;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t resumed = PTHREAD_COND_INITIALIZER;

const char *MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind,
					const char *key)
{
	(void)kind;
	for (size_t i = 0; i < connection->count; i++)
		if (strcasecmp(connection->headers[i].name, key) == 0)
			return connection->headers[i].value;
	return NULL;
}

int MHD_get_connection_values(struct MHD_Connection *connection, enum MHD_ValueKind kind,
			      MHD_KeyValueIterator iterator, void *context)
{
	for (size_t i = 0; i < connection->count; i++)
		if (iterator(context, kind, connection->headers[i].name, connection->headers[i].value) !=
		    MHD_YES)
			break;
	return (int)connection->count;
}

struct MHD_Response *MHD_create_response_from_buffer(size_t size, void *buffer,
						     enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = own_alloc(sizeof *response);

	(void)size;
	response->to_free = mode == MHD_RESPMEM_MUST_FREE ? buffer : NULL;
	return response;
}

enum MHD_Result MHD_add_response_header(struct MHD_Response *response, const char *name, const char *value)
{
	(void)response;
	must(!strpbrk(name, "\r\n") && !strpbrk(value, "\r\n"));
	return MHD_YES;
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned status,
				   struct MHD_Response *response)
{
	(void)response;
	must(connection->status == 0 && status >= 200 && status < 600);
	connection->status = status;
	return MHD_YES;
}

void MHD_destroy_response(struct MHD_Response *response)
{
	free(response->to_free);
	free(response);
}

void MHD_suspend_connection(struct MHD_Connection *connection)
{
	pthread_mutex_lock(&lock);
	connection->suspended = true;
	pthread_mutex_unlock(&lock);
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
	pthread_mutex_lock(&lock);
	connection->suspended = false;
	pthread_cond_signal(&resumed);
	pthread_mutex_unlock(&lock);
}

static void wait_until_resumed(struct MHD_Connection *connection)
{
	pthread_mutex_lock(&lock);
	while (connection->suspended)
		pthread_cond_wait(&resumed, &lock);
	pthread_mutex_unlock(&lock);
}

/* ---- routes ---- */

static struct MHD_Connection *present; /* the one under work */
static bool from_here;

static void must_have_its_host(void)
{
	must(web_host_is_ours(MHD_lookup_connection_value(present, MHD_HEADER_KIND, "Host"), "a.example"));
}

static void for_anybody(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	must_have_its_host();
	must(!request->from_here || from_here);
	admin_answer_words(answer, 200, "here");
}

static void for_here(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	must(request->right->is_owner || (from_here && request->from_here));
	for_anybody(context, request, answer);
}

static void for_owner(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	must(request->right->is_owner && (request->right->by_token || request->right->session[0]));
	for_anybody(context, request, answer);
}

static void changes(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const char *form_token = web_form_value(request->form, "form_token");

	must(request->right->by_token || (form_token && strcmp(form_token, request->form_token) == 0));
	for_owner(context, request, answer);
}

static void tries(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	for_anybody(context, request, answer);
	admin_answer_see_other(answer, "/");
}

static const struct admin_route routes[] = {
	{"GET", "/", ADMIN_OWNER, .run = for_owner},
	{"GET", "/problems", ADMIN_OWNER, .slow = true, .run = for_owner},
	{"POST", "/pause", ADMIN_OWNER, .slow = true, .run = changes},
	{"POST", "/logout", ADMIN_OWNER, .run = changes},
	{"POST", "/login", ADMIN_ANYBODY, .is_login = true, .run = tries},
	{"GET", "/api/status", ADMIN_OWNER, .run = for_owner},
	{"GET", "/metrics", ADMIN_HERE, .run = for_here},
	{"GET", "/healthz", ADMIN_ANYBODY, .run = for_anybody},
	{.path = NULL},
};

/* ---- the service ---- */

static struct {
	struct admin_service service;
	struct web_connection *watched;
	struct web_address here, elsewhere;
	char session[SESSION_ID_SIZE], form_token[SESSION_ID_SIZE];
} port;

static void open_session(void)
{
	struct access_right right = {.is_owner = true};

	must(access_login(port.service.access, PASSWORD, clock_steady_ms(), port.session));
	memcpy(right.session, port.session, sizeof right.session);
	access_form_token(port.service.access, &right, port.form_token);
}

static void open_port(void)
{
	static const struct web_connections_limits limits = {.connections = 4};
	char hash[PASSWORD_HASH_SIZE];
	int sockets[2];

	if (port.service.access)
		return;
	must(sodium_init() >= 0 && password_hash(PASSWORD, hash, NULL));
	must(web_address_read("127.0.0.1", 9, &port.here) &&
	     web_address_read("192.0.2.7", 9, &port.elsewhere));
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	port.service = (struct admin_service){
		.routes = {.list = routes},
		.access = access_open(&(struct access_secrets){hash, TOKEN}),
		.connections = web_connections_open(&limits),
		.rate = web_rate_open(1e9, 1e9),
		.hosts = "a.example",
		.slow = worker_open(),
		.logins = worker_open(),
	};
	port.watched = web_connection_comes(port.service.connections, sockets[0], &port.here, false);
	must(port.watched);
	open_session();
}

/* ---- one request ---- */

static char *with_secrets(const char *words, size_t length)
{
	struct text text = {0};

	for (size_t i = 0; i < length; i++)
		if (words[i] == '@' && i + 1 < length && (words[i + 1] == 'S' || words[i + 1] == 'F'))
			text_add(&text, words[++i] == 'S' ? port.session : port.form_token);
		else
			text_add_bytes(&text, &words[i], words[i] != '\0');
	return text_take(&text);
}

static char *take_line(char **at)
{
	char *line = *at;
	size_t length = strcspn(line, "\n");

	*at = line + length + (line[length] != '\0');
	line[length] = '\0';
	return line;
}

static void take_headers(struct MHD_Connection *connection, char **at)
{
	for (char *line = take_line(at); *line; line = take_line(at)) {
		char *value = strchr(line, ':');
		if (!value || connection->count == HEADER_MOST)
			continue;
		*value++ = '\0';
		value += strspn(value, " ");
		connection->headers[connection->count].name = line;
		connection->headers[connection->count++].value = value;
	}
}

static void ask(struct MHD_Connection *connection, const char *method, const char *target, const char *body)
{
	struct admin_exchange *exchange = admin_exchange_open(
		&port.service, port.watched, from_here ? &port.here : &port.elsewhere, target);
	size_t none = 0, length = strlen(body);

	bool goes_on = admin_exchange_go_on(exchange, connection, method, NULL, &none) == MHD_YES;
	if (goes_on && !connection->status && length)
		goes_on = admin_exchange_go_on(exchange, connection, method, body, &length) == MHD_YES;
	for (int turn = 0; goes_on && !connection->status; turn++) {
		must(turn < 2);
		goes_on = admin_exchange_go_on(exchange, connection, method, NULL, &none) == MHD_YES;
		wait_until_resumed(connection);
	}
	must(!goes_on || connection->status);
	admin_exchange_ended(exchange);
	admin_exchange_close(&exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct MHD_Connection connection = {0};

	open_port();
	if (length == 0)
		return 0;
	scoped_text words = with_secrets((const char *)bytes + 1, length - 1);
	char *at = words, *method = take_line(&at), *target = strchr(method, ' ');
	if (!target)
		return 0;
	*target++ = '\0';
	from_here = bytes[0] % 2 == 0;
	present = &connection;
	take_headers(&connection, &at);
	ask(&connection, method, target, at);
	return 0;
}
