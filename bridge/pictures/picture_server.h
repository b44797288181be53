/* The public server for pictures, beside the integrations: it opens the cache and the server, looks now and then which databases are
 * here, and tidies the cache.
 *
 * It has a thread of its own, and stops nobody: what keeps it from listening (the port is taken, the folder cannot be used) is told to
 * the log at once and hourly, and tried again every few seconds. So a second process on the same machine takes it over when the
 * first one ends. */
#pragma once
#include "bridge/settings.h"
#include "public-images/keys.h"

#include <stdint.h>

struct picture_server;

/* The settings are borrowed until the close; bridge_settings_serve_pictures() holds of them. NULL with ERROR_FATAL: its keys are none,
 * or there is no thread to be had. */
must_use struct picture_server *picture_server_open(const struct bridge_settings *settings,
						    struct error *error);
/* From now on links are checked by these settings' keys, and CouchDB is asked as they say; what they say of the port and the cache is as
 * it was (bridge_settings_take()). They are borrowed until the close. Changes nothing on failure. */
must_use bool picture_server_take(struct picture_server *server, const struct bridge_settings *settings,
				  struct error *error);
struct picture_counts {
	bool is_open;           /* it listens */
	uint64_t answers[6];    /* by the hundreds of their status: [2]: 200-299 */
	uint64_t late, crowded; /* connections that were ended, or not let in */
	uint64_t cached, cached_bytes, evicted;
	uint64_t reads; /* pictures read from CouchDB */
};
/* Since it listens. From any thread. */
struct picture_counts picture_server_count(struct picture_server *server);
/* Of the keys by which links are checked now; the first one signs. How many there are. From any thread. */
size_t picture_server_key_ids(struct picture_server *server,
			      char ids_out[IMAGE_KEYS_MOST][IMAGE_KEY_ID_SIZE]);
/* Ends every connection. */
void picture_server_close(struct picture_server **server);
