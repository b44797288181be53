#include "inventory/leaf_losses.h"

#include "inventory/leaf_paths.h"

#include <string.h>

static struct leaf_loss *loss_of(struct merged_leaves *merged, size_t leaf)
{
	for (size_t i = 0; i < merged->loss_count; i++)
		if (merged->losses[i].leaf == leaf)
			return &merged->losses[i];
	merged->losses = own_resize(merged->losses, merged->loss_count + 1, sizeof *merged->losses);
	struct leaf_loss *loss = &merged->losses[merged->loss_count++];
	*loss = (struct leaf_loss){leaf, json_new_object(), json_new_object()};
	return loss;
}

/* What the app makes of other keys is nobody's loss. */
static bool is_told(const char *path)
{
	return leaf_path_is_in(path, LEAF_IN_DATA) && path[strlen(LEAF_IN_DATA)] != '_';
}

/* The key stands in 'instead' from the beginning; what is there instead is known at the end. */
void leaf_lose(struct merged_leaves *merged, size_t leaf, const char *path, struct json_object *flat)
{
	struct json_object *value = NULL;

	if (!is_told(path))
		return;
	struct leaf_loss *loss = loss_of(merged, leaf);
	const char *key = path + strlen(LEAF_IN_DATA);
	json_put(loss->instead, key, NULL);
	if (json_find(flat, path, &value))
		json_put(loss->lost, key, json_copy(value));
}

/* A third leaf may have brought back what a second one took away. */
static void finish_loss(struct leaf_loss *loss, struct json_object *ours)
{
	json_each (loss->instead, key, ignored) {
		struct json_object *value = NULL, *lost = NULL;
		scoped_text path = own_format("%s%s", LEAF_IN_DATA, key);
		(void)ignored;
		bool there = json_find(ours, path, &value), was_there = json_find(loss->lost, key, &lost);
		if (there == was_there && (!there || json_equal(value, lost))) {
			json_remove(loss->lost, key);
			json_remove(loss->instead, key);
		} else if (there) {
			json_put(loss->instead, key, json_copy(value));
		} else {
			json_remove(loss->instead, key);
		}
	}
}

void leaf_finish_losses(struct merged_leaves *merged, struct json_object *ours)
{
	size_t count = 0;

	for (size_t i = 0; i < merged->loss_count; i++) {
		struct leaf_loss *loss = &merged->losses[i];
		finish_loss(loss, ours);
		if (json_key_count(loss->lost) || json_key_count(loss->instead)) {
			merged->losses[count++] = *loss;
			continue;
		}
		json_release(loss->lost);
		json_release(loss->instead);
	}
	merged->loss_count = count;
}
