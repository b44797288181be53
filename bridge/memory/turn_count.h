/* How often one cycle has worked on a pair: what goes round in a circle pauses (sync-rules 17). */
#pragma once
#include "bridge/memory/memory.h"

/* A pair that asks again and again in one cycle pauses, so that whatever drives it does not drive us. Counts this time. */
bool sync_has_turns_left(struct sync *sync, struct pair *pair);
/* To be asked before each job. False: this cycle has looked at it so often that something must be going round in a circle, such as pairs
 * that wake each other and of which the ledger takes nothing: it is looked at later, after a while that grows up to an hour. */
bool sync_may_take(struct sync *sync, struct pair *pair);
