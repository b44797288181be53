/* What is wrong with the columns of a base as they are bound, in words for a person: 'check', 'sync' and 'run' say the
 * same. */
#pragma once
#include "bridge/columns/columns.h"

/* One sentence: which column of which table, why, what to do. */
typedef void columns_flaw(void *context, const char *words);
/* Columns that the table has not, that do not flow, and that lack a choice which the app knows. Returns how many flow. */
size_t columns_report_flaws(const struct columns *columns, enum table table, columns_flaw *report,
			    void *context);
