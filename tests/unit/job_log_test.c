/* What the log says of one record: who it is, which field, from what to what, and to which side; and nothing six times. */
#include "bridge/job/job_log.h"

#include "base/clock.h"
#include "base/text.h"
#include "tests/fakes/log_lines.h"
#include "tests/unit/cases.h"

#include <string.h>

#define ID        "3f2c"
#define HOUR_MS   3600000
#define LONG_TEXT "0123456789012345678901234567890123456789012345678901234567890123456789"
#define SECRET    "patSecretOfSomebody.1234567890"

static int64_t moment_ms;

static int64_t steady_ms(void *context)
{
	(void)context;
	return moment_ms;
}

/* An integration that knows a collection by its name, an item, and a job of that. */
struct stage {
	struct sync sync;
	struct job job;
	struct plan plan;
	struct diff diff;
	struct cell now[FIELD_COUNT]; /* the document's, after its save */
	struct batch batch;
	struct endpoint_write write;
	struct log_lines *lines;
};

static struct stage *stage_open(void)
{
	static const struct clock_source source = {.steady_ms = steady_ms};
	struct stage *stage = own_alloc(sizeof *stage);

	clock_replace(&source);
	log_secret(SECRET);
	pairs_init(&stage->sync.pairs);
	stage->batch = (struct batch){.sync = &stage->sync, .count = 1, .jobs = &stage->job};
	stage->job.plan = &stage->plan;
	stage->job.diff = &stage->diff;
	stage->job.couch = stage->now;
	stage->job.airtable = stage->diff.airtable;
	stage->job.pair = pairs_want(&stage->sync.pairs, TABLE_ITEMS, ID);
	stage->job.row.id = own_copy("rec1");
	stage->job.row_write.request = &stage->write;
	stage->plan.existence = (struct existence){EXIST_MERGE, .reason = "both are there"};
	pair_set_name(stage->job.pair, "Drill");
	pair_set_name(pairs_want(&stage->sync.pairs, TABLE_COLLECTIONS, "c1"), "Tools");
	pairs_want(&stage->sync.pairs, TABLE_COLLECTIONS, "c2");
	stage->lines = log_lines_keep();
	return stage;
}

/* The words of all lines, as they were before the log escaped their quotes. None are kept any more. */
static char *stage_lines(struct stage *stage)
{
	static const char begin[] = "msg=\"";
	scoped_text lines = log_lines_take(&stage->lines);
	struct text words = {0};

	for (const char *at = strstr(lines, begin); at; at = strstr(at, begin)) {
		for (at += strlen(begin); *at != '"'; at++) {
			at += *at == '\\';
			text_add_bytes(&words, at, 1);
		}
		text_add(&words, "\n");
	}
	return text_take(&words);
}

static void stage_close(struct stage *stage)
{
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		cell_done(&stage->diff.couch[field]);
		cell_done(&stage->now[field]);
		cell_done(&stage->diff.airtable[field]);
		cell_done(&stage->job.row_write.outgoing[field]);
	}
	own_free_text(&stage->job.row.id);
	own_free_text(&stage->write.answer.id);
	datum_close(&stage->job.document_write.given);
	pairs_done(&stage->sync.pairs);
	repeats_done(&stage->sync.repeats);
	free(stage);
	clock_replace(NULL);
}

/* A cell by the first letter of its words: t text, n number, x a box, s choice, l link, r a row without a document; "" empty. */
static struct cell cell_of(const char *words)
{
	switch (*words) {
	case 't':
		return cell_text(words + 1);
	case 'n':
		return cell_number(strtod(words + 1, NULL));
	case 'x':
		return cell_truth(true);
	case 's':
		return cell_choice(words + 1);
	case 'l':
		return cell_link(words + 1);
	case 'r': {
		scoped_text id = own_format("%c%s", CELL_UNKNOWN_LINK, words + 1);
		return cell_link(id);
	}
	default:
		return (struct cell){0};
	}
}

/* ---- edits ---- */

