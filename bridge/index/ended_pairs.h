/* Dropping the pairs of which nothing is left. */
#pragma once
#include "bridge/index/pairs.h"

/* Drops all pairs of which neither side has anything and nothing is remembered, under way or pointed to; how many they were. No batch
 * is at work. */
size_t pairs_drop_ended(struct pairs *pairs);
