/* A list of rules; each names the documents, rows and entries that it is for, and the first that fits
 * decides. What no rule names is a contradiction between what was read and what is remembered: nothing is made,
 * changed or deleted for it. */
#include "bridge/plan/plan_existence.h"

#include "base/own.h"

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
					  .reason = "what it stands in is still to be checked"};
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
	 "document and row are both deleted, and retired"},
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
	 "a row is said to be of a retired entry that is not there"},
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
					  .reason = "its retired entry is old enough"};
	while (!(rule->documents & IS(views->document)) || !(rule->rows & IS(views->row)) ||
	       !(rule->entries & IS(views->entry)))
		rule++; /* the last one fits all */
	if (rule->decide)
		return rule->decide(views);
	return (struct existence){
		.action = rule->action, .reason = rule->reason, .clear_delete = rule->action == EXIST_UNTICK};
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
		[EXIST_RETIRE] = "retire",
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
