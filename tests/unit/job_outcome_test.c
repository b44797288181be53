/* How jobs end: what steps say of one, in any order, and what it ends as. */
#include "bridge/job/job_outcome.h"

#include "base/own.h"
#include "bridge/job/park.h"
#include "bridge/limits.h"
#include "tests/unit/cases.h"

#include <string.h>

#define LATER 60000
#define SOON  1000

static struct pair partner;

/* What can be said of a job, a letter each. */
static void say(struct job *job, char what)
{
	switch (what) {
	case 'e':
		job_ends(job);
		break;
	case 'l':
		job_comes_later(job, LATER);
		break;
	case 's':
		job_comes_later(job, SOON);
		break;
	case '0':
		job_comes_later(job, -5);
		break;
	case 'a':
		job_comes_again(job);
		break;
	case 'o':
		job_stays_open(job, LATER);
		break;
	case 'O':
		job_stays_open(job, JOB_AT_ONCE);
		break;
	case 'g':
		job_counts_as_given_up(job);
		break;
	case 'G':
		job_counts_only_as_given_up(job);
		break;
	case 'x':
		job_leave_untouched(job, LATER);
		break;
	case 'X':
		job_leave_untouched(job, JOB_AT_ONCE);
		break;
	case 'w':
		job_leave_untouched_with(job, &partner);
		break;
	default:
		fail_msg("no such word: %c", what);
	}
}

static struct job told(const char *words)
{
	struct job job = {0};

	for (; *words; words++)
		say(&job, *words);
	return job;
}

struct outcome_case {
	const char *sentence;
	const char *words;
	enum job_end end;
	bool ended, at_once;
	int64_t in_ms;
	bool open, kept; /* what becomes of the entry: it names nothing as synced; it is not written */
};

static const struct outcome_case outcome_cases[] = {
	{"a job begins as done, under work", "", END_DONE, false, false, 0, false, false},
	{"what has nothing else to do is done", "e", END_DONE, true, false, 0, false, false},
	{"it may end twice", "ee", END_DONE, true, false, 0, false, false},
	{"a time is no end of the work", "l", END_LATER, false, false, LATER, false, false},
	{"of two times the sooner one counts", "ls", END_LATER, false, false, SOON, false, false},
	{"also where it is said first", "sl", END_LATER, false, false, SOON, false, false},
	{"a time that is over is a millisecond from now", "0", END_LATER, false, false, 1, false, false},
	{"what is open comes at once, and the work goes on", "a", END_AGAIN, false, true, 0, true, false},
	{"what is open keeps its time, for when its turns are used up", "la", END_AGAIN, false, true, LATER,
	 true, false},
	{"what surely was not written is open until its time", "o", END_AGAIN, true, false, LATER, true,
	 false},
	{"or at once", "O", END_AGAIN, true, true, 0, true, false},
	{"what is given up may be told: the work goes on", "g", END_GIVEN_UP, false, false, 0, false, false},
	{"commit says its pause", "gl", END_GIVEN_UP, false, false, LATER, false, false},
	{"given up is stronger than open", "ag", END_GIVEN_UP, false, true, 0, true, false},
	{"and stays so", "ga", END_GIVEN_UP, false, true, 0, true, false},
	{"what is left has ended, and its entry stays", "x", END_LEFT, true, false, LATER, false, true},
	{"also at once", "X", END_LEFT, true, true, 0, true, true},
	{"what was said of the time does not count", "sax", END_LEFT, true, false, LATER, false, true},
	{"nor what is said beside it", "xsag", END_LEFT, true, false, LATER, false, true},
	{"left twice: the sooner time counts", "xX", END_LEFT, true, true, LATER, true, true},
	{"what was given up may be left: the next job finds it again", "gx", END_LEFT, true, false, LATER,
	 false, true},
	{"left for a job with another pair", "lw", END_LEFT, true, true, 0, true, true},
	{"the ledger takes the problem alone: nothing else was said", "aslG", END_GIVEN_UP, true, false, 0,
	 false, false},
	{"not even that: it comes after its own pause", "xGl", END_GIVEN_UP, true, false, LATER, false,
	 false},
};

static void check_outcome(void **state)
{
	const struct outcome_case *row = *state;
	struct job job = told(row->words);

	assert_int_equal(job.outcome.end, row->end);
	assert_int_equal(job_has_ended(&job), row->ended);
	assert_int_equal(job_comes_at_once(&job), row->at_once);
	assert_int_equal(job.outcome.in_ms, row->in_ms);
	assert_int_equal(job_comes_by_itself(&job), row->at_once || row->in_ms);
	assert_int_equal(job_is_open(&job), row->open);
	assert_int_equal(job_keeps_entry(&job), row->kept);
	assert_ptr_equal(job.outcome.with, strchr(row->words, 'w') ? &partner : NULL);
}

