/* Pictures in a world: the app's documents of them, the attachments of rows, Airtable that fetches what it was sent, and a judge who
 * knows each of them. */
#pragma once
#include "tests/worlds/world.h"

#define WORLD_FETCH_MS           3000   /* Airtable has what it was sent after this long */
#define WORLD_UPLOAD_DEADLINE_MS 120000 /* an upload that was sent is applied within this time, or never */

/* What becomes of a picture that Airtable is sent. */
enum world_fetch {
	FETCH_WORKS,
	FETCH_FAILS_AT_ONCE, /* the answer does not have it */
	FETCH_FAILS,         /* it vanishes after WORLD_FETCH_MS */
	FETCH_FAILS_LATE,    /* after 50 s */
	FETCH_STAYS_EMPTY,   /* the object stays, without a file */
	FETCH_WORKS_LATE,    /* after 50 s */
	FETCH_SHOWS_LATE,    /* after 50 s; until then the row does not show the object at all */
};

/* From the next start of the bridge on pictures are sent. */
void world_pictures_begin(struct world *world);
void world_has_no_address(struct world *world); /* from the next start on nobody signs links, */
void world_has_address(struct world *world);    /* or somebody does */
const struct picture_signer *world_signer(struct world *world); /* or NULL */
void world_pictures_done(struct world *world);

/* ---- the app ---- */

/* The document of a picture, and its link to an item in this place. */
void world_app_has_image(struct world *world, const char *image_id);
void world_app_has_file(struct world *world, const char *image_id,
			int64_t size); /* of so many bytes; -1: it comes later */
/* Its file comes later: by the former. */
void world_app_has_bare_image(struct world *world, const char *image_id);
void world_app_links(struct world *world, const char *item_id, const char *image_id, int order);
/* A link whose id does not say its item. */
void world_app_links_oddly(struct world *world, const char *link_id, const char *item_id,
			   const char *image_id, int order);
void world_app_unlinks(struct world *world, const char *item_id, const char *image_id);
void world_extra_goes(struct world *world, const char *link_id); /* the link of this id, or the picture */
/* As the app does when it deletes an item; nothing in a world without pictures. */
void world_app_unlinks_all(struct world *world, const char *item_id);
void world_app_orders(struct world *world, const char *item_id, const char *image_id, int order);

/* ---- people in Airtable ---- */

void world_person_adds_photo(struct world *world, struct world_row *row, const char *filename, bool first);
/* By the stem of its file's name. */
void world_person_removes_picture(struct world *world, struct world_row *row, const char *stem);
void world_person_turns_pictures(struct world *world, struct world_row *row); /* the last comes first */
void world_person_empties_pictures(struct world *world, struct world_row *row);
void world_person_ticks_remove(struct world *world, struct world_row *row);
/* The cell of one row takes the place of another's: the same files, under ids of their own. */
void world_person_pastes_cell(struct world *world, const struct world_row *from, struct world_row *into);
/* The app's own sync sends its pictures again, by links of its own. */
void world_app_sends_again(struct world *world, struct world_row *row);
/* As a part of a row that it writes: the item's pictures take the place of whatever the cell has. Nothing in a world without pictures. */
void world_app_writes_pictures(struct world *world, const char *item_id, struct world_row *row);

/* ---- Airtable ---- */

/* What becomes of this picture whenever it is sent from now on. */
void world_fetch_ends(struct world *world, const char *image_id, enum world_fetch fetch);
/* From now on every picture is fetched, every picture of the app has its file, and the cell is taken. False: so it was before. */
bool world_pictures_all_work(struct world *world);
/* Each write of the cell is refused, in words that name it, or not; NULL: no more. */
void world_refuses_images(struct world *world, const char *words);
void world_pictures_pass_time(struct world *world);
/* When the next late write comes, or a file; 0: none does, or it makes no difference. */
int64_t world_pictures_next_ms(const struct world *world);

/* ---- of the sides (world_couch.c, world_rows.c, world_writes.c) ---- */

void world_pictures_changed(struct world *world, const char *full_id);
/* The caller frees. A document of pictures has another one with each change. */
char *world_extra_revision(const struct world *world, const char *full_id);
/* Somebody has written another revision than that of the body, which is to be put in its place: 409. */
bool world_picture_was_changed(struct world *world, struct json_object *body);
/* What a backup has of the feed; NULL: nothing. */
struct json_object *world_pictures_saved(const struct world *world);
void world_pictures_go_back(struct world *world, struct json_object *saved);
struct json_object *world_pictures_news(struct world *world, int64_t since, int64_t until,
					int64_t *last_inout);
bool world_is_picture_column(const struct world *world, const char *column);
void world_put_pictures(const struct world *world, const struct world_row *row,
			const struct world_picture *picture, struct json_object *body);
/* NULL: the cell takes the value; else the words of the refusal, which the caller frees. */
char *world_objects_to_images(struct world *world, const struct world_row *row, const char *column,
			      struct json_object *value);
/* 'decided': the moment of the reading that it was decided on. */
void world_write_images(struct world *world, struct world_row *row, const char *column,
			struct json_object *value, int64_t decided);

/* A row's body has nothing but pictures, and one of them cannot be fetched. */
bool world_pictures_are_vain(const struct world *world, struct json_object *body);

bool world_read_file(struct world *world, const char *full_id, size_t most, char **bytes_out,
		     size_t *size_out, struct error *error);
void world_upload(void *self, struct endpoint_upload *upload);
void world_apply_late_uploads(struct world *world);
/* From now on each upload is refused, as that of one picture; or none. */
void world_refuses_uploads(struct world *world, bool refuses);

/* The bridge is about to write this over that link. */
void world_unlinked(struct world *world, struct json_object *body, struct json_object *stored);

/* ---- asking ---- */

/* The item's links, in order. The caller puts. */
struct json_object *world_links_of(struct world *world, const char *item_id);
bool world_has_file(struct world *world, const char *image_id);
/* "p1 p2": the stems of what the row shows, in order, with ~ where Airtable has no file yet. The caller frees. */
unsigned world_refused_images(const struct world *world); /* writes of the cell that were refused */
char *world_shown_pictures(const struct world_row *row);
/* The pictures of the item's links, in order. The caller frees. */
char *world_linked_pictures(struct world *world, const char *item_id);
bool world_is_ticked(const struct world_row *row);
unsigned world_sent_pictures(const struct world *world, const char *image_id); /* how often it was sent */
unsigned world_uploaded_pictures(const struct world *world,
				 const char *image_id); /* calls that left with it */
unsigned world_cell_writes(const struct world *world);  /* of the cell of pictures */
unsigned world_histories_of_link(const struct world *world, const char *item_id, const char *image_id);
/* Whether the history tells that this link was removed. */
bool world_history_has_unlinked(const struct world *world, const char *item_id, const char *image_id);
/* The end: both sides have the same pictures of every item, in the same order, each once. */
void world_judge_pictures(struct world *world);
/* The same of a world in whatever state it is: what is told, or cannot be known, is left out. */
void world_judge_items(struct world *world);
