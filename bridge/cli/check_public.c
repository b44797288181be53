/*     a link to a small picture of our own ──> PUBLIC_LISTEN, directly     these keys? davenport at all?
 *                                          ──> PUBLIC_URL                  is it led here, whole, and the answer back?
 *     the same link with another signature ──> PUBLIC_URL                  does a proxy keep answers for everybody?
 *
 * What goes wrong behind PUBLIC_URL alone is the doing of what stands between: a proxy, a router, a certificate. */
#include "bridge/cli/check_public.h"

#include "base/clock.h"
#include "base/http.h"
#include "bridge/pictures/check_picture.h"
#include "bridge/pictures/couch_pictures.h"
#include "public-images/server.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_MS = 15000 };

struct public_check {
	const struct bridge_settings *settings;
	struct http *http;
	finding *report;
	void *context;
	char *path; /* owned; of the signed link, behind a public URL */
};

#define found_ok(check, ...) finding_report((check)->report, (check)->context, FINDING_OK, __VA_ARGS__)
#define found_problem(check, ...)                                                                            \
	finding_report((check)->report, (check)->context, FINDING_PROBLEM, __VA_ARGS__)
#define found_nothing(check, ...)                                                                            \
	finding_report((check)->report, (check)->context, FINDING_NOT_CHECKED, __VA_ARGS__)

/* ---- a server of our own, while nobody else listens ---- */

struct own_server {
	struct settings_now now;
	char folder[64];
	struct image_cache *cache;
	struct image_server *server;
};

static bool never(void *context, const char *database)
{
	(void)context;
	(void)database;
	return false;
}

/* Nothing fits into its cache, so that the folder holds no picture. */
static bool open_cache(struct own_server *own, struct error *error)
{
	const struct image_cache_limits limits = {.bytes = 1, .age_s = 1};

	snprintf(own->folder, sizeof own->folder, "/tmp/davenport-check-XXXXXX");
	if (!mkdtemp(own->folder)) {
		own->folder[0] = '\0';
		return error_set(error, ERROR_FATAL, "no folder can be made in /tmp: %s", strerror(errno));
	}
	return image_cache_open(own->folder, &limits, &own->cache, error);
}

static bool open_own(struct own_server *own, const struct bridge_settings *settings,
		     const struct image_keys *keys, struct error *error)
{
	own->now.settings = settings;
	if (!open_cache(own, error))
		return false;
	const struct image_server_options options = {
		.listen = settings->public_listen,
		.proxies = settings->public_proxies,
		.source = couch_pictures_source(&own->now),
		.databases = {NULL, never, never},
		.cache = own->cache,
	};
	return image_server_open(&options, keys, &own->server, error);
}

static void close_own(struct own_server *own)
{
	scoped_text lock = own_format("%s/" IMAGE_CACHE_LOCK, own->folder);

	image_server_close(&own->server);
	image_cache_close(&own->cache);
	if (!own->folder[0])
		return;
	unlink(lock);
	rmdir(own->folder);
}

/* ---- asking ---- */

struct answer {
	struct http_call *call; /* owned */
	struct http_reply reply;
	struct error error; /* when there is no reply */
};

static bool ask(const struct public_check *check, const char *base, const char *path,
		struct answer *answer_out)
{
	scoped_text url = own_format("%s%s", base, path);
	const struct http_request request = {
		.url = url,
		.repeatable = true,
		.no_gzip = true,
		.keep_headers = true,
		.total_ms = ANSWER_MS,
	};

	*answer_out = (struct answer){0};
	return http_fetch(check->http, &request, &answer_out->call, &answer_out->reply, &answer_out->error);
}

static void answer_done(struct answer *answer)
{
	http_call_close(&answer->call);
}

static bool is_the_picture(const struct http_reply *reply)
{
	size_t length;
	const char *bytes = check_picture_bytes(&length);

	return reply->status == 200 && reply->body_length == length &&
	       memcmp(reply->body, bytes, length) == 0;
}

static bool is_our_not_found(const struct http_reply *reply)
{
	return reply->status == 404 && strcmp(reply->body, IMAGE_NOT_FOUND_WORDS) == 0;
}

/* ---- directly ---- */

