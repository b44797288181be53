/* Pairs under work: a group of looks goes through gather, settle, decide, carry and remember together, so that
 * each of these is a few requests for all of them. */
#pragma once
#include "bridge/plan.h"
#include "bridge/sync.h"
#include "inventory/datum.h"

#define LOOK_MISSES_UNTOLD 3   /* conflicts or lost answers in a row that are not told as a problem */
#define GROUP_LIMIT        100 /* looks of one group: ten batches, two seconds of Airtable's rate */

enum row_work { ROW_WORK_NONE, ROW_WORK_CREATE, ROW_WORK_UPDATE, ROW_WORK_DELETE };
enum document_work { DOCUMENT_WORK_NONE, DOCUMENT_WORK_WRITE, DOCUMENT_WORK_DELETE };

/* One pair under work. */
struct look {
	struct pair *pair;
	unsigned reasons; /* why it is looked at */
	struct ledger_entry entry;
	struct side_record document, row;
	bool row_asked;      /* 'row' is what the base showed for the record id, there or not */
	bool paired;         /* it got its counterpart: what waits for that may go on */
	bool unknown_choice; /* the row shows a choice that is not known */
	bool needs_no_row;   /* nothing that a row shows has changed: the ledger learns it, and that is all */
	bool typing;         /* something of its row is left alone while somebody types */
	bool keep_ledger;    /* the entry is not written: what it says would not be true */
	bool finished;       /* nothing more is to be done for it in this group */
	bool again;          /* look at it once more at once */
	struct pair *partner; /* then together with this one, since each is in the other's way; or NULL */
	int64_t again_in_ms;  /* or after this time; 0 not */
	/* another pair, whose row shows the ID of this one, which has no row itself; or NULL */
	struct pair *id_shown_by;
	bool went_back; /* the database does not know the revision any more that was handled (sync-rules 3) */
	bool settles_back; /* and what follows from it is decided: the entry may say that this one is handled */
	struct error flaw; /* why the document cannot be used; kind ERROR_NONE: it can */
	struct cell couch[FIELD_COUNT], airtable[FIELD_COUNT];
	struct cell default_collection; /* of a row that names none: taken in its place; or empty */
	bool row_edit_newer;            /* the row was edited after its document's tombstone was first seen */
	bool twin_goes; /* a person wants twins gone, and it has nothing that the original lacks (app_twins.h) */
	bool app_deleted; /* what the app left behind of the deleted document names the row (deleted_by_app.h) */
	struct existence existence;
	struct decision decisions[FIELD_COUNT];
	/* Of the fields that were decided to flow: hashes of what both sides showed, for the brake. */
	struct look_values {
		uint32_t couch, airtable;
	} values[FIELD_COUNT];
	enum edit_order orders[FIELD_COUNT];
	/* The ledger has lost its entry, and this process remembers the pair: whether its document was edited since it was handled,
	 * and which cells were not edited since both were in step. */
	bool recollected, recollected_edited;
	char recollected_row[32];
	bool unedited[FIELD_COUNT];
	struct text problem; /* sentences for a person, for the row's error cell and the ledger */
	bool retry;          /* the problem may pass by itself: try again later */
	unsigned waits;      /* enum pair_waits */

	struct datum *given; /* owned; what is to be saved of the document, or NULL */
	struct datum *wake;  /* owned; of a move or an end, what others are saved for; or NULL */
	bool wakes_again; /* an earlier look may have ended between the document and what is saved in its wake */
	struct json_object *causes; /* owned; the documents that its refusal may come from, or NULL */
	struct json_object
		*grounds;      /* owned; all that it comes from, with their revisions (grounds.h), or NULL */
	size_t grounds_length; /* of 'problem', when that was all */
	bool merges;           /* cells and document are merged: conflicts may have losers */
	bool branched;         /* the document was not made of what the save that was noted was made of */
	bool orphaned;         /* the history of a save that was noted, and did not happen, may be there */
	enum document_work document_work;
	struct json_object *new_document; /* owned; to be written, or the tombstone */
	/* owned; {_id: null} of documents of the group whose saves have to be written or refused before its own (rounds.c); or NULL */
	struct json_object *awaits;
	bool carried; /* rounds are done with it: its document was written, refused or put off, or there was nothing to write */
	bool document_written; /* the save is done, and new_document, if any, has become the document */
	bool unmarks;          /* it lacks the mark of the row that is gone */
	bool marks;            /* it carries the app's mark, which the present one does not */
	struct json_object
		*unrecorded; /* owned array; of those that were written for a change that is not made */
	struct json_object *histories; /* owned array; go before the document */

