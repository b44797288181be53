/* The two decisions.
 *
 * Existence is a list of rules; each names the documents, rows and entries that it is for, and the first that fits
 * decides. What no rule names is a contradiction between what was read and what is remembered: nothing is made,
 * changed or deleted for it. */
#include "bridge/plan/plan.h"

#include "base/own.h"

/* ---- existence ---- */

#define ANY       0xFFFFU
#define IS(state) (1U << (state))

#define PAIRED     (IS(ROW_PAIRED) | IS(ROW_PAIRED_OTHERS))
#define ABSENT     (IS(ROW_NONE) | IS(ROW_GONE))
#define UNPAIRED   (IS(ROW_FREE) | IS(ROW_GONE_ONE_FREE) | IS(ROW_OF_RETIRED) | IS(ROW_NEW))
#define REMEMBERED (IS(ENTRY_PAIR) | IS(ENTRY_RETIRED) | IS(ENTRY_FORGOTTEN)) /* of a document */
#define GRAVES     (IS(ENTRY_RETIRED) | IS(ENTRY_FORGOTTEN) | IS(ENTRY_DISCARDED))
#define NO_PAIR    (IS(ENTRY_NONE) | GRAVES)
#define OUTSIDE    (IS(DOCUMENT_LEFT_SCOPE) | IS(DOCUMENT_OUT_OF_SCOPE))
#define INSIDE     (~OUTSIDE)
#define UNKNOWN    (IS(DOCUMENT_NONE) | IS(DOCUMENT_MISSING))

static struct existence tombstone_meets_row(const struct existence_views *views)
{
	if (views->row_moved && views->row_edit_newer && !views->delete_ticked)
		return (struct existence){.action = EXIST_UNDELETE,
					  .reason = "the row was edited after the document was deleted"};
	if (views->row_moved)
		return (struct existence){
			.action = EXIST_DELETE_ROW,
			.reason = "the document was deleted after the row's edit, which is kept in "
				  "the history"};
	return (struct existence){.action = EXIST_DELETE_ROW, .reason = "the document was deleted"};
}

/* The box is not as it was when it was obeyed: it is meant. */
static struct existence retired_meets_row(const struct existence_views *views)
{
	if (views->delete_ticked)
		return (struct existence){.action = EXIST_DELETE_ROW,
					  .reason = "Delete was ticked in the row of a deleted document"};
	return (struct existence){.action = EXIST_UNDELETE,
				  .reason = "the row of a deleted document was brought back"};
}

/* Nothing is remembered of the document. The ID alone may be anybody's; what the app left behind names the record. */
static struct existence tombstone_meets_unknown(const struct existence_views *views)
{
	if (views->entry == ENTRY_NONE && views->app_deleted)
		return (struct existence){
			.action = EXIST_DELETE_ROW,
			.reason = "the app deleted the document while this row was its record"};
	if (views->entry == ENTRY_NONE && views->delete_ticked)
		return (struct existence){.action = EXIST_DELETE_ROW,
					  .reason = "Delete was ticked in a row with the ID of a deleted "
						    "document"};
	return (struct existence){.action = EXIST_HOLD,
				  .reason =
					  "a row has the ID of a deleted document: tick Delete to delete the "
					  "row, or clear its ID to make a new one of it"};
}

/* A twin that took a row of its own would be no twin any more, and what the app has put into it would be out of the scope. */
static struct existence document_meets_row(const struct existence_views *views)
{
	if (views->is_twin)
		return (struct existence){
			.action = EXIST_HOLD,
			.reason = "this row is a copy of one that the app's own sync took in a second time, "
				  "and shows the ID of what the app made of it: clear its ID to make a new "
				  "item or collection of it, or delete it"};
	return (struct existence){.action = EXIST_ADOPT, .reason = "an unpaired row is this document's"};
}

