#include "bridge/job/grounds.h"

static bool are_all_known(struct json_object *seen)
{
	json_each (seen, full_id, revision) {
		(void)full_id;
		if (!json_is(revision, json_type_string))
			return false;
	}
	return true;
}

void job_note_grounds(struct job *job, struct json_object *seen)
{
	scoped(json_object) others = json_copy(seen);

	json_remove(others, job->pair->full_id); /* its own change is seen anyway */
	json_object_close(&job->grounds);
	if (are_all_known(others))
		job->grounds = take(others);
	job->grounds_length = job->problem.length;
}

struct json_object *job_grounds(const struct job *job)
{
	bool alone = job->problem.length == job->grounds_length && !job->waits && !job->row_write.withheld &&
		     !job->row_write.right_refused;
	bool at_rest = !job->problem_passes && !job->missed && job->outcome.end == END_DONE;

	return job->grounds && alone && at_rest ? json_share(job->grounds) : NULL;
}
