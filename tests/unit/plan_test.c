/* The plan: every row of the table of existence and of the table of fields, what lies between the rows, and that no
 * view whatever leads to a deletion or a creation that nobody asked for. */
#include "bridge/plan/plan_existence.h"
#include "bridge/plan/plan_field.h"

#include "tests/unit/cases.h"

#include <string.h>

/* ---- existence: the table, row by row ---- */

struct existence_case {
	const char *sentence;
	struct existence_views views;
	enum existence_action action;
	const char *reason_has; /* NULL: any reason */
	bool clear_delete, refuse_delete, reported;
};

#define SEEN(document_, row_, entry_, ...)                                                                   \
	.views = {.document = (document_), .row = (row_), .entry = (entry_), __VA_ARGS__}
#define THEN(action_, why, ...) .action = (action_), .reason_has = (why), __VA_ARGS__
#define EDITED                  .document_moved = true
#define ROW_EDITED              .row_moved = true
#define TICKED                  .delete_ticked = true
#define HOLDS                   .has_contents = true
#define ON_DELETE               .on_row_deleted = ROW_DELETED_DELETE
#define ON_FORGET               .on_row_deleted = ROW_DELETED_FORGET

static const struct existence_case existence_cases[] = {
	/* any | unsure | any */
	{"any document | row unsure | pair: ask again", SEEN(DOCUMENT_IN_SCOPE, ROW_UNSURE, ENTRY_PAIR),
	 THEN(EXIST_ASK_AGAIN, "not yet sure")},
	{"any document | row unsure | pair: a tombstone changes nothing about it",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_UNSURE, ENTRY_PAIR), THEN(EXIST_ASK_AGAIN, "not yet sure")},
	{"any document | row unsure | none: ask again", SEEN(DOCUMENT_NONE, ROW_UNSURE, ENTRY_NONE),
	 THEN(EXIST_ASK_AGAIN, "not yet sure")},
	{"any document | row unsure | pair: an unreadable document is not parked yet",
	 SEEN(DOCUMENT_UNREADABLE, ROW_UNSURE, ENTRY_PAIR), THEN(EXIST_ASK_AGAIN, NULL)},

	/* missing, no tombstone | any | any but none */
	{"missing, no tombstone | paired | pair: hold", SEEN(DOCUMENT_MISSING, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_HOLD, "gone back in time")},
	{"missing, no tombstone | gone | pair: a person let it go",
	 SEEN(DOCUMENT_MISSING, ROW_GONE, ENTRY_PAIR), THEN(EXIST_RETIRE, "the row was deleted")},
	{"an old tombstone | paired | pair: hold", SEEN(DOCUMENT_WENT_BACK, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_HOLD, "was there later")},
	{"an old tombstone | paired, box ticked | pair: hold",
	 SEEN(DOCUMENT_WENT_BACK, ROW_PAIRED, ENTRY_PAIR, TICKED), THEN(EXIST_HOLD, NULL)},
	{"an old tombstone | gone | pair: a person let it go", SEEN(DOCUMENT_WENT_BACK, ROW_GONE, ENTRY_PAIR),
	 THEN(EXIST_RETIRE, NULL)},
	{"missing, no tombstone | none | G: hold", SEEN(DOCUMENT_MISSING, ROW_NONE, ENTRY_RETIRED),
	 THEN(EXIST_HOLD, "gone back in time")},
	{"missing, no tombstone | unpaired, same ID | G forgotten: hold",
	 SEEN(DOCUMENT_MISSING, ROW_FREE, ENTRY_FORGOTTEN), THEN(EXIST_HOLD, NULL)},
	{"missing, no tombstone | paired, box ticked | pair: hold, the box deletes nothing",
	 SEEN(DOCUMENT_MISSING, ROW_PAIRED, ENTRY_PAIR, TICKED), THEN(EXIST_HOLD, NULL)},
	{"no such document, yet an entry | paired | pair: hold", SEEN(DOCUMENT_NONE, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_HOLD, NULL)},

	/* unreadable or invalid | any | any */
	{"unreadable or invalid | paired | pair: park", SEEN(DOCUMENT_UNREADABLE, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_PARK, NULL)},
	{"unreadable or invalid | none | none: park", SEEN(DOCUMENT_UNREADABLE, ROW_NONE, ENTRY_NONE),
	 THEN(EXIST_PARK, NULL)},
	{"unreadable or invalid | gone | pair: park, whatever is done about deleted rows",
	 SEEN(DOCUMENT_UNREADABLE, ROW_GONE, ENTRY_PAIR, ON_DELETE), THEN(EXIST_PARK, NULL)},
	{"unreadable or invalid | unpaired, same ID | none: park",
	 SEEN(DOCUMENT_UNREADABLE, ROW_FREE, ENTRY_NONE), THEN(EXIST_PARK, NULL)},

	/* tombstone | gone / none | pair / G */
	{"tombstone | gone | pair: retire", SEEN(DOCUMENT_TOMBSTONE, ROW_GONE, ENTRY_PAIR),
	 THEN(EXIST_RETIRE, "both deleted")},
	{"tombstone | none | pair: retire", SEEN(DOCUMENT_TOMBSTONE, ROW_NONE, ENTRY_PAIR),
	 THEN(EXIST_RETIRE, "both deleted")},
	{"tombstone | gone | G: it is retired already", SEEN(DOCUMENT_TOMBSTONE, ROW_GONE, ENTRY_RETIRED),
	 THEN(EXIST_NOTHING, "retired")},
	{"tombstone | none | old G: it expires",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_NONE, ENTRY_RETIRED, .retirement_over = true),
	 THEN(EXIST_EXPIRE, "old enough")},
	{"no document | none | old G of a row: it expires",
	 SEEN(DOCUMENT_NONE, ROW_NONE, ENTRY_DISCARDED, .retirement_over = true),
	 THEN(EXIST_EXPIRE, "old enough")},
	{"out of scope | none | old G: it expires",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_NONE, ENTRY_RETIRED, .retirement_over = true),
	 THEN(EXIST_EXPIRE, "old enough")},
	{"in scope | none | old G: the row is made",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_RETIRED, .retirement_over = true),
	 THEN(EXIST_CREATE_ROW, NULL)},
	{"in scope | none | old G forgotten: it stays",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_FORGOTTEN, .retirement_over = true),
	 THEN(EXIST_NOTHING, NULL)},
	{"tombstone | its row | old G: it is brought back",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_OF_RETIRED, ENTRY_RETIRED, .retirement_over = true),
	 THEN(EXIST_UNDELETE, "brought back")},
	{"tombstone | none | G: it is retired already", SEEN(DOCUMENT_TOMBSTONE, ROW_NONE, ENTRY_RETIRED),
	 THEN(EXIST_NOTHING, "retired")},
	{"tombstone | none | G forgotten: retire, the document lives no more",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_NONE, ENTRY_FORGOTTEN), THEN(EXIST_RETIRE, NULL)},
	{"tombstone | none | none: nothing", SEEN(DOCUMENT_TOMBSTONE, ROW_NONE, ENTRY_NONE),
	 THEN(EXIST_NOTHING, NULL)},

	/* tombstone | paired | pair */
	{"tombstone | paired | pair: delete the row", SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_DELETE_ROW, "the document was deleted")},
	{"tombstone | paired, others have its ID | pair: delete the row",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED_OTHERS, ENTRY_PAIR), THEN(EXIST_DELETE_ROW, NULL)},
	{"tombstone | paired, edited before the deletion was seen | pair: delete the row, keep its edit",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED), THEN(EXIST_DELETE_ROW, "history")},
	{"tombstone | paired, edited after the deletion was seen | pair: bring the document back",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED, .row_edit_newer = true),
	 THEN(EXIST_UNDELETE, "edited after")},
	{"tombstone | paired, box ticked | pair: delete the row",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED, ENTRY_PAIR, TICKED), THEN(EXIST_DELETE_ROW, NULL)},

	{"tombstone | paired, edited after the deletion was seen, box ticked | pair: delete the row",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED, ENTRY_PAIR, TICKED, ROW_EDITED, .row_edit_newer = true),
	 THEN(EXIST_DELETE_ROW, NULL)},

	/* tombstone | G's rec id, or appeared after G with its ID | G */
	{"tombstone | row of G | G: bring the document back",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_OF_RETIRED, ENTRY_RETIRED), THEN(EXIST_UNDELETE, "brought back")},
	{"tombstone | row of G | G forgotten: bring the document back",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_OF_RETIRED, ENTRY_FORGOTTEN), THEN(EXIST_UNDELETE, "brought back")},

	{"tombstone | row of G, ticked | G: the row goes",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_OF_RETIRED, ENTRY_RETIRED, TICKED), THEN(EXIST_DELETE_ROW, "ticked")},

	/* A tick that was obeyed is no new one; a row that never was a document comes back as a new one. */
	{"tombstone | row of G, with the tick that was obeyed | G: clear it first",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_OF_RETIRED_TICKED, ENTRY_RETIRED, TICKED),
	 THEN(EXIST_UNTICK, "obeyed", .clear_delete = true)},
	{"in scope | row of G, with the tick that was obeyed | G: clear it first",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_OF_RETIRED_TICKED, ENTRY_RETIRED, TICKED),
	 THEN(EXIST_UNTICK, "obeyed", .clear_delete = true)},
	{"missing | row of G, with the tick that was obeyed | G: hold",
	 SEEN(DOCUMENT_MISSING, ROW_OF_RETIRED_TICKED, ENTRY_RETIRED, TICKED), THEN(EXIST_HOLD, NULL)},
	{"none | row of G, with the tick that was obeyed | G discarded: clear it first",
	 SEEN(DOCUMENT_NONE, ROW_OF_RETIRED_TICKED, ENTRY_DISCARDED, TICKED),
	 THEN(EXIST_UNTICK, "obeyed", .clear_delete = true)},
	{"none | row of G | G discarded: create the document",
	 SEEN(DOCUMENT_NONE, ROW_OF_RETIRED, ENTRY_DISCARDED), THEN(EXIST_CREATE_DOCUMENT, "new row")},
	{"none | row of G, ticked again | G discarded: discard it again",
	 SEEN(DOCUMENT_NONE, ROW_OF_RETIRED, ENTRY_DISCARDED, TICKED), THEN(EXIST_DISCARD_ROW, NULL)},
	{"none | none | G discarded: nothing", SEEN(DOCUMENT_NONE, ROW_NONE, ENTRY_DISCARDED),
	 THEN(EXIST_NOTHING, NULL)},
	{"in scope | row of G | G discarded: its document was made, adopt it",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_OF_RETIRED, ENTRY_DISCARDED), THEN(EXIST_ADOPT, NULL)},

	/* tombstone | has its ID, otherwise | any */
	{"tombstone | has its ID | none: hold", SEEN(DOCUMENT_TOMBSTONE, ROW_FREE, ENTRY_NONE),
	 THEN(EXIST_HOLD, "ID")},
	{"tombstone | has its ID | G: hold", SEEN(DOCUMENT_TOMBSTONE, ROW_FREE, ENTRY_RETIRED),
	 THEN(EXIST_HOLD, "ID")},
	{"tombstone | several have its ID | none: hold", SEEN(DOCUMENT_TOMBSTONE, ROW_FREE_TWINS, ENTRY_NONE),
	 THEN(EXIST_HOLD, "ID")},
	{"tombstone | has its ID, and the app names it | none: the row goes",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_FREE, ENTRY_NONE, .app_deleted = true),
	 THEN(EXIST_DELETE_ROW, "the app deleted")},
	{"tombstone | has its ID, and the app names it | G: hold, more is known of it",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_FREE, ENTRY_RETIRED, .app_deleted = true), THEN(EXIST_HOLD, NULL)},
	{"tombstone | has its ID, box ticked | none: the row goes",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_FREE, ENTRY_NONE, TICKED), THEN(EXIST_DELETE_ROW, "ticked")},
	{"tombstone | several have its ID, box ticked | none: the row goes",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_FREE_TWINS, ENTRY_NONE, TICKED), THEN(EXIST_DELETE_ROW, "ticked")},
	{"tombstone | gone, but an unpaired row has the ID | pair: retire it, that one is a copy",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_GONE_ONE_FREE, ENTRY_PAIR), THEN(EXIST_RETIRE, "both deleted")},
	{"tombstone | row of a G that is not there | none: hold",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_OF_RETIRED, ENTRY_NONE), THEN(EXIST_HOLD, NULL)},
	{"tombstone | new row whose document this was | none: hold",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_NEW, ENTRY_NONE), THEN(EXIST_HOLD, NULL)},

	/* in scope | paired, others with its ID too | pair */
	{"in scope | paired, others with its ID too | pair: merge, tell the others",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED_OTHERS, ENTRY_PAIR), THEN(EXIST_MERGE_OTHERS, "other rows")},
	{"in scope | paired, others with its ID too, box ticked | pair: as without them",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED_OTHERS, ENTRY_PAIR, TICKED),
	 THEN(EXIST_DELETE_DOCUMENT, "ticked")},
	{"in scope, edited | paired, others with its ID too, box ticked | pair: the edit beats the box",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED_OTHERS, ENTRY_PAIR, TICKED, EDITED),
	 THEN(EXIST_MERGE_OTHERS, "cleared", .clear_delete = true, .reported = true)},

	/* what the app made twice */
	{"in scope, a twin | none | none: hold, it gets no row",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_NONE, .is_twin = true),
	 THEN(EXIST_HOLD_TWIN, "the app made")},
	{"out of scope, a twin | none | none: hold, it is told all the same",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_NONE, ENTRY_NONE, .is_twin = true), THEN(EXIST_HOLD_TWIN, NULL)},
	{"in scope, a twin | free, a copy that shows its ID | none: hold, it takes none either",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_FREE, ENTRY_NONE, .is_twin = true), THEN(EXIST_HOLD, "clear its ID")},
	{"in scope, a twin that goes | none | none: delete it",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_NONE, .is_twin = true, .twin_goes = true),
	 THEN(EXIST_DELETE_TWIN, "wants")},
	{"in scope, a twin | paired | pair: it is none any more",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR, .is_twin = true, .twin_goes = true),
	 THEN(EXIST_MERGE, NULL)},
	{"none | a second row that goes | none: discard it",
	 SEEN(DOCUMENT_NONE, ROW_NEW, ENTRY_NONE, .twin_goes = true), THEN(EXIST_DISCARD_ROW, "second row")},

	/* paired rows that show each other's ID, and other edits */
	{"in scope | mixed up | pair: hold", SEEN(DOCUMENT_IN_SCOPE, ROW_MIXED_UP, ENTRY_PAIR),
	 THEN(EXIST_HOLD, "put the IDs back")},
	{"in scope, edited | mixed up, box ticked | pair: hold",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_MIXED_UP, ENTRY_PAIR, EDITED, TICKED), THEN(EXIST_HOLD, NULL)},
	{"tombstone | mixed up | pair: hold", SEEN(DOCUMENT_TOMBSTONE, ROW_MIXED_UP, ENTRY_PAIR, ROW_EDITED),
	 THEN(EXIST_HOLD, "put the IDs back")},
	{"missing, no tombstone | mixed up | pair: hold", SEEN(DOCUMENT_MISSING, ROW_MIXED_UP, ENTRY_PAIR),
	 THEN(EXIST_HOLD, "gone back in time")},
	{"out of scope | mixed up | pair: leave it", SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_MIXED_UP, ENTRY_PAIR),
	 THEN(EXIST_LEAVE, NULL)},

	/* no row, and that of another pair shows its ID */
	{"in scope | none, another's shows its ID | none: no row is made over that one",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_SHOWS_ANOTHER, ENTRY_NONE), THEN(EXIST_ASK_AGAIN, "set back")},
	{"in scope | none, another's shows its ID and is held | none: hold",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_SHOWS_ANOTHER, ENTRY_NONE, .other_is_held = true),
	 THEN(EXIST_HOLD, "clear the ID there")},
	{"in scope | gone, another's shows its ID | pair: no row is made over that one",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_SHOWS_ANOTHER, ENTRY_PAIR), THEN(EXIST_ASK_AGAIN, "set back")},
	{"in scope, a twin | none, another's shows its ID | none: hold the twin",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_SHOWS_ANOTHER, ENTRY_NONE, .is_twin = true),
	 THEN(EXIST_HOLD_TWIN, NULL)},

	/* in scope | paired | pair */
	{"in scope | paired | pair: merge", SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_MERGE, "both are there")},
	{"in scope | paired, box ticked | pair: delete the document",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR, TICKED), THEN(EXIST_DELETE_DOCUMENT, "ticked")},
	{"in scope | paired and edited, box ticked | pair: delete the document",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR, TICKED, ROW_EDITED),
	 THEN(EXIST_DELETE_DOCUMENT, NULL)},
	{"in scope, edited | paired, box ticked | pair: the edit beats the box",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR, TICKED, EDITED),
	 THEN(EXIST_MERGE, "cleared", .clear_delete = true, .reported = true)},
	{"in scope, holds contents | paired, box ticked | pair: refuse",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR, TICKED, HOLDS),
	 THEN(EXIST_MERGE, "still holds contents", .refuse_delete = true, .reported = true)},
	{"in scope, edited, holds contents | paired, box ticked | pair: the edit beats the box",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_PAIR, TICKED, EDITED, HOLDS),
	 THEN(EXIST_MERGE, "cleared", .clear_delete = true, .reported = true)},

	/* in scope | gone, but one unpaired row has the ID | pair */
	{"in scope | gone, but one unpaired row has the ID | pair: pair with it",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE_ONE_FREE, ENTRY_PAIR), THEN(EXIST_PAIR_FREE, "cut and pasted")},
	{"in scope | gone, but one unpaired row has the ID | pair: also where deletions are followed",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE_ONE_FREE, ENTRY_PAIR, ON_DELETE), THEN(EXIST_PAIR_FREE, NULL)},

	/* in scope | gone | pair */
	{"in scope | gone | pair: restore is what is configured",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_PAIR), THEN(EXIST_RESTORE_ROW, "put back")},
	{"in scope | gone | pair: delete is what is configured",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_PAIR, ON_DELETE),
	 THEN(EXIST_DELETE_DOCUMENT, "goes with it")},
	{"in scope | gone | pair: forget is what is configured",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_PAIR, ON_FORGET), THEN(EXIST_FORGET, "let go")},
	{"in scope, edited | gone | pair: restore, although delete is configured",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_PAIR, ON_DELETE, EDITED),
	 THEN(EXIST_RESTORE_ROW, "edit of the document", .reported = true)},
	{"in scope, edited | gone | pair: restore, although forget is configured",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_PAIR, ON_FORGET, EDITED),
	 THEN(EXIST_RESTORE_ROW, "edit of the document", .reported = true)},
	{"in scope, holds contents | gone | pair: restore, although delete is configured",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_PAIR, ON_DELETE, HOLDS),
	 THEN(EXIST_RESTORE_ROW, "holds contents", .refuse_delete = true, .reported = true)},

	/* in scope | none | G forgotten */
	{"in scope | none | G forgotten: nothing until a person asks",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_FORGOTTEN), THEN(EXIST_NOTHING, "let go")},
	{"in scope, edited | gone | G forgotten: nothing until a person asks",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_GONE, ENTRY_FORGOTTEN, EDITED), THEN(EXIST_NOTHING, NULL)},

	/* in scope | none | none, other G */
	{"in scope | none | none: create the row", SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_NONE),
	 THEN(EXIST_CREATE_ROW, NULL)},
	{"in scope | none | other G: create the row", SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_RETIRED),
	 THEN(EXIST_CREATE_ROW, NULL)},

	/* in scope | unpaired, same ID or named by the mark | none / G */
	{"in scope | unpaired, same ID or mark | none: adopt", SEEN(DOCUMENT_IN_SCOPE, ROW_FREE, ENTRY_NONE),
	 THEN(EXIST_ADOPT, NULL)},
	{"in scope | unpaired, same ID or mark | G: adopt", SEEN(DOCUMENT_IN_SCOPE, ROW_FREE, ENTRY_RETIRED),
	 THEN(EXIST_ADOPT, NULL)},
	{"in scope | unpaired, same ID or mark | G forgotten: adopt",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_FREE, ENTRY_FORGOTTEN), THEN(EXIST_ADOPT, NULL)},
	{"in scope | row of G is there again | G: adopt",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_OF_RETIRED, ENTRY_RETIRED), THEN(EXIST_ADOPT, NULL)},
	{"in scope | row from which it was made before a crash | none: adopt",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_NEW, ENTRY_NONE), THEN(EXIST_ADOPT, NULL)},
	{"in scope | ID and mark contradict each other | none: hold",
	 SEEN(DOCUMENT_IN_SCOPE, ROW_FREE_TWINS, ENTRY_NONE), THEN(EXIST_HOLD, "several")},

	/* out of scope | paired | pair */
	{"out of scope | paired | pair: its row is kept", SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_LEAVE, "kept")},
	{"out of scope | paired, others with its ID too | pair: its row is kept",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_PAIRED_OTHERS, ENTRY_PAIR), THEN(EXIST_LEAVE, "kept")},
	{"out of scope | paired, box ticked | pair: nothing flows, not even the box",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_PAIRED, ENTRY_PAIR, TICKED), THEN(EXIST_LEAVE, "kept")},
	{"out of scope | paired and edited | pair: nothing flows",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED), THEN(EXIST_LEAVE, "kept")},
	{"out of scope | paired and moved into it | pair: the edit goes to the document",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED, .row_returns = true),
	 THEN(EXIST_MERGE_OUT, "back")},
	{"out of scope | gone | pair: no row is made for it, and the document stays",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_GONE, ENTRY_PAIR, ON_DELETE), THEN(EXIST_LET_GO, NULL)},
	{"out of scope | gone, but one unpaired row has the ID | pair: it is not paired with",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_GONE_ONE_FREE, ENTRY_PAIR), THEN(EXIST_LET_GO, NULL)},
	{"out of scope | not looked for | pair: leave it", SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_NONE, ENTRY_PAIR),
	 THEN(EXIST_LEAVE, NULL)},
	{"out of scope | one unpaired row has the ID | grave: it says what to do",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_FREE, ENTRY_RETIRED), THEN(EXIST_LEAVE, "clear the row's ID")},

	/* left the scope | paired | pair */
	{"left the scope | paired | pair: the row goes", SEEN(DOCUMENT_LEFT_SCOPE, ROW_PAIRED, ENTRY_PAIR),
	 THEN(EXIST_REMOVE_ROW, "left")},
	{"left the scope | paired, others with its ID too | pair: the row goes",
	 SEEN(DOCUMENT_LEFT_SCOPE, ROW_PAIRED_OTHERS, ENTRY_PAIR), THEN(EXIST_REMOVE_ROW, NULL)},
	{"left the scope | paired and edited | pair: the edit goes to the document first",
	 SEEN(DOCUMENT_LEFT_SCOPE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED), THEN(EXIST_MERGE_OUT, "before")},
	{"left the scope | paired and edited, rows stand in it | pair: the edit goes to the document first",
	 SEEN(DOCUMENT_LEFT_SCOPE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED, .holds_rows = true),
	 THEN(EXIST_MERGE_OUT, "before")},
	{"left the scope | paired, rows stand in it | pair: kept for them",
	 SEEN(DOCUMENT_LEFT_SCOPE, ROW_PAIRED, ENTRY_PAIR, .holds_rows = true), THEN(EXIST_LEAVE, "kept")},
	{"left the scope | paired, what it stands in was not looked at | pair: ask again",
	 SEEN(DOCUMENT_LEFT_SCOPE, ROW_PAIRED, ENTRY_PAIR, ROW_EDITED, .place_open = true),
	 THEN(EXIST_ASK_AGAIN, NULL)},
	{"left the scope | unsure | pair: ask again", SEEN(DOCUMENT_LEFT_SCOPE, ROW_UNSURE, ENTRY_PAIR),
	 THEN(EXIST_ASK_AGAIN, NULL)},
	{"left the scope | mixed up | pair: leave it", SEEN(DOCUMENT_LEFT_SCOPE, ROW_MIXED_UP, ENTRY_PAIR),
	 THEN(EXIST_LEAVE, NULL)},
	{"left the scope | gone | pair: no row is made for it",
	 SEEN(DOCUMENT_LEFT_SCOPE, ROW_GONE, ENTRY_PAIR), THEN(EXIST_LET_GO, NULL)},

	/* out of scope | any | none / G */
	{"out of scope | none | none: leave it", SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_NONE, ENTRY_NONE),
	 THEN(EXIST_LEAVE, "outside")},
	{"out of scope | unpaired, same ID | none: leave it",
	 SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_FREE, ENTRY_NONE), THEN(EXIST_LEAVE, "outside")},
	{"out of scope | row of G | G: leave it", SEEN(DOCUMENT_OUT_OF_SCOPE, ROW_OF_RETIRED, ENTRY_RETIRED),
	 THEN(EXIST_LEAVE, NULL)},

	/* none | ID empty or unknown | none */
	{"none | ID empty or unknown | none: create the document", SEEN(DOCUMENT_NONE, ROW_NEW, ENTRY_NONE),
	 THEN(EXIST_CREATE_DOCUMENT, "new row")},
	{"none | ID empty or unknown, box ticked | none: the row goes",
	 SEEN(DOCUMENT_NONE, ROW_NEW, ENTRY_NONE, TICKED), THEN(EXIST_DISCARD_ROW, "no document yet")},
	{"none | unpaired, its ID is nobody's | none: create the document",
	 SEEN(DOCUMENT_NONE, ROW_FREE, ENTRY_NONE), THEN(EXIST_CREATE_DOCUMENT, NULL)},
	{"none | several new rows with one ID | none: hold", SEEN(DOCUMENT_NONE, ROW_FREE_TWINS, ENTRY_NONE),
	 THEN(EXIST_HOLD, NULL)},
	{"none | none | none: nothing", SEEN(DOCUMENT_NONE, ROW_NONE, ENTRY_NONE), THEN(EXIST_NOTHING, NULL)},

	/* what the table does not know */
	{"in scope | not looked for | pair: ask again", SEEN(DOCUMENT_IN_SCOPE, ROW_NONE, ENTRY_PAIR),
	 THEN(EXIST_ASK_AGAIN, NULL)},
	{"in scope | paired, without an entry | none: hold", SEEN(DOCUMENT_IN_SCOPE, ROW_PAIRED, ENTRY_NONE),
	 THEN(EXIST_HOLD, "contradicts")},
	{"tombstone | paired, without an entry | none: hold",
	 SEEN(DOCUMENT_TOMBSTONE, ROW_PAIRED, ENTRY_NONE), THEN(EXIST_HOLD, "contradicts")},
};