/* One that the app made of another's row gets none of its own: that would be a third of one and the same. */
static struct existence document_without_row(const struct existence_views *views)
{
	if (views->is_twin && views->twin_goes)
		return (struct existence){
			.action = EXIST_DELETE_TWIN,
			.reason = "the app made this document of another's row; it is removed, "
				  "as a person wants"};
	if (views->is_twin)
		return (struct existence){.action = EXIST_HOLD_TWIN,
					  .reason = "the app made this document of the row of another one"};
	if (OUTSIDE & IS(views->document))
		return (struct existence){.action = EXIST_LEAVE,
					  .reason = "the document is outside of the scope"};
	return (struct existence){.action = EXIST_CREATE_ROW, .reason = "the document has no row"};
}

/* A row that was made now would be written over the one that shows the ID. */
static struct existence waits_for_its_id(const struct existence_views *views)
{
	if (views->is_twin && views->entry != ENTRY_PAIR)
		return document_without_row(views);
	if (!views->other_is_held)
		return (struct existence){.action = EXIST_ASK_AGAIN,
					  .reason = "another document's row shows its ID, which is set back"};
	return (struct existence){.action = EXIST_HOLD,
				  .reason = "the row of another document shows its ID, and nothing can be "
					    "written to that row now: clear the ID there, or put it back"};
}

static struct existence pair_meets(const struct existence_views *views)
{
	if (!views->delete_ticked)
		return (struct existence){.action = EXIST_MERGE, .reason = "both are there"};
	if (views->document_moved)
		return (struct existence){
			.action = EXIST_MERGE,
			.reason = "Delete was ticked without knowing of an edit of the document: the "
				  "edit goes to the row, the box is cleared",
			.reported = true,
			.clear_delete = true};
	if (views->has_contents)
		return (struct existence){.action = EXIST_MERGE,
					  .reason = "Delete is ticked, but the document still holds contents",
					  .reported = true,
					  .refuse_delete = true};
	return (struct existence){.action = EXIST_DELETE_DOCUMENT, .reason = "Delete was ticked in the row"};
}

static struct existence pair_with_copies(const struct existence_views *views)
{
	struct existence found = pair_meets(views);

	if (found.action != EXIST_MERGE)
		return found;
	found.action = EXIST_MERGE_OTHERS;
	if (!found.reported)
		found.reason = "both are there, and other rows have the same ID";
	return found;
}

static struct existence row_is_new(const struct existence_views *views)
{
	if (views->delete_ticked)
		return (struct existence){.action = EXIST_DISCARD_ROW,
					  .reason = "Delete was ticked in a row that is no document yet"};
	if (views->twin_goes)
		return (struct existence){
			.action = EXIST_DISCARD_ROW,
			.reason = "the app made a second row; it is removed, as a person wants"};
	return (struct existence){.action = EXIST_CREATE_DOCUMENT, .reason = "a new row"};
}

static struct existence row_is_gone(const struct existence_views *views)
{
	if (views->document_moved)
		return (struct existence){
			.action = EXIST_RESTORE_ROW,
			.reason = "the row was deleted without knowing of an edit of the document",
			.reported = views->on_row_deleted != ROW_DELETED_RESTORE};
	if (views->on_row_deleted == ROW_DELETED_FORGET)
		return (struct existence){.action = EXIST_FORGET,
					  .reason = "the row was deleted; the pair is let go"};
	if (views->on_row_deleted == ROW_DELETED_RESTORE)
		return (struct existence){.action = EXIST_RESTORE_ROW,
					  .reason = "the row was deleted; rows are put back here"};
	if (views->has_contents)
		return (struct existence){
			.action = EXIST_RESTORE_ROW,
			.reason = "the row was deleted, but the document still holds contents",
			.reported = true,
			.refuse_delete = true};
	return (struct existence){.action = EXIST_DELETE_DOCUMENT,
				  .reason = "the row was deleted; its document goes with it here"};
}

