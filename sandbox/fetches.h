/* What becomes of files that were given by their URL: when each is fetched, and what its end does to the cell.
 *
 *     new ──begin──> waiting ──take──> asking ──finish──> stored in the cell
 *      └> refused       └> fails, broken      ├> fails       └> lost again
 *
 * Nothing here uses the network: fetcher.h does. An object that fails leaves its cell, and the rest of the row stays. A URL
 * that failed SANDBOX_FETCH_FAILURES times within SANDBOX_FETCH_FAILURES_MS of the sandbox's clock is not tried again: the
 * object leaves its cell before the write is answered. The end of a fetch is no modification, unless the store says so. */
#pragma once
#include "sandbox/world.h"

#define SANDBOX_FETCHES_AT_ONCE 4

/* Looks at what writes have given: rules of the fault plan, URLs that failed too often. The answer is why an object was
 * dropped at once, "attachmentsFailedUploading" or what a rule says; the caller frees; NULL: none was. */
char *sandbox_fetches_begin(struct sandbox *sandbox, int64_t now_us);

struct sandbox_fetch_order {
	uint64_t number;
	char *url; /* owned by the caller */
};
/* The next file whose moment has come, if there is one. What is due without a request is done here, too. next_us_out: when it
 * is worth asking again, INT64_MAX: not before something new is there. */
must_use bool sandbox_fetches_take(struct sandbox *sandbox, int64_t now_us,
				   struct sandbox_fetch_order *order_out, int64_t *next_us_out);
/* Its bytes, which are taken, and its Content-Type; NULL: it failed. A number that the store does not know, since another one was loaded
 * meanwhile, is passed over. */
void sandbox_fetches_finish(struct sandbox *sandbox, uint64_t number, char *bytes, size_t size,
			    const char *type, int64_t now_us);
