/* Which picture of the database has which bytes: so what people attach is stored once. Read when it is first asked for, and kept by what
 * the feed tells. A hint: the picture that it names may be gone by now. */
#pragma once
#include "bridge/memory/memory.h"

/* Reads all digests, if they are not known. */
must_use bool sync_read_digests(struct sync *sync, struct error *error);
/* The id of a picture whose large rendition has this digest; NULL: none is known. Borrowed until the next note. */
const char *sync_image_of_digest(const struct sync *sync, const char *digest);
/* A picture has this digest, or gets it. Nothing is noted before all are read. */
void sync_note_digest(struct sync *sync, const char *digest, const char *image_id);
/* As the feed shows it. */
void sync_hear_digest(struct sync *sync, const char *full_id, struct json_object *body);
