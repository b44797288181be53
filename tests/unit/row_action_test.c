/* What of a decision is carried out in the row, by what has become of the document's write. The decision itself stays. */
#include "bridge/rows/row_draft.h"

#include "tests/unit/cases.h"

struct action_case {
	const char *sentence;
	unsigned decided;
	bool derived, losers_unrecorded;
	unsigned carried_out;
};

static const struct action_case action_cases[] = {
	{"what was decided", ACTION_TO_AIRTABLE, false, false, ACTION_TO_AIRTABLE},
	{"nothing", ACTION_NONE, false, false, ACTION_NONE},
	{"what a save made of another field goes to the row", ACTION_NONE, true, false, ACTION_TO_AIRTABLE},
	{"also of what both had", ACTION_MOVE_BASE, true, false, ACTION_TO_AIRTABLE},
	{"a conflict that the document won", ACTION_TO_AIRTABLE | ACTION_CONFLICT, false, false,
	 ACTION_TO_AIRTABLE | ACTION_CONFLICT},
	{"no cell is overwritten whose value the history does not take", ACTION_TO_AIRTABLE | ACTION_CONFLICT,
	 false, true, ACTION_WAIT},
	{"nor does a cell count as saved", ACTION_TO_COUCH | ACTION_CONFLICT, false, true, ACTION_WAIT},
	{"what is no conflict goes all the same", ACTION_TO_AIRTABLE, false, true, ACTION_TO_AIRTABLE},
};

static void check_action(void **state)
{
	const struct action_case *row = *state;
	const struct plan plan = {.decisions = {[FIELD_NOTES] = {row->decided, "decided"}}};
	struct job job = {.plan = &plan};

	job.document_write.derived[FIELD_NOTES] = row->derived;
	job.document_write.losers_unrecorded = row->losers_unrecorded;
	assert_int_equal(job_row_action(&job, FIELD_NOTES), row->carried_out);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, action_cases, check_action);
	return cases_run("row_action", &cases);
}
