/* Files that come with their bytes: POST /v0/{base}/{record}/{field}/uploadAttachment, and a person's in the grid. */
#pragma once
#include "sandbox/call.h"

#define SANDBOX_UPLOAD_LIMIT      5000000           /* bytes of the file */
#define SANDBOX_UPLOAD_BODY_LIMIT ((size_t)8 << 20) /* of the request, unless --body-limit is larger */

/* Appends; the answer is the row with this field alone, by its id. */
bool sandbox_upload(struct sandbox_call *call, struct error *error);
/* {"base","table","record","field","filename","contentType","file" in base64}: as in the grid, of any size. The answer is the
 * file's id. ERROR_REFUSED says what is wrong. */
must_use bool sandbox_upload_by_hand(struct sandbox_store *store, struct json_object *json,
				     const char **id_out, struct error *error);
