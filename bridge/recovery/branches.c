#include "bridge/recovery/branches.h"

#include "bridge/job/job_outcome.h"

#include <stdlib.h>
#include <string.h>

static bool is_asked(const struct job *job)
{
	const struct intent *save = &job->entry.intents.document;

	return !job_has_ended(job) && intent_is_open(save) && save->document[0] &&
	       job->document.presence == RECORD_THERE && job->document.revision &&
	       strcmp(job->document.revision, save->document) != 0;
}

bool batch_find_branches(struct batch *batch, struct error *error)
{
	struct endpoint *couch = &batch->sync->couch;
	struct endpoint_revision *revisions = own_alloc((batch->count + 1) * sizeof *revisions);
	struct job **jobs = own_alloc((batch->count + 1) * sizeof *jobs);
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct job *job = &batch->jobs[i];
		if (!is_asked(job))
			continue;
		revisions[count] = (struct endpoint_revision){.key = {job->pair->table, job->pair->id},
							      .revision = job->document.revision};
		jobs[count++] = job;
	}
	bool ok = count == 0 || couch->ops->read_revisions(couch->self, revisions, count, error);
	for (size_t i = 0; ok && i < count; i++)
		jobs[i]->document_write.branched =
			revisions[i].lineage &&
			!endpoint_lineage_has(revisions[i].lineage, jobs[i]->entry.intents.document.document);
	endpoint_revisions_done(revisions, count);
	free(revisions);
	free(jobs);
	return ok || error_wrap(error, "finding out what became of saves without an answer");
}
