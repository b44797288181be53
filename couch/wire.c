/* Requests to CouchDB, one at a time, and what its answers mean.
 *
 * Apache CouchDB and servers that speak its protocol differ in words, not in status classes, so the status decides and
 * CouchDB's own word ("error") is only handed on. Where they differ is said at the place that minds it.
 *
 * Where couchdb-rules are kept: 1 opaque_text(), changes.c · 2, 10-13, 15, 24 changes.c · 6 couch_local_write() ·
 * 8, 16 couch_database_identity(), page.rejoined · 9, 17 status_classes, put_off() · 14 couch_documents_walk() ·
 * 18-20, 23 documents.c (new_edits=false and open_revs are never used) · 21, 22 attachments.c and its tests ·
 * 27 COUCH_ANSWER_CEILING. What to do with what was read is the caller's: 3-5, 7, 25, 26, 28. */
#include "couch/wire.h"
#include "base/clock.h"
#include "base/log.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SHOWN = 160, REASON_SHOWN = 240, SERVER_SHOWN = 60 };

/* ---- what is sent ---- */

void couch_add_id(struct text *path, const char *id)
{
	static const char *const rooms[] = {"_local/", "_design/"};

	for (size_t i = 0; i < countof(rooms); i++) {
		if (strncmp(id, rooms[i], strlen(rooms[i])) == 0) {
			text_add(path, rooms[i]);
			id += strlen(rooms[i]);
			break;
		}
	}
	/* '+' becomes %2B: CouchDB reads a bare one as a space, others as itself. */
	text_add_url(path, id);
}

static bool is_get(const char *method)
{
	return !method || strcmp(method, "GET") == 0;
}

void couch_fill_request(const struct couch_client *couch, const char *path, struct http_request *request,
			char **url_out)
{
	*url_out = couch_client_url(couch, false, path);
	request->url = *url_out;
	couch_client_fill(couch, !is_get(request->method), request);
}

static struct http_call *start(struct couch_client *couch, const struct couch_ask *ask)
{
	scoped_text url = couch_client_url(couch, ask->server, ask->path);
	scoped_text body = ask->body ? json_write(ask->body) : NULL;
	struct http_request request = {
		.method = ask->method,
		.url = url,
		.body = body,
		.body_length = body ? strlen(body) : 0,
		.repeatable = ask->read,
		.body_ceiling = ask->ceiling,
	};

	couch_client_fill(couch, !ask->read && !is_get(ask->method), &request);
	return http_start(couch_client_http(couch), &request);
}

/* ---- what an answer means ---- */

/* "POST inventory/_all_docs": without the query, which may be long and says little. */
static char *name_of(const struct couch_client *couch, const struct couch_ask *ask)
{
	const char *method = ask->method ? ask->method : "GET";
	const char *database = couch_client_database(couch);
	bool in_database = !ask->server && *database;
	scoped_text path = own_copy_bytes(ask->path, strcspn(ask->path, "?"));
	scoped_text shown = log_quote(path, PATH_SHOWN);

	return own_format("%s %s%s%s", method, in_database ? database : "", in_database && !*path ? "" : "/",
			  shown);
}

struct status_class {
	int first, last;
	enum error_kind kind;
	const char *hint; /* what a person can do */
	const char *word; /* only with these words in what the server says */
};

/* couchdb-rules 17 and, for 404, 9: a missing database is no empty one. The first row that fits. */
static const struct status_class status_classes[] = {
	{400, 400, ERROR_REFUSED, NULL, NULL},
	{401, 401, ERROR_FATAL, "the CouchDB user or password is wrong, or this user may not do that", NULL},
	{403, 403, ERROR_RETRY,
	 "after several wrong passwords it lets nobody in as this user for some minutes",
	 "temporarily locked"},
	{403, 403, ERROR_FATAL, NULL, NULL},
	{404, 404, ERROR_LOST, NULL, NULL},
	{408, 408, ERROR_RETRY, NULL, NULL},
	{409, 409, ERROR_CONFLICT, NULL, NULL},
	{412, 413, ERROR_REFUSED, NULL, NULL},
	{415, 415, ERROR_REFUSED, NULL, NULL},
	{425, 425, ERROR_RETRY, NULL, NULL},
	{429, 429, ERROR_RETRY, NULL, NULL},
	{300, 499, ERROR_FATAL, "CouchDB does not answer so", NULL},
	{500, 500, ERROR_REFUSED, NULL, "doc_validation"}, /* PouchDB's 400 */
	{500, 599, ERROR_RETRY, NULL, NULL},
	{0, INT_MAX, ERROR_RETRY, "no known status", NULL},
};

static const struct status_class *class_of(int status, const char *word, const char *reason)
{
	const struct status_class *class = status_classes;

	while (status < class->first || status > class->last ||
	       (class->word && strcmp(class->word, word) != 0 && !strstr(reason, class->word)))
		class ++;
	return class;
}

/* What came in JSON's place, and from whom: "text/html of nginx/1.22.1". */
static char *other_words(const struct http_reply *reply)
{
	scoped_text type = own_copy_bytes(reply->content_type, strcspn(reply->content_type, "; "));
	scoped_text server = log_quote(reply->server, SERVER_SHOWN);

	return own_format("%s%s%s", *type ? type : "something else", *server ? " of " : "", server);
}

