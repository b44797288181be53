/* The limiters of the Airtable tokens: 50 requests a second of one token are shared by all its bases. */
#pragma once

#include <stddef.h>

struct airtable_limiter;

/* {0} is an empty one. */
struct token_limits {
	size_t count;
	struct token_limit {
		char *token;                      /* owned */
		struct airtable_limiter *limiter; /* owned */
	} * list;                                 /* owned */
};
/* Borrowed until token_limits_done(); NULL for no token. */
struct airtable_limiter *token_limits_of(struct token_limits *limits, const char *token);
void token_limits_done(struct token_limits *limits);
