/* The state database as the figures see it: its documents are read and written, and nothing is made again where it is gone, which
 * the sync notices by itself. The operations on checkpoints are not there. */
#pragma once
#include "bridge/state/store.h"

struct couch_client;

/* 'state' is borrowed. What it writes leaves only while it may (couch_address.permit). */
struct store figures_store(struct couch_client *state);
