#include "couch/client.h"
#include <stdlib.h>
#include <string.h>

struct couch_client {
	struct http *http; /* borrowed */
	char *server;      /* owned, as all below; without the last '/' */
	char *user, *password;
	char *database; /* "" for the server as a whole */
	char *root;     /* server and encoded database */
	bool allowed_after_stop, once;
	int total_ms;
	const struct http_permit *permit; /* borrowed; or NULL */
};

struct couch_client *couch_client_open(struct http *http, const struct couch_address *address)
{
	struct couch_client *couch = own_alloc(sizeof(*couch));
	struct text root = {0};

	couch->http = http;
	couch->allowed_after_stop = address->allowed_after_stop;
	couch->once = address->once;
	couch->total_ms = address->total_ms;
	couch->permit = address->permit;
	couch->server = own_copy(address->url);
	for (size_t length = strlen(couch->server); length > 0 && couch->server[length - 1] == '/'; length--)
		couch->server[length - 1] = '\0';
	couch->user = own_copy(address->user);
	couch->password = own_copy(address->password);
	couch->database = own_copy(address->database ? address->database : "");
	text_add(&root, couch->server);
	if (*couch->database) {
		text_add(&root, "/");
		text_add_url(&root, couch->database);
	}
	couch->root = text_take(&root);
	return couch;
}

void couch_client_close(struct couch_client **couch)
{
	if (!*couch)
		return;
	free((*couch)->server);
	free((*couch)->user);
	free((*couch)->password);
	free((*couch)->database);
	free((*couch)->root);
	free(take(*couch));
}

const char *couch_client_database(const struct couch_client *couch)
{
	return couch->database;
}

struct http *couch_client_http(const struct couch_client *couch)
{
	return couch->http;
}

const char *couch_client_server(const struct couch_client *couch)
{
	return couch->server;
}

bool couch_client_asks_once(const struct couch_client *couch)
{
	return couch->once;
}

char *couch_client_url(const struct couch_client *couch, bool server, const char *path)
{
	const char *root = server ? couch->server : couch->root;

	return own_format("%s%s%s", root, *path == '?' || (!*path && root == couch->root) ? "" : "/", path);
}

void couch_client_fill(const struct couch_client *couch, bool writes, struct http_request *request)
{
	/* Without it some servers answer in text/plain. */
	static const char *const headers[] = {"Accept: application/json", NULL};

	request->user = couch->user;
	request->password = couch->password;
	request->headers = headers;
	request->allowed_after_stop = couch->allowed_after_stop;
	request->permit = writes ? couch->permit : NULL;
	if (request->total_ms == 0)
		request->total_ms = couch->total_ms;
}