static void check_existence(void **state)
{
	const struct existence_case *row = *state;
	struct existence found = plan_existence(&row->views);

	assert_string_equal(existence_name(found.action), existence_name(row->action));
	if (row->reason_has && !strstr(found.reason, row->reason_has))
		fail_msg("the reason \"%s\" does not speak of \"%s\"", found.reason, row->reason_has);
	assert_int_equal(found.clear_delete, row->clear_delete);
	assert_int_equal(found.refuse_delete, row->refuse_delete);
	assert_int_equal(found.reported, row->reported);
}

/* ---- existence: all there is ---- */

static const char *const document_words[] = {
	[DOCUMENT_NONE] = "none",
	[DOCUMENT_MISSING] = "missing",
	[DOCUMENT_UNREADABLE] = "unreadable",
	[DOCUMENT_TOMBSTONE] = "tombstone",
	[DOCUMENT_IN_SCOPE] = "in scope",
	[DOCUMENT_LEFT_SCOPE] = "left the scope",
	[DOCUMENT_OUT_OF_SCOPE] = "out of scope",
	[DOCUMENT_WENT_BACK] = "tombstone of before",
};
static const char *const row_words[] = {
	[ROW_NONE] = "none",
	[ROW_UNSURE] = "unsure",
	[ROW_GONE] = "gone",
	[ROW_GONE_ONE_FREE] = "gone, one free",
	[ROW_PAIRED] = "paired",
	[ROW_PAIRED_OTHERS] = "paired, others",
	[ROW_MIXED_UP] = "mixed up",
	[ROW_SHOWS_ANOTHER] = "none, another's shows its ID",
	[ROW_FREE] = "free",
	[ROW_FREE_TWINS] = "free twins",
	[ROW_OF_RETIRED] = "of grave",
	[ROW_OF_RETIRED_TICKED] = "of grave, ticked as obeyed",
	[ROW_NEW] = "new",
};
static const char *const entry_words[] = {
	[ENTRY_NONE] = "none",           [ENTRY_PAIR] = "pair",           [ENTRY_RETIRED] = "grave",
	[ENTRY_FORGOTTEN] = "forgotten", [ENTRY_DISCARDED] = "discarded",
};

