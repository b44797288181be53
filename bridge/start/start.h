/* The start of one integration: the columns, the checkpoint, the ledger and the documents, in short. */
#pragma once
#include "bridge/memory/memory.h"

/* Binds the columns, loads the ledger and the documents, finds the positions. May be called again after it failed. */
must_use bool sync_start(struct sync *sync, struct error *error);
/* The state is lost: all that this process knows is stored anew, every pair compared, and the settings read again. */
void sync_forget_state(struct sync *sync);
