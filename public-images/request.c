#include "public-images/request.h"
#include "base/clock.h"
#include "base/own.h"
#include "base/text.h"
#include "public-images/link.h"
#include "web/framing.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FORWARDED_MOST 2048 /* bytes of X-Forwarded-For that are looked at */

struct image_request {
	struct image_wanted wanted; /* first: the waiter in it is how others know the request */
	struct image_service *service;
	struct web_connection *watched;
	struct MHD_Connection *connection;
	struct image_target target;
	struct web_address peer, client;
	char method[24];
	bool begun, is_wanted;
	struct image_stream *
		stream; /* the answer reads it; it ends with the request, which is before the answer is given up */
	struct image_waiter stream_waiter;
	int64_t began_ms;
	int status;
	uint64_t bytes;
};

/* ---- waiting ---- */

static struct image_request *of_wanted(struct image_waiter *waiter)
{
	return (struct image_request *)(void *)waiter; /* its first member's first member */
}

static struct image_request *of_stream(struct image_waiter *waiter)
{
	return (struct image_request *)(void *)((char *)waiter -
						offsetof(struct image_request, stream_waiter));
}

static void stop_wanted(struct image_waiter *waiter)
{
	MHD_suspend_connection(of_wanted(waiter)->connection);
}

static void wake_wanted(struct image_waiter *waiter)
{
	MHD_resume_connection(of_wanted(waiter)->connection);
}

static void stop_stream(struct image_waiter *waiter)
{
	MHD_suspend_connection(of_stream(waiter)->connection);
}

static void wake_stream(struct image_waiter *waiter)
{
	MHD_resume_connection(of_stream(waiter)->connection);
}

/* ---- answering ---- */

static enum MHD_Result answer(struct image_request *request, int status, struct MHD_Response *response,
			      uint64_t bytes)
{
	bool head = strcmp(request->method, "HEAD") == 0;

	request->status = status;
	request->bytes = head ? 0 : bytes;
	web_connection_answered(request->service->connections, request->watched, request->bytes);
	atomic_fetch_add_explicit(&request->service->by_class[status / 100], 1, memory_order_relaxed);
	return MHD_queue_response(request->connection, (unsigned int)status, response);
}

