/* What counts as a change of a field, on either side, since both agreed on it; and that nobody else decides that. */
#include "bridge/diff/field_diff.h"

#include "base/text.h"
#include "bridge/diff/meant_link.h"
#include "tests/unit/cases.h"

#define ID "3f2c"

/* A job of an item, and all that the diff is made of. */
struct stage {
	struct sync sync;
	struct job job;
	struct diff diff;
	struct batch batch;
	char id[8]; /* of each column */
};

static void stage_open(struct stage *stage)
{
	*stage = (struct stage){.id = "fld1"};
	pairs_init(&stage->sync.pairs);
	stage->batch =
		(struct batch){.sync = &stage->sync, .count = 1, .jobs = &stage->job, .diffs = &stage->diff};
	stage->job.pair = pairs_want(&stage->sync.pairs, TABLE_ITEMS, ID);
	stage->job.diff = &stage->diff;
	stage->job.couch = stage->diff.couch;
	stage->job.airtable = stage->diff.airtable;
}

static void stage_close(struct stage *stage)
{
	ledger_entry_done(&stage->job.entry);
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&stage->diff.couch[field]);
		cell_done(&stage->diff.airtable[field]);
	}
	for (size_t link = 0; link < countof(stage->diff.both_links); link++)
		cell_done(&stage->diff.both_links[link]);
	pairs_done(&stage->sync.pairs);
}

/* "": empty; "#1.5": a number; ">a,b": links; else a text. */
static struct cell cell_of(const char *words)
{
	struct cell cell = {0};

	if (words[0] == '#')
		return cell_number(strtod(words + 1, NULL));
	if (words[0] != '>')
		return cell_text(words);
	for (const char *at = words + 1; *at; at += at[1] ? 2 : 1) {
		scoped_text id = own_copy_bytes(at, 1);
		cell_links_add(&cell, id);
	}
	return cell;
}

struct diff_case {
	const char *sentence;
	enum field field;
	const char *agreed_couch, *agreed_airtable; /* NULL: nothing was agreed on */
	const char *couch, *airtable;
	bool no_column, went_back, held;
	bool has_base, couch_moved, airtable_moved, is_older; /* expected */
	bool one_way;                                         /* nobody's edit, whatever has moved */
};

#define AGREED(words) .agreed_couch = (words), .agreed_airtable = (words)
#define NOW(c, a)     .couch = (c), .airtable = (a)

static const struct diff_case diff_cases[] = {
	{"both as agreed", FIELD_NOTES, AGREED("a"), NOW("a", "a"), .has_base = true},
	{"the document was edited", FIELD_NOTES, AGREED("a"), NOW("b", "a"), .has_base = true,
	 .couch_moved = true},
	{"the cell was edited", FIELD_NOTES, AGREED("a"), NOW("a", "b"), .has_base = true,
	 .airtable_moved = true},
	{"both were edited", FIELD_NOTES, AGREED("a"), NOW("b", "c"), .has_base = true, .couch_moved = true,
	 .airtable_moved = true},
	{"each side is compared with what it showed itself", FIELD_NOTES, .agreed_couch = "a",
	 .agreed_airtable = "b", NOW("a", "b"), .has_base = true},
	{"nothing was agreed on: nobody has moved", FIELD_NOTES, NOW("a", "b")},
	{"no column: nobody has moved", FIELD_NOTES, AGREED("a"), NOW("b", "c"), .no_column = true},
	{"a document's number is compared exactly", FIELD_PRICE, AGREED("#1"), NOW("#1.001", "#1"),
	 .has_base = true, .couch_moved = true},
	{"a cell's number is compared as the column rounds it", FIELD_PRICE, AGREED("#1"),
	 NOW("#1", "#1.001"), .has_base = true},
	{"what only we say has moved, and is no edit", FIELD_UPDATED_AT, AGREED("a"), NOW("b", "c"),
	 .has_base = true, .couch_moved = true, .airtable_moved = true, .one_way = true},
	{"the document went back in time: the cell has what it had since", FIELD_NOTES, AGREED("b"),
	 NOW("a", "b"), .went_back = true, .has_base = true, .couch_moved = true, .is_older = true},
	{"the document went back, and the cell was edited since", FIELD_NOTES, AGREED("b"), NOW("a", "c"),
	 .went_back = true, .has_base = true, .couch_moved = true, .airtable_moved = true},
	{"the document went back to what the cell shows", FIELD_NOTES, .agreed_couch = "b",
	 .agreed_airtable = "a", NOW("a", "a"), .went_back = true, .has_base = true, .couch_moved = true},
	{"it was held before", FIELD_NOTES, .agreed_couch = "a", .agreed_airtable = "b", NOW("a", "b"),
	 .held = true, .has_base = true},
	{"a second link is an edit of the cell", FIELD_COLLECTION, AGREED(">a"), NOW(">a", ">a,b"),
	 .has_base = true, .airtable_moved = true},
	{"both links that were agreed on are none; the one that was decided is yet to go to the row",
	 FIELD_COLLECTION, .agreed_couch = ">b", .agreed_airtable = ">a,b", NOW(">b", ">a,b"),
	 .has_base = true, .couch_moved = true},
};

