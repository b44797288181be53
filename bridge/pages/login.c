#include "bridge/pages/login.h"

#include "base/clock.h"
#include "base/log.h"
#include "bridge/pages/layout.h"

#include <stdlib.h>

static const struct log no_place;

static void add_form(struct text *text)
{
	text_add(text, "<form method=\"post\" action=\"/login\">\n"
		       "<label for=\"password\">Password</label>\n"
		       "<input id=\"password\" name=\"password\" type=\"password\" required autofocus "
		       "autocomplete=\"current-password\">\n"
		       "<button>Log in</button>\n</form>\n");
}

static void add_words(struct text *text, bool has_password, const char *complaint)
{
	if (complaint)
		html_format(text, "<p class=\"reason\" role=\"alert\">%s</p>\n", complaint);
	if (has_password)
		add_form(text);
	else
		text_add(text,
			 "<p>These pages have no password, so only this machine itself may see them, and "
			 "not through a proxy. Make a password with <code>davenport password</code>.</p>\n");
}

static void answer_page(const struct admin_request *request, struct admin_answer *answer,
			const char *complaint)
{
	layout_begin(&(struct layout){.title = "Log in"}, request, &answer->body);
	text_add(&answer->body, "<div class=\"card door\">\n");
	add_words(&answer->body, access_has_password(request->access), complaint);
	text_add(&answer->body, "</div>\n");
	layout_end(&answer->body);
}

void login_page(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	if (request->right->is_owner)
		admin_answer_see_other(answer, "/");
	else
		answer_page(request, answer, NULL);
}

/* Who guesses is named in the log: an address, never what was tried. */
static void tell_wrong(const struct admin_request *request)
{
	char client[WEB_ADDRESS_TEXT_SIZE];

	web_address_text(&request->client, client);
	log_warn(&no_place, "the admin pages were given a wrong password from %s", client);
}

void login_form(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const char *password = web_form_value(request->form, "password");
	char session[SESSION_ID_SIZE] = "";

	(void)context;
	switch (access_login(request->access, &request->client, password ? password : "", clock_steady_ms(),
			     session, &answer->retry_after_s)) {
	case LOGIN_DONE:
		/* One that this browser had before ends. */
		access_logout(request->access, request->right);
		admin_answer_see_other(answer, "/");
		answer->cookie = access_cookie(session, request->over_tls);
		return;
	case LOGIN_WRONG:
		tell_wrong(request);
		answer->status = 403;
		answer_page(request, answer, "This is not the password.");
		return;
	case LOGIN_TOO_OFTEN:
		answer->status = 429;
		answer_page(request, answer, "Too many tries. Wait a moment, then try again.");
		return;
	}
	abort();
}

void logout_form(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	access_logout(request->access, request->right);
	admin_answer_see_other(answer, "/login");
	answer->cookie = access_cookie("", request->over_tls);
}