static bool is_paired(const struct existence_views *views)
{
	return views->row == ROW_PAIRED || views->row == ROW_PAIRED_OTHERS;
}

/* The row is there, or may be. */
static bool is_unseen(const struct existence_views *views)
{
	return views->row == ROW_UNSURE || views->row == ROW_MIXED_UP || views->row == ROW_SHOWS_ANOTHER ||
	       is_paired(views);
}

/* Nothing is remembered of the document, and somebody asked for the row's end: in the app, or by its box. */
static bool is_unknown_and_wanted_gone(const struct existence_views *views)
{
	return views->entry == ENTRY_NONE && !is_unseen(views) &&
	       (views->app_deleted || views->delete_ticked);
}

/* What must be so before something is deleted. */
static const char *objection_to_end(const struct existence_views *views, const struct existence *found)
{
	bool paired = is_paired(views);
	bool asked_to_delete = (paired && views->delete_ticked) ||
			       (views->row == ROW_GONE && views->on_row_deleted == ROW_DELETED_DELETE);

	switch (found->action) {
	case EXIST_DELETE_DOCUMENT:
		if (views->document != DOCUMENT_IN_SCOPE || views->entry != ENTRY_PAIR)
			return "a document is deleted that is not there, paired and in scope";
		if (!asked_to_delete)
			return "a document is deleted that nobody wanted deleted";
		if (views->document_moved || views->has_contents)
			return "a document is deleted in spite of an edit or its contents";
		return NULL;
	case EXIST_DELETE_TWIN:
		return !views->is_twin || !views->twin_goes || views->entry == ENTRY_PAIR ||
				       (views->row != ROW_NONE && views->row != ROW_GONE &&
					views->row != ROW_SHOWS_ANOTHER)
			       ? "a document is deleted that is no twin, has a row, or that nobody wants gone"
			       : NULL;
	case EXIST_DELETE_ROW:
		if (views->document != DOCUMENT_TOMBSTONE)
			return "a row is deleted without a tombstone";
		if ((!paired || views->entry != ENTRY_PAIR) &&
		    (views->row != ROW_OF_RETIRED || !views->delete_ticked) &&
		    !is_unknown_and_wanted_gone(views))
			return "a row is deleted that is neither paired nor ticked";
		/* Without an entry it is not known what was edited. */
		return views->row_moved && views->row_edit_newer && !views->delete_ticked &&
				       views->entry != ENTRY_NONE
			       ? "a row is deleted in spite of a later edit"
			       : NULL;
	case EXIST_DISCARD_ROW:
		return views->document > DOCUMENT_MISSING || views->row < ROW_FREE ||
				       views->row == ROW_OF_RETIRED_TICKED ||
				       (views->entry != ENTRY_NONE && views->entry != ENTRY_DISCARDED) ||
				       (!views->delete_ticked && !views->twin_goes)
			       ? "a row is discarded that is more than a new one, or that nobody wants gone"
			       : NULL;
	case EXIST_REMOVE_ROW:
		return views->document != DOCUMENT_LEFT_SCOPE || !paired || views->entry != ENTRY_PAIR ||
				       views->row_moved || views->holds_rows || views->place_open
			       ? "a row is removed that has not left, or that holds something"
			       : NULL;
	default:
		return NULL;
	}
}

