/* The cell of pictures in an Airtable in memory, what is written to it, and what Airtable fetches. */
#include "tests/worlds/world_pictures_inside.h"

#include "inventory/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a cell ---- */

const char *world_stem_of(struct json_object *attachment, char stem_out[64])
{
	const char *filename = json_text_or(attachment, "filename", "");

	snprintf(stem_out, 64, "%.*s", *filename ? (int)strcspn(filename, ".") : 8,
		 *filename ? filename : "nameless");
	return stem_out;
}

void world_set_images(struct world *world, struct world_row *row, struct json_object *list)
{
	if (json_length(list) == 0) {
		json_release(list);
		list = NULL;
	}
	json_release(row->now.images);
	row->now.images = list;
	row->now.last_ms = world_base_now_ms(world);
}

struct json_object *world_new_attachment(struct world *world, const char *filename, bool fetched)
{
	struct json_object *one = json_new_object();
	scoped_text id = own_format("att%014d", ++world->pictures->last_attachment);

	json_put_text(one, "id", id);
	json_put_text(one, "filename", filename);
	json_put(one, "since", json_new_int(world->moment));
	if (fetched)
		json_put(one, "size", json_new_int(1000));
	return one;
}

static size_t place_of(struct json_object *list, const char *attachment_id)
{
	size_t place = 0;

	while (place < json_length(list) &&
	       strcmp(json_text_or(json_at(list, place), "id", ""), attachment_id) != 0)
		place++;
	return place;
}

bool world_is_picture_column(const struct world *world, const char *column)
{
	return world->pictures && (strcmp(column, world->pictures->images_column) == 0 ||
				   strcmp(column, world->pictures->remove_column) == 0);
}

/* Some objects are not shown before Airtable has their files. */
static void put_shown(struct world *world, struct json_object *body, const char *column,
		      struct json_object *images)
{
	struct json_object *shown = json_new_array();

	for (size_t i = 0; i < json_length(images); i++) {
		if (json_bool_or(json_at(images, i), "hidden", false))
			continue;
		struct json_object *one = json_copy(json_at(images, i));
		world_put_url(world, one);
		json_append(shown, one);
	}
	if (json_length(shown) > 0)
		json_put(body, column, shown);
	else
		json_release(shown);
}

void world_put_pictures(const struct world *world, const struct world_row *row,
			const struct world_picture *picture, struct json_object *body)
{
	if (!world->pictures || row->table != TABLE_ITEMS)
		return;
	if (picture->images)
		put_shown((struct world *)world, body, world->pictures->images_column, picture->images);
	if (picture->remove_ticked)
		json_put(body, world->pictures->remove_column, json_new_bool(true));
}

/* ---- what the bridge writes ---- */

char *world_objects_to_images(struct world *world, const struct world_row *row, const char *column,
			      struct json_object *value)
{
	if (world->pictures->refusal && strcmp(column, world->pictures->images_column) == 0) {
		world->pictures->refused++;
		return own_format("%s%s", world->pictures->refusal, json_object_to_json_string(value));
	}
	for (size_t i = 0; json_is(value, json_type_array) && i < json_length(value); i++) {
		const char *id = json_text_or(json_at(value, i), "id", NULL);
		bool there = id && row && place_of(row->now.images, id) < json_length(row->now.images);
		if (id && !there)
			return own_format("Invalid attachment object for field Images: {\"id\": \"%s\"}", id);
	}
	return NULL;
}

static bool works(enum world_fetch fetch)
{
	return fetch == FETCH_WORKS || fetch >= FETCH_WORKS_LATE;
}

/* A late write may have come within a longer step of time. */
static int64_t sent_ms(const struct world *world)
{
	return world->late_ms ? world->late_ms : world->steady_ms;
}

static void fetch(struct world *world, const struct world_row *row, struct json_object *attachment,
		  enum world_fetch end)
{
	static const int64_t after_ms[] = {
		[FETCH_WORKS] = WORLD_FETCH_MS, [FETCH_FAILS] = WORLD_FETCH_MS, [FETCH_FAILS_LATE] = 50000,
		[FETCH_WORKS_LATE] = 50000,     [FETCH_SHOWS_LATE] = 50000,     [FETCH_STAYS_EMPTY] = 0,
		[FETCH_FAILS_AT_ONCE] = 0,
	};

