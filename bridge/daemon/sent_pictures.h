/* How an integration sends pictures: by links where they are served from here, else with their bytes. */
#pragma once
#include "bridge/connect/connection.h"
#include "bridge/pictures/picture_signer.h"

/* Adds pictures, and the signer, to what the sync is made of, and has the feed tell of them. NULL: no links are signed. The caller closes
 * it behind the sync. */
struct picture_signing *sent_pictures_begin(const struct bridge_settings *settings,
					    const struct integration_config *config,
					    struct connection *connection, struct sync_setup *setup);