/* ... before something is made, or brought back. */
static const char *objection_to_make(const struct existence_views *views, const struct existence *found)
{
	switch (found->action) {
	case EXIST_CREATE_ROW:
		return views->document != DOCUMENT_IN_SCOPE || is_unseen(views) ||
				       views->entry == ENTRY_PAIR || views->entry == ENTRY_FORGOTTEN
			       ? "a row is made for a document that has one, may have one, or shall have none"
			       : NULL;
	case EXIST_RESTORE_ROW:
		return views->document != DOCUMENT_IN_SCOPE || views->row != ROW_GONE ||
				       views->entry != ENTRY_PAIR
			       ? "a row is put back that is not surely gone"
			       : NULL;
	case EXIST_CREATE_DOCUMENT:
		return (views->entry != ENTRY_NONE && views->entry != ENTRY_DISCARDED) || is_unseen(views)
			       ? "a document is made where one is remembered"
			       : NULL;
	case EXIST_UNDELETE:
		return views->document != DOCUMENT_TOMBSTONE || views->entry == ENTRY_NONE
			       ? "a document is brought back that was not deleted, or of which nothing is "
				 "known"
			       : NULL;
	default:
		return NULL;
	}
}

/* ... before a pair is made, merged, told, or let go. */
static const char *objection_to_pair(const struct existence_views *views, const struct existence *found)
{
	bool paired = is_paired(views);

	switch (found->action) {
	case EXIST_FORGET:
		return views->row != ROW_GONE || views->document_moved
			       ? "a pair is let go whose row is not gone"
			       : NULL;
	case EXIST_RETIRE:
		if (views->row == ROW_GONE && views->entry == ENTRY_PAIR &&
		    (views->document == DOCUMENT_MISSING || views->document == DOCUMENT_NONE ||
		     views->document == DOCUMENT_WENT_BACK))
			return NULL;
		return views->document != DOCUMENT_TOMBSTONE || is_unseen(views)
			       ? "a pair is buried that lives"
			       : NULL;
	case EXIST_MERGE:
	case EXIST_MERGE_OTHERS:
	case EXIST_PAIR_FREE:
		return views->document != DOCUMENT_IN_SCOPE || views->entry != ENTRY_PAIR
			       ? "no pair is merged"
			       : NULL;
	case EXIST_ADOPT:
		return views->document != DOCUMENT_IN_SCOPE || views->entry == ENTRY_PAIR || is_unseen(views)
			       ? "a row is adopted by what has one"
			       : NULL;
	case EXIST_UNTICK:
		return !found->clear_delete || views->row != ROW_OF_RETIRED_TICKED ||
				       views->entry == ENTRY_NONE || views->entry == ENTRY_PAIR
			       ? "a box is cleared that was not obeyed"
			       : NULL;
	case EXIST_MERGE_OUT:
		return !paired || views->entry != ENTRY_PAIR ||
				       !(views->document == DOCUMENT_LEFT_SCOPE ? views->row_moved
										: views->row_returns)
			       ? "a row outside is merged that was not edited"
			       : NULL;
	case EXIST_LET_GO:
		return views->document < DOCUMENT_LEFT_SCOPE || views->entry != ENTRY_PAIR ||
				       (views->row != ROW_GONE && views->row != ROW_GONE_ONE_FREE)
			       ? "a pair is let go that is there"
			       : NULL;
	default:
		return NULL;
	}
}

static const char *objection(const struct existence_views *views, const struct existence *found)
{
	const char *complaint = objection_to_end(views, found);

	if (!complaint)
		complaint = objection_to_make(views, found);
	return complaint ? complaint : objection_to_pair(views, found);
}

