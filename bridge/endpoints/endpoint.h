/* What a cycle asks of an endpoint: of the database, and of the base. The real ones are couch_endpoint.c and airtable_endpoint.c;
 * tests bring worlds in memory behind the same table of functions. */
#pragma once
#include "base/json.h"
#include "bridge/fields/field.h"

struct endpoint_key {
	enum table table;
	const char *id; /* a document's id without type prefix; a row's record id */
};

enum record_presence {
	RECORD_MISSING,   /* not there; for a document: and no tombstone */
	RECORD_TOMBSTONE, /* documents only */
	RECORD_THERE,
};

/* A document or a row as it was read. */
struct endpoint_record {
	enum table table;
	enum record_presence presence;
	char *id;                   /* owned */
	char *revision;             /* owned; documents: the winner's _rev */
	struct json_object *leaves; /* owned; documents: array of the losing leaves' revisions, or NULL */
	struct json_object
		*ended; /* owned; documents in the news: array of the deleted leaves' revisions, or NULL */
	struct json_object *body; /* owned; the document, or {field id: value} */
	char *flaw;               /* owned; why the document cannot be written back exactly, or NULL */
	int64_t read_at_ms;       /* this machine's steady clock */
	int64_t created_ms; /* rows: when it was made, by the base's clock, to the second; 0 not known */
};
void endpoint_record_done(struct endpoint_record *record);
struct endpoint_records {
	size_t count;
	struct endpoint_record *list; /* owned */
};
void endpoint_records_done(struct endpoint_records *records);

/* What a question for news found, besides the records. */
struct endpoint_news {
	struct json_object *cursor; /* owned; where to go on once the records are handled or parked */
	bool more;                  /* there is more: ask again at once */
	bool rejoined; /* documents: the feed was asked anew, and the database may be another one by now */
	bool settings_changed; /* documents: the integration's own document changed */
	bool app_leftovers;    /* documents: what the app leaves behind of a deleted document appeared */
	/* documents: owned array of pictures and their links that changed, {id: full id, body: the document unless it is deleted}; or NULL */
	struct json_object *pictures;
};
void endpoint_news_done(struct endpoint_news *news);

/* Records in pieces, borrowed; a visitor may take a record by moving it out and leaving {0}. False ends the walk
 * with its error. */
typedef bool endpoint_visit(void *context, struct endpoint_records *page, struct error *error);

/* The id of one row that is there. */
typedef void endpoint_present_visit(void *context, const char *record_id);

enum endpoint_write_kind {
	WRITE_CREATE, /* rows: an upsert on the ID column; documents: no revision */
	WRITE_UPDATE, /* rows: only these cells; documents: the whole body, against 'revision' */
	WRITE_DELETE,
	WRITE_MERGE, /* documents: as WRITE_UPDATE, of what several leaves have become: no edit */
	WRITE_END_LEAF, /* documents: as WRITE_DELETE, of a losing leaf, or of a live one where another was deleted */
	WRITE_EXTRA_DELETE, /* documents: any other document; 'body' has its _id and _rev */
	WRITE_EXTRA_UPDATE, /* documents: any other document, or its tombstone; 'body' has its _id, and its _rev unless new */
	WRITE_EXTRA, /* documents: any other document (history); 'body' has its _id; a 409 with an equal body is success */
};
/* A key of the tombstone of a leaf that was merged: the revision of the leaf that was shown. It tells such a tombstone from
 * somebody's deletion, and two bridges that merge the same leaves write the same tombstones. */
#define MERGED_INTO_KEY "merged_into"
struct endpoint_write {
	/* in */
	enum endpoint_write_kind kind;
	enum table table;
	const char *id;           /* as in endpoint_key; NULL for a new row */
	const char *revision;     /* documents */
	struct json_object *body; /* borrowed */
	int64_t leave_by_ms; /* rows, steady clock: what was read to decide it is too old after this (ERROR_STOPPED) */
	/* out */
	enum error_kind result; /* as airtable_write.kind and couch_written.kind */
	struct error error;
	char revision_out[80];         /* documents */
	struct endpoint_record answer; /* rows: as shown after the write */
	bool row_missing;              /* the row that was to be changed or deleted is not there */
	bool of_table; /* ERROR_REFUSED: nothing of this kind may be done in the table, whatever the row */
	bool met_existing; /* WRITE_CREATE found a row with this ID: adopt it, do not take it as ours */
	int64_t date_ms;   /* rows: the server's clock at the answer */
};
void endpoint_writes_done(struct endpoint_write *writes, size_t count);