/* An edit that whoever moved the document could not have seen is merged first; contents go before what holds them. */
static struct existence left_meets_row(const struct existence_views *views)
{
	if (views->place_open)
		return (struct existence){.action = EXIST_ASK_AGAIN,
					  .reason = "what it stands in is still to be looked at"};
	if (views->row_moved)
		return (struct existence){.action = EXIST_MERGE_OUT,
					  .reason = "the document left the scope; its row's edits go to it "
						    "before the row goes"};
	if (views->holds_rows)
		return (struct existence){.action = EXIST_LEAVE,
					  .reason = "the document left the scope; its row is kept as long as "
						    "rows stand in it, and nothing flows"};
	return (struct existence){.action = EXIST_REMOVE_ROW,
				  .reason = "the document left the scope by an edit of a document"};
}

static struct existence outside_meets_row(const struct existence_views *views)
{
	if (views->row_returns)
		return (struct existence){.action = EXIST_MERGE_OUT,
					  .reason = "the row was moved back into the scope"};
	return (struct existence){
		.action = EXIST_LEAVE,
		.reason = "what this integration syncs does not include it any more: the row is kept, and "
			  "nothing flows. Move it back, add its place to what the integration syncs, or "
			  "delete the row"};
}

/* Nothing came back in all that time. One of a document that lives and was 'forgotten' stands as long as that does. */
static bool retirement_ends(const struct existence_views *views)
{
	return views->retirement_over && (GRAVES & ~IS(ENTRY_FORGOTTEN) & IS(views->entry)) &&
	       (ABSENT & IS(views->row)) &&
	       ((IS(DOCUMENT_TOMBSTONE) | OUTSIDE | UNKNOWN) & IS(views->document));
}