/* What must come out whatever else is seen. */
static const char *duty(const struct existence_views *views, const struct existence *found)
{
	bool touches = found->action != EXIST_ASK_AGAIN && found->action != EXIST_HOLD &&
		       found->action != EXIST_HOLD_TWIN && found->action != EXIST_PARK &&
		       found->action != EXIST_NOTHING && found->action != EXIST_LEAVE;

	if (!found->reason || !*found->reason)
		return "there is no reason";
	if (strcmp(existence_name(found->action), "?") == 0)
		return "the action has no name";
	if (views->row == ROW_UNSURE && found->action != EXIST_ASK_AGAIN)
		return "something is done although the row is unsure";
	if (views->document == DOCUMENT_UNREADABLE && touches)
		return "something is done for an unreadable document";
	if (found->action != EXIST_RETIRE && views->document == DOCUMENT_WENT_BACK && touches)
		return "something is done for a tombstone of before";
	if (found->action != EXIST_RETIRE && views->document == DOCUMENT_MISSING &&
	    views->entry != ENTRY_NONE && views->entry != ENTRY_DISCARDED && touches)
		return "something is done for a document that went missing";
	if (views->row == ROW_SHOWS_ANOTHER &&
	    (found->action == EXIST_CREATE_ROW || found->action == EXIST_RESTORE_ROW))
		return "a row is made over the one that shows its ID";
	if (views->row == ROW_MIXED_UP && touches)
		return "something is done although the row shows another's ID";
	if (views->document == DOCUMENT_OUT_OF_SCOPE && touches && found->action != EXIST_LET_GO &&
	    found->action != EXIST_MERGE_OUT && found->action != EXIST_DELETE_TWIN)
		return "something is done for a document out of scope";
	if (found->clear_delete && found->action == EXIST_UNTICK)
		return NULL;
	if ((found->clear_delete || found->refuse_delete) && found->action != EXIST_MERGE &&
	    found->action != EXIST_MERGE_OTHERS && found->action != EXIST_RESTORE_ROW)
		return "a box is cleared or refused without a merge";
	if (found->clear_delete && !views->delete_ticked)
		return "a box is cleared that is not ticked";
	return NULL;
}

struct combination {
	enum document_state document;
	enum row_state row;
	enum entry_state entry;
};

static void check_one(const struct existence_views *views)
{
	struct existence found = plan_existence(views);
	const char *complaint = duty(views, &found);

	if (!complaint)
		complaint = objection(views, &found);
	if (complaint)
		fail_msg("%s: %s (moved %d, row moved %d, ticked %d, newer %d, contents %d, policy %d)",
			 existence_name(found.action), complaint, views->document_moved, views->row_moved,
			 views->delete_ticked, views->row_edit_newer, views->has_contents,
			 (int)views->on_row_deleted);
}

static void check_combination(void **state)
{
	const struct combination *at = *state;

	for (unsigned flags = 0; flags < 4096; flags++) {
		for (unsigned policy = 0; policy < 3; policy++) {
			check_one(&(struct existence_views){
				.document = at->document,
				.row = at->row,
				.entry = at->entry,
				.on_row_deleted = (enum row_deleted_policy)policy,
				.document_moved = flags & 1,
				.row_moved = flags & 2,
				.delete_ticked = flags & 4,
				.row_edit_newer = flags & 8,
				.has_contents = flags & 16,
				.place_open = flags & 32,
				.holds_rows = flags & 64,
				.row_returns = flags & 128,
				.app_deleted = flags & 256,
				.is_twin = flags & 512,
				.twin_goes = flags & 1024,
				.other_is_held = flags & 2048,
			});
		}
	}
}

static void add_combinations(struct cases *cases)
{
	static struct combination all[countof(document_words) * countof(row_words) * countof(entry_words)];
	struct combination *next = all;

	for (size_t document = 0; document < countof(document_words); document++)
		for (size_t row = 0; row < countof(row_words); row++)
			for (size_t entry = 0; entry < countof(entry_words); entry++) {
				*next = (struct combination){(enum document_state)document,
							     (enum row_state)row, (enum entry_state)entry};
				cases_add(
					cases,
					own_format(
						"safe whatever else is seen: document %s | row %s | entry %s",
						document_words[document], row_words[row], entry_words[entry]),
					check_combination, next++);
			}
}

/* ---- fields ---- */

#define NOTHING                                                                                              \
	{                                                                                                    \
		.kind = CELL_EMPTY                                                                           \
	}
#define TEXT(words)                                                                                          \
	{                                                                                                    \
		.kind = CELL_TEXT, .text = (words)                                                           \
	}
#define NUMBER(value)                                                                                        \
	{                                                                                                    \
		.kind = CELL_NUMBER, .number = (value)                                                       \
	}
#define CHOICE(name)                                                                                         \
	{                                                                                                    \
		.kind = CELL_CHOICE, .text = (name)                                                          \
	}
#define WRONG(words)                                                                                         \
	{                                                                                                    \
		.kind = CELL_WRONG, .text = (words)                                                          \
	}
#define LINK(id)                                                                                             \
	{                                                                                                    \
		.kind = CELL_LINKS, .ids = (char *[]){id}, .id_count = 1                                     \
	}
#define TWO_LINKS(one, two)                                                                                  \
	{                                                                                                    \
		.kind = CELL_LINKS, .ids = (char *[]){one, two}, .id_count = 2                               \
	}
#define UNKNOWN "\x01recNew"

struct field_case {
	const char *sentence;
	struct cell couch, airtable;
	bool agreed;
	struct cell agreed_couch, agreed_airtable;
	struct field_views views; /* the rest */
	unsigned action;
	const char *reason_has;
};

#define C               .couch
#define A               .airtable
#define AGREED          .agreed = true, .agreed_couch
#define AGREED_A        .agreed_airtable
#define COUCH_NEWER     .views = {.order = ORDER_COUCH_NEWER}
#define AIRTABLE_NEWER  .views = {.order = ORDER_AIRTABLE_NEWER}
#define DO(bits, words) .action = (bits), .reason_has = (words)

#define HIDES_ZERO .views = {.equivalence = {.hides_zero = true}}

