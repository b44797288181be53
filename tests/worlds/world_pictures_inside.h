/* What the modules of pictures in a world share. */
#pragma once
#include "tests/worlds/world_imports.h"
#include "tests/worlds/world_pictures.h"

#define FETCHES      64
#define LATE_UPLOADS 8
#define ORDERS       32

struct fetch {
	int64_t at_ms; /* steady; 0: none */
	char row[20], attachment[24];
	bool works;
};
/* Of a photo that somebody attached. */
struct photo_order {
	char attachment[24], item[64], stem[64];
	int64_t over_ms; /* steady */
	enum import_end end;
	bool told;
	char words[128], digest[80];
};
struct world_pictures {
	struct picture_signer signer;
	struct picture_importer importer;
	struct photo_order orders[ORDERS];
	struct json_object *photo_ends; /* owned; {stem: enum world_photo} */
	struct json_object *ordered;    /* owned; {stem: how often} */
	struct json_object *lost_urls;  /* owned; {url: null} */
	char images_column[24], remove_column[24];
	struct json_object *changes;  /* owned; {full id: sequence} */
	struct json_object *ends;     /* owned; {image id: enum world_fetch} */
	struct json_object *sent;     /* owned; {image id: how often} */
	struct json_object *attached; /* owned; {attachment id: the moment at which a person put it there} */
	struct json_object *unlinked; /* owned; {"item name"}: the app has removed it */
	struct json_object *photos; /* owned; {attachment id: row}; of people's own, until they remove them */
	struct json_object *linked; /* owned; {"item image": true}; all that ever were */
	struct json_object *
		wanted; /* owned; {"item image": true}: a person removed it from its row, or ticked the box */
	/* owned; {"item image": row}: a person removed from this row what both sides had, and nobody has put it back since */
	struct json_object *removed;
	struct fetch fetches[FETCHES];
	char *refusal; /* owned; or NULL */
	unsigned refused, cell_writes;
	bool no_address, refuses_uploads;
	struct json_object *uploaded; /* owned; {image id: how often}; of all that left, applied or not */
	struct late_upload {
		int64_t at_ms; /* steady; 0: none */
		char row[20], filename[64];
	} late[LATE_UPLOADS];
	int last_attachment;
};

/* What a picture is called: one that was a person's photo goes by the name of its file, any other by its id. */
const char *world_name_of(struct world *world, const char *image_id, char name_out[64]);
const char *world_stem_of(struct json_object *attachment, char stem_out[64]);
/* Takes the list; the cell counts as modified. */
void world_set_images(struct world *world, struct world_row *row, struct json_object *list);
/* Of what was removed from the row nobody can tell any more that it was: the cell is empty. */
void world_forget_removed(struct world *world, const struct world_row *row);
struct json_object *world_new_attachment(struct world *world, const char *filename, bool fetched);
/* {pictures: {"item image": value}}, for the document of the row by its ID, and by the ledger; a value is taken, NULL takes it out. */
void world_note_picture(struct json_object *map, const char *item_id, const char *image_id,
			struct json_object *value);
bool world_picture_is_noted(struct json_object *map, const char *item_id, const char *image_id);