static enum MHD_Result answer_once(struct image_request *request, int status, struct MHD_Response *response,
				   uint64_t bytes)
{
	enum MHD_Result result = answer(request, status, response, bytes);

	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_not_found(struct image_request *request)
{
	return answer(request, 404, request->service->answers.not_found, 0);
}

static const char *header(const struct image_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static void fill_facts(const struct image_request *request, struct image_facts *facts)
{
	int64_t left_s = request->target.expires_s - clock_now_ms() / 1000;

	facts->lasting = request->target.is_signed;
	facts->fresh_s = facts->lasting ? (left_s > 0 ? left_s : 0) : IMAGE_UNSIGNED_FRESH_S;
}

static enum MHD_Result answer_file(struct image_request *request, struct image_file *file)
{
	const struct image_conditions conditions = {.if_none_match = header(request, "If-None-Match"),
						    .range = header(request, "Range"),
						    .if_range = header(request, "If-Range")};
	struct image_facts facts = {0};

	image_facts_fill(&facts, &request->wanted.picture.digest, file->kind, file->length);
	fill_facts(request, &facts);
	struct image_part part = image_part_wanted(&conditions, facts.etag, file->length);
	return answer_once(request, part.status, image_answer_file(&facts, &part, file), part.length);
}

static enum MHD_Result answer_unavailable(struct image_request *request)
{
	return answer(request, 503, request->service->answers.unavailable, 0);
}

static enum MHD_Result answer_stream(struct image_request *request)
{
	struct image_facts facts = {0};
	enum image_kind kind;
	enum image_answer begins = image_stream_begins(request->stream, &kind);

	if (begins != IMAGE_THERE)
		return begins == IMAGE_UNKNOWN ? answer_unavailable(request) : answer_not_found(request);
	image_facts_fill(&facts, &request->wanted.picture.digest, kind, request->wanted.picture.length);
	fill_facts(request, &facts);
	return answer_once(request, 200, image_answer_stream(&facts, request->stream), facts.length);
}

static enum MHD_Result begin_stream(struct image_request *request)
{
	const struct image_wanted *wanted = &request->wanted;

	web_connection_waits(request->watched);
	request->stream = image_stream_begin(request->service->streams, wanted->database, wanted->image,
					     &wanted->picture, &request->stream_waiter);
	return request->stream ? MHD_YES : answer_unavailable(request);
}

/* ---- deciding ---- */

static bool is_permitted(const struct image_request *request)
{
	struct image_service *service = request->service;

	if (!request->target.is_signed)
		return service->databases.is_unsigned(service->databases.context, request->target.database);
	pthread_rwlock_rdlock(&service->keys_lock);
	bool good = image_link_check(&request->target, &service->keys, clock_now_ms() / 1000);
	pthread_rwlock_unlock(&service->keys_lock);
	return good;
}

static enum MHD_Result fetch_picture(struct image_request *request)
{
	struct image_file file;

	web_connection_waits(request->watched);
	switch (image_fetch_ask(request->service->fetch, &request->wanted, &file)) {
	case IMAGE_HERE:
		return answer_file(request, &file);
	case IMAGE_WAIT:
		return MHD_YES;
	case IMAGE_STREAM:
		return begin_stream(request);
	case IMAGE_UNAVAILABLE:
		return answer_unavailable(request);
	case IMAGE_ABSENT:
		break;
	}
	return answer_not_found(request);
}

static enum MHD_Result decide_picture(struct image_request *request)
{
	if (!is_permitted(request))
		return answer_not_found(request);
	request->is_wanted = true;
	request->wanted.database = request->target.database;
	request->wanted.image = request->target.image;
	request->wanted.digest = request->target.is_signed ? &request->target.digest : NULL;
	return fetch_picture(request);
}

static enum MHD_Result decide_target(struct image_request *request)
{
	struct image_service *service = request->service;

	switch (request->target.kind) {
	case IMAGE_TARGET_ROBOTS:
		return answer(request, 200, service->answers.robots, 0);
	case IMAGE_TARGET_DATABASE:
		if (service->databases.is_served(service->databases.context, request->target.database))
			return answer(request, 200, service->answers.served, 0);
		break;
	case IMAGE_TARGET_PICTURE:
		return decide_picture(request);
	case IMAGE_TARGET_NOTHING:
		break;
	}
	return answer_not_found(request);
}

static bool may_be_asked(const struct image_request *request)
{
	return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static enum MHD_Result decide(struct image_request *request)
{
	struct image_service *service = request->service;
	struct web_address caller = web_address_caller(&request->client);
	int wait_s = 0;

	if (service->rate && !web_rate_take(service->rate, &caller, clock_steady_ms(), &wait_s))
		return answer_once(request, 429, image_answer_too_often(wait_s), 0);
	if (!may_be_asked(request))
		return answer(request, 405, service->answers.not_allowed, 0);
	return decide_target(request);
}

/* ---- its beginning ---- */

static enum MHD_Result add_forwarded(void *context, enum MHD_ValueKind kind, const char *name,
				     const char *value)
{
	struct text *all = context;

	(void)kind;
	if (!value || strcasecmp(name, "X-Forwarded-For") != 0)
		return MHD_YES;
	if (all->length > 0)
		text_add(all, ",");
	text_add(all, value);
	return MHD_YES;
}

/* Only a proxy's word is looked at. */
static struct web_address find_client(struct image_request *request)
{
	struct text forwarded = {.ceiling = FORWARDED_MOST};
	const struct web_networks *proxies = &request->service->proxies;

	if (!web_networks_hold(proxies, &request->peer))
		return request->peer;
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_forwarded, &forwarded);
	struct web_address client = web_address_of_client(
		&request->peer, forwarded.full ? NULL : text_or_empty(&forwarded), proxies);
	text_done(&forwarded);
	return client;
}

/* Answered before its body was read, so libmicrohttpd closes the connection behind the answer. */
static enum MHD_Result begin(struct image_request *request, const char *method)
{
	size_t length = text_utf8_prefix(method, strlen(method), sizeof(request->method) - 1);

	request->begun = true;
	memcpy(request->method, method, length);
	request->client = find_client(request);
	enum web_framing framing = web_framing_of(request->connection);
	if (framing == WEB_FRAMING_PLAIN)
		return MHD_YES;
	if (framing == WEB_FRAMING_UNCLEAR)
		return answer(request, 400, request->service->answers.unclear, 0);
	return may_be_asked(request) ? answer(request, 413, request->service->answers.too_large, 0)
				     : answer(request, 405, request->service->answers.not_allowed, 0);
}

enum MHD_Result image_request_go_on(struct image_request *request, struct MHD_Connection *connection,
				    const char *method, size_t body_length)
{
	if (!request || !request->watched || body_length > 0)
		return MHD_NO;
	request->connection = connection;
	if (!request->begun)
		return begin(request, method);
	if (request->stream)
		return answer_stream(request);
	return request->is_wanted ? fetch_picture(request) : decide(request);
}

struct image_request *image_request_open(struct image_service *service, struct web_connection *watched,
					 const struct web_address *connection, const char *uri)
{
	struct image_request *request = own_alloc(sizeof(*request));

	request->service = service;
	request->watched = watched;
	request->peer = request->client = *connection;
	request->began_ms = clock_steady_ms();
	request->wanted.waiter = (struct image_waiter){.stop = stop_wanted, .wake = wake_wanted};
	request->stream_waiter = (struct image_waiter){.stop = stop_stream, .wake = wake_stream};
	image_target_read(uri, &request->target);
	if (watched)
		web_connection_asks(service->connections, watched);
	return request;
}

void image_request_close(struct image_request **request)
{
	if (!*request)
		return;
	image_stream_close(&(*request)->stream);
	free(*request);
	*request = NULL;
}

void image_request_ended(struct image_request *request, bool whole)
{
	if (request->watched)
		web_connection_rests(request->service->connections, request->watched);
	if (request->status == 0)
		return;
	const struct image_visited visited = {
		.method = request->method,
		.target = &request->target,
		.client = &request->client,
		.status = request->status,
		.bytes = request->bytes,
		.cut = !whole,
		.lasted_ms = clock_steady_ms() - request->began_ms,
	};
	image_access_note(request->service->access, &visited);
}
