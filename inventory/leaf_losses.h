/* Values that leaves had and the merged document has not. */
#pragma once
#include "inventory/merged_leaves.h"

/* What the leaf has at the path gave way to another's. */
void leaf_lose(struct merged_leaves *merged, size_t leaf, const char *path, struct json_object *flat);
/* All leaves have become 'ours': what is there instead is known, and what a later leaf brought back is not lost. */
void leaf_finish_losses(struct merged_leaves *merged, struct json_object *ours);
