/* The pictures of one item under work (sync-rules 9): what both sides show of them, what was decided, and what has become of it. */
#pragma once
#include "bridge/endpoints/endpoint.h"
#include "bridge/plan/plan_pictures.h"
#include "bridge/state/ledger_pictures.h"

struct job_image {
	char *image_id;           /* owned */
	char *filename;           /* owned; NULL: the picture is not here, or has no file */
	struct json_object *body; /* owned; the image document, or NULL */
};
/* What has come of an attachment that is none of ours. */
struct job_import {
	struct picture_import told; /* its texts are the importer's, until it forgets the attachment */
	bool stored;                /* the picture that it is is in the database */
};
struct job_images {
	/* What is read: by batch_load(). */
	struct json_object *links; /* owned; {_id: the link's document}, all of the item */
	uint64_t links_hash;       /* 0: there are none */
	size_t count;
	struct job_image *list; /* owned; the item's pictures, in order, each once */
	bool too_many; /* more links than are read, of this item or of others whose ids go on from its own */
	bool all_here; /* each of them has its file */
	size_t row_count;
	struct picture_attachment *row; /* owned, with its texts; the cell */
	struct job_import *imports;     /* owned; of each attachment of the row */
	uint64_t row_hash;              /* never 0 */
	int64_t read_at_ms;             /* steady; when the row was read */
	bool ticked;                    /* Remove All Images */
	bool before_tick;               /* what that is about was noted by a former job */

	/* What is decided: by batch_plan(), const from then on. */
	bool planned;
	int64_t planned_ms; /* Airtable's clock: when */
	struct pictures_plan plan;

	/* What is done. */
	struct json_object *renditions; /* owned; {attachment id: those of what is saved}, or NULL */
	bool by_upload;     /* what is new is sent with its bytes, when the other cells are through */
	bool links_failed;  /* not all links were made, removed or put in order */
	bool links_written; /* they all were, and those of new pictures were made */
	bool writes_cell, clears_box;  /* both stand in the row's body */
	bool suspect;                  /* the row was refused with them, and is tried without */
	bool noted;                    /* the entry says what is sent; 'before' is what it said until then */
	struct ledger_pictures before; /* owned */
	bool uploaded;    /* something was sent with its bytes; then 'row_hash' is of the cell after it */
	bool met_unknown; /* and that cell has what was attached since the row was read: it is looked at next */
};
/* NULL: the item does not have it. */
const struct job_image *job_image_of(const struct job_images *images, const char *image_id);
void job_images_done(struct job_images **images);
