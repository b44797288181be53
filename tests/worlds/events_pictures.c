/* What happens to the pictures of items: in the app, in the grid, and as Airtable fetches them. */
#include "tests/worlds/events.h"

#include "tests/worlds/world_couch.h"
#include "tests/worlds/world_imports.h"
#include "tests/worlds/world_pictures.h"

#include <string.h>

#define FETCHES 7 /* enum world_fetch */
#define PHOTOS  4 /* names of people's own files */
#define ENDS    6 /* enum world_photo */

/* ---- choosing ---- */

static char *image_id(unsigned number)
{
	return own_format("p%u", number);
}

/* One of those that the app has made, or NULL. The caller frees. */
static char *choose_image(const struct play *play, unsigned number)
{
	return play->images ? image_id(1 + number % play->images) : NULL;
}

static struct world_document *choose_item(struct play *play, unsigned number)
{
	struct world *world = play->world;

	for (size_t i = 0; i < world->document_count; i++) {
		struct world_document *document = &world->documents[(number + i) % world->document_count];
		if (document->table == TABLE_ITEMS && world_body(document))
			return document;
	}
	return NULL;
}

static bool has_pictures(const struct world_row *row)
{
	return row->now.there && row->table == TABLE_ITEMS && row->now.images;
}

/* A row of items; if there is any that has pictures, one of those. */
static struct world_row *choose_row(struct play *play, unsigned number)
{
	struct world *world = play->world;
	struct world_row *other = NULL;

	for (size_t i = 0; i < world->row_count; i++) {
		struct world_row *row = &world->rows[(number + i) % world->row_count];
		if (has_pictures(row))
			return row;
		if (!other && row->now.there && row->table == TABLE_ITEMS)
			other = row;
	}
	return other;
}

/* The file name of one of the row's pictures, up to its dot; "" where it has none. */
static char *choose_stem(const struct world_row *row, unsigned number)
{
	size_t count = row->now.images ? json_length(row->now.images) : 0;
	const char *filename =
		count ? json_text_or(json_at(row->now.images, number % count), "filename", "") : "";

	return own_copy_bytes(filename, strcspn(filename, "."));
}

/* Each picture may be sent, taken out, and told. */
static void count_act(struct play *play)
{
	play->acts += 2 + play->images;
}

/* ---- in the app ---- */

static int place_of(const struct event *event)
{
	return event->b % 3 == 0 ? -(int)(event->b % 7) : (int)(event->b % 7);
}

static void link_it(struct play *play, const struct world_document *item, const char *image,
		    const struct event *event)
{
	if (event->c % 5) {
		world_app_links(play->world, item->id, image, place_of(event));
		return;
	}
	scoped_text link_id = own_format("item_image-odd%u-%s", event->c % 4, image);
	world_app_links_oddly(play->world, link_id, item->id, image, place_of(event));
}

/* Its file may come before its link, behind it, or later; and Airtable may not take it. */
void app_adds_picture(struct play *play, const struct event *event)
{
	struct world_document *item = choose_item(play, event->a);

	if (!item)
		return;
	scoped_text image = image_id(++play->images);
	unsigned fetch = event->c % 3 ? FETCH_WORKS : event->c / 3 % FETCHES;
	count_act(play);
	if (fetch != FETCH_WORKS) {
		play->flaws++;
		world_fetch_ends(play->world, image, (enum world_fetch)fetch);
	}
	if (event->a % 5 == 0)
		world_app_has_bare_image(play->world, image);
	else if (event->a % 5 > 1)
		world_app_has_image(play->world, image);
	link_it(play, item, image, event);
	if (event->a % 5 == 1)
		world_app_has_image(play->world, image);
}

/* One that is there already: of this item, of another one, or of none any more. */
void app_shares_picture(struct play *play, const struct event *event)
{
	struct world_document *item = choose_item(play, event->a);
	scoped_text image = choose_image(play, event->c);

	if (!item || !image)
		return;
	count_act(play);
	link_it(play, item, image, event);
}