static void assert_same(const struct job_outcome *one, const struct job_outcome *other)
{
	assert_int_equal(one->ended, other->ended);
	assert_int_equal(one->end, other->end);
	assert_int_equal(one->at_once, other->at_once);
	assert_int_equal(one->in_ms, other->in_ms);
}

/* Three words of those that a step may say of a job that it does not leave. */
static void check_any_order(void **state)
{
	static const char said[] = "elsaoOg";

	(void)state;
	for (size_t i = 0; said[i]; i++)
		for (size_t j = 0; said[j]; j++)
			for (size_t k = 0; said[k]; k++) {
				struct job one = told((char[]){said[i], said[j], said[k], '\0'});
				struct job other = told((char[]){said[k], said[i], said[j], '\0'});
				assert_same(&one.outcome, &other.outcome);
			}
}

/* An entry that the ledger does not take is not written, however the job ends. */
static void check_unstored(void **state)
{
	struct job job = told("e");

	(void)state;
	job.stored = STORED_PROBLEM;
	assert_false(job_keeps_entry(&job));
	job.stored = STORED_NOTHING;
	assert_true(job_keeps_entry(&job));
}

/* Its problem is told in its row, where work goes on; a write may be under way to the row of one that has ended. */
static void check_give_up(void **state)
{
	(void)state;
	for (size_t ended = 0; ended < 2; ended++) {
		struct job job = told(ended ? "el" : "l");
		job.row.presence = RECORD_THERE;
		job_give_up(&job);
		assert_int_equal(job.outcome.end, END_GIVEN_UP);
		assert_int_equal(job_has_ended(&job), ended);
		assert_int_equal(job.row_write.mode, ROW_WRITE_GIVEN_UP);
		assert_int_equal(job.row_write.work, ended ? ROW_WORK_NONE : ROW_WORK_UPDATE);
	}
}

struct refusal_case {
	const char *sentence;
	const char *
		answers; /* of the ledger to the entry, one after the other: r refused, c a conflict, n none */
	unsigned misses; /* before */
	bool once_more;  /* the last answer: the entry is written once more */
	enum stored_part stored;
	enum job_end end;
	bool at_once;
	int64_t in_ms;
};

static const struct refusal_case refusal_cases[] = {
	{"a conflict: the next job reads what is there", "c", 0, false, STORED_ALL, END_LEFT, true, 0},
	{"no answer: the next job finds out", "n", 0, false, STORED_ALL, END_LEFT, false,
	 SYNC_RETRY_FIRST_MS},
	{"refused: the reason is stored", "r", 0, true, STORED_PROBLEM, END_GIVEN_UP, false, 0},
	{"refused twice: it is not", "rr", 0, false, STORED_NOTHING, END_GIVEN_UP, false, 0},
	{"no answer too often: nothing is stored", "n", JOB_MISSES_UNREPORTED, false, STORED_NOTHING,
	 END_GIVEN_UP, false, 0},
	{"nor after the last of many conflicts", "c", JOB_MISSES_UNREPORTED, false, STORED_NOTHING,
	 END_GIVEN_UP, false, 0},
};

static enum error_kind kind_of(char answer)
{
	return answer == 'r' ? ERROR_REFUSED : answer == 'c' ? ERROR_CONFLICT : ERROR_RETRY;
}

/* What was to come of the job does not count any more. */
static void check_refusal(void **state)
{
	static struct sync sync;
	const struct refusal_case *row = *state;
	struct batch batch = {.sync = &sync};
	struct pair pair = {.misses = row->misses};
	struct job job = told("sae");
	bool once_more = false;

	job.pair = &pair;
	for (const char *answer = row->answers; *answer; answer++) {
		struct store_result result = {.kind = kind_of(*answer)};
		once_more = job_refuse_entry(&batch, &job, &result);
	}
	assert_int_equal(once_more, row->once_more);
	assert_int_equal(job.stored, row->stored);
	assert_int_equal(job.outcome.end, row->end);
	assert_int_equal(job.outcome.at_once, row->at_once);
	assert_int_equal(job.outcome.in_ms, row->in_ms);
	ledger_entry_done(&job.entry);
	text_done(&job.problem);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, outcome_cases, check_outcome);
	cases_add_table(&cases, refusal_cases, check_refusal);
	cases_add(&cases, own_copy("it does not matter which word is said first"), check_any_order, NULL);
	cases_add(&cases, own_copy("what the ledger does not take is not written"), check_unstored, NULL);
	cases_add(&cases, own_copy("a job that has ended is not taken up again"), check_give_up, NULL);
	return cases_run("outcomes of jobs", &cases);
}
