/* What a binding changed. */
#pragma once
#include "bridge/columns/columns.h"

/* The first: whether all that is stored of them is the same. The second: whether a field flows now that did not, or has another
 * column or other choices. */
bool columns_equal(const struct columns *a, const struct columns *b);
bool columns_any_renewed(const struct columns *before, const struct columns *now);
