/* Orders the files that people attached, and notes what has come of those that were ordered: the ledger's imports (ledger_imports.h). */
#pragma once
#include "bridge/job/batch.h"

/* After links were written, and what both have was agreed on. */
void job_settle_imports(struct batch *batch, struct job *job);
/* Adds what a person should know of them, sentences without the last stop. */
void job_describe_imports(const struct job *job, struct text *words);
