/* Bodies are laid flat, {path: value}, and merged path by path; then the first leaf's body is told what became of it.
 *
 * Leaves are merged one after the other into the first. Of each path it is known which leaf its value came from, so that with
 * three leaves the newest of all wins. */
#include "inventory/leaves.h"

#include "inventory/leaf_losses.h"
#include "inventory/leaf_paths.h"

#include <stdlib.h>
#include <string.h>

#define TOGETHER_MOST 16

/* Keys of an item that are taken together: always, or when the first of them has moved. */
static const struct together {
	bool when_first_moved;
	const char *keys[TOGETHER_MOST]; /* ended by NULL */
} togethers[] = {
	{false, {"expiry_date", "expire_soon_prior_days", "_expire_soon_at"}},
	{false, {"container_id", "always_show_in_collection", "_show_in_collection"}},
	{false,
	 {"item_reference_number", "serial", "individual_asset_reference",
	  "individual_asset_reference_manually_set", "ignore_iar_prefix", "epc_tag_uri",
	  "epc_tag_uri_manually_set", "epc_manually_set", "rfid_tag_epc_memory_bank_contents",
	  "rfid_tag_epc_memory_bank_contents_manually_set"}},
	/* A number is one of its collection. */
	{true,
	 {"collection_id", "config_uuid", "container_id", "always_show_in_collection", "_show_in_collection",
	  "item_reference_number", "serial", "individual_asset_reference", "epc_tag_uri",
	  "rfid_tag_epc_memory_bank_contents"}},
	{true,
	 {"item_type", "_can_contain_items", "consumable_stock_quantity", "consumable_will_not_restock"}},
};

int leaf_compare(const char *revision, const char *other)
{
	long generation = strtol(revision, NULL, 10), others = strtol(other, NULL, 10);

	if (generation != others)
		return generation < others ? -1 : 1;
	return strcmp(revision, other);
}

/* ---- two of them ---- */

struct merging {
	const struct leaf *leaves;
	struct json_object *ours; /* owned; flat; what all leaves so far have become */
	struct json_object
		*origin; /* owned; {path: the leaf it came from}; of those that are not named the first */
	bool changed;
	struct merged_leaves *merged;
};

/* A path at which both differ. */
struct difference {
	const char *path;  /* borrowed from 'ours' or 'theirs' */
	size_t group;      /* the first of those that are taken together */
	bool ours, theirs; /* who moved it */
};

struct differences {
	size_t count;
	struct difference *list; /* owned */
};

static bool value_has_moved(struct json_object *ancestor, const char *path, struct json_object *flat)
{
	struct json_object *value = NULL;
	scoped(json_object) hash = json_find(flat, path, &value) ? leaf_hash(value) : NULL;

	return leaf_path_moved(ancestor, path, hash);
}

static bool differs(struct json_object *ours, struct json_object *theirs, const char *path)
{
	struct json_object *left = NULL, *right = NULL;
	bool in_ours = json_find(ours, path, &left), in_theirs = json_find(theirs, path, &right);

	return in_ours != in_theirs || (in_ours && !json_equal(left, right));
}

static void add_difference(struct differences *found, char *path)
{
	found->list = own_resize(found->list, found->count + 1, sizeof *found->list);
	found->list[found->count++] = (struct difference){.path = path};
}

static int by_path(const void *left, const void *right)
{
	const struct difference *a = left, *b = right;

	return strcmp(a->path, b->path);
}

static void find_differences(const struct merging *merging, struct json_object *theirs,
			     struct json_object *ancestor, struct differences *found)
{
	json_each (merging->ours, path, value) {
		(void)value;
		if (differs(merging->ours, theirs, path))
			add_difference(found, own_copy(path));
	}
	json_each (theirs, their_path, their_value) {
		(void)their_value;
		if (!json_find(merging->ours, their_path, NULL))
			add_difference(found, own_copy(their_path));
	}
	if (found->count > 1)
		qsort(found->list, found->count, sizeof *found->list, by_path);
	for (size_t i = 0; i < found->count; i++) {
		struct difference *difference = &found->list[i];
		difference->group = i;
		difference->ours = value_has_moved(ancestor, difference->path, merging->ours);
		difference->theirs = value_has_moved(ancestor, difference->path, theirs);
	}
}