static void prepare(struct stage *stage, const struct diff_case *row)
{
	struct column *column = &stage->sync.columns[TABLE_ITEMS].of[row->field];

	stage->diff.couch[row->field] = cell_of(row->couch);
	stage->diff.airtable[row->field] = cell_of(row->airtable);
	stage->diff.went_back = row->went_back;
	if (!row->no_column)
		*column = (struct column){.id = stage->id, .tolerance = 0.005};
	if (row->agreed_couch) {
		struct cell couch = cell_of(row->agreed_couch), airtable = cell_of(row->agreed_airtable);
		ledger_entry_agree(&stage->job.entry, row->field, &couch, &airtable);
		stage->job.entry.fields[row->field].held = row->held;
		cell_done(&couch);
		cell_done(&airtable);
	}
}

static void check_diff(void **state)
{
	const struct diff_case *row = *state;
	struct stage stage;

	stage_open(&stage);
	const struct field_diff *found = &stage.diff.fields[row->field];

	prepare(&stage, row);
	job_diff_fields(&stage.batch, &stage.job);
	assert_int_equal(found->has_base, row->has_base);
	assert_int_equal(found->couch_moved, row->couch_moved);
	assert_int_equal(found->airtable_moved, row->airtable_moved);
	assert_int_equal(found->is_older, row->is_older);
	assert_int_equal(found->held, row->held);
	assert_int_equal(job_any_moved(&stage.job, true), row->couch_moved && !row->one_way);
	assert_int_equal(job_any_moved(&stage.job, false), row->airtable_moved && !row->one_way);
	stage_close(&stage);
}

struct link_case {
	const char *sentence;
	const char *agreed_couch, *agreed_airtable; /* NULL: nothing was agreed on */
	const char *shown;
	bool uncertain, of_other_row;
	const char *meant; /* NULL: both stay */
};

static const struct link_case link_cases[] = {
	{"one link is what it is", AGREED(">a"), .shown = ">b", .meant = ">b"},
	{"the one agreed on and a new one: the new one", AGREED(">a"), .shown = ">a,b", .meant = ">b"},
	{"in either order", AGREED(">a"), .shown = ">b,a", .meant = ">b"},
	{"two new ones: a person has to say", AGREED(">a"), .shown = ">b,c"},
	{"nothing was agreed on", .shown = ">a,b"},
	{"it is not sure what was agreed on", AGREED(">a"), .shown = ">a,b", .uncertain = true},
	{"that was agreed on with another row", AGREED(">a"), .shown = ">a,b", .of_other_row = true},
	{"it was decided before which is meant", .agreed_couch = ">a", .agreed_airtable = ">a,b",
	 .shown = ">a,b", .meant = ">a"},
};

static void check_link(void **state)
{
	const struct link_case *row = *state;
	struct diff_case both = {.field = FIELD_CONTAINER,
				 .agreed_couch = row->agreed_couch,
				 .agreed_airtable = row->agreed_airtable,
				 .couch = "",
				 .airtable = row->shown};
	struct cell meant = cell_of(row->meant ? row->meant : row->shown), shown = cell_of(row->shown);
	struct stage stage;

	stage_open(&stage);
	prepare(&stage, &both);
	stage.job.entry.state = ENTRY_PAIR;
	stage.job.entry.fields[FIELD_CONTAINER].base_uncertain = row->uncertain;
	stage.job.row.id = own_copy(row->of_other_row ? "rec2" : "");
	job_find_meant_links(&stage.batch, &stage.job);
	assert_true(cell_same(&stage.diff.airtable[FIELD_CONTAINER], &meant));
	if (!cell_same(&meant, &shown))
		assert_true(cell_same(&stage.diff.both_links[1], &shown));
	cell_done(&meant);
	cell_done(&shown);
	own_free_text(&stage.job.row.id);
	stage_close(&stage);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, diff_cases, check_diff);
	cases_add_table(&cases, link_cases, check_link);
	return cases_run("field_diff", &cases);
}