static const struct edit_case {
	const char *sentence;
	bool to_row, first_contact;
	enum field field;
	const char *before, *now;
	const char *line; /* behind the name; NULL: none */
} edit_cases[] = {
	{"a text, to the row: quoted once", true, false, FIELD_NOTES, "told", "tfrom the phone",
	 "to Airtable: Notes: \"old\" → \"from the phone\""},
	{"a text, to the document", false, false, FIELD_NOTES, "told", "tfrom the grid",
	 "to CouchDB: Notes: \"old\" → \"from the grid\""},
	{"a number that was empty", true, false, FIELD_SERIAL, "", "n77", "to Airtable: Serial: empty → 77"},
	{"a box that is cleared", true, false, FIELD_DELETE, "x", "", "to Airtable: Delete: ticked → empty"},
	{"a link has the name of where it leads", false, false, FIELD_COLLECTION, "lc2", "lc1",
	 "to CouchDB: Collection: c2 → c1 (Tools)"},
	{"a link to a row that is no document", true, false, FIELD_COLLECTION, "rrec9", "lc1",
	 "to Airtable: Collection: row rec9 → c1 (Tools)"},
	{"a long text is shortened", true, false, FIELD_NOTES, "", "t" LONG_TEXT,
	 "to Airtable: Notes: empty → \"0123456789012345678901234567890123456789012345678901234567…"},
	{"a secret is masked", true, false, FIELD_NOTES, "", "tmine is " SECRET,
	 "to Airtable: Notes: empty → \"mine is ***\""},
	{"a secret at the place where the text is cut is masked", true, false, FIELD_NOTES, "",
	 "t12345678901234567890123456789012345678901234567 " SECRET,
	 "to Airtable: Notes: empty → \"12345678901234567890123456789012345678901234567 ***\""},
	{"what is set back", true, false, FIELD_ID, "tmine", "t" ID,
	 "to Airtable: ID: \"mine\" → \"" ID "\""},
	{"what only a new row lacks is no edit", true, false, FIELD_ID, "", "t" ID, NULL},
	{"the time that follows from an edit is none", true, false, FIELD_UPDATED_AT, "n1", "n2", NULL},
	{"nor what the error cell says", true, false, FIELD_ERROR, "", "tNotes: too long", NULL},
	{"nor what is written as it was", true, false, FIELD_NOTES, "tsame", "tsame", NULL},
	{"nor what the save left as it was", false, false, FIELD_NOTES, "tsame", "tsame", NULL},
	{"at a first contact cells that are filled are counted", true, true, FIELD_NOTES, "", "tnew", NULL},
	{"but a value that is replaced is told", true, true, FIELD_NOTES, "told", "tnew",
	 "to Airtable: Notes: \"old\" → \"new\""},
};

static void play_edit(struct stage *stage, const struct edit_case *row)
{
	struct job *job = &stage->job;

	stage->sync.first_contact = row->first_contact;
	if (row->to_row) {
		job->row_write.work = ROW_WORK_UPDATE;
		stage->diff.airtable[row->field] = cell_of(row->before);
		job->row_write.outgoing[row->field] = cell_of(row->now);
		job->row_write.writes[row->field] = true;
		job_log_row_written(&stage->batch, job);
		return;
	}
	job->document_write.work = DOCUMENT_WORK_WRITE;
	job->document_write.given = datum_new(DOCUMENT_ITEM, ID);
	stage->plan.decisions[row->field] = (struct decision){ACTION_TO_COUCH, "only airtable moved"};
	stage->diff.couch[row->field] = cell_of(row->before);
	stage->now[row->field] = cell_of(row->now);
	job_log_document_written(&stage->batch, job);
}

static void check_edit(void **state)
{
	const struct edit_case *row = *state;
	struct stage *stage = stage_open();

	play_edit(stage, row);
	scoped_text lines = stage_lines(stage);
	scoped_text expected = row->line ? own_format("item-" ID " (Drill): %s\n", row->line) : own_copy("");
	assert_string_equal(lines, expected);
	stage_close(stage);
}

/* ---- what comes and goes ---- */

