/* Signs links to the pictures of one database, by the keys of IMAGE_KEYS as they were read last: at the start, and at a SIGHUP. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "bridge/settings.h"

struct picture_signing;

/* bridge_settings_serve_pictures() holds of the settings, which are borrowed until the close. */
struct picture_signing *picture_signing_open(const struct bridge_settings *settings, const char *database);
void picture_signing_close(struct picture_signing **signing);
const struct picture_signer *picture_signing_interface(const struct picture_signing *signing);

/* From now on all links of this process are signed by these settings' keys. Nothing on failure. */
must_use bool picture_signing_take_keys(const struct bridge_settings *settings, struct error *error);