	for (size_t i = 0; after_ms[end] && i < FETCHES; i++) {
		struct fetch *one = &world->pictures->fetches[i];
		if (one->at_ms)
			continue;
		*one = (struct fetch){.at_ms = sent_ms(world) + after_ms[end], .works = works(end)};
		snprintf(one->row, sizeof one->row, "%s", row->id);
		snprintf(one->attachment, sizeof one->attachment, "%s", json_text_or(attachment, "id", ""));
		return;
	}
}

/* A picture that the row has, or that Airtable is fetching, is not sent once more: but for what has come since the row was read, and
 * where nobody knows any more what was sent. */
static void judge_sent(struct world *world, const struct world_row *row, const char *stem, int64_t decided)
{
	for (size_t i = 0; row->now.images && i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		char other[64];
		bool fetching =
			json_int_or(one, "size", -1) < 0 && json_int_or(one, "until", 0) > world->steady_ms;
		if (world->state_lost || json_int_or(one, "since", 0) > decided)
			continue;
		if (strcmp(world_stem_of(one, other), stem) == 0 &&
		    (json_int_or(one, "size", -1) >= 0 || fetching))
			world_broken(world, "%s is sent to row %s, which has it", stem, row->id);
	}
}

static struct json_object *take_new(struct world *world, const struct world_row *row,
				    struct json_object *sent, int64_t decided)
{
	const char *url = json_text_or(sent, "url", "");
	struct json_object *one = world_new_attachment(world, json_text_or(sent, "filename", ""), false);
	struct world_pictures *pictures = world->pictures;
	char stem[64];

	world_stem_of(one, stem);
	judge_sent(world, row, stem, decided);
	enum world_fetch end = (enum world_fetch)json_int_or(pictures->ends, stem, FETCH_WORKS);
	if (strncmp(url, "https://pictures.example/", 25) != 0 || !strstr(url, "?e="))
		world_broken(world, "%s is sent by a link that nobody signed: %s", stem, url);
	json_put(pictures->sent, stem, json_new_int(json_int_or(pictures->sent, stem, 0) + 1));
	json_put(one, "until", json_new_int(sent_ms(world) + 50001));
	world_note(world, "        bridge: %s sends %s", row->id, stem);
	if (end == FETCH_FAILS_AT_ONCE) {
		json_release(one);
		return NULL;
	}
	if (end == FETCH_SHOWS_LATE)
		json_put(one, "hidden", json_new_bool(true));
	fetch(world, row, one, end);
	return one;
}

static bool has_stem(struct json_object *list, const char *stem)
{
	for (size_t i = 0; i < json_length(list); i++) {
		char its[64];
		if (strcmp(world_stem_of(json_at(list, i), its), stem) == 0)
			return true;
	}
	return false;
}

/* A photo that a person put there leaves it by their hand, or by the tick; when the app has removed it from the item; or when the row has the
 * same bytes twice. One that came since the row was read is lost: only the previous value of a webhook's payload would tell of it. */
static void judge_photos(struct world *world, struct world_row *row, struct json_object *list,
			 int64_t decided)
{
	for (size_t i = 0; i < json_length(row->now.images); i++) {
		struct json_object *one = json_at(row->now.images, i);
		const char *id = json_text_or(one, "id", "");
		char stem[64];
		scoped_text key =
			own_format("%s %s", world_cell_text(row, FIELD_ID), world_stem_of(one, stem));
		bool unseen = json_int_or(world->pictures->attached, id, 0) > decided;
		if (json_find(world->pictures->photos, id, NULL) && !unseen && !row->now.remove_ticked &&
		    place_of(list, id) == json_length(list) && !has_stem(list, stem) &&
		    !json_find(world->pictures->unlinked, key, NULL))
			world_broken(world, "the photo %s left row %s, and nobody removed it", id, row->id);
	}
}

bool world_pictures_are_vain(const struct world *world, struct json_object *body)
{
	struct json_object *cell =
		world->pictures ? json_child(body, world->pictures->images_column, json_type_array) : NULL;

	for (size_t i = 0; cell && json_key_count(body) == 1 && i < json_length(cell); i++) {
		char stem[64];
		if (json_find(json_at(cell, i), "url", NULL) &&
		    !works((enum world_fetch)json_int_or(world->pictures->ends,
							 world_stem_of(json_at(cell, i), stem), FETCH_WORKS)))
			return true;
	}
	return false;
}

