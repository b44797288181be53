/* What people attach in Airtable is fetched and decoded beside an integration's cycles, by an importer of its own. */
#pragma once
#include "bridge/connect/connection.h"
#include "bridge/pictures/picture_imports.h"

/* Adds the importer to what the sync is made of. The caller closes it before the connection, which it wakes. */
struct picture_imports *attached_pictures_begin(const struct bridge_settings *settings,
						struct connection *connection, struct sync_setup *setup);
/* Waits until nothing that was ordered is under way any more; false: nothing was, or everything is to end. */
bool attached_pictures_await(struct picture_imports *imports, struct http *http);
