/* A second process on the same integration: another machine and a memory of its own, over the same two sides and the same state.
 *
 * One of them acts: it makes the passes. The other one waits, or is frozen, or has ended. Both live on in the background: who has
 * the lease renews it as time passes. A process that freezes does so at a point of its pass, while it is at it; meanwhile the
 * other one acts, and then the first wakes where it was. */
#pragma once
#include "bridge/lease/lease.h"
#include "tests/worlds/world.h"

/* From now on there are two, and a lease; the one that acts has it. */
void world_second_open(struct world *world);
void world_second_done(struct world *world);

/* ---- for the world; each of them does nothing where one process is alone ---- */

/* Whether a write may leave now; if it does, nobody else may have the lease. */
bool world_may_write(struct world *world, const char *what);
/* Before a pass. False: somebody else has the lease, or it cannot be had. */
bool world_second_claims(struct world *world, struct error *error);
/* A turn of the acting process's loop; its renewals are effects like any others. */
void world_second_turns(struct world *world);
/* Time passes, and whoever lives and is not frozen goes on. What is left of it. */
int64_t world_second_advances(struct world *world, int64_t ms);
bool world_in_background(const struct world *world);
/* The acting one was begun anew. */
void world_second_restarts(struct world *world);
/* It has lost its lease: it is to begin anew. */
bool world_second_is_lost(const struct world *world);
/* The acting one gives its lease back. */
void world_second_gives_back(struct world *world);
/* The other one ends in good order. */
void world_second_ends(struct world *world);

/* ---- what happens to processes ---- */

/* As after SIGTERM: gives the lease back and is started anew, to wait; the other one acts. False: there was none. */
bool world_hands_over(struct world *world);
/* As after kill -9, and not started again; the other one acts. */
void world_is_killed(struct world *world);
/* The same at this point of its pass, or at the next: world_restart() has the other one act. */
void world_is_replaced(struct world *world);
/* Within world_restart(): whether it did so. */
bool world_second_replaces(struct world *world);
/* At a point of a pass, or between two: for 'ms' in all, in whose second half the other one acts and makes so many passes, at
 * least one. */
void world_freezes(struct world *world, int64_t ms, unsigned passes);

struct lease_store world_lease_store(struct world *world); /* world_store.c */
