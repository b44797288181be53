/* What the modules of pictures in a world share. */
#pragma once
#include "tests/worlds/world_pictures.h"

#define FETCHES      64
#define LATE_UPLOADS 8

struct fetch {
	int64_t at_ms; /* steady; 0: none */
	char row[20], attachment[24];
	bool works;
};
struct world_pictures {
	struct picture_signer signer;
	char images_column[24], remove_column[24];
	struct json_object *changes; /* owned; {full id: sequence} */
	struct json_object *ends;    /* owned; {image id: enum world_fetch} */
	struct json_object *sent;    /* owned; {image id: how often} */
	struct json_object *photos; /* owned; {attachment id: row}; of people's own, until they remove them */
	struct json_object *wanted; /* owned; {"row stem"}: a person removed it there, or ticked the box */
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

const char *world_stem_of(struct json_object *attachment, char stem_out[64]);
/* Takes the list; the cell counts as modified. */
void world_set_images(struct world *world, struct world_row *row, struct json_object *list);
struct json_object *world_new_attachment(struct world *world, const char *filename, bool fetched);