static char *local_url(const struct bridge_settings *settings)
{
	const char *listen = settings->public_listen, *port = strrchr(listen, ':');

	if (strncmp(listen, "0.0.0.0:", 8) == 0)
		return own_format("http://127.0.0.1%s", port);
	if (strncmp(listen, "[::]:", 5) == 0)
		return own_format("http://[::1]%s", port);
	return own_format("http://%s", listen);
}

/* Of somebody else who listens there, or of nobody: then 'why' we could not listen ourselves. */
static void report_stranger(const struct public_check *check, const struct answer *answer, bool answered,
			    const struct error *why)
{
	const char *listen = check->settings->public_listen;

	if (!answered && answer->error.unreached)
		found_problem(check, "PUBLIC_LISTEN is %s, and nobody can listen there: %s", listen,
			      why->text);
	else if (!answered)
		found_problem(check, "PUBLIC_LISTEN is %s, and another program listens there: %s", listen,
			      answer->error.text);
	else if (is_our_not_found(&answer->reply))
		found_problem(
			check,
			"the davenport that listens on %s does not know the first key of IMAGE_KEYS: send it "
			"SIGHUP, or start it again with these settings",
			listen);
	else
		found_problem(
			check,
			"PUBLIC_LISTEN is %s, and another program listens there (HTTP %d): choose another "
			"port",
			listen, answer->reply.status);
}

static bool check_directly(const struct public_check *check, const struct own_server *own,
			   const struct error *why)
{
	scoped_text url = local_url(check->settings);
	struct answer answer;
	bool answered = ask(check, url, check->path, &answer);
	bool good = answered && is_the_picture(&answer.reply);

	if (good)
		found_ok(check,
			 own->server ? "pictures can be served on %s" : "davenport serves pictures on %s",
			 check->settings->public_listen);
	else if (!own->server)
		report_stranger(check, &answer, answered, why);
	else
		found_problem(check, "PUBLIC_LISTEN is %s, and nothing can be had from there: %s",
			      check->settings->public_listen,
			      answered ? "another answer came than was sent" : answer.error.text);
	answer_done(&answer);
	return good;
}

/* ---- through the public address ---- */

static void report_silence(const struct public_check *check, const struct error *error)
{
	const char *hint = error->unreached
				   ? ": look at the name, the proxy and what the router forwards; some "
				     "routers do not lead a machine back to its own public address"
			   : error->kind == ERROR_FATAL ? ": Airtable will not get any further"
							: "";

	found_problem(check, "PUBLIC_URL: a picture cannot be fetched: %s%s", error->text, hint);
}

static void report_status(const struct public_check *check, const struct http_reply *reply)
{
	const char *url = check->settings->public_url;
	scoped_text location = http_reply_header(reply, "Location");

	if (reply->status >= 300 && reply->status < 400)
		found_problem(
			check,
			"PUBLIC_URL: %s answers with a redirect%s%.200s: set PUBLIC_URL to where it leads",
			url, location ? " to " : "", location ? location : "");
	else if (is_our_not_found(reply))
		found_problem(
			check,
			"PUBLIC_URL: %s leads here, but links do not arrive as they are: a proxy cuts off or "
			"changes what stands behind the '?', or puts something before the path",
			url);
	else if (reply->status == 401 || reply->status == 403)
		found_problem(check,
			      "PUBLIC_URL: %s lets nobody in (HTTP %d): pictures need no login, their "
			      "links are signed",
			      url, reply->status);
	else if (reply->status >= 502 && reply->status <= 504)
		found_problem(check,
			      "PUBLIC_URL: the proxy at %s does not reach davenport (HTTP %d): lead it to %s",
			      url, reply->status, check->settings->public_listen);
	else
		found_problem(check, "PUBLIC_URL: %s does not lead here: %s answers with HTTP %d", url,
			      reply->server[0] ? reply->server : "another server", reply->status);
}

