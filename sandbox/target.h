/* A request's target: the raw path split on '/' and then decoded, so that a table's name may hold %2F;
 * the query as pairs, '+' being a space. */
#pragma once
#include "base/own.h"
#include <stdbool.h>
#include <stddef.h>

#define SANDBOX_URL_LIMIT     16000 /* characters */
#define SANDBOX_SEGMENT_LIMIT 8

struct sandbox_pair {
	char *name, *value; /* owned */
};

struct sandbox_target {
	size_t count;
	char *segments[SANDBOX_SEGMENT_LIMIT]; /* owned; a closing '/' adds none */
	size_t pair_count;
	struct sandbox_pair *pairs; /* owned */
	bool bad_path;              /* more segments, a NUL, no UTF-8 */
	bool bad_query;             /* a NUL, no UTF-8 */
};

void sandbox_target_read(const char *uri, struct sandbox_target *target_out);
void sandbox_target_done(struct sandbox_target *target);
/* /v0/{base}/{record}/{field}/uploadAttachment */
bool sandbox_target_is_upload(const struct sandbox_target *target);
/* The value of a pair, or NULL. */
const char *sandbox_target_get(const struct sandbox_target *target, const char *name);