static const struct life_case {
	const char *sentence;
	bool first_contact;
	enum row_work row_work;
	enum document_work document_work;
	struct existence existence;
	const char *line;
} life_cases[] = {
	{"a new row",
	 false,
	 ROW_WORK_CREATE,
	 0,
	 {EXIST_CREATE_ROW, .reason = "the document has no row"},
	 "to Airtable: row rec7 is made: the document has no row"},
	{"a new row at a first contact is counted",
	 true,
	 ROW_WORK_CREATE,
	 0,
	 {EXIST_CREATE_ROW, .reason = "the document has no row"},
	 NULL},
	{"a row that is put back is told also then",
	 true,
	 ROW_WORK_CREATE,
	 0,
	 {EXIST_RESTORE_ROW, .reason = "the row was deleted; rows are put back here"},
	 "to Airtable: row rec7 is made: the row was deleted; rows are put back here"},
	{"a row that goes",
	 true,
	 ROW_WORK_DELETE,
	 0,
	 {EXIST_DELETE_ROW, .reason = "the document was deleted"},
	 "to Airtable: row rec1 is deleted: the document was deleted"},
	{"a new document",
	 false,
	 0,
	 DOCUMENT_WORK_WRITE,
	 {EXIST_CREATE_DOCUMENT, .reason = "a new row"},
	 "to CouchDB: the document is made of row rec1"},
	{"a new document at a first contact is counted",
	 true,
	 0,
	 DOCUMENT_WORK_WRITE,
	 {EXIST_CREATE_DOCUMENT, .reason = "a new row"},
	 NULL},
	{"a document that comes back",
	 false,
	 0,
	 DOCUMENT_WORK_WRITE,
	 {EXIST_UNDELETE, .reason = "the row of a deleted document was brought back"},
	 "to CouchDB: the document is brought back of row rec1: the row of a deleted document was brought "
	 "back"},
	{"a document that goes",
	 true,
	 0,
	 DOCUMENT_WORK_DELETE,
	 {EXIST_DELETE_DOCUMENT, .reason = "Delete was ticked in the row"},
	 "to CouchDB: the document is deleted: Delete was ticked in the row"},
};

static void check_life(void **state)
{
	const struct life_case *row = *state;
	struct stage *stage = stage_open();
	struct job *job = &stage->job;

	stage->sync.first_contact = row->first_contact;
	stage->write.answer.id = own_copy("rec7");
	stage->plan.existence = row->existence;
	job->row_write.work = row->row_work;
	job->document_write.work = row->document_work;
	job->document_write.given = datum_new(DOCUMENT_ITEM, ID);
	if (row->document_work != DOCUMENT_WORK_NONE)
		job_log_document_written(&stage->batch, job);
	else
		job_log_row_written(&stage->batch, job);
	scoped_text lines = stage_lines(stage);
	scoped_text expected = row->line ? own_format("item-" ID " (Drill): %s\n", row->line) : own_copy("");
	assert_string_equal(lines, expected);
	stage_close(stage);
}

static const struct end_case {
	const char *sentence;
	struct existence existence;
	const char *line;
} end_cases[] = {
	{"a pair that is let go",
	 {EXIST_FORGET, .reason = "the row was deleted; the pair is let go"},
	 "not kept in step any more: the row was deleted; the pair is let go"},
	{"a pair of which both are gone",
	 {EXIST_RETIRE, .reason = "document and row are both deleted"},
	 "not kept in step any more: document and row are both deleted"},
	{"a pair whose deletion was told", {EXIST_DELETE_ROW, .reason = "the document was deleted"}, NULL},
	{"a pair that gets another row", {EXIST_CREATE_ROW, .reason = "the document has no row"}, NULL},
};

static void check_end(void **state)
{
	const struct end_case *row = *state;
	struct stage *stage = stage_open();

	stage->plan.existence = row->existence;
	job_log_unpaired(&stage->batch, &stage->job);
	scoped_text lines = stage_lines(stage);
	scoped_text expected = row->line ? own_format("item-" ID " (Drill): %s\n", row->line) : own_copy("");
	assert_string_equal(lines, expected);
	stage_close(stage);
}

static void what_follows_from_a_move_is_told(void **state)
{
	struct stage *stage = stage_open();
	scoped(json_object) body = document_new(DOCUMENT_ITEM, "9a");

	(void)state;
	json_put_text(document_data(body), "name", "Bit");
	job_log_cascaded(&stage->batch, body);
	scoped_text lines = stage_lines(stage);
	assert_string_equal(lines,
			    "item-9a (Bit): to CouchDB: saved anew, since what it stands in was moved or "
			    "is gone\n");
	stage_close(stage);
}

/* ---- conflicts ---- */