/* What of the answer a proxy must leave as it is: the beginning of its value; "" for any. */
static void check_headers(const struct public_check *check, const struct http_reply *reply)
{
	char digest[IMAGE_DIGEST_TEXT_SIZE];
	const struct image_link link = check_picture_link();

	image_digest_text(&link.digest, digest);
	scoped_text etag = own_format("\"%s\"", digest);
	const struct {
		const char *name, *value;
	} wanted[] = {
		{"Content-Type", "image/png"},
		{"ETag", etag},
		{"Cache-Control", ""},
		{"X-Content-Type-Options", "nosniff"},
		{"Content-Security-Policy", "default-src 'none'"},
	};
	bool whole = true;

	for (size_t i = 0; i < countof(wanted); i++) {
		scoped_text value = http_reply_header(reply, wanted[i].name);
		if (value && strncmp(value, wanted[i].value, strlen(wanted[i].value)) == 0)
			continue;
		whole = false;
		found_problem(check, "PUBLIC_URL: a proxy %s the header %s of pictures: let it pass as it is",
			      value ? "changes" : "takes away", wanted[i].name);
	}
	if (whole)
		found_ok(check,
			 "a signed link leads through %s to pictures, and their headers come back whole",
			 check->settings->public_url);
}

static bool check_through(const struct public_check *check)
{
	struct answer answer;
	bool answered = ask(check, check->settings->public_url, check->path, &answer);
	bool good = answered && is_the_picture(&answer.reply);

	if (!answered)
		report_silence(check, &answer.error);
	else if (good)
		check_headers(check, &answer.reply);
	else if (answer.reply.status == 200)
		found_problem(
			check,
			"PUBLIC_URL: what comes through %s is not what was sent (%.60s): a proxy answers "
			"itself, or changes pictures",
			check->settings->public_url,
			answer.reply.content_type[0] ? answer.reply.content_type : "of no type");
	else
		report_status(check, &answer.reply);
	answer_done(&answer);
	return good;
}

static void check_forged(const struct public_check *check)
{
	scoped_text path = own_copy(check->path);
	char *letter = strstr(path, "&s=") + strlen("&s=");
	struct answer answer;

	*letter = *letter == 'A' ? 'B' : 'A';
	if (ask(check, check->settings->public_url, path, &answer) && answer.reply.status == 200)
		found_problem(
			check,
			"PUBLIC_URL: %s gives the picture for a forged link as well: a proxy keeps answers "
			"without looking at what stands behind the '?'; let it keep none",
			check->settings->public_url);
	answer_done(&answer);
}

/* ---- the folder ---- */

static bool may_write_into(const char *folder)
{
	struct stat status;

	if (stat(folder, &status) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(status.st_mode) && access(folder, W_OK | X_OK) == 0;
}

/* Only while no davenport runs: that one tells itself. */
static void check_folder(const struct public_check *check)
{
	const char *folder = check->settings->data_dir;
	scoped_text parts = own_copy(folder); /* dirname() changes it */
	bool there = access(folder, F_OK) == 0;

	if (may_write_into(there ? folder : dirname(parts)))
		found_ok(check,
			 there ? "pictures can be kept in %s" : "%s for pictures is made at the first start",
			 folder);
	else
		found_problem(check,
			      "DATA_DIR: pictures cannot be kept in %s (%s): make the folder, and let this "
			      "user write "
			      "into it, or name another one",
			      folder, strerror(errno));
}

/* ---- all ---- */

static void check_all_ways(struct public_check *check, const struct image_keys *keys)
{
	struct own_server own = {.now = {NULL}};
	struct error why = {0}; /* we cannot listen; mostly since davenport does */

	if (open_own(&own, check->settings, keys, &why))
		check_folder(check);
	if (check_directly(check, &own, &why)) {
		if (check_through(check))
			check_forged(check);
	} else {
		found_nothing(check, "whether %s leads here", check->settings->public_url);
	}
	found_nothing(check, "whether Airtable reaches %s: only Airtable can tell",
		      check->settings->public_url);
	close_own(&own);
}

void check_public(const struct bridge_settings *settings, struct http *http, finding *report, void *context)
{
	struct public_check check = {
		.settings = settings, .http = http, .report = report, .context = context};
	const struct image_link link = check_picture_link();
	struct image_keys keys = {0};
	struct error error = {0};

	if (!bridge_settings_serve_pictures(settings))
		return;
	if (image_keys_read(settings->image_keys, &keys, &error) &&
	    image_link_make("", &link, &keys, clock_now_ms() / 1000, &check.path, &error))
		check_all_ways(&check, &keys);
	else
		found_problem(&check, "IMAGE_KEYS: %s", error.text);
	image_keys_done(&keys);
	free(check.path);
}