/* 'decide' NULL: always this action. For an entry without a pair a row that is gone and none at all are the same. */
static const struct existence_rule {
	unsigned documents, rows, entries;
	struct existence (*decide)(const struct existence_views *views);
	enum existence_action action;
	const char *reason;
} existence_rules[] = {
	{ANY, IS(ROW_UNSURE), ANY, NULL, EXIST_ASK_AGAIN,
	 "the row was not shown; it is not yet sure that it is gone"},
	{UNKNOWN | IS(DOCUMENT_WENT_BACK), IS(ROW_GONE), IS(ENTRY_PAIR), NULL, EXIST_RETIRE,
	 "the document is not in the database any more, and the row was deleted"},
	{UNKNOWN, ANY, REMEMBERED, NULL, EXIST_HOLD,
	 "the document is not in the database and was not deleted either: the database may have gone back in "
	 "time. To have it again, duplicate the row, clear the copy's ID and delete this row; to let it go, "
	 "delete the row"},
	{IS(DOCUMENT_WENT_BACK), ANY, ANY, NULL, EXIST_HOLD,
	 "the document is deleted in a database that went back in time, and was there later. To let it go, "
	 "delete the row"},
	{IS(DOCUMENT_UNREADABLE), ANY, ANY, NULL, EXIST_PARK, "the document cannot be used as it is"},
	{INSIDE, IS(ROW_OF_RETIRED_TICKED), GRAVES, NULL, EXIST_UNTICK,
	 "the row was brought back with its Delete box as it was when it was obeyed"},

	{IS(DOCUMENT_TOMBSTONE) | IS(DOCUMENT_IN_SCOPE), IS(ROW_MIXED_UP), IS(ENTRY_PAIR), NULL, EXIST_HOLD,
	 "rows show each other's ID, and other cells have changed too, as when a range is pasted in another "
	 "order: put the IDs back or clear them, then the cells count as edits"},

	{IS(DOCUMENT_TOMBSTONE), ABSENT | IS(ROW_GONE_ONE_FREE), IS(ENTRY_PAIR) | IS(ENTRY_FORGOTTEN), NULL,
	 EXIST_RETIRE, "document and row are both deleted"},
	{IS(DOCUMENT_TOMBSTONE), ABSENT, IS(ENTRY_RETIRED) | IS(ENTRY_DISCARDED), NULL, EXIST_NOTHING,
	 "document and row are both deleted, and buried"},
	{IS(DOCUMENT_TOMBSTONE), ABSENT, IS(ENTRY_NONE), NULL, EXIST_NOTHING,
	 "the document is deleted and has no row"},
	{IS(DOCUMENT_TOMBSTONE), PAIRED, IS(ENTRY_PAIR), tombstone_meets_row, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_TOMBSTONE), IS(ROW_OF_RETIRED), GRAVES, retired_meets_row, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_TOMBSTONE), UNPAIRED | IS(ROW_FREE_TWINS), ANY, tombstone_meets_unknown, EXIST_NOTHING,
	 NULL},

	{IS(DOCUMENT_IN_SCOPE), IS(ROW_SHOWS_ANOTHER), NO_PAIR | IS(ENTRY_PAIR), waits_for_its_id,
	 EXIST_NOTHING, NULL},
	{IS(DOCUMENT_IN_SCOPE), IS(ROW_PAIRED_OTHERS), IS(ENTRY_PAIR), pair_with_copies, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_IN_SCOPE), IS(ROW_PAIRED), IS(ENTRY_PAIR), pair_meets, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_IN_SCOPE), IS(ROW_GONE_ONE_FREE), IS(ENTRY_PAIR), NULL, EXIST_PAIR_FREE,
	 "the row was cut and pasted, or came back from the trash"},
	{IS(DOCUMENT_IN_SCOPE), IS(ROW_GONE), IS(ENTRY_PAIR), row_is_gone, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_IN_SCOPE), ANY, IS(ENTRY_PAIR), NULL, EXIST_ASK_AGAIN,
	 "it was not asked what became of the pair's own row"},
	{IS(DOCUMENT_IN_SCOPE), ABSENT, IS(ENTRY_FORGOTTEN), NULL, EXIST_NOTHING,
	 "the row was deleted and the pair let go; a person may ask for it again"},
	{IS(DOCUMENT_IN_SCOPE) | OUTSIDE, ABSENT, IS(ENTRY_NONE) | IS(ENTRY_RETIRED) | IS(ENTRY_DISCARDED),
	 document_without_row, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_IN_SCOPE), IS(ROW_OF_RETIRED), IS(ENTRY_NONE), NULL, EXIST_HOLD,
	 "a row is said to be of a gravestone that is not there"},
	{IS(DOCUMENT_IN_SCOPE), UNPAIRED, NO_PAIR, document_meets_row, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_IN_SCOPE), IS(ROW_FREE_TWINS), NO_PAIR, NULL, EXIST_HOLD,
	 "several unpaired rows claim this document"},

	{IS(DOCUMENT_LEFT_SCOPE), PAIRED, IS(ENTRY_PAIR), left_meets_row, EXIST_NOTHING, NULL},
	{IS(DOCUMENT_OUT_OF_SCOPE), PAIRED, IS(ENTRY_PAIR), outside_meets_row, EXIST_NOTHING, NULL},
	{OUTSIDE, IS(ROW_GONE) | IS(ROW_GONE_ONE_FREE), IS(ENTRY_PAIR), NULL, EXIST_LET_GO,
	 "the document is outside of the scope, and its row was deleted"},
	{OUTSIDE, UNPAIRED | IS(ROW_FREE_TWINS), NO_PAIR, NULL, EXIST_LEAVE,
	 "this row has the ID of what is outside of the integration's scope, and nothing flows. Add its "
	 "place to what the integration syncs, clear the row's ID to make a new one of it, or delete the "
	 "row"},
	{OUTSIDE, ANY, ANY, NULL, EXIST_LEAVE, "the document is outside of the scope"},

	{UNKNOWN, IS(ROW_NEW) | IS(ROW_FREE), IS(ENTRY_NONE), row_is_new, EXIST_NOTHING, NULL},
	{UNKNOWN, IS(ROW_OF_RETIRED), IS(ENTRY_DISCARDED), row_is_new, EXIST_NOTHING, NULL},
	{UNKNOWN, IS(ROW_FREE_TWINS), IS(ENTRY_NONE), NULL, EXIST_HOLD,
	 "several new rows have the same ID: one of them may keep it"},
	{UNKNOWN, ABSENT, IS(ENTRY_NONE) | IS(ENTRY_DISCARDED), NULL, EXIST_NOTHING, "neither is there"},
	{ANY, ANY, ANY, NULL, EXIST_HOLD, "what was read contradicts what is remembered"},
};