static void conflicts_have_both_values(void **state)
{
	struct stage *stage = stage_open();
	struct job *job = &stage->job;

	(void)state;
	stage->diff.airtable[FIELD_NOTES] = cell_text("from the grid");
	stage->now[FIELD_NOTES] = cell_text("from the phone");
	stage->plan.decisions[FIELD_NOTES] =
		(struct decision){ACTION_TO_AIRTABLE | ACTION_CONFLICT, "both moved, couch was edited last"};
	for (int time = 0; time < 3; time++) {
		job_log_conflict(&stage->batch, job, FIELD_NOTES, &stage->diff.airtable[FIELD_NOTES],
				 &stage->now[FIELD_NOTES]);
		job_log_gone_with_row(&stage->batch, job, FIELD_NOTES);
	}
	scoped_text lines = stage_lines(stage);
	assert_string_equal(
		lines, "item-" ID " (Drill): conflict in Notes: both moved, couch was edited last: \"from "
		       "the grid\" gave way to \"from the phone\" (to Airtable)\n"
		       "item-" ID " (Drill): conflict in Notes: both are there: \"from the grid\" goes with "
		       "the row, and is in the history\n");
	stage_close(stage);
}

/* ---- again and again ---- */

static void problems_come_once_an_hour(void **state)
{
	static const char words[] = "CouchDB refused the app link in the document: no.";
	struct stage *stage = stage_open();

	(void)state;
	for (int minute = 0; minute < 121; minute += 10) {
		moment_ms = INT64_C(60000) * minute;
		job_log_problem(&stage->batch, &stage->job, words);
		job_log_recovered(&stage->batch, &stage->job);
	}
	scoped_text lines = stage_lines(stage);
	assert_string_equal(
		lines, "item-" ID " (Drill): CouchDB refused the app link in the document: no.\n"
		       "item-" ID " (Drill): recovered\n"
		       "item-" ID " (Drill): CouchDB refused the app link in the document: no. (5 times more "
		       "since this was last logged)\n"
		       "item-" ID " (Drill): recovered (5 times more since this was last logged)\n"
		       "item-" ID " (Drill): CouchDB refused the app link in the document: no. (5 times more "
		       "since this was last logged)\n"
		       "item-" ID " (Drill): recovered (5 times more since this was last logged)\n");
	assert_int_equal(stage->sync.counts.problems, 13);
	stage_close(stage);
}

static void the_oldest_make_room(void **state)
{
	struct repeats repeats = {0};
	unsigned untold;

	(void)state;
	for (size_t i = 0; i < REPEATS_MOST + 1; i++) {
		scoped_text words = own_format("sentence %zu", i);
		assert_true(repeats_due(&repeats, "item-1", words, 0, &untold));
	}
	assert_int_equal(repeats.count, REPEATS_MOST);
	assert_false(repeats_due(&repeats, "item-1", "sentence 1", 1, &untold));
	assert_true(repeats_due(&repeats, "item-2", "sentence 1", 1, &untold));
	assert_true(repeats_due(&repeats, "item-1", "sentence 0", 1, &untold));
	assert_true(repeats_due(&repeats, "item-1", "sentence 3", HOUR_MS, &untold));
	assert_int_equal(untold, 0);
	repeats_done(&repeats);
}

static void a_name_is_found_where_there_is_one(void **state)
{
	struct stage *stage = stage_open();
	struct job *job = &stage->job;

	(void)state;
	free(stage_lines(stage));
	own_free_text(&job->pair->name);
	scoped_text unnamed = job_label(job);
	assert_string_equal(unnamed, "item-" ID);
	job->entry.fields[FIELD_NAME].couch = cell_text("as agreed");
	scoped_text agreed = job_label(job);
	assert_string_equal(agreed, "item-" ID " (as agreed)");
	stage->diff.airtable[FIELD_NAME] = cell_text("of the row " SECRET);
	scoped_text row = job_label(job);
	assert_string_equal(row, "item-" ID " (of the row ***)");
	stage->now[FIELD_NAME] = cell_text(LONG_TEXT);
	scoped_text document = job_label(job);
	assert_string_equal(document,
			    "item-" ID " (012345678901234567890123456789012345678901234567890123456789…)");
	cell_done(&job->entry.fields[FIELD_NAME].couch);
	stage_close(stage);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, edit_cases, check_edit);
	cases_add_table(&cases, life_cases, check_life);
	cases_add_table(&cases, end_cases, check_end);
	cases_add(&cases, own_copy("what follows from a move is told"), what_follows_from_a_move_is_told,
		  NULL);
	cases_add(&cases, own_copy("a conflict has both values, once"), conflicts_have_both_values, NULL);
	cases_add(&cases, own_copy("the same problem comes once an hour"), problems_come_once_an_hour, NULL);
	cases_add(&cases, own_copy("what was logged long ago makes room"), the_oldest_make_room, NULL);
	cases_add(&cases, own_copy("a record has its name"), a_name_is_found_where_there_is_one, NULL);
	return cases_run("job_log", &cases);
}
