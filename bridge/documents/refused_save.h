/* What a save that the app's rules refuse tells: the reasons on the row, and the documents that stand in the way. */
#pragma once
#include "bridge/job/job.h"
#include "inventory/save.h"

/* 'seen': the documents that the save looked at, by _id with their revisions; 'error': why, where the refusal has no reasons. */
void refused_save_tell(struct job *job, const struct refusal *refusal, const struct error *error,
		       struct json_object *seen);

/* A number or a tag that another document has. */
bool refused_save_is_taken(const struct refusal *refusal);
