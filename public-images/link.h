/* Links to pictures that carry their own permission.
 *
 *     <public url>/<db>/images/<image id>.<jpg|png>?d=<digest>&e=<expiry>&k=<key id>&s=<signature>
 *
 * d is base64url of the attachment's 16 digest bytes, e Unix seconds, k the id of the key, s base64url of keyed BLAKE2b-256 over
 * the text "davenport image v1" and then database, image id, extension, "image-1440", d, e, k as they stand decoded in the
 * link, each of these preceded by its length as 4 bytes big-endian. So no part of a link can be moved into another part. */
#pragma once
#include "public-images/keys.h"
#include "public-images/target.h"
#include <stdint.h>

/* The same picture keeps its link for so long: whoever fetches it twice has it cached. */
#define IMAGE_LINK_SAME_S ((int64_t)24 * 60 * 60)
/* A link that is given out is good for at least so long, and at most for IMAGE_LINK_SAME_S more. */
#define IMAGE_LINK_LEAST_S ((int64_t)24 * 60 * 60)

struct image_link {
	const char *database, *image;
	const char *extension; /* "jpg" or "png" */
	struct image_digest digest;
};

/* The expiry of a link that is made now: a multiple of IMAGE_LINK_SAME_S. */
int64_t image_link_expiry_s(int64_t now_s);
/* The whole link, signed with the active key; the caller frees. public_url has no slash at its end. ERROR_REFUSED: there is no key,
 * or the name of the database, the id or the extension cannot stand in a link. */
must_use bool image_link_make(const char *public_url, const struct image_link *link,
			      const struct image_keys *keys, int64_t now_s, char **link_out,
			      struct error *error);
/* Whether the signature is one of ours and the time has not come. The comparison takes the same time wherever signatures
 * differ, and an unknown key takes as long as a known one. */
bool image_link_check(const struct image_target *target, const struct image_keys *keys, int64_t now_s);