struct existence plan_existence(const struct existence_views *views)
{
	const struct existence_rule *rule = existence_rules;

	if (retirement_ends(views))
		return (struct existence){.action = EXIST_EXPIRE,
					  .reason = "its gravestone has stood long enough"};
	while (!(rule->documents & IS(views->document)) || !(rule->rows & IS(views->row)) ||
	       !(rule->entries & IS(views->entry)))
		rule++; /* the last one fits all */
	if (rule->decide)
		return rule->decide(views);
	return (struct existence){.action = rule->action, .reason = rule->reason};
}

const char *existence_name(enum existence_action action)
{
	static const char *const names[] = {
		[EXIST_NOTHING] = "nothing",
		[EXIST_ASK_AGAIN] = "ask again",
		[EXIST_HOLD] = "hold",
		[EXIST_DELETE_TWIN] = "delete the twin",
		[EXIST_HOLD_TWIN] = "hold the twin",
		[EXIST_PARK] = "park",
		[EXIST_RETIRE] = "bury",
		[EXIST_DELETE_ROW] = "delete row",
		[EXIST_DISCARD_ROW] = "discard row",
		[EXIST_UNTICK] = "clear the Delete box",
		[EXIST_UNDELETE] = "undelete document",
		[EXIST_MERGE] = "merge",
		[EXIST_MERGE_OTHERS] = "merge, tell the copies",
		[EXIST_PAIR_FREE] = "pair with the free row",
		[EXIST_CREATE_ROW] = "create row",
		[EXIST_RESTORE_ROW] = "restore row",
		[EXIST_DELETE_DOCUMENT] = "delete document",
		[EXIST_FORGET] = "forget",
		[EXIST_ADOPT] = "adopt row",
		[EXIST_CREATE_DOCUMENT] = "create document",
		[EXIST_LEAVE] = "leave",
		[EXIST_MERGE_OUT] = "merge into the document alone",
		[EXIST_REMOVE_ROW] = "remove row",
		[EXIST_LET_GO] = "let go",
		[EXIST_EXPIRE] = "expire",
	};

	return (size_t)action < countof(names) ? names[action] : "?";
}

/* ---- fields ---- */

/* A link that a row shows and no document stands behind. */
static bool links_unknown(const struct cell *cell)
{
	for (size_t i = 0; cell->kind == CELL_LINKS && i < cell->id_count; i++)
		if (cell->ids[i][0] == CELL_UNKNOWN_LINK)
			return true;
	return false;
}

static bool couch_useless(const struct field_views *field)
{
	return field->couch_unmappable || field->couch->kind == CELL_WRONG;
}

static bool airtable_useless(const struct field_views *field)
{
	return field->airtable->kind == CELL_WRONG;
}

/* A document's number changes only when somebody changes it, and then by as little as they please. A cell may show
 * one and the same number rounded in one answer and whole in the next. So the tolerance is for what cells show. */
static bool couch_moved(const struct field_views *field)
{
	struct cell_equivalence exact = field->equivalence;

	exact.tolerance = 0;
	return !cell_equal(field->couch, field->agreed_couch, &exact);
}

static bool airtable_moved(const struct field_views *field)
{
	return !cell_equal(field->airtable, field->agreed_airtable, &field->equivalence);
}

static bool agreed_before(const struct field_views *field)
{
	return field->agreed_couch && field->agreed_airtable;
}

