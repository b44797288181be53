/* The settings in a sentence. */
#pragma once
#include "bridge/settings.h"

/* One line of what matters, without a secret: "CouchDB at …; Airtable at …". The caller frees. */
char *bridge_settings_message(const struct bridge_settings *settings);
