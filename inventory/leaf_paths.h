/* A document's body laid flat, {path: value}, so that leaves can be compared and merged path by path. A path is "data/<key>",
 * "integrations/<id>" or "top/<key>". Times are not in it. Only digests have "attachments/<name>" and "updated_at". */
#pragma once
#include "inventory/document.h"

#define LEAF_IN_DATA  "data/"
#define LEAF_IN_MARKS "integrations/"
#define LEAF_IN_FILES "attachments/"
#define LEAF_IN_TOP   "top/"
#define LEAF_TIME     "updated_at"

/* The caller puts. */
struct json_object *leaf_flat(struct json_object *body);
/* 'body', of this type, is to have what 'flat' has, and nothing else but its times and attachments. */
void leaf_put_flat(enum document_type type, struct json_object *body, struct json_object *flat);

/* What a digest has of a value, and of an attachment, which is known by its content. The caller puts. */
struct json_object *leaf_hash(struct json_object *value);
struct json_object *leaf_attachment_hash(struct json_object *stub);

bool leaf_path_is_in(const char *path, const char *place);
/* Whether a person edits what stands there: app links and times are no edits. */
bool leaf_path_is_edited(const char *path);
/* Whether what stands at the path, of which this is the hash (NULL: nothing), is not what the ancestor had there; also when that is
 * not known. */
bool leaf_path_moved(struct json_object *ancestor, const char *path, struct json_object *hash);

/* What a body has, as {path: hash}: enough to see what has moved since, and small enough to be kept. A hash has 48 bits, and one
 * that is null says that it is not known. LEAF_TIME has the time itself, in ms; 0: the body has none. The caller puts. */
struct json_object *leaf_digest(struct json_object *body);

/* Whether a person may have changed anything since: app links and times are no change. A NULL digest: it may. */
bool leaf_has_moved(struct json_object *body, struct json_object *digest);
