/* Two links in a cell that has room for one (sync-rules 20). Through the other end of a link a cell may get a second one, in any order. */
#pragma once
#include "bridge/job/batch.h"

/* Where one of the two is meant the job's diff has that one as the cell, and both in 'both_links'; else the two stay, and are a
 * problem. After job_diff_fields(), which is about what the cell shows. */
void job_find_meant_links(struct batch *batch, struct job *job);
