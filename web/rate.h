/* How often each address may ask: a bucket of tokens for each, that fills as time passes.
 *
 * The memory is constant. With more addresses than there are buckets the one that was quiet for longest loses its own, and begins
 * with a full one when it comes back. */
#pragma once
#include "web/address.h"
#include <stdbool.h>
#include <stdint.h>

struct web_rate;

/* per_second: tokens that come back; burst: tokens in a full bucket (at least 1). From any thread. */
struct web_rate *web_rate_open(double per_second, double burst);
void web_rate_close(struct web_rate **rate);

/* Takes a token of the caller's (web_address_caller()). False: there is none; *wait_s_out says after how many whole seconds there
 * will be one. */
bool web_rate_take(struct web_rate *rate, const struct web_address *caller, int64_t now_steady_ms,
		   int *wait_s_out);
