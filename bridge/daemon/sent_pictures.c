#include "bridge/daemon/sent_pictures.h"

#include "bridge/endpoints/couch_endpoint.h"

struct picture_signing *sent_pictures_begin(const struct bridge_settings *settings,
					    const struct integration_config *config,
					    struct connection *connection, struct sync_setup *setup)
{
	struct picture_signing *signing = NULL;

	setup->pictures = true;
	couch_endpoint_want_pictures(connection->couch_endpoint);
	if (bridge_settings_serve_pictures(settings))
		signing = picture_signing_open(settings, config->database);
	setup->signer = picture_signing_interface(signing);
	return signing;
}