static const struct field_case field_cases[] = {
	/* a document's 0 that is shown as an empty cell */
	{"0 in the document, an empty cell: both say it", C = NUMBER(0), A = NOTHING, AGREED = NUMBER(5),
	 AGREED_A = NUMBER(5), HIDES_ZERO, DO(ACTION_MOVE_BASE, "same")},
	{"the document became 0 while the cell was empty: nothing to write", C = NUMBER(0), A = NOTHING,
	 AGREED = NOTHING, AGREED_A = NOTHING, HIDES_ZERO, DO(ACTION_MOVE_BASE, "same")},
	{"the document became 0: the cell is emptied", C = NUMBER(0), A = NUMBER(5), AGREED = NUMBER(5),
	 AGREED_A = NUMBER(5), HIDES_ZERO, DO(ACTION_TO_AIRTABLE, "only couch moved")},
	{"a 0 that is typed is taken", C = NOTHING, A = NUMBER(0), AGREED = NOTHING, AGREED_A = NOTHING,
	 HIDES_ZERO, DO(ACTION_TO_COUCH, "only airtable moved")},
	{"a 0 that is typed where the document has it is agreed on", C = NUMBER(0), A = NUMBER(0),
	 AGREED = NUMBER(0), AGREED_A = NOTHING, HIDES_ZERO, DO(ACTION_MOVE_BASE, "same")},
	{"a shown 0 that is emptied is taken", C = NUMBER(0), A = NOTHING, AGREED = NUMBER(0),
	 AGREED_A = NUMBER(0), HIDES_ZERO, DO(ACTION_TO_COUCH, "only airtable moved")},
	{"first contact: a hidden 0 is what the document says", C = NUMBER(0), A = NOTHING,
	 .views = {.first_contact = true, .same_updated_at = true, .equivalence = {.hides_zero = true}},
	 DO(ACTION_MOVE_BASE, "same")},
	{"elsewhere a 0 is not hidden", C = NUMBER(0), A = NOTHING, AGREED = NOTHING, AGREED_A = NOTHING,
	 DO(ACTION_TO_AIRTABLE, "only couch moved")},
	/* the table of the design */
	{"C as agreed, A as agreed: nothing", C = TEXT("a"), A = TEXT("a"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_NONE, "as last agreed")},
	{"C moved, A as agreed: write C to the row", C = TEXT("b"), A = TEXT("a"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_TO_AIRTABLE, "only couch moved")},
	{"C as agreed, A moved: write A to the document", C = TEXT("a"), A = TEXT("b"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_TO_COUCH, "only airtable moved")},
	{"both moved, equal: just move B", C = TEXT("b"), A = TEXT("b"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_MOVE_BASE, "same")},
	{"both moved, different, C newest: C wins, A is kept", C = TEXT("b"), A = TEXT("c"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), COUCH_NEWER,
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "couch was edited last")},
	{"both moved, different, A newest: A wins, C is kept", C = TEXT("b"), A = TEXT("c"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), AIRTABLE_NEWER,
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "airtable was edited last")},
	{"both moved, different, order unknown: ask for it", C = TEXT("b"), A = TEXT("c"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_ASK_TIME, "not known")},
	{"an entry, but no B for this field: fill the cell", C = TEXT("b"), A = NOTHING,
	 DO(ACTION_TO_AIRTABLE, "fills the cell")},
	{"no entry at all, equal: agree", C = TEXT("a"), A = TEXT("a"), .views = {.first_contact = true},
	 DO(ACTION_MOVE_BASE, "first contact")},

	/* the same with clearing */
	{"C cleared, A as agreed: clear the cell", C = NOTHING, A = TEXT("a"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_TO_AIRTABLE, NULL)},
	{"C as agreed, A cleared: clear the document's value", C = TEXT("a"), A = NOTHING, AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_TO_COUCH, NULL)},
	{"both cleared: just move B", C = NOTHING, A = NOTHING, AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 DO(ACTION_MOVE_BASE, NULL)},
	{"both empty since ever: nothing", C = NOTHING, A = NOTHING, AGREED = NOTHING, AGREED_A = NOTHING,
	 DO(ACTION_NONE, NULL)},
	{"C cleared, A edited, A newest: the edit wins", C = NOTHING, A = TEXT("b"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), AIRTABLE_NEWER, DO(ACTION_TO_COUCH | ACTION_CONFLICT, NULL)},

	/* no B */
	{"no B, both empty: remember", C = NOTHING, A = NOTHING, DO(ACTION_MOVE_BASE, NULL)},
	{"no B, both the same: remember", C = TEXT("a"), A = TEXT("a"), DO(ACTION_MOVE_BASE, NULL)},
	{"no B, C differs from what is in the cell: C replaces it, A is kept", C = TEXT("a"), A = TEXT("b"),
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "replaces")},
	{"no B, C empty: the cell is emptied, A is kept", C = NOTHING, A = TEXT("b"),
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "replaces")},
	{"no B, the cell shows what cannot be used: C fills it", C = TEXT("a"), A = WRONG("w"),
	 DO(ACTION_TO_AIRTABLE, NULL)},
	{"no B, C does not fit the column: a problem", C = TEXT("a"), A = NOTHING,
	 .views = {.couch_unmappable = true}, DO(ACTION_PROBLEM, NULL)},
	{"no B, C is wrong: a problem", C = WRONG("w"), A = NOTHING, DO(ACTION_PROBLEM, NULL)},
	{"no B, C does not fit, A was entered later: A corrects it, C is kept", C = CHOICE("CHF"),
	 A = CHOICE("EUR"), .views = {.couch_unmappable = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "the cell was edited last")},
	{"no B, C does not fit, A was entered before: a problem, neither is lost", C = CHOICE("CHF"),
	 A = CHOICE("EUR"), .views = {.couch_unmappable = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_PROBLEM, "the column cannot hold")},
	{"no B, C does not fit, A was entered at some time: ask for it", C = CHOICE("CHF"), A = CHOICE("EUR"),
	 .views = {.couch_unmappable = true}, DO(ACTION_ASK_TIME, NULL)},
	{"no B, C does not fit, an empty Type reads as Item: it is no correction", C = CHOICE("Vehicle"),
	 A = CHOICE("Item"),
	 .views = {.couch_unmappable = true, .blank = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_PROBLEM, NULL)},
	{"no B, neither fits the other side: a problem", C = TEXT("a"), A = WRONG("w"),
	 .views = {.couch_unmappable = true, .order = ORDER_AIRTABLE_NEWER}, DO(ACTION_PROBLEM, NULL)},
	{"no B, C waits for a row: wait", C = LINK("x"), A = NOTHING, .views = {.waits = true},
	 DO(ACTION_WAIT, NULL)},
	{"no B, A points to a row without a document: wait", C = NOTHING, A = LINK(UNKNOWN),
	 DO(ACTION_WAIT, NULL)},

	/* first contact */
	{"first contact, both empty: agree", C = NOTHING, A = NOTHING, .views = {.first_contact = true},
	 DO(ACTION_MOVE_BASE, NULL)},
	{"first contact, not expressible, nothing in the cell: skip", C = TEXT("a"), A = NOTHING,
	 .views = {.first_contact = true, .couch_unmappable = true, .same_updated_at = true},
	 DO(ACTION_PROBLEM, NULL)},
	{"first contact, not expressible, an empty Type: skip", C = CHOICE("Vehicle"), A = CHOICE("Item"),
	 .views = {.first_contact = true,
		   .couch_unmappable = true,
		   .blank = true,
		   .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_PROBLEM, NULL)},
	{"first contact, not expressible, cell entered later: the cell's, the loser kept", C = TEXT("a"),
	 A = TEXT("b"),
	 .views = {.first_contact = true, .couch_unmappable = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, NULL)},
	{"first contact, not expressible, cell entered before: skip", C = TEXT("a"), A = TEXT("b"),
	 .views = {.first_contact = true, .couch_unmappable = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_PROBLEM, NULL)},
	{"first contact, a wrong cell: skip", C = TEXT("a"), A = WRONG("w"),
	 .views = {.first_contact = true, .same_updated_at = true}, DO(ACTION_PROBLEM, NULL)},
	{"first contact, C links to what has no row: wait", C = LINK("x"), A = NOTHING,
	 .views = {.first_contact = true, .waits = true, .same_updated_at = true}, DO(ACTION_WAIT, NULL)},
	{"first contact, A links to what has no document: wait", C = LINK("x"), A = LINK(UNKNOWN),
	 .views = {.first_contact = true, .order = ORDER_AIRTABLE_NEWER}, DO(ACTION_WAIT, NULL)},
	{"first contact, document not edited since the row was written: the row's", C = TEXT("a"),
	 A = TEXT("b"), .views = {.first_contact = true, .same_updated_at = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_TO_COUCH, "not edited since")},
	{"first contact, document not edited since, cell emptied: the row's", C = TEXT("a"), A = NOTHING,
	 .views = {.first_contact = true, .same_updated_at = true}, DO(ACTION_TO_COUCH, "not edited since")},
	{"first contact, document has no value: the row's", C = NOTHING, A = TEXT("b"),
	 .views = {.first_contact = true, .order = ORDER_COUCH_NEWER}, DO(ACTION_TO_COUCH, "no value")},
	{"first contact, cell is empty: the document's", C = TEXT("a"), A = NOTHING,
	 .views = {.first_contact = true, .order = ORDER_AIRTABLE_NEWER}, DO(ACTION_TO_AIRTABLE, "empty")},
	{"first contact, document newest: the document's, the loser kept", C = TEXT("a"), A = TEXT("b"),
	 .views = {.first_contact = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, NULL)},
	{"first contact, row newest: the row's, the loser kept", C = TEXT("a"), A = TEXT("b"),
	 .views = {.first_contact = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, NULL)},
	{"first contact, order unknown: ask for it", C = TEXT("a"), A = TEXT("b"),
	 .views = {.first_contact = true}, DO(ACTION_ASK_TIME, NULL)},

	/* what cannot be used on the other side */
	{"A turned wrong, C as agreed: a problem, the cell stays", C = TEXT("a"), A = WRONG("w"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), DO(ACTION_PROBLEM, "the document cannot hold")},
	{"A turned wrong, C moved: C replaces it", C = TEXT("b"), A = WRONG("w"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_TO_AIRTABLE, "cannot be used")},
	{"C moved to what does not fit, A as agreed: a problem", C = TEXT("b"), A = TEXT("a"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), .views = {.couch_unmappable = true},
	 DO(ACTION_PROBLEM, "the column cannot hold")},
	{"C does not fit but stayed, A moved: the edit flows", C = TEXT("long"), A = TEXT("b"),
	 AGREED = TEXT("long"), AGREED_A = NOTHING, .views = {.couch_unmappable = true},
	 DO(ACTION_TO_COUCH, NULL)},
	{"C moved to what does not fit, A was edited later: A corrects it, C is kept", C = TEXT("b"),
	 A = TEXT("c"), AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 .views = {.couch_unmappable = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "the cell was edited last")},
	{"C moved to what does not fit, A was edited before: a problem, neither is lost", C = TEXT("b"),
	 A = TEXT("c"), AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 .views = {.couch_unmappable = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_PROBLEM, "the column cannot hold")},
	{"C moved to what does not fit, A was edited at some time: ask for it", C = TEXT("b"), A = TEXT("c"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), .views = {.couch_unmappable = true},
	 DO(ACTION_ASK_TIME, NULL)},
	{"C moved to what does not fit, A was emptied later: the document's value goes, C is kept",
	 C = TEXT("b"), A = NOTHING, AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 .views = {.couch_unmappable = true, .blank = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, NULL)},
	{"C turned wrong, A was edited later: A corrects it", C = WRONG("w"), A = TEXT("c"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), AIRTABLE_NEWER,
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, NULL)},
	{"C turned wrong, A as agreed: a problem", C = WRONG("w"), A = TEXT("a"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_PROBLEM, NULL)},
	{"C and A turned wrong: a problem", C = WRONG("w"), A = WRONG("v"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), DO(ACTION_PROBLEM, NULL)},
	{"C does not fit, and nothing moved: nothing", C = TEXT("long"), A = NOTHING, AGREED = TEXT("long"),
	 AGREED_A = NOTHING, .views = {.couch_unmappable = true}, DO(ACTION_NONE, NULL)},

	/* links that nobody can follow yet */
	{"C moved to what has no row: wait", C = LINK("y"), A = LINK("x"), AGREED = LINK("x"),
	 AGREED_A = LINK("x"), .views = {.waits = true}, DO(ACTION_WAIT, NULL)},
	{"A moved to what has no document: wait", C = LINK("x"), A = LINK(UNKNOWN), AGREED = LINK("x"),
	 AGREED_A = LINK("x"), .views = {.waits = true}, DO(ACTION_WAIT, NULL)},
	{"A moved to what has no document, C moved as well: wait, neither is written", C = LINK("y"),
	 A = LINK(UNKNOWN), AGREED = LINK("x"), AGREED_A = LINK("x"), COUCH_NEWER, DO(ACTION_WAIT, NULL)},
	{"A lost its link while C's target has no row: wait, the document keeps it", C = LINK("x"),
	 A = NOTHING, AGREED = LINK("x"), AGREED_A = LINK("x"), .views = {.waits = true},
	 DO(ACTION_WAIT, NULL)},
	{"a link waits, and nothing moved: nothing", C = LINK("x"), A = LINK("x"), AGREED = LINK("x"),
	 AGREED_A = LINK("x"), .views = {.waits = true}, DO(ACTION_NONE, NULL)},
	{"A has two links: a problem", C = LINK("x"), A = TWO_LINKS("x", "y"), AGREED = LINK("x"),
	 AGREED_A = LINK("x"), DO(ACTION_PROBLEM, "two links")},
	{"A has two links, C moved: a problem, neither is written", C = LINK("z"), A = TWO_LINKS("x", "y"),
	 AGREED = LINK("x"), AGREED_A = LINK("x"), COUCH_NEWER, DO(ACTION_PROBLEM, "two links")},
	{"A moved to a document's row: write it", C = LINK("x"), A = LINK("y"), AGREED = LINK("x"),
	 AGREED_A = LINK("x"), DO(ACTION_TO_COUCH, NULL)},

	/* cells that show another value than was sent */
	{"shown differently, nothing moved: nothing", C = TEXT("long"), A = TEXT("lo"), AGREED = TEXT("long"),
	 AGREED_A = TEXT("lo"), .views = {.shown_differently = true}, DO(ACTION_NONE, NULL)},
	{"shown differently, C moved: write C", C = TEXT("longer"), A = TEXT("lo"), AGREED = TEXT("long"),
	 AGREED_A = TEXT("lo"), .views = {.shown_differently = true}, DO(ACTION_TO_AIRTABLE, NULL)},
	{"shown differently, A edited later: a conflict that A wins", C = TEXT("long"), A = TEXT("li"),
	 AGREED = TEXT("long"), AGREED_A = TEXT("lo"),
	 .views = {.shown_differently = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "never showed")},
	{"shown differently, A edited before: a conflict that C wins", C = TEXT("long"), A = TEXT("li"),
	 AGREED = TEXT("long"), AGREED_A = TEXT("lo"),
	 .views = {.shown_differently = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "never showed")},
	{"shown differently, A edited at some time: ask for it", C = TEXT("long"), A = TEXT("li"),
	 AGREED = TEXT("long"), AGREED_A = TEXT("lo"), .views = {.shown_differently = true},
	 DO(ACTION_ASK_TIME, NULL)},
	{"perhaps edited unseen, nothing moved: nothing", C = TEXT("a"), A = TEXT("a"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), .views = {.base_uncertain = true}, DO(ACTION_NONE, NULL)},
	{"perhaps edited unseen, A edited at some time: ask for it", C = TEXT("a"), A = TEXT("b"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"), .views = {.base_uncertain = true},
	 DO(ACTION_ASK_TIME, NULL)},
	{"perhaps edited unseen, A edited before: a conflict that C wins", C = TEXT("a"), A = TEXT("b"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 .views = {.base_uncertain = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "may have been edited")},
	{"perhaps edited unseen, A edited later: a conflict that A wins", C = TEXT("a"), A = TEXT("b"),
	 AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 .views = {.base_uncertain = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "may have been edited")},
	{"held apart, nothing moved: nothing", C = TEXT("old"), A = TEXT("new"), AGREED = TEXT("old"),
	 AGREED_A = TEXT("new"), .views = {.held = true}, DO(ACTION_NONE, NULL)},
	{"held apart, a person chooses the documents: the row follows", C = TEXT("old"), A = TEXT("new"),
	 AGREED = TEXT("old"), AGREED_A = TEXT("new"),
	 .views = {.held = true, .settles_held = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "chosen the document's")},
	{"held apart, a person chooses a document's value that no cell can show: both stay", C = TEXT("old"),
	 A = TEXT("new"), AGREED = TEXT("old"), AGREED_A = TEXT("new"),
	 .views = {.held = true, .settles_held = true, .couch_unmappable = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_PROBLEM, "cannot hold")},
	{"held apart, a person chooses the rows: the document follows", C = TEXT("old"), A = TEXT("new"),
	 AGREED = TEXT("old"), AGREED_A = TEXT("new"),
	 .views = {.held = true, .settles_held = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "chosen the row's")},
	{"held apart, only C moved, before the row did: a conflict that A wins", C = TEXT("between"),
	 A = TEXT("new"), AGREED = TEXT("old"), AGREED_A = TEXT("new"),
	 .views = {.held = true, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_COUCH | ACTION_CONFLICT, "went back")},
	{"held apart, only C moved, later: a conflict that C wins", C = TEXT("newest"), A = TEXT("new"),
	 AGREED = TEXT("old"), AGREED_A = TEXT("new"), .views = {.held = true, .order = ORDER_COUCH_NEWER},
	 DO(ACTION_TO_AIRTABLE | ACTION_CONFLICT, "went back")},
	{"held apart, only A moved: ask when", C = TEXT("old"), A = TEXT("newest"), AGREED = TEXT("old"),
	 AGREED_A = TEXT("new"), .views = {.held = true}, DO(ACTION_ASK_TIME, NULL)},
	{"held apart, C moved to A: both agree", C = TEXT("new"), A = TEXT("new"), AGREED = TEXT("old"),
	 AGREED_A = TEXT("new"), .views = {.held = true}, DO(ACTION_MOVE_BASE, NULL)},
	{"B differs from side to side, A moved to C: just move B", C = TEXT("long"), A = TEXT("long"),
	 AGREED = TEXT("long"), AGREED_A = TEXT("lo"), DO(ACTION_MOVE_BASE, NULL)},

	/* numbers that a column rounds */
	{"C moved by less than the column shows: it is written all the same", C = NUMBER(1.234),
	 A = NUMBER(1.23), AGREED = NUMBER(1.23), AGREED_A = NUMBER(1.23),
	 .views = {.equivalence = {.tolerance = 0.005}}, DO(ACTION_TO_AIRTABLE, NULL)},
	{"C has more digits than the column shows: nothing", C = NUMBER(1.234), A = NUMBER(1.23),
	 AGREED = NUMBER(1.234), AGREED_A = NUMBER(1.23), .views = {.equivalence = {.tolerance = 0.005}},
	 DO(ACTION_NONE, NULL)},
	{"A shows the same number rounded now: nothing", C = NUMBER(1.234), A = NUMBER(1.23),
	 AGREED = NUMBER(1.234), AGREED_A = NUMBER(1.234), .views = {.equivalence = {.tolerance = 0.005}},
	 DO(ACTION_NONE, NULL)},
	{"A moved by a step: write A", C = NUMBER(1.23), A = NUMBER(1.24), AGREED = NUMBER(1.23),
	 AGREED_A = NUMBER(1.23), .views = {.equivalence = {.tolerance = 0.005}}, DO(ACTION_TO_COUCH, NULL)},
	{"no B, equal as far as the column shows: remember", C = NUMBER(1.234), A = NUMBER(1.23),
	 .views = {.equivalence = {.tolerance = 0.005}}, DO(ACTION_MOVE_BASE, NULL)},
	{"first contact, equal as far as the column shows: agree", C = NUMBER(1.234), A = NUMBER(1.23),
	 .views = {.first_contact = true, .equivalence = {.tolerance = 0.005}}, DO(ACTION_MOVE_BASE, NULL)},
	{"out: equal as far as the column shows: remember", C = NUMBER(1.234), A = NUMBER(1.23),
	 .views = {.direction = DIRECTION_OUT, .equivalence = {.tolerance = 0.005}},
	 DO(ACTION_MOVE_BASE, NULL)},
	{"lines that a single line shows as spaces: nothing", C = TEXT("a\nb"), A = TEXT("a b"),
	 AGREED = TEXT("a\nb"), AGREED_A = TEXT("a b"), .views = {.equivalence = {.single_line = true}},
	 DO(ACTION_NONE, NULL)},

	/* one way only */
	{"out: as last written: nothing", C = TEXT("a"), A = TEXT("a"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), .views = {.direction = DIRECTION_OUT}, DO(ACTION_NONE, NULL)},
	{"out: a changed cell is set back", C = TEXT("a"), A = TEXT("b"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), .views = {.direction = DIRECTION_OUT, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_AIRTABLE, "set back")},
	{"out: a cleared cell is set back", C = TEXT("a"), A = NOTHING, AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), .views = {.direction = DIRECTION_OUT}, DO(ACTION_TO_AIRTABLE, "set back")},
	{"out: a cell changed to nonsense is set back", C = TEXT("a"), A = WRONG("w"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), .views = {.direction = DIRECTION_OUT}, DO(ACTION_TO_AIRTABLE, "set back")},
	{"out: couch moved: write it", C = TEXT("b"), A = TEXT("a"), AGREED = TEXT("a"), AGREED_A = TEXT("a"),
	 .views = {.direction = DIRECTION_OUT}, DO(ACTION_TO_AIRTABLE, "couch moved")},
	{"out: both moved: write it, no conflict", C = TEXT("b"), A = TEXT("c"), AGREED = TEXT("a"),
	 AGREED_A = TEXT("a"), .views = {.direction = DIRECTION_OUT, .order = ORDER_AIRTABLE_NEWER},
	 DO(ACTION_TO_AIRTABLE, "couch moved")},
	{"out: no B: write it, no conflict", C = TEXT("a"), A = TEXT("b"),
	 .views = {.direction = DIRECTION_OUT}, DO(ACTION_TO_AIRTABLE, NULL)},
	{"out: first contact: write it, no conflict", C = TEXT("a"), A = TEXT("b"),
	 .views = {.direction = DIRECTION_OUT, .first_contact = true, .same_updated_at = true},
	 DO(ACTION_TO_AIRTABLE, NULL)},
	{"out: no B, the same: remember", C = TEXT("a"), A = TEXT("a"), .views = {.direction = DIRECTION_OUT},
	 DO(ACTION_MOVE_BASE, NULL)},
	{"out: C does not fit: a problem", C = TEXT("a"), A = NOTHING,
	 .views = {.direction = DIRECTION_OUT, .couch_unmappable = true}, DO(ACTION_PROBLEM, NULL)},
	{"out: shown differently, nothing moved: nothing", C = TEXT("long"), A = TEXT("lo"),
	 AGREED = TEXT("long"), AGREED_A = TEXT("lo"),
	 .views = {.direction = DIRECTION_OUT, .shown_differently = true}, DO(ACTION_NONE, NULL)},
	{"command: a box is no value", C = NOTHING, A = {.kind = CELL_TRUE},
	 .views = {.direction = DIRECTION_COMMAND}, DO(ACTION_NONE, "command")},
};

