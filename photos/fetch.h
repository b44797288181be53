/* Fetches a file that somebody attached, into memory that counts as none of the process's own, from where Airtable keeps files and
 * from nowhere else.
 *
 *     struct photo_fetch *fetch = photo_fetch_start(http, &order);
 *     ... http_run(http, ...) until photo_fetch_is_over(fetch) ...
 *     if (photo_fetch_take(fetch, &file, &error))
 *             decoding = photo_decode_start(file, ...);
 *     photo_fetch_close(&fetch);
 *
 * In the straight line of the thread that owns the http. The URL is a permission: it stands in no log and in no error. No proxy, no
 * cookie, no token is used. */
#pragma once
#include "base/http.h"

enum photo_fetch_limits { PHOTO_REDIRECTS_MOST = 3, PHOTO_FETCH_MS = 60000 };

struct photo_fetch_order {
	const char *url; /* copied */
	/* Where the operator's own Airtable is, as AIRTABLE_ENDPOINT_URL says; NULL: at Airtable. A file of the same scheme, host and port may come
	 * from any address and without TLS. Copied. */
	const char *own_airtable;
	size_t most_bytes; /* 0: PHOTO_FILE_MOST; for tests */
	int most_ms;       /* with all redirects; 0: PHOTO_FETCH_MS; for tests */
};
struct photo_fetch;

/* Never fails at once: what is wrong is told by photo_fetch_take(). */
struct photo_fetch *photo_fetch_start(struct http *http, const struct photo_fetch_order *order);
/* Follows a redirect, if that is what came. */
bool photo_fetch_is_over(struct photo_fetch *fetch);
/* Waits until it is over. The file is at its beginning and cannot be changed any more; the caller closes it. Its kind is not looked at.
 *   ERROR_LOST      401, 403, 404, 410: gone, or the URL has expired. Read the URL anew, once
 *   ERROR_RETRY     the network, a server that is overloaded (status 408, 425, 429, 5xx), a file that is cut or too slow
 *   ERROR_REFUSED   not from Airtable, an address that is not of the internet, http, too large, empty, too many redirects, another status
 *   ERROR_STOPPED   http_stop() */
must_use bool photo_fetch_take(struct photo_fetch *fetch, int *file_out, struct error *error);
void photo_fetch_close(struct photo_fetch **fetch); /* also ends one under way */