static bool hides_zero(const struct field_views *field)
{
	return cell_hides_zero(field->airtable, field->couch, &field->equivalence);
}

static bool alike(const struct field_views *field, bool exactly)
{
	struct cell_equivalence equivalence = field->equivalence;

	if (exactly)
		equivalence.tolerance = 0;
	return cell_equal(field->couch, field->airtable, &equivalence) || hides_zero(field);
}

/* A link that nobody can follow yet stops the field, whoever moved. */
static bool plan_obstacle(const struct field_views *field, struct decision *decision_out)
{
	if (field->airtable->kind == CELL_LINKS && field->airtable->id_count > 1)
		*decision_out = (struct decision){ACTION_PROBLEM,
						  "the cell has two links where there is room for one"};
	else if (field->waits || links_unknown(field->couch) || links_unknown(field->airtable))
		*decision_out = (struct decision){ACTION_WAIT, "what it points to has no counterpart yet"};
	else
		return false;
	return true;
}

/* Two different values of which either could be meant. */
static struct decision newest(const struct field_views *field, const char *couch_wins,
			      const char *airtable_wins)
{
	if (field->order == ORDER_AIRTABLE_NEWER)
		return (struct decision){ACTION_TO_COUCH | ACTION_CONFLICT, airtable_wins};
	if (field->order == ORDER_COUCH_NEWER)
		return (struct decision){ACTION_TO_AIRTABLE | ACTION_CONFLICT, couch_wins};
	return (struct decision){ACTION_ASK_TIME, "it is not known which of both was edited last"};
}

static struct decision does_not_fit(void)
{
	return (struct decision){ACTION_PROBLEM, "the column cannot hold the document's value"};
}

/* The document's value cannot go to the row. What somebody enters there is taken for its correction when it is the later
 * edit of both; an earlier one waits for a person. */
static struct decision newest_that_fits(const struct field_views *field)
{
	struct decision found =
		newest(field, "the document was edited last",
		       "the column cannot hold the document's value, and the cell was edited last");

	return found.action & ACTION_TO_AIRTABLE ? does_not_fit() : found;
}

/* An empty Type says "Item" as well; where nothing was agreed on it says nothing. */
static bool cell_says_nothing(const struct field_views *field)
{
	return field->airtable->kind == CELL_EMPTY || field->blank;
}

/* Ours to say: a changed cell is set back, whatever was put there. */
static struct decision plan_out(const struct field_views *field)
{
	bool couch = !agreed_before(field) || couch_moved(field) || field->settles_held;
	struct decision obstacle;

	if (!couch && !airtable_moved(field))
		return (struct decision){ACTION_NONE, "as last written"};
	if (alike(field, false))
		return (struct decision){ACTION_MOVE_BASE, "both show the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (couch_useless(field))
		return does_not_fit();
	if (!couch)
		return (struct decision){ACTION_TO_AIRTABLE, "the cell was changed, it is set back"};
	return (struct decision){ACTION_TO_AIRTABLE, "couch moved"};
}

/* Nothing is known of a former agreement, not even that there was one: sync-rules 5. */
static struct decision plan_first_contact(const struct field_views *field)
{
	struct decision obstacle;

	if (alike(field, false))
		return (struct decision){ACTION_MOVE_BASE, "first contact: both show the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (airtable_useless(field))
		return (struct decision){ACTION_PROBLEM,
					 "first contact: the document cannot hold the cell's value"};
	if (couch_useless(field))
		return cell_says_nothing(field) ? does_not_fit() : newest_that_fits(field);
	if (field->same_updated_at)
		return (struct decision){
			ACTION_TO_COUCH,
			"first contact: the document was not edited since the row was written"};
	if (field->row_unedited)
		return (struct decision){ACTION_TO_AIRTABLE,
					 "first contact: the cell was not edited since both were in step"};
	if (field->couch->kind == CELL_EMPTY)
		return (struct decision){ACTION_TO_COUCH, "first contact: the document has no value"};
	if (field->airtable->kind == CELL_EMPTY)
		return (struct decision){ACTION_TO_AIRTABLE, "first contact: the cell is empty"};
	return newest(field, "first contact: couch was edited last",
		      "first contact: airtable was edited last");
}

/* There is an entry, but not for this field: it counts as changed in the document. What stands in the cell is not
 * believed (a column made anew, a choice removed, a link never written), but what may be a person's is kept. */
static struct decision plan_not_agreed(const struct field_views *field)
{
	struct decision obstacle;