/* As the diff tells it. */
static void view_base(struct field_views *views, const struct cell *agreed_couch,
		      const struct cell *agreed_airtable)
{
	struct cell_equivalence exact = views->equivalence;

	exact.tolerance = 0;
	views->has_base = agreed_couch != NULL;
	views->couch_moved = agreed_couch && !cell_equal(views->couch, agreed_couch, &exact);
	views->airtable_moved =
		agreed_couch && !cell_equal(views->airtable, agreed_airtable, &views->equivalence);
}

static struct field_views field_views(const struct field_case *row)
{
	struct field_views views = row->views;

	views.couch = &row->couch;
	views.airtable = &row->airtable;
	view_base(&views, row->agreed ? &row->agreed_couch : NULL, &row->agreed_airtable);
	return views;
}

static void check_field(void **state)
{
	const struct field_case *row = *state;
	struct field_views views = field_views(row);
	struct decision found = plan_field(&views);

	if (found.action != row->action)
		fail_msg("action %u (%s), expected %u", found.action, found.reason, row->action);
	if (row->reason_has && !strstr(found.reason, row->reason_has))
		fail_msg("the reason \"%s\" does not speak of \"%s\"", found.reason, row->reason_has);
}

/* ---- fields of a new row ---- */

struct new_field_case {
	const char *sentence;
	enum field_direction direction;
	struct cell airtable;
	bool is_filled;
	unsigned action;
};