	enum row_work row_work;
	bool writes[FIELD_COUNT];     /* fields of the row write */
	struct json_object *row_body; /* owned; {field id: value} */
	struct cell
		both_links[2]; /* Collection, Container: as shown, where the newer of two links is meant */
	struct cell outgoing[FIELD_COUNT]; /* what the row is to show, as the document has it */
	bool row_gone;                     /* the row that we deleted is not there any more */
	bool refills;                      /* row_body also has cells of the gravestone that nobody maps */
	bool dropped[FIELD_COUNT];         /* fields that Airtable refused: the row is written without them */
	bool document_work_refused; /* its history entry was not taken, so its document is not written */
	bool histories_tried;       /* to write what CouchDB did not take before, in this look */
	bool left_open_tried;       /* to remove what was refused before, in this look */
	struct json_object
		*reused;    /* owned; the gists of its history entries that are there, from before; or NULL */
	bool doubtful;      /* a write of its document had no answer */
	bool unwritten;     /* as is known by now, it was not written */
	bool open;          /* what was planned is still to be done: also the next start looks at it */
	bool missed;        /* a write of its own met a conflict, or had no answer */
	bool parked;        /* a write of its own was refused: its problem is noted, whatever else is known */
	bool words_only;    /* of the row only the error cell is to be written */
	bool words_filled;  /* and is in 'row_body' */
	bool noted;         /* what is sent to the row is in the ledger */
	bool note_refused;  /* the ledger did not take a note of it */
	bool entry_refused; /* nor its entry at the end */
	bool unnoted;       /* nor any other: what is sent to the row has no note, and is only words */
	bool words_alone;   /* refused as a whole: the row is written once more, to say so */
	bool withheld;      /* a cell is not written, since its column may not be */
	bool right_refused; /* Airtable did not permit what was to be done with the row */
	struct side_write *row_write; /* borrowed from the group */
};

struct group {
	struct sync *sync;
	size_t count;
	struct look *looks;        /* owned */
	struct side_write *writes; /* owned; of rows */
	size_t write_count;
	struct side_ticket *ticket;
	unsigned pairings_before; /* the pairs' count of them when it was opened */
	bool remembered;          /* what was learnt is in the ledger; else all of it is looked at again */
};

/* Takes the pairs; they are 'under_way' until group_close(). */
struct group *group_open(struct sync *sync, struct pair *const *pairs, size_t count);
void group_close(struct group **group);

/* The steps, in order; each false ends the group, whose pairs are queued again. */
must_use bool group_gather(struct group *group,
			   struct error *error); /* ledger, documents, rows as they are now */
must_use bool group_check_schema(struct group *group,
				 struct error *error); /* lost cells: edits, or effects of schema edits */
must_use bool group_settle(struct group *group,
			   struct error *error); /* what became of what was sent before */
must_use bool group_check_links(struct group *group,
				struct error *error); /* lost links: edits, or effects of a deletion */
must_use bool group_decide(struct group *group, struct error *error); /* existence, fields */
must_use bool group_carry(struct group *group,
			  struct error *error); /* documents; notes; starts the row writes */
must_use bool group_remember(struct group *group, struct error *error); /* waits for the rows; the ledger */

/* rounds.c: saves and writes what was composed. A save that depends on another one comes after that was written or refused. */
must_use bool group_write_in_rounds(struct group *group, struct error *error);
/* It is not carried yet, and waits for no other save: the present round writes it. */
bool look_is_in_round(const struct look *look);
/* documents.c: what was saved in this round is written, the histories first. */
must_use bool group_write_documents(struct group *group, struct error *error);
/* Of rows whose deletion is noted, since their document was deleted: what only they show goes into the history. A row of which that is not
 * taken is not deleted, and has words to be noted. */
must_use bool group_write_last_edits(struct group *group, struct error *error);
void look_bury_deleted(struct group *group, struct look *look); /* both are gone */

/* places.c: of documents that have left the scope, what they were put into, where the feed has not shown that yet. */
must_use bool group_read_places(struct group *group, struct error *error);

