/* What does this field need? Decides, never does: no network, no clock, no I/O.
 *
 *     document moved   row moved
 *     no               no                 nothing
 *     yes              no                 the row follows
 *     no               yes                the document follows
 *     yes              yes, to the same   agreed
 *     yes              yes, otherwise     conflict: the newest edit wins the field, a tie goes to the document, and the
 *                                         other value is kept in the history
 *     nothing was agreed on yet           the row is filled from the document; at first contact sync-rules 5
 *
 * A document's value that the column cannot hold goes nowhere; a later edit of the cell takes its place. */
#pragma once
#include "bridge/fields/cell.h"
#include "bridge/fields/field.h"

enum field_action {
	ACTION_NONE = 0,
	ACTION_MOVE_BASE = 1, /* both agree: move B */
	ACTION_TO_AIRTABLE = 2,
	ACTION_TO_COUCH = 4,
	ACTION_CONFLICT = 8,  /* with one of the two above: the other side's value is the loser */
	ACTION_ASK_TIME = 16, /* both moved and it is not known which edit is newer */
	ACTION_WAIT = 32,     /* a link to something without a counterpart */
	ACTION_PROBLEM = 64,  /* this cell cannot flow; the problem says why */
};
struct decision {
	unsigned action;
	const char *reason;
};

struct field_views {
	enum field_direction direction;
	const struct cell *couch, *airtable;
	bool has_base;                    /* both have agreed on it before */
	bool couch_moved, airtable_moved; /* since then */
	struct cell_equivalence equivalence;
	bool first_contact; /* there is no entry: sync-rules 5 */
	bool row_unedited; /* first contact: the cell was not edited since both were in step, as this process remembers */
	bool same_updated_at; /* first contact: the row's Updated At, a time, is the document's: not edited since */
	bool shown_differently; /* sync-rules 18: an edit of this cell is a conflict */
	bool settles_held;      /* and a person has said now which of both is meant: 'order' has it */
	bool held;              /* held apart since the document went back in time: any edit is a conflict */
	bool base_uncertain;    /* so is it where the document may have been edited unseen */
	bool couch_unmappable; /* C cannot be shown in the column (mapping_to_row refused); couch is then still C */
	bool blank; /* the row's cell is empty, also where that reads as a value (an empty Type is an Item) */
	bool waits; /* C or A is a link to something without a counterpart */
	enum edit_order order;
};
struct decision plan_field(const struct field_views *field);
/* The same of a row that becomes a document: what it shows ('is_filled'; or what follows for a collection) is taken. */
struct decision plan_new_field(enum field_direction direction, const struct cell *airtable, bool is_filled);