bool couch_judge_status(struct couch_client *couch, const struct couch_ask *ask,
			const struct http_reply *reply, struct error *error)
{
	scoped_text name = name_of(couch, ask);
	scoped(json_object) answer = NULL;
	struct json_flaws flaws = {0};
	const struct status_class *class;

	if (reply->status >= 200 && reply->status < 300)
		return true;
	/* A proxy's page is no JSON; then the status has to say it all. */
	if (!json_read(reply->body, reply->body_length, &answer, &flaws, NULL))
		answer = NULL;
	json_flaws_done(&flaws);
	const char *word = json_text_or(answer, "error", ""), *reason = json_text_or(answer, "reason", "");
	class = class_of(reply->status, word, reason);
	scoped_text shown = log_quote(reason, REASON_SHOWN);
	text_drop_stop(shown);
	scoped_text other = !answer && reply->body_length ? other_words(reply) : own_copy("");
	error_set(error, class->kind, "%s: HTTP %d%s%s%s%s%s%s%s%s%s", name, reply->status,
		  *other ? " with " : "", other, *word ? ", " : "", word, *reason ? ": " : "", shown,
		  class->hint ? " (" : "", class->hint ? class->hint : "", class->hint ? ")" : "");
	if (error) {
		size_t word_kept = text_utf8_prefix(word, strlen(word), sizeof(error->code) - 1);
		memcpy(error->code, word, word_kept);
		error->code[word_kept] = '\0';
		error->status = reply->status;
		error->retry_after_ms = reply->retry_after_ms;
	}
	return false;
}

static bool begins_as_json(const struct http_reply *reply)
{
	size_t blank = strspn(reply->body, " \t\r\n");

	return reply->body[blank] == '{' || reply->body[blank] == '[';
}

bool couch_judge(struct couch_client *couch, const struct couch_ask *ask, const struct http_reply *reply,
		 struct json_object **answer_out, struct json_flaws *flaws, struct error *error)
{
	if (!couch_judge_status(couch, ask, reply, error))
		return false;
	scoped_text name = name_of(couch, ask);
	if (!begins_as_json(reply)) {
		scoped_text other = other_words(reply);
		return error_set(error, ERROR_RETRY,
				 "%s: the answer is no JSON but %s: CouchDB does not answer so", name, other);
	}
	struct json_object *answer = NULL;
	if (!json_read_picked(reply->body, reply->body_length, ask->pick, &answer, flaws, error))
		return error_wrap(error, "%s: reading the answer", name);
	if (flaws && flaws->count > JSON_FLAW_LIMIT && ask->documents > 1) {
		json_flaws_done(flaws);
		json_release(answer);
		return error_set(error, ERROR_REFUSED, "%s: more flaws than can be told apart", name);
	}
	*answer_out = answer;
	return true;
}

bool couch_wait(struct couch_client *couch, struct http_call *call, struct http_reply *reply_out,
		struct error *error)
{
	if (http_wait(couch_client_http(couch), call, reply_out, error))
		return true;
	if (error)
		error->server = "CouchDB";
	return false;
}

bool couch_ask(struct couch_client *couch, const struct couch_ask *ask, struct json_object **answer_out,
	       struct json_flaws *flaws, int *status_out, struct error *error)
{
	scoped(http_call) call = start(couch, ask);
	struct http_reply reply;

	if (!couch_wait(couch, call, &reply, error) ||
	    !couch_judge(couch, ask, &reply, answer_out, flaws, error))
		return false;
	if (status_out)
		*status_out = reply.status;
	return true;
}

bool couch_is_too_much(const struct error *error)
{
	return error->kind == ERROR_REFUSED && error->status == 0;
}

/* ---- again ---- */

/* Others' requests go on meanwhile, and a stop is heard. */
static bool pause_for(struct couch_client *couch, int64_t wait_ms, struct error *error)
{
	int64_t until_ms = clock_steady_ms() + wait_ms, left_ms = wait_ms;
	bool disturbed = false;

	for (; left_ms > 0 && !http_stopped(couch_client_http(couch));
	     left_ms = until_ms - clock_steady_ms()) {
		disturbed = left_ms < wait_ms;
		http_run(couch_client_http(couch), left_ms);
	}
	/* What disturbed us may have been a wake for whoever waits next. */
	if (disturbed)
		http_wake(couch_client_http(couch));
	if (!http_stopped(couch_client_http(couch)))
		return true;
	return error_set(error, ERROR_STOPPED, "asked to stop");
}

static const struct log log_of_client = {"CouchDB"};

bool couch_try_again(struct couch_client *couch, int attempt, struct error *error)
{
	if (couch_client_asks_once(couch) || error->kind != ERROR_RETRY || attempt + 1 >= COUCH_READ_TRIES ||
	    error->retry_after_ms > COUCH_BACKOFF_CAP_MS)
		return false;
	int64_t wait_ms = random_backoff_ms(attempt, COUCH_BACKOFF_FIRST_MS, COUCH_BACKOFF_CAP_MS);
	if (wait_ms < error->retry_after_ms)
		wait_ms = error->retry_after_ms;
	if (wait_ms >= http_time_left_ms(couch_client_http(couch)))
		return false;
	log_debug(&log_of_client, "asked again in %lld ms, after try %d of %d: %s", (long long)wait_ms,
		  attempt + 1, COUCH_READ_TRIES, error->text);
	return pause_for(couch, wait_ms, error);
}

bool couch_ask_patiently(struct couch_client *couch, const struct couch_ask *ask,
			 struct json_object **answer_out, struct json_flaws *flaws, int *status_out,
			 struct error *error)
{
	struct error failure = {0};

	for (int attempt = 0;; attempt++) {
		if (couch_ask(couch, ask, answer_out, flaws, status_out, &failure))
			return true;
		if (couch_try_again(couch, attempt, &failure))
			continue;
		if (error)
			*error = failure;
		return false;
	}
}
