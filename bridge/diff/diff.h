/* What is different on the two sides of a pair, and since when.
 *
 * batch_load() reads the cells into it, batch_recover() corrects those that are not believed, batch_diff() adds what has happened since both
 * agreed. From then on it is const: it is what was decided on, whatever a save or an answer makes of document and row afterwards. This
 * header is data alone, so that every room can read it. */
#pragma once
#include "bridge/fields/cell.h"
#include "bridge/fields/field.h"

struct pair;

/* One field that has a column, since both sides agreed on it last. A side has moved where it shows something else than it showed then. */
struct field_diff {
	bool has_base;       /* both have agreed on it; else neither has moved */
	bool couch_moved;    /* compared exactly: a document's number only changes when somebody changes it */
	bool airtable_moved; /* compared as the column shows values: a cell may be rounded, a line break lost */
	bool held; /* both differed when the document went back in time, and were left as they are (sync-rules 3) */
	bool base_uncertain;    /* an edit of the cell may have met one of the document that nobody saw */
	bool shown_differently; /* the cell never showed what was sent (sync-rules 18) */
	bool is_older;          /* the document went back in time, and the cell has what it had since */
};

struct diff {
	struct cell couch[FIELD_COUNT];    /* owned; the document as it was read */
	struct cell airtable[FIELD_COUNT]; /* owned; the row as it was read */
	/* owned; of Collection and Container: both links as the cell shows them, where the newer one is meant (sync-rules 20) */
	struct cell both_links[2];
	struct field_diff
		fields[FIELD_COUNT]; /* all false where there is no column, or the row was not to be read */
	bool unknown_choice;         /* the row shows a choice that is not known */

	bool went_back; /* the database does not know the revision any more that was handled (sync-rules 3) */
	/* The ledger has lost its entry, and this process remembers the pair: whether its document was edited since it was handled. */
	bool recollected, recollected_edited;
	char recollected_row[32]; /* the row that is remembered */
	bool row_edit_newer;      /* the row was edited after its document's tombstone was first seen */
	bool twin_goes; /* a person wants twins gone, and it has nothing that the original lacks (app_twins.h) */
	bool app_deleted; /* what the app left behind of the deleted document names the row (deleted_by_app.h) */
	struct pair *
		id_shown_by; /* another pair, whose row shows the ID of this one, which has no row; or NULL */
};
