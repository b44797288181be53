/* The pictures in CouchDB, as the public server asks for them (public-images/source.h): the attachment "image-1440" of the app's image
 * documents. Each worker has connections of its own. A request is tried once: whoever wants the picture asks again. */
#pragma once
#include "bridge/settings.h"
#include "public-images/source.h"

struct json_object;

/* Borrowed by the source and all its workers. */
struct image_source couch_pictures_source(const struct settings_now *now);

/* What the stub of a document's picture says. False: it has none whose digest could be told. */
bool couch_pictures_stub(struct json_object *body, struct image_picture *picture_out);
