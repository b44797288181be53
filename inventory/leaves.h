/* The live leaves of one document, made one again: CouchDB keeps side by side what devices wrote apart from each other, shows one of
 * it, and leaves the rest to whoever knows what the data means (sync-rules 8). Pure, without clock or chance: whoever merges the
 * same leaves with the same ancestors makes the same document.
 *
 * Key by key, against what the leaves had before they parted. What one of two moved is taken. Of what both moved, to different
 * values, that of the newer leaf wins (by updated_at; at the same time the one that CouchDB prefers), and the other is lost, which
 * is told. Where the ancestor is not known, both have moved whatever differs. Keys that only make sense together, such as a number
 * and the codes that are made of it, are taken together. Marks of pairings are merged per integration, and are never told. */
#pragma once
#include "inventory/document.h"

/* What a body has, as {path: hash}: enough to see what has moved since, and small enough to be kept. A path is "data/<key>",
 * "integrations/<id>", "attachments/<name>" or "top/<key>"; a hash has 48 bits, and one that is null says that it is not known. The caller puts. */
#define LEAF_IN_DATA "data/"
struct json_object *leaf_digest(struct json_object *body);

struct leaf {
	const char *revision;     /* borrowed */
	struct json_object *body; /* borrowed; with "_attachments" stubs */
	struct json_object *
		ancestor; /* borrowed; digest of what it has in common with the first leaf; NULL: not known */
};

/* A value that a leaf had and the merged document has not. */
struct leaf_loss {
	size_t leaf;                        /* whose it was */
	struct json_object *lost, *instead; /* owned; data: {key: value}; absent: the key was not there */
};
/* An attachment that only a losing leaf has: it has to be fetched, since no stub can name it. */
struct leaf_attachment {
	size_t leaf;
	char *name, *as; /* owned; there, and in the merged document */
};
struct merged_leaves {
	struct json_object
		*body; /* owned; what the first leaf is to become, with its _rev; NULL: it stays as it is */
	size_t loss_count, attachment_count;
	struct leaf_loss *losses;            /* owned; at most one a leaf, in their order */
	struct leaf_attachment *attachments; /* owned */
};
/* The first leaf is the one that CouchDB shows; the others in any order. */
void leaves_merge(enum document_type type, const struct leaf *leaves, size_t count,
		  struct merged_leaves *merged_out);
void merged_leaves_done(struct merged_leaves *merged);

/* Whether a person may have changed anything since: marks and times are no change. A NULL digest: it may. */
bool leaf_has_moved(struct json_object *body, struct json_object *digest);
/* CouchDB's order of two live leaves: above 0 when it shows the first of both. */
int leaf_compare(const char *revision, const char *other);