/* A picture that is sent with its bytes: it stands behind those that are in the row's cell. */
struct endpoint_upload {
	/* in; all borrowed */
	enum table table;
	const char *record_id;
	const char *filename, *content_type;
	const char *bytes;
	size_t size;
	int64_t leave_by_ms; /* steady clock: it does not leave after this (ERROR_STOPPED) */
	/* out */
	enum error_kind
		result; /* ERROR_NONE; ERROR_RETRY: in doubt, a second one would be a second picture; else it was not taken */
	struct error error;
	struct endpoint_record answer; /* the row with this cell alone, as shown after it */
	bool row_missing;              /* there may be no such row */
	int64_t date_ms;               /* the server's clock at the answer; 0: there was none */
};

/* Which row's field was edited after a moment? */
struct endpoint_time_question {
	enum table table;
	const char *id;
	enum field field;
	int64_t after_ms; /* the side's clock */
	bool is_after;    /* out */
};

/* Does the database know this revision of a document? Several may be asked of one. */
struct endpoint_known {
	const char *full_id, *revision;
	bool is_known; /* out */
};

/* A revision of a document: a leaf, or what one was made of. */
struct endpoint_revision {
	struct endpoint_key key; /* borrowed */
	const char *revision;
	/* out */
	struct json_object *body; /* owned; NULL: the database has it no more, or it is a tombstone */
	/* owned; array of revisions: itself, what it was made of, and so on, one of each generation, without a gap; or NULL */
	struct json_object *lineage;
	char *flaw; /* owned; why the body cannot be written back exactly, or NULL */
	char *merged_into; /* owned; of the tombstone of a leaf that was merged: the leaf that was shown then; else NULL */
};
void endpoint_revisions_done(struct endpoint_revision *revisions, size_t count);
/* Whether a revision with this lineage (as above, or NULL) was made of that one, or is it. */
bool endpoint_lineage_has(struct json_object *lineage, const char *revision);

struct endpoint_ticket;

struct endpoint_ops {
	/* The endpoint's own clock; this machine's until the endpoint has answered for the first time. */
	int64_t (*now_ms)(void *self);
	/* Waits at most wait_ms for what changed since 'cursor' and shows it. */
	bool (*news)(void *self, struct json_object *cursor, int64_t wait_ms, endpoint_visit *visit,
		     void *context, struct endpoint_news *news_out, struct error *error);
	/* Everything of one table, in pieces. Of documents only the members that are picked: these bodies must not be written
	 * back. Of rows all, whatever is picked. */
	bool (*list)(void *self, enum table table, const struct json_pick *pick, endpoint_visit *visit,
		     void *context, struct error *error);
	/* What changes after this is news. Documents: the present position, asked before a list (couchdb-rules 14); rows:
	 * the moment at which the last list of each table began. Caller puts. */
	bool (*position)(void *self, struct json_object **cursor_out, struct error *error);
	/* One record a key, in the order of the keys. */
	bool (*read)(void *self, const struct endpoint_key *keys, size_t count,
		     struct endpoint_records *records_out, struct error *error);
	/* The same with every column of the rows, also those that serve none of our fields. Rows only. */
	bool (*read_whole)(void *self, const struct endpoint_key *keys, size_t count,
			   struct endpoint_records *records_out, struct error *error);
	/* Any documents by their full ids ("0000-config"), in this order; NULL where there is none. Of the integration's own
	 * document, when it is in conflict, the leaf that counts (couch_integration.h). Documents only; caller puts each. */
	bool (*read_extras)(void *self, const char *const *full_ids, size_t count,
			    struct json_object **bodies_out, struct error *error);
	/* At most 'most' documents whose full id begins with the prefix, into {_id: body}. Documents only. */
	bool (*read_beginning)(void *self, const char *prefix, size_t most, struct json_object *into,
			       struct error *error);
	/* The digest of every picture that has one, into {digest: image id}: of several with the same the first. Documents only. */
	bool (*picture_digests)(void *self, struct json_object *into, struct error *error);
	/* Whether the database knows these revisions, in any branch of the documents. Documents only. */
	bool (*known_revisions)(void *self, struct endpoint_known *asked, size_t count, struct error *error);
	/* These revisions, as far as they are there. Documents only. */
	bool (*read_revisions)(void *self, struct endpoint_revision *revisions, size_t count,
			       struct error *error);
	/* An attachment as the body of a document may hold it: {content_type, data}. Documents only; caller puts. */
	bool (*read_attachment)(void *self, const struct endpoint_revision *revision, const char *name,
				struct json_object **attachment_out, struct error *error);
	/* The bytes of an attachment of any document, by its full id. ERROR_LOST: there is none; ERROR_REFUSED: it has more than 'most'.
	 * Documents only; the caller frees. */
	bool (*read_file)(void *self, const char *full_id, const char *name, size_t most, char **bytes_out,
			  size_t *size_out, struct error *error);
	/* What the app left behind of deleted documents of this integration (integration_deleted_data), an array of
	 * them. Documents only; caller puts. */
	bool (*app_leftovers)(void *self, struct json_object **list_out, struct error *error);
	/* The ids of the rows that are there, by as few calls as there are; calls_out: how many it took. A row that is not shown may be
	 * there all the same: a hint, to be asked about by its id. Rows only. */
	bool (*present)(void *self, endpoint_present_visit *visit, void *context, int64_t *calls_out,
			struct error *error);
	/* Rows whose ID cell is one of these texts. Rows only. */
	bool (*find)(void *self, enum table table, const char *const *ids, size_t count,
		     struct endpoint_records *records_out, struct error *error);
	/* Rows only. */
	bool (*edited_after)(void *self, struct endpoint_time_question *questions, size_t count,
			     struct error *error);
	/* The tables' schema JSON (array of tables). Rows only. Caller puts. */
	bool (*schema)(void *self, struct json_object **tables_out, struct error *error);
	/* Starts writing; the writes are borrowed until finish. One record at most once among all that are under way. */
	struct endpoint_ticket *(*write_start)(void *self, struct endpoint_write *writes, size_t count);
	bool (*write_finish)(void *self, struct endpoint_ticket **ticket, struct error *error);
	/* One call, which is waited for; what became of it stands in the upload. Rows only. */
	void (*upload)(void *self, struct endpoint_upload *upload);
};
/* Airtable takes no more bytes of an uploaded picture. */
#define ENDPOINT_UPLOAD_LIMIT 5000000

