/* What a binding changed. */
#pragma once
#include "bridge/mapping/columns.h"

/* Whether they are the same in all that is stored of them; whether something flows now that did not, or is
 * another column, or has other choices. */
bool columns_equal(const struct columns *a, const struct columns *b);
bool columns_any_renewed(const struct columns *before, const struct columns *now);
