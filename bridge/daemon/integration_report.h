/* What an integration has done so far, and how it stands. */
#pragma once
#include "bridge/memory/memory.h"

struct integration_report {
	struct sync_counts counts;
	size_t pairs, problems, waiting;
	int64_t airtable_calls;
};
