/* The admin port of a process that runs: the server with its pages.
 *
 * It has a thread of its own, and stops nobody: what keeps it from listening is told to the log at once and hourly, and tried again every few
 * seconds. So a second process on the same machine takes the port over when the first one ends. */
#pragma once
#include "bridge/settings.h"

struct admin_port;
struct fleet;
struct picture_server;

/* All of them are borrowed until the close. pictures: NULL where none are served. */
struct admin_port *admin_port_open(const struct bridge_settings *settings, struct fleet *fleet,
				   struct picture_server *pictures);
/* From now on these settings' password and token count, and the pages ask CouchDB as they say. Borrowed until the close. From any thread. */
void admin_port_take(struct admin_port *port, const struct bridge_settings *settings);
/* Ends what its pages ask of servers. At once; before the close. */
void admin_port_stop(struct admin_port *port);
/* Stops, and ends every connection. */
void admin_port_close(struct admin_port **port);
