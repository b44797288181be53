/* Rows that were seen: whose they are (sync-rules 12, 13). */
#pragma once
#include "bridge/memory/memory.h"

/* The pair that a row belongs to, made if it is new (sync-rules 12, 13). Also notes the row there. */
struct pair *sync_pair_of_row(struct sync *sync, const struct endpoint_record *row);
/* The other pair whose ID this cell of a row shows, one with a document or a row; or NULL. */
struct pair *sync_shown_other(const struct sync *sync, const struct pair *pair, const struct cell *id_cell);
