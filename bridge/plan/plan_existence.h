/* What does this pair need: is a row or a document to be made, written, deleted, or left alone (the table of sync-rules 11)? Decides,
 * never does: no network, no clock, no I/O. What its fields need is in plan_field.h. */
#pragma once
#include "bridge/endpoints/integration_config.h"
#include "bridge/state/ledger_entry.h"

enum document_state {
	DOCUMENT_NONE,       /* no such document, and none is remembered */
	DOCUMENT_MISSING,    /* was there, is not in the database, and there is no tombstone */
	DOCUMENT_WENT_BACK,  /* a tombstone from before the document was last handled (sync-rules 3) */
	DOCUMENT_UNREADABLE, /* invalid, or cannot be written back exactly */
	DOCUMENT_TOMBSTONE,
	DOCUMENT_IN_SCOPE,
	DOCUMENT_LEFT_SCOPE, /* out of scope, by an edit of a document; its row agreed on a place inside */
	DOCUMENT_OUT_OF_SCOPE,
};
enum row_state {
	ROW_NONE,          /* no row known */
	ROW_UNSURE,        /* the paired row was not shown, but it is not yet sure that it is gone */
	ROW_GONE,          /* the paired row is surely gone */
	ROW_GONE_ONE_FREE, /* gone, but one unpaired row has the ID */
	ROW_PAIRED,
	ROW_PAIRED_OTHERS, /* and other rows have its ID too */
	/* it shows another's ID and has other edits, or another paired row shows its ID in that way */
	ROW_MIXED_UP,
	ROW_SHOWS_ANOTHER, /* it has none, and the paired row of another document shows its ID */
	ROW_FREE,          /* unpaired, has the document's ID or is named by its app link */
	ROW_FREE_TWINS,    /* several unpaired rows have the ID, or ID and app link contradict each other */
	/* the row of a retired entry is there again, or a row with its ID appeared after it was retired */
	ROW_OF_RETIRED,
	ROW_OF_RETIRED_TICKED, /* the same, and its Delete box is ticked as it was when that was obeyed */
	ROW_NEW,               /* an unpaired row with an empty or unknown ID */
};

enum existence_action {
	EXIST_NOTHING,
	EXIST_ASK_AGAIN,   /* look once more, later */
	EXIST_HOLD,        /* a person has to decide; the row says so */
	EXIST_DELETE_TWIN, /* deletes the document, as when a person does */
	EXIST_HOLD_TWIN,   /* a twin: it gets no row, and is reported */
	EXIST_PARK,        /* the document cannot be used: reported; neither side is touched */
	EXIST_RETIRE,      /* retires the pair: 'document deleted' */
	EXIST_DELETE_ROW,  /* then bury */
	EXIST_DISCARD_ROW, /* deletes a row that never became a document; retires it alone */
	EXIST_UNTICK,      /* clears the Delete box; then the pair gets another job */
	EXIST_UNDELETE,    /* bring the document back from the row and the retired entry */
	EXIST_MERGE,
	EXIST_MERGE_OTHERS,    /* merges the pair; the copies say that they are copies */
	EXIST_PAIR_FREE,       /* pair with the unpaired row, keep B, merge */
	EXIST_CREATE_ROW,      /* look, then upsert */
	EXIST_RESTORE_ROW,     /* make the row again */
	EXIST_DELETE_DOCUMENT, /* then bury */
	EXIST_FORGET,          /* retires the pair: 'forgotten' */
	EXIST_ADOPT,           /* pair without B (sync-rules 5) */
	EXIST_CREATE_DOCUMENT,
	EXIST_LEAVE,      /* out of scope: nothing flows, said so */
	EXIST_MERGE_OUT,  /* out of scope: the row's edits go to the document, and nothing to the row */
	EXIST_REMOVE_ROW, /* it left the scope: deletes the row, retires the pair: 'left the scope' */
	EXIST_LET_GO,     /* its row is gone: retires the pair: 'left the scope' */
	EXIST_EXPIRE,     /* the retired entry was kept long enough: forgets it */
};
struct existence_views {
	enum document_state document;
	enum row_state row;
	enum entry_state entry;
	enum row_deleted_policy on_row_deleted;
	bool document_moved; /* C differs from Bc in a two-way field (an edit the row's deleter could not have seen) */
	bool row_moved;      /* A differs from Ba in a two-way field */
	bool delete_ticked;  /* the row's Delete box */
	bool row_edit_newer; /* row_moved, later than the tombstone was first seen */
	bool other_is_held;  /* ROW_SHOWS_ANOTHER: nothing is written to that row for now, so its ID stays */
	bool is_twin; /* the app link of the document names the row of another: the app made it of that row */
	bool twin_goes; /* the app made the document, or the row, twice; a person wants it gone, nobody edited it */
	bool app_deleted;     /* the app deleted the document while this row was its record */
	bool place_open;      /* left the scope: what it stands in is still to be looked at */
	bool holds_rows;      /* left the scope: rows point to its row */
	bool row_returns;     /* out of scope: the row was edited to stand in it */
	bool has_contents;    /* the app would refuse to delete the document */
	bool retirement_over; /* the retired entry is old enough, and nothing of it is under way */
};
struct existence {
	enum existence_action action;
	const char *reason; /* static words */
	bool clear_delete;  /* the Delete box is cleared; with a merge the reason is shown, too */
	bool reported;      /* the reason is shown in the row */
	bool refuse_delete; /* with a merge or a restore: deletion is refused and that is shown, the box stays */
};
struct existence plan_existence(const struct existence_views *views);
const char *existence_name(enum existence_action action); /* "create row" */
