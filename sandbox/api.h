/* One request to /v0, from its target to its answer.
 *
 * The order of the checks: route and shape of ids (404), token (401), base and table (403), then the
 * rate limit, which is the server's, then the body (422). */
#pragma once
#include "sandbox/call.h"

/* Route, kind and body; once, first. */
void sandbox_call_read(struct sandbox_call *call);
/* All that is looked at before the rate limit. */
must_use bool sandbox_call_check(struct sandbox_call *call, struct error *error);
/* Check, do and answer; a refusal becomes the answer. */
void sandbox_call_run(struct sandbox_call *call);
