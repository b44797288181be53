/* An exchange's answer. */
#include "sandbox/exchange.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *exchange_header(struct exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

bool exchange_is_path_of(const struct exchange *exchange, const char *first)
{
	return exchange->target.count > 0 && strcmp(exchange->target.segments[0], first) == 0;
}

void exchange_note_address(struct exchange *exchange)
{
	static const char fitting[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
	struct sandbox *sandbox = exchange->server->sandbox;
	const char *host = exchange_header(exchange, "Host");

	if (host && *host && strspn(host, fitting) == strlen(host))
		snprintf(sandbox->address, sizeof(sandbox->address), "http://%s", host);
}

void exchange_close(struct exchange **place)
{
	struct exchange *exchange = *place;

	if (!exchange)
		return;
	sandbox_call_done(&exchange->call);
	sandbox_target_done(&exchange->target);
	sandbox_fault_close(&exchange->fault);
	text_done(&exchange->body);
	free(exchange->uri);
	free(exchange);
	*place = NULL;
}

struct cut_body {
	struct text body;
	size_t until;
};

static ssize_t cut_read(void *context, uint64_t place, char *buffer, size_t room)
{
	const struct cut_body *cut = context;

	if (place >= cut->until)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t length = cut->until - (size_t)place < room ? cut->until - (size_t)place : room;
	memcpy(buffer, cut->body.bytes + place, length);
	return (ssize_t)length;
}

static void cut_done(void *context)
{
	struct cut_body *cut = context;

	text_done(&cut->body);
	free(cut);
}

static struct MHD_Response *response_of(struct sandbox_answer *answer, bool cut)
{
	size_t length = answer->body.length;

	if (!cut)
		return MHD_create_response_from_buffer(length, text_take(&answer->body),
						       MHD_RESPMEM_MUST_FREE);
	if (length == 0)
		text_add(&answer->body, "{\"records\":[{\"id\":\"rec");
	struct cut_body *half = own_alloc(sizeof(*half));
	half->body = answer->body;
	answer->body = (struct text){0};
	half->until = half->body.length / 2;
	return MHD_create_response_from_callback(half->body.length, 4096, cut_read, half, cut_done);
}

/* The sandbox's own clock, not the machine's. */
static void add_date(struct sandbox_server *server, struct MHD_Response *response)
{
	time_t now = (time_t)(sandbox_clock_now(&server->sandbox->clock) / 1000);
	struct tm parts;
	char date[40];

	if (gmtime_r(&now, &parts) && strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0)
		MHD_add_response_header(response, "Date", date);
}

/* So that pages from elsewhere can use the API, though not the control paths. */
static void add_cors(struct MHD_Response *response)
{
	MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
	MHD_add_response_header(response, "Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE");
	MHD_add_response_header(response, "Access-Control-Allow-Headers",
				"authorization, content-type, x-airtable-application-id, x-api-version, "
				"x-airtable-user-agent");
	MHD_add_response_header(response, "Access-Control-Max-Age", "600");
}

/* Whatever came from elsewhere runs nothing here, where the control paths are. */
static void add_harmless(struct MHD_Response *response)
{
	MHD_add_response_header(response, "Content-Security-Policy", "sandbox; default-src 'none'");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
}

enum MHD_Result exchange_send(struct exchange *exchange, struct sandbox_answer *answer, bool cut)
{
	const char *type = answer->file_type      ? answer->file_type
			   : answer->content_type ? answer->content_type
						  : "application/json; charset=utf-8";
	struct MHD_Response *response = response_of(answer, cut);
	char seconds[16];

	exchange->stage = STAGE_ANSWERED;
	MHD_add_response_header(response, "Content-Type", type);
	add_date(exchange->server, response);
	if (exchange->is_call)
		add_cors(response);
	else
		MHD_add_response_header(response, "Cache-Control",
					answer->file_type ? "private, max-age=600" : "no-store");
	if (answer->file_type)
		add_harmless(response);
	if (answer->retry_after_s) {
		snprintf(seconds, sizeof(seconds), "%d", answer->retry_after_s);
		MHD_add_response_header(response, "Retry-After", seconds);
	}
	enum MHD_Result queued =
		MHD_queue_response(exchange->connection, (unsigned int)answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

static void answer_long_url(struct sandbox_answer *answer)
{
	answer->status = EXCHANGE_URL_TOO_LONG;
	answer->content_type = "text/html";
	text_clear(&answer->body);
	text_add(&answer->body,
		 "<html>\r\n<head><title>414 Request-URI Too Large</title></head>\r\n<body>\r\n"
		 "<center><h1>414 Request-URI Too Large</h1></center>\r\n</body>\r\n</html>\r\n");
}

void exchange_fill_refusal(struct sandbox_answer *answer, const struct error *refusal)
{
	if (refusal->status == EXCHANGE_URL_TOO_LONG)
		answer_long_url(answer);
	else
		sandbox_answer_refusal(answer, refusal);
}

enum MHD_Result exchange_refuse(struct exchange *exchange, const struct error *refusal)
{
	struct sandbox_answer answer = {0};

	exchange_fill_refusal(&answer, refusal);
	enum MHD_Result queued = exchange_send(exchange, &answer, false);
	sandbox_answer_done(&answer);
	return queued;
}