void app_removes_picture(struct play *play, const struct event *event)
{
	struct world_document *item = choose_item(play, event->a);
	scoped(json_object) links = item ? world_links_of(play->world, item->id) : NULL;

	if (!links || json_length(links) == 0)
		return;
	count_act(play);
	world_extra_goes(play->world, json_text_or(json_at(links, event->b % json_length(links)), "_id", ""));
}

void app_orders_pictures(struct play *play, const struct event *event)
{
	struct world_document *item = choose_item(play, event->a);
	scoped_text image = choose_image(play, event->c);

	if (!item || !image)
		return;
	count_act(play);
	world_app_orders(play->world, item->id, image, place_of(event));
}

/* Its file, which was to come; or the picture as a whole. */
void app_brings_picture(struct play *play, const struct event *event)
{
	for (unsigned i = 0; i < play->images; i++) {
		scoped_text image = choose_image(play, event->a + i);
		if (world_has_file(play->world, image))
			continue;
		count_act(play);
		world_app_has_image(play->world, image);
		return;
	}
}

/* Its links are left, as where another phone has made them. */
void app_deletes_picture(struct play *play, const struct event *event)
{
	scoped_text image = choose_image(play, event->a);
	scoped_text full_id = own_format("zz20-image-%s", image ? image : "");

	if (!image)
		return;
	count_act(play);
	world_extra_goes(play->world, full_id);
}

/* ---- in the grid ---- */

void person_removes_picture(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a);

	if (!row || !row->now.images)
		return;
	scoped_text stem = choose_stem(row, event->b);
	count_act(play);
	world_person_removes_picture(play->world, row, *stem ? stem : "nameless");
}

void person_turns_pictures(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a);

	if (!row || !row->now.images)
		return;
	count_act(play);
	world_person_turns_pictures(play->world, row);
}

void person_empties_pictures(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a);

	if (!row || !row->now.images)
		return;
	count_act(play);
	world_person_empties_pictures(play->world, row);
}

void person_ticks_remove(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a);

	if (!row)
		return;
	count_act(play);
	world_person_ticks_remove(play->world, row);
}

/* One of their own, without a name, or with that of a picture: of this item or of another. */
void person_adds_photo(struct play *play, const struct event *event)
{
	struct world_row *row = choose_row(play, event->a);
	scoped_text image = choose_image(play, event->c);
	scoped_text name = event->b % 4 == 0 && image ? own_format("%s.png", image)
			   : event->b % 4 == 1        ? own_copy("")
						      : own_format("photo%u.jpg", event->c % PHOTOS);

	if (!row)
		return;
	count_act(play);
	world_person_adds_photo(play->world, row, name, event->b % 2);
}

void person_pastes_pictures(struct play *play, const struct event *event)
{
	struct world_row *from = choose_row(play, event->a);
	struct world_row *into = play_choose_row(play, event->b, true);

	if (!from || !into || into->table != TABLE_ITEMS || from == into)
		return;
	count_act(play);
	world_person_pastes_cell(play->world, from, into);
}

/* ---- Airtable ---- */

void fetches_end(struct play *play, const struct event *event)
{
	scoped_text image = choose_image(play, event->a);

	if (!image)
		return;
	play->flaws++;
	world_fetch_ends(play->world, image, (enum world_fetch)(event->b % FETCHES));
}

void base_refuses_pictures(struct play *play, const struct event *event)
{
	play->flaws++;
	world_refuses_images(play->world, event->a % 2 ? "Invalid attachment object for field Images: "
						       : "Value is not what it should be ");
}

void base_takes_pictures(struct play *play, const struct event *event)
{
	(void)event;
	world_refuses_images(play->world, NULL);
}

/* What comes of people's own files. */
void photos_end(struct play *play, const struct event *event)
{
	scoped_text stem = own_format("photo%u", event->a % PHOTOS);

	play->flaws++;
	world_photos_end(play->world, stem, (enum world_photo)(event->b % ENDS));
}
