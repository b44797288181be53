/* What has ended is not remembered for ever (sync-rules 11): a gravestone stands for SYNC_GRAVE_DAYS, then its entry goes, and
 * the pair with it. So do pairs that never had an entry and whose document and row are gone.
 *
 * The entry goes by one write of the ledger, so a crash leaves it there, for the next list of all rows, or gone. */
#pragma once
#include "bridge/job/batch.h"

/* Whether the gravestone has stood long enough, and nothing of it is still to be done. */
bool look_grave_is_over(const struct group *group, const struct look *look);
/* Nothing of it is remembered any more. */
void look_expire(struct group *group, struct look *look);
