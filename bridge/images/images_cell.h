/* The cell of an item's pictures as the row shows it: attachments. */
#pragma once
#include "bridge/job/batch.h"
#include "bridge/job/job_images.h"

/* Whether pictures of this table are read and written. */
bool images_flow(const struct sync *sync, enum table table);
/* Hash of the attachments in their order, and which of them Airtable has; never 0. */
uint64_t images_row_hash(const struct columns *columns, struct json_object *row);
bool images_ticked(const struct columns *columns, struct json_object *row);
/* Whether the row shows something of its pictures that was not handled. */
bool images_row_differs(const struct sync *sync, const struct pair *pair, const struct ledger_entry *entry,
			struct json_object *row);
/* Attachments with texts of their own, which the caller frees with the list. */
struct picture_attachment *images_read_cell(const struct columns *columns, struct json_object *row,
					    size_t *count_out);
/* One of them as the row shows it, with its URL; borrowed; NULL: it is not there. */
struct json_object *images_attachment(const struct columns *columns, struct json_object *row, const char *id);
