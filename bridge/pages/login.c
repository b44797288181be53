#include "bridge/pages/login.h"

#include "base/clock.h"
#include "base/log.h"
#include "bridge/pages/layout.h"

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

static void answer_complaint(const struct admin_request *request, struct admin_answer *answer, int status,
			     const char *complaint)
{
	answer->status = status;
	answer_page(request, answer, complaint);
}

void login_form(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	const char *password = web_form_value(request->form, "password");
	char session[SESSION_ID_SIZE] = "";

	(void)context;
	if (request->login_wait_s) {
		answer->retry_after_s = request->login_wait_s;
		answer_complaint(request, answer, 429, "Too many tries. Wait a moment, then try again.");
	} else if (access_login(request->access, password ? password : "", clock_steady_ms(), session)) {
		access_logout(request->access, request->right); /* the one that this browser had before */
		admin_answer_see_other(answer, "/");
		answer->cookie = access_cookie(session, request->over_tls);
	} else {
		tell_wrong(request);
		answer_complaint(request, answer, 403, "This is not the password.");
	}
}

void logout_form(void *context, const struct admin_request *request, struct admin_answer *answer)
{
	(void)context;
	access_logout(request->access, request->right);
	admin_answer_see_other(answer, "/login");
	answer->cookie = access_cookie("", request->over_tls);
}
