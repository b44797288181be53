/* How many jobs a pair has had in one cycle: what goes on in a circle pauses (sync-rules 17). */
#pragma once
#include "bridge/memory/memory.h"

/* Counts that the pair asks for another job in this cycle. False: it has asked too often and pauses, so that whatever drives it
 * does not drive us. */
bool sync_has_turns_left(struct sync *sync, struct pair *pair);
/* To be asked before each job. False: it had so many jobs in this cycle that something must be going on in a circle, as when
 * pairs queue each other and the ledger takes nothing of them. It gets its next job later, after a while that grows up to an
 * hour. */
bool sync_may_take(struct sync *sync, struct pair *pair);
