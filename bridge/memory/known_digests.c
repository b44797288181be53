#include "bridge/memory/known_digests.h"

#include "inventory/document.h"

bool sync_read_digests(struct sync *sync, struct error *error)
{
	struct json_object *digests;

	if (sync->digests)
		return true;
	digests = json_new_object();
	if (!sync->couch.ops->picture_digests(sync->couch.self, digests, error)) {
		json_release(digests);
		return error_wrap(error, "reading the digests of pictures");
	}
	sync->digests = digests;
	return true;
}

const char *sync_image_of_digest(const struct sync *sync, const char *digest)
{
	return json_text_or(sync->digests, digest, NULL);
}

void sync_note_digest(struct sync *sync, const char *digest, const char *image_id)
{
	if (sync->digests)
		json_put_text(sync->digests, digest, image_id);
}

void sync_hear_digest(struct sync *sync, const char *full_id, struct json_object *body)
{
	const char *id = NULL, *digest = json_text_or(document_data(body), "image_1440_digest", NULL);

	if (digest && document_type_of(full_id, &id) == DOCUMENT_IMAGE)
		sync_note_digest(sync, digest, id);
}