void world_write_images(struct world *world, struct world_row *row, const char *column,
			struct json_object *value, int64_t decided)
{
	struct json_object *list = json_new_array();

	world->pictures->cell_writes += strcmp(column, world->pictures->images_column) == 0;
	if (strcmp(column, world->pictures->remove_column) == 0) {
		json_release(list);
		row->now.remove_ticked = json_is(value, json_type_boolean) && json_object_get_boolean(value);
		world_note(world, "        bridge: %s Remove All Images is cleared", row->id);
		row->now.last_ms = world_base_now_ms(world);
		return;
	}
	for (size_t i = 0; json_is(value, json_type_array) && i < json_length(value); i++) {
		struct json_object *sent = json_at(value, i);
		const char *id = json_text_or(sent, "id", NULL);
		struct json_object *one =
			id ? json_share(json_at(row->now.images, place_of(row->now.images, id)))
			   : take_new(world, row, sent, decided);
		if (one)
			json_append(list, one);
	}
	judge_photos(world, row, list, decided);
	world_set_images(world, row, list);
	scoped_text shown = world_shown_pictures(row);
	world_note(world, "        bridge: %s Images: %s", row->id, shown);
}

/* ---- Airtable fetches ---- */

static void end_fetch(struct world *world, const struct fetch *fetch)
{
	struct world_row *row = world_row(world, fetch->row);
	struct json_object *list = json_new_array();
	size_t count = row && row->now.images ? json_length(row->now.images) : 0;
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_at(row->now.images, i);
		bool its = strcmp(json_text_or(one, "id", ""), fetch->attachment) == 0;
		found = found || its;
		if (its && !fetch->works)
			continue;
		struct json_object *copy = its ? json_copy(one) : json_share(one);
		if (its) {
			json_put(copy, "size", json_new_int(1000));
			json_remove(copy, "hidden");
		}
		json_append(list, copy);
	}
	if (!found) {
		json_release(list);
		return;
	}
	world_note(world, "        Airtable %s %s", fetch->works ? "has" : "could not fetch",
		   fetch->attachment);
	int64_t last_ms = row->now.last_ms;
	world_set_images(world, row, list);
	if (!row->now.images)
		world_forget_removed(world, row);
	if (world->bump_equal) /* whether that counts as a modification is not known */
		row->now.last_ms = last_ms;
}

void world_pictures_pass_time(struct world *world)
{
	world_apply_late_uploads(world);
	for (size_t i = 0; world->pictures && i < FETCHES; i++) {
		struct fetch fetch = world->pictures->fetches[i];
		if (!fetch.at_ms || fetch.at_ms > world->steady_ms)
			continue;
		world->pictures->fetches[i] = (struct fetch){0};
		end_fetch(world, &fetch);
	}
}

static int64_t sooner(int64_t ms, int64_t other_ms)
{
	return !ms || (other_ms && other_ms < ms) ? other_ms : ms;
}

int64_t world_pictures_next_ms(const struct world *world)
{
	int64_t next_ms = 0;

	for (size_t i = 0; world->pictures && i < WORLD_LATE; i++)
		next_ms = sooner(next_ms, world->late[i].at_ms);
	for (size_t i = 0; world->pictures && i < FETCHES; i++)
		next_ms = sooner(next_ms, world->pictures->fetches[i].at_ms);
	return next_ms;
}

void world_fetch_ends(struct world *world, const char *image_id, enum world_fetch fetch)
{
	json_put(world->pictures->ends, image_id, json_new_int(fetch));
}

bool world_pictures_all_work(struct world *world)
{
	struct world_pictures *pictures = world->pictures;
	bool changes = world_photos_all_end(world) || json_key_count(pictures->ends) > 0 || pictures->refusal;

	json_release(pictures->ends);
	pictures->ends = json_new_object();
	world_refuses_images(world, NULL);
	for (size_t i = 0; i < world->extra_count; i++) {
		const char *id = NULL;
		if (document_type_of(json_text_or(world->extras[i], "_id", ""), &id) != DOCUMENT_IMAGE ||
		    world_has_file(world, id))
			continue;
		scoped_text image_id = own_copy(id);
		world_app_has_image(world, image_id);
		changes = true;
		i = 0;
	}
	return changes;
}

void world_refuses_images(struct world *world, const char *words)
{
	free(world->pictures->refusal);
	world->pictures->refusal = own_copy(words);
}
