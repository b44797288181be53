/* What becomes of a document's leaves: the merged document, and what it has not. */
#pragma once
#include "base/json.h"

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
void merged_leaves_done(struct merged_leaves *merged);