	if (alike(field, false))
		return (struct decision){ACTION_MOVE_BASE, "nothing was agreed on; both show the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (couch_useless(field))
		return cell_says_nothing(field) || airtable_useless(field) ? does_not_fit()
									   : newest_that_fits(field);
	if (field->airtable->kind == CELL_EMPTY || airtable_useless(field))
		return (struct decision){ACTION_TO_AIRTABLE,
					 "nothing was agreed on: the document fills the cell"};
	return (struct decision){ACTION_TO_AIRTABLE | ACTION_CONFLICT,
				 "nothing was agreed on: the document's value replaces the cell's"};
}

/* One of both cannot be used on the other side. Neither is overwritten by what did not move. */
static struct decision plan_useless(const struct field_views *field, bool couch_did_move,
				    bool airtable_did_move)
{
	if (couch_useless(field) && couch_did_move)
		return airtable_did_move && !airtable_useless(field) ? newest_that_fits(field)
								     : does_not_fit();
	if (couch_did_move)
		return (struct decision){ACTION_TO_AIRTABLE,
					 "couch moved, and what the cell shows cannot be used"};
	if (airtable_useless(field))
		return (struct decision){ACTION_PROBLEM, "the document cannot hold the cell's value"};
	return (struct decision){ACTION_TO_COUCH, "only airtable moved, from what the column cannot hold"};
}

/* The table of the design, with what can go wrong between its lines. */
static struct decision plan_both(const struct field_views *field)
{
	bool couch = couch_moved(field), airtable = airtable_moved(field);
	struct decision obstacle;

	if (field->settles_held) {
		couch = field->order == ORDER_COUCH_NEWER;
		airtable = !couch;
	}
	if (!couch && !airtable)
		return (struct decision){ACTION_NONE, "both as last agreed"};
	/* A cell that showed 0 and was emptied says that there is no value. */
	bool emptied = !couch && hides_zero(field);
	if (!emptied && alike(field, !airtable))
		return (struct decision){ACTION_MOVE_BASE, "both moved to the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (couch_useless(field) || airtable_useless(field))
		return plan_useless(field, couch, airtable);
	if (field->settles_held)
		return newest(field, "a person has chosen the document's value",
			      "a person has chosen the row's value");
	if (field->held)
		return newest(field, "both differed since the database went back, couch was edited last",
			      "both differed since the database went back, airtable was edited last");
	if (!airtable)
		return (struct decision){ACTION_TO_AIRTABLE, "only couch moved"};
	if (couch)
		return newest(field, "both moved, couch was edited last",
			      "both moved, airtable was edited last");
	if (field->base_uncertain)
		return newest(field, "the document may have been edited too, and was edited last",
			      "the document may have been edited too, the cell was edited last");
	if (field->shown_differently)
		return newest(field, "the cell never showed the document's value, which was edited last",
			      "the cell never showed the document's value, and was edited last");
	return (struct decision){ACTION_TO_COUCH, "only airtable moved"};
}

struct decision plan_field(const struct field_views *field)
{
	if (field->direction == DIRECTION_COMMAND)
		return (struct decision){ACTION_NONE, "a command, not a value"};
	if (field->direction == DIRECTION_OUT)
		return plan_out(field);
	if (field->first_contact)
		return plan_first_contact(field);
	if (!agreed_before(field))
		return plan_not_agreed(field);
	return plan_both(field);
}
