/* The end of a gravestone that has stood for SYNC_GRAVE_DAYS (memory/retired_entries.h says what ends when). */
#pragma once
#include "bridge/job/batch.h"

/* Whether the gravestone has stood long enough, and nothing of it is still to be done. */
bool look_grave_is_over(const struct group *group, const struct look *look);
/* Nothing of it is remembered any more. */
void look_expire(struct group *group, struct look *look);
