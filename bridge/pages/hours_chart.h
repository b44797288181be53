/* What was changed in each of the last 24 hours, as bars: above the line to Airtable, below it to CouchDB. */
#pragma once
#include "base/text.h"
#include "bridge/report/spans.h"

/* Nothing when nothing was changed. */
void hours_chart_add(struct text *text, const struct spans *spans, int64_t now_wall_ms);