struct endpoint {
	const struct endpoint_ops *ops;
	void *self;
};

/* The attachment of an image document that rows are given. */
#define PICTURE_ATTACHMENT "image-1440"

/* Who signs links by which Airtable fetches pictures. Such a link is a permission: it stands in no log, no error and no state. */
struct picture_signer {
	/* Of the picture in this image document. The caller frees. False: it has no file that a link could name, or no key is there. */
	bool (*sign)(void *self, const char *image_id, struct json_object *image, char **link_out,
		     struct error *error);
	void *self;
};

/* A file that somebody attached to a row, on its way to become a picture. */
struct picture_order {
	const char *attachment_id; /* by which it is asked for */
	const char *url;           /* where it is, as the row has just shown it; a permission */
	const char *name;          /* of the file, as somebody wrote it; "" none */
	const char *item_id;       /* whose it is */
};
enum import_end {
	IMPORT_UNKNOWN, /* nobody has ordered it, or it was forgotten */
	IMPORT_UNDER_WAY,
	IMPORT_READY,
	IMPORT_LOST, /* nothing is there under its URL any more: the row has another one when it is read again */
	IMPORT_FAILED,  /* the network, or this machine: another time it may go well */
	IMPORT_REFUSED, /* no picture comes of these bytes, ever */
};
struct picture_import {
	enum import_end end;
	const char *words; /* borrowed; a sentence that names the file and says why there is no picture; "" */
	const char *digest; /* borrowed; "md5-...", of the rendition image-1440; NULL: it is not ready */
	int64_t size;       /* bytes of both renditions */
};
/* Fetches files that people attached and makes the app's two renditions of them, while cycles go on. All of it can be lost: then it is
 * ordered again. */
struct picture_importer {
	/* Does nothing if this attachment was ordered already and not forgotten. False: too many are under way, ask again later. */
	bool (*order)(void *self, const struct picture_order *order);
	/* What has become of it; its texts are borrowed until it is forgotten. */
	void (*look)(void *self, const char *attachment_id, struct picture_import *import_out);
	/* Of one that is ready, as the body of an image document may hold them: {name: {content_type, data}}; the caller frees. */
	struct json_object *(*renditions)(void *self, const char *attachment_id);
	void (*forget)(void *self, const char *attachment_id);
	/* Whose file is over and was not told yet; the caller frees. NULL: nobody's. */
	char *(*next_over)(void *self);
	void *self;
};
