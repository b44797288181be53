/* Attachments, streamed. */
#pragma once
#include "couch/client.h"

struct couch_attachment {
	char content_type[128];
	char etag[128];
	int64_t length; /* of what came: not every server says it beforehand */
};
/* The bytes go to 'on_data' as they come (false ends it: ERROR_STOPPED); 'rev' may be NULL for the winner. */
must_use bool couch_attachment_read(struct couch_client *couch, const char *id, const char *rev,
				    const char *name,
				    bool (*on_data)(void *context, const char *bytes, size_t length),
				    void *context, struct couch_attachment *attachment_out,
				    struct error *error);
/* The whole of it in memory. ERROR_REFUSED when it has more than 'most' bytes. The caller ends the text. */
must_use bool couch_attachment_gather(struct couch_client *couch, const char *id, const char *rev,
				      const char *name, size_t most, struct text *bytes_out,
				      struct couch_attachment *found_out, struct error *error);
#define COUCH_INLINE_LIMIT ((size_t)16 << 20) /* bytes of an attachment that is put into a document's body */
/* The same as a document's body may hold it, {content_type, data: base64}. ERROR_REFUSED when it is larger than that. The caller
 * puts. */
must_use bool couch_attachment_inline(struct couch_client *couch, const char *id, const char *rev,
				      const char *name, struct json_object **attachment_out,
				      struct error *error);
/* Writes one attachment to the revision 'rev'; rev_out at least 80 bytes. */
must_use bool couch_attachment_write(struct couch_client *couch, const char *id, const char *rev,
				     const char *name, const char *content_type, const void *bytes,
				     size_t length, char *rev_out, struct error *error);
