#include "bridge/daemon/sent_pictures.h"

#include "bridge/endpoints/couch_endpoint.h"
#include "bridge/memory/heard_pictures.h"

struct picture_signing *sent_pictures_begin(const struct bridge_settings *settings,
					    const struct integration_config *config,
					    struct connection *connection, struct sync_setup *setup)
{
	if (!bridge_settings_serve_pictures(settings))
		return NULL;
	struct picture_signing *signing = picture_signing_open(settings, config->database);
	setup->signer = picture_signing_interface(signing);
	couch_endpoint_want_pictures(connection->couch_endpoint);
	return signing;
}

/* What cannot be asked now is asked after the next cycle. */
void sent_pictures_tell_none(struct sync *sync)
{
	struct error ignored = {0};

	(void)!sync_tell_unsent_pictures(sync, &ignored);
}
