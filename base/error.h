/* What went wrong, and what to do next. */
#pragma once
#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_RETRY, /* the network or the server hiccuped: a read may be done again, a write must be decided again */
	ERROR_CONFLICT, /* someone wrote in between: read again, plan again */
	ERROR_LOST, /* our place in the feed (or the thing itself) is unknown there: start from a full listing */
	ERROR_REFUSED, /* this record will not pass as it is: park it, go on with the others */
	ERROR_STOPPED, /* we were asked to stop */
	ERROR_FATAL,   /* settings, rights or a bug: a person has to act */
};

#define ERROR_TEXT_SIZE 512

struct error {
	enum error_kind kind;
	int status;         /* the HTTP status behind it, 0 when there was none */
	int retry_after_ms; /* what the server asked for; 0: our own backoff */
	bool unreached; /* no connection to the server came about: nothing was sent, and asking soon costs nothing */
	const char *server; /* a literal: "Airtable"; "CouchDB" only when it did not answer; or NULL */
	char code[64];      /* the server's own word for it ("UNKNOWN_FIELD_NAME"), or "" */
	char text[ERROR_TEXT_SIZE]; /* a sentence; always valid UTF-8, a cut is shown by "…" */
};

/* Both return false, so that a failing function ends with `return error_set(...)`. A NULL error is
 * allowed. error_set() clears all but the words; error_wrap() puts words and ": " in front. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool error_wrap(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "retry", "conflict", ... for logs and JSON. */
const char *error_kind_name(enum error_kind kind);