static const struct new_field_case new_field_cases[] = {
	{"a new row: what it shows is taken", DIRECTION_BOTH, TEXT("a"), true, ACTION_TO_COUCH},
	{"a new row: an empty cell says nothing", DIRECTION_BOTH, NOTHING, false, ACTION_NONE},
	{"a new row: the collection that follows is taken", DIRECTION_BOTH, NOTHING, true, ACTION_TO_COUCH},
	{"a new row: what is ours to say is not taken", DIRECTION_OUT, TEXT("a"), true, ACTION_NONE},
	{"a new row: a link is taken", DIRECTION_BOTH, LINK("x"), true, ACTION_TO_COUCH},
	{"a new row: a link to what is no document yet waits", DIRECTION_BOTH, LINK(UNKNOWN), true,
	 ACTION_WAIT},
	{"a new row: two links are for a person, whatever they wait for", DIRECTION_BOTH,
	 TWO_LINKS("x", UNKNOWN), true, ACTION_TO_COUCH},
};

static void check_new_field(void **state)
{
	const struct new_field_case *row = *state;
	struct decision found = plan_new_field(row->direction, &row->airtable, row->is_filled);

	assert_int_equal(found.action, row->action);
	assert_non_null(found.reason);
}

/* ---- fields: all there is ---- */

static const struct cell values[] = {
	NOTHING, TEXT("a"), TEXT("b"), NUMBER(1), WRONG("w"), LINK("x"), LINK(UNKNOWN), TWO_LINKS("x", "y"),
};

static bool overwrites_unmoved(const struct field_views *views, const struct decision *found)
{
	if ((found->action & ACTION_TO_AIRTABLE) && views->airtable_moved &&
	    !(found->action & ACTION_CONFLICT) && views->airtable->kind != CELL_WRONG)
		return true;
	if ((found->action & ACTION_TO_COUCH) && views->couch_moved && !(found->action & ACTION_CONFLICT))
		return true;
	return (found->action & ACTION_TO_COUCH) && !views->airtable_moved;
}

static const char *field_objection(const struct field_views *views, const struct decision *found)
{
	bool waits = views->waits ||
		     (views->couch->kind == CELL_LINKS && views->couch->ids[0][0] == CELL_UNKNOWN_LINK) ||
		     (views->airtable->kind == CELL_LINKS && views->airtable->ids[0][0] == CELL_UNKNOWN_LINK);
	unsigned writes = found->action & (ACTION_TO_AIRTABLE | ACTION_TO_COUCH);

	if (!found->reason || !*found->reason)
		return "there is no reason";
	if (writes == (ACTION_TO_AIRTABLE | ACTION_TO_COUCH))
		return "both ways at once";
	if ((found->action & ACTION_CONFLICT) && !writes)
		return "a conflict that nobody wins";
	if (writes && waits)
		return "a link without a counterpart is written";
	if ((writes & ACTION_TO_COUCH) &&
	    (views->airtable->kind == CELL_WRONG || views->airtable->id_count > 1))
		return "what cannot be used is written to the document";
	if ((writes & ACTION_TO_AIRTABLE) && (views->couch_unmappable || views->couch->kind == CELL_WRONG))
		return "what does not fit is written to the row";
	if (views->has_base && !views->first_contact && overwrites_unmoved(views, found))
		return "an edit is overwritten without a trace";
	if (views->order == ORDER_UNKNOWN && (found->action & ACTION_CONFLICT) && views->has_base &&
	    !views->first_contact)
		return "a conflict is settled although it is not known who was last";
	return NULL;
}

static void check_flags(struct field_views views)
{
	for (unsigned flags = 0; flags < 64; flags++) {
		for (unsigned order = 0; order < 3; order++) {
			views.first_contact = flags & 1;
			views.same_updated_at = flags & 2;
			views.shown_differently = flags & 4;
			views.couch_unmappable = flags & 8;
			views.waits = flags & 16;
			views.base_uncertain = flags & 32;
			views.order = (enum edit_order)order;
			struct decision found = plan_field(&views);
			const char *complaint = field_objection(&views, &found);
			if (complaint)
				fail_msg("%s: action %u (%s), flags %u, order %u, C %d, A %d", complaint,
					 found.action, found.reason, flags, order, (int)views.couch->kind,
					 (int)views.airtable->kind);
		}
	}
}

struct agreement {
	const struct cell *couch, *airtable;
};

static void check_agreement(void **state)
{
	const struct agreement *agreed = *state;

	for (size_t couch = 0; couch < countof(values); couch++)
		for (size_t airtable = 0; airtable < countof(values); airtable++) {
			struct field_views views = {
				.direction = DIRECTION_BOTH,
				.couch = &values[couch],
				.airtable = &values[airtable],
			};
			view_base(&views, agreed->couch, agreed->airtable);
			check_flags(views);
		}
}

static void add_agreements(struct cases *cases)
{
	static struct agreement all[countof(values) * countof(values) + 1];
	struct agreement *next = all;

	cases_add(cases, own_copy("nothing is lost, whatever both show: nothing was agreed on"),
		  check_agreement, next++);
	for (size_t couch = 0; couch < countof(values); couch++)
		for (size_t airtable = 0; airtable < countof(values); airtable++) {
			char couch_words[64], airtable_words[64];
			cell_show(&values[couch], couch_words, sizeof couch_words);
			cell_show(&values[airtable], airtable_words, sizeof airtable_words);
			*next = (struct agreement){&values[couch], &values[airtable]};
			cases_add(cases,
				  own_format("nothing is lost, whatever both show: agreed on %s and %s",
					     couch_words, airtable_words),
				  check_agreement, next++);
		}
}

int main(void)
{
	struct cases cases = {0};
	int failed = 0;

	cases_add_table(&cases, existence_cases, check_existence);
	failed += cases_run("existence", &cases);
	add_combinations(&cases);
	failed += cases_run("existence, all combinations", &cases);
	cases_add_table(&cases, field_cases, check_field);
	failed += cases_run("fields", &cases);
	cases_add_table(&cases, new_field_cases, check_new_field);
	failed += cases_run("fields of a new row", &cases);
	add_agreements(&cases);
	failed += cases_run("fields, all combinations", &cases);
	return failed;
}