/* went_back.c: documents that went back in time. */
must_use bool group_find_went_back(struct group *group, struct error *error);
/* It, or something that it stands in. */
bool look_place_went_back(const struct group *group, const struct look *look);
/* Before fields are decided: what is older in the document than in the row stays so on both sides. */
void look_hold_apart(struct group *group, struct look *look);
/* After a save: whether the field is held apart, and was not decided to flow. What the save made of it, as a side effect, is then no edit:
 * the entry takes the document's new value as held, and both sides stay as they are. */
bool look_stays_apart(const struct group *group, struct look *look, enum field field);
/* The times of the document go to the row again when nothing else is apart. */
void look_release_times(struct group *group, struct look *look);
void look_tell_apart(struct look *look, enum field field);
/* Its fields are held apart, or it waits for a person. */
bool look_is_apart(const struct look *look);

/* outside.c: pairs outside of the scope (sync-rules 14). */
bool look_left_scope(const struct group *group, const struct look *look);
void look_view_outside(const struct group *group, const struct look *look, struct existence_views *views);
void look_leave(struct group *group, struct look *look);
void look_merge_out(struct group *group, struct look *look);
/* What was merged is agreed on; the row is only told. */
void look_take_merged_out(struct group *group, struct look *look);
void look_let_go(struct group *group, struct look *look);
/* After its row is gone: the document's mark of it is to go, too. */
void look_note_stale_mark(struct group *group, struct look *look, const char *record_id);
/* Rows are deleted for the sake of a scope that is still the integration's, or not at all. */
must_use bool group_confirm_scope(struct group *group, struct error *error);
/* Only the row's error cell is to be written. */
void look_write_words_only(struct look *look);

/* park.c: looks of which a write was not taken. None of these is a failure of the group.
 *
 * The change is given up. The problem is the caller's to say; it is written into the row, where there is one. */
void look_give_up(struct look *look);
/* A write met a conflict or had no answer: the next look finds out what has happened. What goes on so is told as a problem. */
void look_miss(struct look *look, const char *what, const struct error *why);
/* Its save depends on that of 'missed', which may or may not have been written: nothing is done for it now, and both are looked at again. */
void look_put_off(struct look *look, const struct look *missed);
/* The row's body, of a look that has only words for it. */
void look_fill_words(struct group *group, struct look *look);
/* The ledger did not take the note of what was to be written; the entry at the end of the look. */
void look_refuse_note(struct group *group, struct look *look, const struct store_result *result);
void look_refuse_entry(struct group *group, struct look *look, const struct store_result *result);
/* The problem is not in the ledger: the process remembers it, and the next look tells it in the row. */
void look_tell_unstored(struct look *look);
void look_note_unstored(struct group *group, struct look *look);

/* remember.c: one line for a problem that was not known so far, with the record's name. */
void look_log_problem(struct group *group, const struct look *look, const char *words);

/* Writes these entries to the ledger before what they note is done. What is not taken is given up: it is finished, or has only
 * words for its row left (look_refuse_note). False: the ledger as a whole cannot be written. */
must_use bool group_write_notes(struct group *group, struct look *const *looks, size_t count,
				struct error *error);

/* send.c: rows that are to be deleted as they are now, in full; a row edited meanwhile is planned anew. Then the writes. */
must_use bool group_read_last_cells(struct group *group, struct error *error);
void group_start_rows(struct group *group);

/* compose.c: what is to be saved, made of cells. */

/* The row's edits, or false and a problem: an edit is saved or refused as a whole. */
must_use bool look_compose_edit(struct group *group, struct look *look);
/* A new document from a row that has none; false and a problem, or quietly while the row is still being filled in. */
must_use bool look_compose_new(struct group *group, struct look *look);
void look_compose_delete(struct look *look);

/* saving.c: what was composed and is not carried yet, saved as the app does it, one after the other. Each of these looks then has a
 * document to write, or a problem, or others that it awaits. */
must_use bool group_save(struct group *group, struct error *error);
/* wake.c: what else the app saves when an item has moved or is gone. Notes it, before the document is written; does it,
 * after. */
void look_note_wake(struct group *group, struct look *look);
must_use bool group_save_wakes(struct group *group, struct error *error);
/* What the ledger needs of it; of a save that was noted, and has happened, it is done once more: twice is as good as once. */
struct json_object *look_wake_marks(const struct look *look);
void look_wake_again(struct look *look);
/* unanswered.c: writes beside the records of which there was no answer, and which are there all the same, are done. */
void group_find_unanswered(struct group *group, struct side_write *writes, size_t count);
/* branches.c: sets 'branched', before it is settled what became of saves. */
must_use bool group_find_branches(struct group *group, struct error *error);
/* orphans.c: deletes the histories of saves that did not happen (sync-rules 24). What CouchDB refuses to delete is kept in the
 * entry and tried again by the next looks. */
