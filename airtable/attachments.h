/* Attachments: what a cell of them shows, and files that are sent with their bytes. */
#pragma once
#include "airtable/client.h"
#include "airtable/row.h"

#define AIRTABLE_UPLOAD_LIMIT       5000000 /* bytes of an uploaded file */
#define AIRTABLE_UPLOAD_DEADLINE_MS 120000  /* total time of one upload */

/* One file of a cell. Every key may be absent: while Airtable fetches a file it shows less of it. */
struct airtable_attachment {
	char id[32]; /* "": not told yet; what identifies it */
	const char *url, *filename,
		*type;         /* NULL: not told; the url differs with each read and is good for two hours */
	int64_t size;          /* bytes; -1: the file is not there yet */
	int64_t width, height; /* pixels; 0: not told, or no picture */
};

struct airtable_attachments {
	size_t count;
	struct airtable_attachment
		*list; /* owned; in the cell's order; its texts are borrowed from the cell */
};
void airtable_attachments_done(struct airtable_attachments *attachments);
/* 'cell' as a record has it; NULL is an empty cell. ERROR_RETRY: it is no list of objects, or an id is too long for one: the answer is
 * damaged, or the column is of another type. Lookups of attachments read alike. */
must_use bool airtable_attachments_read(struct json_object *cell,
					struct airtable_attachments *attachments_out, struct error *error);

struct airtable_upload {
	const char *record_id,
		*field_id; /* the id and not the name: of a name with other letters Airtable knows nothing */
	const char *filename, *content_type;
	const char *bytes;
	size_t size;
	int64_t leave_by_ms; /* as in struct airtable_call */
};
/* Appends a file to the cell, once the slots allow: it is a call like others. The answer is the row with this field alone, its files in
 * order, the new one last and complete; the caller releases record_out->fields.
 *
 * ERROR_REFUSED: the file is larger than AIRTABLE_UPLOAD_LIMIT and was not sent, or Airtable does not take it. ERROR_RETRY: in doubt.
 * A second upload is a second file, so the cell has to be read before it is tried again. ERROR_STOPPED: it never left. Else as
 * airtable/request.h has them. Errors hold neither the file nor its name. */
must_use bool airtable_attachment_upload(struct airtable_client *airtable,
					 const struct airtable_upload *upload,
					 struct airtable_record *record_out, int64_t *date_ms_out,
					 struct error *error);
