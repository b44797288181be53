#include "bridge/merge/merge_common.h"

const char *merge_common_ancestor(const struct endpoint_revision *other, const struct endpoint_revision *leaf)
{
	for (size_t i = 0; i < json_length(leaf->lineage); i++) {
		const char *revision = json_text_of(json_at(leaf->lineage, i));
		if (endpoint_lineage_has(other->lineage, revision))
			return revision;
	}
	return NULL;
}

size_t merge_nearest_leaf(const struct endpoint_revision *leaves, size_t leaf)
{
	for (size_t i = 0; i < json_length(leaves[leaf].lineage); i++) {
		const char *revision = json_text_of(json_at(leaves[leaf].lineage, i));
		for (size_t other = 0; other < leaf; other++)
			if (endpoint_lineage_has(leaves[other].lineage, revision))
				return other;
	}
	return 0;
}
