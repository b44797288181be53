/* One file that somebody attached, on its way: fetched, then decoded by a child, then there.
 *
 *     IMPORT_FETCHES ──> IMPORT_IS_FETCHED ──> IMPORT_DECODES ──> IMPORT_IS_OVER
 *            └───────────────────────────────────────────────────────^
 *
 * All of it in the thread that owns the http. */
#pragma once
#include "base/http.h"
#include "bridge/endpoints/endpoint.h"

struct import_work;
enum import_step {
	IMPORT_FETCHES, /* it has a request under way */
	IMPORT_IS_FETCHED, /* its file is in memory that counts as none of the process's own; it waits for a child */
	IMPORT_DECODES, /* it has a child */
	IMPORT_IS_OVER,
};
struct import_setup {
	struct http *http;        /* borrowed; woken when the child is over */
	const char *own_airtable; /* as in photos/fetch.h; or NULL */
	const char *program;      /* as in photos/decode.h; NULL: this program itself */
};

/* Begins to fetch. The order's texts are copied. */
struct import_work *import_work_start(const struct import_setup *setup, const struct picture_order *order);
/* Goes on by what has ended meanwhile. */
enum import_step import_work_step(struct import_work *work);
/* Starts the child, of one whose file is there. */
void import_work_decode(struct import_work *work);
/* Of one that is over: the end, and when it is ready its digest and size. The texts live as long as the work. */
void import_work_told(const struct import_work *work, struct picture_import *import_out);
/* Of one that is ready; the caller frees. */
struct json_object *import_work_renditions(const struct import_work *work);
/* Stops what is under way, and waits for its child to be gone. */
void import_work_close(struct import_work **work);
