/* Drops the pairs of which nothing is left. */
#pragma once
#include "bridge/index/pairs.h"

/* Drops all pairs that have neither document nor row nor entry, that no job works on and that no other pair points to. Returns
 * how many. Not while a batch is at work. */
size_t pairs_drop_ended(struct pairs *pairs);