static struct difference *difference_at(const struct differences *found, const char *key)
{
	for (size_t i = 0; i < found->count; i++)
		if (leaf_path_is_in(found->list[i].path, LEAF_IN_DATA) &&
		    strcmp(found->list[i].path + strlen(LEAF_IN_DATA), key) == 0)
			return &found->list[i];
	return NULL;
}

static void join(struct differences *found, size_t group, size_t with)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].group == group)
			found->list[i].group = with;
}

static void join_together(struct differences *found, const struct together *together)
{
	const struct difference *first = NULL;

	if (together->when_first_moved && !difference_at(found, together->keys[0]))
		return;
	for (size_t i = 0; together->keys[i]; i++) {
		const struct difference *one = difference_at(found, together->keys[i]);
		if (one && first)
			join(found, one->group, first->group);
		first = first ? first : one;
	}
}

static size_t origin_of(const struct merging *merging, const char *path)
{
	return (size_t)json_int_or(merging->origin, path, 0);
}

/* Of two leaves the one that was edited last. */
static bool is_newer(const struct leaf *leaf, const struct leaf *other)
{
	int64_t time_ms = document_updated_at(leaf->body), others_ms = document_updated_at(other->body);

	return time_ms != others_ms ? time_ms > others_ms : leaf_compare(leaf->revision, other->revision) > 0;
}

static int64_t mark_time(struct json_object *flat, const char *path)
{
	return json_int_or(json_child(flat, path, json_type_object), "modified_at", 0);
}

/* Of an app link the newer one counts, whatever else the leaves have. */
static bool theirs_is_newer(const struct merging *merging, struct json_object *theirs, size_t leaf,
			    const struct differences *found, size_t group)
{
	const char *path = found->list[group].path;
	bool newer = true;

	if (leaf_path_is_in(path, LEAF_IN_MARKS) && mark_time(merging->ours, path) != mark_time(theirs, path))
		return mark_time(merging->ours, path) < mark_time(theirs, path);
	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].group == group)
			newer = newer && is_newer(&merging->leaves[leaf],
						  &merging->leaves[origin_of(merging, found->list[i].path)]);
	return newer;
}

/* ---- taking ---- */

static void take_theirs(struct merging *merging, struct json_object *theirs, size_t leaf, const char *path)
{
	struct json_object *value = NULL;

	if (json_find(theirs, path, &value))
		json_put(merging->ours, path, json_share(value));
	else
		json_remove(merging->ours, path);
	json_put(merging->origin, path, json_new_int((int64_t)leaf));
	merging->changed = true;
}

static void merge_group(struct merging *merging, struct json_object *theirs, size_t leaf,
			const struct differences *found, size_t group)
{
	bool ours = false, theirs_moved = false;

	for (size_t i = 0; i < found->count; i++)
		if (found->list[i].group == group) {
			ours = ours || found->list[i].ours;
			theirs_moved = theirs_moved || found->list[i].theirs;
		}
	bool takes = theirs_moved && (!ours || theirs_is_newer(merging, theirs, leaf, found, group));
	for (size_t i = 0; i < found->count; i++) {
		const struct difference *one = &found->list[i];
		if (one->group != group)
			continue;
		if (takes && one->ours)
			leaf_lose(merging->merged, origin_of(merging, one->path), one->path, merging->ours);
		else if (!takes && one->theirs)
			leaf_lose(merging->merged, leaf, one->path, theirs);
		if (takes)
			take_theirs(merging, theirs, leaf, one->path);
	}
}

