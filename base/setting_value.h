/* What the value of a setting may be, by its type. */
#pragma once
#include "base/error.h"
#include "base/own.h"
#include <stddef.h>

enum setting_type {
	SETTING_TEXT,    /* char * */
	SETTING_SECRET,  /* char *; also as NAME_FILE; made known to the log for masking */
	SETTING_TOKEN,   /* a secret that goes into a header: of the characters that tokens have */
	SETTING_URL,     /* char *; http or https, no credentials inside, no trailing slash kept */
	SETTING_SECONDS, /* int */
	SETTING_COUNT,   /* int, not negative; 0 where the words say so */
	SETTING_LISTEN,  /* char *; "address:port" */
	SETTING_LIST,    /* char *; comma separated, kept as one text */
};

/* What is wrong with a value of any type but a secret, or NULL: a comment behind it, quotes around it, which no shell or reader of ours
 * has taken away. A sentence's end: "has quotes around it…". A literal, as all complaints here. */
const char *setting_value_complaint(const char *value);
/* For what is kept as a text: changes it to what is kept, or returns a complaint. A secret is made known to the log. */
const char *setting_value_check(enum setting_type type, char *value);
/* A whole number, not negative, that an int can hold. */
must_use bool setting_value_number(const char *value, int *number_out);
/* host and port of a SETTING_LISTEN text; host_out is at least 64 bytes. "[::1]:80" too. */
must_use bool setting_value_listen(const char *listen, char *host_out, size_t host_size, int *port_out,
				   struct error *error);
