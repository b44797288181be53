#include "bridge/admin/response.h"
#include "base/own.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *value;
} headers[] = {
	{"Content-Security-Policy",
	 "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
	 "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	/* Not no-referrer: with that, browsers hide from us where a form comes from. */
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
};

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		own_out_of_memory();
}

static struct MHD_Response *with_body(struct admin_answer *answer)
{
	struct MHD_Response *response;

	if (answer->file) {
		response = MHD_create_response_from_buffer(
			answer->file_length, (void *)(uintptr_t)answer->file, MHD_RESPMEM_PERSISTENT);
	} else {
		size_t length = answer->body.length;
		response = MHD_create_response_from_buffer(length, text_take(&answer->body),
							   MHD_RESPMEM_MUST_FREE);
	}
	if (!response)
		own_out_of_memory();
	return response;
}

void admin_response_add_headers(struct MHD_Response *response, const struct admin_answer *answer)
{
	char seconds[16];

	for (size_t i = 0; i < countof(headers); i++)
		add(response, headers[i].name, headers[i].value);
	add(response, "Content-Type", answer->type);
	add(response, "Cache-Control", answer->may_be_kept ? "private, max-age=86400" : "no-store");
	if (answer->location)
		add(response, "Location", answer->location);
	if (answer->cookie)
		add(response, "Set-Cookie", answer->cookie);
	if (answer->retry_after_s) {
		snprintf(seconds, sizeof seconds, "%d", answer->retry_after_s);
		add(response, "Retry-After", seconds);
	}
	if (answer->status == 401)
		add(response, "WWW-Authenticate", "Bearer");
	if (answer->status == 405)
		add(response, "Allow", "GET, HEAD, POST");
}

struct MHD_Response *admin_response(struct admin_answer *answer)
{
	struct MHD_Response *response = with_body(answer);

	admin_response_add_headers(response, answer);
	return response;
}
