/* Fields that stop, come back or cannot show a value: sync-rules 1, 18 and 20. */
#include "tests/worlds/named.h"

static const struct scenario scenarios[] = {};

const struct named_table named_fields = {scenarios, countof(scenarios)};
