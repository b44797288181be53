/* What an edit was refused for (sync-rules 21): the documents that its save looked at, each with the revision that it had then.
 *
 * They stand in the entry beside the problem. Nothing but a change of one of them, of the document or of the row can be the end of
 * such a refusal: so a start looks only at those pairs of whose grounds one is another by now, whoever changed it and
 * whether or not the last process came to look. Of any other problem it is not known what it depends on: each start looks. */
#pragma once
#include "bridge/job/job.h"

/* Notes in the job that its problem so far comes from the documents that its save looked at. 'seen': {_id: the revision, "" for
 * none; null where that is not known}. */
void job_note_grounds(struct job *job, struct json_object *seen);
/* The grounds for the entry: NULL when the problem comes from anything else as well, or is tried again anyway. The caller frees. */
struct json_object *job_grounds(const struct job *job);