must_use bool group_drop_orphans(struct group *group, struct error *error);
/* A history entry that CouchDB does not let go becomes that of the same change when it is tried again. */
void look_reuse_orphans(struct look *look);
void look_take_reused(struct look *look);
/* The save that was noted has happened: the entry that it was to have is not one too many. */
void look_keep_noted(struct look *look);
/* What was refused beside the document is a problem as long as it is. */
void look_tell_left_open(struct look *look);

/* Adds a history document of the losers of conflicts. */
void look_record_losers(struct group *group, struct look *look);
/* Likewise for a row that is deleted with its document: adds one of the edits that only the row shows. */
void look_record_last_edits(struct group *group, struct look *look);
/* The history document of a row that was deleted, of the cells in the note of its deletion; NULL where none was noted. */
struct json_object *look_row_history(struct group *group, struct look *look);
/* gone.c: of all rows that are 'row_gone' the last cells go into the history, and they are buried. What is not known to be in
 * the history stays noted, and is looked at again. */
must_use bool group_bury_gone(struct group *group, struct error *error);

/* rows.c: row writes made of cells. */

/* Fills row_body, writes and outgoing; false when there is nothing to write. */
must_use bool look_fill_update(struct group *group, struct look *look);
must_use bool look_fill_create(struct group *group, struct look *look);
/* Says so when the document's link names what is not in the database. */
void look_tell_dead_link(struct group *group, struct look *look, enum field field);
/* Adds what stood in unmapped columns when the row was deleted (sync-rules 11), by the base's schema; takes it out again. */
void look_refill(struct group *group, struct look *look, struct json_object *tables);
void look_drop_refill(struct group *group, struct look *look);
/* The problem's words into the row's body, where the cell does not show them; takes back one cell. */
void look_fill_problem(struct group *group, struct look *look);
void look_unfill(struct group *group, struct look *look, enum field field);
/* The note of what is about to be sent. */
void look_note_sent(struct group *group, struct look *look);
/* Whether a row with these cells is the one that an unanswered create of ours was making. */
bool look_sent_row(const struct group *group, const struct look *look, const struct cell *cells);
/* When the document, as it is now, was first seen: ms by Airtable's clock. */
int64_t look_first_seen_ms(const struct group *group, const struct look *look);
/* What the answer to a row write says. */
void look_take_answer(struct group *group, struct look *look);

/* The box of a row that came back was seen unticked: a tick that it shows from now on is meant. */
void look_forget_obeyed_tick(const struct group *group, struct look *look);

/* It is looked at again after this time, or sooner if something else wants that. */
void look_wait(struct look *look, int64_t wait_ms);
/* Adds one sentence to what a person should know of this pair. */
void look_problem(struct look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes in the entry which rows the links agreed on point to; before it is written. */
void look_note_linked_rows(struct group *group, struct look *look);
/* Where the cell shows two links of which the newer one is meant (sync-rules 20), as it shows them; else NULL. */
struct cell *look_both_links(struct look *look, enum field field);
/* The cell as the row shows it, with both links where 'airtable' has the one that is meant. */
const struct cell *look_shown(struct look *look, enum field field);
/* The cell shows something else than what was sent; a problem until one of both changes (sync-rules 18). */
void look_tell_difference(struct look *look, enum field field, const struct cell *sent,
			  const struct cell *shown);
/* A column that flows. */
bool look_has_column(const struct group *group, const struct look *look, enum field field);
struct cell_equivalence look_equivalence(const struct group *group, const struct look *look,
					 enum field field);
/* What both last agreed on, as the document showed it; for a place that the row did not get, since its document was outside of the scope, what
 * the row shows: it has yet to get it. */
const struct cell *look_agreed_couch(const struct look *look, enum field field);
/* Whether the document shows another value than when both last agreed: exactly, since a document's number only changes when
 * somebody changes it. */
bool look_couch_moved(const struct group *group, const struct look *look, enum field field);
/* Reads 'document' into cells, or says in 'flaw' why it cannot be used. */
void look_read_document(struct group *group, struct look *look);
