/* Every hop is a request of its own, and is checked like the first one: its scheme, its host, and, as its socket is made, the address that
 * the host's name had at that moment. A name that leads to another address a moment later finds no gap. */
#include "photos/fetch.h"

#include "base/clock.h"
#include "base/descriptors.h"
#include "base/http_url.h"
#include "photos/address.h"
#include "photos/file.h"
#include "photos/photo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Airtable's documentation names no others for attachments; subdomains count. */
static const char *const airtable_hosts[] = {"airtableusercontent.com"};

struct photo_fetch {
	struct http *http; /* borrowed */
	struct http_call *call;
	char *url, *own_airtable; /* owned */
	char *name;               /* owned; the request's, without its path */
	size_t most_bytes;
	int64_t until_ms; /* steady */
	int redirects;
	int file;    /* owned; -1: none */
	bool full;   /* the machine has no memory for it */
	bool failed; /* before or instead of the call */
	struct error error;
};

/* ---- where it may come from ---- */

static bool is_airtables(const char *host)
{
	for (size_t i = 0; i < countof(airtable_hosts); i++) {
		size_t length = strlen(host), end = strlen(airtable_hosts[i]);
		if (length < end || strcmp(host + length - end, airtable_hosts[i]) != 0)
			continue;
		if (length == end || host[length - end - 1] == '.')
			return true;
	}
	return false;
}

static bool is_own_airtable(const struct photo_fetch *fetch, const struct http_url *url)
{
	struct http_url own;

	return fetch->own_airtable && http_url_read(fetch->own_airtable, &own) && own.secure == url->secure &&
	       own.port == url->port && strcmp(own.host, url->host) == 0;
}

static bool fail(struct photo_fetch *fetch, enum error_kind kind, const char *words)
{
	fetch->failed = true;
	return error_set(&fetch->error, kind, "%s", words);
}

/* ---- one hop ---- */

static bool keep(void *context, const char *bytes, size_t length)
{
	struct photo_fetch *fetch = context;

	fetch->full = !descriptor_write(fetch->file, bytes, length);
	return !fetch->full;
}

static bool ask(struct photo_fetch *fetch)
{
	struct http_url url;
	int64_t left_ms = fetch->until_ms - clock_steady_ms();

	if (left_ms <= 0)
		return fail(fetch, ERROR_RETRY, "the file was not there within its time");
	if (!http_url_read(fetch->url, &url))
		return fail(fetch, ERROR_REFUSED, "the file's address is no URL");
	bool own = is_own_airtable(fetch, &url);
	if (!own && !url.secure)
		return fail(fetch, ERROR_REFUSED, "the file's address is not https");
	if (!own && !is_airtables(url.host))
		return fail(fetch, ERROR_REFUSED, "the file is not at Airtable");
	own_free_text(&fetch->name);
	fetch->name = own_format("GET a file of %s://%s", url.secure ? "https" : "http", url.host);
	const struct http_request request = {
		.url = fetch->url,
		.name = fetch->name,
		.repeatable = true,
		.no_gzip = true,
		.keep_headers = true,
		.body_ceiling = fetch->most_bytes,
		.total_ms = (int)left_ms,
		.on_data = keep,
		.context = fetch,
		.may_connect = own ? http_any_address : photo_address_is_public,
	};
	fetch->call = http_start(fetch->http, &request);
	return true;
}

/* ---- its answer ---- */

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static enum error_kind kind_of(int status)
{
	if (status == 401 || status == 403 || status == 404 || status == 410)
		return ERROR_LOST;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return ERROR_RETRY;
	return ERROR_REFUSED;
}

static void fail_by_status(struct photo_fetch *fetch, const struct http_reply *reply)
{
	fetch->failed = true;
	error_set(&fetch->error, kind_of(reply->status), "%s: HTTP %d", fetch->name, reply->status);
	fetch->error.status = reply->status;
	fetch->error.retry_after_ms = reply->retry_after_ms;
}

static void follow(struct photo_fetch *fetch, const struct http_reply *reply)
{
	scoped_text location = http_reply_header(reply, "location");
	char *next = location ? http_url_join(fetch->url, location) : NULL;

	http_call_close(&fetch->call);
	own_free_text(&fetch->url);
	fetch->url = next;
	if (!next)
		fail(fetch, ERROR_REFUSED, "the file's address leads nowhere");
	else if (++fetch->redirects > PHOTO_REDIRECTS_MOST)
		fail(fetch, ERROR_REFUSED, "the file's address leads from one to the next too often");
	else
		(void)ask(fetch);
}

/* The call is over: a redirect begins the next one. */
static void take_answer(struct photo_fetch *fetch)
{
	struct http_reply reply;

	if (!http_wait(fetch->http, fetch->call, &reply, &fetch->error)) {
		fetch->failed = true;
		if (fetch->full)
			error_set(&fetch->error, ERROR_RETRY, "there is no memory for the file");
	} else if (is_redirect(reply.status)) {
		follow(fetch, &reply);
		return;
	} else if (reply.status != 200) {
		fail_by_status(fetch, &reply);
	}
	http_call_close(&fetch->call);
}

/* ---- the outside ---- */

struct photo_fetch *photo_fetch_start(struct http *http, const struct photo_fetch_order *order)
{
	struct photo_fetch *fetch = own_alloc(sizeof(*fetch));

	fetch->http = http;
	fetch->url = own_copy(order->url);
	fetch->own_airtable = own_copy(order->own_airtable);
	fetch->most_bytes = order->most_bytes ? order->most_bytes : PHOTO_FILE_MOST;
	fetch->until_ms = clock_steady_ms() + (order->most_ms > 0 ? order->most_ms : PHOTO_FETCH_MS);
	fetch->file = photo_file_open();
	if (fetch->file < 0)
		fail(fetch, ERROR_RETRY, "there is no memory for the file");
	else
		(void)ask(fetch);
	return fetch;
}

bool photo_fetch_is_over(struct photo_fetch *fetch)
{
	if (fetch->call && http_is_over(fetch->call))
		take_answer(fetch);
	return !fetch->call;
}

bool photo_fetch_take(struct photo_fetch *fetch, int *file_out, struct error *error)
{
	while (fetch->call)
		take_answer(fetch);
	if (!fetch->failed && lseek(fetch->file, 0, SEEK_END) == 0)
		fail(fetch, ERROR_REFUSED, "the file is empty");
	if (!fetch->failed && !photo_file_seal(fetch->file))
		fail(fetch, ERROR_RETRY, "the file in memory cannot be closed");
	if (fetch->failed) {
		if (error)
			*error = fetch->error;
		return false;
	}
	*file_out = fetch->file;
	fetch->file = -1;
	return true;
}

void photo_fetch_close(struct photo_fetch **fetch)
{
	if (!*fetch)
		return;
	http_call_close(&(*fetch)->call);
	if ((*fetch)->file >= 0)
		close((*fetch)->file);
	free((*fetch)->url);
	free((*fetch)->own_airtable);
	free((*fetch)->name);
	free(take(*fetch));
}
