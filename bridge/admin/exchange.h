/* One request as its route finds it, and the answer that it gives. */
#pragma once
#include "base/text.h"
#include "bridge/admin/access.h"
#include "web/form.h"

struct admin_request {
	const char *path;
	const struct web_form *query, *form; /* the end of the address; the body, of a POST */
	const struct access_right *right;
	struct access *access;
	struct web_address client; /* who asks, also behind a proxy */
	bool from_here;            /* from this machine, through no proxy */
	bool over_tls;
	const char *form_token; /* for the forms of a page */
	int login_wait_s;       /* of a login: the password may not be tried before; 0: it may */
};

/* {.status = 200} and no words when its route is called. */
struct admin_answer {
	int status;
	const char *type;   /* a literal: "text/html; charset=utf-8" */
	struct text body;   /* owned */
	const char *file;   /* in place of the body: bytes that live as long as the program, of ... */
	size_t file_length; /* ... so many */
	char *location;     /* owned, or NULL */
	char *cookie;       /* owned, or NULL */
	int retry_after_s;  /* 0: not said */
	bool may_be_kept;   /* by the browser, for a day; else nobody keeps it */
};
void admin_answer_done(struct admin_answer *answer);

#define ADMIN_TYPE_HTML "text/html; charset=utf-8"
#define ADMIN_TYPE_TEXT "text/plain; charset=utf-8"
#define ADMIN_TYPE_JSON "application/json"

/* In place of whatever is there. The place of 'location' is one of ours. */
void admin_answer_words(struct admin_answer *answer, int status, const char *words);
void admin_answer_see_other(struct admin_answer *answer, const char *location);

enum admin_right {
	ADMIN_ANYBODY,
	ADMIN_HERE,  /* whoever asks from this machine, and the owner */
	ADMIN_OWNER, /* others are sent to the page where one logs in */
};
struct admin_route {
	const char
		*method; /* "GET", which is HEAD as well; "POST": brings a form, with the token of its page */
	const char *path; /* all of it */
	enum admin_right right;
	bool slow; /* it may take long, as it asks a server: it is run by a thread that nobody else waits for */
	bool is_login; /* one that costs a try of the password (access_may_try()); its form comes from somebody who has no session yet: no token, and a thread of its own */
	bool is_stream; /* of events (admin/events.h): there is nothing to run */
	void (*run)(void *context, const struct admin_request *request, struct admin_answer *answer);
};
/* Ends with a NULL path. context: of all of them. */
struct admin_routes {
	const struct admin_route *list;
	void *context;
	/* Around each route that is slow, in its thread; or NULL. waited_ms: how long the request stood in the row. */
	void (*slow_begins)(void *context, int64_t waited_ms);
	void (*slow_ends)(void *context, struct admin_answer *answer);
	uint64_t (*version)(
		void *context); /* of what pages show; from a thread of its own, at once; NULL: there is no stream */
};
