#include "bridge/job/job_outcome.h"

#include <assert.h>

/* Every end has the time that belongs to it. */
static void assert_outcome(const struct job_outcome *outcome)
{
	bool timed = outcome->at_once || outcome->in_ms > 0;

	assert(outcome->in_ms >= 0);
	assert(outcome->end != END_DONE || !timed);
	assert(outcome->end != END_LATER || (timed && !outcome->at_once));
	assert(outcome->end != END_AGAIN || timed);
	assert(outcome->end != END_LEFT || (timed && outcome->ended));
	assert(!outcome->with || (outcome->end == END_LEFT && outcome->at_once));
}

static void come(struct job_outcome *outcome, int64_t in_ms)
{
	if (in_ms == JOB_AT_ONCE)
		outcome->at_once = true;
	else if (!outcome->in_ms || in_ms < outcome->in_ms)
		outcome->in_ms = in_ms;
}

/* Of what is left nothing else counts. False: it is left. */
static bool say(struct job *job, enum job_end end)
{
	struct job_outcome *outcome = &job->outcome;

	if (outcome->end == END_LEFT)
		return false;
	outcome->end = end > outcome->end ? end : outcome->end;
	return true;
}

static void say_when(struct job *job, enum job_end end, int64_t in_ms)
{
	if (say(job, end))
		come(&job->outcome, in_ms);
	assert_outcome(&job->outcome);
}

void job_ends(struct job *job)
{
	job->outcome.ended = true;
}

void job_comes_later(struct job *job, int64_t in_ms)
{
	say_when(job, END_LATER, in_ms > 1 ? in_ms : 1);
}

void job_comes_again(struct job *job)
{
	say_when(job, END_AGAIN, JOB_AT_ONCE);
}

void job_stays_open(struct job *job, int64_t in_ms)
{
	job_ends(job);
	say_when(job, END_AGAIN, in_ms);
}

void job_counts_as_given_up(struct job *job)
{
	say(job, END_GIVEN_UP);
}

void job_leave_untouched(struct job *job, int64_t in_ms)
{
	struct job_outcome *outcome = &job->outcome;

	if (outcome->end != END_LEFT)
		*outcome = (struct job_outcome){.end = END_LEFT};
	outcome->ended = true;
	come(outcome, in_ms);
	assert_outcome(outcome);
}

void job_leave_untouched_with(struct job *job, struct pair *with)
{
	job_leave_untouched(job, JOB_AT_ONCE);
	job->outcome.with = with;
	assert_outcome(&job->outcome);
}

void job_counts_only_as_given_up(struct job *job)
{
	job->outcome = (struct job_outcome){.ended = true, .end = END_GIVEN_UP};
}

bool job_has_ended(const struct job *job)
{
	return job->outcome.ended;
}

bool job_comes_at_once(const struct job *job)
{
	return job->outcome.at_once;
}

bool job_comes_by_itself(const struct job *job)
{
	return job->outcome.at_once || job->outcome.in_ms;
}

bool job_is_open(const struct job *job)
{
	return job->outcome.end == END_AGAIN || job->outcome.at_once;
}

bool job_keeps_entry(const struct job *job)
{
	return job->outcome.end == END_LEFT || job->stored == STORED_NOTHING;
}