static void merge_leaf(struct merging *merging, enum document_type type, size_t leaf)
{
	scoped(json_object) theirs = leaf_flat(merging->leaves[leaf].body);
	struct differences found = {0};

	find_differences(merging, theirs, merging->leaves[leaf].ancestor, &found);
	for (size_t i = 0; type == DOCUMENT_ITEM && i < countof(togethers); i++)
		join_together(&found, &togethers[i]);
	for (size_t i = 0; i < found.count; i++)
		if (found.list[i].group == i)
			merge_group(merging, theirs, leaf, &found, i);
	for (size_t i = 0; i < found.count; i++)
		free((char *)(uintptr_t)found.list[i].path);
	free(found.list);
}

/* ---- attachments ---- */

static void add_attachment(struct merged_leaves *merged, size_t leaf, const char *name, char *as)
{
	merged->attachments =
		own_resize(merged->attachments, merged->attachment_count + 1, sizeof *merged->attachments);
	merged->attachments[merged->attachment_count++] = (struct leaf_attachment){leaf, own_copy(name), as};
}

/* Both stay, unless the other is what the first leaf has put something else in the place of, or has removed. */
static void merge_attachments(const struct leaf *leaves, size_t leaf, struct merged_leaves *merged)
{
	struct json_object *ours = json_child(leaves[0].body, "_attachments", json_type_object);
	struct json_object *theirs = json_child(leaves[leaf].body, "_attachments", json_type_object);

	json_each (theirs, name, stub) {
		struct json_object *present = NULL;
		bool taken = json_find(ours, name, &present);
		scoped(json_object) hash = leaf_attachment_hash(stub);
		scoped(json_object) our_hash = taken ? leaf_attachment_hash(present) : NULL;
		scoped_text path = own_format("%s%s", LEAF_IN_FILES, name);
		bool same = taken && json_int_of(hash) == json_int_of(our_hash);
		if (same || (leaves[leaf].ancestor && !leaf_path_moved(leaves[leaf].ancestor, path, hash)))
			continue;
		add_attachment(merged, leaf, name,
			       taken ? own_format("%s (%s)", name, leaves[leaf].revision) : own_copy(name));
	}
}

/* ---- all of them ---- */

static const struct leaf *newest_of(const struct leaf *leaves, size_t count)
{
	const struct leaf *newest = &leaves[0];

	for (size_t i = 1; i < count; i++)
		if (is_newer(&leaves[i], newest))
			newest = &leaves[i];
	return newest;
}

static int64_t first_made_ms(const struct leaf *leaves, size_t count)
{
	int64_t first_ms = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t made_ms = document_created_at(leaves[i].body);
		if (made_ms && (!first_ms || made_ms < first_ms))
			first_ms = made_ms;
	}
	return first_ms;
}

/* The oldest time at which it was made, and the newest at which it was edited. One that has more than the newest leaf is newer by
 * a millisecond: whoever has that leaf's time has not seen it. */
static void put_times(struct json_object *body, const struct leaf *leaves, size_t count)
{
	const struct leaf *newest = newest_of(leaves, count);
	scoped(json_object) digest = leaf_digest(newest->body);
	int64_t created_ms = first_made_ms(leaves, count), updated_ms = document_updated_at(newest->body);

	if (created_ms)
		json_put(body, "created_at", json_new_int(created_ms));
	if (updated_ms)
		json_put(body, "updated_at", json_new_int(updated_ms + leaf_has_moved(body, digest)));
}

static struct json_object *rebuild(enum document_type type, const struct merging *merging, size_t count)
{
	struct json_object *body = json_copy(merging->leaves[0].body);

	leaf_put_flat(type, body, merging->ours);
	put_times(body, merging->leaves, count);
	return body;
}

void leaves_merge(enum document_type type, const struct leaf *leaves, size_t count,
		  struct merged_leaves *merged_out)
{
	struct merging merging = {leaves, leaf_flat(leaves[0].body), json_new_object(), false, merged_out};

	*merged_out = (struct merged_leaves){0};
	for (size_t i = 1; i < count; i++) {
		merge_leaf(&merging, type, i);
		merge_attachments(leaves, i, merged_out);
	}
	leaf_finish_losses(merged_out, merging.ours);
	if (merging.changed || merged_out->attachment_count)
		merged_out->body = rebuild(type, &merging, count);
	json_release(merging.ours);
	json_release(merging.origin);
}
