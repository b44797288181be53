/* Rows: list, read, create, update, upsert, delete, always by ids of tables and fields.
 *
 * Only the batch forms are used: the single forms do not check the table of a record id, and their
 * 403 does not tell a missing row from a missing right. */
#pragma once
#include "airtable/client.h"
#include "airtable/row.h"

#define AIRTABLE_BATCH_LIMIT 10    /* records a write */
#define AIRTABLE_PAGE_LIMIT  100   /* records a list page */
#define AIRTABLE_URL_LIMIT   15000 /* longer lists go by POST listRecords */

struct airtable_records {
	size_t count;
	struct airtable_record *list; /* owned */
	int64_t date_ms;              /* the server's Date of the first page; 0 unknown */
};
void airtable_records_done(struct airtable_records *records);

struct airtable_list {
	const char *table_id;
	/* Every list whose cells are compared names its fields, so that a missing field is a 422 and never emptiness.
	 * None: whatever columns there are. */
	const char *const *field_ids;
	size_t field_count;
	const char *formula; /* or NULL */
	size_t page_size;    /* 0: 100 */
	size_t most;         /* maxRecords; 0: all */
	enum airtable_purpose purpose;
};
/* Gives each page to the visitor as it comes (borrowed; a row that a page repeats is given once). An iterator that the server
 * lost restarts the list from its beginning, at most 3 times; rows already given are given again then, so a visitor must
 * stand repetition. date_ms_out (may be NULL): the Date of the first page. */
typedef bool airtable_visit(void *context, struct airtable_records *page, struct error *error);
must_use bool airtable_records_list(struct airtable_client *airtable, const struct airtable_list *list,
				    airtable_visit *visit, void *context, int64_t *date_ms_out,
				    struct error *error);
/* These rows (OR(RECORD_ID()='..'), 100 ids a call), those that exist, in any order. */
must_use bool airtable_records_read(struct airtable_client *airtable, const char *table_id,
				    const char *const *field_ids, size_t field_count,
				    const char *const *record_ids, size_t count,
				    struct airtable_records *records_out, struct error *error);

enum airtable_write_kind { AIRTABLE_UPSERT, AIRTABLE_UPDATE, AIRTABLE_DELETE };

struct airtable_write {
	/* in */
	const char *record_id;      /* update, delete; NULL for an upsert */
	struct json_object *fields; /* borrowed; upsert, update; null clears a cell */
	int64_t leave_by_ms; /* steady time: what was read to decide this write is too old after it: it is
	                             * ERROR_STOPPED then; 0: none */
	/* out, valid after airtable_batch_finish()
	 *
	 * ERROR_NONE: done. ERROR_RETRY: in doubt, look before anything else. ERROR_REFUSED: this record alone is at
	 * fault, or what is asked for is not permitted (error.status 403). ERROR_STOPPED: never left. ERROR_FATAL. */
	enum error_kind kind;
	struct error error;
	/* The row as the server shows it after the write (not for deletes); owned. */
	struct airtable_record answer;
	bool updated_existing; /* an upsert that met a row */
	/* ERROR_REFUSED because the row of an update or delete is not in the table. ROW_DOES_NOT_EXIST without this is
	 * about the target of a link. */
	bool row_missing;
	/* ERROR_REFUSED because nothing of this kind may be done to the table: Airtable says so, or refused several records
	 * one by one and took none. The others of the call were not sent. */
	bool of_table;
	int64_t date_ms; /* of the answer */
};

/* Starts writing: batches of ten in the given order, several in flight, as the slots allow. The writes
 * array is borrowed until finish. Upserts merge on merge_field_id. Never sent twice (but for a 429).
 * A batch that is refused as a whole (422, 413, 403 for a field or a row) is halved until the bad record stands alone; the
 * others are written. Duplicate record ids or merge values must not be in one call. */
struct airtable_batch;
struct airtable_batch *airtable_batch_start(struct airtable_client *airtable, const char *table_id,
					    enum airtable_write_kind kind, const char *merge_field_id,
					    bool typecast, struct airtable_write *writes, size_t count);
bool airtable_batch_is_over(struct airtable_batch *batch);
/* Waits for all of it. False only for what concerns every write (ERROR_FATAL, ERROR_STOPPED, and ERROR_RETRY when five
 * requests in a row got no usable answer; nothing more is sent then): each write still says its own fate. */
must_use bool airtable_batch_finish(struct airtable_batch **batch, struct error *error);
void airtable_writes_done(struct airtable_write *writes, size_t count); /* frees the answers */

/* "OR(RECORD_ID()='recA',...)" and literals for formulas. */
void airtable_formula_text(struct text *formula, const char *literal); /* 'O\'Neil' */
void airtable_formula_any_record(struct text *formula, const char *const *record_ids, size_t count);
