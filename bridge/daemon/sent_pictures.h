/* Whether an integration sends pictures: where they are served from here. */
#pragma once
#include "bridge/connect/connection.h"
#include "bridge/pictures/picture_signer.h"

/* Adds the signer to what the sync is made of, and has the feed tell of pictures. NULL: none are sent. The caller closes it behind the
 * sync. */
struct picture_signing *sent_pictures_begin(const struct bridge_settings *settings,
					    const struct integration_config *config,
					    struct connection *connection, struct sync_setup *setup);
/* After a cycle: where there are pictures that are not sent the log says so, once. */
void sent_pictures_tell_none(struct sync *sync);
